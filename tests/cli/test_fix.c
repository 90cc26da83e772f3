/* fintra fix on a whole product: what is broken is made again in the plan's order, once, and the
 * tables are then what they were.  Expected: design.md 7 and 8, console.md 5. */
#include "core/job.h"
#include "tests/support_console.h"
#include "tests/support_hold.h"
#include "tests/support_product.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
set_up(void **state)
{
	*state = (void *)(uintptr_t)product_open();
	return 0;
}

static void
repairs_in_the_order_of_the_plan(void **state)
{
	const char *info = product_copy("t_fix_order");
	char *sums = product_sums(info), *jobs;
	int64_t before = product_runs(info);

	(void)state;
	product_break_windows(info);
	product_expect(info, NAMES("status"), 2, "NOT READY");
	product_expect(info, NAMES("fix", "performance_windows", "--yes"), 0,
		       "performance_windows is repaired");
	jobs = support_psql(info,
			    "SELECT string_agg(job || ' ' || gate || ' ' || coalesce(reason, "
			    "'-'), ', ' ORDER BY id) FROM (SELECT * FROM fintra_ops.run ORDER "
			    "BY id DESC LIMIT 2) x");
	assert_string_equal(jobs, "sector-performance-aggregator strict fix performance_windows, "
				  "performance-windows-aggregator strict fix performance_windows");
	assert_int_equal(product_runs(info), before + 2);
	product_expect(info, NAMES("status"), 0, "READY");
	product_same_as(info, sums);
	product_expect(info, NAMES("fix"), 0, "nothing to do");
	assert_int_equal(product_runs(info), before + 2);
	free(jobs);
	free(sums);
}

static void
asks_first(void **state)
{
	const char *info = product_copy("t_fix_asks");
	int64_t before = product_runs(info);

	(void)state;
	product_break_windows(info);
	product_expect(info, NAMES("fix"), 64, "say --yes");
	product_expect(info, NAMES("--read-only", "fix", "--yes"), 77, "--read-only forbids it");
	product_expect(info, NAMES("fix", "performance_window", "--yes"), 64,
		       "performance_windows");
	assert_int_equal(product_runs(info), before);
}

/* The vendor is down: the first step is tried once, nothing behind it, and what is missing said. */
static void
one_attempt(void **state)
{
	const char *info = product_copy("t_fix_down");
	const char *const down[] = { "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
				     "FINTRA_FMP_RETRY_BASE_MS=1", NULL };
	struct support_out out;
	int64_t before = product_runs(info);

	(void)state;
	free(support_psql(info, "DELETE FROM prices_daily WHERE price_date = '" PRODUCT_DAY "'"));
	free(support_psql(info, "DELETE FROM datos_performance"));
	product_run(info, down, NAMES("fix", "datos_performance", "--yes"), &out);
	assert_int_equal(out.code, 4);
	assert_non_null(strstr(out.err, "datos_performance is not repaired; still missing: "
					"prices_daily, datos_performance"));
	assert_non_null(strstr(out.err,
			       "not done: fintra run prices-daily-bulk --as-of " PRODUCT_DAY
			       " --gate strict (exit 69)"));
	support_out_done(&out);
	assert_int_equal(product_runs(info), before + 1);
	product_run(info, down, NAMES("--json", "fix", "datos_performance", "--yes"), &out);
	assert_int_equal(out.code, 4);
	assert_non_null(strstr(out.out,
			       "\"ev\":\"fix.end\",\"target\":\"datos_performance\",\"ok\":"
			       "false,\"steps\":2,\"done\":0,"));
	support_out_done(&out);
}

/* What the plan tells beside the median: the seed's minutes and the newest run. */
static void
plan_tells_seed_median_last(void **state)
{
	const char *info = product_copy("t_fix_plan");

	(void)state;
	product_break_windows(info);
	free(support_psql(
		info, "UPDATE fintra_ops.run SET ended_at = started_at + interval '120 s' * (1 "
		      "+ (SELECT count(*) FROM fintra_ops.run r WHERE r.job = run.job AND r.id < "
		      "run.id)) WHERE job = 'performance-windows-aggregator'"));
	free(support_psql(
		info, "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, "
		      "gate, build, lock_key, created_at, started_at, ended_at) SELECT job, as_of, "
		      "state, who, host, pid, origin, gate, build, lock_key, created_at, "
		      "started_at, started_at + k * interval '60 s' FROM fintra_ops.run, "
		      "generate_series(6, 10, 4) k WHERE job = 'performance-windows-aggregator'"));
	/* 2, 6 and 10 minutes: 6 in the middle, 10 last. */
	product_expect(info, NAMES("plan", "performance_windows"), 10,
		       "20-30 min   ~6 min  ~10 min");
	product_expect(info, NAMES("--json", "plan", "performance_windows"), 10,
		       "\"seconds\":360,\"last_seconds\":600,\"seed_minutes\":[20,30]");
}

