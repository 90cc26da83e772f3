/* The breaker and the shared pause with time brought in: faults.md section 1 (10 failures in a row
 * open it for 60 s, then one probe; opened three times = give up). */
#include "core/http_impl.h"
#include "tests/unit/suite.h"

enum { OPEN_MS = 60000 };

static void
fail_times(const char *key, int n, int64_t now)
{
	for (int i = 0; i < n; i++)
		limit_tell(key, LIMIT_BAD, now, OPEN_MS);
}

static void
nine_failures_leave_it_closed(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("nine", 9, 1000);
	assert_int_equal(limit_ask("nine", 1000, &wait), LIMIT_GO);
}

static void
ten_open_it_for_a_minute(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("ten", 10, 1000);
	assert_int_equal(limit_ask("ten", 1000, &wait), LIMIT_WAIT);
	assert_int_equal(wait, OPEN_MS);
	assert_int_equal(limit_ask("other path", 1000, &wait), LIMIT_GO);
}

static void
a_success_between_starts_anew(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("anew", 9, 1000);
	limit_tell("anew", LIMIT_GOOD, 1000, OPEN_MS);
	fail_times("anew", 9, 1000);
	assert_int_equal(limit_ask("anew", 1000, &wait), LIMIT_GO);
}

static void
one_probe_and_the_others_wait(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("probe", 10, 0);
	assert_int_equal(limit_ask("probe", 60000, &wait), LIMIT_GO);
	assert_int_equal(limit_ask("probe", 60000, &wait), LIMIT_WAIT);
	limit_tell("probe", LIMIT_GOOD, 60010, OPEN_MS);
	assert_int_equal(limit_ask("probe", 60010, &wait), LIMIT_GO);
	assert_int_equal(limit_ask("probe", 60010, &wait), LIMIT_GO);
}

static void
a_cancelled_probe_lets_the_next_one_try(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("cancelled", 10, 0);
	assert_int_equal(limit_ask("cancelled", 60000, &wait), LIMIT_GO);
	assert_false(limit_tell("cancelled", LIMIT_NEITHER, 60001, OPEN_MS));
	assert_int_equal(limit_ask("cancelled", 60001, &wait), LIMIT_GO);
}

static void
opened_three_times_gives_up(void **state)
{
	int64_t wait;

	(void)state;
	fail_times("thrice", 9, 0);
	assert_false(limit_tell("thrice", LIMIT_BAD, 0, OPEN_MS));
	assert_int_equal(limit_ask("thrice", 60000, &wait), LIMIT_GO);
	assert_false(limit_tell("thrice", LIMIT_BAD, 60000, OPEN_MS));
	assert_int_equal(limit_ask("thrice", 120000, &wait), LIMIT_GO);
	assert_true(limit_tell("thrice", LIMIT_BAD, 120000, OPEN_MS));
}

static void
late_failures_of_the_first_opening_count_once(void **state)
{
	(void)state;
	fail_times("late", 10, 0);
	assert_false(limit_tell("late", LIMIT_BAD, 5, OPEN_MS));
	assert_false(limit_tell("late", LIMIT_BAD, 6, OPEN_MS));
	assert_false(limit_tell("late", LIMIT_BAD, 7, OPEN_MS));
}

static void
a_hold_is_for_everybody_and_never_shortened(void **state)
{
	int64_t wait;

	(void)state;
	limit_hold("bulk", 5000);
	limit_hold("bulk", 3000);
	assert_int_equal(limit_ask("bulk", 1000, &wait), LIMIT_WAIT);
	assert_int_equal(wait, 4000);
	assert_int_equal(limit_ask("bulk", 5000, &wait), LIMIT_GO);
}

/* Three a second: each takes the next place; a pause is not made up for by a burst. */
static void
places_in_a_row(void **state)
{
	(void)state;
	assert_int_equal(limit_slot("row", 1000, 300), 0);
	assert_int_equal(limit_slot("row", 1000, 300), 300);
	assert_int_equal(limit_slot("row", 1100, 300), 500);
	assert_int_equal(limit_slot("another row", 1100, 300), 0);
	assert_int_equal(limit_slot("row", 9000, 300), 0);
	assert_int_equal(limit_slot("row", 9000, 300), 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nine_failures_leave_it_closed),
		cmocka_unit_test(ten_open_it_for_a_minute),
		cmocka_unit_test(a_success_between_starts_anew),
		cmocka_unit_test(one_probe_and_the_others_wait),
		cmocka_unit_test(a_cancelled_probe_lets_the_next_one_try),
		cmocka_unit_test(opened_three_times_gives_up),
		cmocka_unit_test(late_failures_of_the_first_opening_count_once),
		cmocka_unit_test(a_hold_is_for_everybody_and_never_shortened),
		cmocka_unit_test(places_in_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
