/* performance-windows-aggregator and its backfill on a few rows whose results were worked out by
 * hand. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "perf");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "perf");
	return 0;
}

/* A and B with Technology, C with a sector that has no benchmark, D without sector. */
static void
some_windows(const char *benchmark_date)
{
	stock("A", "Technology");
	stock("B", "Technology");
	stock("C", "Energy");
	stock("D", "");
	asset("A", "1M", AS_OF, "12.5");
	asset("A", "1Y", AS_OF, "-3");
	asset("B", "1M", AS_OF, "1");
	asset("C", "1M", AS_OF, "2");
	asset("D", "1M", AS_OF, "3");
	asset("A", "1D", AS_OF, "99");
	sector("Technology", "1M", benchmark_date, "2.25");
	sector("Technology", "1Y", benchmark_date, "0.5");
}

static struct outcome
windows(void)
{
	return GROUND_RUN(&ground, &job_performance_windows, AS_OF, NULL);
}

static void
test_alpha(void **state)
{
	struct outcome o;

	(void)state;
	some_windows(AS_OF);
	o = windows();
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	expect("SELECT string_agg(concat_ws(' ', ticker, benchmark_ticker, window_code, "
	       "asset_return, benchmark_return, "
	       "alpha, volatility, max_drawdown, as_of_date, source), ', ' ORDER BY ticker, "
	       "window_code) "
	       "FROM performance_windows",
	       "A Technology 1M 12.5 2.25 10.25 1.5 7 2026-02-02 "
	       "aggregated_from_datos_performance, "
	       "A Technology 1Y -3 0.5 -3.5 1.5 7 2026-02-02 aggregated_from_datos_performance, "
	       "B Technology 1M 1 2.25 -1.25 1.5 7 2026-02-02 aggregated_from_datos_performance");
	expect("SELECT concat_ws(' ', result->>'windows_skipped_missing_benchmark', "
	       "result->>'windows_skipped_missing_sector', "
	       "result->>'windows_skipped_missing_asset', "
	       "result->>'tickers_considered') FROM fintra_ops.run",
	       "1 1 17 3");
}

static void
test_market_rows(void **state)
{
	(void)state;
	some_windows(AS_OF);
	asset("SPY", "1M", AS_OF, "4");
	windows();
	expect("SELECT string_agg(concat_ws(' ', ticker, window_code, alpha), ', ' ORDER BY "
	       "ticker) "
	       "FROM performance_windows WHERE benchmark_ticker = 'SPY'",
	       "A 1M 8.5, B 1M -3, C 1M -2");
	ground_sql(&ground, "TRUNCATE performance_windows");
	GROUND_RUN(&ground, &job_performance_windows, AS_OF, "with_market=0", NULL);
	expect("SELECT count(*) FROM performance_windows WHERE benchmark_ticker = 'SPY'", "0");
}

static void
test_industry_rows(void **state)
{
	(void)state;
	some_windows(AS_OF);
	ground_sql(&ground, "UPDATE fintra_universe SET industry = 'Software' WHERE ticker = 'A'; "
			    "INSERT INTO industry_performance VALUES ('Software', '1M', '" AS_OF
			    "', 2.5, 'test')");
	GROUND_RUN(&ground, &job_performance_windows, AS_OF, "with_industry=1", NULL);
	expect("SELECT concat_ws(' ', ticker, alpha) FROM performance_windows WHERE "
	       "benchmark_ticker = 'Software'",
	       "A 10");
}

