/* What is asked before the console is left, against stored screens. */
#include "tests/support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_leaving_asks(void **state)
{
	struct action how = { .key = 'q',
			      .may_hand_over = true,
			      .text = "2 runs of this console are under way." };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_leave, &how);
		scene_compare(&s, "leave");
		scene_type(&s, "q");
		assert_int_equal(s.last.intent, DO_NOTHING);
		scene_type(&s, "h");
		assert_int_equal(s.last.intent, DO_HAND_OVER_AND_QUIT);
		scene_type(&s, "d");
		assert_int_equal(s.last.intent, DO_DRAIN_AND_QUIT);
		scene_type(&s, "s");
		assert_int_equal(s.last.intent, DO_BACK);
		scene_end(&s);
	}
}

static void
test_demo_is_not_handed_over(void **state)
{
	struct action how = { .key = 'q', .text = "1 run of this console is under way." };
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_leave, &how);
	scene_compare(&s, "leave_demo");
	scene_type(&s, "h");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_end(&s);
}

/* Neither hides the other. */
static void
test_a_diff_and_a_plan_are_both_told(void **state)
{
	struct action how = { .key = 'q',
			      .may_hand_over = true,
			      .text = "2 runs of this console are under way.",
			      .detail = { "1 diff not answered: leaving is a no, nothing is "
					  "written.",
					  "A plan is under way: of its steps only the present one "
					  "goes on." } };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_leave, &how);
		scene_compare(&s, "leave_both");
		scene_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaving_asks),
		cmocka_unit_test(test_demo_is_not_handed_over),
		cmocka_unit_test(test_a_diff_and_a_plan_are_both_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
