/* Points on cells.  Expected cells are worked out beside each point from the scale alone; the code
 * points come from the Unicode chart of braille patterns (dot 1..8 = 1, 2, 4, 8, 10, 20, 40, 80
 * hex). */
#include "core/picture.h"
#include "tests/unit/suite.h"

#include <math.h>

/* 10 x 5 cells of 2 x 4 dots on -100..100 and 0..100: a dot is 10 wide and 5 high, a cell 20 and
 * 20.  Column = (x + 100) / 20, dot in it = (x + 100) / 10 % 2; row = 4 - y / 20, dot in it =
 * 3 - y / 5 % 4; what lies on the upper end belongs to the last dot. */
static const struct {
	struct plot_point at;
	int column, row;
	uint32_t dot;
} twelve[] = {
	{ { -100, 0 }, 0, 4, 0x40 },   /* 0/20; 4 - 0; dot (0, 3 - 0) = 7 */
	{ { -100, 100 }, 0, 0, 0x01 }, /* 0/20; top end; dot (0, 0) = 1 */
	{ { 100, 0 }, 9, 4, 0x80 },    /* right end; 4 - 0; dot (1, 3) = 8 */
	{ { 100, 100 }, 9, 0, 0x08 },  /* right end; top end; dot (1, 0) = 4 */
	{ { 0, 0 }, 5, 4, 0x40 },      /* 100/20; 4 - 0; dot (10 % 2, 3) = 7 */
	{ { 0, 50 }, 5, 2, 0x02 },     /* 100/20; 4 - 2; dot (10 % 2, 3 - 10 % 4) = (0, 1) = 2 */
	{ { -0.1, 50 }, 4, 2, 0x10 },  /* 99.9/20; 4 - 2; dot (9 % 2, 1) = 5 */
	{ { 10, 50 }, 5, 2, 0x10 },    /* 110/20; 4 - 2; dot (11 % 2, 1) = 5: beside (0, 50) */
	{ { -50, 75 }, 2, 1, 0x08 },   /* 50/20; 4 - 3; dot (5 % 2, 3 - 15 % 4) = (1, 0) = 4 */
	{ { 50, 25 }, 7, 3, 0x20 },    /* 150/20; 4 - 1; dot (15 % 2, 3 - 5 % 4) = (1, 2) = 6 */
	{ { 30, 30 }, 6, 3, 0x10 },    /* 130/20; 4 - 1; dot (13 % 2, 3 - 6 % 4) = (1, 1) = 5 */
	{ { -75, 10 }, 1, 4, 0x02 },   /* 25/20; 4 - 0; dot (2 % 2, 3 - 2 % 4) = (0, 1) = 2 */
};

static void
fill(struct plot *p, const struct plot_point *at, size_t n)
{
	p->at = at;
	p->n = n;
	p->x = plot_scale_robust(at, n, 2);
	p->y = plot_scale_round(0, 100, 2);
	plot_fill(p);
}

static void
test_twelve_points_in_twelve_cells(void **state)
{
	struct plot_point at[ARRAY_LEN(twelve)];
	struct plot p = { .glyphs = PLOT_BRAILLE, .w = 10, .h = 5 };
	size_t n, filled = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(twelve); i++)
		at[i] = twelve[i].at;
	fill(&p, at, ARRAY_LEN(twelve));
	assert_true(p.x.lo == -100 && p.x.hi == 100 && p.x.step == 100);
	assert_int_equal(p.count[PLOT_SHOWN], 12);
	for (size_t i = 0; i < ARRAY_LEN(twelve); i++) {
		const size_t *in = plot_cell(&p, twelve[i].column, twelve[i].row, &n);
		uint32_t cp = plot_glyph(&p, twelve[i].column, twelve[i].row);
		bool here = false;

		for (size_t k = 0; k < n; k++)
			here |= in[k] == i;
		assert_true(here);
		assert_true(cp & twelve[i].dot);
		/* Only (0, 50) and (10, 50) share one. */
		if (i != 5 && i != 7) {
			assert_int_equal(n, 1);
			assert_int_equal(cp, 0x2800 | twelve[i].dot);
		}
	}
	assert_int_equal(plot_glyph(&p, 5, 2), 0x2812);
	for (int c = 0; c < p.w * p.h; c++)
		filled += plot_glyph(&p, c % p.w, c / p.w) != 0;
	assert_int_equal(filled, 11);
	plot_done(&p);
}

