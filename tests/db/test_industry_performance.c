/* The two industry jobs on a few rows whose results were worked out by hand (compounding with bc);
 * tests/oracle/oracle.pl checks them on real data. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS                                                                                \
	"SELECT string_agg(concat_ws(' ', industry, window_code, performance_date, "        \
	"round(return_percent, 9) + 0, source), ', ' ORDER BY performance_date, industry, " \
	"window_code) FROM industry_performance"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "industry");
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
	ground_reset(&ground, "industry");
	return 0;
}

/* An active stock; the universe calls its industry so. */
static void
member(const char *ticker, const char *industry)
{
	char sql[400];

	stock(ticker, "Technology");
	(void)fmt_buf(sql, sizeof(sql),
		      "UPDATE fintra_universe SET industry = '%s' WHERE ticker = '%s'", industry,
		      ticker);
	ground_sql(&ground, sql);
}

/* The map holds this industry for the ticker; to = "" is open. */
static void
mapped(const char *ticker, const char *industry, const char *from, const char *to)
{
	char sql[700];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO industry_classification (industry_code, industry_name, sector, "
		      "source) VALUES ('T__%s', '%s', 'Technology', 'x') ON CONFLICT DO NOTHING; "
		      "INSERT INTO asset_industry_map (ticker, industry_code, effective_from, "
		      "effective_to, source) VALUES ('%s', 'T__%s', '%s', nullif('%s', '')::date, "
		      "'x')",
		      industry, industry, ticker, industry, from, to);
	ground_sql(&ground, sql);
}

static void
industry(const char *name, const char *date, const char *ret)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO industry_performance VALUES ('%s', '1D', '%s', %s, 'test')",
		      name, date, ret);
	ground_sql(&ground, sql);
}

static struct outcome
means(void)
{
	return GROUND_RUN(&ground, &job_industry_performance, AS_OF, NULL);
}

static struct outcome
windows(void)
{
	return GROUND_RUN(&ground, &job_industry_windows, AS_OF, NULL);
}

static void
use_daily_table(void)
{
	ground_sql(&ground,
		   "CREATE TABLE industry_performance_daily (industry text NOT NULL, "
		   "performance_date date NOT NULL, return_percent numeric, source text NOT "
		   "NULL, created_at timestamptz, PRIMARY KEY (industry, performance_date))");
}

/* Software: A by the map, B by the universe: (1 + 2) / 2.  Chips: C alone.  D is beyond the cap,
 * the fund, the warrant and who has no industry do not count; who is no longer active still does.
 */
static void
some_returns(void)
{
	member("A", "Whatever");
	mapped("A", "Software", "2025-01-02", "");
	member("B", "Software");
	member("C", "Chips");
	member("D", "Chips");
	member("SPY", "Software");
	member("E-WT", "Software");
	stock("F", "Technology");
	asset("A", "1D", AS_OF, "1");
	asset("B", "1D", AS_OF, "2");
	asset("C", "1D", AS_OF, "-3.5");
	asset("D", "1D", AS_OF, "10000.5");
	asset("SPY", "1D", AS_OF, "70");
	asset("E-WT", "1D", AS_OF, "80");
	asset("F", "1D", AS_OF, "90");
	asset("A", "1M", AS_OF, "60");
	ground_sql(&ground,
		   "UPDATE fintra_universe SET instrument_type = 'ETF' WHERE ticker = 'SPY'; "
		   "UPDATE fintra_universe SET is_active = false WHERE ticker = 'C'");
}

static void
test_mean(void **state)
{
	struct outcome o;

	(void)state;
	some_returns();
	o = means();
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 4);
	assert_int_equal(o.counts.skipped, 1);
	assert_int_equal(o.counts.inserted, 2);
	expect(ROWS, "Chips 1D 2026-02-02 -3.500000000 equal_weight_datos_performance, Software 1D "
		     "2026-02-02 1.500000000 equal_weight_datos_performance");
	expect("SELECT concat_ws(' ', result->>'as_of_date', result->>'industries', "
	       "result->>'rows_written', result->>'outliers_dropped') FROM fintra_ops.run",
	       "2026-02-02 2 2 1");
}

