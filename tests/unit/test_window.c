/* Expected values: figures worked out by hand, and a plain two-pass computation in this file.  The
 * golden vectors are in test_engines.c. */
#include "jobs/engine/window.h"
#include "tests/unit/suite.h"

#include <math.h>

static void
assert_near(double got, double want)
{
	double scale = fmax(1, fmax(fabs(got), fabs(want)));

	if (!(fabs(got - want) <= 1e-9 * scale))
		fail_msg("%.17g is not %.17g", got, want);
}

/* 100 -> 110 -> 99: returns +10 and -10, mean 0, sample deviation sqrt(200); fall 110 -> 99 is 10
 * %. */
static void
test_by_hand(void **state)
{
	const double c[] = { 100, 110, 99 };
	struct window_stats s;

	(void)state;
	price_window(c, 3, &s);
	assert_near(s.ret.v, -1);
	assert_near(s.abs.v, -1);
	assert_near(s.vol.v, sqrt(200));
	assert_near(s.dd.v, 10);
	price_window(c, 2, &s);
	assert_false(s.vol.has);
	assert_near(s.dd.v, 0);
}

/* PostgreSQL: date '2024-03-31' - interval '1 month' = 2024-02-29. */
static void
test_targets(void **state)
{
	struct date last = date_of(2024, 3, 31);

	(void)state;
	assert_int_equal(window_target(WIN_1W, last).days, date_of(2024, 3, 24).days);
	assert_int_equal(window_target(WIN_1M, last).days, date_of(2024, 2, 29).days);
	assert_int_equal(window_target(WIN_YTD, last).days, date_of(2024, 1, 1).days);
	assert_int_equal(window_target(WIN_5Y, last).days, date_of(2019, 3, 31).days);
}

static bool
has_month(int first_day, bool guard)
{
	const int32_t day[] = { date_of(2024, 5, first_day).days, date_of(2024, 5, 30).days,
				date_of(2024, 5, 31).days };
	const double price[] = { 1, 2, 3 };
	struct window_row row[WIN_COUNT];
	struct window_series s;

	window_series_init(&s);
	window_series_load(&s, day, price, 3);
	window_returns(&s, 2, guard, row);
	window_series_done(&s);
	return row[WIN_1M].has;
}

/* Target of 1M is 30 April (31 April does not exist): ten days later is 10 May. */
static void
test_coverage_guard(void **state)
{
	(void)state;
	assert_true(has_month(10, true));
	assert_false(has_month(11, true));
	assert_true(has_month(11, false));
}

static void
test_one_row_has_no_window(void **state)
{
	const int32_t day = 19000;
	const double price = 5;
	struct window_row row[WIN_COUNT];
	struct window_series s;

	(void)state;
	window_series_init(&s);
	window_series_load(&s, &day, &price, 1);
	window_returns(&s, 0, true, row);
	for (int w = 0; w < WIN_COUNT; w++)
		assert_false(row[w].has);
	assert_int_equal(window_last(&s, (struct date){ 18999 }), -1);
	assert_int_equal(window_last(&s, (struct date){ 19000 }), 0);
	window_series_done(&s);
}

/* Twelve of 21 usual days are 57 %, thirteen 62 %. */
static void
test_coverage_of_sector_windows(void **state)
{
	struct window_day d[13];
	struct num out[WIN_COUNT];

	(void)state;
	for (int i = 0; i < 13; i++)
		d[i] = (struct window_day){ date_of(2024, 5, 10 + i), NUM(1) };
	sector_windows(d, 12, date_of(2024, 5, 31), 0.6, out);
	assert_false(out[WIN_1M].has);
	sector_windows(d, 13, date_of(2024, 5, 31), 0.6, out);
	assert_near(out[WIN_1M].v, (pow(1.01, 13) - 1) * 100);
	assert_false(out[WIN_3M].has);
}

static uint64_t seed = 42;

static double
uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 11) / 9007199254740992.0;
}

