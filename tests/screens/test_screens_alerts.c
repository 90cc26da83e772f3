/* What is wrong and who was told of it: nothing known, two things, much of it; and the playbooks.
 */
#include "core/incident.h"
#include "tests/support_look.h"
#include "tui/look_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 40 };

static struct alerts_part *
part(struct scene *s, const char *channels)
{
	struct alerts_part *p = look_part_new(LOOK_PART_ALERTS);

	p->measured_ms = SUPPORT_NOW_MS - 2000;
	str_copy(s->m.channels, sizeof(s->m.channels), channels);
	support_look_set(s, LOOK_PART_ALERTS, p);
	return p;
}

static void
add_causes(struct report *r)
{
	report_add(r, REPORT_BAD, NULL,
		   "critical  table:sector_performance: sector_performance late 1 session; 3 "
		   "tables wait for it: performance_windows, fintra_snapshots, "
		   "fintra_market_state");
	report_add(r, REPORT_DIM, NULL, "         since 2026-02-03T09:00:00.000Z");
	report_add(r, REPORT_PLAIN, NULL,
		   "         $ fintra run sector-performance-aggregator --as-of 2026-02-02");
	report_add(r, REPORT_PLAIN, NULL, "         telegram sent 2026-02-03T09:00:02.000Z");
	report_add(r, REPORT_WARN, NULL,
		   "         hook failed 2026-02-03T09:00:03.000Z: the command ended with exit "
		   "code 1");
	report_add(r, REPORT_WARN, NULL, "warning A check:calendar_horizon: 40 days left");
}

static void
test_nothing_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_CONNECTING, scene_sizes[i]);
		scene_open(&s, &view_alerts, NULL);
		scene_compare(&s, "alerts_none");
		scene_end(&s);
	}
}

static void
test_two_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		add_causes(&part(&s, "telegram, hook")->text);
		scene_open(&s, &view_alerts, NULL);
		scene_compare(&s, "alerts");
		scene_end(&s);
	}
}

static void
test_many_scroll(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;
		struct alerts_part *p;

		scene_begin(&s, MORNING_HOSTILE, scene_sizes[i]);
		p = part(&s, "telegram");
		for (int k = 0; k < MANY; k++)
			report_add(&p->text, REPORT_BAD, NULL, "critical  table:%d: %s", k,
				   k % 2 ? support_wide : support_hostile);
		scene_open(&s, &view_alerts, NULL);
		scene_type(&s, "G");
		scene_compare(&s, "alerts_many");
		scene_end(&s);
	}
}

static const struct incident incidents[] = {
	{ .name = "sector-stale",
	  .title = "performance_windows has benchmarks of the session before",
	  .symptom = "sector_performance is a session behind and performance_windows is mixed",
	  .cause = "sector_performance has no rows of the day: performance-windows-aggregator "
		   "fails, and a backfill took the benchmarks of the nearest session",
	  .diagnose = NAMES("fintra health sector_performance_stale sector_windows_dates_agree",
			    "fintra why performance_windows"),
	  .remedy = NAMES("fintra run sector-performance-aggregator --as-of DATE",
			  "fintra run performance-windows-aggregator --as-of DATE") },
	{ .name = "killed-backfill",
	  .title = "a backfill was killed half way",
	  .symptom = "runs_lost names a run",
	  .cause = "its process was killed",
	  .diagnose = NAMES("fintra health runs_lost", "fintra why performance_windows"),
	  .remedy = NAMES("fintra resume RUN") },
	{ .name = "duplicate-key",
	  .title = "a backfill fails with \"duplicate key violation\"",
	  .symptom = "SQLSTATE 23505",
	  .cause = "rows that were there",
	  .diagnose = NAMES("fintra logs backfill-performance-windows"),
	  .remedy = NAMES("fintra backfill performance-windows --as-of DATE") },
	{ .name = NULL },
};

/* Asked of a check, a table, nothing; Enter opens one, Enter on a command types it. */
static void
test_playbooks(void **state)
{
	static const char *const of[] = { "sector_performance_stale", "performance_windows", "" };
	static const char *const name[] = { "playbook", "playbooks_of", "playbooks" };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++)
		for (size_t k = 0; k < ARRAY_LEN(of); k++) {
			struct catalogue cat = support_catalogue;
			struct action how = { .intent = DO_OPEN };
			struct scene s;

			cat.incidents = incidents;
			scene_begin(&s, MORNING_SEED, scene_sizes[i]);
			s.m.cat = &cat;
			str_copy(how.text, sizeof(how.text), of[k]);
			scene_open(&s, &view_playbook, &how);
			scene_compare(&s, name[k]);
			if (k == 1) {
				scene_type(&s, "j");
				scene_key(&s, TK_ENTER);
				assert_int_equal(s.last.intent, DO_OPEN);
				assert_ptr_equal(s.last.row, &incidents[1]);
			}
			scene_end(&s);
		}
}

/* What moved has no command to do; its own is that of the days shown. */
static void
test_what_moved(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct moved_part *p = look_part_new(LOOK_PART_MOVED);
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		p->measured_ms = SUPPORT_NOW_MS - 2000;
		assert_true(date_parse("2026-01-30", &p->from));
		assert_true(date_parse("2026-02-02", &p->to));
		report_title(&p->text, "Largest moves of the FGOS score");
		report_add(&p->text, REPORT_PLAIN, NULL, "BBB     80 ->  50   -30  Energy");
		report_add(&p->text, REPORT_PLAIN, NULL, "AAA     40 ->  55   +15  Energy");
		report_title(&p->text, "Tickers gained and lost");
		report_add(&p->text, REPORT_PLAIN, NULL, "gained  NEW  Utilities");
		support_look_set(&s, LOOK_PART_MOVED, p);
		scene_open(&s, &view_moved, NULL);
		scene_compare(&s, "moved");
		scene_key(&s, TK_ENTER);
		assert_int_equal(s.last.intent, DO_NOTHING);
		scene_type(&s, "Y");
		assert_int_equal(s.last.intent, DO_COPY);
		assert_string_equal(s.last.copy, "fintra diff 2026-01-30 2026-02-02");
		scene_end(&s);
	}
}

/* What K asks the playbooks about. */
static void
test_rows_are_about_a_job(void **state)
{
	static const struct view_ops *const ops[] = { &view_jobs, &view_runs };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		char name[LOOK_NAME] = "";
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[0]);
		scene_open(&s, ops[i], NULL);
		assert_true(ops[i]->about(&s.stack[s.depth - 1], &s.m, name));
		assert_non_null(catalogue_job(s.m.cat, name));
		scene_end(&s);
	}
}

static void
test_the_question(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	(void)part(&s, "telegram, hook");
	scene_open(&s, &view_alerts, NULL);
	scene_type(&s, "t");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_int_equal(s.last.then, DO_ALERT_TEST);
	scene_open(&s, &view_confirm, &s.last);
	scene_compare(&s, "alerts_question");
	scene_type(&s, "t");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_ALERT_TEST);
	scene_end(&s);
}

static void
test_who_may_only_look_sends_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	(void)part(&s, "telegram");
	s.m.read_only = true;
	scene_open(&s, &view_alerts, NULL);
	scene_type(&s, "t");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_two_causes),
		cmocka_unit_test(test_many_scroll),
		cmocka_unit_test(test_the_question),
		cmocka_unit_test(test_playbooks),
		cmocka_unit_test(test_what_moved),
		cmocka_unit_test(test_rows_are_about_a_job),
		cmocka_unit_test(test_who_may_only_look_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
