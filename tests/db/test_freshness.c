/* States of design.md section 7 on real tables.  Expected values are worked out by hand: Monday
 * 2026-02-02 is a session, the one before is Friday 2026-01-30; New York is UTC-5 in winter, so the
 * deadline 04:00 of sector_performance is 09:00Z. */
#include "core/calendar.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#define AFTER_ALL "2026-02-03T12:00:00Z"
#define EVENING "2026-02-03T00:00:00Z" /* Monday 19:00 in New York */

struct step {
	const char *change, *as_of, *now, *table;
	enum table_state want;
};

static const char *
fresh_db(void)
{
	const char *info = support_db("t_fresh", true);

	support_ready(info);
	return info;
}

static void
expect(const char *info, const struct step *s)
{
	struct freshness f;
	const struct table_status *t;

	if (s->change)
		support_sql(info, s->change);
	support_fresh(info, s->as_of, s->now, &f);
	t = freshness_find(&f, s->table);
	if (t->state != s->want)
		print_error("%s at %s, now %s: is %s (%s)\n", s->table, s->as_of, s->now,
			    table_state_name(t->state), t->detail);
	assert_string_equal(table_state_name(t->state), table_state_name(s->want));
	freshness_done(&f);
}

static void
expect_all(const char *info, const struct step *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(info, &s[i]);
}

static void
all_fresh(void **state)
{
	struct freshness f;
	char want[100];
	int built = 0, missing = 0;

	(void)state;
	support_fresh(fresh_db(), "2026-02-02", AFTER_ALL, &f);
	for (const struct table *t = fintra_tables; t->name; t++)
		*(catalogue_writer(&fintra_catalogue, t->name) ? &built : &missing) += 1;
	fmt_buf(want, sizeof(want), "READY for 2026-02-02: %d tables fresh, %d not built", built,
		missing);
	assert_string_equal(f.verdict, want);
	assert_int_equal(built + missing, 30);
	assert_true(f.ready);
	assert_int_equal(f.exit_code, 0);
	assert_null(f.cause);
	assert_int_equal(f.layer[2].n_fresh, 4);
	freshness_done(&f);
}

static void
sector_by_the_clock(void **state)
{
	static const char last[] =
		"DELETE FROM sector_performance WHERE performance_date = '2026-02-02'";
	static const char friday[] =
		"DELETE FROM sector_performance WHERE performance_date = '2026-01-30'";
	static const struct step steps[] = {
		{ NULL, "2026-02-02", EVENING, "sector_performance", TABLE_FRESH },
		{ last, "2026-02-02", "2026-02-03T08:59:59.999Z", "sector_performance", TABLE_DUE },
		{ NULL, "2026-02-02", "2026-02-03T09:00:00Z", "sector_performance", TABLE_LATE },
		{ friday, "2026-02-02", EVENING, "sector_performance", TABLE_STALE },
		{ "TRUNCATE sector_performance", "2026-02-02", EVENING, "sector_performance",
		  TABLE_EMPTY },
	};

	(void)state;
	expect_all(fresh_db(), steps, ARRAY_LEN(steps));
}

/* Friday's data is fresh all weekend and on Monday until close + 2 h (F21). */
static void
weekend_holiday_half_day(void **state)
{
	static const struct {
		const char *now, *expected;
	} days[] = {
		{ "2026-02-01T12:00:00Z", "2026-01-30" }, /* Sunday */
		{ "2026-02-02T20:59:00Z", "2026-01-30" }, /* Monday 15:59 NY */
		{ "2026-02-02T22:59:59Z", "2026-01-30" }, /* 17:59:59 NY */
		{ "2026-02-02T23:00:00Z", "2026-02-02" }, /* 18:00 NY */
		{ "2026-01-20T15:00:00Z", "2026-01-16" }, /* day after Martin Luther King day */
		{ "2025-11-28T19:59:59Z", "2025-11-26" }, /* half day, 14:59 NY */
		{ "2025-11-28T20:00:00Z", "2025-11-28" },
	};
	const char *info = fresh_db();

	(void)state;
	support_sql(info, "DELETE FROM sector_performance");
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		char as_of[DATE_BUF], sql[640];

		date_iso(calendar_published(support_ms(days[i].now), 120), as_of);
		assert_string_equal(as_of, days[i].expected);
		fmt_buf(sql, sizeof(sql),
			"INSERT INTO sector_performance SELECT s, w, '%s', 1, 'x', now() FROM "
			"unnest(ARRAY['Energy',"
			"'Utilities','Technology','Healthcare','Industrials','Real Estate','Basic "
			"Materials',"
			"'Communication Services','Consumer Cyclical','Consumer "
			"Defensive','Financial Services']) s,"
			" unnest(ARRAY['1M','3M','6M','1Y','2Y','3Y','5Y']) w ON CONFLICT DO "
			"NOTHING",
			as_of);
		expect(info, &(struct step){ sql, as_of, days[i].now, "sector_performance",
					     TABLE_FRESH });
	}
}