/* A was in Chips until 30 January, and in nothing that the map knows before 2026. */
static void
test_map_decides_by_date(void **state)
{
	(void)state;
	member("A", "Mining");
	mapped("A", "Chips", "2026-01-02", "2026-01-30");
	mapped("A", "Software", "2026-01-31", "");
	asset("A", "1D", "2025-12-31", "1");
	asset("A", "1D", "2026-01-02", "2");
	asset("A", "1D", "2026-01-30", "3");
	asset("A", "1D", AS_OF, "4");
	assert_int_equal(GROUND_RUN(&ground, &job_industry_performance, AS_OF, "start=2025-12-31",
				    "end=2026-02-02", NULL)
				 .state,
			 RUN_SUCCESS);
	expect("SELECT string_agg(industry || ' ' || return_percent, ', ' ORDER BY "
	       "performance_date) FROM industry_performance",
	       "Mining 1, Chips 2, Chips 3, Software 4");
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit",
	       "2025-12-31 2026-01-02 2026-01-30 2026-02-02");
}

static void
test_few_tickers_do_not_define_the_date(void **state)
{
	char name[8];

	(void)state;
	for (int i = 0; i < 20; i++) {
		(void)fmt_buf(name, sizeof(name), "T%02d", i);
		member(name, "Software");
		asset(name, "1D", "2026-01-30", "5");
	}
	asset("T01", "1D", AS_OF, "6");
	means();
	expect("SELECT string_agg(DISTINCT performance_date::text, ' ') FROM industry_performance",
	       "2026-01-30");
}

/* The server's own counters: not a row is touched; a correction touches its industry alone. */
static void
test_second_run_changes_nothing(void **state)
{
	int64_t before;
	struct outcome o;

	(void)state;
	some_returns();
	means();
	windows();
	before = ground_tuples(&ground);
	for (int i = 0; i < 2; i++) {
		o = GROUND_RUN(&ground, i ? &job_industry_windows : &job_industry_performance,
			       AS_OF, "force=1", NULL);
		assert_int_equal(o.state, RUN_SUCCESS);
		assert_true(o.counts.read > 0 && o.counts.unchanged > 0);
		assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	}
	assert_int_equal(ground_tuples(&ground), before);
	ground_sql(&ground,
		   "UPDATE datos_performance SET return_percent = 3 WHERE ticker = 'B' AND "
		   "window_code = '1D'");
	o = means();
	assert_int_equal(o.counts.updated, 1);
	assert_int_equal(o.counts.unchanged, 1);
	expect("SELECT return_percent FROM industry_performance WHERE industry = 'Software' AND "
	       "window_code = '1D'",
	       "2");
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	some_returns();
	assert_int_equal(
		GROUND_RUN(&ground, &job_industry_performance, AS_OF, "dry_run=1", NULL).state,
		RUN_SUCCESS);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM industry_performance"), 0);
}

static void
assert_fails(const struct job *job, const char *why)
{
	struct outcome o = GROUND_RUN(&ground, job, AS_OF, NULL);

	assert_int_equal(o.exit_code, 6);
	if (!strstr(o.err.text, why))
		fail_msg("%s: %s", job->name, o.err.text);
}

static void
test_without_input(void **state)
{
	(void)state;
	assert_fails(&job_industry_performance, "fintra run performance-bulk --as-of " AS_OF);
	assert_fails(&job_industry_windows,
		     "industry_performance has no daily row up to " AS_OF
		     ": fintra run industry-performance-aggregator --as-of " AS_OF);
	stock("A", "Technology");
	asset("A", "1D", AS_OF, "1");
	assert_fails(&job_industry_performance, "fintra run industry-classification-sync");
}

/* n daily rows from `first` on. */
static void
days(const char *name, const char *first, int n, const char *ret)
{
	char sql[400];

	(void)fmt_buf(
		sql, sizeof(sql),
		"INSERT INTO industry_performance SELECT '%s', '1D', date '%s' + d, %s, 'test' "
		"FROM generate_series(0, %d) d",
		name, first, ret, n - 1);
	ground_sql(&ground, sql);
}

/* The mean where a stock has the window; 3M has none, and 62 valid days are one too few.  1M of
 * Chips: 20 days of 1 % and one of 2 %: 100 * (1.02 * 1.01^20 - 1); older days do not count. */
