/* master-benchmark (jobs.md 2.21): its steps as runs of their own, in the seed's order. */
#include "jobs/jobs.h"
#include "tests/support_layer3.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>

static const struct job *const job = &job_master_benchmark;

#define RUNS                                                                                \
	"SELECT string_agg(concat_ws(' ', id, job, parent, state), ', ' ORDER BY id) FROM " \
	"fintra_ops.run"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "master");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* Four oil companies: one sector, one industry and General, with one metric and a ratio each. */
static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "master");
	for (int i = 1; i <= 4; i++) {
		char name[8], roic[20];

		(void)fmt_buf(name, sizeof(name), "A%d", i);
		(void)fmt_buf(roic, sizeof(roic), "roic = %d", i);
		member(name, "Energy", "Oil");
		period(name, "FY", "2025-12-31", roic);
	}
	return 0;
}

/* Read: four companies twice.  Written: two benchmarks, one statistic, one of the industry. */
static void
test_both_in_turn(void **state)
{
	struct outcome o;

	(void)state;
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 8);
	assert_int_equal(o.counts.inserted, 4);
	expect(RUNS, "1 master-benchmark success, 2 sector-benchmarks 1 success, 3 "
		     "industry-benchmarks-aggregator 1 success");
	expect("SELECT string_agg(concat_ws(' ', x->>'step', x->>'run', x->>'status', "
	       "(x->>'duration_ms')::int >= 0), ', ') FROM fintra_ops.run, "
	       "jsonb_array_elements(result->'steps') x WHERE id = 1",
	       "sector-benchmarks 2 success t, industry-benchmarks-aggregator 3 success t");
	expect("SELECT concat_ws(' ', result->>'mode', (result->>'total_duration_ms')::int >= 0) "
	       "FROM fintra_ops.run WHERE id = 1",
	       "steps t");
}

static void
test_with_ratios(void **state)
{
	(void)state;
	for (int i = 1; i <= 4; i++)
		multiples((const char[]){ 'A', (char)('0' + i), '\0' }, AS_OF, "10", "NULL",
			  "NULL");
	assert_int_equal(benchmark_run(job, "with_pe=1").state, RUN_SUCCESS);
	expect("SELECT string_agg(job, ' ' ORDER BY id) FROM fintra_ops.run WHERE parent = 1",
	       "sector-benchmarks industry-benchmarks-aggregator sector-pe-aggregator "
	       "industry-pe-aggregator");
	expect("SELECT concat_ws(' ', (SELECT pe FROM sector_pe), (SELECT pe FROM industry_pe))",
	       "10 10");
}

/* The second is not begun, and the error is the first one's. */
static void
test_stops_at_the_first_failure(void **state)
{
	struct outcome o;

	(void)state;
	ground_sql(&ground, "TRUNCATE datos_financieros");
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "step sector-benchmarks (run 2 ended failure): "));
	assert_non_null(strstr(o.err.text, "fintra run financials-bulk --as-of " AS_OF));
	expect(RUNS, "1 master-benchmark failure, 2 sector-benchmarks 1 failure");
}

static void
test_partial_step(void **state)
{
	struct outcome o;

	(void)state;
	ground_sql(&ground, "DROP TABLE industry_benchmarks; ALTER TABLE industry_alpha RENAME TO "
			    "industry_benchmarks");
	atomic_store(ground.conf.ours, false); /* to be looked at again */
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_string_equal(o.why, "step industry-benchmarks-aggregator ended partial");
}

/* A paused step is neither success nor the end of the chain: PARTIAL, and no unit. */
static void
test_paused_step(void **state)
{
	struct outcome o;

	(void)state;
	ground_sql(&ground, "INSERT INTO fintra_ops.notice (kind, target, who, host, words, at) "
			    "VALUES ('pause', 'sector-benchmarks', 'raul', 'h', 'x', now())");
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_string_equal(o.why, "step sector-benchmarks is paused");
	expect(RUNS, "1 master-benchmark partial, 2 sector-benchmarks 1 skipped, 3 "
		     "industry-benchmarks-aggregator 1 success");
	expect("SELECT string_agg(unit, ' ') FROM fintra_ops.unit WHERE run_id = 1",
	       "industry-benchmarks-aggregator");
	ground_sql(&ground, "TRUNCATE fintra_ops.notice");
}

static void
test_parameters_are_handed_on(void **state)
{
	(void)state;
	refuses_a_ticker(job, "one company cannot make a sector");
	writes_nothing(job);
	benchmark_run(job, NULL);
	changes_nothing(job);
	expect("SELECT count(*) FROM fintra_ops.run WHERE parent IS NOT NULL AND params ? 'force'",
	       "2");
}

/* What is done is not done again: only the step that was under way is. */
static void
test_killed_and_resumed(void **state)
{
	(void)state;
	survives_a_kill(job, "industry_benchmarks");
	expect("SELECT string_agg(DISTINCT state, ' ') FROM fintra_ops.run WHERE job = "
	       "'master-benchmark'",
	       "success");
	expect("SELECT count(*) FROM fintra_ops.run WHERE job = 'sector-benchmarks'", "2");
}

/* Asked to stop by its own number, the step under way comes to its end; the next one is not begun.
 */
static void
test_stopped(void **state)
{
	struct err e = ERR_INIT;
	pid_t pid;

	(void)state;
	DB_AUTO holder = support_open(ground.conninfo);

	assert_int_equal(db_exec_sql(holder, "BEGIN; LOCK TABLE sector_stats IN SHARE MODE", &e),
			 0);
	pid = program_start(&ground, NAMES("run", job->name, "--as-of", AS_OF, "--gate", "warn"));
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				       "current_database() AND wait_event_type = 'Lock'") == 1);
	assert_true(waitpid(program_start(&ground, NAMES("cancel", "1")), NULL, 0) > 0);
	EVENTUALLY(ground_int(&ground, "SELECT count(DISTINCT run_id) FROM fintra_ops.event WHERE "
				       "msg = 'stop asked: ends after the present batch'") == 2);
	db_rollback(holder);
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM fintra_ops.run WHERE state = "
				       "'running'") == 0);
	program_kill(&ground, pid);
	expect("SELECT string_agg(job || ' ' || state, ', ' ORDER BY id) FROM fintra_ops.run "
	       "WHERE parent IS NULL",
	       "master-benchmark cancelled");
	expect("SELECT count(*) FROM fintra_ops.run WHERE job LIKE 'industry%'", "0");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_in_turn),
		TEST(test_with_ratios),
		TEST(test_stops_at_the_first_failure),
		TEST(test_partial_step),
		TEST(test_paused_step),
		TEST(test_parameters_are_handed_on),
		TEST(test_killed_and_resumed),
		TEST(test_stopped),
	};

	return cmocka_run_group_tests_name("master_benchmark", tests, open_ground, close_ground);
}
