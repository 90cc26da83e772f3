/* The trees of why and impact, against stored screens read line by line against console.md 3. */
#include "tests/support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct date friday = { 20483 }; /* 2026-01-30 */

static struct table_status *
table_of(struct scene *s, const char *name)
{
	struct freshness *f = &s->m.s->fresh->f;

	for (size_t i = 0; i < f->n; i++)
		if (str_same(f->at[i].table->name, name))
			return &f->at[i];
	fail_msg("no table %s", name);
	return NULL;
}

/* The seed's morning: sector_performance is late because its job failed, the windows are mixed. */
static void
begin(struct scene *s, enum support_morning which, struct scene_size z, const char *target)
{
	struct action how = { .intent = DO_OPEN };

	scene_begin(s, which, z);
	for (size_t i = 0; s->m.s->fresh && i < s->m.s->fresh->f.n; i++)
		s->m.s->fresh->f.at[i].source = s->m.s->fresh->f.at[i].writer;
	if (which == MORNING_SEED) {
		struct last_run *l = &table_of(s, "sector_performance")->last;

		*l = (struct last_run){ 8790,
					"sector-performance-aggregator",
					"failure",
					"cron",
					"DATA",
					"industry_performance has 3 of 11 sectors for 2026-02-02",
					SUPPORT_NOW_MS - 14 * 60000 };
		table_of(s, "sector_performance")->run_id = 8790;
	}
	if (!target)
		return;
	str_copy(how.text, sizeof(how.text), target);
	scene_open(s, &view_why, &how);
}

static void
test_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, MORNING_SEED, scene_sizes[i], "performance_windows");
		scene_compare(&s, "why_seed");
		scene_end(&s);
	}
}

static void
test_impact(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, MORNING_SEED, scene_sizes[i], "prices_daily");
		scene_type(&s, "x"); /* of the first row */
		scene_compare(&s, "impact_seed");
		scene_end(&s);
	}
}

static void
test_no_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		begin(&s, MORNING_CONNECTING, scene_sizes[i], "performance_windows");
		scene_compare(&s, "why_no_data");
		scene_type(&s, "jgyd"); /* nothing to move through, nothing to run */
		scene_end(&s);
	}
}

/* Everything broken, with long texts. */
static void
test_too_long(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;
		struct freshness *f;

		begin(&s, MORNING_SEED, scene_sizes[i], NULL);
		f = &s.m.s->fresh->f;
		for (size_t k = 0; k < f->n; k++) {
			f->at[k].state = k % 2 ? TABLE_PARTIAL : TABLE_STALE;
			f->at[k].have = friday;
			f->at[k].coverage = 0.031415;
			str_copy(f->at[k].basis, sizeof(f->at[k].basis),
				 "tickers that were priced at the session of the day before");
			memset(f->at[k].last.error, 'e', sizeof(f->at[k].last.error) - 1);
			f->at[k].last.id = 123456789012345;
			str_copy(f->at[k].last.state, sizeof(f->at[k].last.state), "failure");
			str_copy(
				f->at[k].last.who, sizeof(f->at[k].last.who),
				"an-operator-with-a-very-long-account-name-of-sixty-letters-or-so");
			str_copy(f->at[k].last.job, sizeof(f->at[k].last.job),
				 "industry-performance-windows-aggregator");
		}
		struct action how = { .text = "performance_windows" };
		scene_open(&s, &view_why, &how);
		scene_compare(&s, "why_long");
		scene_key(&s, TK_END);
		scene_compare(&s, "why_long_end");
		scene_end(&s);
	}
}

/* Wide characters and escape sequences in what comes from outside. */
static void
test_wide(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;
		struct last_run *l;
		struct table_status *u;

		begin(&s, MORNING_SEED, scene_sizes[i], "performance_windows");
		l = &table_of(&s, "sector_performance")->last;
		str_copy(l->who, sizeof(l->who),
			 "\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97");
		str_copy(
			l->error, sizeof(l->error),
			"\033[2Jwindow \xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5"
			"\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97 \xe2\x80\xae reversed \xff "
			"broken\nFORGED");
		u = table_of(&s, "datos_performance");
		u->state = TABLE_UNKNOWN;
		str_copy(u->detail, sizeof(u->detail),
			 "\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97: permission "
			 "\033]0;x\007 denied");
		scene_compare(&s, "why_wide");
		scene_end(&s);
	}
}

static void
test_nothing_is_broken(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, MORNING_READY, scene_sizes[0], "performance_windows");
	scene_compare(&s, "why_ready");
	scene_type(&s, "g");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "nothing to do"));
	scene_end(&s);
}

/* g asks for the first step; the key that opened the question does not answer it; yes launches just
 * that step and the tree stays. */
