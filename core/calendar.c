#include "core/calendar.h"

#include "core/attr.h"

enum {
	YEAR_FIRST = 1990,
	YEAR_LAST = 2050,
	CLOSE_FULL = 960,
	CLOSE_HALF = 780,
	CLOSE_OLD_HALF = 840
};
enum { SUN, MON, TUE, WED, THU, FRI, SAT };
enum { MINUTE_MS = 60000, DAY_MINUTES = 1440, OFFSET_STANDARD = -300, OFFSET_SUMMER = -240 };

struct ymd {
	int year, month, day, weekday;
};

/* Closures that no rule gives. */
static const struct {
	int first, last; /* yyyymmdd */
	const char *why;
} closures[] = {
	{ 19940427, 19940427, "mourning for R. Nixon" },
	{ 20010911, 20010914, "September 11 attacks" },
	{ 20040611, 20040611, "mourning for R. Reagan" },
	{ 20070102, 20070102, "mourning for G. Ford" },
	{ 20121029, 20121030, "Hurricane Sandy" },
	{ 20181205, 20181205, "mourning for G. H. W. Bush" },
	{ 20250109, 20250109, "mourning for J. Carter" },
};

/* Early closes that no rule gives: Fridays after Christmas, and the turn of the century. */
static const int early[] = { 19971226, 19991231, 20031226 };

static struct ymd
split(struct date d)
{
	struct ymd t;

	date_split(d, &t.year, &t.month, &t.day);
	t.weekday = date_weekday(d);
	return t;
}

static int
number(const struct ymd *t)
{
	return t->year * 10000 + t->month * 100 + t->day;
}

/* The n-th such weekday of its month? */
static bool
nth(const struct ymd *t, int n, int weekday)
{
	return t->weekday == weekday && (t->day - 1) / 7 + 1 == n;
}

/* A fixed holiday, or the weekday on which it is kept: Saturday's on Friday, Sunday's on Monday. */
static bool
observed(const struct ymd *t, int month, int day)
{
	if (t->month != month)
		return false;
	return t->day == day || (t->weekday == FRI && t->day == day - 1) ||
	       (t->weekday == MON && t->day == day + 1);
}

/* Anonymous Gregorian computus: day of Easter Sunday. */
static struct date
easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int k = h + l - 7 * m + 114;

	return date_of(year, k / 31, k % 31 + 1);
}

static const char *
holiday(struct date d, const struct ymd *t)
{
	/* A Saturday 1 January is not kept on Friday: 31 December closes the books. */
	if (t->month == 1 && (t->day == 1 || (t->day == 2 && t->weekday == MON)))
		return "New Year's Day";
	if (t->month == 1 && t->year >= 1998 && nth(t, 3, MON))
		return "Martin Luther King Jr. Day";
	if (t->month == 2 && nth(t, 3, MON))
		return "Presidents' Day";
	if (t->weekday == FRI && (t->month == 3 || t->month == 4) &&
	    date_add_days(d, 2).days == easter(t->year).days)
		return "Good Friday";
	if (t->month == 5 && t->weekday == MON && t->day > 24)
		return "Memorial Day";
	if (t->year >= 2022 && observed(t, 6, 19))
		return "Juneteenth";
	if (observed(t, 7, 4))
		return "Independence Day";
	if (t->month == 9 && nth(t, 1, MON))
		return "Labor Day";
	if (t->month == 11 && nth(t, 4, THU))
		return "Thanksgiving Day";
	if (observed(t, 12, 25))
		return "Christmas Day";
	return NULL;
}

bool
calendar_covers(struct date d)
{
	return date_cmp(d, date_of(YEAR_FIRST, 1, 1)) >= 0 && date_cmp(d, calendar_last()) <= 0;
}

struct date
calendar_last(void)
{
	return date_of(YEAR_LAST, 12, 31);
}

const char *
calendar_closed_why(struct date d)
{
	struct ymd t;
	int n;

	if (!calendar_covers(d))
		return "outside the calendar (1990-2050)";
	t = split(d);
	if (t.weekday == SUN || t.weekday == SAT)
		return "weekend";
	n = number(&t);
	for (size_t i = 0; i < ARRAY_LEN(closures); i++)
		if (n >= closures[i].first && n <= closures[i].last)
			return closures[i].why;
	return holiday(d, &t);
}

bool
calendar_is_session(struct date d)
{
	return calendar_closed_why(d) == NULL;
}

/* Independence Day: the session before it, except that a Thursday's was followed by a short Friday
 * until 2013 moved that to the Wednesday. */
static bool
july_half(const struct ymd *t)
{
	if (t->month != 7 || t->year < 1995)
		return false;
	if (t->day == 5)
		return t->weekday == FRI && t->year < 2013;
	if (t->day != 3)
		return false;
	return t->weekday == MON || t->weekday == TUE || t->weekday == THU ||
	       (t->weekday == WED && t->year >= 2013);
}

