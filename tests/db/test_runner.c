/* A run from its launch to its last line: ledger, gates, counts, endings.  Expected: jobs.md 0.3,
 * faults.md P5 and P6, console.md section 5. */
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

static struct bench b;

static int
setup(void **state)
{
	static const char *info;

	(void)state;
	if (!info)
		info = support_db("t_runner", true);
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
endings(int64_t run)
{
	static const char *const words[] = { "SUCCESS ",   "PARTIAL ", "FAILURE ",
					     "CANCELLED ", "SKIPPED ", "LOST " };
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		n += bench_lines(&b, run, words[i]);
	return n;
}

static void
a_run_tells_its_life(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct outcome o = bench_run(&b, &l);

	(void)state;
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(bench_rows(&b), 3);
	assert_int_equal(bench_lines(&b, o.run,
				     "START job=t-steps as_of=2026-02-02 params={} gate=strict "
				     "build=test build"),
			 1);
	assert_true(bench_lines(&b, o.run, "PROGRESS ") >= 1);
	assert_int_equal(bench_lines(&b, o.run, "SUCCESS job=t-steps as_of=2026-02-02 duration="),
			 1);
	assert_int_equal(endings(o.run), 1);
	assert_int_equal(bench_row(&b, o.run).state, RUN_SUCCESS);
	assert_int_equal(bench_row(&b, o.run).counts.inserted, 3);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.unit WHERE run_id=%" PRId64
				   " AND state='done'",
				   o.run),
			 3);
}

static void
lines_are_complete_and_in_order(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct outcome o = bench_run(&b, &l);

	(void)state;
	/* No gap, START first, the ending last, and the sink saw the same. */
	assert_int_equal(
		bench_int(&b,
			  "SELECT max(seq) - count(*) FROM fintra_ops.event WHERE run_id=%" PRId64,
			  o.run),
		0);
	assert_int_equal(bench_int(&b,
				   "SELECT seq FROM fintra_ops.event WHERE run_id=%" PRId64
				   " AND msg LIKE 'START %%'",
				   o.run),
			 1);
	assert_int_equal(bench_int(&b,
				   "SELECT max(seq) - max(seq) FILTER (WHERE ev='run.end') FROM "
				   "fintra_ops.event WHERE run_id=%" PRId64,
				   o.run),
			 0);
	assert_int_equal(bench_int(&b,
				   "SELECT (data->'counts'->>'inserted')::int FROM "
				   "fintra_ops.event WHERE run_id=%" PRId64 " AND ev='run.end'",
				   o.run),
			 3);
	assert_int_equal(b.seen.n,
			 bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.event WHERE run_id=%" PRId64,
				   o.run));
}

static void
progress_during_one_statement(void **state)
{
	struct launch l = bench_launch("t-sleep");
	struct outcome o;

	(void)state;
	script.steps = 15; /* tenths of a second */
	b.conf.progress_ms = 400;
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_true(bench_lines(&b, o.run, "PROGRESS ") >= 4);
	assert_true(bench_int(&b,
			      "SELECT max(gap) FROM (SELECT (extract(epoch FROM ts - lag(ts) OVER "
			      "(ORDER BY seq)) * 1000)::int"
			      " AS gap FROM fintra_ops.event WHERE run_id=%" PRId64 ") g",
			      o.run) <= 450);
}

struct ending_case {
	enum err_class cls;
	enum run_state state;
	int code;
};

static void
endings_and_exit_codes(void **state)
{
	/* console.md section 5, err.h */
	static const struct ending_case cases[] = {
		{ ERR_EMPTY, RUN_FAILURE, 6 },	   { ERR_DATA, RUN_FAILURE, 65 },
		{ ERR_PROTOCOL, RUN_FAILURE, 76 }, { ERR_NOT_READY, RUN_SKIPPED, 0 },
		{ ERR_NETWORK, RUN_FAILURE, 69 },  { ERR_INTERNAL, RUN_FAILURE, 1 },
		{ ERR_LOCK, RUN_FAILURE, 75 },
	};
	struct launch l = bench_launch("t-end");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outcome o;

		script.cls = cases[i].cls;
		o = bench_run(&b, &l);
		assert_int_equal(o.state, cases[i].state);
		assert_int_equal(o.exit_code, cases[i].code);
		assert_int_equal(bench_row(&b, o.run).state, cases[i].state);
		assert_int_equal(bench_row(&b, o.run).exit_code, cases[i].code);
		assert_string_equal(bench_row(&b, o.run).err_class, err_class_name(cases[i].cls));
		assert_int_equal(endings(o.run), 1);
	}
}

