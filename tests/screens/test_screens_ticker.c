/* Ticker against stored screens, and what its keys lead to. */
#include "tests/support_look.h"

#include "tui/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
open_page(struct scene *s, const char *symbol, const char *outside)
{
	struct action how = { .intent = DO_OPEN };

	str_copy(how.text, sizeof(how.text), symbol);
	if (outside)
		support_look_ticker(s, symbol, outside, true);
	scene_open(s, &view_ticker, &how);
}

static void
at_all_sizes(const char *name, enum support_morning which, const char *symbol, const char *outside)
{
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, which, scene_sizes[i]);
		open_page(&s, symbol, outside);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_no_data(void **state)
{
	(void)state;
	at_all_sizes("ticker_none", MORNING_CONNECTING, "AAPL", NULL);
}

static void
test_normal(void **state)
{
	(void)state;
	at_all_sizes("ticker", MORNING_READY, "AAPL", "Technology");
}

static void
test_too_long(void **state)
{
	(void)state;
	at_all_sizes("ticker_long", MORNING_HOSTILE, "ABCDEFGHIJKLMNOPQRST", support_long);
}

static void
test_wide(void **state)
{
	(void)state;
	at_all_sizes("ticker_wide", MORNING_HOSTILE, "7203.T", support_wide);
}

/* A page that is longer than the screen goes on in a second column. */
static void
test_two_columns(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_READY, (struct scene_size){ 160, 24 });
	open_page(&s, "AAPL", "Technology");
	scene_key(&s, TK_END);
	scene_compare(&s, "ticker_two_columns");
	scene_end(&s);
}

static void
begin(struct scene *s)
{
	scene_begin(s, MORNING_READY, scene_sizes[0]);
}

/* Letters replace what was proposed; what cannot be a ticker is told and stays to be mended. */
static void
test_asks_for_the_symbol(void **state)
{
	struct action how = { .intent = DO_OPEN };
	struct wish want = { .what = LOOK_NONE };
	struct scene s;

	(void)state;
	begin(&s);
	str_copy(how.detail[0], sizeof(how.detail[0]), "MSFT");
	scene_open(&s, &view_ticker, &how);
	scene_compare(&s, "ticker_asks");
	view_ticker.look(&s.stack[s.depth - 1], &want);
	assert_int_equal(want.what, LOOK_NONE);
	scene_enter(&s, "abcdefghijklmnopqrstuvwxyz");
	scene_compare(&s, "ticker_no_symbol");
	for (int i = 0; i < 23; i++)
		scene_key(&s, TK_BACKSPACE);
	scene_key(&s, TK_ENTER);
	view_ticker.look(&s.stack[s.depth - 1], &want);
	assert_int_equal(want.what, LOOK_TICKER);
	assert_string_equal(want.name, "ABC");
	scene_end(&s);
}

static void
test_enter_takes_what_is_proposed(void **state)
{
	struct wish want = { .what = LOOK_NONE };
	struct scene s;

	(void)state;
	begin(&s);
	str_copy(s.m.ticker, sizeof(s.m.ticker), "KO");
	scene_open(&s, &view_ticker, NULL);
	scene_key(&s, TK_ENTER);
	view_ticker.look(&s.stack[s.depth - 1], &want);
	assert_string_equal(want.name, "KO");
	scene_type(&s, "t");
	scene_key(&s, TK_ESC); /* back to the page */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

static void
test_no_such_ticker(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	support_look_no_ticker(&s, "AAPM", "there is no ticker AAPM; did you mean AAPL?");
	open_page(&s, "AAPM", NULL);
	scene_compare(&s, "ticker_unknown");
	scene_end(&s);
}

/* Of another ticker than the one that was read: nothing of the first is shown for the second. */
static void
test_mismatch_and_sections(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	support_look_ticker(&s, "AAPL", "Technology", false);
	open_page(&s, "AAPL", NULL);
	scene_key(&s, TK_TAB);
	scene_key(&s, TK_TAB);
	scene_compare(&s, "ticker_mismatch");
	scene_key(&s, TK_DOWN);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_COPY);
	assert_string_equal(s.last.copy,
			    "stored: 59 Medium  status partial  confidence 50% Medium");
	scene_type(&s, "Y");
	assert_string_equal(s.last.copy, "fintra ticker AAPL");
	scene_key(&s, TK_BACKTAB);
	scene_key(&s, TK_BACKTAB);
	scene_type(&s, "y");
	assert_string_equal(s.last.copy, "Snapshot");
	scene_enter(&s, "tko");
	scene_compare(&s, "ticker_other");
	scene_end(&s);
}

/* The catalogue of these tests has no job for one ticker; with one, its form is filled in. */
static void
test_runs_the_job_of_one_ticker(void **state)
{
	static const char *const jobs[] = { "master-ticker", "performance-bulk", NULL };
	struct catalogue cat = support_catalogue;
	struct scene s;

	(void)state;
	begin(&s);
	open_page(&s, "AAPL", "Technology");
	scene_type(&s, "r");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	cat.ticker_jobs = jobs;
	s.m.cat = &cat;
	scene_type(&s, "r");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_string_equal(s.last.job->name, "performance-bulk");
	assert_string_equal(params_text(&s.last.launch->params, "ticker"), "AAPL");
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_two_columns),
		cmocka_unit_test(test_asks_for_the_symbol),
		cmocka_unit_test(test_enter_takes_what_is_proposed),
		cmocka_unit_test(test_no_such_ticker),
		cmocka_unit_test(test_mismatch_and_sections),
		cmocka_unit_test(test_runs_the_job_of_one_ticker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
