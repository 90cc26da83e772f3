/* The screen Scatter: what it shows, where a point lands on it, and what its keys do. */
#include "core/clock.h"
#include "core/sheet.h"
#include "jobs/jobs.h"
#include "jobs/scatter.h"
#include "tests/support_look.h"
#include "tui/scatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 22000, LIMIT_MS = 50, TRIES = 5 };

static const struct job *const jobs[] = { &job_backfill_performance_windows, &job_fmp_bulk, NULL };
static const struct date monday = { 20486 }; /* 2026-02-02 */
static struct catalogue catalogue;

static void
begin(struct scene *s, struct scene_size z)
{
	catalogue = support_catalogue;
	catalogue.jobs = jobs;
	catalogue.scatter = &fintra_scatter;
	scene_begin(s, MORNING_READY, z);
	s->m.cat = &catalogue;
	scene_open(s, &view_scatter, NULL);
}

static struct scatter_part *
new_part(void)
{
	struct scatter_part *p = look_part_new(LOOK_PART_SCATTER);

	p->measured_ms = SUPPORT_NOW_MS - 1000;
	p->s.date = monday;
	return p;
}

/* Of the last group, or of a new one by another name. */
static void
add(struct scatter_part *p, const char *name, const char *group, struct num x, struct num y)
{
	struct scatter_row r = { .x = x, .y = y };
	size_t n = p->s.group.n;

	if (n == 0 || !str_same(p->s.group.at[n - 1].name, group)) {
		struct scatter_group g = { mem_dup(group), p->s.row.n, 0 };

		vec_push(&p->s.group, g);
		n++;
	}
	p->s.group.at[n - 1].n++;
	r.group = n - 1;
	str_copy(r.name, sizeof(r.name), name);
	vec_push(&p->s.row, r);
}

/* Twelve points on 80 x 24 with braille: the plot is 76 columns wide (80 - 4) and 15 rows high: 24
 * less the keys, the bar, the rule, the sector, the counts, the cursor, the status line and two
 * rows of axis.  x goes from -100 to 100 in steps of 50 (200/7 = 28.6), so a column is 200/76
 * = 2.6316 pp; y from 0 to 100, a row is 100/15 = 6.6667. Column = (x + 100) / 2.6316, row = 14 - y
 * / 6.6667; on the screen 4 to the right and 4 down. */
static const struct {
	const char *name;
	double x, y;
	int column, row;
} twelve[] = {
	{ "P01", -100, 0, 0, 14 },   /* 0; 14 - 0 */
	{ "P02", -100, 100, 0, 0 },  /* 0; the upper end */
	{ "P03", 100, 0, 75, 14 },   /* the right end; 14 - 0 */
	{ "P04", 100, 100, 75, 0 },  /* both ends */
	{ "P05", 0, 0, 38, 14 },     /* 38.0; 14 - 0 */
	{ "P06", 0, 50, 38, 7 },     /* 38.0; 14 - 7.5 */
	{ "P07", -0.1, 62, 37, 5 },  /* 37.96; 14 - 9.3 */
	{ "P08", 10, 52, 41, 7 },    /* 41.8; 14 - 7.8 */
	{ "P09", -50, 75, 19, 3 },   /* 19.0; 14 - 11.25 */
	{ "P10", 50, 25, 57, 11 },   /* 57.0; 14 - 3.75 */
	{ "P11", 30, 30, 49, 10 },   /* 49.4; 14 - 4.5 */
	{ "P12", -75.5, 10, 9, 13 }, /* 9.31; 14 - 1.5 */
};

static void
show_twelve(struct scene *s)
{
	struct scatter_part *p = new_part();

	for (size_t i = 0; i < ARRAY_LEN(twelve); i++)
		add(p, twelve[i].name, i < 6 ? "Energy" : "Technology", NUM(twelve[i].x),
		    NUM(twelve[i].y));
	support_look_set(s, LOOK_PART_SCATTER, p);
}

static bool
is_braille(const struct cell *c)
{
	return c->cp > 0x2800 && c->cp <= 0x28ff;
}

static void
test_twelve_points_on_the_screen(void **state)
{
	struct scene s;
	int dots = 0;

	(void)state;
	begin(&s, scene_sizes[0]);
	show_twelve(&s);
	scene_compare(&s, "scatter_twelve");
	for (size_t i = 0; i < ARRAY_LEN(twelve); i++)
		assert_true(is_braille(canvas_at(&s.c, 4 + twelve[i].column, 4 + twelve[i].row)));
	for (int i = 0; i < s.c.w * s.c.h; i++)
		dots += is_braille(&s.c.at[i]);
	assert_int_equal(dots, 12);
	scene_end(&s);
}