static void
test_windows_means_first(void **state)
{
	struct outcome o;

	(void)state;
	member("A", "Software");
	member("B", "Software");
	asset("A", "1M", AS_OF, "10");
	asset("B", "1M", AS_OF, "20");
	asset("A", "1Y", AS_OF, "7");
	asset("A", "1W", AS_OF, "99");
	days("Software", "2025-12-03", 62, "1");
	days("Chips", "2025-12-20", 5, "50");
	days("Chips", "2026-01-13", 20, "1");
	industry("Chips", AS_OF, "2");
	o = windows();
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(o.counts.read, 3 + 62 + 26);
	expect(ROWS " WHERE window_code <> '1D'",
	       "Chips 1M 2026-02-02 24.459384075 derived_from_1d, "
	       "Software 1M 2026-02-02 15.000000000 equal_weight_datos_performance, "
	       "Software 1Y 2026-02-02 7.000000000 equal_weight_datos_performance");
}

/* A day without a figure and one of a total loss do not count as days: 63 others give 3M. */
static void
test_invalid_days_are_no_days(void **state)
{
	(void)state;
	days("Software", "2025-11-29", 65, "1");
	industry("Software", AS_OF, "1");
	ground_sql(&ground, "UPDATE industry_performance SET return_percent = NULL WHERE "
			    "performance_date = '2026-01-05'; UPDATE industry_performance SET "
			    "return_percent = -100 WHERE performance_date = '2026-01-06'");
	assert_int_equal(windows().state, RUN_SUCCESS);
	expect(ROWS " WHERE window_code = '3M'",
	       "Software 3M 2026-02-02 87.174442523 derived_from_1d");
	ground_sql(&ground, "DELETE FROM industry_performance WHERE window_code <> '1D' OR "
			    "performance_date = '2025-11-29'");
	windows();
	expect(ROWS " WHERE window_code <> '1D'",
	       "Software 1M 2026-02-02 23.239194035 derived_from_1d, Software 3M 2026-02-02 "
	       "87.174442523 derived_from_1d");
	ground_sql(&ground, "DELETE FROM industry_performance WHERE window_code <> '1D' OR "
			    "performance_date = '2025-11-30'");
	windows();
	expect("SELECT string_agg(window_code, ' ') FROM industry_performance WHERE window_code <> "
	       "'1D'",
	       "1M");
}

static void
test_modes(void **state)
{
	(void)state;
	member("A", "Software");
	asset("A", "1M", AS_OF, "10");
	days("Software", "2026-01-13", 21, "1");
	GROUND_RUN(&ground, &job_industry_windows, AS_OF, "mode=compound", NULL);
	expect(ROWS " WHERE window_code <> '1D'",
	       "Software 1M 2026-02-02 23.239194035 derived_from_1d");
	GROUND_RUN(&ground, &job_industry_windows, AS_OF, "mode=mean", NULL);
	expect(ROWS " WHERE window_code <> '1D'",
	       "Software 1M 2026-02-02 10.000000000 equal_weight_datos_performance");
}

/* The last daily row is of 22 January: eleven days ago the industry was still there. */
static void
test_an_ended_industry_has_no_window(void **state)
{
	(void)state;
	days("Canals", "2026-01-02", 21, "1");
	industry("Software", AS_OF, "1");
	assert_int_equal(windows().state, RUN_SUCCESS);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM industry_performance WHERE "
					     "window_code <> '1D'"),
			 0);
	industry("Canals", "2026-01-23", "1");
	assert_int_equal(windows().state, RUN_SUCCESS);
	expect("SELECT string_agg(industry || ' ' || window_code, ' ') FROM industry_performance "
	       "WHERE window_code <> '1D'",
	       "Canals 1M");
}

static void
test_names_are_taken_as_they_are(void **state)
{
	(void)state;
	days("Oil, \"Gas\" {a\\b}", "2026-01-13", 21, "1");
	windows();
	expect(ROWS " WHERE window_code <> '1D'",
	       "Oil, \"Gas\" {a\\b} 1M 2026-02-02 23.239194035 derived_from_1d");
}

