/* `why` over every table of the catalogue x { empty, newest session deleted, 60 % of its tickers
 * deleted, one session behind }, and over every pair of tables.  All jobs of the pipeline count
 * here.  The rows are plain SQL of this file; each break is rolled back.
 * Monday 2026-02-02 is the session; Friday 2026-01-30 the one before; a weekly table may be seven
 * sessions old (2026-01-22), its session before that is 2026-01-21. */
#include "core/why.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AFTER_ALL "2026-02-03T12:00:00Z"
#define SESSIONS                                                                \
	"unnest(ARRAY['2026-01-27', '2026-01-28', '2026-01-29', '2026-01-30', " \
	"'2026-02-02']::date[]) d"
#define SECTORS                                                                               \
	"unnest(ARRAY['Basic Materials', 'Communication Services', 'Consumer Cyclical', "     \
	"'Consumer Defensive', 'Energy', 'Financial Services', 'Healthcare', 'Industrials', " \
	"'Real Estate', 'Technology', 'Utilities']) s"
#define CANONICAL "unnest(ARRAY['1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y']) w"

/* 20 active tickers, two per industry, and one that left on Friday. */
static const char *const rows_sql[] = {
	"INSERT INTO fintra_universe (ticker, name, is_active, first_seen, last_seen, sector, "
	"industry,"
	" instrument_type) SELECT 'T' || lpad(g::text, 2, '0'), 'Company ' || g, true, "
	"'2020-01-02',"
	" '2026-02-02', CASE WHEN g <= 10 THEN 'Energy' ELSE 'Technology' END, 'Industry ' || g % "
	"10, 'EQUITY'"
	" FROM generate_series(1, 20) g",
	"INSERT INTO fintra_universe (ticker, name, is_active, first_seen, last_seen, "
	"instrument_type)"
	" VALUES ('GONE', 'Gone', false, NULL, '2026-01-30', 'EQUITY')",
	"INSERT INTO industry_classification (industry_code, industry_name, sector, source)"
	" SELECT 'I' || g, 'Industry ' || g, 'Energy', 'x' FROM generate_series(0, 9) g",
	"INSERT INTO asset_industry_map (ticker, effective_from, industry_code, source)"
	" SELECT ticker, '2025-06-02', 'I' || right(industry, 1), 'x' FROM fintra_universe WHERE "
	"is_active",
	"INSERT INTO prices_daily (ticker, price_date, close, adj_close) SELECT ticker, d, 10, 10"
	" FROM fintra_universe, " SESSIONS " WHERE is_active",
	"INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, source)"
	" SELECT ticker, 'FY', '2025', '2025-12-31', 'x' FROM fintra_universe WHERE is_active",
	"INSERT INTO company_profiles (ticker, updated_at) SELECT ticker, '2026-01-29' FROM "
	"fintra_universe"
	" WHERE is_active",
	"INSERT INTO datos_dividendos (ticker, year, source) SELECT ticker, y, 'x' FROM "
	"fintra_universe,"
	" unnest(ARRAY[2024, 2025]) y WHERE is_active",
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
	"denominator_period, sector,"
	" price, source) SELECT ticker, d, 'TTM', 'TTM', sector, 10, 'x' FROM "
	"fintra_universe, " SESSIONS " WHERE is_active",
	"INSERT INTO datos_valuacion_ttm (ticker, valuation_date, price, price_date) SELECT ticker,"
	" '2026-01-30', 10, '2026-01-30' FROM fintra_universe WHERE is_active",
	"INSERT INTO fmp_peers (ticker, peer_ticker) SELECT a.ticker, b.ticker FROM "
	"fintra_universe a,"
	" fintra_universe b WHERE a.is_active AND b.ticker IN ('T01', 'T02')",
	"INSERT INTO sec_filings (ticker, form_type, link, filing_date) SELECT ticker, '10-K', 'l',"
	" '2026-01-28' FROM fintra_universe WHERE is_active",
	"INSERT INTO fintra_sec_event_signals (ticker, link, filing_date, sec_item, event_type,"
	" event_category) SELECT ticker, 'l', '2026-01-28', '1', 'x', 'x' FROM fintra_universe",
	"INSERT INTO fintra_sec_structural_signals (ticker, fiscal_year) SELECT ticker, 2025 FROM "
	"fintra_universe",
	"INSERT INTO datos_performance (ticker, window_code, performance_date, return_percent, "
	"source)"
	" SELECT ticker, w, d, 5, 'x' FROM fintra_universe, unnest(ARRAY['1D', '1W', '1M', '3M', "
	"'6M', 'YTD',"
	" '1Y', '2Y', '3Y', '5Y']) w, " SESSIONS " WHERE is_active",
	"INSERT INTO sector_performance (sector, window_code, performance_date, return_percent)"
	" SELECT s, w, d, length(s) + length(w) + (d - '2026-01-01'::date) * 0.5 FROM " SECTORS
	", " CANONICAL ", " SESSIONS,
	"INSERT INTO industry_performance (industry, window_code, performance_date, "
	"return_percent, source)"
	" SELECT 'Industry ' || g, w, d, 1, 'x' FROM generate_series(0, 9) g, unnest(ARRAY['1D', "
	"'1M', '3M',"
	" '6M', '1Y', '2Y', '3Y', '5Y']) w, " SESSIONS,
	"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, asset_return,"
	" benchmark_return, alpha, as_of_date, source) SELECT ticker, sector, window_code, "
	"p.return_percent,"
	" s.return_percent, p.return_percent - s.return_percent, performance_date, 'x' FROM "
	"fintra_universe"
	" JOIN datos_performance p USING (ticker) JOIN sector_performance s USING (sector, "
	"window_code,"
	" performance_date)",
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date) SELECT s, 'roe', d "
	"FROM " SECTORS ", " SESSIONS,
	"INSERT INTO sector_stats (sector, metric, stats_date, sample_size) SELECT s, 'roe', d, 1 "
	"FROM " SECTORS ", " SESSIONS,
	"INSERT INTO industry_benchmarks (industry, metric, snapshot_date) SELECT 'Industry ' || "
	"g, 'roe', d"
	" FROM generate_series(0, 9) g, " SESSIONS,
	"INSERT INTO industry_alpha (industry, window_code, benchmark_type, performance_date, "
	"benchmark_key)"
	" SELECT 'Industry ' || g, '1Y', 'market', d, 'SPY' FROM generate_series(0, 9) "
	"g, " SESSIONS,
	"INSERT INTO sector_pe (sector, pe_date, pe) SELECT s, d, 20 FROM " SECTORS ", " SESSIONS,
	"INSERT INTO industry_pe (industry, pe_date, pe, source) SELECT 'Industry ' || g, d, 20, "
	"'x'"
	" FROM generate_series(0, 9) g, " SESSIONS,
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, profile_structural,"
	" market_snapshot, valuation, market_position, investment_verdict, data_confidence)"
	" SELECT ticker, d, '1', '{}', '{}', '{}', '{}', '{}', '{}' FROM fintra_universe, " SESSIONS
	" WHERE is_active",
	"INSERT INTO fintra_market_state (ticker, last_price_date) SELECT ticker, '2026-02-02'"
	" FROM fintra_universe WHERE is_active",
	"INSERT INTO sic_industry_map VALUES ('1', 'x', 'I1', 'x', 'high')",
	"INSERT INTO industry_metadata VALUES ('I1', 'fast', '{1Y}', 1, '1', '2025-01-01')",
	"INSERT INTO fintra_ecosystem_reports (id, ticker) VALUES (1, 'T01')",
	"INSERT INTO cron_state VALUES ('x', '2026-02-02')",
};

