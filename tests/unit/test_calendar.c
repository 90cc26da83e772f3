#include "core/calendar.h"
#include "core/clock.h"
#include "tests/unit/suite.h"

#include <glob.h>
#include <time.h>

static struct date
day(const char *iso)
{
	struct date d;

	if (!date_parse(iso, &d))
		fail_msg("%s is no date", iso);
	return d;
}

static int64_t
at(const char *iso)
{
	int64_t ms;

	if (clock_parse(iso, &ms) < 0)
		fail_msg("%s is no time", iso);
	return ms;
}

/* One-off closures as NYSE announced them; ordinary holidays from its published calendars. */
static void
closed_days(void **state)
{
	static const char *const closed[] = {
		"1994-04-27", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11",
		"2007-01-02", "2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09",
		/* Juneteenth, from 2022 */
		"2022-06-20", "2023-06-19", "2024-06-19", "2025-06-19", "2026-06-19", "2027-06-18",
		/* 2026 as published */
		"2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-07-03",
		"2026-09-07", "2026-11-26", "2026-12-25",
		/* observed on another weekday; Good Fridays; the first Martin Luther King Day */
		"2017-01-02", "2023-01-02", "2015-07-03", "2020-07-03", "2021-07-05", "2010-12-24",
		"2021-12-24", "2016-12-26", "2022-12-26", "2000-04-21", "2008-03-21", "2019-04-19",
		"2024-03-29", "2038-04-23", "1998-01-19"
	};
	char buf[DATE_BUF];

	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++)
		if (calendar_is_session(day(closed[i])))
			fail_msg("%s is a session", date_iso(day(closed[i]), buf));
}