static void
test_plan_runs_step_by_step(void **state)
{
	struct scene s;
	struct action how;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], "performance_windows");
	scene_type(&s, "g");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_confirm);
	how = s.last;
	scene_open(&s, &view_confirm, &how);
	scene_compare(&s, "why_confirm");
	scene_type(&s, "g");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_START);
	assert_string_equal(s.last.launch->job->name, "sector-performance-aggregator");
	assert_int_equal(s.last.launch->gate, GATE_WARN);
	assert_int_equal(s.last.launch->resume, 0);
	scene_end(&s);
}

/* The question names the steps, as far as there is room, and counts the others. */
static void
test_whole_plan_is_asked_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;
		struct action how;
		struct freshness *f;

		begin(&s, MORNING_SEED, scene_sizes[i], "");
		f = &s.m.s->fresh->f;
		for (size_t k = 0; k < f->n; k++)
			f->at[k].state = TABLE_STALE;
		scene_type(&s, "F");
		assert_ptr_equal(s.last.open, &view_confirm);
		assert_int_equal(s.last.then, DO_FIX);
		how = s.last;
		scene_open(&s, &view_confirm, &how);
		scene_compare(&s, "fix_confirm");
		scene_end(&s);
	}
}

/* A step that needs an option is typed into the command bar with it: the form alone would ask for
 * which tickers. */
static void
test_a_step_keeps_its_options(void **state)
{
	struct scene s;
	struct action how;
	struct table_status *t;
	struct table mended;

	(void)state;
	begin(&s, MORNING_READY, scene_sizes[0], "prices_daily");
	t = table_of(&s, "prices_daily");
	mended = *t->table;
	mended.mend = "backfill-performance-windows";
	mended.mend_options = "--restated";
	t->table = &mended;
	t->state = TABLE_MIXED;
	scene_type(&s, "g");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_bar);
	assert_string_equal(s.last.text, "backfill backfill-performance-windows --restated");
	how = s.last;
	scene_open(&s, &view_bar, &how);
	scene_compare(&s, "why_step_in_bar");
	scene_end(&s);
}

static void
test_read_only_runs_nothing(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], "performance_windows");
	s.m.read_only = true;
	scene_type(&s, "g");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "--read-only"));
	scene_end(&s);
}

static void
test_commands_are_copied(void **state)
{
	static const struct {
		const char *keys, *command;
	} want[] = {
		{ "y", "fintra -c /x run sector-performance-aggregator --as-of 2026-02-02" },
		{ "jy", "fintra -c /x run performance-bulk --as-of 2026-02-02" }, /* fresh */
		{ "Y", "fintra -c /x why performance_windows" },
		{ "uY", "fintra -c /x why datos_performance" },
		{ "dY", "fintra -c /x impact datos_performance" },
	};
	struct scene s;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], "performance_windows");
	s.m.command = "fintra -c /x";
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		scene_type(&s, want[i].keys);
		assert_int_equal(s.last.intent, DO_COPY);
		assert_string_equal(s.last.copy, want[i].command);
	}
	scene_end(&s);
}

/* What nobody here writes has no command. */
static void
test_no_command_is_said(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], "datos_financieros");
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "datos_financieros"));
	scene_end(&s);
}

static void
test_enter_opens_the_last_run(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], "performance_windows");
	scene_key(&s, TK_ENTER); /* the cursor begins on the first cause */
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_log);
	assert_int_equal(s.last.run, 8790);
	scene_type(&s, "j");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_end(&s);
}

/* w and x on the rows of the overview and of the runs name the right table or job. */
static void
test_keys_that_lead_here(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, MORNING_SEED, scene_sizes[0], NULL);
	scene_type(&s, "jjw"); /* layer 2: its worst table */
	assert_ptr_equal(s.last.open, &view_why);
	assert_string_equal(s.last.text, "performance_windows");
	scene_type(&s, "x");
	assert_ptr_equal(s.last.open, &view_impact);
	scene_type(&s, "jjjjx"); /* orchestrators: no table */
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_type(&s, "w"); /* nothing is wrong there: of the verdict */
	assert_ptr_equal(s.last.open, &view_why);
	assert_string_equal(s.last.text, "");
	s.m.s->health->h.at[1].table = "sector_performance";
	scene_key(&s, TK_TAB); /* checks, worst first */
	scene_type(&s, "w");
	assert_string_equal(s.last.text, "sector_performance");
	scene_key(&s, TK_TAB); /* running */
	scene_type(&s, "w");
	assert_string_equal(s.last.text, "backfill-performance-windows");
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "jjjw");
	assert_string_equal(s.last.text, "sector-performance-aggregator");
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_impact),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_nothing_is_broken),
		cmocka_unit_test(test_plan_runs_step_by_step),
		cmocka_unit_test(test_whole_plan_is_asked_about),
		cmocka_unit_test(test_a_step_keeps_its_options),
		cmocka_unit_test(test_read_only_runs_nothing),
		cmocka_unit_test(test_commands_are_copied),
		cmocka_unit_test(test_no_command_is_said),
		cmocka_unit_test(test_enter_opens_the_last_run),
		cmocka_unit_test(test_keys_that_lead_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
