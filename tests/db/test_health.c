/* Checks of the seed's section 7 and design.md section 7.  Expected figures are counted by hand
 * from the rows that each test writes. */
#include "core/health.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW "2026-02-03T12:00:00Z"

static const char *
ready(void)
{
	const char *info = support_db("t_health", true);

	support_ready(info);
	return info;
}

static void
measure_as(const char *info, const char *now, struct health *h)
{
	DB_AUTO db = support_open(info);
	struct conf conf = support_conf(info);
	struct freshness f;
	struct err e = ERR_INIT;

	conf.abandoned_ms = 60000;
	struct check_env env = {
		db, &conf, &fintra_catalogue, &f, support_date("2026-02-02"), support_ms(now)
	};
	support_fresh(info, "2026-02-02", now, &f);
	if (health_measure(&env, h, &e) < 0)
		fail_msg("%s", e.text);
	freshness_done(&f);
}

static const struct check_result *
find(const struct health *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->at[i].name, name) == 0)
			return &h->at[i];
	fail_msg("no check %s", name);
	return NULL;
}

static void
expect(const char *info, const char *name, const char *state, const char *value)
{
	struct health h;
	const struct check_result *r;

	measure_as(info, NOW, &h);
	r = find(&h, name);
	if (strcmp(check_state_name(r->state), state) != 0)
		print_error("%s: %s\n", name, r->value);
	assert_string_equal(check_state_name(r->state), state);
	if (value)
		assert_string_equal(r->value, value);
	health_done(&h);
}

static void
all_well(void **state)
{
	struct health h;
	const char *info = ready();

	(void)state;
	measure_as(info, NOW, &h);
	for (size_t i = 0; i < h.n; i++)
		if (!h.at[i].idle && h.at[i].state != CHECK_OK)
			print_error("%s: %s\n", h.at[i].name, h.at[i].value);
	assert_int_equal(h.bad, 0);
	assert_int_equal(h.worst, CHECK_OK);
	assert_int_equal(h.n, 14 + 21); /* the catalogue's, and one per table of design.md 7 */
	health_done(&h);
	/* 20 tickers x 7 windows */
	expect(info, "performance_windows_populated", "ok",
	       "140 rows, 20 tickers, 7 windows, 2026-02-02..2026-02-02");
}

static void
truncated_windows(void **state)
{
	const char *info = ready();
	struct health h;

	(void)state;
	support_sql(info, "TRUNCATE performance_windows");
	measure_as(info, NOW, &h);
	assert_int_equal(h.worst, CHECK_CRITICAL);
	assert_int_equal(find(&h, "performance_windows_empty")->state, CHECK_CRITICAL);
	assert_string_equal(find(&h, "performance_windows_empty")->remedy[0],
			    "fintra backfill performance-windows --as-of 2026-02-02");
	assert_int_equal(find(&h, "performance_windows_populated")->state, CHECK_CRITICAL);
	assert_int_equal(find(&h, "performance_windows_fresh")->state, CHECK_CRITICAL);
	health_done(&h);
}