/* Runs `args`, tells it to stop while the end of a run of `job` is being written, lets that go on;
 * the exit code.  What it said must hold `says`. */
static int
stopped_at_the_end_of(const char *info, const char *job, const char *const *args, const char *says)
{
	struct err e = ERR_INIT;
	struct pty *p;
	int code;
	DB_AUTO holder = support_open(info);

	hold_the_end_of(info, job);
	assert_int_equal(db_exec_sql(holder, HOLD, &e), 0);
	p = product_pty(info, args);
	hold_await(info, "l.locktype = 'advisory'");
	hold_terminate(p);
	db_rollback(holder);
	code = pty_wait_exit(p, 60000);
	if (!strstr(str_c(pty_raw(p)), says))
		fail_msg("not \"%s\" in:\n%s", says, str_c(pty_raw(p)));
	pty_free(p);
	return code;
}

/* Its first step is done, the second is not begun. */
static void
a_stop_between_two_steps(void **state)
{
	const char *info = product_copy("t_fix_stop");
	int64_t before = hold_last_run(info);
	char *states;

	(void)state;
	product_break_windows(info);
	assert_int_equal(stopped_at_the_end_of(info, "sector-performance-aggregator",
					       NAMES("fix", "performance_windows", "--yes"),
					       "still missing: performance_windows"),
			 143);
	states = hold_states_after(info, before);
	assert_string_equal(states, "sector-performance-aggregator success");
	free(states);
}

/* All is done: there is nothing left to stop. */
static void
a_stop_behind_the_last_step(void **state)
{
	const char *info = product_copy("t_fix_late");

	(void)state;
	product_break_windows(info);
	assert_int_equal(stopped_at_the_end_of(info, "performance-windows-aggregator",
					       NAMES("fix", "performance_windows", "--yes"),
					       "performance_windows is repaired"),
			 0);
}

static void
a_stop_behind_the_last_step_of_an_orchestrator(void **state)
{
	static const char *const last[] = { "industry-benchmarks-aggregator", "master-benchmark" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(last); i++) {
		char name[40], *states;
		int64_t before;

		fmt_buf(name, sizeof(name), "t_stop_late_%d", (int)i);
		const char *info = product_copy(name);
		before = hold_last_run(info);
		assert_int_equal(stopped_at_the_end_of(info, last[i],
						       NAMES("run", "master-benchmark", "--force"),
						       "SUCCESS master-benchmark run "),
				 0);
		states = hold_states_after(info, before);
		assert_string_equal(states, "master-benchmark success, sector-benchmarks success, "
					    "industry-benchmarks-aggregator success");
		free(states);
	}
}

/* The first step waits for a table until the time is over: it drains, the second is not begun. */
static void
a_fix_has_an_end(void **state)
{
	const char *info = product_copy("t_fix_timeout");
	int64_t before = hold_last_run(info);
	struct err e = ERR_INIT;
	struct support_out out;
	char *states;

	(void)state;
	product_break_windows(info);
	DB_AUTO holder = support_open(info);
	assert_int_equal(
		db_exec_sql(holder, "BEGIN; LOCK TABLE sector_performance IN SHARE MODE", &e), 0);
	product_run(info, NAMES("FINTRA_RUN_DRAIN_MS=200"),
		    NAMES("--timeout", "12s", "fix", "performance_windows", "--yes"), &out);
	db_rollback(holder);
	if (out.code != 124 ||
	    !strstr(out.err, "still missing: sector_performance, performance_windows") ||
	    !strstr(out.err, "not done: fintra run sector-performance-aggregator --as-of "
			     "" PRODUCT_DAY " --gate strict (exit 124)"))
		fail_msg("exit %d:\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
	states = hold_states_after(info, before);
	assert_string_equal(states, "sector-performance-aggregator cancelled");
	free(states);
}

/* --- a run of another process, which the plan waits for --- */

struct elsewhere {
	struct db *holder; /* of the table that it writes */
	struct pty *run;
	int64_t id;
};

static void
begin_elsewhere(struct elsewhere *o, const char *info)
{
	struct err e = ERR_INIT;
	char sql[120];

	product_break_windows(info);
	fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM fintra_ops.run WHERE id > %lld",
		(long long)hold_last_run(info));
	o->holder = support_open(info);
	assert_int_equal(
		db_exec_sql(o->holder, "BEGIN; LOCK TABLE sector_performance IN SHARE MODE", &e),
		0);
	o->run = product_pty(info, NAMES("run", "sector-performance-aggregator"));
	hold_await(info, "l.relation = 'sector_performance'::regclass");
	assert_int_equal(support_psql_int(info, sql), 1);
	o->id = hold_last_run(info);
}

static void
end_elsewhere(struct elsewhere *o)
{
	db_rollback(o->holder);
	db_close(o->holder);
	assert_int_equal(pty_wait_exit(o->run, 60000), 0);
	pty_free(o->run);
}

