/* What Jobs, Tables and System read: right, and quick on a ledger of years. */
#include "tests/support.h"

#include "core/clock.h"
#include "core/ledger.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RUNS = 300000, JOBS = 43, LIMIT_MS = 50, TRIES = 10 };

static void
sql(const char *info, const char *text)
{
	free(support_psql(info, text));
}

static void
insert_run(const char *info, const char *job, const char *state, int seconds, const char *params)
{
	char text[700];

	fmt_buf(text, sizeof(text),
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build,"
		" lock_key, params, created_at, started_at, ended_at) VALUES ('%s', '2026-02-02', "
		"'%s', 'lucia', 'db1', 1, 'cron', 'warn', 'x', 1, '%s', '2026-02-03T06:00:00Z',"
		" '2026-02-03T06:00:00Z', timestamptz '2026-02-03T06:00:00Z' + %d * interval '1 "
		"s')",
		job, state, params, seconds);
	sql(info, text);
}

/* The newest run, the newest that wrote, and the median: of whole successes only. */
static void
jobs_last_run_and_median(void **state)
{
	const char *info = support_db("t_look_jobs", true);
	const char *args[] = { "{alpha,beta,gamma}" };
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(info);

	(void)state;
	insert_run(info, "alpha", "success", 10, "{}");
	insert_run(info, "alpha", "success", 30, "{}");
	insert_run(info, "alpha", "success", 20, "{}");
	insert_run(info, "alpha", "success", 1, "{\"limit\": \"5\"}");
	insert_run(info, "alpha", "partial", 900, "{}");		 /* id 5: wrote */
	insert_run(info, "alpha", "success", 2, "{\"dry_run\": \"1\"}"); /* wrote nothing */
	insert_run(info, "alpha", "failure", 5, "{}");			 /* id 7: the newest */
	insert_run(info, "gamma", "failure", 5, "{}");
	ROWS_AUTO r = db_query(db, Q_CONSOLE_JOBS, args, &e);
	assert_non_null(r);
	assert_int_equal(rows_count(r), 3);
	assert_int_equal(rows_int(r, 0, 0), 7);
	assert_string_equal(rows_text(r, 0, 1), "failure");
	assert_int_equal(rows_int(r, 0, 9), 5);
	assert_int_equal(rows_int(r, 0, 13), 20000);
	assert_int_equal(rows_int(r, 0, 14), 3);
	assert_null(rows_text(r, 1, 0)); /* beta never ran */
	assert_int_equal(rows_int(r, 2, 0), 8);
	assert_null(rows_text(r, 2, 9));
	assert_int_equal(rows_int(r, 2, 14), 0);
}

static int64_t
best_ms(struct db *db, enum query q, const char *const *args)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct err e = ERR_INIT;
		int64_t t0 = clock_mono_ms();
		ROWS_AUTO r = db_query(db, q, args, &e);

		assert_non_null(r);
		if (clock_mono_ms() - t0 < best)
			best = clock_mono_ms() - t0;
	}
	return best;
}

static void
jobs_are_quick_on_a_long_ledger(void **state)
{
	const char *info = support_db("t_look_long", true);
	DB_AUTO db = support_open(info);
	STR_AUTO names = { 0 };
	const char *args[1];
	char text[900];
	int64_t jobs, waits;

	(void)state;
	fmt_buf(text, sizeof(text),
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build,"
		" lock_key, created_at, started_at, ended_at) SELECT 'job-' || i %% %d, "
		"'2026-02-02',"
		" CASE WHEN i %% 3 = 0 THEN 'failure' ELSE 'success' END, 'lucia', 'db1', 1, "
		"'cron',"
		" 'warn', 'x', 1, t, t, t + (i %% 900) * interval '1 s' FROM (SELECT i,"
		" timestamptz '2020-01-01' + i * interval '10 min' AS t FROM generate_series(1, "
		"%d) i"
		") x",
		JOBS, RUNS);
	sql(info, text);
	sql(info, "ANALYZE fintra_ops.run");
	str_init(&names, 4096);
	for (int i = 0; i < JOBS; i++)
		str_fmt(&names, "%cjob-%d", i ? ',' : '{', i);
	str_putc(&names, '}');
	args[0] = str_c(&names);
	jobs = best_ms(db, Q_CONSOLE_JOBS, args);
	waits = best_ms(db, Q_CONSOLE_WAITS, NULL);
	printf("INFO: %d runs of %d jobs: console_jobs %" PRId64 " ms, console_waits %" PRId64
	       " ms, at most %d\n",
	       RUNS, JOBS, jobs, waits, LIMIT_MS);
	/* A sanitizer slows us, not the server: the limit holds all the same. */
	assert_true(jobs <= LIMIT_MS);
	assert_true(waits <= LIMIT_MS);
}

