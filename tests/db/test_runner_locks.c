/* Locks, overlap, abandoned runs and resume.  Expected: jobs.md 0.3, faults.md P4, F8, F9, F12. */
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct bench b;

static int
setup(void **state)
{
	static const char *info;

	(void)state;
	if (!info)
		info = support_db("t_runner_locks", true);
	bench_open(&b, info);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bench_close(&b);
	return 0;
}

static int
start_held(struct launch l)
{
	int h;

	atomic_store(&script.hold, 2);
	h = bench_start(&b, &l);
	EVENTUALLY(atomic_load(&script.at) == 2);
	return h;
}

static void
refused_names_the_holder(void **state)
{
	struct launch l = bench_launch("t-steps");
	int h = start_held(l);
	char holder[64];
	struct outcome o = bench_run(&b, &l);

	(void)state;
	snprintf(holder, sizeof(holder), "is held by run %" PRId64 " (",
		 runner_run_id(b.runner, h));
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 75);
	assert_non_null(strstr(o.err.text, holder));
	l.overlap = OVERLAP_SKIP;
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(bench_row(&b, o.run).state, RUN_SKIPPED);
	l.overlap = OVERLAP_WAIT;
	l.wait_ms = 300;
	o = bench_run(&b, &l);
	assert_int_equal(o.exit_code, 75);
	atomic_store(&script.hold, 0);
	assert_int_equal(bench_wait(&b, h).state, RUN_SUCCESS);
}

static void
a_wait_is_visible_and_ends(void **state)
{
	struct launch l = bench_launch("t-steps");
	int h = start_held(l), h2;
	char line[64];

	(void)state;
	l.overlap = OVERLAP_WAIT;
	l.wait_ms = 60000;
	h2 = bench_start(&b, &l);
	snprintf(line, sizeof(line), "waits for t-steps, held by run %" PRId64,
		 runner_run_id(b.runner, h));
	EVENTUALLY(bench_seen(&b, line) == 1);
	EVENTUALLY(bench_int(&b,
			     "SELECT count(*) FROM fintra_ops.beat WHERE waits_for LIKE 't-steps, "
			     "held by run"
			     " %" PRId64 " %%' AND run_id=%" PRId64,
			     runner_run_id(b.runner, h), runner_run_id(b.runner, h2)) == 1);
	assert_int_equal(bench_row(&b, runner_run_id(b.runner, h2)).state, RUN_QUEUED);
	atomic_store(&script.hold, 0);
	assert_int_equal(bench_wait(&b, h).state, RUN_SUCCESS);
	assert_int_equal(bench_wait(&b, h2).state, RUN_SUCCESS);
}

static void
one_writer_of_a_table_at_a_time(void **state)
{
	struct launch l = bench_launch("t-steps"), too = bench_launch("t-steps-too");
	int h = start_held(l), h2, said;
	struct outcome o;

	(void)state;
	too.wait_ms = 300;
	o = bench_run(&b, &too);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 75);
	assert_non_null(strstr(o.err.text, "sector_performance for 2026-02-02 is held by run "));
	too.wait_ms = 0; /* a table is waited for with --overlap fail, too */
	said = bench_seen(&b, "waits for sector_performance, held by run ");
	h2 = bench_start(&b, &too);
	EVENTUALLY(bench_seen(&b, "waits for sector_performance, held by run ") > said);
	too.as_of = date_of(2026, 1, 30); /* another date, another lock */
	script.hold = 0;
	assert_int_equal(bench_run(&b, &too).state, RUN_SUCCESS);
	assert_int_equal(bench_wait(&b, h).state, RUN_SUCCESS);
	assert_int_equal(bench_wait(&b, h2).state, RUN_SUCCESS);
}

