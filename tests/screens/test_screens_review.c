/* What a run with --diff would change, and the question: at every size, with little and with much.
 */
#include "tests/support_scene.h"
#include "tui/review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 40 };

static char few[] = "diff of fmp-bulk as of 2026-02-02, run 8816\n"
		    "TABLE             INSERTED  UPDATED  DELETED  UNCHANGED\n"
		    "fintra_snapshots         2    1,204        0     17,998\n"
		    "\n"
		    "largest moves of fgos_score in fintra_snapshots\n"
		    "ROW                       WAS      NOW    CHANGE  SINCE\n"
		    "AAPL 2026-02-02       71.5000  49.0000  -22.5000  2026-01-30\n"
		    "Z\xc3\x9cR 2026-02-02        12.0000  31.2500  +19.2500\n";

static char stamps[] = "diff of fmp-bulk as of 2026-02-02, run 8816\n"
		       "TABLE             INSERTED  UPDATED  DELETED  UNCHANGED\n"
		       "fintra_snapshots         0        0        0     17,998\n";

static struct review_list *
list(char *text)
{
	static struct review one;
	static struct review_list l;

	one = (struct review){ .run = 8816,
			       .job = "fmp-bulk",
			       .until_ms = SUPPORT_NOW_MS + 754000,
			       .changes = 1206,
			       .text = text };
	(void)date_parse("2026-02-02", &one.as_of);
	l.at.at = &one;
	l.at.n = 1;
	return &l;
}

static void
begin(struct scene *s, struct scene_size z, char *text)
{
	scene_begin(s, MORNING_READY, z);
	s->m.reviews = list(text);
	scene_open(s, &view_review, NULL);
}

static void
test_what_would_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, scene_sizes[i], few);
		scene_compare(&s, "review");
		scene_end(&s);
	}
}

static void
test_much_scrolls(void **state)
{
	STR_AUTO text = { 0 };

	(void)state;
	str_init(&text, 64 << 10);
	str_puts(&text, few);
	for (int i = 0; i < MANY; i++)
		str_fmt(&text, "%s %d\n",
			"ROW WITH A NAME THAT IS LONGER THAN ANY SCREEN, SO LONG THAT IT GOES ON "
			"AND ON TO THE RIGHT AND PAST EVEN THE WIDEST OF THE SCREENS THAT ARE "
			"TESTED HERE, WITH ITS FIGURES AT THE END",
			i);
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, scene_sizes[i], text.p);
		scene_type(&s, "G");
		scene_compare(&s, "review_end");
		scene_end(&s);
	}
}

static void
test_the_question(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0], few);
	scene_type(&s, "w");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_confirm);
	assert_int_equal(s.last.then, DO_KEEP);
	scene_open(&s, &view_confirm, &s.last);
	scene_compare(&s, "review_question");
	scene_type(&s, "w");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_KEEP);
	assert_int_equal(s.last.run, 8816);
	scene_end(&s);
}

static void
test_discarding_is_asked_about(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0], few);
	scene_type(&s, "D");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_int_equal(s.last.then, DO_DISCARD);
	scene_open(&s, &view_confirm, &s.last);
	scene_compare(&s, "review_discard");
	scene_type(&s, "D");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_DISCARD);
	assert_int_equal(s.last.run, 8816);
	scene_end(&s);
}

/* What a normal run would write, too: stamps of rows whose values stay. */
static void
test_stamps_alone(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0], stamps);
	s.m.reviews->at.at[0].changes = 0; /* of the list that begin() has made */
	s.m.reviews->at.at[0].touched = 1;
	scene_compare(&s, "review_stamps");
	scene_type(&s, "w");
	scene_open(&s, &view_confirm, &s.last);
	scene_compare(&s, "review_stamps_question");
	scene_end(&s);
}

static void
test_answered_elsewhere(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, scene_sizes[0], few);
	s.m.reviews = NULL;
	scene_type(&s, "w");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_compare(&s, "review_over");
	scene_end(&s);
}

/* Whatever page is looked at, at every size: how many wait, and the key. */
static void
test_the_sign_is_on_every_page(void **state)
{
	static const struct view_ops *const pages[] = {
		&view_overview, &view_jobs,   &view_runs,   &view_log,
		&view_tables,	&view_system, &view_ticker, &view_health,
		&view_audit,	&view_alerts, &view_moved,  &view_playbook
	};

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES * ARRAY_LEN(pages); i++) {
		struct action how = { .act = ACT_PLAYBOOK, .detail = { "AAPL" } };
		STR_AUTO text = { 0 };
		struct scene s;

		scene_begin(&s, MORNING_READY, scene_sizes[i % SCENE_SIZES]);
		s.m.reviews = list(few);
		scene_open(&s, pages[i / SCENE_SIZES], &how);
		if (pages[i / SCENE_SIZES] == &view_ticker)
			scene_key(&s, TK_ENTER); /* its symbol is typed no more */
		view_draw_stack(s.stack, s.depth, &s.m, &s.c);
		str_init(&text, 1 << 20);
		canvas_export(&s.c, &text);
		if (!strstr(str_c(&text), "1 diff waits: V"))
			fail_msg("%dx%d says nothing of it:\n%s", s.m.w, s.m.h, str_c(&text));
		scene_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_would_change),
		cmocka_unit_test(test_much_scrolls),
		cmocka_unit_test(test_the_question),
		cmocka_unit_test(test_discarding_is_asked_about),
		cmocka_unit_test(test_stamps_alone),
		cmocka_unit_test(test_answered_elsewhere),
		cmocka_unit_test(test_the_sign_is_on_every_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
