/* master-ticker (jobs.md 2.25) by the real binary over a synthetic market; orders as in jobs.md 4.
 */
#include "tests/support_night.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TICKER "AAA" /* a stock of this market */
#define SEED                                                                                  \
	"sync-universe prices-daily-bulk financials-bulk fmp-bulk valuation-bulk " BENCHMARKS \
	"performance-bulk market-state-bulk"
#define BENCHMARKS "sector-benchmarks "
#define CANONICAL                                                                          \
	"sync-universe prices-daily-bulk financials-bulk valuation-bulk performance-bulk " \
	"performance-windows-aggregator sector-benchmarks fmp-bulk market-state-bulk"

#define TODAY(table, date) \
	"(SELECT count(DISTINCT ticker) FROM " table " WHERE " date " = '" NIGHT_NEXT "')"
#define TOUCHED                                                                               \
	"SELECT concat_ws(' ', " TODAY("prices_daily", "price_date") ", " TODAY(              \
		"datos_valuacion",                                                            \
		"valuation_date") ", " TODAY("fintra_snapshots",                              \
					     "snapshot_date") ", " TODAY("datos_performance", \
									 "performance_date") ")"

static int
open_market(void **state)
{
	(void)state;
	night_open();
	return 0;
}

static int
close_market(void **state)
{
	(void)state;
	night_close();
	return 0;
}

/* The evening of the 2nd is done for all; it is that of the 3rd. */
static int
fresh(void **state)
{
	(void)state;
	night_fresh("ticker");
	(void)NIGHT(0, "run", "master-all");
	night_is(NIGHT_NEXT);
	return 0;
}

static void
seed_order_for_one_ticker(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-ticker", "--ticker", "aaa");
	night_steps("master-ticker", "success", SEED);
	expect(TOUCHED, "1 1 1 1");
	expect("SELECT concat_ws(' ', result ->> 'mode', result ->> 'ticker', (result ->> "
	       "'total_duration_ms')::int > 0) FROM fintra_ops.run WHERE job = 'master-ticker'",
	       "SINGLE_TICKER_CANONICAL " TICKER " t");
	/* For all sectors: eleven and General. */
	expect("SELECT count(DISTINCT sector) FROM sector_benchmarks WHERE snapshot_date = "
	       "'" NIGHT_NEXT "'",
	       "12");
	expect("SELECT string_agg(job, ' ') FROM fintra_ops.run WHERE parent IS NOT NULL AND "
	       "as_of = '" NIGHT_NEXT "' AND NOT params ? 'ticker'",
	       "sector-benchmarks");
}

static void
canonical_order(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-ticker", "--ticker", TICKER, "--order", "canonical");
	night_steps("master-ticker", "success", CANONICAL);
}

static void
benchmarks_only_when_missing(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-ticker", "-t", TICKER);
	(void)NIGHT(0, "run", "master-ticker", "-t", "DUW");
	night_steps("master-ticker", "skipped", "sector-benchmarks");
	expect("SELECT count(*) FROM fintra_ops.run WHERE job = 'sector-benchmarks' AND as_of = "
	       "'" NIGHT_NEXT "'",
	       "1");
}

static void
stops_at_the_first_failure(void **state)
{
	(void)state;
	ground_fault("path=/stable/ratios-ttm-bulk,kind=status-500");
	(void)NIGHT(69, "run", "master-ticker", "-t", TICKER);
	night_steps("master-ticker", "success", "sync-universe prices-daily-bulk fmp-bulk");
	night_steps("master-ticker", "partial", "financials-bulk"); /* goes on without them */
	night_steps("master-ticker", "failure", "valuation-bulk");
	expect("SELECT concat_ws(' ', result ->> 'steps_completed', error LIKE 'step "
	       "valuation-bulk (run % ended failure): %') FROM fintra_ops.run WHERE job = "
	       "'master-ticker'",
	       "4 t");
	expect("SELECT count(*) FROM fintra_ops.run WHERE job = 'performance-bulk' AND as_of = "
	       "'" NIGHT_NEXT "'",
	       "0");
}

static void
needs_a_ticker(void **state)
{
	(void)state;
	assert_non_null(strstr(NIGHT(64, "run", "master-ticker"), "--ticker SYM"));
	expect("SELECT count(*) FROM fintra_ops.run WHERE job = 'master-ticker'", "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(seed_order_for_one_ticker, fresh),
		cmocka_unit_test_setup(canonical_order, fresh),
		cmocka_unit_test_setup(benchmarks_only_when_missing, fresh),
		cmocka_unit_test_setup(stops_at_the_first_failure, fresh),
		cmocka_unit_test_setup(needs_a_ticker, fresh),
	};

	return cmocka_run_group_tests_name("master-ticker", tests, open_market, close_market);
}