static void
the_old_system_is_excluded(void **state)
{
	struct db *old = support_open(b.info);
	struct err e = ERR_INIT;
	struct launch l = bench_launch("t-end");
	struct outcome o;

	(void)state;
	/* 1898061242 is the key of cron-fmp-bulk-2026-02-02; for t-end the same awk gives
	 * 470704852. */
	assert_int_equal(db_exec_sql(old, "SELECT pg_advisory_lock(470704852)", &e), 0);
	o = bench_run(&b, &l);
	assert_int_equal(o.exit_code, 75);
	assert_non_null(strstr(o.err.text, "(fintra test)"));
	db_close(old);
}

static void
todays_name_is_locked_when_as_of_was_defaulted(void **state)
{
	struct db *old = support_open(b.info);
	struct launch l = bench_launch("t-end");
	struct err e = ERR_INIT;
	char name[64], sql[96], day[DATE_BUF];

	(void)state;
	date_iso((struct date){ (int32_t)(clock_wall_ms() / 86400000) }, day);
	snprintf(name, sizeof(name), "cron-t-end-%s", day);
	snprintf(sql, sizeof(sql), "SELECT pg_advisory_lock(%" PRId64 ")", guard_key(name));
	assert_int_equal(db_exec_sql(old, sql, &e), 0);
	assert_int_equal(bench_run(&b, &l).state, RUN_SUCCESS);
	l.as_of_given = false;
	assert_int_equal(bench_run(&b, &l).exit_code, 75);
	db_close(old);
}

static void
exactly_one_of_many_runs(void **state)
{
	struct launch l = bench_launch("t-end");
	int h[8], ran = 0;

	(void)state;
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < ARRAY_LEN(h); i++)
			h[i] = bench_start(&b, &l);
		ran = 0;
		for (size_t i = 0; i < ARRAY_LEN(h); i++)
			ran += bench_wait(&b, h[i]).state == RUN_SUCCESS;
		assert_true(ran >= 1);
	}
	/* None of them ran beside another. */
	assert_int_equal(
		bench_int(
			&b,
			"SELECT count(*) FROM fintra_ops.run a JOIN fintra_ops.run b ON a.id < b.id"
			" AND b.started_at < a.ended_at AND a.started_at < b.ended_at WHERE a.job ="
			" 't-end' AND b.job = 't-end' AND a.state = 'success' AND b.state = "
			"'success'"),
		0);
}

