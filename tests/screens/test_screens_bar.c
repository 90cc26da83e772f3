/* The command bar: what it shows, and what each command means. */
#include "tests/support_look.h"

#include "tui/bar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
bar_begin(struct scene *s, enum support_morning which, struct scene_size z)
{
	scene_begin(s, which, z);
	scene_open(s, &view_bar, NULL);
}

static const struct bar *
bar(const struct scene *s)
{
	return s->stack[s->depth - 1].state;
}

/* A bar in which the line was typed and done. */
static void
say(struct scene *s, const char *line)
{
	bar_begin(s, MORNING_SEED, scene_sizes[0]);
	scene_type(s, line);
	scene_key(s, TK_ENTER);
}

static void
test_empty_and_usage(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		bar_begin(&s, MORNING_CONNECTING, scene_sizes[i]);
		scene_compare(&s, "bar_none");
		scene_type(&s, "run sync");
		scene_compare(&s, "bar_usage");
		scene_end(&s);
	}
}

static void
test_candidates(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		bar_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_type(&s, "why ");
		scene_key(&s, TK_TAB);
		scene_compare(&s, "bar_candidates");
		scene_end(&s);
	}
}

/* The end of what is typed stays in view, also where characters are two columns wide. */
static void
test_long_and_wide(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		bar_begin(&s, MORNING_SEED, scene_sizes[i]);
		for (int k = 0; k < 20; k++)
			scene_type(&s, "run a-job-of-long-name ");
		scene_type(&s, "the-end");
		scene_compare(&s, "bar_long");
		scene_end(&s);
		bar_begin(&s, MORNING_SEED, scene_sizes[i]);
		for (int k = 0; k < 70; k++)
			scene_key(&s, 0x65e5);
		scene_key(&s, TK_ENTER);
		scene_compare(&s, "bar_wide");
		scene_end(&s);
	}
}

