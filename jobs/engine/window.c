#include "jobs/engine/window.h"

#include "core/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_DAYS = 10 };

static const struct {
	const char *code;
	int days, months;
	int sessions; /* usual number of trading days; 0 = not canonical */
} table[WIN_COUNT] = {
	[WIN_1D] = { "1D", 0, 0, 0 },	 [WIN_1W] = { "1W", 7, 0, 0 },
	[WIN_1M] = { "1M", 0, 1, 21 },	 [WIN_3M] = { "3M", 0, 3, 63 },
	[WIN_6M] = { "6M", 0, 6, 126 },	 [WIN_YTD] = { "YTD", 0, 0, 0 },
	[WIN_1Y] = { "1Y", 0, 12, 252 }, [WIN_2Y] = { "2Y", 0, 24, 504 },
	[WIN_3Y] = { "3Y", 0, 36, 756 }, [WIN_5Y] = { "5Y", 0, 60, 1260 },
};

/* Sums of the daily returns up to a row and of their squares.  The second member of each holds what
 * rounding lost, so that one absurd early return does not blur the windows after it. */
struct window_sum {
	long double r, r_lost, q, q_lost;
};

/* What drawdown needs to know of consecutive rows. */
struct window_span {
	double max, min, dd;
};

static const struct window_span no_span = { 0, INFINITY, 0 };

const char *
window_code(enum window w)
{
	return table[w].code;
}

int
window_find(const char *code)
{
	for (int w = 0; w < WIN_COUNT; w++)
		if (str_same(table[w].code, code))
			return w;
	return -1;
}

bool
window_is_canonical(enum window w)
{
	return table[w].sessions > 0;
}

struct date
window_target(enum window w, struct date last)
{
	if (w == WIN_YTD)
		return date_of(date_year(last), 1, 1);
	return date_add_days(date_add_months(last, -table[w].months), -table[w].days);
}

void
window_series_init(struct window_series *s)
{
	memset(s, 0, sizeof(*s));
}

void
window_series_done(struct window_series *s)
{
	free(s->sum);
	free(s->span);
	memset(s, 0, sizeof(*s));
}

static double
daily_return(double before, double now)
{
	return before == 0 ? 0 : (now / before - 1) * 100;
}

/* Knuth's two-sum: *lost gathers what adding x to *sum rounds away. */
static void
add_exact(long double *sum, long double *lost, long double x)
{
	long double t = *sum + x;
	long double z = t - *sum;

	*lost += (*sum - (t - z)) + (x - z);
	*sum = t;
}

static void
load_sums(struct window_series *s)
{
	struct window_sum at = { 0, 0, 0, 0 };

	for (size_t i = 0; i < s->n; i++) {
		if (i > 0) {
			long double r = daily_return(s->price[i - 1], s->price[i]);

			add_exact(&at.r, &at.r_lost, r);
			add_exact(&at.q, &at.q_lost, r * r);
		}
		s->sum[i] = at;
	}
}

static struct window_span
join(struct window_span a, struct window_span b)
{
	struct window_span s;
	double across = a.max > 0 ? (a.max - b.min) / a.max : 0;

	s.max = a.max > b.max ? a.max : b.max;
	s.min = a.min < b.min ? a.min : b.min;
	s.dd = a.dd > b.dd ? a.dd : b.dd;
	if (across > s.dd)
		s.dd = across;
	return s;
}

static void
load_spans(struct window_series *s)
{
	for (size_t i = 0; i < s->leaves; i++)
		s->span[s->leaves + i] =
			i < s->n ? (struct window_span){ s->price[i], s->price[i], 0 } : no_span;
	for (size_t i = s->leaves - 1; i > 0; i--)
		s->span[i] = join(s->span[2 * i], s->span[2 * i + 1]);
}

void
window_series_load(struct window_series *s, const int32_t *day, const double *price, size_t n)
{
	s->day = day;
	s->price = price;
	s->n = n;
	s->leaves = 1;
	while (s->leaves < n)
		s->leaves *= 2;
	if (s->cap < s->leaves) {
		s->cap = s->leaves;
		s->sum = mem_realloc(s->sum, s->cap * sizeof(*s->sum));
		s->span = mem_realloc(s->span, 2 * s->cap * sizeof(*s->span));
	}
	load_sums(s);
	load_spans(s);
}

