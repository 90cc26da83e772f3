/* A table that somebody else has locked.  Expected: faults.md F7. */
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct bench b;

static int
setup(void **state)
{
	static const char *info;

	(void)state;
	if (!info)
		info = support_db("t_runner_block", true);
	bench_open(&b, info);
	b.conf.lock_timeout_s = 1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bench_close(&b);
	return 0;
}

/* Somebody's open transaction; owned: db_close(). */
static struct db *
operator_with(const char *info, const char *app, const char *sql)
{
	struct conf c = support_conf(info);
	struct err e = ERR_INIT;
	struct db *db = db_open(&c, app, NULL, &e);

	assert_non_null(db);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec_sql(db, sql, &e), 0);
	return db;
}

#define LOCKED "canceling statement due to lock timeout; table sector_performance is locked by pid "

static void
a_lock_that_goes_away_costs_a_try(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct db *op = operator_with(b.info, "psql", "LOCK TABLE sector_performance");
	struct outcome o;
	int h = bench_start(&b, &l);

	(void)state;
	EVENTUALLY(bench_seen(&b, LOCKED) == 1);
	db_close(op);
	o = bench_wait(&b, h);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(bench_rows(&b), 3);
}

/* What the error says behind the prefix, up to the time; the rest behind the time. */
static const char *
behind_the_time(const char *text, const char *want)
{
	double seconds;
	char *end;

	if (!str_starts(text, want))
		fail_msg("\"%s\" does not begin with \"%s\"", text, want);
	seconds = strtod(text + strlen(want), &end);
	assert_true(seconds > 0 && seconds < BENCH_WAIT_MS);
	return end + strspn(end, "ms");
}

static void
a_lock_that_stays_is_named(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct db *op = operator_with(b.info, "psql", "LOCK TABLE sector_performance");
	struct outcome o = bench_run(&b, &l);
	char want[400];

	(void)state;
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 75);
	assert_int_equal(bench_row(&b, o.run).exit_code, 75);
	assert_int_equal(bench_lines(&b, o.run, LOCKED), 2); /* the third try ends the run */
	snprintf(want, sizeof(want),
		 LOCKED "%d (user postgres, application psql, transaction open for ", db_pid(op));
	const char *rest = behind_the_time(o.err.text, want);

	snprintf(want, sizeof(want),
		 ", last query \"LOCK TABLE sector_performance\"): end that transaction there or by"
		 " pg_terminate_backend(%d), then fintra resume %" PRId64,
		 db_pid(op), o.run);
	assert_string_equal(rest, want);
	db_close(op);
	l = (struct launch){ .resume = o.run, .origin = "cli" };
	assert_int_equal(bench_run(&b, &l).state, RUN_SUCCESS);
	assert_int_equal(bench_rows(&b), 3);
}

static void
a_query_before_any_batch_is_asked_thrice(void **state)
{
	struct launch l = bench_launch("t-look");
	struct db *op = operator_with(b.info, "psql", "LOCK TABLE sector_performance");
	struct outcome o = bench_run(&b, &l);
	int h;

	(void)state;
	assert_int_equal(o.exit_code, 75);
	assert_int_equal(bench_lines(&b, o.run, LOCKED), 2);
	assert_non_null(strstr(o.err.text, "fresh_sector_performance: " LOCKED));
	h = bench_start(&b, &l);
	EVENTUALLY(bench_lines(&b, runner_run_id(b.runner, h), LOCKED) == 1);
	db_close(op);
	assert_int_equal(bench_wait(&b, h).state, RUN_SUCCESS);
}

/* Nothing that a stranger writes reaches a terminal as it is, nor do literals: one is a password.
 */
static void
what_the_blocker_wrote_is_cleaned(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct db *op =
		operator_with(b.info, "p\x1b[31mq\xc3\xa9",
			      "LOCK\tTABLE\n  sector_performance; -- \x1b]0;x\x07 'secret'");
	struct outcome o;

	(void)state;
	o = bench_run(&b, &l);
	assert_int_equal(o.exit_code, 75);
	assert_non_null(strstr(o.err.text, "last query \"LOCK TABLE sector_performance; -- "));
	assert_null(strchr(o.err.text, '\x1b'));
	assert_null(strchr(o.err.text, '\x07'));
	assert_null(strstr(o.err.text, "secret"));
	db_close(op);
}

/* With a role that may write what the run writes and nothing else. */
static struct outcome
run_as_narrow(const struct launch *l)
{
	char info[300], role[40];
	struct outcome o;

	snprintf(role, sizeof(role), "t_block_%d", (int)getpid());
	if (!bench_int(&b, "SELECT count(*) FROM pg_roles WHERE rolname = '%s'", role))
		bench_sql(&b, "CREATE ROLE %s LOGIN", role);
	snprintf(info, sizeof(info), "%s user=%s", b.info, role);
	bench_sql(&b, "GRANT USAGE ON SCHEMA public, fintra_ops TO %s", role);
	bench_sql(&b, "GRANT ALL ON ALL TABLES IN SCHEMA public, fintra_ops TO %s", role);
	bench_sql(&b, "GRANT ALL ON ALL SEQUENCES IN SCHEMA fintra_ops TO %s", role);
	b.conf.conninfo = info;
	o = bench_run(&b, l);
	b.conf.conninfo = (char *)(uintptr_t)b.info;
	return o;
}

/* Rows are waited for as tables are; the run's role may not look into the other session. */
static void
what_a_role_may_not_see_is_unknown(void **state)
{
	struct launch l = bench_launch("t-steps");
	char want[200];
	struct db *op;
	struct outcome o;

	(void)state;
	op = operator_with(b.info, "psql",
			   "INSERT INTO sector_performance (sector, window_code, performance_date,"
			   " return_percent) VALUES ('step 1', '1Y', '2026-02-02', 5)");
	o = run_as_narrow(&l);
	assert_int_equal(o.exit_code, 75);
	snprintf(want, sizeof(want),
		 "locked by pid %d (user postgres, application psql, transaction open for unknown "
		 "time, query unknown): end that transaction",
		 db_pid(op));
	if (!strstr(o.err.text, want))
		fail_msg("no \"%s\" in \"%s\"", want, o.err.text);
	db_close(op);
}

/* Where even that function is refused the list of locks tells. */
static void
without_the_function_the_locks_tell(void **state)
{
	struct launch l = bench_launch("t-steps");
	char want[200];
	struct db *op;
	struct outcome o;

	(void)state;
	bench_sql(&b, "REVOKE EXECUTE ON FUNCTION pg_blocking_pids(int) FROM PUBLIC");
	op = operator_with(b.info, "psql", "LOCK TABLE sector_performance");
	o = run_as_narrow(&l);
	bench_sql(&b, "GRANT EXECUTE ON FUNCTION pg_blocking_pids(int) TO PUBLIC");
	assert_int_equal(o.exit_code, 75);
	snprintf(want, sizeof(want), LOCKED "%d (user postgres, application psql", db_pid(op));
	if (!strstr(o.err.text, want))
		fail_msg("no \"%s\" in \"%s\"", want, o.err.text);
	db_close(op);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_lock_that_goes_away_costs_a_try),	     T(a_lock_that_stays_is_named),
		T(a_query_before_any_batch_is_asked_thrice), T(what_the_blocker_wrote_is_cleaned),
		T(what_a_role_may_not_see_is_unknown),	     T(without_the_function_the_locks_tell),
	};

	return cmocka_run_group_tests_name("runner_block", tests, NULL, NULL);
}
