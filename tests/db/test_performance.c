/* performance-bulk and the two sector jobs on a few rows whose results were worked out by hand
 * (volatility with Python's statistics.stdev). */
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

static struct outcome
bulk(void)
{
	return GROUND_RUN(&ground, &job_performance_bulk, AS_OF, NULL);
}

static void
some_prices(void)
{
	stock("AAA", "Technology");
	stock("BBB", "Technology");
	stock("CCC", "Energy");
	ground_sql(&ground,
		   "INSERT INTO fintra_universe (ticker, instrument_type, is_active) VALUES "
		   "('QQQ', 'ETF', true), "
		   "('SPY', 'ETF', true); "
		   "INSERT INTO prices_daily (ticker, price_date, close, adj_close) VALUES "
		   "('AAA', '2026-02-02', 1, 150), ('AAA', '2025-02-03', 1, 100), ('AAA', "
		   "'2025-12-31', 1, 80), "
		   "('AAA', '2026-01-30', 1, 125), ('AAA', '2026-01-02', 1, 110), ('AAA', "
		   "'2026-01-26', 1, 120), "
		   "('AAA', '2026-02-03', 1, 999), "
		   "('BBB', '2026-01-26', 1, 10), ('BBB', '2026-01-28', 1, NULL), ('BBB', "
		   "'2026-01-29', 1, 0), "
		   "('BBB', '2026-01-30', 1, -3), ('BBB', '2026-02-02', 1, 11), "
		   "('CCC', '2026-01-16', 1, 40), ('CCC', '2026-01-20', 1, 50), "
		   "('SPY', '2026-01-30', 1, 500), ('SPY', '2026-02-02', 1, 505), "
		   "('QQQ', '2026-01-30', 1, 500), ('QQQ', '2026-02-02', 1, 505)");
}

/* 1M and YTD start on 2 January, 1Y on 3 February 2025; 3M and 6M have no row within ten days of
 * their start, 2Y to 5Y none at all.  The row after the as-of date is not seen. */
static void
test_windows_by_hand(void **state)
{
	(void)state;
	some_prices();
	assert_int_equal(bulk().state, RUN_SUCCESS);
	expect("SELECT string_agg(concat_ws(' ', window_code, round(return_percent, 6), "
	       "absolute_return, "
	       "round(volatility, 9), round(max_drawdown, 9)), ', ' ORDER BY window_code) "
	       "FROM datos_performance WHERE ticker = 'AAA' AND performance_date = '2026-02-02'",
	       "1D 20.000000 25, 1M 36.363636 40 8.102991961 0.000000000, "
	       "1W 25.000000 30 11.195857369 0.000000000, 1Y 50.000000 50 21.160041587 "
	       "20.000000000, "
	       "YTD 36.363636 40 8.102991961 0.000000000");
	expect("SELECT concat_ws(' ', min(source), min(data_freshness), count(*)) FROM "
	       "datos_performance "
	       "WHERE ticker = 'AAA'",
	       "prices_daily 0 5");
}

static void
test_unusable_prices_are_left_out(void **state)
{
	(void)state;
	some_prices();
	assert_int_equal(bulk().counts.skipped, 3);
	expect("SELECT round(return_percent, 9) FROM datos_performance WHERE ticker = 'BBB' AND "
	       "window_code = '1D'",
	       "10.000000000");
}

static void
test_date_is_the_ticker_s_own(void **state)
{
	(void)state;
	some_prices();
	bulk();
	expect("SELECT concat_ws(' ', performance_date, data_freshness, return_percent) FROM "
	       "datos_performance "
	       "WHERE ticker = 'CCC' AND window_code = '1D'",
	       "2026-01-20 13 25");
}

static void
test_market_is_computed_other_funds_are_not(void **state)
{
	(void)state;
	some_prices();
	bulk();
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM datos_performance", "AAA BBB CCC SPY");
}

static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	some_prices();
	assert_true(bulk().counts.inserted > 0);
	o = GROUND_RUN(&ground, &job_performance_bulk, AS_OF, "force=1", NULL);
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_true(o.counts.unchanged > 0);
}

/* CCC's 1D and 1W both start on 16 January. */
static void
test_correction_updates_what_it_changes(void **state)
{
	struct outcome o;

	(void)state;
	some_prices();
	bulk();
	ground_sql(&ground,
		   "UPDATE prices_daily SET adj_close = 45 WHERE ticker = 'CCC' AND price_date "
		   "= '2026-01-20'");
	o = bulk();
	assert_int_equal(o.counts.updated, 2);
	assert_int_equal(o.counts.inserted, 0);
}

