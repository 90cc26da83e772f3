/* The Ticker screen with the real console on a pseudo-terminal: from key 9 to the figures that
 * plain SQL put there.  Each of the nine metrics is 2.5 between percentiles of 2 and 3: bucket 50,
 * and so is the score (engines.md 2.4; of debt 100 - 50). */
#include "tests/support_console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NINE                                                                                      \
	"revenue_cagr, earnings_cagr, fcf_cagr, roic, operating_margin, net_margin, fcf_margin, " \
	"debt_to_equity, interest_coverage"

static const char rows[] =
	"INSERT INTO fintra_universe (ticker, name, sector, instrument_type, is_active, last_seen) "
	"VALUES ('AAA', 'Alpha Inc', 'Energy', 'EQUITY', true, '2026-02-02');"
	"INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	"source, " NINE ") VALUES ('AAA', 'FY', '2025', '2025-12-31', 'test', 2.5, 2.5, 2.5, 2.5, "
	"2.5, 2.5, 2.5, 2.5, 2.5);"
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date, p10, p25, p50, p75, p90, "
	"sample_size, confidence) SELECT 'Energy', btrim(m), '2026-02-02', 1, 2, 3, 4, 5, 30, "
	"'high' FROM unnest(string_to_array('" NINE "', ',')) m";

static void
begin(struct console_test *t, const char *name, int w, int h)
{
	struct err e = ERR_INIT;

	console_open(t, name, NULL);
	DB_AUTO db = support_open(t->info);

	if (db_exec_sql(db, rows, &e) < 0)
		fail_msg("%s", e.text);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(t, w, h);
	SEE(t, " rw ");
}

static void
end(struct console_test *t)
{
	assert_true(pty_wait_gone(t->pty, "of mine", CONSOLE_WAIT_MS));
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	console_close(t);
}

/* No snapshot yet; r offers all steps, a run makes one of this ticker, and its figures come. */
static void
test_from_the_key_to_the_figures(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "ticker_key", 120, 40);
	pty_send(t.pty, "9");
	SEE(&t, "ticker: _");
	pty_send(t.pty, "aaa\r");
	SEE(&t, "fintra > Ticker > AAA");
	SEE(&t, "Alpha Inc");
	SEE(&t, "none of engine fintra-local-v1 by this date: fmp-bulk has not run for it");
	pty_send(t.pty, "r");
	SEE(&t, "Launch master-ticker");
	SEE(&t, "fintra run master-ticker --ticker AAA");
	pty_send(t.pty, "\033");
	/* Back to where the form was opened from. */
	assert_true(pty_wait_gone(t.pty, "Launch master-ticker", CONSOLE_WAIT_MS));
	SEE(&t, "fintra > Ticker > AAA");
	pty_send(t.pty, ":run fmp-bulk --ticker AAA\r"); /* the one step that needs no vendor */
	SEE(&t, "Launch fmp-bulk");
	SEE(&t, "--ticker AAA");
	pty_send(t.pty, "\r");
	SEE(&t, "launch all the same?"); /* other inputs are empty */
	pty_send(t.pty, "y");
	console_sql_until(&t,
			  "SELECT state IN ('success', 'partial') AND params ->> 'ticker' = 'AAA' "
			  "FROM fintra_ops.run",
			  "t");
	assert_true(pty_wait_gone(t.pty, "Launch fmp-bulk", CONSOLE_WAIT_MS));
	pty_send(t.pty, "\022"); /* ^r */
	SEE(&t, "2026-02-02 of engine fintra-local-v1");
	SEE(&t, "50  match: it is the stored score");
	SEE(&t, "0.25 x 50.00 + 0.3 x 50.00 + 0.2 x 50.00 + 0.25 x 50.00 = 50.0000");
	SEE(&t, "revenue_cagr          2.5  50    50      1      2      3      4      5   30 h");
	SEE(&t, "AAA  snapshot 2026-02-02  FGOS 50 Medium, recombines  IFS -");
	end(&t);
}

static void
test_by_name_and_from_a_row(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "ticker_name", 80, 24);
	pty_send(t.pty, ":ticker AAB\r");
	SEE(&t, "? there is no ticker AAB; did you mean AAA?");
	pty_send(t.pty, "taaa\r");
	SEE(&t, "Alpha Inc");
	pty_send(t.pty, "Y");
	SEE(&t, "ticker AAA");
	console_foreign_run_with(&t, "fmp-bulk", "{\"ticker\": \"BBB\"}");
	pty_send(t.pty, "3");
	SEE(&t, "lucia");
	pty_send(t.pty, "9");
	SEE(&t, "ticker: BBB_");
	pty_send(t.pty, "\033");
	assert_true(pty_wait_gone(t.pty, "ticker: BBB_", CONSOLE_WAIT_MS));
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_the_key_to_the_figures),
		cmocka_unit_test(test_by_name_and_from_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