static void
sector_behind(void **state)
{
	const char *info = ready();
	struct health h;
	const struct check_result *r;

	(void)state;
	support_sql(info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'");
	measure_as(info, "2026-02-03T08:59:00Z", &h);
	r = find(&h, "sector_performance_stale");
	assert_int_equal(r->state, CHECK_WARNING); /* until the deadline */
	assert_true(r->has_strict);
	assert_int_equal(r->strict, CHECK_CRITICAL); /* the seed's literal rule */
	assert_string_equal(r->strict_value, "2026-01-30");
	assert_string_equal(r->remedy[0],
			    "fintra run sector-performance-aggregator --as-of 2026-02-02");
	assert_string_equal(r->remedy[1],
			    "fintra run performance-windows-aggregator --as-of 2026-02-02");
	health_done(&h);
	expect(info, "sector_performance_stale", "critical", "2026-01-30");
	expect(info, "sector_windows_dates_agree", "critical",
	       "windows 2026-02-02, benchmarks 2026-01-30");
}

static void
snapshot_sql(const char *info, int n, int with)
{
	char sql[512];

	fmt_buf(sql, sizeof(sql),
		"TRUNCATE fintra_snapshots; INSERT INTO fintra_snapshots (ticker, snapshot_date, "
		"engine_version,"
		" profile_structural, market_snapshot, valuation, market_position, "
		"investment_verdict, data_confidence,"
		" fgos_score, relative_vs_sector_1y) SELECT 'S' || g, '2026-02-02', 'v', '{}', "
		"'{}', '{}', '{}', '{}', '{}', 50,"
		" CASE WHEN g <= %d THEN 1.5 END FROM generate_series(1, %d) g",
		with, n);
	support_sql(info, sql);
}

static void
snapshots(void **state)
{
	const char *info = ready();

	(void)state;
	support_sql(info, "TRUNCATE fintra_snapshots");
	/* never a division by zero */
	expect(info, "snapshots_pct_missing", "critical", "no snapshots for 2026-02-02");
	expect(info, "snapshots_inputs_mixed", "unknown", NULL);
	snapshot_sql(info, 40, 20);
	expect(info, "snapshots_pct_missing", "ok", "50.0%"); /* the seed: > 50 % */
	expect(info, "snapshots_relative_1y", "ok", "20 of 40");
	expect(info, "scatter_data", "ok", "20 points");
	snapshot_sql(info, 40, 9);
	expect(info, "snapshots_pct_missing", "critical", "77.5%");
	expect(info, "scatter_data", "warning", "9 points");
	snapshot_sql(info, 40, 0);
	expect(info, "snapshots_relative_1y", "critical", "0 of 40");
}

/* Windows that were filled after the snapshots were made: what is to be done is not the windows. */
static void
snapshots_of_other_windows(void **state)
{
	const char *info = ready();
	const struct check_result *r;
	struct health h;

	(void)state;
	support_sql(info, "UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL");
	measure_as(info, NOW, &h);
	r = find(&h, "snapshots_inputs_mixed");
	assert_int_equal(r->state, CHECK_CRITICAL);
	assert_string_equal(r->value,
			    "20 of 20 lack the relative return 1Y that performance_windows has");
	r = find(&h, "snapshots_pct_missing");
	assert_string_equal(r->value, "100.0%");
	assert_string_equal(r->remedy[0], "fintra run fmp-bulk --as-of 2026-02-02");
	assert_string_equal(r->remedy[1], "fintra run compute-ranks --as-of 2026-02-02");
	health_done(&h);
	support_sql(info, "DELETE FROM performance_windows WHERE as_of_date = '2026-02-02'");
	measure_as(info, NOW, &h);
	r = find(&h, "snapshots_pct_missing");
	assert_string_equal(r->remedy[0],
			    "fintra run performance-windows-aggregator --as-of 2026-02-02");
	health_done(&h);
}

static void
lost_runs(void **state)
{
	static const char gone[] = "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
				   "origin, gate, build, lock_key, created_at,"
				   " started_at) VALUES ('performance-bulk', '2026-02-02', "
				   "'running', 'a', 'h', 1, 'cli', 'warn', 'x', 1,"
				   " now() - interval '2 hours', now() - interval '2 hours')";
	static const char good[] = "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
				   "origin, gate, build, lock_key, created_at)"
				   " VALUES ('performance-bulk', '2026-02-02', 'success', 'a', "
				   "'h', 1, 'cli', 'warn', 'x', 1, now())";
	const char *info = ready();

	(void)state;
	expect(info, "runs_lost", "ok", "0");
	support_sql(info, gone);
	expect(info, "runs_lost", "warning", "1");
	/* A look without writing makes nothing good. */
	support_sql(info,
		    "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, "
		    "gate, build, lock_key, created_at, params) SELECT job, as_of, 'success', "
		    "who, host, pid, origin, gate, build, lock_key, created_at, "
		    "'{\"dry_run\": true}' FROM fintra_ops.run WHERE state = 'running'");
	expect(info, "runs_lost", "warning", "1");
	support_sql(info, good);
	expect(info, "runs_lost", "ok", "0");
}

static void
since_is_kept(void **state)
{
	const char *info = ready();
	struct health h;

	(void)state;
	measure_as(info, "2026-02-03T12:00:00Z", &h);
	health_done(&h);
	measure_as(info, "2026-02-03T13:00:00Z", &h);
	assert_int_equal(find(&h, "performance_windows_empty")->since_ms,
			 support_ms("2026-02-03T12:00:00Z"));
	health_done(&h);
	support_sql(info, "TRUNCATE performance_windows");
	measure_as(info, "2026-02-03T14:00:00Z", &h);
	assert_int_equal(find(&h, "performance_windows_empty")->since_ms,
			 support_ms("2026-02-03T14:00:00Z"));
	health_done(&h);
}

#define DAY_OF_WINDOWS                                                                             \
	"SELECT string_agg(concat_ws(' ', as_of, state, figure), ', ') FROM fintra_ops.check_day " \
	"WHERE name = 'performance_windows_populated'"

static void
day_is(const char *info, const char *want)
{
	char *have = support_psql(info, DAY_OF_WINDOWS);

	assert_string_equal(have, want);
	free(have);
}

/* One row per session, as last seen: 20 tickers x 7 windows, then none. */
static void
each_session_is_kept_once(void **state)
{
	const char *info = ready();
	struct health h;

	(void)state;
	measure_as(info, "2026-02-03T12:00:00Z", &h);
	health_done(&h);
	day_is(info, "2026-02-02 ok 140");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.check_day"),
			 14 + 21); /* as all_well() counts */
	support_sql(info, "TRUNCATE performance_windows");
	measure_as(info, "2026-02-03T13:00:00Z", &h);
	health_done(&h);
	day_is(info, "2026-02-02 critical 0");
	/* A later look at that session is no look at the present one. */
	measure_as(info, "2026-02-04T13:00:00Z", &h);
	health_done(&h);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.check_day WHERE "
						"seen_at > '2026-02-03 14:00Z'"),
			 0);
}

