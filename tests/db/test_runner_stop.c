/* Stopping and losing: cancel, fence, locks, connections that go away.  Expected: faults.md P2-P4,
 * F2-F5, F13. */
#include "core/signals.h"
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

static struct bench b;

static int
setup(void **state)
{
	static const char *info;

	(void)state;
	if (!info)
		info = support_db("t_runner_stop", true);
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

/* A run of t-steps that holds before step 2; step 1 is committed. */
static int
start_held(struct launch l)
{
	int h;

	atomic_store(&script.hold, 2);
	h = bench_start(&b, &l);
	EVENTUALLY(atomic_load(&script.at) == 2);
	return h;
}

static int64_t
guard_pid(int64_t run)
{
	return bench_int(&b,
			 "SELECT coalesce(guard_pid, 0) FROM fintra_ops.beat WHERE run_id=%" PRId64,
			 run);
}

static void
kill_sessions(int64_t run, const char *kind)
{
	bench_sql(
		&b,
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE"
		" 'fintra %% run %" PRId64 "%s' AND datname = current_database()",
		run, kind);
}

static int
locks_left(void)
{
	return (int)bench_int(
		&b, "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND database ="
		    " (SELECT oid FROM pg_database WHERE datname=current_database())");
}

static void
drain_ends_after_the_batch(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	struct outcome o;

	(void)state;
	runner_cancel(b.runner, h, CANCEL_DRAIN);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_CANCELLED);
	assert_int_equal(o.exit_code, 130);
	assert_int_equal(o.err.cls, ERR_CANCELLED);
	assert_int_equal(bench_rows(&b), 1);
	assert_int_equal(bench_lines(&b, o.run, "CANCELLED job=t-steps"), 1);
	assert_int_equal(locks_left(), 0);
}

static void
a_drain_that_lasts_is_aborted(void **state)
{
	struct launch l = bench_launch("t-sleep");
	int64_t t0;
	struct outcome o;
	int h;

	(void)state;
	script.steps = 600;
	b.conf.drain_ms = 300;
	h = bench_start(&b, &l);
	EVENTUALLY(atomic_load(&script.at) == 1);
	t0 = clock_mono_ms();
	runner_cancel(b.runner, h, CANCEL_DRAIN);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_CANCELLED);
	assert_in_range(clock_mono_ms() - t0, 300, 5000);
	assert_int_equal(bench_lines(&b, o.run, "the batch did not end within 300ms"), 1);
}

static void
abort_stops_a_statement(void **state)
{
	struct launch l = bench_launch("t-sleep");
	int64_t t0;
	int h;

	(void)state;
	script.steps = 600;
	h = bench_start(&b, &l);
	EVENTUALLY(atomic_load(&script.at) == 1);
	t0 = clock_mono_ms();
	runner_cancel_all(b.runner, CANCEL_ABORT);
	assert_int_equal(bench_wait(&b, h).state, RUN_CANCELLED);
	assert_in_range(clock_mono_ms() - t0, 0, 4000);
}

static void
sigterm_ends_143_and_for_good(void **state)
{
	struct launch l = bench_launch("t-steps");
	int h = start_held(l);
	struct outcome o;

	(void)state;
	signals_install(b.runner, true);
	raise(SIGTERM);
	o = bench_wait(&b, h);
	signals_install(NULL, true);
	assert_int_equal(signals_stop(), SIGTERM);
	assert_int_equal(o.state, RUN_CANCELLED);
	assert_int_equal(o.exit_code, 143);
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_CANCELLED);
	assert_int_equal(atomic_load(&script.worked), 1);
}