static void
test_benchmarks_of_another_date_are_refused(void **state)
{
	struct outcome o;

	(void)state;
	some_windows("2026-01-30");
	o = windows();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text,
			       "no_sector_rows_for_as_of_date: sector_performance has 2026-01-30, "
			       "wanted 2026-02-02: "
			       "fintra run sector-performance-aggregator --as-of 2026-02-02; "
			       "fintra run performance-windows-aggregator --as-of 2026-02-02"));
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM performance_windows"), 0);
	o = GROUND_RUN(&ground, &job_performance_windows, AS_OF, "max_benchmark_age=2", NULL);
	assert_int_equal(o.exit_code, 6);
	o = GROUND_RUN(&ground, &job_performance_windows, AS_OF, "max_benchmark_age=3", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect("SELECT concat_ws(' ', count(*), min(as_of_date)) FROM performance_windows",
	       "3 2026-02-02");
	expect("SELECT as_of FROM fintra_ops.input WHERE table_name = 'sector_performance' ORDER "
	       "BY run_id DESC LIMIT 1",
	       "2026-01-30");
}

static void
test_windows_without_input(void **state)
{
	struct outcome o;

	(void)state;
	stock("A", "Technology");
	asset("A", "1M", AS_OF, "1");
	o = windows();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no_sector_data"));
	sector("Energy", "1M", AS_OF, "1");
	o = windows();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no_windows_prepared"));
}

/* Guard G5: another writer left an alpha that is not the difference. */
static void
test_wrong_alpha_is_found(void **state)
{
	(void)state;
	some_windows(AS_OF);
	ground_sql(&ground,
		   "INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, "
		   "asset_return, "
		   "benchmark_return, alpha, as_of_date) VALUES ('Z', 'Technology', '1M', 5, "
		   "1, 4.1, '" AS_OF "')");
	assert_int_equal(windows().exit_code, 65);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM performance_windows"), 1);
}

static struct outcome
backfill(void)
{
	return GROUND_RUN(&ground, &job_backfill_performance_windows, AS_OF, NULL);
}

static void
test_backfill_takes_the_nearest_older_date(void **state)
{
	(void)state;
	some_windows("2026-01-28");
	sector("Technology", "1M", "2026-02-03", "9");
	sector("Technology", "1M", "2026-01-27", "9");
	assert_int_equal(backfill().state, RUN_SUCCESS);
	expect("SELECT concat_ws(' ', alpha, source) FROM performance_windows WHERE ticker = 'A' "
	       "AND window_code = '1M'",
	       "10.25 backfill_v1_2026_02_02");
	ground_sql(&ground, "DELETE FROM sector_performance WHERE performance_date < '2026-02-03'");
	assert_int_equal(backfill().counts.updated, 2);
	expect("SELECT alpha FROM performance_windows WHERE ticker = 'A' AND window_code = '1M'",
	       "3.5");
}

static void
test_daily_job_over_backfilled_rows(void **state)
{
	struct outcome o;

	(void)state;
	some_windows(AS_OF);
	assert_int_equal(backfill().counts.inserted, 3);
	o = windows();
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(o.counts.unchanged, 3);
}

/* One unit per date that has returns of its own. */
static void
test_backfill_of_a_range(void **state)
{
	struct outcome o;

	(void)state;
	some_windows("2026-01-28");
	asset("B", "1M", "2026-01-29", "7");
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'B'");
	o = GROUND_RUN(&ground, &job_backfill_performance_windows, AS_OF, "start=2026-01-26",
		       "end=2026-02-02", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect("SELECT string_agg(concat_ws(' ', as_of_date, n), ', ' ORDER BY as_of_date) FROM "
	       "(SELECT as_of_date, "
	       "count(*) n FROM performance_windows GROUP BY 1) q",
	       "2026-01-29 1, 2026-02-02 3");
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit",
	       "2026-01-29 2026-02-02");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alpha),
		TEST(test_market_rows),
		TEST(test_industry_rows),
		TEST(test_benchmarks_of_another_date_are_refused),
		TEST(test_windows_without_input),
		TEST(test_wrong_alpha_is_found),
		TEST(test_backfill_takes_the_nearest_older_date),
		TEST(test_daily_job_over_backfilled_rows),
		TEST(test_backfill_of_a_range),
	};

	return cmocka_run_group_tests_name("performance_windows", tests, open_ground, close_ground);
}