bool
calendar_is_half_day(struct date d)
{
	struct ymd t;

	if (!calendar_is_session(d))
		return false;
	t = split(d);
	if (t.month == 12 && t.day == 24)
		return true;
	/* The day after the fourth Thursday is not always the fourth Friday. */
	if (t.month == 11 && t.weekday == FRI && t.day >= 23 && t.day <= 29)
		return t.year >= 1992;
	for (size_t i = 0; i < ARRAY_LEN(early); i++)
		if (number(&t) == early[i])
			return true;
	return july_half(&t);
}

struct date
calendar_floor(struct date d)
{
	if (date_cmp(d, calendar_last()) > 0)
		d = calendar_last();
	while (calendar_covers(d) && !calendar_is_session(d))
		d = date_add_days(d, -1);
	return calendar_covers(d) ? d : DATE_NONE;
}

struct date
calendar_prev(struct date d)
{
	return calendar_floor(date_add_days(d, -1));
}

struct date
calendar_next(struct date d)
{
	struct date first = date_of(YEAR_FIRST, 1, 1);

	if (!date_is_set(d))
		return DATE_NONE;
	d = date_add_days(d, 1);
	if (date_cmp(d, first) < 0)
		d = first;
	while (calendar_covers(d) && !calendar_is_session(d))
		d = date_add_days(d, 1);
	return calendar_covers(d) ? d : DATE_NONE;
}

int
calendar_sessions_between(struct date a, struct date b)
{
	int n = 0;

	if (!date_is_set(a) || !date_is_set(b))
		return 0;
	if (date_cmp(b, a) < 0)
		return -calendar_sessions_between(b, a);
	for (a = calendar_next(a); date_is_set(a) && date_cmp(a, b) <= 0; a = calendar_next(a))
		n++;
	return n;
}

struct date
calendar_add_sessions(struct date d, int n)
{
	if (n == 0)
		return calendar_floor(d);
	for (; n > 0 && date_is_set(d); n--)
		d = calendar_next(d);
	for (; n < 0 && date_is_set(d); n++)
		d = calendar_prev(d);
	return d;
}

/* The n-th Sunday of a month; n = 0: the last one of a month of 31 days. */
static struct date
sunday(int year, int month, int n)
{
	struct date d = date_of(year, month, n == 0 ? 25 : 1 + (n - 1) * 7);

	return date_add_days(d, (7 - date_weekday(d)) % 7);
}

/* First and last day of summer time, which changes at 02:00. */
static void
summer(int year, struct date *begin, struct date *end)
{
	*begin = year >= 2007 ? sunday(year, 3, 2) : sunday(year, 4, 1);
	*end = year >= 2007 ? sunday(year, 11, 1) : sunday(year, 10, 0);
}

int64_t
calendar_ny_to_utc_ms(struct date d, int minutes)
{
	struct date begin, end;
	int64_t wall, offset = OFFSET_STANDARD;

	while (minutes >= DAY_MINUTES) {
		d = date_add_days(d, 1);
		minutes -= DAY_MINUTES;
	}
	while (minutes < 0) {
		d = date_add_days(d, -1);
		minutes += DAY_MINUTES;
	}
	summer(date_year(d), &begin, &end);
	wall = (int64_t)d.days * DAY_MINUTES + minutes;
	/* The hour that spring skips counts as standard time, the hour that autumn repeats as
	 * summer's. */
	if (wall >= (int64_t)begin.days * DAY_MINUTES + 180 &&
	    wall < (int64_t)end.days * DAY_MINUTES + 120)
		offset = OFFSET_SUMMER;
	return (wall - offset) * MINUTE_MS;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int
calendar_ny_offset_min(int64_t utc_ms)
{
	int64_t minute = floor_div(utc_ms, MINUTE_MS);
	struct date begin, end;
	struct date d = { (int32_t)floor_div(minute + OFFSET_STANDARD, DAY_MINUTES) };

	summer(date_year(d), &begin, &end);
	/* 02:00 is 07:00 UTC in standard time and 06:00 UTC in summer time. */
	if (minute >= (int64_t)begin.days * DAY_MINUTES + 420 &&
	    minute < (int64_t)end.days * DAY_MINUTES + 360)
		return OFFSET_SUMMER;
	return OFFSET_STANDARD;
}

struct date
calendar_ny_date(int64_t utc_ms, int *minutes)
{
	int64_t wall = floor_div(utc_ms, MINUTE_MS) + calendar_ny_offset_min(utc_ms);
	int64_t day = floor_div(wall, DAY_MINUTES);

	if (minutes)
		*minutes = (int)(wall - day * DAY_MINUTES);
	return (struct date){ (int32_t)day };
}

int
calendar_close_minutes(struct date session)
{
	if (!calendar_is_half_day(session))
		return CLOSE_FULL;
	return date_year(session) < 1993 ? CLOSE_OLD_HALF : CLOSE_HALF;
}

int64_t
calendar_close_ms(struct date session)
{
	return calendar_ny_to_utc_ms(session, calendar_close_minutes(session));
}

struct date
calendar_published(int64_t now_utc_ms, int lag_min)
{
	struct date d = calendar_floor(calendar_ny_date(now_utc_ms, NULL));

	while (date_is_set(d) && calendar_close_ms(d) + (int64_t)lag_min * MINUTE_MS > now_utc_ms)
		d = calendar_prev(d);
	return d;
}
