/* Model -> cells, against stored screens that a person has read line by line against console.md
 * section 3. FINTRA_SCREENS_WRITE=1 writes them afresh: then read them again. */
#include "tests/support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
overview_at_all_sizes(const char *name, enum support_morning which)
{
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, which, scene_sizes[i]);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_overview_connecting(void **state)
{
	(void)state;
	overview_at_all_sizes("overview_connecting", MORNING_CONNECTING);
}

static void
test_overview_no_database(void **state)
{
	(void)state;
	overview_at_all_sizes("overview_down", MORNING_DOWN);
}

/* The connection stands, the server says nothing: the figures must not pass for today's. */
static void
test_overview_silent(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		scene_begin(&s, MORNING_READY, scene_sizes[i]);
		s.m.silent_ms = 14000;
		scene_compare(&s, "overview_silent");
		scene_end(&s);
	}
}

static void
test_overview_ready(void **state)
{
	(void)state;
	overview_at_all_sizes("overview_ready", MORNING_READY);
}

static void
test_overview_seed_morning(void **state)
{
	(void)state;
	overview_at_all_sizes("overview_seed", MORNING_SEED);
}

static void
test_overview_hostile(void **state)
{
	(void)state;
	overview_at_all_sizes("overview_hostile", MORNING_HOSTILE);
}

static void
test_too_small(void **state)
{
	static const struct scene_size small[] = { { 59, 24 }, { 40, 10 }, { 20, 5 }, { 1, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(small); i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, small[i]);
		scene_compare(&s, "small");
		scene_end(&s);
	}
}

static void
test_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_help, NULL);
		scene_compare(&s, "help");
		scene_end(&s);
	}
}

static void
test_help_does_the_selected_key(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_help, NULL);
	scene_type(&s, "jjjjjjjjjjjjjj");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_ACT);
	assert_int_equal(s.last.act, ACT_LAUNCH); /* the fifteenth key of the overview */
	scene_end(&s);
}

static void
test_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_runs, NULL);
		scene_type(&s, "j");
		scene_compare(&s, "runs");
		scene_end(&s);
	}
}

/* gates: NULL = not measured yet. */
static void
set_gates(struct scene *s, const struct job *job, struct gates_part *g)
{
	struct snapshot *snap = snapshot_new(s->m.s);

	(void)job;
	snap->gates = g;
	support_model_done(&s->m);
	s->m.s = snap;
}

static struct gates_part *
sector_behind(const struct job *job, struct date as_of)
{
	struct gates_part *g = gates_part_new(job, as_of);

	g->report.n = 1;
	g->report.at[0] =
		(struct gate_line){ .table = "sector_performance",
				    .have = "2026-01-30",
				    .want = "2026-02-02",
				    .state = "late",
				    .command = "fintra run sector-performance-aggregator --as-of "
					       "2026-02-02" };
	return g;
}

static void
launch_form_of(struct scene *s, const char *name, struct scene_size z)
{
	struct action how = { .job = catalogue_job(&support_catalogue, name) };

	scene_begin(s, MORNING_SEED, z);
	scene_open(s, &view_launch, &how);
	scene_key(s, TK_ENTER);
	assert_int_equal(s->last.intent, DO_GATES);
	assert_ptr_equal(s->last.job, how.job);
}

static void
test_launch_pick(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_launch, NULL);
		scene_compare(&s, "launch_pick");
		scene_end(&s);
	}
}

static void
test_launch_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		launch_form_of(&s, "performance-windows-aggregator", scene_sizes[i]);
		scene_compare(&s, "launch_measuring");
		set_gates(&s, s.last.job, sector_behind(s.last.job, s.last.as_of));
		scene_compare(&s, "launch_behind");
		scene_end(&s);
	}
}

static void
test_launch_backfill_command(void **state)
{
	struct scene s;

	(void)state;
	launch_form_of(&s, "backfill-performance-windows", scene_sizes[0]);
	scene_key(&s, TK_DOWN); /* gate */
	scene_type(&s, " ");	/* strict */
	scene_key(&s, TK_DOWN);
	scene_type(&s, "2026-01-02");
	scene_key(&s, TK_DOWN);
	scene_key(&s, TK_DOWN);
	scene_type(&s, "  "); /* step: week */
	scene_compare(&s, "launch_backfill");
	scene_end(&s);
}

static void
test_launch_wrong_date(void **state)
{
	struct scene s;

	(void)state;
	launch_form_of(&s, "performance-bulk", scene_sizes[0]);
	scene_key(&s, TK_BACKSPACE);
	scene_type(&s, "1"); /* 2026-02-01, a Sunday */
	scene_compare(&s, "launch_wrong_date");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_end(&s);
}

