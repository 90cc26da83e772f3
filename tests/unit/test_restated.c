/* Bars worked out by hand: what a rounded figure may hide, and what it may not. */
#include "jobs/engine/restated.h"
#include "tests/unit/suite.h"

#include <math.h>

static const double cent = 0.005; /* half a unit of two decimals */

static struct restated_bar
bar(double was, double sent, bool raw)
{
	return (struct restated_bar){ was, sent, cent, cent, raw };
}

static void
test_split_is_a_factor(void **state)
{
	const struct restated_bar b[] = { bar(10.01, 5.01, true), bar(10.02, 5.01, true),
					  bar(103.11, 51.56, true) };
	double f;

	(void)state;
	assert_int_equal(restated_judge(b, 3, false, &f), RESTATED_FACTOR);
	assert_true(fabs(f - 0.5) < 1e-4); /* that of the dearest bar */
}

static void
test_one_bar_with_all_its_prices_is_a_correction(void **state)
{
	const struct restated_bar b = bar(100, 98, true);
	double f;

	(void)state;
	assert_int_equal(restated_judge(&b, 1, false, &f), RESTATED_CORRECTION);
	assert_int_equal(restated_judge(&b, 1, true, &f), RESTATED_FACTOR);
}

/* The raw close stayed: a dividend, named or not. */
static void
test_one_bar_adjusted_alone_is_an_action(void **state)
{
	const struct restated_bar b = bar(230.44, 230.17, false);
	double f;

	(void)state;
	assert_int_equal(restated_judge(&b, 1, false, &f), RESTATED_FACTOR);
	assert_true(fabs(f - 230.17 / 230.44) < 1e-12);
}

/* 0.51 / 1.01 and 0.50 / 1.02 differ by 3 %, but cents of a cheap share may hide that. */
static void
test_rounding_of_cheap_shares(void **state)
{
	const struct restated_bar cheap[] = { bar(1.01, 0.51, true), bar(1.02, 0.50, true) };
	const struct restated_bar dear[] = { bar(101, 51, true), bar(102, 50, true) };
	double f;

	(void)state;
	assert_int_equal(restated_judge(cheap, 2, false, &f), RESTATED_FACTOR);
	assert_int_equal(restated_judge(dear, 2, false, &f), RESTATED_UNEVEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_is_a_factor),
		cmocka_unit_test(test_one_bar_with_all_its_prices_is_a_correction),
		cmocka_unit_test(test_one_bar_adjusted_alone_is_an_action),
		cmocka_unit_test(test_rounding_of_cheap_shares),
	};

	return cmocka_run_group_tests_name("restated", tests, NULL, NULL);
}