static void
test_other_glyphs(void **state)
{
	/* One cell of 1 x 1; half blocks: 2 dots of 50 each. */
	const struct plot_point at[] = { { 1, 10 }, { 1, 60 }, { 1, 20 }, { 1, 99 }, { 1, 100 } };
	static const struct {
		enum plot_glyphs glyphs;
		size_t n;
		uint32_t cp;
	} cases[] = {
		{ PLOT_HALF, 1, 0x2584 }, /* lower half */
		{ PLOT_HALF, 2, 0x2588 }, /* both */
		{ PLOT_ASCII, 1, 'o' },	  /* one point */
		{ PLOT_ASCII, 2, 'O' },	  /* two to four */
		{ PLOT_ASCII, 4, 'O' },	  { PLOT_ASCII, 5, '@' },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plot p = { .glyphs = cases[i].glyphs, .w = 1, .h = 1 };

		fill(&p, at, cases[i].n);
		assert_int_equal(plot_glyph(&p, 0, 0), cases[i].cp);
		plot_done(&p);
	}
	struct plot p = { .glyphs = PLOT_HALF, .w = 1, .h = 1 };
	fill(&p, at + 1, 1);
	assert_int_equal(plot_glyph(&p, 0, 0), 0x2580); /* 60 is in the upper half */
	plot_done(&p);
}

static void
test_round_scales(void **state)
{
	static const struct {
		double lo, hi;
		int ticks;
		double step;
		int first, last;
	} cases[] = {
		{ 0, 100, 5, 20, 0, 5 },    /* 100/5 = 20 */
		{ 0, 100, 2, 50, 0, 2 },    /* 100/2 = 50 */
		{ 0, 100, 0, 50, 0, 2 },    /* at least two */
		{ -37, 12, 7, 10, -4, 2 },  /* 49/7 = 7 -> 10 */
		{ 0, 0.3, 3, 0.1, 0, 3 },   /* 0.3/3 = 0.1 */
		{ 5, 7, 2, 5, 0, 2 },	    /* with 0: 7/2 = 3.5 -> 5 */
		{ -9, -5, 2, 5, -2, 0 },    /* with 0: 9/2 = 4.5 -> 5 */
		{ 0, 0, 4, 0.5, -2, 2 },    /* -1..1: 2/4 = 0.5 */
		{ 0, 1e9, 4, 5e8, 0, 2 },   /* 2.5e8 -> 5e8 */
		{ -3.1, 3.1, 4, 2, -2, 2 }, /* 1.55 -> 2 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plot_scale s = plot_scale_round(cases[i].lo, cases[i].hi, cases[i].ticks);

		assert_true(fabs(s.step - cases[i].step) <= cases[i].step * 1e-9);
		assert_int_equal(s.first, cases[i].first);
		assert_int_equal(s.last, cases[i].last);
	}
	struct plot_scale s = plot_scale_round(-1.7e308, 1.7e308, 7);
	assert_true(isfinite(s.lo) && isfinite(s.hi) && s.lo < s.hi);
}

/* 1..198 and two far outside: of 200 points two at each end do not make the range. */
static void
test_outliers_are_off_scale(void **state)
{
	struct plot_point at[200];
	struct plot p = { .glyphs = PLOT_BRAILLE, .w = 70, .h = 10 };

	(void)state;
	for (int i = 0; i < 198; i++)
		at[i] = (struct plot_point){ i + 1, 50 };
	at[198] = (struct plot_point){ -1e6, 50 };
	at[199] = (struct plot_point){ 1e6, 50 };
	p.at = at;
	p.n = 200;
	p.x = plot_scale_robust(at, 200, 7); /* 0 and 197: 197/7 = 28.1 -> 50 */
	p.y = plot_scale_round(0, 100, 3);
	plot_fill(&p);
	assert_true(p.x.lo == 0 && p.x.hi == 200 && p.x.step == 50);
	assert_int_equal(p.count[PLOT_SHOWN], 198);
	assert_int_equal(p.count[PLOT_LEFT], 1);
	assert_int_equal(p.count[PLOT_RIGHT], 1);
	assert_int_equal(p.place[198], PLOT_LEFT);
	assert_int_equal(p.place[199], PLOT_RIGHT);
	plot_done(&p);
	at[0].y = -0.5;
	at[1].y = 100.5;
	plot_fill(&p);
	assert_int_equal(p.count[PLOT_SHOWN], 196);
	assert_int_equal(p.count[PLOT_BELOW], 1);
	assert_int_equal(p.count[PLOT_ABOVE], 1);
	plot_done(&p);
}

static double
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(*seed >> 33) / (double)(UINT64_C(1) << 31);
}

/* A cell holds what lies between its edges, up to the last bits. */
static void
check_cells(const struct plot *p)
{
	double dx = (p->x.hi - p->x.lo) / p->w, dy = (p->y.hi - p->y.lo) / p->h;
	size_t shown = 0, sum = 0, n;

	for (int c = 0; c < p->w * p->h; c++) {
		int column = c % p->w, row = c / p->w;
		const size_t *in = plot_cell(p, column, row, &n);

		shown += n;
		assert_int_equal(n > 0, plot_glyph(p, column, row) != 0);
		for (size_t k = 0; k < n; k++) {
			double x = (p->at[in[k]].x - p->x.lo) / dx - column;
			double y = (p->y.hi - p->at[in[k]].y) / dy - row;

			assert_true(x > -1e-6 && x < 1 + 1e-6 && y > -1e-6 && y < 1 + 1e-6);
		}
	}
	for (int i = 0; i < PLOT_PLACES; i++)
		sum += p->count[i];
	assert_int_equal(shown, p->count[PLOT_SHOWN]);
	assert_int_equal(sum, p->n);
}

static void
test_every_point_is_counted_once(void **state)
{
	static struct plot_point at[2000];
	uint64_t seed = 20260202;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct plot p = { .glyphs = (enum plot_glyphs)(round % 3) };
		size_t n = (size_t)(next_random(&seed) * ARRAY_LEN(at));
		double wide = pow(10, next_random(&seed) * 8 - 2);

		p.w = 1 + (int)(next_random(&seed) * 150);
		p.h = 1 + (int)(next_random(&seed) * 45);
		for (size_t i = 0; i < n; i++) {
			double far = next_random(&seed) < 0.02 ? 1e4 : 1;

			at[i].x = (next_random(&seed) - 0.4) * wide * far;
			at[i].y = next_random(&seed) * 120 - 10;
		}
		fill(&p, at, n);
		check_cells(&p);
		plot_done(&p);
	}
}