static void
errors_and_taint_end_partial(void **state)
{
	struct launch l = bench_launch("t-end");
	struct outcome o;

	(void)state;
	script.errors = 2;
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.exit_code, 4);
	assert_int_equal(o.counts.errors, 2);
	script.errors = 0;
	script.taint = "guard overridden";
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_string_equal(o.why, "guard overridden");
	assert_string_equal(bench_row(&b, o.run).taint, "guard overridden");
	assert_int_equal(bench_int(&b, "SELECT count(*) FROM cron_state"), 0);
}

static void
cron_state_only_of_whole_successes(void **state)
{
	struct launch l = bench_launch("t-end");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(params_set(&l.params, NULL, "limit", "2", &e), 0);
	bench_run(&b, &l);
	assert_int_equal(bench_int(&b, "SELECT count(*) FROM cron_state"), 0);
	params_done(&l.params);
	l = bench_launch("t-end");
	bench_run(&b, &l);
	/* The calendar day of the run (design.md section 7), not its as-of date. */
	assert_int_equal(
		bench_int(&b, "SELECT count(*) FROM cron_state WHERE name='t-end' AND last_run_date"
			      " BETWEEN (now() AT TIME ZONE 'UTC')::date - 1 AND (now() AT TIME "
			      "ZONE 'UTC')::date"),
		1);
}

static void
a_dry_run_writes_the_ledger_only(void **state)
{
	struct launch l = bench_launch("t-steps");
	struct err e = ERR_INIT;
	struct outcome o;

	(void)state;
	assert_int_equal(params_set(&l.params, NULL, "dry_run", "1", &e), 0);
	o = bench_run(&b, &l);
	params_done(&l.params);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(bench_rows(&b), 0);
	assert_int_equal(bench_lines(&b, o.run, "dry run: "), 1);
	assert_int_equal(
		bench_int(&b, "SELECT count(*) FROM fintra_ops.unit WHERE run_id=%" PRId64, o.run),
		0);
	assert_int_equal(bench_int(&b, "SELECT count(*) FROM cron_state"), 0);
}

static int
audits(int64_t run, const char *action)
{
	return (int)bench_int(&b,
			      "SELECT count(*) FROM fintra_ops.audit WHERE run_id=%" PRId64
			      " AND action='%s'",
			      run, action);
}

static void
fill_sectors(const char *day)
{
	bench_sql(&b,
		  "INSERT INTO sector_performance (sector, window_code, performance_date, "
		  "return_percent)"
		  " SELECT s, '1Y', '%s', 1 FROM unnest(ARRAY['Energy', 'Technology', "
		  "'Utilities']) s",
		  day);
}

static void
gates(void **state)
{
	struct launch l = bench_launch("t-reads");
	struct outcome o;

	(void)state;
	fill_sectors("2026-01-30");
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 3);
	assert_string_equal(bench_row(&b, o.run).err_class, "GATE");
	assert_non_null(strstr(o.err.text,
			       "sector_performance has 2026-01-30, needs 2026-02-02 (late): "
			       "fintra run t-steps --as-of 2026-02-02"));
	l.gate = GATE_WARN;
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(bench_lines(&b, o.run, "gate warn: sector_performance has 2026-01-30"), 1);
	assert_int_equal(audits(o.run, "gate-warn"), 1);
	assert_int_equal(
		bench_int(
			&b,
			"SELECT as_of - date '2026-01-30' FROM fintra_ops.input WHERE table_name ="
			" 'sector_performance' AND run_id=%" PRId64,
			o.run),
		0);
	l.gate = GATE_OFF;
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(audits(o.run, "gate-off"), 1);
	assert_true(str_starts(o.why, "gate forced: sector_performance has 2026-01-30"));
	fill_sectors("2026-02-02");
	l.gate = GATE_STRICT;
	assert_int_equal(bench_run(&b, &l).state, RUN_SUCCESS);
}