/* Rows that the last run of a job left, where a count of them is what coverage is measured by. */
static const struct {
	const char *job;
	int rows;
} left[] = { { "sync-universe", 21 },
	     { "dividends-bulk-v2", 40 },
	     { "fmp-peers-bulk", 40 },
	     { "sec-10k-ingest", 20 } };

static const struct {
	const char *table, *reason;
} views[] = { { "fintra_active_stocks", "a view of fintra_universe: it has no rows of its own" } };

enum kind { EMPTY, NEWEST, TICKERS, BEHIND, KINDS };
static const char *const kind_name[] = { "empty", "newest session deleted",
					 "60 % of tickers deleted", "one session behind" };

static struct {
	struct catalogue cat;
	struct conf conf;
	struct db *db;
	int driven, skipped, pairs, chained, hidden, bad;
} t;

static void
sql(const char *text)
{
	struct err e = ERR_INIT;

	if (db_exec_sql(t.db, text, &e) < 0)
		fail_msg("%s: %s", text, e.text);
}

static int
left_by(const char *job)
{
	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		if (str_same(left[i].job, job))
			return left[i].rows;
	return 1;
}

static int
set_up(void **state)
{
	const char *info = support_db("t_why_all", true);
	char text[640];

	(void)state;
	t.conf = support_conf(info);
	t.conf.abandoned_ms = 60000;
	t.cat = fintra_catalogue;
	t.cat.jobs = fintra_known_jobs;
	t.db = support_open(info);
	for (size_t i = 0; i < ARRAY_LEN(rows_sql); i++)
		sql(rows_sql[i]);
	for (size_t i = 0; fintra_known_jobs[i]; i++) {
		const struct job *j = fintra_known_jobs[i];

		if (!j->writes || (j->flags & JOB_BACKFILL) || j->layer < 0)
			continue;
		fmt_buf(text, sizeof(text),
			"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, "
			"gate, build,"
			" lock_key, created_at, rows_unchanged) SELECT '%s', d, 'success', 'anna', "
			"'h', 1,"
			" 'cli', 'warn', 'x', 1, '2026-02-03 06:00Z', %d FROM " SESSIONS,
			j->name, left_by(j->name));
		sql(text);
	}
	sql("ANALYZE");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(t.db);
	print_message("why over every table: %d (table, break) pairs driven, %d cannot apply; "
		      "%d pairs of breaks: %d of them one below the other, in %d the second is "
		      "not measurable before the first is repaired\n",
		      t.driven, t.skipped, t.pairs, t.chained, t.hidden);
	return 0;
}