/* What it said, and its exit code; the pty is freed. */
static void
ended(struct pty *p, int code, const char *const *says)
{
	int got = pty_wait_exit(p, 30000);

	for (; *says; says++)
		if (!strstr(str_c(pty_raw(p)), *says))
			fail_msg("exit %d, not \"%s\" in:\n%s", got, *says, str_c(pty_raw(p)));
	assert_int_equal(got, code);
	pty_free(p);
}

/* The wait is a step like the others: a stop ends it, and what is missing is said. */
static void
a_stop_while_it_waits(void **state)
{
	const char *info = product_copy("t_fix_wait_stop");
	struct elsewhere o;
	char wait[40], not_done[80];
	struct pty *p;

	(void)state;
	begin_elsewhere(&o, info);
	fmt_buf(wait, sizeof(wait), "$ fintra wait %lld", (long long)o.id);
	fmt_buf(not_done, sizeof(not_done), "not done: fintra wait %lld (exit 143)",
		(long long)o.id);
	p = product_pty(info, NAMES("fix", "performance_windows", "--yes"));
	assert_true(pty_wait_text(p, wait, 60000));
	hold_terminate(p);
	ended(p, 143,
	      NAMES("sector-performance-aggregator is still running; no longer waited for",
		    "still missing: sector_performance, performance_windows", not_done));
	end_elsewhere(&o);
}

/* ... and so does the end of --timeout. */
static void
the_time_ends_while_it_waits(void **state)
{
	const char *info = product_copy("t_fix_wait_end");
	struct elsewhere o;
	char not_done[80];

	(void)state;
	begin_elsewhere(&o, info);
	fmt_buf(not_done, sizeof(not_done), "not done: fintra wait %lld (exit 124)",
		(long long)o.id);
	ended(product_pty(info, NAMES("--timeout", "12s", "fix", "performance_windows", "--yes")),
	      124,
	      NAMES("sector-performance-aggregator is still running after ",
		    "still missing: sector_performance, performance_windows", not_done));
	end_elsewhere(&o);
}

/* Nobody answers the question. */
static void
the_time_ends_before_the_answer(void **state)
{
	const char *info = product_copy("t_fix_no_answer");

	(void)state;
	product_break_windows(info);
	ended(product_pty(info, NAMES("--timeout", "3s", "fix", "performance_windows")), 124,
	      NAMES("still missing: sector_performance, performance_windows"));
}

/* Whether it was asked once or before each step: nothing is repaired. */
static void
no_is_not_repaired(void **state)
{
	static const char *const asks[] = { "run these 2 steps? [y/N]", "--gate strict? [y/N]" };
	const char *info = product_copy("t_fix_no");
	int64_t before = product_runs(info);

	(void)state;
	product_break_windows(info);
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		struct pty *p =
			product_pty(info, NAMES("fix", "performance_windows", i ? "--step" : NULL));

		assert_true(pty_wait_text(p, asks[i], 60000));
		pty_send(p, "n\r");
		ended(p, 4, NAMES("still missing: sector_performance, performance_windows"));
	}
	assert_int_equal(product_runs(info), before);
}

/* Connections of an attempt whose first job is paused. */
static int64_t
sessions_of(const char *info, const char *option)
{
	static const char sql[] =
		"SELECT sessions FROM pg_stat_database WHERE datname = current_database()";
	struct support_out out;
	int64_t before;

	support_counted(info);
	before = support_psql_int(info, sql);
	product_run(info, NULL, NAMES("fix", "performance_windows", "--yes", option), &out);
	if (out.code != 4)
		fail_msg("exit %d\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
	support_counted(info);
	return support_psql_int(info, sql) - before;
}

/* Figures that nobody sees are not asked for: the repair begins one connection earlier. */
static void
looks_ahead_where_it_is_shown(void **state)
{
	const char *info = product_copy("t_fix_looks");
	int64_t shown;

	(void)state;
	product_break_windows(info);
	product_expect(info, NAMES("pause", "sector-performance-aggregator", "--reason", "x"), 0,
		       "paused until");
	shown = sessions_of(info, NULL);
	assert_int_equal(sessions_of(info, "--json"), shown - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repairs_in_the_order_of_the_plan),
		cmocka_unit_test(asks_first),
		cmocka_unit_test(one_attempt),
		cmocka_unit_test(a_stop_between_two_steps),
		cmocka_unit_test(a_stop_behind_the_last_step),
		cmocka_unit_test(a_stop_behind_the_last_step_of_an_orchestrator),
		cmocka_unit_test(a_fix_has_an_end),
		cmocka_unit_test(a_stop_while_it_waits),
		cmocka_unit_test(the_time_ends_while_it_waits),
		cmocka_unit_test(the_time_ends_before_the_answer),
		cmocka_unit_test(no_is_not_repaired),
		cmocka_unit_test(looks_ahead_where_it_is_shown),
		cmocka_unit_test(plan_tells_seed_median_last),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