static void
coverage_floors(void **state)
{
	static const struct step steps[] = {
		/* 70 of 77 rows are 90.9 %, 69 are 89.6 %; the floor is 90 % */
		{ "DELETE FROM sector_performance WHERE sector = 'Utilities' AND performance_date "
		  "= '2026-02-02'",
		  "2026-02-02", AFTER_ALL, "sector_performance", TABLE_FRESH },
		{ "DELETE FROM sector_performance WHERE sector = 'Healthcare' AND window_code = "
		  "'1M'"
		  " AND performance_date = '2026-02-02'",
		  "2026-02-02", AFTER_ALL, "sector_performance", TABLE_PARTIAL },
		/* 19 of the median 20 are 95 %, 18 are 90 %; the floor is 95 % */
		{ "DELETE FROM prices_daily WHERE ticker = 'T01' AND price_date = '2026-02-02'",
		  "2026-02-02", AFTER_ALL, "prices_daily", TABLE_FRESH },
		{ "DELETE FROM prices_daily WHERE ticker = 'T02' AND price_date = '2026-02-02'",
		  "2026-02-02", AFTER_ALL, "prices_daily", TABLE_PARTIAL },
		/* performance of what was priced: all 18 of them; then 17 of 18, floor 98 % */
		{ NULL, "2026-02-02", AFTER_ALL, "datos_performance", TABLE_FRESH },
		{ "DELETE FROM datos_performance WHERE ticker = 'T03'", "2026-02-02", AFTER_ALL,
		  "datos_performance", TABLE_PARTIAL },
		{ NULL, "2026-02-02", AFTER_ALL, "performance_windows", TABLE_FRESH },
		/* windows against another benchmark than the sector's are none */
		{ "UPDATE performance_windows SET benchmark_ticker = 'SPY' WHERE ticker = 'T04'",
		  "2026-02-02", AFTER_ALL, "performance_windows", TABLE_PARTIAL },
	};

	(void)state;
	expect_all(fresh_db(), steps, ARRAY_LEN(steps));
}

/* A warrant, an ETF and a stock without sector are not missed by anybody. */
static void
coverage_of_what_counts(void **state)
{
	static const char others[] =
		"INSERT INTO fintra_universe (ticker, name, is_active, first_seen, last_seen, "
		"sector, instrument_type)"
		" VALUES ('W1', 'Acme Warrants', true, '2020-01-02', '2026-02-02', 'Energy', "
		"'EQUITY'),"
		" ('E1', 'Fund', true, '2020-01-02', '2026-02-02', 'Energy', 'ETF'),"
		" ('N1', 'No sector', true, '2020-01-02', '2026-02-02', NULL, 'EQUITY');"
		"INSERT INTO prices_daily (ticker, price_date, close) SELECT x, '2026-02-02', 1"
		" FROM unnest(ARRAY['W1', 'E1', 'N1']) x;"
		"INSERT INTO datos_performance (ticker, window_code, performance_date, "
		"return_percent, source)"
		" SELECT x, '1M', '2026-02-02', 1, 'x' FROM unnest(ARRAY['N1', 'E1']) x";
	struct freshness f;
	const char *info = fresh_db();

	(void)state;
	support_sql(info, others);
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_int_equal(freshness_find(&f, "datos_performance")->den, 21);
	assert_int_equal(freshness_find(&f, "datos_performance")->num, 21);
	assert_int_equal(freshness_find(&f, "performance_windows")->den, 20);
	assert_int_equal(freshness_find(&f, "performance_windows")->num, 20);
	freshness_done(&f);
}

