/* A merge whose rows the server refuses, or does not take in time.  Expected: faults.md F6, F11. */
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bench b;

static int
setup(void **state)
{
	static const char *info;

	(void)state;
	if (!info)
		info = support_db("t_runner_merge", true);
	bench_open(&b, info);
	bench_sql(&b, "DROP TABLE prices_daily");
	bench_sql(&b,
		  "CREATE TABLE prices_daily (ticker varchar(20), price_date date, open numeric,"
		  " high numeric, low numeric, close numeric, adj_close numeric, volume bigint,"
		  " source text, created_at timestamptz, PRIMARY KEY (ticker, price_date))");
	script.steps = 20;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bench_close(&b);
	return 0;
}

static void
expect(const char *sql, const char *want)
{
	char *got = support_psql(b.info, sql);

	assert_string_equal(got, want);
	free(got);
}

static struct outcome
run_it(void)
{
	struct launch l = bench_launch("t-merge");

	return bench_run(&b, &l);
}

#define MISSING                                                                                   \
	"SELECT coalesce(string_agg(i::text, ' ' ORDER BY i), '') FROM generate_series(1, 20) i " \
	"WHERE NOT EXISTS (SELECT 1 FROM prices_daily WHERE volume = i AND close = i AND ticker " \
	"= 'R' || lpad(i::text, 2, '0'))"

static void
refused_rows_are_left_out(void **state)
{
	struct outcome o;

	(void)state;
	bench_sql(
		&b,
		"ALTER TABLE prices_daily ADD CONSTRAINT unlucky CHECK (volume NOT IN (3, 4, 17))");
	bench_sql(&b, "ALTER TABLE prices_daily ALTER close TYPE numeric(4,2), ALTER ticker TYPE "
		      "varchar(3)");
	bench_sql(&b, "ALTER TABLE prices_daily ADD CHECK (close <> 20)");
	o = run_it();
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.exit_code, 4);
	expect(MISSING, "3 4 17 20");
	assert_int_equal(o.counts.read, 20);
	assert_int_equal(o.counts.inserted, 16);
	assert_int_equal(o.counts.rejected, 4);
	assert_int_equal(o.counts.unchanged, 0);
	expect("SELECT string_agg(n || ' ' || reason, '; ' ORDER BY n DESC) FROM (SELECT reason, "
	       "count(*)"
	       " AS n FROM fintra_ops.reject GROUP BY reason) r",
	       "3 refused by the database: new row for relation \"prices_daily\" violates check "
	       "constraint \"unlucky\"; 1 refused by the database: new row for relation "
	       "\"prices_daily\" violates check constraint \"prices_daily_close_check\"");
	expect("SELECT string_agg(raw, ' ' ORDER BY seq) FROM fintra_ops.reject WHERE raw LIKE "
	       "'(R1%'",
	       "(R17,2026-02-02,17,17,17,17,17,17,test)");
	assert_int_equal(bench_lines(&b, o.run, "3 rows refused by the database: "), 1);
	/* Again, and with everything stored that can be: nothing changes, the same are refused. */
	o = run_it();
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.unchanged, 16);
	assert_int_equal(o.counts.rejected, 4);
}

static void
a_number_too_large_for_its_column(void **state)
{
	struct outcome o;

	(void)state;
	bench_sql(&b, "TRUNCATE fintra_ops.reject");
	bench_sql(&b, "ALTER TABLE prices_daily ALTER close TYPE numeric(3,2)");
	script.steps = 10;
	o = run_it();
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.inserted, 9);
	expect("SELECT reason FROM fintra_ops.reject",
	       "refused by the database: numeric field overflow (A field with precision 3, scale 2 "
	       "must round to an absolute value less than 10^1.)");
}

/* Rows that only clash with each other: the later one goes. */
static void
of_two_that_clash_one_stays(void **state)
{
	struct outcome o;

	(void)state;
	bench_sql(&b, "CREATE UNIQUE INDEX ON prices_daily ((volume %% 19))");
	o = run_it();
	assert_int_equal(o.counts.rejected, 1);
	expect(MISSING, "20");
}

/* So many are no single bad rows: the table is not what the job writes. */
static void
too_many_end_the_batch(void **state)
{
	struct outcome o;

	(void)state;
	script.steps = 120;
	bench_sql(&b, "ALTER TABLE prices_daily ADD CHECK (volume < 10)");
	o = run_it();
	assert_int_equal(o.state, RUN_FAILURE);
	assert_string_equal(o.err.sqlstate, "23514");
	assert_non_null(strstr(o.err.text, "101 of 120 rows refused, and more to come: "));
	assert_int_equal(o.counts.rejected, 0);
	assert_int_equal(bench_int(&b, "SELECT count(*) FROM prices_daily"), 0);
	assert_int_equal(bench_int(&b,
				   "SELECT count(*) FROM fintra_ops.reject WHERE run_id = %" PRId64,
				   o.run),
			 0);
}

/* Each row costs the server this long. */
static void
slow(int ms)
{
	bench_sql(&b,
		  "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
		  "PERFORM pg_sleep(%d / 1000.0); RETURN NEW; END $$",
		  ms);
	bench_sql(&b, "CREATE TRIGGER slow BEFORE INSERT ON prices_daily FOR EACH ROW EXECUTE "
		      "FUNCTION slow()");
	b.conf.statement_timeout_s = 2;
	script.steps = 8;
}

static void
late_it_is_done_in_halves(void **state)
{
	struct outcome o;

	(void)state;
	slow(300); /* 2.4 s at once, 1.2 s a half */
	o = run_it();
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 8);
	assert_int_equal(bench_lines(&b, o.run,
				     "prices_daily_merge: canceling statement due to "
				     "statement timeout: done anew in two halves"),
			 1);
	assert_int_equal(bench_int(&b, "SELECT sum(volume) FROM prices_daily"), 36);
}

static void
late_again_it_fails(void **state)
{
	struct outcome o;
	char want[120];

	(void)state;
	slow(600);
	script.worked = 0;
	o = run_it();
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 124);
	assert_int_equal(script.worked, 1);
	snprintf(want, sizeof(want),
		 "the limit is [db] statement_timeout_s = 2: raise it, or find what slows the "
		 "database,"
		 " then fintra resume %" PRId64,
		 o.run);
	assert_non_null(strstr(o.err.text, "half 1: prices_daily_merge: canceling statement"));
	assert_non_null(strstr(o.err.text, want));
	assert_int_equal(bench_int(&b, "SELECT count(*) FROM prices_daily"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(refused_rows_are_left_out),	T(a_number_too_large_for_its_column),
		T(of_two_that_clash_one_stays), T(too_many_end_the_batch),
		T(late_it_is_done_in_halves),	T(late_again_it_fails),
	};

	return cmocka_run_group_tests_name("runner_merge", tests, NULL, NULL);
}