static void
test_only_asked_windows_and_ticker(void **state)
{
	(void)state;
	some_prices();
	GROUND_RUN(&ground, &job_performance_bulk, AS_OF, "windows=1D,1Y", "ticker=AAA", NULL);
	expect("SELECT string_agg(ticker || window_code, ' ' ORDER BY window_code) FROM "
	       "datos_performance",
	       "AAA1D AAA1Y");
}

static void
test_dry_run_writes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	some_prices();
	o = GROUND_RUN(&ground, &job_performance_bulk, AS_OF, "dry_run=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM datos_performance"), 0);
}

static void
test_bulk_without_input(void **state)
{
	struct outcome o;

	(void)state;
	o = bulk();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "fintra run sync-universe"));
	stock("AAA", "Technology");
	o = bulk();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "fintra run prices-daily-bulk --as-of " AS_OF));
}

/* Month ends of December and January, and the last session asked for. */
static void
test_range_by_month(void **state)
{
	struct outcome o;

	(void)state;
	some_prices();
	o = GROUND_RUN(&ground, &job_performance_bulk, AS_OF, "start=2025-12-15", "end=2026-02-02",
		       "step=month", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect("SELECT string_agg(DISTINCT performance_date::text, ' ') FROM datos_performance "
	       "WHERE ticker = 'AAA'",
	       "2025-12-31 2026-01-30 2026-02-02");
	o = GROUND_RUN(&ground, &job_performance_bulk, AS_OF, "start=2026-02-01", "end=2026-02-01",
		       NULL);
	assert_int_equal(o.exit_code, 64);
}

/* 250 tickers x 764 days in the order of days: more than a thousand blocks. */
static void
many_prices(void)
{
	ground_sql(&ground,
		   "INSERT INTO fintra_universe (ticker, instrument_type, is_active) "
		   "SELECT 'T' || lpad(t::text, 3, '0'), 'EQUITY', true FROM "
		   "generate_series(1, 250) t; "
		   "INSERT INTO prices_daily (ticker, price_date, open, high, low, close, "
		   "adj_close, volume) "
		   "SELECT 'T' || lpad(t::text, 3, '0'), date '2024-01-01' + d, 1, 1, 1, 1, "
		   "100 + (t * 31 + d * 17) % 89, 1000000 "
		   "FROM generate_series(0, 763) d, generate_series(1, 250) t ORDER BY d, t");
}

static void
bulk_with(int workers, int memory_mb, char sum[128])
{
	struct outcome o;

	ground_sql(&ground, "TRUNCATE datos_performance");
	ground.conf.workers = workers;
	ground.conf.perf_memory_mb = memory_mb;
	o = bulk();
	ground.conf.workers = 0;
	ground.conf.perf_memory_mb = 512;
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 250 * 764);
	ground_text(&ground,
		    "SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', ticker, window_code, "
		    "return_percent, "
		    "volatility, max_drawdown), ',' ORDER BY ticker, window_code)) FROM "
		    "datos_performance",
		    sum, 128);
}

/* Several readers on one snapshot, and parts that fit a small budget, give what one reader gives.
 * 8 windows (two years and a month of days) of 250 tickers; T001's last two prices are 120 and 137.
 */
static void
test_readers_and_parts_agree(void **state)
{
	char one[128], three[128], parts[128];

	(void)state;
	many_prices();
	bulk_with(1, 512, one);
	assert_true(strncmp(one, "2000 ", 5) == 0);
	expect("SELECT round(return_percent, 6) FROM datos_performance WHERE ticker = 'T001' AND "
	       "window_code = '1D'",
	       "-40.000000");
	bulk_with(3, 512, three);
	assert_string_equal(one, three);
	bulk_with(3, 2, parts);
	assert_string_equal(one, parts);
	assert_true(
		ground_int(&ground,
			   "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%parts of%'") >
		0);
}

static struct outcome
means(void)
{
	return GROUND_RUN(&ground, &job_sector_performance, AS_OF, NULL);
}

