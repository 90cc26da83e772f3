/* A database whose columns are narrower than ours: the jobs leave out the rows that do not fit, and
 * say so.  Expected: faults.md F11. */
#include "jobs/jobs.h"
#include "tests/support_cli.h"
#include "tests/support_prices.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct ground g;

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&g, "refused");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

static void
expect(const char *sql, const char *want)
{
	char got[600];

	ground_text(&g, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

static void
shown(int64_t run, const char *says)
{
	char id[24];
	const char *args[] = { "show", id, NULL };

	snprintf(id, sizeof(id), "%lld", (long long)run);
	bin_expect(g.conninfo, args, 0, says);
}

/* The first load of a day goes past the stage, the second through it. */
static void
a_price_too_large_for_its_column(void **state)
{
	static const char reason[] =
		"refused by the database: numeric field overflow (A field with "
		"precision 6, scale 2 must round to an absolute value less than "
		"10^4.)";
	char want[300];

	(void)state;
	ground_reset(&g, "refused_prices");
	prices_universe(&g, PRICES_TICKERS);
	ground_sql(&g, "ALTER TABLE prices_daily ALTER close TYPE numeric(6,2)");
	prices_body(&g, PRICES_DAY, 200,
		    PRICES_HEADER "T001," PRICES_DAY ",10,9,11,10,10,5\n"
				  "T002," PRICES_DAY ",10000,9000,11000,10000,10000,5\n"
				  "T003," PRICES_DAY ",30,29,31,30,30,5\n");
	for (int again = 0; again < 2; again++) {
		struct outcome o =
			prices_run(&g, PRICES_DAY, again ? "force=1" : "start=" PRICES_DAY);

		if (o.state != RUN_PARTIAL)
			fail_msg("%d: %s", o.state, o.why);
		assert_int_equal(o.counts.rejected, 1);
		assert_int_equal(again ? o.counts.unchanged : o.counts.inserted, 2);
		expect("SELECT string_agg(ticker || close, ' ' ORDER BY ticker) FROM prices_daily",
		       "T00110.00 T00330.00");
		snprintf(want, sizeof(want), "      1  %s: (T002,2026-02-02,10000,", reason);
		shown(o.run, want);
	}
}

#define T(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_price_too_large_for_its_column),
	};

	return cmocka_run_group_tests_name("refused_rows", tests, open_ground, close_ground);
}
