#include "core/date.h"

#include "core/str.h"

#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199 };

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days and years are counted in eras of 400 years that begin on 1 March, so that the leap day is
 * the last day of its year and no table of month lengths is needed. */
struct date
date_of(int year, int month, int day)
{
	int y = year - (month <= 2);
	int era = (y >= 0 ? y : y - 399) / 400;
	int yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (struct date){ era * 146097 + doe - 719468 };
}

void
date_split(struct date d, int *year, int *month, int *day)
{
	int z = d.days + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int doe = z - era * 146097;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

int
date_year(struct date d)
{
	int y, m, day;

	date_split(d, &y, &m, &day);
	return y;
}

static bool
digits(const char *s, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return true;
}

bool
date_parse_n(const char *s, size_t n, struct date *d)
{
	int y, m, day;

	*d = DATE_NONE;
	if (n != 10 || s[4] != '-' || s[7] != '-')
		return false;
	if (!digits(s, 4, &y) || !digits(s + 5, 2, &m) || !digits(s + 8, 2, &day))
		return false;
	if (y < YEAR_MIN || y > YEAR_MAX || m < 1 || m > 12 || day < 1 || day > month_days(y, m))
		return false;
	*d = date_of(y, m, day);
	return true;
}

bool
date_parse(const char *s, struct date *d)
{
	*d = DATE_NONE;
	return s && date_parse_n(s, strlen(s), d);
}

const char *
date_iso(struct date d, char buf[DATE_BUF])
{
	int y, m, day;

	if (!date_is_set(d)) {
		str_copy(buf, DATE_BUF, "-");
		return buf;
	}
	date_split(d, &y, &m, &day);
	if (!fmt_buf(buf, DATE_BUF, "%04d-%02d-%02d", y, m, day))
		str_copy(buf, DATE_BUF, "?");
	return buf;
}

struct date
date_add_days(struct date d, int n)
{
	if (!date_is_set(d))
		return d;
	return (struct date){ d.days + n };
}

struct date
date_add_months(struct date d, int n)
{
	int y, m, day, months, last;

	if (!date_is_set(d))
		return d;
	date_split(d, &y, &m, &day);
	months = y * 12 + (m - 1) + n;
	y = months / 12;
	m = months % 12 + 1;
	last = month_days(y, m);
	return date_of(y, m, day < last ? day : last);
}

int
date_weekday(struct date d)
{
	int w = (d.days + 4) % 7; /* 1970-01-01 was a Thursday */

	return w < 0 ? w + 7 : w;
}

const char *
date_dow(struct date d)
{
	static const char *const names[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

	return date_is_set(d) ? names[date_weekday(d)] : "-";
}

bool
date_is_set(struct date d)
{
	return d.days != DATE_UNSET;
}

int
date_cmp(struct date a, struct date b)
{
	return (a.days > b.days) - (a.days < b.days);
}