static void
test_the_nearest_in_a_direction(void **state)
{
	/* Cells of 20 x 20 as above: columns 0 2 5 9, rows 4 1 2 0. */
	const struct plot_point at[] = { { -100, 0 }, { -50, 70 }, { 0, 50 }, { 100, 100 } };
	struct plot p = { .glyphs = PLOT_BRAILLE, .w = 10, .h = 5 };

	(void)state;
	fill(&p, at, 4);
	assert_int_equal(plot_nearest(&p, 5, 2, 0, 0), 2);
	assert_int_equal(plot_nearest(&p, 5, 2, -1, 0), 1); /* 3 left, 1 up; the other 5 and 2 */
	assert_int_equal(plot_nearest(&p, 5, 2, 1, 0), 3);
	assert_int_equal(plot_nearest(&p, 5, 2, 0, 1), 0);  /* the only one below */
	assert_int_equal(plot_nearest(&p, 5, 2, 0, -1), 1); /* 1 up, 3 aside; the other 2 and 4 */
	assert_int_equal(plot_nearest(&p, 9, 0, 1, 0), 4);  /* none */
	plot_done(&p);
	fill(&p, at, 0);
	assert_int_equal(plot_nearest(&p, 0, 0, 0, 0), 0);
	plot_done(&p);
}

/* 20 x 5 cells, -100..100 in steps of 100: ticks in columns 0, 10 and 19 behind the four of the
 * axis; 0..100 in steps of 50: rows 4, 4 - 50/20 = 2 and 0; (70, 90): column 170/10 = 17, row 0. */
static void
test_axes(void **state)
{
	static const char want[] = "100+          :      o\n"
				   "   |          :\n"
				   " 50+          :\n"
				   "   |          :\n"
				   "  0+o         :\n"
				   "   ++---------+--------+\n"
				   "  -100        0     +100\n";
	const struct plot_point at[] = { { -100, 0 }, { 70, 90 } };
	struct plot p = { .glyphs = PLOT_ASCII, .w = 20, .h = 5, .at = at, .n = 2 };
	struct picture picture;
	STR_AUTO text = { 0 };

	(void)state;
	p.x = plot_scale_round(-100, 100, 2);
	p.y = plot_scale_round(0, 100, 2);
	plot_fill(&p);
	picture_draw(&picture, &p);
	str_init(&text, 4096);
	picture_print(&picture, &text);
	assert_string_equal(str_c(&text), want);
	picture_done(&picture);
	plot_done(&p);
}

static void
test_what_the_terminal_can_show(void **state)
{
	static const struct {
		const char *locale, *term;
		enum plot_glyphs want;
	} cases[] = {
		{ "C.UTF-8", "xterm", PLOT_BRAILLE },
		{ "C.UTF-8", "linux", PLOT_HALF },
		{ "C", "xterm", PLOT_ASCII },
		{ "no_SUCH", "xterm", PLOT_ASCII },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		setenv("LC_ALL", cases[i].locale, 1);
		setenv("TERM", cases[i].term, 1);
		assert_int_equal(plot_glyphs_here(), cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twelve_points_in_twelve_cells),
		cmocka_unit_test(test_other_glyphs),
		cmocka_unit_test(test_round_scales),
		cmocka_unit_test(test_outliers_are_off_scale),
		cmocka_unit_test(test_every_point_is_counted_once),
		cmocka_unit_test(test_the_nearest_in_a_direction),
		cmocka_unit_test(test_axes),
		cmocka_unit_test(test_what_the_terminal_can_show),
	};

	return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
