/* Reading the ledger: filters, the finding ABANDONED (faults.md P4), lines, requests. */
#include "core/ledger.h"
#include "core/ledger_detail.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *info;
static struct conf conf;
static struct db *db;

static const struct job job_a = { .name = "job-a" };
static const struct job job_b = { .name = "backfill-b", .flags = JOB_BACKFILL };
static const struct job *const jobs[] = { &job_a, &job_b, NULL };
static const struct table tables[] = { { .name = NULL } };
static const struct catalogue cat = { .jobs = jobs, .tables = tables };

static int
setup(void **state)
{
	(void)state;
	info = support_db("t_ledger", true);
	conf = support_conf(info);
	conf.abandoned_ms = 60000;
	db = support_open(info);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	db_close(db);
	return 0;
}

/* Row of job `job` in `state` whose last beat is `age` seconds old; < 0 = no beat row. */
static int64_t
put_run(const char *job, const char *state, int age)
{
	char sql[640];
	int64_t id;

	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		 "params, build, lock_key,"
		 " created_at, started_at, rows_read, taint) VALUES ('%s', '2026-02-02', '%s', "
		 "'anna', 'db1', 7, 'cron',"
		 " 'warn', '{\"limit\": \"5\"}', 'test', 123456, now() - interval '2 h', now() - "
		 "interval '1 h', 42, 'why')"
		 " RETURNING id",
		 job, state);
	id = support_psql_int(info, sql);
	if (age < 0)
		return id;
	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.beat (run_id, epoch, beat_at, phase, done, total) VALUES "
		 "(%" PRId64 ", 1, now() - interval '%d s', 'read', 3, 9)",
		 id, age);
	free(support_psql(info, sql));
	return id;
}

static enum run_state
state_of(int64_t id)
{
	struct run_filter f = { .id = id };
	struct err e = ERR_INIT;
	struct run_list l;
	enum run_state s;

	assert_int_equal(ledger_runs(db, &conf, &f, &l, &e), 0);
	assert_int_equal(l.n, 1);
	s = l.at[0].state;
	run_list_done(&l);
	return s;
}

static void
abandoned_needs_both_proofs(void **state)
{
	int64_t young = put_run("job-a", "running", 30), old = put_run("job-a", "running", 90);
	int64_t none = put_run("job-a", "running", -1), ended = put_run("job-a", "success", 90);
	struct db *holder = support_open(info);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(state_of(young), RUN_RUNNING);
	assert_int_equal(state_of(old), RUN_ABANDONED);
	assert_int_equal(state_of(none), RUN_ABANDONED); /* started an hour ago, never beat */
	assert_int_equal(state_of(ended), RUN_SUCCESS);
	assert_int_equal(db_exec_sql(holder, "SELECT pg_advisory_lock(123456)", &e), 0);
	assert_int_equal(state_of(old), RUN_RUNNING);
	db_close(holder);
}

static void
fields_are_read(void **state)
{
	int64_t id = put_run("job-a", "running", 1);
	struct run_filter f = { .id = id };
	struct err e = ERR_INIT;
	struct run_list l;

	(void)state;
	assert_int_equal(ledger_runs(db, &conf, &f, &l, &e), 0);
	assert_string_equal(l.at[0].job, "job-a");
	assert_string_equal(l.at[0].who, "anna");
	assert_string_equal(l.at[0].host, "db1");
	assert_string_equal(l.at[0].origin, "cron");
	assert_string_equal(l.at[0].gate, "warn");
	assert_string_equal(l.at[0].phase, "read");
	assert_string_equal(l.at[0].params, "{\"limit\": \"5\"}");
	assert_string_equal(l.at[0].taint, "why");
	assert_int_equal(l.at[0].pid, 7);
	assert_int_equal(l.at[0].done, 3);
	assert_int_equal(l.at[0].total, 9);
	assert_int_equal(l.at[0].counts.read, 42);
	assert_int_equal(l.at[0].started_ms - l.at[0].created_ms, 3600000);
	assert_int_equal(l.at[0].ended_ms, 0);
	run_list_done(&l);
}

static size_t
count(struct run_filter f)
{
	struct err e = ERR_INIT;
	struct run_list l;
	size_t n;

	assert_int_equal(ledger_runs(db, &conf, &f, &l, &e), 0);
	n = l.n;
	run_list_done(&l);
	return n;
}

static void
filters(void **state)
{
	size_t before = count((struct run_filter){ .job = "backfill-b" });
	size_t abandoned = count((struct run_filter){ .state = "abandoned" });
	size_t active = count((struct run_filter){ .active_only = true });

	(void)state;
	put_run("backfill-b", "failure", 1);
	put_run("backfill-b", "running", 100);
	put_run("backfill-b", "running", 1);
	assert_int_equal(count((struct run_filter){ .job = "backfill-b" }), before + 3);
	assert_int_equal(count((struct run_filter){ .job = "backfill-b", .limit = 2 }), 2);
	assert_int_equal(count((struct run_filter){ .state = "abandoned" }), abandoned + 1);
	assert_int_equal(count((struct run_filter){ .active_only = true }), active + 1);
	assert_int_equal(count((struct run_filter){ .user = "nobody" }), 0);
	assert_int_equal(count((struct run_filter){ .since_ms = INT64_C(4102444800000) }),
			 0); /* 2100 */
}

