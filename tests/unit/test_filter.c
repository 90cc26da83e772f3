/* What a filter lets through: of lines, and of rows with named fields. */
#include "tests/unit/suite.h"
#include "tui/filter.h"

static void
test_filters(void **state)
{
	const struct filter_field f[] = { { "job", "performance-bulk" },
					  { "state", "failure" },
					  { "user", NULL } };

	(void)state;
	assert_true(filter_line("", "anything"));
	assert_true(filter_line("!", "anything"));
	assert_true(filter_line("Energy", "sector=energy"));
	assert_false(filter_line("!Energy", "sector=energy"));
	assert_true(filter_line("!energy", "sector=Utilities"));
	assert_false(filter_contains("text", ""));
	assert_true(filter_contains("aab", "ab"));
	assert_true(filter_fields("", f, 3));
	assert_true(filter_fields("job=perf state=fail", f, 3));
	assert_false(filter_fields("job=failure", f, 3));
	assert_true(filter_fields("failure  bulk", f, 3));
	assert_false(filter_fields("failure !bulk", f, 3));
	assert_false(filter_fields("user=cron", f, 3));
	assert_true(filter_fields("!user=cron", f, 3));
	assert_false(filter_fields("other=bulk", f, 3)); /* no key of ours: a word */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
