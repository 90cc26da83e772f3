#include "core/clock.h"
#include "core/date.h"
#include "tests/unit/suite.h"

#include <time.h>

static struct date
day(const char *iso)
{
	struct date d;

	assert_true(date_parse(iso, &d));
	return d;
}

/* The C library's own gmtime is the second opinion, for every day of 1900..2199. */
static void
agrees_with_gmtime(void **state)
{
	struct date last = date_of(2199, 12, 31);
	char buf[DATE_BUF], want[16];

	(void)state;
	for (struct date d = date_of(1900, 1, 1); date_cmp(d, last) <= 0; d = date_add_days(d, 1)) {
		time_t t = (time_t)d.days * 86400;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "%Y-%m-%d", &tm);
		assert_string_equal(date_iso(d, buf), want);
		assert_int_equal(day(want).days, d.days);
		assert_int_equal(date_weekday(d), tm.tm_wday);
	}
}

static void
refuses_what_is_no_date(void **state)
{
	static const char *const bad[] = { "",		 "2018-07-1",	"2018-7-18",  "2018-07-181",
					   "2018/07/18", "2018-02-29",	"1900-02-29", "2018-13-01",
					   "2018-00-10", "2018-01-00",	"2018-04-31", "1899-12-31",
					   "2200-01-01", " 2018-01-01", "20180101",   "2018-01-0x",
					   "+018-01-01", "2018-01-01Z", "0000-00-00" };
	struct date d;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(date_parse(bad[i], &d));
		assert_false(date_is_set(d));
	}
	assert_false(date_parse(NULL, &d));
	assert_true(date_parse_n("2018-07-18T00:00", 10, &d));
	assert_true(date_parse("2000-02-29", &d));
}

/* Expected values: PostgreSQL 15, date + interval 'n months'. */
static void
months_are_clamped(void **state)
{
	static const struct {
		const char *from;
		int n;
		const char *to;
	} want[] = { { "2018-01-31", 1, "2018-02-28" },	  { "2016-01-31", 1, "2016-02-29" },
		     { "2018-03-31", -1, "2018-02-28" },  { "2018-07-18", -12, "2017-07-18" },
		     { "2016-02-29", -12, "2015-02-28" }, { "2018-01-15", -1, "2017-12-15" },
		     { "2018-12-31", 2, "2019-02-28" },	  { "2018-07-18", 0, "2018-07-18" } };
	char buf[DATE_BUF];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(date_iso(date_add_months(day(want[i].from), want[i].n), buf),
				    want[i].to);
}

static void
absent_date(void **state)
{
	char buf[DATE_BUF];

	(void)state;
	assert_string_equal(date_iso(DATE_NONE, buf), "-");
	assert_true(date_cmp(DATE_NONE, day("1900-01-01")) < 0);
	assert_false(date_is_set(date_add_days(DATE_NONE, 5)));
	assert_false(date_is_set(date_add_months(DATE_NONE, 5)));
	assert_string_equal(date_dow(day("2026-02-02")), "Mon");
}

/* Expected values: date -u -d ... +%s. */
static void
clock_texts(void **state)
{
	char buf[CLOCK_BUF];
	int64_t ms;

	(void)state;
	assert_int_equal(clock_parse("2026-02-03T09:12:07.123Z", &ms), 0);
	assert_int_equal(ms, INT64_C(1770109927123));
	assert_string_equal(clock_iso(ms, buf), "2026-02-03T09:12:07.123Z");
	assert_string_equal(clock_hms(ms, 1, buf), "04:12:07");
	assert_string_equal(clock_hms(ms, 0, buf), "09:12:07");
	assert_int_equal(clock_parse("2026-02-03T04:12:07-05:00", &ms), 0);
	assert_int_equal(ms, INT64_C(1770109927000));
	assert_int_equal(clock_parse("1969-12-31T23:59:59.999Z", &ms), 0);
	assert_int_equal(ms, -1);
	assert_string_equal(clock_iso(-1, buf), "1969-12-31T23:59:59.999Z");
}

static void
clock_refuses(void **state)
{
	static const char *const bad[] = { "",
					   "2026-02-03",
					   "2026-02-03T09:12:07",
					   "2026-02-03T24:00:00Z",
					   "2026-02-03T09:60:00Z",
					   "2026-02-30T09:12:07Z",
					   "2026-02-03T09:12:07.Z",
					   "2026-02-03T09:12:07Zx",
					   "2026-02-03T09:12:07+0500",
					   "2026-02-03T09:12:07+25:00",
					   "2026-02-03X09:12:07Z" };
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(clock_parse(bad[i], &ms), -1);
}

static void
spans(void **state)
{
	char buf[CLOCK_BUF];

	(void)state;
	assert_string_equal(clock_span(850, buf), "850ms");
	assert_string_equal(clock_span(12345, buf), "12.3s");
	assert_string_equal(clock_span(247000, buf), "4m07s");
	assert_string_equal(clock_span(7500000, buf), "2h05m");
	assert_string_equal(clock_span(-5, buf), "0ms");
}

static void
rehearsed_clock_runs_on(void **state)
{
	const int64_t start = INT64_C(1770109927000);
	int64_t now;

	(void)state;
	clock_rehearse(start);
	now = clock_wall_ms();
	assert_in_range(now - start, 0, 60000);
	assert_true(clock_mono_ms() > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_gmtime),
		cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(months_are_clamped),
		cmocka_unit_test(absent_date),
		cmocka_unit_test(clock_texts),
		cmocka_unit_test(clock_refuses),
		cmocka_unit_test(spans),
		cmocka_unit_test(rehearsed_clock_runs_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