static void
find_by_id_or_job(void **state)
{
	int64_t first = put_run("backfill-b", "success", 1),
		last = put_run("backfill-b", "failure", 1);
	struct err e = ERR_INIT;
	struct run_list l;
	char id[24];

	(void)state;
	snprintf(id, sizeof(id), "%" PRId64, first);
	assert_int_equal(ledger_find(db, &conf, &cat, id, &l, &e), 0);
	assert_int_equal(l.at[0].id, first);
	run_list_done(&l);
	assert_int_equal(ledger_find(db, &conf, &cat, "b", &l, &e), 0);
	assert_int_equal(l.at[0].id, last);
	run_list_done(&l);
	assert_int_equal(ledger_find(db, &conf, &cat, "99999999", &l, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	assert_int_equal(ledger_find(db, &conf, &cat, "nonsense", &l, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
}

static void
lines_from_and_newest(void **state)
{
	int64_t id = put_run("job-a", "running", 1);
	struct err e = ERR_INIT;
	struct event_list l;
	char sql[400];

	(void)state;
	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.event SELECT %" PRId64
		 ", i, to_timestamp(1770109927.123), 'warn', 'batch', 'job-a',"
		 " 'u', 'line ' || i, '{\"a\": 1}' FROM generate_series(1, 10) i",
		 id);
	free(support_psql(info, sql));
	assert_int_equal(ledger_events(db, id, 7, 100, &l, &e), 0);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.at[0].seq, 8);
	assert_string_equal(l.at[0].msg, "line 8");
	assert_string_equal(l.at[0].data, "\"a\": 1");
	assert_int_equal(l.at[0].ts_ms, INT64_C(1770109927123));
	assert_int_equal(l.at[0].lvl, LVL_WARN);
	event_list_done(&l);
	assert_int_equal(ledger_events(db, id, -1, 2, &l, &e), 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.at[0].seq, 9);
	event_list_done(&l);
	assert_int_equal(ledger_events(db, id, 0, 4, &l, &e), 0);
	assert_int_equal(l.at[3].seq, 4);
	event_list_done(&l);
}

static void
an_abort_is_not_taken_back(void **state)
{
	int64_t id = put_run("job-a", "running", 1);
	struct err e = ERR_INIT;
	char sql[96], *level;

	(void)state;
	assert_int_equal(ledger_request_cancel(db, id, CANCEL_ABORT, "anna", NULL, &e), 0);
	assert_int_equal(ledger_request_cancel(db, id, CANCEL_DRAIN, "bert", NULL, &e), 0);
	snprintf(sql, sizeof(sql), "SELECT level FROM fintra_ops.request WHERE run_id=%" PRId64,
		 id);
	level = support_psql(info, sql);
	assert_string_equal(level, "abort");
	free(level);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM fintra_ops.audit WHERE run_id=%" PRId64,
		 id);
	assert_int_equal(support_psql_int(info, sql), 2);
}

static void
units_and_inputs(void **state)
{
	int64_t id = put_run("job-a", "running", 1);
	struct err e = ERR_INIT;
	struct unit_list u;
	struct input_list in;
	char sql[400];

	(void)state;
	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.unit (run_id, unit, state, attempts, rows_inserted, "
		 "errors) VALUES (%" PRId64 ", 'day 1', 'done', 2, 5, 1)",
		 id);
	free(support_psql(info, sql));
	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.input VALUES (%" PRId64
		 ", 'prices_daily', '2026-01-30', NULL)",
		 id);
	free(support_psql(info, sql));
	assert_int_equal(ledger_units(db, id, &u, &e), 0);
	assert_int_equal(u.n, 1);
	assert_string_equal(u.at[0].unit, "day 1");
	assert_int_equal(u.at[0].attempts, 2);
	assert_int_equal(u.at[0].counts.inserted, 5);
	assert_int_equal(u.at[0].counts.errors, 1);
	free(u.at);
	assert_int_equal(ledger_inputs(db, id, &in, &e), 0);
	assert_int_equal(in.n, 1);
	assert_true(date_eq(in.at[0].as_of, date_of(2026, 1, 30)));
	assert_int_equal(in.at[0].rows, -1);
	free(in.at);
}

static void
put_lines(int64_t id, int n)
{
	char sql[400];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO fintra_ops.event SELECT %" PRId64
		 ", i, to_timestamp(1770109927.123), 'warn', CASE i WHEN 2 THEN 'gate' ELSE 'log' "
		 "END, 'job-a', 'u', repeat('x', 5000) || i, NULL FROM generate_series(1, %d) i",
		 id, n);
	free(support_psql(info, sql));
}

