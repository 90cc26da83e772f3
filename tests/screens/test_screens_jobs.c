/* Jobs and a job's detail against stored screens. */
#include "tests/support_look.h"

#include "core/headless.h"
#include "tui/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct job *
job(const char *name)
{
	return catalogue_job(&support_catalogue, name);
}

static void
jobs_begin(struct scene *s, enum support_morning which, struct scene_size z, const char *outside)
{
	scene_begin(s, which, z);
	if (outside) {
		support_look_jobs(s, outside);
		support_look_locks(s, outside);
	}
	scene_open(s, &view_jobs, NULL);
}

static void
test_no_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		jobs_begin(&s, MORNING_CONNECTING, scene_sizes[i], NULL);
		scene_compare(&s, "jobs_none");
		scene_end(&s);
	}
}

static void
test_normal(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		jobs_begin(&s, MORNING_SEED, scene_sizes[i], "lucia");
		scene_type(&s, "jj");
		scene_compare(&s, "jobs");
		scene_end(&s);
	}
}

static void
test_too_long(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		jobs_begin(&s, MORNING_HOSTILE, scene_sizes[i], support_long);
		scene_compare(&s, "jobs_long");
		scene_end(&s);
	}
}

static void
test_wide(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		jobs_begin(&s, MORNING_HOSTILE, scene_sizes[i], support_wide);
		scene_compare(&s, "jobs_wide");
		scene_end(&s);
	}
}

static void
test_hostile(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], support_hostile);
	scene_compare(&s, "jobs_hostile");
	scene_end(&s);
}

static void
test_role_without_rights_is_told(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_READY, scene_sizes[0]);
	support_look_refused(&s, "role snapshot: permission denied for schema fintra_ops");
	scene_open(&s, &view_jobs, NULL);
	scene_compare(&s, "jobs_refused");
	scene_end(&s);
}

/* Without a ledger its queries give no rows; no job may look as if it had never run. */
static void
test_no_ledger_is_unknown_not_never(void **state)
{
	struct scene s;
	struct snapshot *snap;
	struct job_facts f;

	(void)state;
	scene_begin(&s, MORNING_READY, scene_sizes[0]);
	snap = snapshot_new(s.m.s);
	snap->may_write = false;
	str_copy(snap->ledger_why, sizeof(snap->ledger_why), no_ledger_text);
	support_model_done(&s.m);
	s.m.s = snap;
	support_look_jobs(&s, "lucia");
	job_facts(&s.m, job("backfill-performance-windows"), &f);
	assert_non_null(f.unknown);
	assert_false(f.never);
	assert_int_equal(f.mark, '-');
	scene_end(&s);
}

static void
test_filter(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_type(&s, "/PERF.*(windows|bulk)");
	scene_compare(&s, "jobs_typing");
	scene_key(&s, TK_ENTER);
	scene_type(&s, "j");
	scene_compare(&s, "jobs_filtered");
	scene_key(&s, TK_ESC); /* takes the filter away, does not leave */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

static void
test_filter_inverse_and_half_typed(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_type(&s, "/!layer=2");
	scene_compare(&s, "jobs_inverse");
	scene_type(&s, "(");
	scene_compare(&s, "jobs_half_typed");
	scene_end(&s);
}

static void
test_filter_by_labels(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_enter(&s, "/-l layer=2 !state=failure owner=");
	scene_compare(&s, "jobs_labels");
	scene_end(&s);
}

/* What an 80 column screen leaves out is to the right; names and heads stay above. */
static void
test_sideways(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_key(&s, TK_RIGHT);
	scene_compare(&s, "jobs_half_page");
	scene_type(&s, "$");
	scene_compare(&s, "jobs_end");
	scene_key(&s, TK_RIGHT);
	scene_type(&s, "H");
	scene_key(&s, TK_SHIFT_RIGHT);
	scene_compare(&s, "jobs_end");
	scene_type(&s, "^");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_key(&s, TK_SHIFT_LEFT);
	scene_type(&s, "jj");
	scene_compare(&s, "jobs");
	scene_end(&s);
	jobs_begin(&s, MORNING_HOSTILE, scene_sizes[2], support_wide);
	scene_type(&s, "$");
	scene_compare(&s, "jobs_wide_end");
	scene_end(&s);
}

static void
test_order(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_type(&s, "ojjjj");
	scene_compare(&s, "jobs_order_menu");
	scene_key(&s, TK_ENTER);
	scene_compare(&s, "jobs_by_duration");
	scene_type(&s, "<<"); /* by state, worst first */
	scene_compare(&s, "jobs_by_state");
	scene_end(&s);
}

static void
test_keys_act_on_the_selected_job(void **state)
{
	struct scene s;

	(void)state;
	jobs_begin(&s, MORNING_SEED, scene_sizes[0], "lucia");
	scene_type(&s, "jjjjj"); /* performance-windows-aggregator: queued as run 8814 */
	scene_type(&s, "r");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_ptr_equal(s.last.job, job("performance-windows-aggregator"));
	scene_type(&s, "b");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_ptr_equal(s.last.job, job("backfill-performance-windows"));
	scene_type(&s, "l");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_log);
	assert_int_equal(s.last.run, 8814);
	assert_false(s.last.add);
	scene_type(&s, "L");
	assert_int_equal(s.last.run, 8814);
	assert_true(s.last.add);
	scene_type(&s, "c");
	assert_ptr_equal(s.last.open, &view_confirm);
	assert_int_equal(s.last.run, 8814);
	scene_key(&s, TK_ENTER);
	assert_ptr_equal(s.last.open, &view_job);
	assert_ptr_equal(s.last.job, job("performance-windows-aggregator"));
	scene_type(&s, "gb");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "sync-universe"));
	scene_end(&s);
}

static void
detail(const char *name, const char *screen, struct scene_size z, const char *outside)
{
	struct action how = { .job = job(name) };
	struct scene s;

	scene_begin(&s, outside ? MORNING_SEED : MORNING_CONNECTING, z);
	if (outside) {
		support_look_jobs(&s, outside);
		support_look_locks(&s, outside);
		support_look_runs(&s, name, outside);
	}
	scene_open(&s, &view_job, &how);
	scene_compare(&s, screen);
	scene_end(&s);
}

static void
test_detail(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		detail("performance-bulk", "job_none", scene_sizes[i], NULL);
		detail("performance-bulk", "job", scene_sizes[i], "lucia");
		detail("performance-bulk", "job_long", scene_sizes[i], support_long);
		detail("performance-bulk", "job_wide", scene_sizes[i], support_wide);
	}
}

static void
test_detail_opens_a_run(void **state)
{
	struct action how = { .job = job("performance-bulk") };
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	support_look_runs(&s, "performance-bulk", "lucia");
	scene_open(&s, &view_job, &how);
	for (int i = 0; i < 40 && s.last.intent != DO_OPEN; i++) {
		scene_type(&s, "j");
		scene_key(&s, TK_ENTER);
	}
	assert_ptr_equal(s.last.open, &view_log);
	assert_int_equal(s.last.run, 8780); /* the newest of its runs comes first */
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
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_role_without_rights_is_told),
		cmocka_unit_test(test_no_ledger_is_unknown_not_never),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_inverse_and_half_typed),
		cmocka_unit_test(test_filter_by_labels),
		cmocka_unit_test(test_sideways),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_keys_act_on_the_selected_job),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_detail_opens_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