static void
test_launch_asks_when_a_gate_is_behind(void **state)
{
	struct scene s;
	struct action how;

	(void)state;
	launch_form_of(&s, "performance-windows-aggregator", scene_sizes[0]);
	set_gates(&s, s.last.job, sector_behind(s.last.job, s.last.as_of));
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_confirm);
	how = s.last;
	scene_open(&s, &view_confirm, &how);
	scene_compare(&s, "launch_confirm");
	scene_key(&s, TK_ENTER); /* the key that opened it */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_LAUNCH);
	assert_int_equal(s.last.launch->gate, GATE_WARN);
	assert_false(s.last.launch->as_of_given);
	scene_end(&s);
}

static void
test_launch_at_once_when_gates_are_fine(void **state)
{
	struct scene s;

	(void)state;
	launch_form_of(&s, "performance-windows-aggregator", scene_sizes[0]);
	set_gates(&s, s.last.job, gates_part_new(s.last.job, s.last.as_of));
	scene_compare(&s, "launch_ready");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_LAUNCH);
	scene_end(&s);
}

static void
test_cancel_asks_and_names_the_run(void **state)
{
	struct scene s;
	struct action how;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "jjc");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_int_equal(s.last.run, 8812);
	how = s.last;
	scene_open(&s, &view_confirm, &how);
	scene_compare(&s, "cancel_confirm");
	scene_type(&s, "c");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_CANCEL);
	assert_int_equal(s.last.level, CANCEL_DRAIN);
	scene_end(&s);
}

/* Muscle memory: the second of two equal keys answers nothing, whatever the key. */
static void
test_question_ignores_the_key_that_opened_it(void **state)
{
	static const int keys[] = { 'y', 'q', TK_ESC };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct action how = { .then = DO_DRAIN_AND_QUIT, .key = keys[i], .text = "sure?" };
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[0]);
		scene_open(&s, &view_confirm, &how);
		scene_key(&s, keys[i]);
		assert_int_equal(s.last.intent, DO_NOTHING);
		scene_key(&s, 'n');
		assert_int_equal(s.last.intent, DO_BACK);
		scene_end(&s);
	}
}

static void
test_ended_run_is_not_cancelled(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "GC");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_end(&s);
}

static void
test_read_only_launches_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	s.m.read_only = true;
	scene_type(&s, "r");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "--read-only"));
	scene_compare(&s, "overview_read_only");
	scene_end(&s);
}

/* Newest first; a long one is wrapped, a hostile one is harmless. */
static void
test_messages(void **state)
{
	static struct message_log said;
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	s.m.said = &said;
	said.n = 0;
	scene_open(&s, &view_messages, NULL);
	scene_compare(&s, "messages_none");
	for (said.n = 0; said.n < MESSAGES + 3; said.n++) {
		struct message *m = &said.at[said.n % MESSAGES];

		m->ms = SUPPORT_NOW_MS - (int64_t)(MESSAGES + 3 - said.n) * 1000;
		m->level = said.n % 3 ? LVL_INFO : LVL_ERROR;
		fmt_buf(m->text, sizeof(m->text),
			said.n % 4 ? "message %zu"
				   : "message %zu is long: run 8790 sector-performance-aggregator "
				     "failure: industry_performance has 3 of 11 sectors\033[2J",
			said.n);
	}
	scene_compare(&s, "messages");
	scene_type(&s, "G");
	scene_compare(&s, "messages_oldest");
	scene_type(&s, "q");
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_overview_connecting),
		cmocka_unit_test(test_overview_no_database),
		cmocka_unit_test(test_overview_silent),
		cmocka_unit_test(test_overview_ready),
		cmocka_unit_test(test_overview_seed_morning),
		cmocka_unit_test(test_overview_hostile),
		cmocka_unit_test(test_too_small),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_help_does_the_selected_key),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_launch_pick),
		cmocka_unit_test(test_launch_form),
		cmocka_unit_test(test_launch_backfill_command),
		cmocka_unit_test(test_launch_wrong_date),
		cmocka_unit_test(test_launch_asks_when_a_gate_is_behind),
		cmocka_unit_test(test_launch_at_once_when_gates_are_fine),
		cmocka_unit_test(test_cancel_asks_and_names_the_run),
		cmocka_unit_test(test_question_ignores_the_key_that_opened_it),
		cmocka_unit_test(test_ended_run_is_not_cancelled),
		cmocka_unit_test(test_read_only_launches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
