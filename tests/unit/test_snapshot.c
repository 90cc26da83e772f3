/* Which rows make a snapshot, where the golden vectors are silent: worked out by hand from
 * engines.md 1 and 2.3 and jobs.md 2.22. */
#include "jobs/engine/benchmark_lookup.h"
#include "jobs/engine/snapshot.h"
#include "tests/unit/suite.h"

#include <math.h>

static const struct benchmark points = { { 0.1, true }, { 0.2, true }, { 0.3, true },
					 { 0.4, true }, { 0.5, true }, 40,
					 BENCHMARK_HIGH };

static struct date
day(int year, int month, int d)
{
	return date_of(year, month, d);
}

static void
assert_near(struct num got, double want)
{
	if (!got.has || !(fabs(got.v - want) <= 1e-12))
		fail_msg("%.17g (%s) is not %.17g", got.v, got.has ? "there" : "absent", want);
}

static struct snapshot_input
energy(void)
{
	return (struct snapshot_input){ .date = day(2026, 2, 2),
					.sector = "Energy",
					.profile = &industry_profile_default };
}

static struct performance_row
against(const char *benchmark, enum window w, struct date as_of, double asset, double b)
{
	return (struct performance_row){ as_of, w, benchmark, NUM(asset), NUM(b), NUM_NONE };
}

static void
no_sector_no_snapshot(void **state)
{
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	in.sector = "";
	snapshot(&in, &s);
	assert_string_equal(s.skipped, "missing_sector");
	in.sector = NULL;
	snapshot(&in, &s);
	assert_string_equal(s.skipped, "missing_sector");
}

/* 1: a ticker's window may stand against its industry, its sector and the market on one date. */
static void
only_rows_against_the_sector_count(void **state)
{
	const struct performance_row rows[] = {
		against("Oil & Gas", WIN_1Y, day(2026, 2, 2), 10, 1),
		against("SPY", WIN_1Y, day(2026, 2, 2), 10, 2),
		against("Energy", WIN_1Y, day(2026, 2, 2), 10, 3),
		against("Energy", WIN_1W, day(2026, 2, 2), 10, 4),
	};
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	in.performance = rows;
	in.performances = ARRAY_LEN(rows);
	snapshot(&in, &s);
	assert_null(s.skipped);
	assert_near(s.sector.points[WIN_1Y], 7);
	assert_near(s.market.points[WIN_1Y], 8);
	assert_false(s.sector.points[WIN_1W].has);
	in.performances = 2;
	snapshot(&in, &s);
	assert_false(s.sector.any || s.sector.points[WIN_1Y].has);
	assert_true(s.market.any);
}

/* 1: the newest row that has both, not after the date.  A row without them still is a row. */
static void
the_newest_pair_of_a_window_wins(void **state)
{
	struct performance_row rows[] = {
		against("Energy", WIN_2Y, day(2026, 2, 3), 100, 0),
		against("Energy", WIN_2Y, day(2026, 2, 2), 50, 0),
		against("Energy", WIN_2Y, day(2026, 1, 30), 20, 5),
		against("Energy", WIN_2Y, day(2026, 1, 29), 9, 0),
	};
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	rows[1].against = NUM_NONE;
	in.performance = rows;
	in.performances = ARRAY_LEN(rows);
	snapshot(&in, &s);
	assert_near(s.sector.points[WIN_2Y], 15);
	assert_ptr_equal(s.sector.row[WIN_2Y], &rows[2]);
	assert_int_equal(s.missing_horizons, 3); /* 6M, 1Y and 3Y of the default four */
	in.performances = 2;
	snapshot(&in, &s);
	assert_true(s.sector.any);
	assert_false(s.sector.points[WIN_2Y].has);
	in.performances = 1;
	snapshot(&in, &s);
	assert_false(s.sector.any);
	assert_int_equal(s.ifs.position, IFS_NONE);
}

static struct financial_row
period(enum period_type type, struct date end)
{
	struct financial_row r = { .end = end, .type = type, .fiscal_year = date_year(end) };

	r.revenue = r.net_income = r.free_cash_flow = NUM(1);
	return r;
}

static void
ttm_goes_before_a_year_of_the_same_end(void **state)
{
	const struct financial_row rows[] = {
		period(PERIOD_TTM, day(2026, 3, 31)), period(PERIOD_OTHER, day(2025, 12, 31)),
		period(PERIOD_FY, day(2025, 12, 31)), period(PERIOD_TTM, day(2025, 12, 31)),
		period(PERIOD_TTM, day(2025, 9, 30)),
	};
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	in.financial = rows;
	in.financials = ARRAY_LEN(rows);
	snapshot(&in, &s);
	assert_ptr_equal(s.current, &rows[3]);
	assert_int_equal(s.lifecycle.years, 1);
	in.financials = 3;
	snapshot(&in, &s);
	assert_ptr_equal(s.current, &rows[2]);
	in.financials = 2;
	snapshot(&in, &s);
	assert_null(s.current);
	assert_string_equal(snapshot_fgos_status(&s), "pending");
	assert_int_equal(s.fgos.category, FGOS_PENDING);
	assert_int_equal(s.lifecycle.maturity, MATURITY_EARLY);
}

