/* Expressions and literal texts; expected places counted by hand, reasons from pcre2api(3). */
#include "core/clock.h"
#include "core/pattern.h"
#include "core/str.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* "" when it does not match, "?" when unknown, else the text that it covers. */
static const char *
found(const char *expression, const char *text)
{
	static char out[200];
	char why[200];
	size_t at = 0, end = 0;
	struct pattern *p = pattern_new(expression, why, sizeof(why));
	int rc;

	assert_non_null(p);
	rc = pattern_find(p, text, 0, &at, &end);
	pattern_free(p);
	fmt_buf(out, sizeof(out), "%.*s", rc > 0 ? (int)(end - at) : 0, text + at);
	return rc < 0 ? "?" : out;
}

static void
test_what_is_found(void **state)
{
	(void)state;
	assert_string_equal(found("pe=3[0-9]", "sector=Energy PE=31.8 n=3"), "PE=31");
	assert_string_equal(found("(?-i)pe=3[0-9]", "PE=31.8 pe=32"), "pe=32");
	assert_string_equal(found("energy", "sector=Energy"), "Energy");
	assert_string_equal(found("^energy", "sector=Energy"), "");
	assert_string_equal(found("utilities|energy$", "sector=Energy"), "Energy");
	assert_string_equal(found("aab", "aaab"), "aab");
	assert_string_equal(found("\xc3\x9c.", "a \xc3\xbcx"), "\xc3\xbcx"); /* case of U-umlaut */
	assert_string_equal(found("", "text"), "");
}

static void
test_from_a_place_on(void **state)
{
	char why[200];
	size_t at, end;
	struct pattern *p = pattern_new("a.", why, sizeof(why));

	(void)state;
	assert_int_equal(pattern_find(p, "ab ac", 1, &at, &end), 1);
	assert_int_equal(at, 3);
	assert_int_equal(end, 5);
	assert_int_equal(pattern_find(p, "ab ac", 4, &at, &end), 0);
	pattern_free(p);
	p = pattern_new("b", why, sizeof(why));
	assert_int_equal(pattern_find(p, "ab b", 2, &at, &end), 1);
	assert_int_equal(at, 3);
	pattern_free(p);
}

static void
test_broken_utf8_is_no_fault(void **state)
{
	(void)state;
	assert_string_equal(found("x.z", "\xff\xfe xyz \xc3"), "xyz");
	assert_string_equal(found("xyz", "\xff\xfe xyz \xc3"), "xyz");
	assert_string_equal(found("a.b", "a\xff"
					 "b"),
			    "");
}

static void
test_reason_and_place(void **state)
{
	char why[200] = "";

	(void)state;
	assert_null(pattern_new("a(b", why, sizeof(why)));
	assert_string_equal(why, "missing closing parenthesis at 4");
	assert_null(pattern_new("[z-a]", why, sizeof(why)));
	assert_non_null(strstr(why, "range out of order in character class at "));
	assert_null(pattern_new("*", why, sizeof(why)));
	assert_non_null(strstr(why, "quantifier does not follow a repeatable item at "));
}

/* 2^40 ways to divide the letters: without a limit one line would take hours. */
static void
test_runaway_is_stopped(void **state)
{
	static const char line[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	char why[200];
	size_t at, end;
	struct pattern *p = pattern_new("^(a|aa|a+)+$", why, sizeof(why));
	int64_t began = clock_mono_ms();

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_int_equal(pattern_find(p, line, 0, &at, &end), -1);
	assert_true(pattern_gave_up(p));
	assert_true(clock_mono_ms() - began < 5000);
	pattern_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_found),
		cmocka_unit_test(test_from_a_place_on),
		cmocka_unit_test(test_broken_utf8_is_no_fault),
		cmocka_unit_test(test_reason_and_place),
		cmocka_unit_test(test_runaway_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
