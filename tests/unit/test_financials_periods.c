/* A company's staged statements and the periods they make, worked out by hand from jobs.md 2.4. */
#include "jobs/layer1/financials_periods.h"
#include "tests/unit/suite.h"

#define DAY(y, m, d) date_of(y, m, d)

static struct filings got;

static struct filed
sent(enum statement_kind kind, int64_t seq, struct date end, int quarter, const char *figures)
{
	return (struct filed){ .kind = kind,
			       .seq = seq,
			       .end = end,
			       .year = date_year(end),
			       .quarter = quarter,
			       .figures = figures };
}

static void
assert_figure(const struct csv_cell *cell, const char *want)
{
	if (!want) {
		assert_null(cell->p);
		return;
	}
	assert_non_null(cell->p);
	assert_int_equal(cell->len, strlen(want));
	assert_memory_equal(cell->p, want, cell->len);
}

static int
forget(void **state)
{
	(void)state;
	vec_done(&got.periods);
	return 0;
}

static void
test_three_statements_of_a_day_are_a_period(void **state)
{
	struct filed row[] = {
		sent(STATEMENT_CASH, 5, DAY(2023, 12, 31), 0, "7,-2"),
		sent(STATEMENT_BALANCE, 4, DAY(2023, 12, 31), 0, "50,,30,20,9"),
		sent(STATEMENT_INCOME, 1, DAY(2023, 12, 31), 0, "100,10,,1,40,15,3,2"),
		sent(STATEMENT_BALANCE, 3, DAY(2022, 12, 31), 0, "49,1,1,1,1"),
		sent(STATEMENT_METRICS, 9, DATE_NONE, 0, "0.125,"),
	};
	const struct period *p;

	(void)state;
	filings_of(row, ARRAY_LEN(row), &got);
	assert_int_equal(got.periods.n, 1);
	assert_int_equal(got.complete, 1);
	assert_int_equal(got.repeated, 0);
	p = &got.periods.at[0];
	assert_string_equal(p->label, "2023");
	assert_figure(&p->figure[STATEMENT_INCOME][INCOME_REVENUE], "100");
	assert_figure(&p->figure[STATEMENT_INCOME][INCOME_OPERATING], NULL);
	assert_figure(&p->figure[STATEMENT_INCOME][INCOME_BASIC], "2");
	assert_figure(&p->figure[STATEMENT_BALANCE][BALANCE_EQUITY], "50");
	assert_figure(&p->figure[STATEMENT_BALANCE][BALANCE_DEBT], NULL);
	assert_figure(&p->figure[STATEMENT_BALANCE][BALANCE_CASH], "9");
	assert_figure(&p->figure[STATEMENT_CASH][CASH_CAPEX], "-2");
	assert_figure(&got.trailing[METRICS_ROIC], "0.125");
	assert_figure(&got.trailing[METRICS_WACC], NULL);
	assert_true(figure_num(&p->figure[STATEMENT_CASH][CASH_CAPEX]).v == -2);
	assert_false(figure_num(&got.trailing[METRICS_WACC]).has);
}

/* The last sent counts, whatever the order of the rows; alike or not is told apart. */
static void
test_sent_again_the_last_one_counts(void **state)
{
	struct filed row[] = {
		sent(STATEMENT_INCOME, 3, DAY(2024, 3, 31), 1, "3,,,,,,,"),
		sent(STATEMENT_INCOME, 1, DAY(2024, 3, 31), 1, "1,,,,,,,"),
		sent(STATEMENT_INCOME, 2, DAY(2024, 3, 31), 1, "1,,,,,,,"),
		sent(STATEMENT_CASH, 8, DAY(2024, 3, 31), 1, "8,8"),
		sent(STATEMENT_CASH, 7, DAY(2024, 3, 31), 1, "7,7"),
	};

	(void)state;
	filings_of(row, ARRAY_LEN(row), &got);
	assert_int_equal(got.repeated, 2);
	assert_int_equal(got.differing, 1);
	assert_int_equal(got.periods.n, 1);
	assert_string_equal(got.periods.at[0].label, "2024Q1");
	assert_figure(&got.periods.at[0].figure[STATEMENT_INCOME][INCOME_REVENUE], "3");
	assert_figure(&got.periods.at[0].figure[STATEMENT_CASH][CASH_OPERATING], "8");
	assert_false(got.periods.at[0].has[STATEMENT_BALANCE]);
	assert_int_equal(got.complete, 0);
}

/* A year of 52 weeks ends twice in 2024: the end that has all three statements stays, though the
 * other is newer; the periods come newest first. */
static void
test_two_ends_under_one_label(void **state)
{
	struct filed row[] = {
		sent(STATEMENT_INCOME, 1, DAY(2024, 1, 1), 0, "1,,,,,,,"),
		sent(STATEMENT_INCOME, 2, DAY(2024, 12, 30), 0, "2,,,,,,,"),
		sent(STATEMENT_INCOME, 3, DAY(2023, 1, 2), 0, "3,,,,,,,"),
		sent(STATEMENT_BALANCE, 4, DAY(2024, 1, 1), 0, "4,,,,"),
		sent(STATEMENT_CASH, 5, DAY(2024, 1, 1), 0, "5,"),
	};

	(void)state;
	filings_of(row, ARRAY_LEN(row), &got);
	assert_int_equal(got.periods.n, 2);
	assert_string_equal(got.periods.at[0].label, "2024");
	assert_figure(&got.periods.at[0].figure[STATEMENT_INCOME][INCOME_REVENUE], "1");
	assert_string_equal(got.periods.at[1].label, "2023");
	assert_int_equal(got.complete, 1);
}

static void
test_nothing_filed(void **state)
{
	struct filed none[1];

	(void)state;
	filings_of(none, 0, &got);
	assert_int_equal(got.periods.n, 0);
	assert_figure(&got.trailing[METRICS_ROIC], NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_statements_of_a_day_are_a_period),
		cmocka_unit_test(test_sent_again_the_last_one_counts),
		cmocka_unit_test(test_two_ends_under_one_label),
		cmocka_unit_test(test_nothing_filed),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
