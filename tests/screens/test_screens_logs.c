/* Logs in one, two and four panes, against stored screens; what their keys lead to. */
#include "tests/support_scene.h"
#include "tui/logpane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct action of_8815 = { .run = 8815 };

/* n lines, one a second but for a pause of a minute before the last but two. */
static struct log_part *
many_lines(int64_t run, size_t n)
{
	struct event *ev = mem_zalloc(n * sizeof(*ev));
	struct event_list add = { ev, n };
	struct log_part *l;

	for (size_t i = 0; i < n; i++) {
		char msg[80];

		fmt_buf(msg, sizeof(msg), "sector=%s pe=%zu.%zu n=%zu",
			i % 3 ? "Energy" : "Technology", 10 + i % 25, i % 10, 200 + i);
		ev[i].seq = (int64_t)i + 1;
		ev[i].ts_ms = SUPPORT_NOW_MS - (int64_t)(n - i) * 1000 - (i + 3 < n ? 60000 : 0);
		ev[i].lvl = i % 40 == 7 ? LVL_ERROR : i % 10 == 5 ? LVL_WARN : LVL_INFO;
		ev[i].msg = mem_dup(msg);
	}
	l = log_part_extend(NULL, run, &add);
	for (size_t i = 0; i < n; i++)
		free(ev[i].msg);
	free(ev);
	return l;
}

/* Logs of further runs beside that of 8815. */
static void
more_logs(struct scene *s, bool hostile)
{
	struct snapshot *snap = scene_snapshot(s);

	snap->more[0] = many_lines(8812, 240);
	snap->more[1] = support_log(8790, hostile);
	snap->more[2] = log_part_new(8814);
}

static void
open_panes(struct scene *s, size_t n)
{
	static const int64_t runs[] = { 8815, 8812, 8790, 8814 };
	struct action how = { .run = runs[0], .add = true }, out = { .intent = DO_NOTHING };

	scene_open(s, &view_log, &how);
	for (size_t i = 1; i < n; i++) {
		how.run = runs[i];
		view_log.again(&s->stack[s->depth - 1], &s->m, &how, &out);
		assert_int_equal(out.intent, DO_NOTHING);
	}
}

/* As typed: \r is Enter, \t is Tab. */
static void
press(struct scene *s, const char *keys)
{
	for (; *keys; keys++)
		scene_key(s, *keys == '\r'   ? TK_ENTER
			     : *keys == '\t' ? TK_TAB
					     : (unsigned char)*keys);
}

/* "logs_two_wide": n panes over that morning at every size. */
static void
panes_at_all_sizes(const char *name, enum support_morning which, size_t n, const char *keys)
{
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, which, scene_sizes[i]);
		if (which != MORNING_CONNECTING)
			more_logs(&s, which == MORNING_HOSTILE);
		open_panes(&s, n);
		press(&s, keys);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_no_data(void **state)
{
	struct action none = { .run = 0 };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_CONNECTING, scene_sizes[i]);
		scene_open(&s, &view_log, &none);
		scene_compare(&s, "logs_none");
		scene_end(&s);
	}
	panes_at_all_sizes("logs_two_none", MORNING_CONNECTING, 2, "");
	panes_at_all_sizes("logs_four_none", MORNING_CONNECTING, 4, "");
}

static void
test_normal(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_one", MORNING_SEED, 1, "");
	panes_at_all_sizes("logs_two", MORNING_SEED, 2, "");
	panes_at_all_sizes("logs_four", MORNING_SEED, 4, "");
}

/* Wide characters, escape sequences, names that do not end; the filter is long, too. */
static void
test_hostile(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_one_hostile", MORNING_HOSTILE, 1, "");
	panes_at_all_sizes("logs_two_hostile", MORNING_HOSTILE, 2,
			   "k&!a filter that is longer than the title has room for\r");
	panes_at_all_sizes("logs_four_hostile", MORNING_HOSTILE, 4, "\t");
}

static void
test_paused_and_filtered_is_always_visible(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_paused", MORNING_SEED, 2, "&!Energy\rvv\tkk\t");
}

static void
begin_long(struct scene *s)
{
	scene_begin(s, MORNING_SEED, scene_sizes[0]);
	more_logs(s, false);
	open_panes(s, 2);
}

static void
test_search_is_not_the_filter(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "/PE=3");
	scene_compare(&s, "logs_typing");
	scene_key(&s, TK_ENTER);
	scene_enter(&s, "&technology");
	scene_compare(&s, "logs_found");
	scene_type(&s, "NN");
	scene_compare(&s, "logs_found_previous");
	scene_key(&s, TK_ESC); /* the filter goes first */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_compare(&s, "logs_unfiltered");
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

/* What does not compile is said where it is typed, and is not taken; "!" is not part of it. */
static void
test_expressions(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_enter(&s, "/pe=3(0");
	scene_compare(&s, "logs_no_expression");
	scene_enter(&s, "|1)[.]");
	scene_enter(&s, "&!technology|n=4[0-2]");
	scene_compare(&s, "logs_expression");
	scene_end(&s);
}

static void
test_new_lines_below_are_counted(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "k");
	part_unref((struct part *)scene_snapshot(&s)->more[0]);
	scene_snapshot(&s)->more[0] = many_lines(8812, 278);
	scene_compare(&s, "logs_new_below");
	scene_type(&s, "f");
	scene_compare(&s, "logs_follow_again");
	scene_end(&s);
}

static void
test_errors_warnings_gaps(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "EE");
	scene_compare(&s, "logs_error_before");
	scene_type(&s, "w");
	scene_compare(&s, "logs_warning_next");
	scene_type(&s, "Gs");
	scene_compare(&s, "logs_gap");
	scene_end(&s);
}

