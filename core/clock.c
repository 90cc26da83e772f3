#include "core/clock.h"

#include "core/calendar.h"
#include "core/num.h"
#include "core/str.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { DAY_MS = 86400000 };

static atomic_llong wall_shift; /* milliseconds added to the true time */

static int64_t
now_ms(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_wall_ms(void)
{
	return now_ms(CLOCK_REALTIME) + atomic_load(&wall_shift);
}

int64_t
clock_mono_ms(void)
{
	return now_ms(CLOCK_MONOTONIC);
}

void
clock_rehearse(int64_t wall_ms)
{
	atomic_store(&wall_shift, wall_ms - now_ms(CLOCK_REALTIME));
}

static void
split_day(int64_t ms, struct date *d, int *in_day)
{
	int64_t days = ms / DAY_MS, rest = ms % DAY_MS;

	if (rest < 0) {
		rest += DAY_MS;
		days--;
	}
	*d = (struct date){ (int32_t)days };
	*in_day = (int)rest;
}

const char *
clock_iso(int64_t ms, char buf[CLOCK_BUF])
{
	char day[DATE_BUF];
	struct date d;
	int t;

	split_day(ms, &d, &t);
	if (!fmt_buf(buf, CLOCK_BUF, "%sT%02d:%02d:%02d.%03dZ", date_iso(d, day), t / 3600000,
		     t / 60000 % 60, t / 1000 % 60, t % 1000))
		buf[0] = '\0';
	return buf;
}

/* Two digits below `limit`; -1 when they are not. */
static int
two(const char *s, int limit)
{
	int v;

	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	v = (s[0] - '0') * 10 + (s[1] - '0');
	return v < limit ? v : -1;
}

/* ".123456" behind the seconds: milliseconds, *s moved behind it; -1 when the dot has no digit. */
static int
fraction(const char **s)
{
	int ms = 0, weight = 100;
	const char *p = *s;

	if (*p != '.')
		return 0;
	for (p++; *p >= '0' && *p <= '9'; p++, weight /= 10)
		ms += (*p - '0') * weight;
	if (p == *s + 1)
		return -1;
	*s = p;
	return ms;
}

/* "Z" or "+hh:mm" to the end of the text: minutes east of UTC. */
static int
zone(const char *s, int *minutes)
{
	int h, m;

	*minutes = 0;
	if ((*s == 'Z' || *s == 'z') && s[1] == '\0')
		return 0;
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':')
		return -1;
	h = two(s + 1, 24);
	m = two(s + 4, 60);
	if (h < 0 || m < 0)
		return -1;
	*minutes = (*s == '-' ? -1 : 1) * (h * 60 + m);
	return 0;
}

int
clock_parse(const char *s, int64_t *ms)
{
	int h, m, sec, frac, east;
	const char *rest;
	struct date d;

	*ms = 0;
	if (strlen(s) < 20 || !date_parse_n(s, 10, &d) || !strchr("Tt ", s[10]))
		return -1;
	h = two(s + 11, 24);
	m = two(s + 14, 60);
	sec = two(s + 17, 60);
	if (h < 0 || m < 0 || sec < 0 || s[13] != ':' || s[16] != ':')
		return -1;
	rest = s + 19;
	frac = fraction(&rest);
	if (frac < 0 || zone(rest, &east) < 0)
		return -1;
	*ms = (int64_t)d.days * DAY_MS + ((h * 60 + m - east) * 60 + sec) * INT64_C(1000) + frac;
	return 0;
}

const char *
clock_hms(int64_t ms, int ny, char buf[CLOCK_BUF])
{
	struct date d;
	int t;

	split_day(ms + (ny ? calendar_ny_offset_min(ms) * INT64_C(60000) : 0), &d, &t);
	if (!fmt_buf(buf, CLOCK_BUF, "%02d:%02d:%02d", t / 3600000, t / 60000 % 60, t / 1000 % 60))
		buf[0] = '\0';
	return buf;
}

const char *
clock_span(int64_t ms, char buf[CLOCK_BUF])
{
	bool ok;

	if (ms < 0)
		ms = 0;
	if (ms < 1000)
		ok = fmt_buf(buf, CLOCK_BUF, "%" PRId64 "ms", ms);
	else if (ms < 60000)
		ok = fmt_buf(buf, CLOCK_BUF, "%" PRId64 ".%" PRId64 "s", ms / 1000,
			     ms % 1000 / 100);
	else if (ms < 3600000)
		ok = fmt_buf(buf, CLOCK_BUF, "%" PRId64 "m%02" PRId64 "s", ms / 60000,
			     ms / 1000 % 60);
	else
		ok = fmt_buf(buf, CLOCK_BUF, "%" PRId64 "h%02" PRId64 "m", ms / 3600000,
			     ms / 60000 % 60);
	if (!ok)
		buf[0] = '\0';
	return buf;
}

int64_t
span_parse(const char *s)
{
	static const char units[] = "smhd";
	static const int64_t ms[] = { 1000, 60000, 3600000, 86400000 };
	size_t n = strspn(s, "0123456789");
	int64_t v, unit = 1000;
	const char *u = s[n] ? strchr(units, s[n]) : NULL;

	if (n == 0 || n > 9 || !num_parse_i64(s, n, &v) || (s[n] && (!u || s[n + 1])))
		return -1;
	if (u)
		unit = ms[u - units];
	return v * unit;
}
