/* Cells: clipping, wide characters, and that nothing a terminal acts upon gets through. */
#include "tui/canvas.h"

#include "core/text.h"
#include "tui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_canvas(const struct canvas *c, const char *want)
{
	STR_AUTO got = { 0 };

	str_init(&got, 1 << 16);
	canvas_export(c, &got);
	assert_string_equal(str_c(&got), want);
}

static void
test_put_cuts_with_ellipsis(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 8, 1);
	assert_int_equal(canvas_put(&c, SPAN(0, 0, 5), ST_NORMAL, "abcdefgh"), 5);
	assert_canvas(&c, "abcd\xe2\x80\xa6\n");
	canvas_done(&c);
}

/* Words stay whole where they can; a wide character that does not fit goes to the next row. */
static void
test_wrap(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 8, 3);
	assert_int_equal(canvas_wrap(&c, (struct rect){ 0, 0, 8, 3 }, ST_NORMAL, "two words more"),
			 3);
	assert_canvas(&c, "two\nwords\nmore\n");
	canvas_clear(&c);
	assert_int_equal(canvas_wrap(&c, (struct rect){ 0, 0, 3, 2 }, ST_NORMAL, "abcdefgh"), 3);
	assert_canvas(&c, "abc\ndef\n\n");
	canvas_clear(&c);
	assert_int_equal(canvas_wrap(&c, (struct rect){ 0, 0, 4, 3 }, ST_NORMAL,
				     "a\xe6\x97\xa5\xe6\x9c\xac\033"),
			 3);
	assert_canvas(&c, "a\xe6\x97\xa5\n\xe6\x9c\xac\\x\n1b\n");
	assert_int_equal(canvas_wrap(NULL, (struct rect){ 0, 0, 4, 0 }, ST_NORMAL, ""), 1);
	canvas_clear(&c);
	assert_int_equal(canvas_wrap(&c, (struct rect){ 0, 0, 8, 3 }, ST_NORMAL, "abcd,xyz1,234"),
			 2);
	assert_canvas(&c, "abcd,\nxyz1,234\n\n");
	canvas_done(&c);
}

static void
test_put_outside_changes_nothing(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 3, 2);
	canvas_put(&c, SPAN(0, 2, 3), ST_NORMAL, "abc");
	canvas_put(&c, SPAN(-9, 0, 3), ST_NORMAL, "abc");
	canvas_put(&c, SPAN(0, -1, 3), ST_NORMAL, "abc");
	canvas_fill(&c, (struct rect){ 5, 5, 9, 9 }, ST_NORMAL, 'x');
	assert_canvas(&c, "\n\n");
	canvas_put(&c, SPAN(1, 0, 9), ST_NORMAL, "abc");
	assert_canvas(&c, " ab\n\n");
	canvas_done(&c);
}

static void
test_wide_character_takes_two_cells(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 4, 1);
	assert_int_equal(canvas_put(&c, SPAN(0, 0, 4), ST_NORMAL, "\xe6\x97\xa5x"), 3);
	assert_int_equal(canvas_at(&c, 0, 0)->cols, 2);
	assert_int_equal(canvas_at(&c, 1, 0)->cols, 0);
	assert_canvas(&c, "\xe6\x97\xa5x\n");
	canvas_done(&c);
}

static void
test_half_of_a_wide_character_is_never_left(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 4, 1);
	canvas_put(&c, SPAN(0, 0, 4), ST_NORMAL, "\xe6\x97\xa5\xe6\x97\xa5");
	canvas_put(&c, SPAN(1, 0, 2), ST_NORMAL,
		   "ab"); /* right half of one, left half of the other */
	assert_canvas(&c, " ab\n");
	assert_int_equal(canvas_at(&c, 3, 0)->cols, 1);
	canvas_done(&c);
}

static void
test_wide_character_at_the_edge_becomes_blank(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 3, 1);
	canvas_put(&c, SPAN(0, 0, 9), ST_NORMAL, "ab\xe6\x97\xa5");
	assert_int_not_equal(canvas_at(&c, 2, 0)->cols, 2);
	canvas_done(&c);
}

/* Every single byte, and some sequences, as faults.md T7 lists them. */
static void
test_no_control_reaches_a_cell(void **state)
{
	static const char *const seqs[] = { "\x1b]0;x\x07",
					    "\x1b[2J",
					    ("\xc2\x9b"
					     "2J"),
					    "\xe2\x80\xae",
					    "\xe2\x81\xa6",
					    "\xc2\x85",
					    "\xe2\x80\xa8",
					    "\xed\xa0\x80",
					    "\xf8\x88\x80\x80" };
	struct canvas c;
	char one[2] = "";

	(void)state;
	canvas_init(&c, 40, 1);
	for (int i = 0; i < 256 + (int)ARRAY_LEN(seqs); i++) {
		one[0] = (char)i;
		canvas_clear(&c);
		canvas_put(&c, SPAN(0, 0, 40), ST_NORMAL, i < 256 ? one : seqs[i - 256]);
		for (int x = 0; x < 40; x++) {
			uint32_t cp = canvas_at(&c, x, 0)->cp;

			assert_false(cp < 0x20 || (cp >= 0x7f && cp < 0xa0));
			assert_false((cp >= 0x202a && cp <= 0x202e) ||
				     (cp >= 0x2066 && cp <= 0x2069));
			assert_false(cp == 0x2028 || cp == 0x2029 || (cp >= 0xd800 && cp < 0xe000));
		}
	}
	canvas_done(&c);
}

