/* From the check to the chart: the real binary on a pseudo-terminal over a database of snapshots.
 */
#include "tests/support_console.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 100, HEIGHT = 40 };

/* T01..T20: 12 with a relative return, -50, -40 .. 60; of these 3 without a score, the others 5, 10
 * .. 45.  So the check has 9 points, wants 10, and is the first that is not right. */
static const char snapshots[] =
	"UPDATE fintra_snapshots SET sector = CASE WHEN n <= 6 THEN 'Energy' ELSE 'Utilities' END, "
	"fgos_score = CASE WHEN n NOT BETWEEN 10 AND 12 THEN n * 5 END, relative_vs_sector_1y = "
	"CASE WHEN n <= 12 THEN n * 10 - 60 END FROM (SELECT ticker AS t, "
	"substr(ticker, 2)::int AS n FROM fintra_snapshots) s WHERE ticker = t;"
	/* Nothing that these returns could contradict. */
	"DELETE FROM performance_windows WHERE window_code = '1Y'";

static void
start(struct console_test *t, const char *name, const char *locale)
{
	static const char *const args[] = { "--as-of", "2026-02-02", NULL };

	console_open(t, name, NULL);
	console_env(t, locale);
	support_ready(t->info);
	support_sql(t->info, snapshots);
	t->pty = console_spawn(t, args, WIDTH, HEIGHT);
	SEE(t, "scatter_data");
}

static void
test_from_the_check_to_the_chart(void **state)
{
	struct console_test t;

	(void)state;
	start(&t, "con_scatter", "LC_ALL=C.UTF-8");
	pty_send(t.pty, "\t");
	SEE(&t, ">WARN scatter_data");
	pty_send(t.pty, "\r");
	SEE(&t, "FGOS against return relative to the sector, 1Y (pp)");
	SEE(&t, "20 rows: 9 plotted, 0 off-scale, 8 without relative return, 3 without score");
	SEE(&t, "100\xe2\x94\xa4"); /* the axis */
	pty_send(t.pty, "G");
	SEE(&t, "T09  Utilities  FGOS 45.0  relative 1Y +30.00 pp");
	pty_send(t.pty, "h");
	SEE(&t, "T08  Utilities  FGOS 40.0  relative 1Y +20.00 pp");
	pty_send(t.pty, "s");
	SEE(&t, "sector: Energy (1 of 2)");
	SEE(&t, "6 rows: 6 plotted");
	pty_send(t.pty, "\033");
	SEE(&t, "sector: all 2");
	pty_send(t.pty, "q");
	SEE(&t, "Checks (section 7)");
	pty_send(t.pty, "q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_null(pty_foreign(str_c(pty_raw(t.pty)), pty_raw(t.pty)->len));
	console_close(&t);
}

static void
test_from_the_bar_without_utf8(void **state)
{
	struct console_test t;

	(void)state;
	start(&t, "con_scatter_ascii", "LC_ALL=C");
	pty_send(t.pty, ":scatter --sector utilities\r");
	SEE(&t, "sector: Utilities (2 of 2)");
	SEE(&t, "14 rows: 3 plotted, 0 off-scale, 8 without relative return, 3 without score");
	SEE(&t, "100+");
	/* The screen follows the database. */
	support_sql(t.info, "UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL");
	pty_send(t.pty, "\022"); /* ^r */
	SEE(&t, "All points would be at x = 0");
	SEE(&t, "fintra backfill performance-windows --as-of 2026-02-02");
	SEE(&t, "fintra run fmp-bulk --as-of 2026-02-02");
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_the_check_to_the_chart),
		cmocka_unit_test(test_from_the_bar_without_utf8),
	};

	return cmocka_run_group_tests_name("console_scatter", tests, NULL, NULL);
}