static void
expect_row(struct scene *s, int row, const char *want)
{
	STR_AUTO text = { 0 };
	const char *p;

	view_draw_stack(s->stack, s->depth, &s->m, &s->c);
	str_init(&text, 1 << 16);
	canvas_export(&s->c, &text);
	p = str_c(&text);
	for (; row > 0; row--)
		p = strchr(p, '\n') + 1;
	if (strncmp(p, want, strlen(want)) != 0)
		fail_msg("%.*s is not %s", (int)strcspn(p, "\n"), p, want);
}

enum { CURSOR = 21 };

static void
expect_cursor(struct scene *s, const char *name)
{
	char want[40];

	fmt_buf(want, sizeof(want), " %s  ", name);
	expect_row(s, CURSOR, want);
}

/* From the middle, (38, 7), where P06 is.  Straight ahead counts once, aside twice, rows double. */
static void
test_the_cursor(void **state)
{
	static const struct {
		int key;
		const char *name;
	} keys[] = {
		{ 0, "P06" },	     { 'l', "P08" }, /* 3 right */
		{ TK_LEFT, "P06" },		     /* 3 left; P07 is 4 left and 1 up */
		{ 'k', "P07" },			     /* 2 up, 1 aside */
		{ 'j', "P06" },			     /* 2 down, 1 aside */
		{ 'g', "P01" },			     /* leftmost, the first of two */
		{ TK_UP, "P12" },		     /* 1 up, 9 aside: 2 + 18; P02 is 14 up: 28 */
		{ 'G', "P03" },			     /* rightmost */
		{ TK_RIGHT, "P03" },		     /* nothing is further right */
	};
	char proposed[TICKER_MAX + 1];
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0]);
	show_twelve(&s);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i].key)
			scene_key(&s, keys[i].key);
		expect_cursor(&s, keys[i].name);
	}
	expect_row(&s, CURSOR, " P03  Energy  FGOS 0.0  relative 1Y +100.00 pp");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_ticker);
	assert_string_equal(s.last.text, "P03");
	assert_true(view_scatter.ticker(&s.stack[s.depth - 1], &s.m, proposed));
	assert_string_equal(proposed, "P03");
	scene_end(&s);
}

static void
test_sectors(void **state)
{
	static const char *const after[] = { " sector: Energy (1 of 2)",
					     " sector: Technology (2 of 2)", " sector: all 2" };
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0]);
	show_twelve(&s);
	for (size_t i = 0; i < ARRAY_LEN(after); i++) {
		scene_key(&s, 's');
		expect_row(&s, 2, after[i]);
	}
	scene_key(&s, 'S');
	expect_row(&s, 2, after[1]);
	expect_row(&s, 3, " 6 rows: 6 plotted, 0 off-scale");
	scene_key(&s, 'Y');
	assert_int_equal(s.last.intent, DO_COPY);
	assert_string_equal(s.last.copy, "fintra scatter --sector 'Technology'");
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_NOTHING);
	expect_row(&s, 2, after[2]);
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

/* Four points in one place: n goes round them. */
static void
test_points_in_one_cell(void **state)
{
	struct scene s;
	struct scatter_part *p = new_part();

	(void)state;
	begin(&s, scene_sizes[0]);
	for (int i = 0; i < 4; i++) {
		char name[8];

		fmt_buf(name, sizeof(name), "A%d", i);
		add(p, name, "Energy", NUM(10 + i * 1e-6), NUM(50));
	}
	support_look_set(&s, LOOK_PART_SCATTER, p);
	expect_row(&s, CURSOR,
		   " A0  Energy  FGOS 50.0  relative 1Y +10.00 pp  1 of 4 here: A1 A2 A3");
	scene_key(&s, 'n');
	expect_row(&s, CURSOR,
		   " A1  Energy  FGOS 50.0  relative 1Y +10.00 pp  2 of 4 here: A2 A3 A0");
	scene_type(&s, "NN");
	expect_cursor(&s, "A3");
	scene_end(&s);
}