static double
drawdown(const struct window_series *s, size_t first, size_t last)
{
	struct window_span left = no_span, right = no_span;
	size_t a = first + s->leaves, b = last + s->leaves + 1;

	for (; a < b; a /= 2, b /= 2) {
		if (a & 1)
			left = join(left, s->span[a++]);
		if (b & 1)
			right = join(s->span[--b], right);
	}
	return join(left, right).dd;
}

static struct num
volatility(const struct window_series *s, size_t first, size_t last)
{
	const struct window_sum *a = &s->sum[first], *b = &s->sum[last];
	long double n = (long double)(last - first);
	long double r = (b->r - a->r) + (b->r_lost - a->r_lost);
	long double q = (b->q - a->q) + (b->q_lost - a->q_lost);
	long double var = n > 1 ? (q - r * r / n) / (n - 1) : 0;

	if (last - first < 2)
		return NUM_NONE;
	return num_finite(var < 0 ? 0 : (double)sqrtl(var));
}

void
window_stats(const struct window_series *s, size_t first, size_t last, struct window_stats *out)
{
	double from = s->price[first], to = s->price[last];

	out->ret = num_finite(daily_return(from, to));
	out->abs = num_finite(to - from);
	out->vol = volatility(s, first, last);
	out->dd = num_finite(100 * drawdown(s, first, last));
}

/* First of the rows 0..n-1 whose day is on or after `day`; n when there is none. */
static size_t
lower_bound(const int32_t *at, size_t n, int32_t day)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (at[mid] < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

long
window_last(const struct window_series *s, struct date day)
{
	return (long)lower_bound(s->day, s->n, day.days + 1) - 1;
}

static void
one_window(const struct window_series *s, enum window w, size_t last, bool guard,
	   struct window_row *out)
{
	struct date end = { s->day[last] };
	size_t first;

	out->has = false;
	if (w == WIN_1D) {
		if (last == 0)
			return;
		first = last - 1;
	} else {
		struct date target = window_target(w, end);

		first = lower_bound(s->day, last + 1, target.days);
		if (guard && (first >= last || s->day[first] > target.days + GUARD_DAYS))
			return;
	}
	out->start = (struct date){ s->day[first] };
	if (s->price[first] == 0)
		return;
	window_stats(s, first, last, &out->stats);
	out->has = out->stats.ret.has;
}

void
window_returns(const struct window_series *s, size_t last, bool guard,
	       struct window_row out[WIN_COUNT])
{
	for (int w = 0; w < WIN_COUNT; w++)
		one_window(s, (enum window)w, last, guard, &out[w]);
}

void
price_window(const double *close, size_t n, struct window_stats *out)
{
	struct window_series s;

	window_series_init(&s);
	window_series_load(&s, NULL, close, n);
	window_stats(&s, 0, n - 1, out);
	window_series_done(&s);
}

/* A total loss cannot be compounded. */
static bool
is_valid(const struct window_day *d)
{
	return d->ret.has && d->ret.v > -100;
}

static void
compound(const struct window_day *d, size_t n, struct date after, struct date as_of,
	 double *log_growth, int *days)
{
	*log_growth = 0;
	*days = 0;
	for (size_t i = 0; i < n; i++) {
		if (date_cmp(d[i].day, after) <= 0 || date_cmp(d[i].day, as_of) > 0)
			continue;
		if (!is_valid(&d[i]))
			continue;
		*log_growth += log1p(d[i].ret.v / 100);
		++*days;
	}
}

void
sector_windows(const struct window_day *d, size_t n, struct date as_of, double min_share,
	       struct num out[WIN_COUNT])
{
	for (int w = 0; w < WIN_COUNT; w++) {
		double growth;
		int days;

		out[w] = NUM_NONE;
		if (table[w].sessions == 0)
			continue;
		compound(d, n, date_add_months(as_of, -table[w].months), as_of, &growth, &days);
		if (days > 0 && days >= min_share * table[w].sessions)
			out[w] = num_finite(expm1(growth) * 100);
	}
}

void
trailing_windows(const struct window_day *d, size_t n, struct num out[WIN_COUNT])
{
	double growth = 0;
	int valid = 0;

	for (int w = 0; w < WIN_COUNT; w++)
		out[w] = NUM_NONE;
	for (size_t i = n; i-- > 0 && valid < TRAILING_DAYS_MAX;) {
		if (!is_valid(&d[i]))
			continue;
		growth += log1p(d[i].ret.v / 100);
		valid++;
		for (int w = 0; w < WIN_COUNT; w++)
			if (table[w].sessions == valid)
				out[w] = num_finite(expm1(growth) * 100);
	}
}