/* A walk with gaps, and one absurd bar early on that must not blur the windows after it. */
static size_t
random_series(int32_t *day, double *price, size_t n)
{
	int32_t d = 15000;
	double p = 50;

	for (size_t i = 0; i < n; i++) {
		d += 1 + (uniform() < 0.2 ? 2 : 0) + (uniform() < 0.004 ? 40 : 0);
		p *= 1 + 0.05 * (uniform() - 0.499);
		day[i] = d;
		price[i] = i == 7 ? p * 1e7 : p;
	}
	return n;
}

static void
naive(const double *p, size_t n, struct window_stats *s)
{
	double mean = 0, var = 0, peak = p[0], dd = 0;

	for (size_t i = 1; i < n; i++)
		mean += (p[i] / p[i - 1] - 1) * 100 / (double)(n - 1);
	for (size_t i = 1; i < n; i++)
		var += pow((p[i] / p[i - 1] - 1) * 100 - mean, 2);
	for (size_t i = 0; i < n; i++) {
		peak = fmax(peak, p[i]);
		dd = fmax(dd, 100 * (peak - p[i]) / peak);
	}
	s->vol = n > 2 ? NUM(sqrt(var / (double)(n - 2))) : NUM_NONE;
	s->dd = NUM(dd);
}

/* 21 valid returns of 1 % among 23 days: 100 * (1.01^21 - 1), worked out with bc; 20 are too few.
 */
static void
test_trailing_windows(void **state)
{
	struct window_day d[23];
	struct num out[WIN_COUNT];

	(void)state;
	for (int i = 0; i < 23; i++)
		d[i] = (struct window_day){ date_of(2024, 5, 1 + i), NUM(1) };
	d[3].ret = NUM_NONE;
	d[20].ret = NUM(-100);
	trailing_windows(d, 23, out);
	assert_true(out[WIN_1M].has);
	assert_near(out[WIN_1M].v, 23.23919403474464927200);
	assert_false(out[WIN_3M].has || out[WIN_1W].has || out[WIN_YTD].has);
	trailing_windows(d + 1, 22, out);
	assert_false(out[WIN_1M].has);
	d[0].ret = NUM(50); /* an older one than the last 21 is not used */
	d[3].ret = NUM(1);
	trailing_windows(d, 23, out);
	assert_near(out[WIN_1M].v, 23.23919403474464927200);
}

static void
test_against_two_passes(void **state)
{
	static int32_t day[1500];
	static double price[1500];
	size_t n = random_series(day, price, 1500);
	struct window_series s;

	(void)state;
	window_series_init(&s);
	window_series_load(&s, day, price, n);
	for (size_t first = 0; first < n - 1; first += 37)
		for (size_t last = first + 1; last < n; last += 101) {
			struct window_stats got, want;

			window_stats(&s, first, last, &got);
			naive(price + first, last - first + 1, &want);
			assert_int_equal(got.vol.has, want.vol.has);
			if (want.vol.has)
				assert_near(got.vol.v, want.vol.v);
			assert_near(got.dd.v, want.dd.v);
		}
	window_series_done(&s);
}

/* The same bits whether the series ends at the as-of date or goes on after it. */
static void
test_rolling_equals_single(void **state)
{
	static int32_t day[1500];
	static double price[1500];
	size_t n = random_series(day, price, 1500);
	struct window_series all, one;
	struct window_row a[WIN_COUNT], b[WIN_COUNT];

	(void)state;
	window_series_init(&all);
	window_series_init(&one);
	window_series_load(&all, day, price, n);
	for (size_t last = 0; last < n; last++) {
		window_series_load(&one, day, price, last + 1);
		assert_int_equal(window_last(&all, (struct date){ day[last] }), last);
		memset(a, 0, sizeof(a));
		memset(b, 0, sizeof(b));
		window_returns(&all, last, true, a);
		window_returns(&one, last, true, b);
		assert_memory_equal(a, b, sizeof(a));
	}
	window_series_done(&all);
	window_series_done(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_coverage_guard),
		cmocka_unit_test(test_one_row_has_no_window),
		cmocka_unit_test(test_coverage_of_sector_windows),
		cmocka_unit_test(test_trailing_windows),
		cmocka_unit_test(test_against_two_passes),
		cmocka_unit_test(test_rolling_equals_single),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