static uint64_t
step(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* A day of the market: two humps, a few far out, some without one value or the other. */
static struct scatter_part *
market(size_t n, const char *const *sectors, size_t count)
{
	struct scatter_part *p = new_part();
	uint64_t seed = 7;

	for (size_t g = 0; g < count; g++)
		for (size_t i = 0; i < n / count; i++) {
			double x = 0, y = 0;
			char name[SCATTER_NAME];

			for (int k = 0; k < 4; k++) {
				x += (double)(step(&seed) % 400) / 10 - 20;
				y += (double)(step(&seed) % 250) / 10;
			}
			x = i % 50 == 0 ? x * 12 : x + 8 * (double)g - 20;
			fmt_buf(name, sizeof(name), "T%zu", g * 10000 + i);
			add(p, name, sectors[g], i % 9 ? NUM(x) : NUM_NONE,
			    i % 14 ? NUM(y) : NUM_NONE);
		}
	return p;
}

static const char *const plain[] = { "Energy", "Healthcare", "Technology", "Utilities" };
static const char *const odd[] = {
	"A sector whose name has no end in sight, however wide the screen may be", support_wide,
	support_hostile, "none"
};

/* Far to the left, and in the same place as others. */
static struct scatter_part *
zeros(bool null)
{
	struct scatter_part *p = new_part();

	for (int i = 0; i < 40; i++) {
		char name[8];

		fmt_buf(name, sizeof(name), "Z%d", i);
		add(p, name, plain[i / 10], null ? NUM_NONE : NUM(0), NUM(20 + i * 1.5));
	}
	return p;
}

static void
compare_all(struct scatter_part *(*make)(void), const char *name, const char *keys)
{
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, scene_sizes[i]);
		if (make)
			support_look_set(&s, LOOK_PART_SCATTER, make());
		scene_type(&s, keys);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static struct scatter_part *
make_plain(void)
{
	return market(2000, plain, ARRAY_LEN(plain));
}

static struct scatter_part *
make_odd(void)
{
	struct scatter_part *p = market(400, odd, ARRAY_LEN(odd));

	str_copy(p->s.row.at[0].name, SCATTER_NAME, support_long);
	for (size_t i = 100; i < 200; i++)
		fmt_buf(p->s.row.at[i].name, SCATTER_NAME, "%s%zu", support_wide, i);
	p->s.date.days -= 3;
	return p;
}

static struct scatter_part *
make_zero(void)
{
	return zeros(false);
}

static struct scatter_part *
make_null(void)
{
	return zeros(true);
}

static struct scatter_part *
make_nothing(void)
{
	struct scatter_part *p = new_part();

	p->s.date = DATE_NONE;
	return p;
}

static struct scatter_part *
make_refused(void)
{
	struct scatter_part *p = new_part();

	str_copy(p->error, sizeof(p->error), "permission denied for table fintra_snapshots");
	return p;
}

static void
test_screens(void **state)
{
	(void)state;
	compare_all(NULL, "scatter_unread", "");
	compare_all(make_nothing, "scatter_none", "");
	compare_all(make_refused, "scatter_refused", "lnsjg");
	compare_all(make_plain, "scatter", "");
	compare_all(make_plain, "scatter_filtered", "sssll");
	compare_all(make_odd, "scatter_long", "s");
	compare_all(make_odd, "scatter_wide", "ss");
	compare_all(make_odd, "scatter_hostile", "sssn");
	compare_all(make_zero, "scatter_zero", "");
	compare_all(make_null, "scatter_null", "l");
}

static void
test_terminals_without_braille(void **state)
{
	static const struct {
		enum plot_glyphs glyphs;
		const char *name;
	} cases[] = { { PLOT_HALF, "scatter_half" }, { PLOT_ASCII, "scatter_ascii" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s;

		begin(&s, scene_sizes[0]);
		s.m.glyphs = cases[i].glyphs;
		support_look_set(&s, LOOK_PART_SCATTER, make_plain());
		scene_compare(&s, cases[i].name);
		scene_end(&s);
	}
}

/* b: the seed's first step; the exported rows are the points; a sector that is not there. */
static void
test_repair_rows_and_unknown_sector(void **state)
{
	struct action how = { .text = "Energie" };
	struct scene s;
	struct sheet rows;

	(void)state;
	begin(&s, scene_sizes[0]);
	show_twelve(&s);
	scene_key(&s, 'b');
	assert_int_equal(s.last.intent, DO_FORM);
	assert_ptr_equal(s.last.job, &job_backfill_performance_windows);
	view_scatter.sheet(&s.stack[1], &s.m, &rows);
	assert_int_equal(sheet_rows(&rows), 12);
	assert_int_equal(rows.selected, 5);
	sheet_done(&rows);
	scene_open(&s, &view_scatter, &how);
	expect_row(&s, 2, " no sector Energie: all 2");
	scene_end(&s);
}

static void
test_many_points_are_quick(void **state)
{
	int64_t best = INT64_MAX;
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[3]);
	support_look_set(&s, LOOK_PART_SCATTER, market(MANY, plain, ARRAY_LEN(plain)));
	for (int i = 0; i < TRIES; i++) {
		int64_t t0 = clock_mono_ms();

		scene_key(&s, i % 2 ? 'h' : 'l');
		view_draw_stack(s.stack, s.depth, &s.m, &s.c);
		if (clock_mono_ms() - t0 < best)
			best = clock_mono_ms() - t0;
	}
	printf("INFO: %d points, a key and a frame: %d ms, at most %d\n", MANY, (int)best,
	       LIMIT_MS);
	assert_true(best < LIMIT_MS || getenv("SANITIZER"));
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twelve_points_on_the_screen),
		cmocka_unit_test(test_the_cursor),
		cmocka_unit_test(test_sectors),
		cmocka_unit_test(test_points_in_one_cell),
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_terminals_without_braille),
		cmocka_unit_test(test_repair_rows_and_unknown_sector),
		cmocka_unit_test(test_many_points_are_quick),
	};

	return cmocka_run_group_tests_name("screens_scatter", tests, NULL, NULL);
}
