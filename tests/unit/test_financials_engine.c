/* Expected values: figures worked out by hand.  The golden vectors are in test_engines.c. */
#include "jobs/engine/financials.h"
#include "tests/unit/suite.h"

#include <math.h>

static void
assert_near(double got, double want)
{
	double scale = fmax(1, fmax(fabs(got), fabs(want)));

	if (!(fabs(got - want) <= 1e-9 * scale))
		fail_msg("%.17g is not %.17g", got, want);
}

/* 100 -> 121 over 731 days: y = 731/365; 1.21^(365/731) - 1, worked out with bc -l. */
static void
test_cagr_by_hand(void **state)
{
	struct fiscal_year y[4] = {
		{ date_of(2021, 12, 31), NUM(100), NUM(-1), NUM(5), NUM(0) },
		{ date_of(2022, 12, 31), NUM(0), NUM(2), NUM_NONE, NUM(1) },
		{ date_of(2023, 6, 30), NUM(110), NUM(3), NUM(5), NUM(2) },
		{ date_of(2024, 1, 1), NUM(121), NUM(4), NUM(5), NUM(3) },
	};
	struct statement s = { .end = date_of(2024, 1, 1) };
	struct metrics m;

	(void)state;
	metrics_compute(&s, y, 4, s.end, &m);
	assert_true(m.revenue_cagr.has); /* the zero is no point, three are left */
	assert_near(m.revenue_cagr.v, 0.09985658773828725);
	assert_false(m.earnings_cagr.has); /* from -1 to 4: no growth rate */
	assert_true(m.equity_cagr.has);
	assert_near(m.equity_cagr.v, 0);
	assert_false(m.fcf_cagr.has);  /* three points, but 366 days apart */
	s.end = date_of(2023, 12, 31); /* what comes later is not known yet */
	metrics_compute(&s, y, 4, s.end, &m);
	assert_false(m.revenue_cagr.has);
}

static void
test_quarters_that_follow(void **state)
{
	const struct quarter_at q4 = { 2024, 4, date_of(2024, 12, 31) };
	const struct quarter_at q1 = { 2025, 1, date_of(2025, 6, 30) };
	const struct quarter_at q3 = { 2024, 3, date_of(2024, 9, 30) };
	struct quarter_at odd = { 2026, 3, date_add_days(q4.end, 75) };

	(void)state;
	assert_true(quarter_follows(&q4, &q1)); /* labels suffice */
	assert_true(quarter_follows(&q3, &q4));
	assert_false(quarter_follows(&q3, &q1));
	assert_true(quarter_follows(&q4, &odd)); /* 75 .. 105 days suffice */
	odd.end = date_add_days(q4.end, 105);
	assert_true(quarter_follows(&q4, &odd));
	odd.end = date_add_days(q4.end, 106);
	assert_false(quarter_follows(&q4, &odd));
	odd.end = date_add_days(q4.end, 74);
	assert_false(quarter_follows(&q4, &odd));
	assert_false(quarter_follows(&q4, &q3));
}

/* Diluted shares of 0 are none; a zero on either side of a ratio is "not reported". */
static void
test_zero_is_not_reported(void **state)
{
	struct statement s = { .end = date_of(2024, 12, 31),
			       .revenue = NUM(200),
			       .net_income = NUM(0),
			       .shares_diluted = NUM(0),
			       .shares_basic = NUM(50),
			       .total_equity = NUM(400),
			       .total_debt = NUM(0) };
	struct metrics m;

	(void)state;
	metrics_compute(&s, NULL, 0, date_of(2024, 12, 1), &m);
	assert_near(m.weighted_shares_out.v, 50);
	assert_near(m.book_value_per_share.v, 8);
	assert_false(m.net_margin.has || m.roic.has || m.debt_to_equity.has || m.fcf_margin.has);
	assert_true(m.free_cash_flow.has);
	assert_near(m.free_cash_flow.v, 0);
	assert_near(m.data_completeness, 60);		 /* revenue, equity, debt */
	assert_near(free_cash_flow(NUM(10), NUM(3)), 7); /* some send investments above zero */
	assert_near(free_cash_flow(NUM(10), NUM(-3)), 7);
	assert_int_equal(m.data_freshness, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cagr_by_hand),
		cmocka_unit_test(test_quarters_that_follow),
		cmocka_unit_test(test_zero_is_not_reported),
	};

	return cmocka_run_group_tests_name("financials_engine", tests, NULL, NULL);
}
