/* How market-state-bulk runs: what it may look at, twice, in part, dry, interrupted, and on too
 * little. */
#include "jobs/jobs.h"
#include "tests/support_layer3.h"
#include "tests/support_market_state.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "market_state_run";

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, database);
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	ground_reset(&ground, database);
	return conf_set(&ground.conf, "run", "batch_rows", "100000", &e);
}

static void
set_conf(const char *name, const char *value)
{
	struct err e = ERR_INIT;

	assert_int_equal(conf_set(&ground.conf, "run", name, value, &e), 0);
}

/* Twelve companies with snapshots, closes and returns of the year. */
static void
twelve(void)
{
	ground_sql(&ground,
		   "INSERT INTO fintra_universe (ticker, name, sector, instrument_type, is_active, "
		   "last_seen) SELECT 'T' || lpad(n::text, 2, '0'), 'Name', 'Energy', 'EQUITY', "
		   "true, '" AS_OF "' FROM generate_series(1, 12) n;"
		   "INSERT INTO prices_daily (ticker, price_date, close, volume) SELECT ticker, d, "
		   "10 + substr(ticker, 2)::int + (d - '" BEFORE "'::date), 100 FROM "
		   "fintra_universe, unnest(ARRAY['" EARLIER "', '" BEFORE "', '" AS_OF
		   "']::date[]) d;"
		   "INSERT INTO datos_performance (ticker, window_code, performance_date, "
		   "return_percent, source) SELECT ticker, 'YTD', '" AS_OF "', 3, 'test' FROM "
		   "fintra_universe;"
		   "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		   "profile_structural, market_snapshot, valuation, market_position, "
		   "investment_verdict, data_confidence, fgos_score) SELECT ticker, '" AS_OF
		   "', 'fintra-local-v1', '{}', '{\"price\":20}', '{}', '{}', '{}', '{}', 50 FROM "
		   "fintra_universe");
}

/* What comes after the day, also of another engine, changes nothing. */
static void
no_look_ahead(void **state)
{
	char before[64], after[64];

	(void)state;
	twelve();
	state_made();
	ground_sum(&ground, before);
	ground_sql(&ground,
		   "INSERT INTO prices_daily (ticker, price_date, close, volume) SELECT ticker, "
		   "'" AFTER "', 999, 9 FROM fintra_universe;"
		   "INSERT INTO datos_performance (ticker, window_code, performance_date, "
		   "return_percent, source) SELECT ticker, 'YTD', '" AFTER "', 99, 'test' FROM "
		   "fintra_universe;"
		   "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		   "profile_structural, market_snapshot, valuation, market_position, "
		   "investment_verdict, data_confidence, fgos_score) SELECT ticker, d::date, e, "
		   "'{}', '{\"price\":99}', '{}', '{}', '{}', '{}', 99 FROM fintra_universe, "
		   "(VALUES ('" AFTER "', 'fintra-local-v1'), ('" AS_OF "', 'z')) v (d, e)");
	assert_int_equal(state_run("force=1", NULL).counts.unchanged, 12);
	ground_sql(&ground, "DELETE FROM prices_daily WHERE price_date > '" AS_OF
			    "'; DELETE FROM datos_performance WHERE performance_date > '" AS_OF
			    "'; DELETE FROM fintra_snapshots WHERE fgos_score = 99");
	ground_sum(&ground, after);
	assert_string_equal(after, before);
}

#define TICKERS "SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM fintra_market_state"