static void
test_completion(void **state)
{
	static const struct {
		const char *typed, *want;
	} cases[] = {
		{ "ru", "run" }, /* run, runs */
		{ "overv", "overview " },
		{ "run sync-u", "run sync-universe " },
		{ "run perf", "run performance-" },
		{ "backfill p", "backfill performance-windows " },
		{ "why datos_p", "why datos_performance " },
		{ "cancel 88", "cancel 881" },
		{ "run performance-bulk --st", "run performance-bulk --step " },
		{ "run performance-bulk --step we", "run performance-bulk --step week " },
		{ "run performance-bulk --gate s", "run performance-bulk --gate strict " },
		{ "run performance-bulk --fro", "run performance-bulk --from " },
		{ "run performance-bulk --from 2", "run performance-bulk --from 2026-02-02 " },
		{ "run performance-bulk --dry", "run performance-bulk --dry-run " },
		{ "run sync-universe --as", "run sync-universe --as-of " },
		{ "run sync-universe --as-of ", "run sync-universe --as-of 2026-02-02 " },
		{ "cancel 8812 --n", "cancel 8812 --now " },
		{ "run zzz", "run zzz" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s;

		bar_begin(&s, MORNING_SEED, scene_sizes[0]);
		scene_type(&s, cases[i].typed);
		scene_key(&s, TK_TAB);
		assert_string_equal(bar(&s)->line, cases[i].want);
		scene_end(&s);
	}
}

/* Nothing is done, the bar stays, and says what is wrong with which word. */
static void
test_wrong_lines(void **state)
{
	static const struct {
		const char *line, *hint;
	} cases[] = {
		{ "rnu sync-universe", "unknown command rnu; did you mean run?" },
		{ "run sync-univers", "no job is called \"sync-univers\"; near: sync-universe" },
		{ "run sync-universe --limt 5", "did you mean --limit?" },
		{ "run performance-bulk --limit x", "limit" },
		{ "run", "usage: fintra run TARGET..." },
		{ "run sync-universe --as-of 2026-02-01",
		  "2026-02-01 is no exchange session (weekend); the previous session is "
		  "2026-01-30" },
		{ "run sync-universe --as-of yesterday", "--as-of yesterday is not a date" },
		{ "run sync-universe --gate maybe", "--gate is strict, warn or off" },
		{ "run sync-universe --json", "--json has no meaning in the console; in a shell: "
					      "fintra run sync-universe --json" },
		{ "run sync-universe 'x", "a quote is not closed" },
		{ "run sync-universe prices-daily-bulk",
		  "in a shell: fintra run sync-universe prices-daily-bulk" },
		{ "run layer:2", "in a shell: fintra run layer:2" },
		{ "run sync-universe --diff --yes",
		  "here a diff is answered when it is seen; in a shell: fintra run sync-universe "
		  "--diff --yes" },
		{ "run layer:9", "layers are 0 to 6" },
		{ "backfill performance-window", "did you mean" },
		{ "why sector_performanc", "did you mean sector_performance?" },
		{ "jobs sync-univers", "did you mean sync-universe?" },
		{ "cancel 4",
		  "run 4 is not among the runs shown here; in a shell: fintra cancel 4" },
		{ "cancel", "usage: fintra cancel RUN" },
		{ "cancel 8790", "run 8790 has ended" },
		{ "cancel nothing", "no job is called \"nothing\"" },
		{ "resume 8812", "run 8812 is under way" },
		{ "resume 8780", "run 8780 ended well: r runs its job again" },
		{ "db migrate", "in a shell: fintra db migrate" },
		{ "logs 8812 --level warn", "--level has no meaning in the console; in a shell: "
					    "fintra logs 8812 --level warn" },
		{ "runs --as-of 2026-01-30", "in a shell: fintra runs --as-of 2026-01-30" },
		{ "q now", "takes nothing more" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s;

		say(&s, cases[i].line);
		assert_int_equal(s.last.intent, DO_NOTHING);
		if (!strstr(bar(&s)->hint, cases[i].hint))
			fail_msg("%s: says \"%s\", not \"%s\"", cases[i].line, bar(&s)->hint,
				 cases[i].hint);
		scene_end(&s);
	}
}

static void
test_screens_by_name(void **state)
{
	static const struct {
		const char *line;
		enum act act;
	} cases[] = {
		{ "overview", ACT_OVERVIEW }, { "jobs", ACT_JOBS }, { "runs", ACT_RUNS },
		{ "status", ACT_OVERVIEW },   { "help", ACT_HELP }, { "log", ACT_LOG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s;

		say(&s, cases[i].line);
		assert_int_equal(s.last.intent, DO_ACT);
		assert_int_equal(s.last.act, cases[i].act);
		assert_string_equal(s.last.typed, cases[i].line);
		scene_end(&s);
	}
}

/* A launch goes through the form and its gates, with everything that was typed in its fields. */
static void
test_run_opens_the_filled_form(void **state)
{
	struct scene s;
	struct action how;

	(void)state;
	say(&s,
	    "run performance-bulk --as-of 2026-01-30 --gate strict --from 2026-01-05 --step week"
	    " --dry-run --overlap wait=30m");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_ptr_equal(s.last.job, catalogue_job(&support_catalogue, "performance-bulk"));
	how = s.last;
	scene_open(&s, &view_launch, &how);
	scene_compare(&s, "bar_form");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_LAUNCH);
	assert_int_equal(s.last.launch->gate, GATE_STRICT);
	assert_int_equal(s.last.launch->overlap, OVERLAP_WAIT);
	assert_int_equal(s.last.launch->wait_ms, 30 * 60000);
	assert_int_equal(s.last.launch->as_of.days, date_of(2026, 1, 30).days);
	assert_true(s.last.launch->as_of_given);
	assert_string_equal(params_text(&s.last.launch->params, "start"), "2026-01-05");
	assert_string_equal(params_text(&s.last.launch->params, "step"), "week");
	assert_true(params_bool(&s.last.launch->params, "dry_run"));
	scene_end(&s);
}

static void
test_run_without_as_of_takes_the_session_shown(void **state)
{
	struct scene s;

	(void)state;
	say(&s, "backfill performance-windows --from 2026-01-05");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_ptr_equal(s.last.job,
			 catalogue_job(&support_catalogue, "backfill-performance-windows"));
	assert_int_equal(s.last.launch->as_of.days, s.m.as_of.days);
	assert_false(s.last.launch->as_of_given);
	scene_end(&s);
}

static void
test_cancel_and_resume_ask(void **state)
{
	struct scene s;
	struct action how;

	(void)state;
	say(&s, "cancel prices-daily-bulk --now");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_confirm);
	assert_int_equal(s.last.then, DO_CANCEL);
	assert_int_equal(s.last.run, 8812);
	assert_int_equal(s.last.level, CANCEL_ABORT);
	scene_end(&s);
	say(&s, "resume 8790");
	assert_ptr_equal(s.last.open, &view_confirm);
	how = s.last;
	scene_open(&s, &view_confirm, &how);
	scene_compare(&s, "bar_resume");
	scene_key(&s, TK_ENTER); /* the key that opened the question */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_RESUME);
	assert_int_equal(s.last.run, 8790);
	scene_end(&s);
}