static void
measure(struct freshness *f)
{
	struct err e = ERR_INIT;

	if (freshness_measure(t.db, &t.conf, &t.cat, support_date("2026-02-02"),
			      support_ms(AFTER_ALL), f, &e) < 0)
		fail_msg("%s", e.text);
}

/* Why a break cannot be made of this table, NULL = it can. */
static const char *
cannot(const struct table *table, enum kind k)
{
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (str_same(views[i].table, table->name))
			return views[i].reason;
	if (k != EMPTY && table->cadence == ON_DEMAND)
		return "reference data: no session is expected of it, only emptiness can be told";
	if (k == NEWEST && !table->date_column)
		return "no session column: a session of it cannot be deleted";
	return NULL;
}

/* The session before the one that is wanted. */
static const char *
one_behind(const struct table *table)
{
	return table->cadence == WEEKLY ? "2026-01-21" : "2026-01-30";
}

static void
make_behind(const struct table *table, char *out, size_t n)
{
	const struct job *job = catalogue_writer(&t.cat, table->name);

	if (!table->date_column) /* its as-of is that of the last good run */
		fmt_buf(out, n,
			"DELETE FROM fintra_ops.run WHERE job = '%s' AND as_of < '2026-02-02';"
			"UPDATE fintra_ops.run SET as_of = '%s' WHERE job = '%s'",
			job->name, one_behind(table), job->name);
	else
		fmt_buf(out, n,
			"DELETE FROM %s WHERE %s = '2026-01-30';"
			"UPDATE %s SET %s = '2026-01-30' WHERE %s = '2026-02-02'",
			table->name, table->date_column, table->name, table->date_column,
			table->date_column);
}

static void
break_table(const struct table *table, enum kind k)
{
	char text[900], at[160] = "true";

	if (table->date_column)
		fmt_buf(at, sizeof(at), "%s = '2026-02-02'", table->date_column);
	switch (k) {
	case EMPTY:
		fmt_buf(text, sizeof(text), "DELETE FROM %s", table->name);
		break;
	case NEWEST:
		fmt_buf(text, sizeof(text), "DELETE FROM %s WHERE %s", table->name, at);
		break;
	case TICKERS:
		fmt_buf(text, sizeof(text),
			"DELETE FROM %s WHERE %s AND %s IN (SELECT k FROM (SELECT k, row_number() "
			"OVER (ORDER"
			" BY k) AS i, count(*) OVER () AS n FROM (SELECT DISTINCT %s AS k FROM %s "
			"WHERE %s) a)"
			" b WHERE i <= ceil(n * 0.6))",
			table->name, at, table->key[0], table->key[0], table->name, at);
		break;
	default:
		make_behind(table, text, sizeof(text));
	}
	sql(text);
}