/* What four panes need in one query: each run from where it is, a new one from its newest lines. */
static void
lines_of_several_runs(void **state)
{
	int64_t run[] = { put_run("job-a", "running", 1), put_run("job-a", "running", 1),
			  put_run("job-a", "running", 1) };
	int64_t after[] = { 7, -1, 3 };
	struct err e = ERR_INIT;
	struct event_list l;

	(void)state;
	put_lines(run[0], 10);
	put_lines(run[1], 10);
	assert_int_equal(ledger_events_of(db, run, after, 3, 2, &l, &e), 0);
	assert_int_equal(l.n, 4);
	assert_int_equal(l.at[0].run, run[0]);
	assert_int_equal(l.at[0].seq, 8);
	assert_int_equal(l.at[1].seq, 9);
	assert_int_equal(l.at[2].run, run[1]);
	assert_int_equal(l.at[2].seq, 9);
	assert_int_equal(l.at[3].seq, 10);
	assert_int_equal(l.at[0].ts_ms, INT64_C(1770109927123));
	assert_int_equal(l.at[0].lvl, LVL_WARN);
	assert_string_equal(l.at[0].unit, "u");
	assert_int_equal(strlen(l.at[0].msg), EVENT_LETTERS);
	event_list_done(&l);
	assert_int_equal(ledger_events_of(db, run, after, 0, 2, &l, &e), 0);
	assert_int_equal(l.n, 0);
}

static void
put_units(int64_t id, int n)
{
	char sql[500];

	/* One every 2 s from 10 s after the start; the third one failed. */
	snprintf(
		sql, sizeof(sql),
		"INSERT INTO fintra_ops.unit (run_id, unit, state, attempts, rows_inserted, "
		"ended_at) SELECT id, 'day ' || lpad(i::text, 3, '0'), CASE i WHEN 3 THEN 'failed' "
		"ELSE 'done' END, i, i, started_at + (8 + 2 * i) * interval '1 s' FROM "
		"fintra_ops.run, generate_series(1, %d) i WHERE id = %" PRId64,
		n, id);
	free(support_psql(info, sql));
}

static void
everything_of_one_run(void **state)
{
	int64_t id = put_run("job-a", "running", 1), child = put_run("job-a", "skipped", -1);
	struct err e = ERR_INIT;
	struct run_detail d;
	char sql[300];

	(void)state;
	put_lines(id, 5);
	put_units(id, 600);
	snprintf(sql, sizeof(sql),
		 "UPDATE fintra_ops.run SET parent = %" PRId64 " WHERE id = %" PRId64, id, child);
	free(support_psql(info, sql));
	snprintf(sql, sizeof(sql),
		 "UPDATE fintra_ops.beat SET waits_for = 'prices_daily, held by run 3' "
		 "WHERE run_id = %" PRId64,
		 id);
	free(support_psql(info, sql));
	assert_int_equal(ledger_request_cancel(db, id, CANCEL_DRAIN, "anna", NULL, &e), 0);
	assert_int_equal(ledger_detail(db, &conf, id, &d, &e), 0);
	assert_int_equal(d.run.n, 1);
	assert_string_equal(d.run.at[0].waits_for, "prices_daily, held by run 3");
	assert_int_equal(d.children.n, 1);
	assert_int_equal(d.children.at[0].id, child);
	assert_int_equal(d.n, DETAIL_UNITS);
	assert_int_equal(d.units, 600);
	assert_int_equal(d.done, 599);
	assert_int_equal(d.failed, 1);
	assert_string_equal(d.unit[0].u.unit, "day 003");
	assert_string_equal(d.unit[1].u.unit, "day 600");
	assert_int_equal(d.unit[1].took_ms, 2000);
	assert_int_equal(d.ngates, 1);
	assert_int_equal(strlen(d.gate[0]), DETAIL_GATE_TEXT - 1);
	assert_string_equal(d.asked, "drain");
	assert_string_equal(d.asked_by, "anna");
	run_detail_done(&d);
}

/* Nothing came before the first unit but the run's start. */
static void
first_unit_took_since_the_start(void **state)
{
	int64_t id = put_run("job-a", "running", 1);
	struct err e = ERR_INIT;
	struct run_detail d;

	(void)state;
	put_units(id, 1);
	assert_int_equal(ledger_detail(db, &conf, id, &d, &e), 0);
	assert_int_equal(d.unit[0].took_ms, 10000);
	run_detail_done(&d);
	assert_int_equal(ledger_detail(db, &conf, INT64_C(99999999), &d, &e), 0);
	assert_int_equal(d.run.n, 0);
	run_detail_done(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abandoned_needs_both_proofs),
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(filters),
		cmocka_unit_test(find_by_id_or_job),
		cmocka_unit_test(lines_from_and_newest),
		cmocka_unit_test(an_abort_is_not_taken_back),
		cmocka_unit_test(units_and_inputs),
		cmocka_unit_test(lines_of_several_runs),
		cmocka_unit_test(everything_of_one_run),
		cmocka_unit_test(first_unit_took_since_the_start),
	};

	return cmocka_run_group_tests_name("ledger", tests, setup, teardown);
}
