/* Until when: times worked out by hand from New York's offset, -5 h in winter, -4 h from
 * 2026-03-08. */
#include "core/clock.h"
#include "core/notice.h"
#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int64_t
ms(const char *rfc3339)
{
	int64_t t;

	assert_int_equal(clock_parse(rfc3339, &t), 0);
	return t;
}

static void
test_until(void **state)
{
	static const struct {
		const char *now, *text, *want;
	} cases[] = {
		{ "2026-02-03T12:00:00Z", "2h", "2026-02-03T14:00:00Z" },
		{ "2026-02-03T12:00:00Z", "3d", "2026-02-06T12:00:00Z" },
		{ "2026-02-03T12:00:00Z", "07:01", "2026-02-03T12:01:00Z" },
		{ "2026-02-03T12:00:00Z", "07:00", "2026-02-04T12:00:00Z" },
		{ "2026-02-03T12:00:00Z", "6:00", "2026-02-04T11:00:00Z" },
		{ "2026-02-03T12:00:00Z", "2026-02-05", "2026-02-05T05:00:00Z" },
		{ "2026-02-03T12:00:00Z", "2026-02-05T06:00:00Z", "2026-02-05T06:00:00Z" },
		{ "2026-03-07T23:00:00Z", "06:00", "2026-03-08T10:00:00Z" },
		{ "2026-03-07T23:00:00Z", "2026-03-09", "2026-03-09T04:00:00Z" },
		/* In New York it is still the third. */
		{ "2026-02-04T03:00:00Z", "2026-02-04", "2026-02-04T05:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		int64_t got = 0;

		if (notice_until(cases[i].text, ms(cases[i].now), &got, &e) < 0)
			fail_msg("%s: %s", cases[i].text, e.text);
		if (got != ms(cases[i].want))
			fail_msg("%s at %s is not %s", cases[i].text, cases[i].now, cases[i].want);
	}
}

static void
test_what_is_no_time(void **state)
{
	static const char *const bad[] = { "",
					   " ",
					   "0h",
					   "-1h",
					   "24:00",
					   "06:60",
					   "06:0",
					   "6:00 pm",
					   "2026-02-30",
					   "2026-02-03",
					   "soon",
					   "07:00x",
					   "2026-02-03T11:59:59Z" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_INIT;
		int64_t got = 0;

		if (notice_until(bad[i], ms("2026-02-03T12:00:00Z"), &got, &e) == 0)
			fail_msg("\"%s\" is taken for a time", bad[i]);
		assert_int_equal(e.cls, ERR_USAGE);
	}
}

static void
test_as_text(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(notice_until_text(NOTICE_PAUSE, ms("2026-02-05T11:00:00Z"), buf, 64),
			    "Thu 2026-02-05 06:00 NY");
	assert_string_equal(notice_until_text(NOTICE_PAUSE, 0, buf, 64), "it is taken back");
	assert_string_equal(notice_until_text(NOTICE_ACK, 0, buf, 64), "it is ok again");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_what_is_no_time),
		cmocka_unit_test(test_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