static const char *
state_of(enum kind k)
{
	return k == EMPTY ? "EMPTY" : k == TICKERS ? "PARTIAL" : "LATE";
}

static bool
named(const struct why *w, const char *table)
{
	for (size_t i = 0; i < w->n_causes; i++)
		if (str_same(w->cause[i]->table->name, table))
			return strstr(w->text, table) != NULL;
	return false;
}

static bool
planned(const struct why *w, const struct job *job)
{
	for (size_t i = 0; i < w->plan_n; i++)
		if (w->plan[i].job == job)
			return true;
	return false;
}

static void
explain(const char *table, enum kind k, const struct freshness *f, const struct why *w)
{
	print_error("%s, %s: %s\n", table, kind_name[k], w->text);
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].state != TABLE_FRESH)
			print_error("   %s %s\n", f->at[i].table->name, f->at[i].detail);
}

/* Asked for the table, it alone is the cause; asked for nothing, it is among them. */
static bool
drive(const struct table *table, enum kind k)
{
	static struct why own, all;
	struct freshness f;
	struct err e = ERR_INIT;
	char want[160];
	bool good;

	sql("BEGIN");
	break_table(table, k);
	measure(&f);
	assert_int_equal(why_build(&t.cat, &f, table->name, &own, &e), 0);
	assert_int_equal(why_build(&t.cat, &f, NULL, &all, &e), 0);
	fmt_buf(want, sizeof(want), "%s is %s. First cause: %s ", table->name, state_of(k),
		table->name);
	good = own.n_causes == 1 && named(&own, table->name) && str_starts(own.text, want);
	if (catalogue_writer(&t.cat, table->name))
		good = good && named(&all, table->name) &&
		       planned(&all, catalogue_writer(&t.cat, table->name)) &&
		       (all.n_causes == 1 || (k == BEHIND && !table->date_column));
	if (!good) {
		explain(table->name, k, &f, &own);
		print_error("   all: %s\n", all.text);
	}
	why_done(&own);
	why_done(&all);
	freshness_done(&f);
	sql("ROLLBACK");
	return good;
}

static void
names_every_table(void **state)
{
	int bad = 0;

	(void)state;
	for (const struct table *table = fintra_tables; table->name; table++)
		for (enum kind k = EMPTY; k < KINDS; k++) {
			const char *why_not = cannot(table, k);

			if (why_not) {
				t.skipped++;
				print_message("cannot apply: %s, %s: %s\n", table->name,
					      kind_name[k], why_not);
				continue;
			}
			t.driven++;
			bad += !drive(table, k);
		}
	assert_int_equal(bad, 0);
	assert_int_equal(t.driven + t.skipped, 4 * 30);
}

static void
nothing_is_broken(void **state)
{
	static struct why w;
	struct freshness f;
	struct err e = ERR_INIT;

	(void)state;
	measure(&f);
	assert_int_equal(why_build(&t.cat, &f, NULL, &w, &e), 0);
	if (!str_starts(w.text, "everything is fresh"))
		explain("nothing", EMPTY, &f, &w);
	assert_true(str_starts(w.text, "everything is fresh for 2026-02-02"));
	assert_int_equal(w.n_causes, 0);
	assert_int_equal(w.plan_n, 0);
	why_done(&w);
	freshness_done(&f);
}

static bool
reads(const struct table *table, const char *in)
{
	const struct job *job = catalogue_writer(&t.cat, table->name);

	return str_same(table->view_of, in) || (job && str_has(job->reads, in));
}

/* Whether the break of `in` is reason enough for the break of `table`: what is behind could not be
 * made without it, rows are missing because its rows were. */
