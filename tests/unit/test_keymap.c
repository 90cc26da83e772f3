/* The key table: the laws that console.md section 4 and style.md demand of it. */
#include "tui/keymap.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Those that are no dialog come first. */
enum { PAGES = 16 };
static const unsigned screens[] = {
	SCREEN_OVERVIEW, SCREEN_RUNS,	SCREEN_LOG,	 SCREEN_JOBS,	SCREEN_TABLES,
	SCREEN_SYSTEM,	 SCREEN_DETAIL, SCREEN_TREE,	 SCREEN_RUN,	SCREEN_HEALTH,
	SCREEN_CHECK,	 SCREEN_AUDIT,	SCREEN_REVIEW,	 SCREEN_ALERTS, SCREEN_PAGE,
	SCREEN_PLAYBOOK, SCREEN_HELP,	SCREEN_LAUNCH,	 SCREEN_FORM,	SCREEN_CONFIRM,
	SCREEN_FILTER,	 SCREEN_SORT,	SCREEN_BAR,	 SCREEN_PICK,	SCREEN_LEAVE,
	SCREEN_TYPE,	 SCREEN_EXPORT, SCREEN_MESSAGES, SCREEN_NOTICE,
};

static int
bindings_of(unsigned screen, int key)
{
	int n = 0;

	for (size_t i = 0; i < keymap_count; i++)
		for (size_t k = 0;
		     (keymap[i].screens & screen) && k < BINDING_KEYS && keymap[i].keys[k]; k++)
			n += keymap[i].keys[k] == key;
	return n;
}

static void
test_no_key_twice_on_a_screen(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(screens); s++)
		for (size_t i = 0; i < keymap_count; i++)
			for (size_t k = 0; (keymap[i].screens & screens[s]) && k < BINDING_KEYS &&
					   keymap[i].keys[k];
			     k++)
				if (bindings_of(screens[s], keymap[i].keys[k]) != 1)
					fail_msg("key of \"%s\" is bound twice on screen %u",
						 keymap[i].label, screens[s]);
}

static void
test_every_binding_has_keys_label_and_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < keymap_count; i++) {
		assert_true(keymap[i].keys[0] != 0);
		assert_true(keymap[i].act != ACT_NONE);
		assert_true(keymap[i].screens != 0);
		assert_true(keymap[i].label && *keymap[i].label);
		assert_true(keymap[i].help && *keymap[i].help);
	}
}

/* F-keys are missing or stolen on some terminals: never the only key. */
static void
test_function_keys_are_aliases(void **state)
{
	(void)state;
	for (size_t i = 0; i < keymap_count; i++)
		assert_true(keymap[i].keys[0] < TK_F1 || keymap[i].keys[0] > TK_F10);
}

static void
test_way_back_and_help_exist_everywhere(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(screens); s++)
		assert_non_null(keymap_find(screens[s], TK_ESC));
	for (size_t s = 0; s < PAGES; s++) {
		assert_int_equal(keymap_find(screens[s], ':')->act, ACT_COMMAND);
		assert_int_equal(keymap_find(screens[s], '?')->act, ACT_HELP);
		assert_int_equal(keymap_find(screens[s], TK_F1)->act, ACT_HELP);
		assert_int_equal(keymap_find(screens[s], 'Q')->act, ACT_QUIT);
	}
}

/* In a form, a filter and the command bar letters are text: only the blank (of a form's switches)
 * and keys without a character may be bound. */
static void
test_letters_are_text_where_one_types(void **state)
{
	static const unsigned typing[] = { SCREEN_FORM, SCREEN_FILTER, SCREEN_BAR, SCREEN_TYPE,
					   SCREEN_NOTICE };

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(typing); s++)
		for (int key = ' ' + 1; key < 0x7f; key++)
			assert_null(keymap_find(typing[s], key));
	assert_null(keymap_find(SCREEN_FILTER, ' '));
	assert_null(keymap_find(SCREEN_BAR, ' '));
	assert_null(keymap_find(SCREEN_TYPE, ' '));
}

/* "capital = stronger form of the small letter" */
static void
test_capitals_are_stronger(void **state)
{
	(void)state;
	assert_int_equal(keymap_find(SCREEN_RUNS, 'c')->act, ACT_DRAIN);
	assert_int_equal(keymap_find(SCREEN_RUNS, 'C')->act, ACT_ABORT);
	assert_int_equal(keymap_find(SCREEN_RUNS, 'q')->act, ACT_BACK);
	assert_int_equal(keymap_find(SCREEN_RUNS, 'Q')->act, ACT_QUIT);
}

static void
test_footer_shows_only_keys_of_the_screen(void **state)
{
	struct canvas c;
	STR_AUTO out = { 0 };

	(void)state;
	str_init(&out, 4096);
	canvas_init(&c, 60, 1);
	keymap_footer(&c, SPAN(0, 0, 60), SCREEN_CONFIRM);
	canvas_export(&c, &out);
	assert_string_equal(str_c(&out), " y Yes n No\n");
	canvas_done(&c);
}

/* 60 columns are the least that are drawn on: help and the way back are there, and no word is cut.
 */
static void
test_footer_always_leads_on(void **state)
{
	(void)state;
	for (size_t s = 0; s < PAGES; s++) {
		struct canvas c;
		STR_AUTO out = { 0 };

		str_init(&out, 4096);
		canvas_init(&c, 60, 1);
		keymap_footer(&c, SPAN(0, 0, 60), screens[s]);
		canvas_export(&c, &out);
		assert_non_null(strstr(str_c(&out), "? Help"));
		assert_non_null(strstr(str_c(&out), "q Back"));
		assert_null(strstr(str_c(&out), "\xe2\x80\xa6"));
		canvas_done(&c);
	}
}

/* Where one begins at night: what starts and stops a run is there at any width. */
static void
test_overview_shows_run_and_cancel(void **state)
{
	static const int widths[] = { 60, 80, 100, 120, 160 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		struct canvas c;
		STR_AUTO out = { 0 };

		str_init(&out, 4096);
		canvas_init(&c, widths[i], 1);
		keymap_footer(&c, SPAN(0, 0, widths[i]), SCREEN_OVERVIEW);
		canvas_export(&c, &out);
		assert_non_null(strstr(str_c(&out), "r Run"));
		assert_non_null(strstr(str_c(&out), "c Cancel"));
		assert_non_null(strstr(str_c(&out), "w Why"));
		canvas_done(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_key_twice_on_a_screen),
		cmocka_unit_test(test_every_binding_has_keys_label_and_help),
		cmocka_unit_test(test_function_keys_are_aliases),
		cmocka_unit_test(test_way_back_and_help_exist_everywhere),
		cmocka_unit_test(test_letters_are_text_where_one_types),
		cmocka_unit_test(test_capitals_are_stronger),
		cmocka_unit_test(test_footer_shows_only_keys_of_the_screen),
		cmocka_unit_test(test_footer_always_leads_on),
		cmocka_unit_test(test_overview_shows_run_and_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
