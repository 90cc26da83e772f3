/* fintra fix on a whole product: what is broken is made again in the plan's order, once, and the
 * tables are then what they were.  Expected: design.md 7 and 8, console.md 5. */
#include "core/job.h"
#include "tests/support_console.h"
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

static int64_t
runs(const char *info)
{
	return support_psql_int(info, "SELECT count(*) FROM fintra_ops.run");
}

static void
same_as(const char *info, const char *sums)
{
	char *now = product_sums(info);

	assert_string_equal(now, sums);
	free(now);
}

static void
break_windows(const char *info)
{
	free(support_psql(info, "DELETE FROM sector_performance WHERE performance_date = "
				"'" PRODUCT_DAY "'"));
	free(support_psql(info, "DELETE FROM performance_windows"));
}

static void
repairs_in_the_order_of_the_plan(void **state)
{
	const char *info = product_copy("t_fix_order");
	char *sums = product_sums(info), *jobs;
	int64_t before = runs(info);

	(void)state;
	break_windows(info);
	product_expect(info, NAMES("status"), 2, "NOT READY");
	product_expect(info, NAMES("fix", "performance_windows", "--yes"), 0,
		       "performance_windows is repaired");
	jobs = support_psql(info,
			    "SELECT string_agg(job || ' ' || gate || ' ' || coalesce(reason, "
			    "'-'), ', ' ORDER BY id) FROM (SELECT * FROM fintra_ops.run ORDER "
			    "BY id DESC LIMIT 2) x");
	assert_string_equal(jobs, "sector-performance-aggregator strict fix performance_windows, "
				  "performance-windows-aggregator strict fix performance_windows");
	assert_int_equal(runs(info), before + 2);
	product_expect(info, NAMES("status"), 0, "READY");
	same_as(info, sums);
	product_expect(info, NAMES("fix"), 0, "nothing to do");
	assert_int_equal(runs(info), before + 2);
	free(jobs);
	free(sums);
}

static void
asks_first(void **state)
{
	const char *info = product_copy("t_fix_asks");
	int64_t before = runs(info);

	(void)state;
	break_windows(info);
	product_expect(info, NAMES("fix"), 64, "say --yes");
	product_expect(info, NAMES("--read-only", "fix", "--yes"), 77, "--read-only forbids it");
	product_expect(info, NAMES("fix", "performance_window", "--yes"), 64,
		       "performance_windows");
	assert_int_equal(runs(info), before);
}

/* The vendor is down: the first step is tried once, nothing behind it, and what is missing said. */
static void
one_attempt(void **state)
{
	const char *info = product_copy("t_fix_down");
	const char *const down[] = { "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
				     "FINTRA_FMP_RETRY_BASE_MS=1", NULL };
	struct support_out out;
	int64_t before = runs(info);

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
	assert_int_equal(runs(info), before + 1);
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
	break_windows(info);
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

#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))
#define GONE(t, text) assert_true(pty_wait_gone((t)->pty, text, CONSOLE_WAIT_MS))

/* The same plan by keys: asked for once, then each step once; one that is refused ends it. */
static void
whole_plan_on_the_console(void **state)
{
	const char *info = product_copy("t_fix_console");
	char *sums = product_sums(info);
	struct console_test t;
	int64_t before;

	(void)state;
	break_windows(info);
	before = runs(info);
	console_open_on(&t, info, NULL);
	console_env(&t, CLI_NOW);
	console_start(&t, 120, 40);
	SEE(&t, "NOT READY");
	pty_send(t.pty, ":fix performance_windows\r");
	SEE(&t, "Run the whole plan, 2 steps, for performance_windows?");
	SEE(&t, "sector-performance-aggregator, performance-windows-aggregator");
	pty_send(t.pty, "\r"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "n");
	GONE(&t, "Run the whole plan");
	assert_int_equal(runs(info), before);
	pty_send(t.pty, "\033");
	GONE(&t, ":fix");
	product_expect(info, NAMES("pause", "sector-performance-aggregator", "--reason", "x"), 0,
		       "paused until");
	pty_send(t.pty, ":plan performance_windows\r");
	SEE(&t, "fintra > Why performance_windows");
	pty_send(t.pty, "Fy"); /* typed ahead */
	SEE(&t, "Run the whole plan, 2 steps");
	pty_send(t.pty, "F");
	pty_send(t.pty, "y");
	SEE(&t, "fix stops after 0 of 2 steps: ");
	product_expect(info, NAMES("unpause", "sector-performance-aggregator"), 0, "");
	pty_send(t.pty, "F");
	SEE(&t, "Run the whole plan, 2 steps");
	pty_send(t.pty, "y");
	SEE(&t, "fix: all 2 steps done");
	console_sql_until(&t,
			  "SELECT string_agg(job || ' ' || gate || ' ' || reason || ' ' || state, "
			  "', ' ORDER BY id) FROM (SELECT * FROM fintra_ops.run ORDER BY id DESC "
			  "LIMIT 2) x",
			  "sector-performance-aggregator strict fix performance_windows success, "
			  "performance-windows-aggregator strict fix performance_windows success");
	SEE(&t, "performance_windows is fresh");
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
	same_as(info, sums);
	free(sums);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repairs_in_the_order_of_the_plan),
		cmocka_unit_test(asks_first),
		cmocka_unit_test(one_attempt),
		cmocka_unit_test(whole_plan_on_the_console),
		cmocka_unit_test(plan_tells_seed_median_last),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