static void
open_days(void **state)
{
	static const char *const open[] = {
		"2001-09-10", "2001-09-17", "2012-10-26", "2012-10-31", "2025-01-08", "2025-01-10",
		/* 31 December is a session although New Year falls on Saturday */
		"1993-12-31", "1999-12-31", "2004-12-31", "2010-12-31", "2021-12-31", "2027-12-31",
		/* no exchange holidays, or not yet */
		"1997-01-20", "2021-06-18", "2020-06-19", "2021-06-21", "2018-10-08", "2018-11-12",
		"2016-11-08", "2017-04-17", "1990-01-02"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (!calendar_is_session(day(open[i])))
			fail_msg("%s is closed: %s", open[i], calendar_closed_why(day(open[i])));
}

/* Every early close of 2011-2026, from NYSE's yearly announcements. */
static void
half_days_of_fifteen_years(void **state)
{
	static const char *const half[] = {
		"2011-11-25", "2012-07-03", "2012-11-23", "2012-12-24", "2013-07-03", "2013-11-29",
		"2013-12-24", "2014-07-03", "2014-11-28", "2014-12-24", "2015-11-27", "2015-12-24",
		"2016-11-25", "2017-07-03", "2017-11-24", "2018-07-03", "2018-11-23", "2018-12-24",
		"2019-07-03", "2019-11-29", "2019-12-24", "2020-11-27", "2020-12-24", "2021-11-26",
		"2022-11-25", "2023-07-03", "2023-11-24", "2024-07-03", "2024-11-29", "2024-12-24",
		"2025-07-03", "2025-11-28", "2025-12-24", "2026-11-27", "2026-12-24"
	};
	const size_t n = sizeof(half) / sizeof(*half);
	size_t next = 0;
	char buf[DATE_BUF];

	(void)state;
	for (struct date d = day("2011-01-01"); date_cmp(d, day("2026-12-31")) <= 0;
	     d = date_add_days(d, 1)) {
		bool want = next < n && date_eq(d, day(half[next]));

		next += want;
		if (calendar_is_half_day(d) != want)
			fail_msg("%s should%s be a half day", date_iso(d, buf), want ? "" : " not");
		if (want)
			assert_int_equal(calendar_close_minutes(d), 780);
	}
	assert_int_equal(next, n);
}

/* Public lists of early closes (NYSE closings since 1885). */
static void
older_half_days(void **state)
{
	static const char *const half[] = { "1995-07-03", "1996-07-05", "1996-12-24", "1997-07-03",
					    "1997-12-26", "1999-12-31", "2000-07-03", "2001-07-03",
					    "2002-07-05", "2003-12-26", "2006-07-03", "2007-07-03",
					    "2008-07-03", "2009-11-27", "2009-12-24" };

	(void)state;
	for (size_t i = 0; i < sizeof(half) / sizeof(*half); i++)
		if (!calendar_is_half_day(day(half[i])))
			fail_msg("%s should be a half day", half[i]);
	assert_false(calendar_is_half_day(day("2002-07-03")));
	assert_false(calendar_is_half_day(day("2013-07-05")));
	assert_false(calendar_is_half_day(day("2010-12-24")));
}

/* The vendor's own files: one for every trading day from 2012-06-29 to 2018-07-18. */
static void
equals_the_real_trading_days(void **state)
{
	struct date d = day("2012-06-29");
	char pattern[512], buf[DATE_BUF];
	glob_t g;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/prices/eod-bulk/*/eod_*.csv", support_real_dir());
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(stderr, "SKIP: no real trading days at %s\n", pattern);
		skip();
	}
	assert_int_equal(g.gl_pathc, 1522);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *name = strrchr(g.gl_pathv[i], '/') + 1;

		assert_string_equal(date_iso(d, buf),
				    (memcpy(pattern, name + 4, 10), pattern[10] = 0, pattern));
		assert_true(calendar_is_session(d));
		d = calendar_next(d);
	}
	assert_string_equal(date_iso(calendar_prev(d), buf), "2018-07-18");
	assert_int_equal(calendar_sessions_between(day("2012-06-28"), day("2018-07-18")), 1522);
	globfree(&g);
}

static void
walking(void **state)
{
	char b[DATE_BUF];

	(void)state;
	assert_string_equal(date_iso(calendar_floor(day("2026-02-01")), b), "2026-01-30");
	assert_string_equal(date_iso(calendar_floor(day("2026-02-02")), b), "2026-02-02");
	assert_string_equal(date_iso(calendar_prev(day("2026-02-02")), b), "2026-01-30");
	assert_string_equal(date_iso(calendar_next(day("2026-04-02")), b), "2026-04-06");
	assert_string_equal(date_iso(calendar_add_sessions(day("2026-02-01"), 1), b), "2026-02-02");
	assert_string_equal(date_iso(calendar_add_sessions(day("2026-02-01"), -1), b),
			    "2026-01-30");
	assert_string_equal(date_iso(calendar_add_sessions(day("2026-02-02"), -5), b),
			    "2026-01-26");
	assert_string_equal(date_iso(calendar_add_sessions(day("2026-02-01"), 0), b), "2026-01-30");
	assert_int_equal(calendar_sessions_between(day("2026-01-30"), day("2026-02-02")), 1);
	assert_int_equal(calendar_sessions_between(day("2026-02-02"), day("2026-01-30")), -1);
	assert_int_equal(calendar_sessions_between(day("2026-01-31"), day("2026-02-01")), 0);
	assert_string_equal(calendar_closed_why(day("2026-02-01")), "weekend");
	assert_string_equal(calendar_closed_why(day("2012-10-29")), "Hurricane Sandy");
	assert_null(calendar_closed_why(day("2026-02-02")));
}

static void
edges_of_the_calendar(void **state)
{
	(void)state;
	assert_false(calendar_covers(day("1989-12-29")));
	assert_true(calendar_covers(day("1990-01-01")));
	assert_false(calendar_is_session(day("2051-01-03")));
	assert_true(date_eq(calendar_floor(day("2060-01-01")), day("2050-12-30")));
	assert_false(date_is_set(calendar_next(day("2050-12-30"))));
	assert_false(date_is_set(calendar_prev(day("1990-01-02"))));
	assert_false(date_is_set(calendar_floor(DATE_NONE)));
	assert_true(date_eq(calendar_next(day("1950-01-01")), day("1990-01-02")));
	assert_false(date_is_set(calendar_add_sessions(day("2050-12-30"), 5)));
}

/* Second opinion: the system's time zone database, hour by hour through 1990-2050. */
static void
new_york_time(void **state)
{
	struct tm tm;
	time_t probe = 1770109927, last = 2556057600;

	(void)state;
	setenv("TZ", "America/New_York", 1);
	tzset();
	localtime_r(&probe, &tm);
	if (tm.tm_hour != 4) {
		fputs("SKIP: no zone America/New_York on this system\n", stderr);
		skip();
	}
	for (time_t t = 631152000; t < last; t += 1800) {
		int minutes;
		struct date d = calendar_ny_date((int64_t)t * 1000, &minutes);

		localtime_r(&t, &tm);
		assert_int_equal(minutes, tm.tm_hour * 60 + tm.tm_min);
		assert_int_equal(d.days,
				 date_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday).days);
		assert_int_equal(calendar_ny_offset_min((int64_t)t * 1000),
				 tm.tm_isdst ? -240 : -300);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

static void
wall_time_to_utc(void **state)
{
	(void)state;
	assert_true(calendar_ny_to_utc_ms(day("2026-02-02"), 960) == at("2026-02-02T21:00:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-07-01"), 960) == at("2026-07-01T20:00:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-02-02"), 1440 + 240) ==
		    at("2026-02-03T09:00:00Z"));
	/* 23 and 25 hour days: 2026-03-08 and 2026-11-01 */
	assert_true(calendar_ny_to_utc_ms(day("2026-03-08"), 119) == at("2026-03-08T06:59:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-03-08"), 150) == at("2026-03-08T07:30:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-03-08"), 180) == at("2026-03-08T07:00:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-11-01"), 90) == at("2026-11-01T05:30:00Z"));
	assert_true(calendar_ny_to_utc_ms(day("2026-11-01"), 120) == at("2026-11-01T07:00:00Z"));
	assert_true(calendar_close_ms(day("2018-07-03")) == at("2018-07-03T17:00:00Z"));
}