static bool
follows(const struct table *table, enum kind k, const struct table *in, enum kind of)
{
	bool behind = k == NEWEST || k == BEHIND;

	/* Windows no longer agree with benchmarks that are gone, and snapshots are made of them. */
	if (str_same(in->name, "sector_performance") && of != EMPTY && behind &&
	    reads(table, "performance_windows"))
		return true;
	/* Of the universe all active tickers are of the newest session: the view is empty then;
	 * what is left of it after a loss of tickers is all of the session. */
	if (str_same(in->name, "fintra_universe") && reads(table, "fintra_active_stocks") &&
	    (of != TICKERS || !reads(table, in->name)))
		return of != TICKERS && (behind || of != BEHIND);
	if (!reads(table, in->name))
		return false;
	return behind || (k == EMPTY && of == EMPTY) ||
	       (k == TICKERS && (of == EMPTY || of == TICKERS));
}

/* Tables whose coverage is counted on the rows of another: where those are gone, so is the measure.
 */
static const struct {
	const char *table, *on;
} measured_on[] = {
	{ "industry_classification", "fintra_universe" },
	{ "asset_industry_map", "fintra_universe" },
	{ "datos_financieros", "fintra_universe" },
	{ "company_profiles", "fintra_universe" },
	{ "datos_performance", "fintra_universe" },
	{ "industry_performance", "fintra_universe" },
	{ "performance_windows", "fintra_universe" },
	{ "fintra_snapshots", "fintra_universe" },
	{ "fintra_market_state", "fintra_universe" },
	{ "datos_performance", "prices_daily" },
	{ "industry_performance", "prices_daily" },
	{ "performance_windows", "datos_performance" },
};

static bool
hidden(const struct table *table, enum kind k, const struct table *in, enum kind of)
{
	for (size_t i = 0; i < ARRAY_LEN(measured_on); i++)
		if (str_same(measured_on[i].table, table->name) &&
		    str_same(measured_on[i].on, in->name))
			return k == TICKERS && of != BEHIND;
	return false;
}

static void
drive_two(const struct table *a, enum kind ka, const struct table *b, enum kind kb)
{
	static struct why w;
	struct freshness f;
	struct err e = ERR_INIT;
	bool below = follows(b, kb, a, ka), above = follows(a, ka, b, kb);
	bool unseen = hidden(b, kb, a, ka);
	bool good;

	sql("BEGIN");
	break_table(a, ka);
	break_table(b, kb);
	measure(&f);
	assert_int_equal(why_build(&t.cat, &f, NULL, &w, &e), 0);
	good = named(&w, a->name) != above && planned(&w, catalogue_writer(&t.cat, a->name));
	if (!unseen)
		good = good && named(&w, b->name) != below &&
		       planned(&w, catalogue_writer(&t.cat, b->name));
	if (!good) {
		print_error("with %s %s: ", b->name, kind_name[kb]);
		explain(a->name, ka, &f, &w);
		t.bad++;
	}
	t.pairs++;
	t.hidden += unseen;
	t.chained += !unseen && (below || above);
	why_done(&w);
	freshness_done(&f);
	sql("ROLLBACK");
}

/* Every pair of tables, the kinds of break in turn. */
static void
names_both_of_two(void **state)
{
	int turn = 0;

	(void)state;
	for (const struct table *a = fintra_tables; a->name; a++)
		for (const struct table *b = a + 1; b->name; b++) {
			enum kind ka, kb;

			if (!catalogue_writer(&t.cat, a->name) ||
			    !catalogue_writer(&t.cat, b->name))
				continue;
			do {
				ka = (enum kind)(turn % KINDS);
				kb = (enum kind)(turn / KINDS % KINDS);
				turn += 3;
			} while ((cannot(a, ka) && !a->view_of && a->cadence != ON_DEMAND) ||
				 (cannot(b, kb) && !b->view_of && b->cadence != ON_DEMAND));
			if (!cannot(a, ka) && !cannot(b, kb))
				drive_two(a, ka, b, kb);
		}
	assert_int_equal(t.bad, 0);
	assert_true(t.pairs >= 20 * 19 / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_broken),
		cmocka_unit_test(names_every_table),
		cmocka_unit_test(names_both_of_two),
	};

	return cmocka_run_group_tests_name("why over every table", tests, set_up, tear_down);
}