/* Rows of who is no longer active go, but not by a run over a part. */
static void
inactive_tickers(void **state)
{
	struct outcome o;

	(void)state;
	twelve();
	ground_sql(&ground, "DELETE FROM fintra_universe WHERE ticker > 'T04'");
	state_made();
	ground_sql(&ground,
		   "UPDATE fintra_universe SET is_active = false WHERE ticker = 'T02'; DELETE FROM "
		   "fintra_universe WHERE ticker = 'T03'; UPDATE prices_daily SET volume = 5");
	assert_int_equal(state_run("ticker=T01", NULL).counts.updated, 1);
	assert_int_equal(state_run("limit=2", NULL).counts.updated, 1);
	expect(TICKERS, "T01 T02 T03 T04");
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM fintra_market_state WHERE "
	       "volume = 5",
	       "T01 T04");
	o = state_run("ticker=T02", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "T02 is no active ticker"));
	expect(TICKERS, "T01 T02 T03 T04");
	/* two of four: the coverage of the last good run is not reached, and it says so */
	assert_int_equal(state_run(NULL, NULL).state, RUN_PARTIAL);
	expect(TICKERS, "T01 T04");
	expect("SELECT concat_ws(' ', result ->> 'processed', result ->> 'upserted', result ->> "
	       "'deleted') FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "2 2 2");
}