/* 5.2: a row of another day is no row, and without one the status is pending, not descriptive. */
static void
a_valuation_of_another_day_does_not_count(void **state)
{
	const struct valuation_at rows[] = { { .date = day(2026, 2, 3) },
					     { .date = day(2026, 1, 30) } };
	struct valuation_at today = { .date = day(2026, 2, 2) };
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	in.valuation = rows;
	in.valuations = ARRAY_LEN(rows);
	snapshot(&in, &s);
	assert_null(s.valued);
	assert_int_equal(s.valuation.status, VALUATION_PENDING);
	in.valuation = &today;
	in.valuations = 1;
	snapshot(&in, &s);
	assert_ptr_equal(s.valued, &today);
	assert_int_equal(s.valuation.status, VALUATION_DESCRIPTIVE_ONLY);
	assert_int_equal(s.layers.of[SNAPSHOT_VALUATION].state, LAYER_UNAVAILABLE);
}

/* 1.2: zero is a value, fcf_cagr is read.  All nine at zero lie below p10: growth 10. */
static void
zero_and_cash_growth_are_read(void **state)
{
	struct financial_row row = period(PERIOD_FY, day(2025, 12, 31));
	struct benchmark_set set;
	struct snapshot_input in = energy();
	struct snapshot s;

	(void)state;
	memset(&set, 0, sizeof(set));
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		benchmark_put(&set, (enum metric)m, &points);
	row.metric[METRIC_FCF_CAGR] = NUM(0);
	in.financial = &row;
	in.financials = 1;
	in.benchmarks = &set;
	snapshot(&in, &s);
	assert_near(s.fgos.dimension[FGOS_GROWTH], 10);
	assert_near(s.fgos.score, 10);
	assert_int_equal(s.layers.of[SNAPSHOT_GROWTH].state, LAYER_COMPUTED);
	assert_false(s.position.computed);
	row.metric[METRIC_ROIC] = NUM(0.35);
	snapshot(&in, &s);
	assert_near(s.position.roic, 75);
}

static struct benchmark_row
benchmark_of(const char *sector, struct date date, enum metric m, int sample_size)
{
	struct benchmark_row r = { sector, date, m, points };

	r.benchmark.sample_size = sample_size;
	return r;
}

/* 2.3 */
static void
benchmarks_of_the_newest_day(void **state)
{
	const struct benchmark_row rows[] = {
		benchmark_of("Energy", day(2026, 1, 29), METRIC_ROIC, 9),
		benchmark_of("Energy", day(2026, 1, 30), METRIC_NET_MARGIN, 3),
		benchmark_of("Energy", day(2026, 1, 30), METRIC_ROIC, 2),
		benchmark_of("Energy", day(2026, 2, 3), METRIC_ROIC, 9),
		benchmark_of("General", day(2026, 1, 29), METRIC_ROIC, 7),
		benchmark_of("Utilities", day(2026, 2, 2), METRIC_ROIC, 2),
	};
	struct benchmark_set set;

	(void)state;
	assert_true(benchmark_lookup(rows, 6, " Energy\t", day(2026, 2, 2), &set));
	assert_true(set.has[METRIC_NET_MARGIN]);
	assert_false(set.has[METRIC_ROIC]); /* too few, and of an older day it does not count */
	assert_true(benchmark_lookup(rows, 6, "Energy", day(2026, 1, 29), &set));
	assert_true(set.has[METRIC_ROIC] && !set.has[METRIC_NET_MARGIN]);
}

static void
general_stands_in_for_a_sector_without_any(void **state)
{
	const struct benchmark_row rows[] = {
		benchmark_of("Energy", day(2026, 2, 3), METRIC_ROIC, 9),
		benchmark_of("General", day(2026, 1, 29), METRIC_ROIC, 7),
		benchmark_of("Utilities", day(2026, 2, 2), METRIC_ROIC, 2),
	};
	struct benchmark_set set;

	(void)state;
	assert_true(benchmark_lookup(rows, 3, "Energy", day(2026, 2, 2), &set));
	assert_int_equal(set.of[METRIC_ROIC].sample_size, 7);
	assert_true(benchmark_lookup(rows, 3, NULL, day(2026, 2, 2), &set));
	assert_false(benchmark_lookup(rows, 3, "Utilities", day(2026, 2, 2), &set));
	assert_false(benchmark_lookup(rows, 3, "Energy", day(2026, 1, 28), &set));
	assert_false(set.has[METRIC_ROIC]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sector_no_snapshot),
		cmocka_unit_test(only_rows_against_the_sector_count),
		cmocka_unit_test(the_newest_pair_of_a_window_wins),
		cmocka_unit_test(ttm_goes_before_a_year_of_the_same_end),
		cmocka_unit_test(a_valuation_of_another_day_does_not_count),
		cmocka_unit_test(zero_and_cash_growth_are_read),
		cmocka_unit_test(benchmarks_of_the_newest_day),
		cmocka_unit_test(general_stands_in_for_a_sector_without_any),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