static void
test_marks(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_enter(&s, "E"
			"mretry of 8788");
	scene_enter(&s, "E"
			"m");
	scene_type(&s, "G'");
	scene_compare(&s, "logs_marks");
	scene_enter(&s, "m"); /* one that stands there goes */
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_type(&s, "G'");
	scene_compare(&s, "logs_marks_less");
	scene_end(&s);
}

static void
test_time(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_enter(&s, "T4:09");
	scene_compare(&s, "logs_time");
	scene_type(&s, "tt");
	scene_compare(&s, "logs_delta");
	scene_enter(&s, "T25:00");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "25:00 is no time"));
	scene_enter(&s, "T05:00");
	assert_non_null(strstr(s.last.text, "no line at or after 05:00:00"));
	scene_end(&s);
}

/* One long line of wide characters and one of words. */
static struct log_part *
long_lines(int64_t run)
{
	char wide[] =
		"x \xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac"
		"\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97"
		"\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac"
		"\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97 end";
	char words[] = "upsert of 1000 rows into performance_windows took more than 30 s, so the "
		       "batch is halved and done again";
	struct event ev[2] = { { .seq = 1, .lvl = LVL_INFO, .msg = wide },
			       { .seq = 2, .lvl = LVL_WARN, .msg = words } };
	struct event_list add = { ev, 2 };

	ev[0].ts_ms = ev[1].ts_ms = SUPPORT_NOW_MS;
	return log_part_extend(NULL, run, &add);
}

static void
test_wrap_loses_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	part_unref((struct part *)scene_snapshot(&s)->log);
	scene_snapshot(&s)->log = long_lines(8815);
	scene_open(&s, &view_log, &of_8815);
	scene_key(&s, TK_CTRL('w'));
	scene_compare(&s, "logs_wrapped");
	scene_key(&s, TK_CTRL('w'));
	scene_type(&s, "LL"); /* ten columns each */
	scene_compare(&s, "logs_sideways");
	scene_type(&s, "l"); /* half of the 48 that texts have */
	scene_compare(&s, "logs_half_page");
	scene_type(&s, "L$l"); /* no further than the end */
	scene_compare(&s, "logs_end");
	scene_type(&s, "^H");
	scene_key(&s, TK_SHIFT_RIGHT);
	scene_key(&s, TK_RIGHT);
	scene_key(&s, TK_LEFT);
	scene_type(&s, "L");
	scene_compare(&s, "logs_sideways");
	scene_end(&s);
}

static void
test_split_drop_zoom(void **state)
{
	struct scene s;
	int64_t more[LOG_MORE] = { 0 };
	struct view *v;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	more_logs(&s, false);
	open_panes(&s, 1);
	v = &s.stack[1];
	scene_type(&s, "D");
	assert_int_equal(s.last.intent, DO_MESSAGE); /* the last one stays */
	scene_type(&s, "|jj");
	scene_compare(&s, "logs_picking");
	scene_key(&s, TK_ENTER);
	assert_int_equal(view_log.follow(v, &s.m), 8812);
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 8815);
	scene_type(&s, "z");
	scene_compare(&s, "logs_zoomed");
	scene_key(&s, TK_TAB);
	assert_int_equal(view_log.follow(v, &s.m), 8815);
	scene_type(&s, "z");
	scene_enter(&s, "|");
	scene_enter(&s, "|");
	scene_type(&s, "|");
	assert_int_equal(s.last.intent, DO_MESSAGE); /* four are the most */
	scene_type(&s, "DDDD");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	memset(more, 0, sizeof(more));
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 0);
	scene_end(&s);
}

/* 4 leaves the panes as they were, l shows a run alone, a run that is shown only gets the keys. */
static void
test_opened_again(void **state)
{
	struct scene s;
	struct action how = { .run = 8790, .act = ACT_LOGS }, out = { .intent = DO_NOTHING };
	int64_t more[LOG_MORE] = { 0 };
	struct view *v;

	(void)state;
	begin_long(&s);
	v = &s.stack[1];
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8812);
	how = (struct action){ .run = 8815, .add = true };
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8815);
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 8812);
	how = (struct action){ .run = 8790 };
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8790);
	memset(more, 0, sizeof(more));
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 0);
	scene_end(&s);
}

static void
test_copy_takes_the_chosen_line(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_log, &of_8815);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_COPY);
	assert_string_equal(s.last.copy, "PROGRESS 412/1230 rows=131926 unchanged=0");
	scene_type(&s, "Y");
	assert_string_equal(s.last.copy, "fintra logs -f 8815");
	scene_type(&s, "ky");
	assert_string_equal(s.last.copy, "sector=Energy window=1Y input 0 rows (class DATA)");
	scene_end(&s);
}

static void
test_plain_log_is_of_the_pane_with_the_keys(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "~");
	assert_int_equal(s.last.intent, DO_PLAIN);
	assert_int_equal(s.last.pane->run, 8812);
	scene_key(&s, TK_TAB);
	scene_type(&s, "~");
	assert_int_equal(s.last.pane->run, 8815);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_paused_and_filtered_is_always_visible),
		cmocka_unit_test(test_search_is_not_the_filter),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_new_lines_below_are_counted),
		cmocka_unit_test(test_errors_warnings_gaps),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_wrap_loses_nothing),
		cmocka_unit_test(test_split_drop_zoom),
		cmocka_unit_test(test_opened_again),
		cmocka_unit_test(test_copy_takes_the_chosen_line),
		cmocka_unit_test(test_plain_log_is_of_the_pane_with_the_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
