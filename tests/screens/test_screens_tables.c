/* Tables, a table's detail and System against stored screens. */
#include "tests/support_look.h"

#include "tui/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What each of the three screens is opened with, and which parts it draws. */
static void
open_tables(struct scene *s, const char *outside)
{
	if (outside) {
		support_look_tables(s);
		support_look_jobs(s, outside);
	}
	scene_open(s, &view_tables, NULL);
}

static void
open_table(struct scene *s, const char *outside)
{
	const char *name = "sector_performance";
	struct action how = { .table = catalogue_table(&support_catalogue, name) };

	assert_non_null(how.table);
	if (outside) {
		support_look_tables(s);
		support_look_jobs(s, outside);
		support_look_grid(s, name);
	}
	scene_open(s, &view_table, &how);
}

static void
open_system(struct scene *s, const char *outside)
{
	if (outside) {
		support_look_system(s, outside);
		support_look_locks(s, outside);
	}
	scene_open(s, &view_system, NULL);
}

static const struct {
	const char *name;
	void (*open)(struct scene *s, const char *outside);
} pages[] = { { "tables", open_tables }, { "table", open_table }, { "system", open_system } };

static void
at_all_sizes(const char *kind, enum support_morning which, const char *outside)
{
	for (size_t i = 0; i < ARRAY_LEN(pages) * SCENE_SIZES; i++) {
		struct scene s;
		char name[60];

		fmt_buf(name, sizeof(name), "%s%s", pages[i / SCENE_SIZES].name, kind);
		scene_begin(&s, which, scene_sizes[i % SCENE_SIZES]);
		pages[i / SCENE_SIZES].open(&s, outside);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_no_data(void **state)
{
	(void)state;
	at_all_sizes("_none", MORNING_CONNECTING, NULL);
}

static void
test_normal(void **state)
{
	(void)state;
	at_all_sizes("", MORNING_SEED, "lucia");
}

static void
test_too_long(void **state)
{
	(void)state;
	at_all_sizes("_long", MORNING_HOSTILE, support_long);
}

static void
test_wide(void **state)
{
	(void)state;
	at_all_sizes("_wide", MORNING_HOSTILE, support_wide);
}

static void
test_role_without_rights_is_told(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		char name[60];

		fmt_buf(name, sizeof(name), "%s_refused", pages[i].name);
		scene_begin(&s, MORNING_READY, scene_sizes[0]);
		support_look_refused(&s, "role snapshot: permission denied for schema fintra_ops");
		pages[i].open(&s, NULL);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_order_filter_and_detail(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	open_tables(&s, "lucia");
	scene_type(&s, "/performance");
	scene_key(&s, TK_ENTER);
	scene_compare(&s, "tables_filtered");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_table);
	assert_non_null(strstr(s.last.table->name, "performance"));
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
		cmocka_unit_test(test_role_without_rights_is_told),
		cmocka_unit_test(test_order_filter_and_detail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