static void
history_of_prices(void **state)
{
	static const char good[] = "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
				   "origin, gate, build, lock_key, created_at)"
				   " SELECT 'prices-daily-bulk', d, 'success', 'a', 'h', 1, 'cli', "
				   "'warn', 'x', 1, now()"
				   " FROM unnest(ARRAY['2026-01-29', '2026-01-30']::date[]) d";
	const char *info = fresh_db();
	struct freshness f;

	(void)state;
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_string_equal(freshness_find(&f, "prices_daily")->basis, "median of 5 good sessions");
	freshness_done(&f);
	support_sql(info, good);
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_string_equal(freshness_find(&f, "prices_daily")->basis, "median of 2 good sessions");
	freshness_done(&f);
	support_sql(info, "DELETE FROM fintra_ops.run; DELETE FROM prices_daily WHERE price_date < "
			  "'2026-02-02'");
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_string_equal(freshness_find(&f, "prices_daily")->basis,
			    "active universe: no history yet");
	assert_int_equal(freshness_find(&f, "prices_daily")->den, 20);
	freshness_done(&f);
}

static void
expect_basis(const char *info, int64_t num, int64_t den, const char *basis)
{
	struct freshness f;

	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	const struct table_status *s = freshness_find(&f, "sector_benchmarks");

	assert_int_equal(s->num, num);
	assert_int_equal(s->den, den);
	assert_string_equal(s->basis, basis);
	freshness_done(&f);
}

/* Friday has six pairs, as Monday has; Thursday, which a run ended well for, has ten. */
static void
history_of_benchmarks(void **state)
{
	static const char good[] =
		"INSERT INTO sector_benchmarks (sector, metric, snapshot_date) SELECT 'Energy', "
		"'m' || i, '2026-01-29' FROM generate_series(1, 10) i; INSERT INTO fintra_ops.run "
		"(job, as_of, state, who, host, pid, origin, gate, build, lock_key, created_at) "
		"VALUES ('sector-benchmarks', '2026-01-29', 'success', 'a', 'h', 1, 'cli', 'warn', "
		"'x', 1, now())";
	const char *info = fresh_db();

	(void)state;
	expect_basis(info, 6, 6, "pairs of the last good session");
	support_sql(info, good);
	expect_basis(info, 6, 10, "pairs of the last good session");
	support_sql(info, "DELETE FROM sector_benchmarks WHERE snapshot_date < '2026-02-02'");
	expect_basis(info, 2, 2, "sectors of three stocks: no history yet");
	support_sql(info, "DELETE FROM sector_benchmarks WHERE sector = 'Energy'");
	expect_basis(info, 1, 2, "sectors of three stocks: no history yet");
}

/* Due travels down as due; what is late blocks. */
static void
blocked_and_due(void **state)
{
	static const char behind[] = "DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
				     "UPDATE datos_performance SET performance_date = '2026-01-30'";
	const char *info = fresh_db();
	struct freshness f;

	(void)state;
	support_sql(info, behind);
	support_fresh(info, "2026-02-02", EVENING, &f);
	assert_string_equal(table_state_name(freshness_find(&f, "datos_performance")->state),
			    "due");
	assert_int_equal(f.exit_code, 1);
	assert_string_equal(f.verdict, "NOT READY YET for 2026-02-02: prices_daily due 03:00 NY"
				       " -> 1 table not fresh");
	freshness_done(&f);
	support_fresh(info, "2026-02-02", "2026-02-03T08:30:00Z", &f);
	assert_string_equal(table_state_name(freshness_find(&f, "prices_daily")->state), "late");
	assert_string_equal(table_state_name(freshness_find(&f, "datos_performance")->state),
			    "blocked");
	assert_string_equal(freshness_find(&f, "datos_performance")->blocked_by, "prices_daily");
	assert_int_equal(f.exit_code, 2);
	assert_string_equal(f.cause->table->name, "prices_daily");
	freshness_done(&f);
}