/* A table that may be behind refuses nothing and taints nothing, but is told. */
static void
gates_that_only_warn(void **state)
{
	struct launch l = bench_launch("t-reads-if-any");
	struct outcome o;

	(void)state;
	fill_sectors("2026-01-30");
	o = bench_run(&b, &l);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(bench_lines(&b, o.run, "gate strict: sector_performance has 2026-01-30"),
			 1);
	assert_int_equal(audits(o.run, "gate-warn"), 1);
	l.gate = GATE_OFF;
	assert_int_equal(bench_run(&b, &l).state, RUN_SUCCESS);
	fill_sectors("2026-02-02");
}

static void
force_is_audited(void **state)
{
	struct launch l = bench_launch("t-end");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(params_set(&l.params, NULL, "force", "1", &e), 0);
	assert_int_equal(audits(bench_run(&b, &l).run, "force"), 1);
	params_done(&l.params);
}

static void
a_missing_key_is_named(void **state)
{
	struct launch l = bench_launch("t-api");
	struct outcome o = bench_run(&b, &l);

	(void)state;
	assert_int_equal(o.exit_code, 78);
	assert_non_null(strstr(o.err.text, "FINTRA_FMP_API_KEY"));
}

static void
what_a_job_tells_is_kept(void **state)
{
	struct launch l = bench_launch("t-end");
	struct outcome o;

	(void)state;
	script.talk = true;
	o = bench_run(&b, &l);
	assert_int_equal(o.state,
			 RUN_SUCCESS); /* quality rejects alone are no PARTIAL (faults.md 1) */
	assert_int_equal(bench_row(&b, o.run).counts.rejected, 1);
	assert_int_equal(bench_row(&b, o.run).counts.skipped, 2);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.reject WHERE run_id=%" PRId64
				   " AND reason='price is zero' AND raw LIKE 'bad %%'",
				   o.run),
			 1);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.flag WHERE run_id=%" PRId64
				   " AND ticker='ABC' AND flagged_on='2026-02-02'",
				   o.run),
			 1);
	assert_int_equal(
		bench_int(&b, "SELECT n_rows FROM fintra_ops.input WHERE run_id=%" PRId64, o.run),
		42);
	assert_int_equal(
		bench_int(&b,
			  "SELECT (result->>'windows')::int FROM fintra_ops.run WHERE id=%" PRId64,
			  o.run),
		7);
	assert_int_equal(bench_int(&b,
				   "SELECT (data->'result'->>'windows')::int FROM fintra_ops.event "
				   "WHERE ev='run.end' AND run_id=%" PRId64,
				   o.run),
			 7);
	assert_int_equal(bench_lines(&b, o.run, "bad "), 1);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'long "
				   "xxx%%(cut, 10485%% bytes)' AND run_id=%" PRId64,
				   o.run),
			 1);
}

static void
without_database_it_says_so(void **state)
{
	struct launch l = bench_launch("t-end");
	struct outcome o;
	char none[] = "host=/nonexistent dbname=none";

	(void)state;
	b.conf.conninfo = none;
	o = bench_run(&b, &l);
	assert_int_equal(o.run, 0);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 69);
	assert_int_equal(bench_seen(&b, "FAILURE job=t-end"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_run_tells_its_life),
		T(lines_are_complete_and_in_order),
		T(progress_during_one_statement),
		T(endings_and_exit_codes),
		T(errors_and_taint_end_partial),
		T(cron_state_only_of_whole_successes),
		T(a_dry_run_writes_the_ledger_only),
		T(gates),
		T(gates_that_only_warn),
		T(force_is_audited),
		T(a_missing_key_is_named),
		T(what_a_job_tells_is_kept),
		T(without_database_it_says_so),
	};

	return cmocka_run_group_tests_name("runner", tests, NULL, NULL);
}