static void
test_newline_cannot_begin_a_row(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 10, 2);
	canvas_put(&c, SPAN(0, 0, 10), ST_NORMAL, "a\nb");
	assert_canvas(&c, "a\\nb\n\n");
	canvas_done(&c);
}

static void
test_put_from_skips_columns(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 5, 1);
	canvas_put_from(&c, SPAN(0, 0, 5), ST_NORMAL, "0123456789", 3);
	assert_canvas(&c, "34567\n");
	canvas_done(&c);
}

static void
test_megabyte_line_costs_its_window(void **state)
{
	char *line = mem_alloc(1 << 20);
	struct canvas c;

	(void)state;
	memset(line, 'x', (1 << 20) - 1);
	line[(1 << 20) - 1] = '\0';
	canvas_init(&c, 10, 1);
	for (int i = 0; i < 10000; i++)
		canvas_put(&c, SPAN(0, 0, 10), ST_NORMAL, line);
	assert_canvas(&c, "xxxxxxxxx\xe2\x80\xa6\n");
	canvas_done(&c);
	free(line);
}

static void
test_right_aligned(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 6, 1);
	canvas_right(&c, SPAN(0, 0, 6), ST_NORMAL, "9%");
	assert_canvas(&c, "    9%\n");
	canvas_done(&c);
}

static void
test_gauge(void **state)
{
	struct canvas c;

	(void)state;
	canvas_init(&c, 6, 1);
	canvas_gauge(&c, SPAN(0, 0, 6), 0.5);
	assert_canvas(&c, "[\xe2\x96\x88\xe2\x96\x88\xe2\x96\x91\xe2\x96\x91]\n");
	canvas_gauge(&c, SPAN(0, 0, 6), 7);
	assert_int_equal(canvas_at(&c, 4, 0)->cp, 0x2588);
	canvas_done(&c);
}

static void
test_ascii_form_of_what_we_draw(void **state)
{
	(void)state;
	assert_int_equal(canvas_ascii('a'), 'a');
	assert_int_equal(canvas_ascii(0x2500), '-');
	assert_int_equal(canvas_ascii(0x2502), '|');
	assert_int_equal(canvas_ascii(0x2588), '#');
	assert_int_equal(canvas_ascii(0x2026), '~');
	assert_int_equal(canvas_ascii(0x65e5), '?');
	assert_int_equal(canvas_ascii(0x7f), '?');
}

/* Panes stay inside the screen and do not overlap, at every size that is drawn. */
static void
test_overview_panes_fit(void **state)
{
	(void)state;
	for (int h = LAYOUT_MIN_H; h <= 200; h++)
		for (int w = LAYOUT_MIN_W; w <= 500; w += 20) {
			struct rect r = { 0, 2, w, h - 4 };
			struct overview_layout l =
				layout_overview(r, h >= LAYOUT_TALL, 21, 6 + h % 30, h % 9);
			const struct rect *p[] = { &l.layers, &l.checks, &l.running, &l.log };
			int area = 0;

			for (int i = 0; i < 4; i++) {
				assert_true(p[i]->x >= 0 && p[i]->x + p[i]->w <= w);
				assert_true(p[i]->y >= 2 && p[i]->y + p[i]->h <= 2 + r.h);
				assert_true(p[i]->h >= 1);
				area += p[i]->w * p[i]->h;
			}
			/* The notes below them have all columns. */
			assert_int_equal(area, (l.split ? w - 1 : w) * (r.h - l.notes.h));
			assert_true(l.notes.h == 0 || (l.notes.x == 0 && l.notes.w == w &&
						       l.notes.y + l.notes.h == 2 + r.h));
			assert_true(l.layers.h >= (l.compact ? 8 : 9));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_cuts_with_ellipsis),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_put_outside_changes_nothing),
		cmocka_unit_test(test_wide_character_takes_two_cells),
		cmocka_unit_test(test_half_of_a_wide_character_is_never_left),
		cmocka_unit_test(test_wide_character_at_the_edge_becomes_blank),
		cmocka_unit_test(test_no_control_reaches_a_cell),
		cmocka_unit_test(test_newline_cannot_begin_a_row),
		cmocka_unit_test(test_put_from_skips_columns),
		cmocka_unit_test(test_megabyte_line_costs_its_window),
		cmocka_unit_test(test_right_aligned),
		cmocka_unit_test(test_gauge),
		cmocka_unit_test(test_ascii_form_of_what_we_draw),
		cmocka_unit_test(test_overview_panes_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