/* (10 + 20 + 30) / 3; the fourth is an outlier, the warrant and the inactive one do not count. */
static void
test_sector_mean(void **state)
{
	struct outcome o;

	(void)state;
	for (int i = 0; i < 6; i++) {
		static const char *const name[] = { "A", "B", "C", "D", "E-WT", "F" };
		static const char *const ret[] = { "10", "20", "30", "10000.5", "70", "80" };

		stock(name[i], "Technology");
		asset(name[i], "1M", AS_OF, ret[i]);
		asset(name[i], "1D", AS_OF, ret[i]);
	}
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'F'");
	stock("G", "Energy");
	stock("H", "Energy");
	asset("G", "1M", AS_OF, "1");
	asset("H", "1M", AS_OF, "2");
	o = means();
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.skipped, 1);
	expect("SELECT string_agg(concat_ws(' ', sector, window_code, performance_date, "
	       "return_percent, source), ', ') "
	       "FROM sector_performance",
	       "Technology 1M 2026-02-02 20 equal_weight_datos_performance");
}

/* Twenty tickers on Friday: one on Monday does not make Monday the market's date, two do. */
static void
test_few_tickers_do_not_define_the_date(void **state)
{
	char name[8];

	(void)state;
	for (int i = 0; i < 20; i++) {
		(void)fmt_buf(name, sizeof(name), "T%02d", i);
		stock(name, "Technology");
		asset(name, "1M", "2026-01-30", "5");
		asset(name, "3M", "2026-01-30", "5");
	}
	asset("T01", "1M", AS_OF, "6");
	means();
	expect("SELECT string_agg(DISTINCT performance_date::text, ' ') FROM sector_performance",
	       "2026-01-30");
	asset("T02", "1M", AS_OF, "6");
	stock("T90", "Technology");
	asset("T90", "1M", AS_OF, "9");
	means();
	expect("SELECT return_percent FROM sector_performance WHERE performance_date = "
	       "'2026-02-02'",
	       "7");
}

static void
test_means_without_input(void **state)
{
	struct outcome o;

	(void)state;
	o = means();
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "fintra run performance-bulk --as-of " AS_OF));
}

static void
thirteen_days(void)
{
	char day[16];

	for (int i = 0; i < 13; i++) {
		(void)fmt_buf(day, sizeof(day), "2026-01-%02d", 12 + i);
		sector("Energy", "1D", day, "1");
	}
	stock("A", "Energy");
	asset("A", "1M", AS_OF, "10");
}

/* 13 of 21 days are enough: 100 * (1.01^13 - 1) = 13.809328... (worked out with bc). */
static void
test_missing_window_is_compounded(void **state)
{
	(void)state;
	thirteen_days();
	sector("Technology", "1M", AS_OF, "4");
	assert_int_equal(GROUND_RUN(&ground, &job_sector_windows, AS_OF, NULL).state, RUN_SUCCESS);
	expect("SELECT string_agg(concat_ws(' ', sector, window_code, round(return_percent, 9), "
	       "source), ', ' "
	       "ORDER BY sector) FROM sector_performance WHERE performance_date = '2026-02-02'",
	       "Energy 1M 13.809328043 sql_aggregation, Technology 1M 4.000000000 test");
}

static void
test_force_touches_only_own_rows(void **state)
{
	(void)state;
	thirteen_days();
	GROUND_RUN(&ground, &job_sector_windows, AS_OF, NULL);
	ground_sql(&ground,
		   "UPDATE sector_performance SET return_percent = 1 WHERE window_code = '1M'");
	GROUND_RUN(&ground, &job_sector_windows, AS_OF, NULL);
	expect("SELECT return_percent FROM sector_performance WHERE window_code = '1M'", "1");
	assert_int_equal(
		GROUND_RUN(&ground, &job_sector_windows, AS_OF, "force=1", NULL).counts.updated, 1);
	ground_sql(&ground,
		   "UPDATE sector_performance SET return_percent = 1, source = 'other' WHERE "
		   "window_code = '1M'");
	assert_int_equal(
		GROUND_RUN(&ground, &job_sector_windows, AS_OF, "force=1", NULL).counts.updated, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_windows_by_hand),
		TEST(test_unusable_prices_are_left_out),
		TEST(test_date_is_the_ticker_s_own),
		TEST(test_market_is_computed_other_funds_are_not),
		TEST(test_second_run_changes_nothing),
		TEST(test_correction_updates_what_it_changes),
		TEST(test_only_asked_windows_and_ticker),
		TEST(test_dry_run_writes_nothing),
		TEST(test_bulk_without_input),
		TEST(test_range_by_month),
		TEST(test_readers_and_parts_agree),
		TEST(test_sector_mean),
		TEST(test_few_tickers_do_not_define_the_date),
		TEST(test_means_without_input),
		TEST(test_missing_window_is_compounded),
		TEST(test_force_touches_only_own_rows),
	};

	return cmocka_run_group_tests_name("performance", tests, open_ground, close_ground);
}