static void
not_measurable(void **state)
{
	const char *info = fresh_db();
	struct freshness f;

	(void)state;
	support_sql(info, "ALTER TABLE sector_performance RENAME TO elsewhere");
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_string_equal(table_state_name(freshness_find(&f, "sector_performance")->state),
			    "unknown");
	assert_non_null(
		strstr(freshness_find(&f, "sector_performance")->detail, "sector_performance"));
	assert_string_equal(table_state_name(freshness_find(&f, "prices_daily")->state), "fresh");
	freshness_done(&f);
}

/* What no job of this build writes is measured and does not count. */
static void
not_built(void **state)
{
	struct freshness f;
	const struct table_status *s;

	(void)state;
	support_fresh(fresh_db(), "2026-02-02", AFTER_ALL, &f);
	s = freshness_find(&f, "fintra_ecosystem_reports");
	assert_null(s->writer);
	assert_string_equal(table_state_name(s->state), "empty");
	assert_int_equal(f.layer[5].n_counting, 1);
	assert_true(f.ready);
	freshness_done(&f);
}

/* A table without session date has the as-of of its writer's last whole run. */
static void
by_the_ledger(void **state)
{
	static const struct step steps[] = {
		{ NULL, "2026-02-02", AFTER_ALL, "asset_industry_map", TABLE_FRESH },
		{ "UPDATE fintra_ops.run SET state = 'partial'", "2026-02-02", AFTER_ALL,
		  "asset_industry_map", TABLE_FRESH },
		{ "UPDATE fintra_ops.run SET state = 'success', params = '{\"ticker\":\"T01\"}'",
		  "2026-02-02", AFTER_ALL, "asset_industry_map", TABLE_STALE },
		{ "UPDATE fintra_ops.run SET params = '{}', as_of = '2026-01-30'", "2026-02-02",
		  AFTER_ALL, "asset_industry_map", TABLE_LATE },
	};

	(void)state;
	expect_all(fresh_db(), steps, ARRAY_LEN(steps));
}

/* The state of the market has one row per ticker: its date is that of the run, its coverage that of
 * the active tickers; 06:00 in New York is 11:00Z. */