static void
test_read_only_says_so(void **state)
{
	struct scene s;

	(void)state;
	bar_begin(&s, MORNING_SEED, scene_sizes[0]);
	s.m.read_only = true;
	scene_type(&s, "run sync-universe");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_NOTHING);
	assert_non_null(strstr(bar(&s)->hint, "--read-only"));
	scene_end(&s);
}

static void
test_history(void **state)
{
	struct bar_history h = { { "runs", "jobs" }, 2 };
	struct scene s;

	(void)state;
	bar_begin(&s, MORNING_SEED, scene_sizes[0]);
	s.m.history = &h;
	scene_type(&s, "wh");
	scene_key(&s, TK_UP);
	assert_string_equal(bar(&s)->line, "jobs");
	scene_key(&s, TK_UP);
	scene_key(&s, TK_UP); /* there is no older one */
	assert_string_equal(bar(&s)->line, "runs");
	scene_key(&s, TK_DOWN);
	assert_string_equal(bar(&s)->line, "jobs");
	scene_key(&s, TK_DOWN);
	assert_string_equal(bar(&s)->line, "wh");
	scene_end(&s);
}

/* What is pasted only fills the line: nothing in it acts. */
static void
test_paste_does_not_act(void **state)
{
	struct scene s;
	struct view *v;

	(void)state;
	bar_begin(&s, MORNING_SEED, scene_sizes[0]);
	v = &s.stack[s.depth - 1];
	for (const char *p = "jobs\rq"; *p; p++) {
		struct input in = { (unsigned char)*p, ACT_NONE, true };

		s.last = (struct action){ .intent = DO_NOTHING };
		v->ops->handle(v, &s.m, &in, &s.last);
		assert_int_equal(s.last.intent, DO_NOTHING);
	}
	assert_string_equal(bar(&s)->line, "jobsq");
	scene_end(&s);
}

static void
test_leaving(void **state)
{
	struct scene s;

	(void)state;
	bar_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_type(&s, "q");
	scene_key(&s, TK_BACKSPACE);
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_key(&s, TK_BACKSPACE); /* of the colon */
	assert_int_equal(s.last.intent, DO_BACK);
	scene_type(&s, "q");
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_QUIT);
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_and_usage),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_long_and_wide),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_wrong_lines),
		cmocka_unit_test(test_screens_by_name),
		cmocka_unit_test(test_run_opens_the_filled_form),
		cmocka_unit_test(test_run_without_as_of_takes_the_session_shown),
		cmocka_unit_test(test_cancel_and_resume_ask),
		cmocka_unit_test(test_read_only_says_so),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_paste_does_not_act),
		cmocka_unit_test(test_leaving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