static void
another_host_asks_to_stop(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	DB_AUTO db = support_open(b.info);
	struct err e = ERR_INIT;
	int64_t run = runner_run_id(b.runner, h);

	(void)state;
	assert_int_equal(ledger_request_cancel(db, run, CANCEL_DRAIN, "anna", NULL, &e), 0);
	assert_int_equal(bench_wait(&b, h).state, RUN_CANCELLED);
	assert_int_equal(bench_lines(&b, run, "anna asks the run to stop"), 1);
	assert_int_equal(
		bench_int(
			&b,
			"SELECT count(*) FROM fintra_ops.audit WHERE who='anna' AND action='cancel'"
			" AND run_id=%" PRId64,
			run),
		1);
	assert_int_equal(ledger_request_cancel(db, run, CANCEL_DRAIN, "anna", NULL, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
}

static void
fenced_off_it_writes_nothing_more(void **state)
{
	struct outcome o;
	int h;

	(void)state;
	b.conf.heartbeat_ms = 9000; /* the fence itself must tell, not the heartbeat */
	h = start_held(bench_launch("t-steps"));
	EVENTUALLY(bench_lines(&b, runner_run_id(b.runner, h), "PROGRESS") > 0);
	bench_sql(&b, "UPDATE fintra_ops.run SET epoch = epoch + 1 WHERE id=%" PRId64,
		  runner_run_id(b.runner, h));
	atomic_store(&script.hold, 0);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_LOST);
	assert_int_equal(o.exit_code, 1);
	assert_int_equal(bench_rows(&b), 1);
	assert_int_equal(atomic_load(&script.worked), 1);
	assert_int_equal(bench_seen(&b, "LOST job=t-steps"), 1);
	assert_int_equal(bench_lines(&b, o.run, "LOST"), 0); /* the row is somebody else's now */
	assert_int_equal(bench_row(&b, o.run).state, RUN_RUNNING);
}

static void
lost_locks_are_retaken(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	int64_t run = runner_run_id(b.runner, h), before;
	struct outcome o;

	(void)state;
	EVENTUALLY(guard_pid(run) > 0);
	before = guard_pid(run);
	kill_sessions(run, " guard");
	EVENTUALLY(bench_lines(&b, run, "the locks are held again") == 1);
	EVENTUALLY(guard_pid(run) != before && guard_pid(run) > 0);
	atomic_store(&script.hold, 0);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(bench_rows(&b), 3);
	assert_int_equal(locks_left(), 0);
}

static void
locks_taken_by_another_lose_the_run(void **state)
{
	struct db *thief = support_open(b.info);
	struct err e = ERR_INIT;
	struct outcome o;
	int64_t run;
	int h;

	(void)state;
	b.conf.drain_ms = 300;
	h = start_held(bench_launch("t-steps"));
	run = runner_run_id(b.runner, h);
	EVENTUALLY(guard_pid(run) > 0);
	/* Waits in the server's queue, so it has the lock the moment the guard dies. */
	assert_int_equal(
		db_exec_sql(
			thief,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
			"application_name"
			" LIKE 'fintra t-steps run % guard'; SELECT pg_advisory_lock(lock_key) FROM"
			" fintra_ops.run ORDER BY id DESC LIMIT 1",
			&e),
		0);
	atomic_store(&script.hold, 0);
	o = bench_wait(&b, h);
	db_close(thief);
	assert_int_equal(o.state, RUN_LOST);
	assert_int_equal(bench_row(&b, o.run).state, RUN_LOST);
	assert_int_equal(bench_rows(&b), 1);
}

static void
the_keeper_comes_back(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	int64_t run = runner_run_id(b.runner, h), pid;
	struct outcome o;

	(void)state;
	pid = bench_int(
		&b,
		"SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%% run %" PRId64
		" keeper'",
		run);
	assert_true(pid > 0);
	kill_sessions(run, " keeper");
	EVENTUALLY(bench_lines(&b, run, "ledger: reached again") == 1);
	atomic_store(&script.hold, 0);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(
		bench_int(&b,
			  "SELECT max(seq) - count(*) FROM fintra_ops.event WHERE run_id=%" PRId64,
			  run),
		0);
}

static void
a_lost_working_connection_is_redone(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	int64_t run = runner_run_id(b.runner, h);
	struct outcome o;

	(void)state;
	kill_sessions(run, ""); /* the job's own one: the others have a suffix */
	atomic_store(&script.hold, 0);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(bench_rows(&b), 3);
	assert_int_equal(bench_lines(&b, run, "connected again: the batch is done anew"), 1);
}

static void
without_heartbeat_it_stops_itself(void **state)
{
	struct db *blocker = support_open(b.info);
	struct err e = ERR_INIT;
	struct outcome o;
	int h;

	(void)state;
	b.conf.fence_ms = 800;
	h = start_held(bench_launch("t-steps"));
	assert_int_equal(
		db_exec_sql(blocker, "BEGIN; LOCK TABLE fintra_ops.beat IN EXCLUSIVE MODE", &e), 0);
	o = bench_wait(&b, h);
	db_close(blocker);
	assert_int_equal(o.state, RUN_LOST);
	assert_non_null(strstr(o.err.text, "no heartbeat reached the ledger for"));
	assert_int_equal(bench_row(&b, o.run).state, RUN_LOST);
	assert_int_equal(bench_rows(&b), 1);
}

static void
the_beat_says_where_it_is(void **state)
{
	int h = start_held(bench_launch("t-steps"));
	int64_t run = runner_run_id(b.runner, h);

	(void)state;
	EVENTUALLY(bench_row(&b, run).done == 1);
	assert_int_equal(bench_row(&b, run).total, 3);
	assert_string_equal(bench_row(&b, run).phase, "steps");
	assert_int_equal(bench_row(&b, run).state, RUN_RUNNING);
	atomic_store(&script.hold, 0);
	assert_int_equal(bench_wait(&b, h).state, RUN_SUCCESS);
}

static void
free_drains_what_is_left(void **state)
{
	int64_t run;

	(void)state;
	run = runner_run_id(b.runner, start_held(bench_launch("t-steps")));
	runner_free(b.runner);
	b.runner = NULL;
	assert_int_equal(bench_row(&b, run).state, RUN_CANCELLED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(drain_ends_after_the_batch),
		T(a_drain_that_lasts_is_aborted),
		T(abort_stops_a_statement),
		T(sigterm_ends_143_and_for_good),
		T(another_host_asks_to_stop),
		T(fenced_off_it_writes_nothing_more),
		T(lost_locks_are_retaken),
		T(locks_taken_by_another_lose_the_run),
		T(the_keeper_comes_back),
		T(a_lost_working_connection_is_redone),
		T(without_heartbeat_it_stops_itself),
		T(the_beat_says_where_it_is),
		T(free_drains_what_is_left),
	};

	return cmocka_run_group_tests_name("runner_stop", tests, NULL, NULL);
}