/* design.md 7: close + 2 h, 18:00 New York, 15:00 on half days; faults.md F21. */
static void
published_session(void **state)
{
	static const struct {
		const char *now, *want;
	} cases[] = {
		{ "2026-02-02T22:59:59Z", "2026-01-30" }, /* Monday 17:59 */
		{ "2026-02-02T23:00:00Z", "2026-02-02" },
		{ "2026-02-01T12:00:00Z", "2026-01-30" }, /* Sunday */
		{ "2026-02-02T14:00:00Z", "2026-01-30" },
		{ "2018-07-03T18:59:00Z", "2018-07-02" }, /* half day */
		{ "2018-07-03T19:00:00Z", "2018-07-03" },
		{ "2018-07-04T23:30:00Z", "2018-07-03" }, /* holiday */
		{ "2026-07-01T22:00:00Z", "2026-07-01" }, /* summer time */
		{ "2026-07-01T21:59:00Z", "2026-06-30" },
		{ "2026-02-03T04:30:00Z", "2026-02-02" },
	};
	char buf[DATE_BUF];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(date_iso(calendar_published(at(cases[i].now), 120), buf),
				    cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_days),
		cmocka_unit_test(open_days),
		cmocka_unit_test(half_days_of_fifteen_years),
		cmocka_unit_test(older_half_days),
		cmocka_unit_test(equals_the_real_trading_days),
		cmocka_unit_test(walking),
		cmocka_unit_test(edges_of_the_calendar),
		cmocka_unit_test(new_york_time),
		cmocka_unit_test(wall_time_to_utc),
		cmocka_unit_test(published_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
