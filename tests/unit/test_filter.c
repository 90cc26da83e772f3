/* What a filter lets through: of lines, and of rows with named fields. */
#include "tests/unit/suite.h"
#include "tui/filter.h"

static bool
passes(const char *filter, const char *line)
{
	struct line_filter f = { .re = NULL };
	char why[FILTER_WHY];
	bool is;

	assert_true(line_filter_set(&f, filter, true, why));
	is = line_filter_passes(&f, line);
	line_filter_done(&f);
	return is;
}

static void
test_lines(void **state)
{
	struct line_filter f = { .re = NULL };
	char why[FILTER_WHY];

	(void)state;
	assert_true(passes("", "anything"));
	assert_true(passes("!", "anything"));
	assert_true(passes("Energy", "sector=energy"));
	assert_false(passes("!Energy", "sector=energy"));
	assert_true(passes("!energy", "sector=Utilities"));
	assert_false(passes("!util|energy", "sector=Utilities"));
	assert_true(passes("^sector=(util|energy)", "sector=Utilities"));
	assert_true(line_filter_set(&f, "!x", false, why)); /* a search has no "not" */
	assert_true(line_filter_hits(&f, "a!x"));
	assert_false(line_filter_set(&f, "(", false, why));
	assert_string_equal(f.text, "!x"); /* stays as it was */
	line_filter_done(&f);
	assert_false(line_filter_hits(&f, "a!x"));
}

/* What cannot be known is shown, with and without "!". */
static void
test_runaway_hides_nothing(void **state)
{
	(void)state;
	assert_true(passes("^(a|aa|a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
	assert_true(passes("!^(a|aa|a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
}

static void
test_filters(void **state)
{
	const struct filter_field f[] = { { "job", "performance-bulk" },
					  { "state", "failure" },
					  { "user", NULL } };

	(void)state;
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
	assert_true(filter_fields("-l job=perf", f, 3));
	assert_false(filter_fields("-l job=x", f, 3));
}

static void
test_labels(void **state)
{
	static const char text[] = "performance-bulk layer=2 state=late+F as-of= owner=lucia";

	(void)state;
	assert_true(filter_labels("", text));
	assert_true(filter_labels("layer=2 state=LATE", text));
	assert_false(filter_labels("layer=2 state=stale", text));
	assert_true(filter_labels("!state=stale owner=luc", text));
	assert_false(filter_labels("!layer=2", text));
	assert_false(filter_labels("yer=2", text)); /* a label is whole */
	assert_false(filter_labels("as-of=2", text));
	assert_true(filter_labels("state=", text)); /* half typed */
	assert_true(filter_labels("bulk layer=2", text));
	assert_false(filter_labels("!bulk layer=2", text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_runaway_hides_nothing),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