/* A process of its own that is killed while its run holds before step 2; returns the run's id. */
static int64_t
killed_run(void)
{
	struct launch l = bench_launch("t-steps");
	int64_t run;
	pid_t pid;

	runner_free(b.runner); /* its thread would not survive the fork */
	b.runner = NULL;
	pid = fork();
	if (pid == 0) {
		b.runner = runner_new(&b.conf, &bench_catalogue, NULL, NULL);
		atomic_store(&script.hold, 2);
		bench_start(&b, &l);
		for (;;)
			pause();
	}
	b.runner = runner_new(&b.conf, &bench_catalogue, NULL, NULL);
	EVENTUALLY(bench_int(&b,
			     "SELECT count(*) FROM fintra_ops.run r JOIN fintra_ops.unit u ON "
			     "u.run_id = r.id"
			     " JOIN fintra_ops.beat t ON t.run_id = r.id"
			     " WHERE r.pid = %d AND u.state = 'done' AND t.guard_pid > 0",
			     (int)pid) == 1);
	run = bench_int(&b, "SELECT max(id) FROM fintra_ops.run WHERE pid = %d", (int)pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EVENTUALLY(bench_int(&b,
			     "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE "
			     "'%% run %" PRId64 "%%'",
			     run) == 0);
	return run;
}

static void
age_beat(int64_t run)
{
	bench_sql(&b,
		  "UPDATE fintra_ops.beat SET beat_at = beat_at - interval '1 hour' WHERE "
		  "run_id=%" PRId64,
		  run);
}

static void
a_killed_run_is_abandoned_then_resumed(void **state)
{
	int64_t run = killed_run();
	struct launch l = { .resume = run, .origin = "cli" };
	struct outcome o;

	(void)state;
	script.hold = 0;
	o = bench_run(&b, &l); /* no proof yet: its last beat is young */
	assert_int_equal(o.exit_code, 75);
	assert_non_null(strstr(o.err.text, "is alive: last heartbeat"));
	assert_int_equal(bench_row(&b, run).state, RUN_RUNNING);
	age_beat(run);
	assert_int_equal(bench_row(&b, run).state, RUN_ABANDONED);
	script.worked = 0;
	o = bench_run(&b, &l);
	assert_int_equal(o.run, run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(script.worked, 2); /* step 1 was done by the first epoch */
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(bench_row(&b, run).counts.inserted, 3);
	assert_int_equal(bench_row(&b, run).epoch, 2);
	assert_int_equal(bench_rows(&b), 3);
	assert_int_equal(bench_lines(&b, run, "RESUME epoch=2 "), 1);
	assert_int_equal(bench_lines(&b, run, "START "), 1);
	assert_int_equal(bench_lines(&b, run, "SUCCESS "), 1);
	o = bench_run(&b, &l);
	assert_int_equal(o.exit_code, 0);
	assert_non_null(strstr(o.why, "nothing to do"));
	assert_int_equal(script.worked, 2);
}

static void
a_held_lock_is_no_proof(void **state)
{
	int64_t run = killed_run();
	struct db *other = support_open(b.info);
	struct launch l = { .resume = run, .origin = "cli" };
	struct err e = ERR_INIT;
	char sql[128];

	(void)state;
	age_beat(run);
	snprintf(sql, sizeof(sql),
		 "SELECT pg_advisory_lock(lock_key) FROM fintra_ops.run WHERE id=%" PRId64, run);
	assert_int_equal(db_exec_sql(other, sql, &e), 0);
	assert_int_equal(bench_row(&b, run).state, RUN_RUNNING);
	assert_int_equal(bench_run(&b, &l).exit_code, 75);
	assert_int_equal(bench_row(&b, run).epoch, 1);
	db_close(other);
}

static void
the_next_run_marks_it_abandoned(void **state)
{
	int64_t run = killed_run();
	struct launch l = bench_launch("t-steps");

	(void)state;
	age_beat(run);
	script.hold = 0;
	assert_int_equal(bench_run(&b, &l).state, RUN_SUCCESS);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.run WHERE state='abandoned' "
				   "AND id=%" PRId64,
				   run),
			 1);
}

static void
a_cancelled_run_goes_on(void **state)
{
	struct launch l = bench_launch("t-steps");
	int h = start_held(l);
	struct outcome o;

	(void)state;
	runner_cancel(b.runner, h, CANCEL_DRAIN);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_CANCELLED);
	script.hold = 0;
	l = (struct launch){ .resume = o.run, .origin = "cli" };
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(script.worked, 3);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(
		bench_int(&b,
			  "SELECT max(seq) - count(*) FROM fintra_ops.event WHERE run_id=%" PRId64,
			  o.run),
		0);
}

static void
resume_of_what_is_not_there(void **state)
{
	struct launch l = { .resume = 999999, .origin = "cli" };
	struct outcome o = bench_run(&b, &l);

	(void)state;
	assert_int_equal(o.exit_code, 64);
	assert_string_equal(o.err.text, "there is no run 999999");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(refused_names_the_holder),
		T(a_wait_is_visible_and_ends),
		T(one_writer_of_a_table_at_a_time),
		T(the_old_system_is_excluded),
		T(todays_name_is_locked_when_as_of_was_defaulted),
		T(exactly_one_of_many_runs),
		T(a_killed_run_is_abandoned_then_resumed),
		T(a_held_lock_is_no_proof),
		T(the_next_run_marks_it_abandoned),
		T(a_cancelled_run_goes_on),
		T(resume_of_what_is_not_there),
	};

	return cmocka_run_group_tests_name("runner_locks", tests, NULL, NULL);
}