/* A role that may only read gets the same answers and leaves no trace. */
/* The configuration's floor judges, so it is the one that is told. */
static void
configured_floor_is_told(void **state)
{
	const char *info = ready();
	DB_AUTO db = support_open(info);
	struct conf conf = support_conf(info);
	struct conf_table own = { .name = (char[]){ "sector_performance" },
				  .deadline_min = 300,
				  .floor = 0.95 };
	struct freshness f;
	struct health h;
	struct err e = ERR_INIT;
	struct check_env env = {
		db, &conf, &fintra_catalogue, &f, support_date("2026-02-02"), support_ms(NOW)
	};

	(void)state;
	conf.abandoned_ms = 60000;
	conf.tables = &own;
	conf.ntables = 1;
	assert_int_equal(
		freshness_measure(db, &conf, &fintra_catalogue, env.as_of, env.now_ms, &f, &e), 0);
	assert_int_equal(health_measure(&env, &h, &e), 0);
	assert_string_equal(find(&h, "sector_performance_fresh")->bound,
			    "2026-02-02, coverage >= 95%");
	health_done(&h);
	freshness_done(&f);
}

static void
read_only_role(void **state)
{
	const char *info = ready();
	char own[512];
	struct health h;

	(void)state;
	support_sql(info, "DO $$ BEGIN CREATE ROLE fintra_look LOGIN; EXCEPTION WHEN "
			  "duplicate_object THEN NULL; END $$;"
			  "GRANT USAGE ON SCHEMA public, fintra_ops TO fintra_look;"
			  "GRANT SELECT ON ALL TABLES IN SCHEMA public, fintra_ops TO fintra_look");
	fmt_buf(own, sizeof(own), "%s user=fintra_look", info);
	measure_as(own, NOW, &h);
	assert_int_equal(h.bad, 0);
	assert_int_equal(find(&h, "performance_windows_empty")->since_ms, 0);
	health_done(&h);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.check_since"), 0);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.check_day"), 0);
}

static void
broken_check_is_unknown(void **state)
{
	const char *info = ready();

	(void)state;
	support_sql(info, "ALTER TABLE performance_windows RENAME TO elsewhere");
	expect(info, "performance_windows_empty", "unknown", NULL);
	expect(info, "performance_windows_stale", "unknown", NULL);
	expect(info, "prices_daily_fresh", "ok", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_well),
		cmocka_unit_test(truncated_windows),
		cmocka_unit_test(sector_behind),
		cmocka_unit_test(snapshots),
		cmocka_unit_test(snapshots_of_other_windows),
		cmocka_unit_test(lost_runs),
		cmocka_unit_test(since_is_kept),
		cmocka_unit_test(each_session_is_kept_once),
		cmocka_unit_test(configured_floor_is_told),
		cmocka_unit_test(read_only_role),
		cmocka_unit_test(broken_check_is_unknown),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