static void
locks_are_found_by_key_and_run(void **state)
{
	const char *info = support_db("t_look_locks", true);
	int64_t key = guard_key("cron-sync-universe-2026-02-02");
	struct conf conf = support_conf(info);
	struct err e = ERR_INIT;
	char text[24];
	const char *args[] = { text };
	DB_AUTO db = support_open(info);
	DB_AUTO holder = db_open(&conf, "fintra sync-universe run 4711", NULL, &e);

	(void)state;
	assert_non_null(holder);
	fmt_buf(text, sizeof(text), "%" PRId64, key);
	ROWS_AUTO taken = db_query(holder, Q_GUARD_TRY, args, &e);
	assert_true(rows_bool(taken, 0, 0));
	ROWS_AUTO r = db_query(db, Q_CONSOLE_LOCKS, NULL, &e);
	assert_non_null(r);
	assert_int_equal(rows_count(r), 1);
	assert_int_equal(rows_int(r, 0, 0), key);
	assert_true(rows_bool(r, 0, 1));
	assert_int_equal(rows_int(r, 0, 2), db_pid(holder));
	assert_int_equal(rows_int(r, 0, 5), 4711);
	ROWS_AUTO s = db_query(db, Q_CONSOLE_SESSIONS, NULL, &e);
	assert_non_null(s);
	int mine = 0;
	for (int i = 0; i < rows_count(s); i++)
		mine += rows_int(s, i, 0) == db_pid(holder) &&
			str_same(rows_text(s, i, 1), "fintra sync-universe run 4711");
	assert_int_equal(mine, 1);
}

static void
sizes_tell_tables_views_and_what_is_missing(void **state)
{
	const char *info = support_db("t_look_tables", true);
	const char *args[] = { "{fintra_universe,fintra_active_stocks,nowhere,parted}" };
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(info);

	(void)state;
	sql(info,
	    "INSERT INTO fintra_universe (ticker) SELECT 'T' || i FROM generate_series(1, 500)"
	    " i");
	sql(info, "CREATE TABLE parted (a int) PARTITION BY RANGE (a)");
	sql(info, "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000)");
	sql(info, "INSERT INTO parted SELECT i FROM generate_series(1, 900) i");
	{
		ROWS_AUTO r = db_query(db, Q_CONSOLE_TABLES, args, &e);

		assert_non_null(r);
		assert_int_equal(rows_int(r, 0, 2), -1); /* never analysed: not 0 rows */
	}
	sql(info, "ANALYZE fintra_universe");
	sql(info, "ANALYZE parted");
	ROWS_AUTO r = db_query(db, Q_CONSOLE_TABLES, args, &e);
	assert_non_null(r);
	assert_int_equal(rows_count(r), 4);
	assert_string_equal(rows_text(r, 0, 0), "r");
	assert_int_equal(
		rows_int(r, 0, 1),
		support_psql_int(info, "SELECT pg_total_relation_size('fintra_universe')"));
	assert_int_equal(rows_int(r, 0, 2), 500);
	assert_true(rows_bool(r, 0, 3));
	assert_string_equal(rows_text(r, 1, 0), "v");
	assert_null(rows_text(r, 1, 1));
	assert_null(rows_text(r, 2, 0));
	assert_string_equal(rows_text(r, 3, 0), "p");
	assert_int_equal(rows_int(r, 3, 1),
			 support_psql_int(info, "SELECT pg_total_relation_size('parted_1')"));
	assert_int_equal(rows_int(r, 3, 2), 900);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_last_run_and_median),
		cmocka_unit_test(jobs_are_quick_on_a_long_ledger),
		cmocka_unit_test(locks_are_found_by_key_and_run),
		cmocka_unit_test(sizes_tell_tables_views_and_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