static void
second_run_changes_nothing(void **state)
{
	char first[64], second[64];
	int64_t tuples;
	struct outcome o;

	(void)state;
	twelve();
	assert_int_equal(state_made().counts.inserted, 12);
	ground_sum(&ground, first);
	tuples = ground_tuples(&ground);
	o = state_run("force=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	/* tickers, snapshots, two closes, returns */
	assert_int_equal(o.counts.read, 12 * 5);
	assert_int_equal(o.counts.unchanged, 12);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	ground_sum(&ground, second);
	assert_string_equal(second, first);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* The date of a row is that of its last change. */
static void
only_changed_rows_move(void **state)
{
	(void)state;
	twelve();
	state_made();
	ground_sql(&ground, "UPDATE fintra_market_state SET updated_at = '2026-01-01Z', source = "
			    "'x'; UPDATE prices_daily SET volume = 7 WHERE ticker = 'T05'");
	assert_int_equal(state_run("force=1", NULL).counts.updated, 1);
	expect("SELECT string_agg(concat_ws(' ', ticker, source), ', ') FROM fintra_market_state "
	       "WHERE updated_at > '2026-02-03 01:00Z'",
	       "T05 market_state_cron");
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];
	struct outcome o;

	(void)state;
	twelve();
	ground_sql(&ground, "INSERT INTO fintra_market_state (ticker, price) VALUES ('GONE', 1)");
	ground_sum(&ground, before);
	o = state_run("dry_run=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 12);
	expect("SELECT result ->> 'deleted' FROM fintra_ops.run", "1");
	ground_sum(&ground, after);
	assert_string_equal(after, before);
	expect(TICKERS, "GONE");
}

/* The statement on this row fails once; resumed, the end is that of an undisturbed run. */
static void
fails_and_resumes(const char *what, const char *left)
{
	char sql[500], whole[64], resumed[64];
	struct outcome o;

	twelve();
	set_conf("batch_rows", "5");
	ground_sql(&ground, "INSERT INTO fintra_market_state (ticker, price) VALUES ('GONE', 1)");
	state_made();
	ground_sum(&ground, whole);
	(void)fmt_buf(sql, sizeof(sql),
		      "TRUNCATE fintra_market_state; INSERT INTO fintra_market_state (ticker, "
		      "price) VALUES ('GONE', 1); CREATE FUNCTION refuse() RETURNS trigger "
		      "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = "
		      "'53100'; END $$; CREATE TRIGGER refuse BEFORE %s EXECUTE FUNCTION refuse()",
		      what);
	ground_sql(&ground, sql);
	o = state_run(NULL, NULL);
	assert_int_equal(o.state, RUN_FAILURE);
	expect(TICKERS, left);
	ground_sql(&ground, "DROP TRIGGER refuse ON fintra_market_state");
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 12);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
	expect("SELECT concat_ws(' ', result ->> 'processed', result ->> 'upserted', result ->> "
	       "'deleted') FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "12 12 1");
	/* T01..T05, T06..T10, T11..T12, and those that are gone */
	expect("SELECT count(*) FROM fintra_ops.unit WHERE run_id = (SELECT max(id) FROM "
	       "fintra_ops.run)",
	       "4");
}

static void
resumed_in_the_middle(void **state)
{
	(void)state;
	fails_and_resumes("INSERT ON fintra_market_state FOR EACH ROW WHEN (NEW.ticker = 'T11')",
			  "GONE T01 T02 T03 T04 T05 T06 T07 T08 T09 T10");
}

static void
resumed_before_the_deletion(void **state)
{
	(void)state;
	fails_and_resumes("DELETE ON fintra_market_state FOR EACH ROW",
			  "GONE T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T11 T12");
}

/* kill -9 while it waits to write its first row, one of its last unit, and to delete. */
static void
killed_and_resumed(void **state)
{
	static const char *const hold[] = {
		"LOCK TABLE fintra_market_state IN SHARE MODE",
		"INSERT INTO fintra_market_state (ticker) VALUES ('T11')",
		"SELECT 1 FROM fintra_market_state WHERE ticker = 'GONE' FOR UPDATE",
	};

	(void)state;
	twelve();
	set_conf("batch_rows", "5");
	for (size_t i = 0; i < ARRAY_LEN(hold); i++) {
		survives_a_kill_at(&job_market_state, hold[i],
				   "TRUNCATE fintra_market_state; INSERT INTO fintra_market_state "
				   "(ticker, price) VALUES ('GONE', 1)");
		expect("SELECT count(*) FROM fintra_market_state WHERE price = 20", "12");
		expect("SELECT count(*) FROM fintra_market_state", "12");
	}
}

/* There is one state only: an older day takes the place of a newer one when told twice. */
static void
an_older_day(void **state)
{
	struct outcome o;

	(void)state;
	twelve();
	ground_sql(&ground, "UPDATE fintra_snapshots SET snapshot_date = '" EARLIER "'");
	state_made();
	o = GROUND_RUN(&ground, &job_market_state, BEFORE, NULL);
	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "fintra_market_state has closes of " AS_OF " already"));
	expect("SELECT DISTINCT last_price_date FROM fintra_market_state", AS_OF);
	o = GROUND_RUN(&ground, &job_market_state, BEFORE, "force=1", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect("SELECT DISTINCT last_price_date FROM fintra_market_state", BEFORE);
}

/* Without what it is made of the state that is there stays: inputs that are emptied one after the
 * other, each named. */
static void
empty_inputs(void **state)
{
	static const struct {
		const char *gone, *says;
	} step[] = {
		{ "TRUNCATE prices_daily", "prices_daily has no row up to " AS_OF },
		{ "TRUNCATE fintra_snapshots", "fintra_snapshots has no row up to " AS_OF },
	};

	(void)state;
	twelve();
	state_made();
	for (size_t i = 0; i < ARRAY_LEN(step); i++) {
		struct outcome o;

		ground_sql(&ground, step[i].gone);
		o = state_run(NULL, NULL);
		assert_int_equal(o.exit_code, 6);
		assert_non_null(strstr(o.err.text, step[i].says));
	}
	expect("SELECT count(*) FROM fintra_market_state WHERE price = 20 AND fgos_score = 50",
	       "12");
}

static void
nobody_is_active(void **state)
{
	struct outcome o;

	(void)state;
	twelve();
	state_made();
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false");
	o = state_run(NULL, NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no active ticker: fintra run sync-universe"));
	expect("SELECT count(*) FROM fintra_market_state", "12");
}

/* A database of the old system need not have the table of an outside service. */
static void
without_ecosystem_reports(void **state)
{
	(void)state;
	twelve();
	ground_sql(&ground, "DROP TABLE fintra_ecosystem_reports");
	assert_int_equal(state_made().counts.inserted, 12);
	expect("SELECT count(ecosystem_score) FROM fintra_market_state", "0");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_look_ahead),
		TEST(inactive_tickers),
		TEST(second_run_changes_nothing),
		TEST(only_changed_rows_move),
		TEST(dry_run_writes_nothing),
		TEST(resumed_in_the_middle),
		TEST(resumed_before_the_deletion),
		TEST(killed_and_resumed),
		TEST(an_older_day),
		TEST(empty_inputs),
		TEST(nobody_is_active),
		TEST(without_ecosystem_reports),
	};

	return cmocka_run_group_tests_name("market_state_run", tests, open_ground, close_ground);
}
