/* From the overview to the first cause, the plan step by step, and back: the real binary on a
 * pseudo-terminal.  The seed's morning, with three tickers in each of the eleven sectors. */
#include "tests/support_console.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char morning[] =
	"INSERT INTO fintra_universe (ticker, name, is_active, first_seen, last_seen, sector, "
	"instrument_type) SELECT DISTINCT 'S' || substr(md5(sector), 1, 6) || k, 'x', true, "
	"'2020-01-02'::date, '2026-02-02'::date, sector, 'EQUITY' FROM sector_performance, "
	"generate_series(1, 3) k;"
	"INSERT INTO prices_daily (ticker, price_date, close, adj_close) SELECT ticker, d, 10, 10 "
	"FROM "
	"fintra_universe, unnest(ARRAY['2026-01-26', '2026-01-27', '2026-01-28', '2026-01-29', "
	"'2026-01-30', '2026-02-02']::date[]) d WHERE ticker LIKE 'S%';"
	"INSERT INTO datos_performance (ticker, window_code, performance_date, return_percent, "
	"source) "
	"SELECT ticker, w, '2026-02-02', 5, 'x' FROM fintra_universe, unnest(ARRAY['1D', '1W', "
	"'1M', "
	"'3M', '6M', 'YTD', '1Y', '2Y', '3Y', '5Y']) w WHERE ticker LIKE 'S%';"
	"DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
	"UPDATE performance_windows w SET benchmark_return = s.return_percent FROM "
	"sector_performance s "
	"WHERE s.sector = w.benchmark_ticker AND s.window_code = w.window_code AND "
	"s.performance_date = '2026-01-30'";

static void
step(struct console_test *t, const char *question, const char *job)
{
	char sql[160];

	pty_send(t->pty, "g");
	SEE(t, question);
	pty_send(t->pty, "g"); /* the key that opened the question does not answer it */
	pty_send(t->pty, "y");
	fmt_buf(sql, sizeof(sql),
		"SELECT state FROM fintra_ops.run WHERE job = '%s' AND origin = "
		"'console'",
		job);
	console_sql_until(t, sql, "success");
}

static void
test_from_the_cause_to_ready(void **state)
{
	struct console_test t;
	static const char *const args[] = { "--as-of", "2026-02-02", NULL };
	const char *raw, *at;

	(void)state;
	console_open(&t, "con_tree", NULL);
	support_ready(t.info);
	support_sql(t.info, morning);
	t.pty = console_spawn(&t, args, 100, 30);
	SEE(&t, "NOT READY");
	pty_send(t.pty, "jjw"); /* layer 2 */
	SEE(&t, "Why performance_windows");
	SEE(&t, "First cause: sector_performance late 1 session");
	pty_send(t.pty, "y");
	SEE(&t, "copied: fintra run sector-performance-aggregator --as-of 2026-02-02");
	step(&t, "Run step 1 of 2: sector-performance-aggregator?",
	     "sector-performance-aggregator");
	SEE(&t, "1  run performance-windows-aggregator");
	step(&t, "Run step 1 of 1: performance-windows-aggregator?",
	     "performance-windows-aggregator");
	SEE(&t, "performance_windows is fresh");
	SEE(&t, "its inputs are those that run");
	pty_send(t.pty, "\r");
	SEE(&t, "performance-windows-aggregator");
	SEE(&t, "START");
	pty_send(t.pty, "\033");
	SEE(&t, "performance_windows is fresh");
	pty_send(t.pty, "kkkkkkkkd"); /* of the first row */
	SEE(&t, "Impact of performance_windows");
	SEE(&t, "fintra_snapshots");
	pty_send(t.pty, "\033");
	SEE(&t, "READY for 2026-02-02");
	pty_send(t.pty, "q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	raw = str_c(pty_raw(t.pty));
	at = strstr(raw, "\033]52;c;");
	assert_non_null(at);
	assert_null(pty_foreign(raw, (size_t)(at - raw)));
	at += strcspn(at, "\a") + 1;
	assert_null(pty_foreign(at, strlen(at)));
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_from_the_cause_to_ready) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
