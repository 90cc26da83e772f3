/* How fmp-bulk runs: whom it is for, twice, in part, dry, with one connection, and interrupted. */
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "fmp_bulk_run";

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
set_conf(const char *section, const char *name, const char *value)
{
	struct err e = ERR_INIT;

	assert_int_equal(conf_set(&ground.conf, section, name, value, &e), 0);
}

#define TICKERS "SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM fintra_snapshots"

/* A run over a part is no refresh of the table. */
#define LAST_WHOLE "SELECT count(*) FROM cron_state WHERE name = 'fmp-bulk'"

#define IN_TURN "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'reads and writes in turn: %'"

static void
whom_it_is_for(void **state)
{
	struct outcome o;

	(void)state;
	assert_int_equal(snapshots_run(NULL, NULL).exit_code, 6);
	companies(6, "Energy");
	stock("B-WT", "Energy");
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'C004'");
	snapshots_run("offset=1", "limit=2");
	expect(TICKERS, "C002 C003");
	snapshots_run("ticker=C006", NULL);
	expect(TICKERS, "C002 C003 C006");
	snapshots_run("offset=4", NULL);
	expect(LAST_WHOLE, "0");
	o = snapshots_run("ticker=C004", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no active stocks"));
	assert_int_equal(snapshots_run("offset=5", NULL).exit_code, 6);
	assert_int_equal(snapshots_run(NULL, NULL).counts.inserted, 2);
	expect(TICKERS, "C001 C002 C003 C005 C006");
	expect(LAST_WHOLE, "1");
}

/* The universe, the profile, a snapshot of 30 days ago at most that had a sector of the universe's
 * own; else none is written. */
static void
companies_without_a_sector(void **state)
{
	struct outcome o;

	(void)state;
	companies(4, "Energy");
	ground_sql(&ground,
		   "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "
		   "profile_structural, market_snapshot, valuation, market_position, "
		   "investment_verdict, data_confidence, classification) SELECT t, d, 'x', s, "
		   "'{}', '{}', '{}', '{}', '{}', '{}', jsonb_build_object('source', k, "
		   "'industry', 'Oil') FROM (VALUES "
		   "('C002', '2026-01-03'::date, 'Utilities', 'canonical'), "
		   "('C003', '2026-01-02', 'Utilities', 'canonical'), "
		   "('C003', '2026-01-30', 'Utilities', 'profile_fallback')) v (t, d, s, k);"
		   "UPDATE fintra_universe SET sector = ' ', industry = NULL WHERE ticker <> "
		   "'C004';"
		   "INSERT INTO company_profiles (ticker, sector) VALUES ('C001', 'Healthcare')");
	o = snapshots_run(NULL, NULL);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(o.counts.skipped, 1);
	expect("SELECT string_agg(concat_ws(' ', ticker, sector, classification ->> 'source', "
	       "classification ->> 'status'), ', ' ORDER BY ticker) FROM fintra_snapshots WHERE "
	       "snapshot_date = '" AS_OF "'",
	       "C001 Healthcare profile_fallback partial, C002 Utilities profile_fallback full, "
	       "C004 Energy canonical full");
	expect("SELECT result ->> 'skipped' FROM fintra_ops.run", "1");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
	       "'missing_sector: 1 company is skipped (C003)'",
	       "1");
}

/* jobs.md 2.22 step 1: what was asked for on demand within 24 hours keeps sector and profile, and
 * is compared with that sector.  The clock shows 2026-02-03 01:00 UTC. */
static void
asked_on_demand(void **state)
{
#define ASKED                                                                                \
	"SELECT concat_ws(' ', sector, profile_structural ->> 'source', profile_structural " \
	"->> 'x', relative_vs_sector_1y) FROM fintra_snapshots"
#define ASK(at)                                                                                 \
	"UPDATE fintra_snapshots SET sector = 'Utilities', profile_structural = '{\"source\": " \
	"\"on_demand\", \"x\": 7, \"last_updated\": \"" at "\"}'"

	(void)state;
	companies(1, "Energy");
	benchmarks("Utilities", AS_OF);
	snapshots_run(NULL, NULL);
	expect(ASKED, "Energy local_backfill_v1 -2"); /* 1 - 3 */
	ground_sql(&ground, ASK("2026-02-02T01:30:00.000Z"));
	snapshots_run(NULL, NULL);
	expect(ASKED, "Utilities on_demand 7");
	assert_int_equal(snapshots_run("force=1", NULL).counts.unchanged, 1);
	ground_sql(&ground, ASK("2026-02-02T00:59:59.000Z"));
	snapshots_run(NULL, NULL);
	expect(ASKED, "Energy local_backfill_v1 -2");
	ground_sql(&ground, ASK("2026-02-02T23:00:00.000Z") ", engine_version = 'x'");
	snapshots_run(NULL, NULL);
	expect("SELECT string_agg(sector, ' ' ORDER BY engine_version) FROM fintra_snapshots",
	       "Energy Utilities");
}