static void
market_state(void **state)
{
	static const struct step steps[] = {
		{ NULL, "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_FRESH },
		/* 19 of 20 are 95 %; a row of somebody else does not fill the gap */
		{ "UPDATE fintra_market_state SET ticker = 'GONE' WHERE ticker = 'T01'",
		  "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_PARTIAL },
		/* an older day took its place, by force */
		{ "UPDATE fintra_market_state SET ticker = 'T01' WHERE ticker = 'GONE'; INSERT "
		  "INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, "
		  "lock_key, created_at) SELECT job, '2026-01-30', 'partial', who, host, pid, "
		  "origin, gate, build, lock_key, created_at FROM fintra_ops.run WHERE job = "
		  "'market-state-bulk'",
		  "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_PARTIAL },
		/* it did not get far, but its first rows are those of the older day; refused, it
		   has written none */
		{ "UPDATE fintra_ops.run SET state = 'failure', rows_updated = 5 WHERE as_of = "
		  "'2026-01-30'",
		  "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_PARTIAL },
		{ "UPDATE fintra_ops.run SET rows_updated = 0 WHERE as_of = '2026-01-30'",
		  "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_FRESH },
		{ "DELETE FROM fintra_ops.run WHERE as_of = '2026-01-30'", "2026-02-02", AFTER_ALL,
		  "fintra_market_state", TABLE_FRESH },
		{ "UPDATE "
		  "fintra_ops.run SET params = '{\"limit\":5}' WHERE job = 'market-state-bulk'; "
		  "UPDATE fintra_market_state SET last_price_date = '2026-01-30'",
		  "2026-02-02", "2026-02-03T10:59:00Z", "fintra_market_state", TABLE_DUE },
		{ NULL, "2026-02-02", "2026-02-03T11:01:00Z", "fintra_market_state", TABLE_LATE },
		{ "TRUNCATE fintra_market_state; UPDATE fintra_ops.run SET params = '{}'",
		  "2026-02-02", AFTER_ALL, "fintra_market_state", TABLE_EMPTY },
	};

	(void)state;
	expect_all(fresh_db(), steps, ARRAY_LEN(steps));
}

static void
last_run_decorates(void **state)
{
	static const char failed[] = "INSERT INTO fintra_ops.run (job, as_of, state, who, host, "
				     "pid, origin, gate, build, lock_key, created_at)"
				     " VALUES ('sector-performance-aggregator', '2026-02-02', "
				     "'failure', 'a', 'h', 1, 'cli', 'warn', 'x', 1,"
				     " now())";
	const char *info = fresh_db();
	struct freshness f;

	(void)state;
	support_sql(info, failed);
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	assert_string_equal(freshness_find(&f, "sector_performance")->run, "failed");
	assert_string_equal(table_state_name(freshness_find(&f, "sector_performance")->state),
			    "fresh");
	freshness_done(&f);
}

static void
configured(void **state)
{
	const char *info = fresh_db();
	struct conf conf = support_conf(info);
	struct conf_table own = { .name = (char[]){ "sector_performance" },
				  .deadline_min = 300,
				  .floor = -1 };
	struct table_status s;
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(info);
	const struct catalogue *cat;
	struct freshness f;

	(void)state;
	support_sql(info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'");
	support_fresh(info, "2026-02-02", AFTER_ALL, &f);
	conf.tables = &own;
	conf.ntables = 1;
	cat = &(struct catalogue){ .jobs = (const struct job *const[]){ NULL },
				   .tables = f.at[0].table };
	assert_int_equal(freshness_measure_one(db, &conf, cat,
					       freshness_find(&f, "sector_performance")->table,
					       support_date("2026-02-02"),
					       support_ms("2026-02-03T09:30:00Z"), &s, &e),
			 0);
	assert_string_equal(table_state_name(s.state), "due");
	assert_string_equal(s.detail, "due 05:00 NY");
	freshness_done(&f);
}

/* Tables of millions of rows over the years are not read whole for their newest date: an index
 * begins with it (design.md 7: counts per session through an index). */
static void
dates_found_by_index(void **state)
{
	const char *info = support_db("t_dates_by_index", true);
	char *found = support_psql(
		info,
		"SELECT string_agg(DISTINCT c.relname || '.' || a.attname, ' ' ORDER BY c.relname "
		"|| "
		"'.' || a.attname) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN "
		"pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE a.atttypid "
		"= "
		"'date'::regtype AND c.relnamespace = 'public'::regnamespace");

	(void)state;
	assert_string_equal(found,
			    "datos_financieros.period_end_date datos_performance.performance_date "
			    "datos_valuacion.valuation_date fintra_snapshots.snapshot_date "
			    "industry_alpha.performance_date industry_benchmarks.snapshot_date "
			    "industry_performance.performance_date performance_windows.as_of_date "
			    "prices_daily.price_date");
	free(found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fresh),
		cmocka_unit_test(sector_by_the_clock),
		cmocka_unit_test(weekend_holiday_half_day),
		cmocka_unit_test(coverage_floors),
		cmocka_unit_test(coverage_of_what_counts),
		cmocka_unit_test(history_of_prices),
		cmocka_unit_test(history_of_benchmarks),
		cmocka_unit_test(blocked_and_due),
		cmocka_unit_test(not_measurable),
		cmocka_unit_test(not_built),
		cmocka_unit_test(market_state),
		cmocka_unit_test(by_the_ledger),
		cmocka_unit_test(last_run_decorates),
		cmocka_unit_test(configured),
		cmocka_unit_test(dates_found_by_index),
	};

	return cmocka_run_group_tests_name("freshness", tests, NULL, NULL);
}