/* Where the old system keeps daily rows apart, so do we; windows stay where they are. */
static void
test_daily_rows_in_their_own_table(void **state)
{
	struct outcome o;

	(void)state;
	use_daily_table();
	some_returns();
	o = means();
	assert_int_equal(o.counts.inserted, 2);
	expect("SELECT string_agg(concat_ws(' ', industry, performance_date, return_percent, "
	       "source, "
	       "created_at IS NOT NULL), ', ' ORDER BY industry) FROM industry_performance_daily",
	       "Chips 2026-02-02 -3.5 equal_weight_datos_performance t, Software 2026-02-02 1.5 "
	       "equal_weight_datos_performance t");
	expect("SELECT count(*) FROM industry_performance", "0");
	o = means();
	assert_int_equal(o.counts.unchanged, 2);
	assert_int_equal(o.counts.updated + o.counts.inserted, 0);
	ground_sql(&ground, "INSERT INTO industry_performance_daily SELECT 'Chips', d, 1, 'x' FROM "
			    "generate_series(date '2026-01-13', '2026-02-01', '1 day') d; UPDATE "
			    "industry_performance_daily SET return_percent = 2 WHERE industry = "
			    "'Chips' AND performance_date = '" AS_OF "'");
	assert_int_equal(windows().counts.inserted, 2);
	expect(ROWS, "Chips 1M 2026-02-02 24.459384075 derived_from_1d, Software 1M 2026-02-02 "
		     "60.000000000 equal_weight_datos_performance");
}

/* One unit for each date that has daily rows; the last session of a month is enough. */
static void
test_windows_of_a_range(void **state)
{
	(void)state;
	days("Software", "2025-12-09", 56, "1");
	ground_sql(&ground,
		   "DELETE FROM industry_performance WHERE performance_date > '2026-01-28' "
		   "AND performance_date < '" AS_OF "'");
	GROUND_RUN(&ground, &job_industry_windows, AS_OF, "start=2025-12-31", "end=2026-02-02",
		   "step=month", NULL);
	expect("SELECT string_agg(concat_ws(' ', performance_date, window_code), ', ' ORDER BY "
	       "performance_date) FROM industry_performance WHERE window_code <> '1D'",
	       "2025-12-31 1M, 2026-01-28 1M, 2026-02-02 1M");
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit",
	       "2025-12-31 2026-01-28 2026-02-02");
}

/* What the jobs wrote is what performance-windows-aggregator takes as benchmark. */
static void
test_benchmarks_come_from_here(void **state)
{
	(void)state;
	some_returns();
	asset("B", "1M", AS_OF, "20");
	sector("Technology", "1M", AS_OF, "5");
	means();
	windows();
	GROUND_RUN(&ground, &job_performance_windows, AS_OF, "with_industry=1", NULL);
	expect("SELECT string_agg(concat_ws(' ', ticker, benchmark_return, alpha), ', ' ORDER BY "
	       "ticker) FROM performance_windows WHERE benchmark_ticker = 'Software'",
	       "A 40 20, B 40 -20");
}

static void
expect_state(const char *change, enum table_state want, double coverage)
{
	struct freshness f;
	const struct table_status *t;

	ground_sql(&ground, change);
	support_fresh(ground.conninfo, AS_OF, "2026-02-03T12:00:00Z", &f);
	t = freshness_find(&f, "industry_performance");
	assert_string_equal(table_state_name(t->state), table_state_name(want));
	if (coverage >= 0)
		assert_true(t->coverage == coverage);
	freshness_done(&f);
}

/* Two industries have a priced stock; the fund's does not count. */
static void
test_freshness_counts_industries(void **state)
{
	(void)state;
	support_ready(ground.conninfo);
	expect_state("INSERT INTO fintra_universe (ticker, industry, instrument_type, is_active) "
		     "VALUES ('FND', 'Funds', 'ETF', true); INSERT INTO prices_daily (ticker, "
		     "price_date, close, adj_close) VALUES ('FND', '" AS_OF "', 1, 1)",
		     TABLE_FRESH, 1);
	expect_state("DELETE FROM industry_performance WHERE industry = 'Oil'", TABLE_PARTIAL, 0.5);
	expect_state("DELETE FROM industry_performance", TABLE_EMPTY, -1);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mean),
		TEST(test_map_decides_by_date),
		TEST(test_few_tickers_do_not_define_the_date),
		TEST(test_second_run_changes_nothing),
		TEST(test_dry_run_writes_nothing),
		TEST(test_without_input),
		TEST(test_windows_means_first),
		TEST(test_invalid_days_are_no_days),
		TEST(test_modes),
		TEST(test_an_ended_industry_has_no_window),
		TEST(test_names_are_taken_as_they_are),
		TEST(test_daily_rows_in_their_own_table),
		TEST(test_windows_of_a_range),
		TEST(test_benchmarks_come_from_here),
		TEST(test_freshness_counts_industries),
	};

	return cmocka_run_group_tests_name("industry_performance", tests, open_ground,
					   close_ground);
}