static void
second_run_changes_nothing(void **state)
{
	char first[64], second[64];
	int64_t tuples;
	struct outcome o;

	(void)state;
	companies(40, "Energy");
	assert_int_equal(snapshots_run(NULL, NULL).counts.inserted, 40);
	ground_sum(&ground, first);
	tuples = ground_tuples(&ground);
	set_conf("run", "workers", "1");
	o = snapshots_run("force=1", NULL);
	set_conf("run", "workers", "0");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.unchanged, 40);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	ground_sum(&ground, second);
	assert_string_equal(second, first);
	/* cron_state is the runner's. */
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* The next unit is read on a connection of its own; where none is to be had, in turn. */
static void
one_connection(void **state)
{
	char two[64], one[64];
	struct outcome o;

	(void)state;
	companies(30, "Energy");
	set_conf("run", "batch_rows", "5");
	snapshots_run(NULL, NULL);
	expect(IN_TURN, "0");
	ground_sum(&ground, two);
	ground_sql(&ground, "TRUNCATE fintra_snapshots");
	set_conf("db", "connections", "1");
	o = snapshots_run(NULL, NULL);
	set_conf("db", "connections", "6");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 30);
	expect(IN_TURN, "1");
	ground_sum(&ground, one);
	assert_string_equal(one, two);
}

/* Ranks belong to another job. */
static void
ranks_stay(void **state)
{
	(void)state;
	companies(2, "Energy");
	snapshots_run(NULL, NULL);
	ground_sql(&ground, "UPDATE fintra_snapshots SET sector_rank = 7, industry_rank = 8; "
			    "UPDATE performance_windows SET asset_return = asset_return + 1");
	assert_int_equal(snapshots_run(NULL, NULL).counts.updated, 2);
	expect("SELECT string_agg(concat_ws(' ', ticker, sector_rank, industry_rank), ', ' ORDER "
	       "BY ticker) FROM fintra_snapshots",
	       "C001 7 8, C002 7 8");
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];
	struct outcome o;

	(void)state;
	companies(3, "Energy");
	ground_sum(&ground, before);
	o = snapshots_run("dry_run=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	ground_sum(&ground, after);
	assert_string_equal(after, before);
	expect("SELECT count(*) FROM fintra_snapshots", "0");
}

/* Units are whole industries, here three of ten companies; the last one fails.  Resumed: the first
 * two are not written again, and the end is that of an undisturbed run. */
static void
interrupted_and_resumed(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t run;

	(void)state;
	companies(30, "Energy");
	set_conf("run", "batch_rows", "5");
	assert_int_equal(snapshots_run(NULL, NULL).counts.inserted, 30);
	ground_sum(&ground, whole);
	ground_sql(&ground,
		   "TRUNCATE fintra_snapshots;"
		   "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
		   "EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;"
		   "CREATE TRIGGER refuse BEFORE INSERT ON fintra_snapshots FOR EACH ROW WHEN "
		   "(NEW.ticker = 'C029') EXECUTE FUNCTION refuse()");
	o = snapshots_run(NULL, NULL);
	run = o.run;
	assert_int_equal(o.state, RUN_FAILURE);
	expect("SELECT count(*) FROM fintra_snapshots", "20");
	ground_sql(&ground, "DROP TRIGGER refuse ON fintra_snapshots");
	o = ground_resume(&ground, run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 30);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
	expect("SELECT concat_ws(' ', result ->> 'processed', result ->> 'with_fgos', result ->> "
	       "'with_ifs', result ->> 'with_relative_1y') FROM fintra_ops.run ORDER BY id DESC "
	       "LIMIT 1",
	       "30 30 30 30");
	expect("SELECT count(*) FROM fintra_ops.unit WHERE run_id = (SELECT max(id) FROM "
	       "fintra_ops.run)",
	       "3");
}

/* Without benchmarks there is no score: right, but said. */
static void
empty_sector_benchmarks(void **state)
{
	(void)state;
	companies(3, "Energy");
	ground_sql(&ground, "TRUNCATE sector_benchmarks");
	assert_int_equal(snapshots_run(NULL, NULL).state, RUN_SUCCESS);
	expect("SELECT concat_ws(' ', count(*), count(fgos_score)) FROM fintra_snapshots", "3 0");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg LIKE "
	       "'sector_benchmarks has no row up to 2026-02-02: %'",
	       "1");
}

/* Nothing there to compare with: the fields stay NULL, the run succeeds and says what to do. */
static void
empty_performance_windows(void **state)
{
	struct outcome o;

	(void)state;
	companies(3, "Energy");
	ground_sql(&ground, "TRUNCATE performance_windows");
	o = snapshots_run(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect("SELECT concat_ws(' ', count(*), count(coalesce(relative_vs_sector_1m, "
	       "relative_vs_sector_3m, relative_vs_sector_6m, relative_vs_sector_1y, "
	       "relative_vs_sector_2y, relative_vs_sector_3y, relative_vs_sector_5y, "
	       "relative_vs_market_1m, relative_vs_market_3m, relative_vs_market_6m, "
	       "relative_vs_market_1y, relative_vs_market_2y, relative_vs_market_3y, "
	       "relative_vs_market_5y)), count(ifs)) FROM fintra_snapshots",
	       "3 0 0");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg LIKE "
	       "'performance_windows has no row for these companies up to 2026-02-02: %'",
	       "1");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whom_it_is_for),	       TEST(companies_without_a_sector),
		TEST(asked_on_demand),	       TEST(second_run_changes_nothing),
		TEST(one_connection),	       TEST(ranks_stay),
		TEST(dry_run_writes_nothing),  TEST(interrupted_and_resumed),
		TEST(empty_sector_benchmarks), TEST(empty_performance_windows),
	};

	return cmocka_run_group_tests_name("fmp_bulk_run", tests, open_ground, close_ground);
}
