#include "tests/support_chain.h"

#include "jobs/catalogue.h"
#include "jobs/jobs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST "2012-06-29"
#define LAST "2018-07-18"   /* of the prices */
#define LOADED "2019-01-02" /* of the statements: after the day */
#define MARKET "KO"	    /* stands for SPY, which the files lack; so in the oracle */
#define STATEMENT_YEARS "2012", "2013", "2014", "2015", "2016", "2018"

enum { SQL_MAX = 8192 };

static const struct chain_day *day;
static bool ready;

#define NEEDS_DATA()            \
	do {                    \
		(void)state;    \
		if (!ready)     \
			skip(); \
	} while (0)

/* A success, or what a job whose newest date is that of the prices says on a day without any. */
static struct outcome
run_on(const struct job *job, const char *as_of, const char *param, const char *more)
{
	struct outcome o = GROUND_RUN(&ground, job, as_of, param, param ? more : NULL, NULL);

	if (o.state != RUN_SUCCESS && !strstr(o.why, "newest " LAST " < "))
		fail_msg("%s at %s: %s %s", job->name, as_of, o.err.text, o.why);
	return o;
}

/* Calls `each` for the jobs of these layers in the daily order, orchestrators left out. */
static void
of_layers(int from, int to, void (*each)(const struct job *job))
{
	for (const struct job *const *j = fintra_catalogue.jobs; *j; j++)
		if ((*j)->layer >= from && (*j)->layer <= to && !(*j)->steps)
			each(*j);
}

/* `text` with each "DAY" replaced. */
static void
sql_of_the_day(const char *text)
{
	char sql[SQL_MAX];
	size_t n = 0;

	while (*text && n + 32 < sizeof(sql)) {
		if (str_starts(text, "DAY")) {
			n += (size_t)snprintf(sql + n, sizeof(sql) - n, "date '%s'", day->iso);
			text += strlen("DAY");
		} else {
			sql[n++] = *text++;
		}
	}
	assert_int_equal(*text, 0);
	sql[n] = '\0';
	ground_sql(&ground, sql);
}

/* Multiples of earlier years as the oracle's older() has them, 20, 59 and 0 days beside the day of
 * that year; nearer ones always count more than the nonsense 30 days before. */
static const char older_multiples[] =
	"WITH v AS (SELECT *, row_number() OVER (ORDER BY ticker COLLATE \"C\") AS k FROM "
	"datos_valuacion WHERE valuation_date = DAY) "
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
	"denominator_period, sector, price, source, pe_ratio, ev_ebitda, price_to_fcf, "
	"price_to_sales) SELECT v.ticker, a.at, 'TTM', 'TTM', v.sector, v.price, 'older', "
	"o.pe_ratio, o.ev_ebitda, o.price_to_fcf, o.price_to_sales FROM (VALUES (1, (DAY - "
	"interval '1 year')::date + 20), (3, (DAY - interval '3 years')::date - 59), (5, (DAY - "
	"interval '5 years')::date)) a (years, at) CROSS JOIN v JOIN v o ON o.k = v.k + a.years "
	"UNION ALL SELECT ticker, (DAY - interval '1 year')::date - 30, 'TTM', 'TTM', sector, "
	"price, 'older', 999, 999, 999, 999 FROM v WHERE k < (SELECT max(k) FROM v) UNION ALL "
	"SELECT ticker, (DAY - interval '3 years')::date - 61, 'TTM', 'TTM', sector, price, "
	"'older', 999, 999, 999, 999 FROM v";

static void
run_of_the_day(const struct job *job)
{
	run_on(job, day->iso, NULL, NULL);
}

static int
load(void **state)
{
	const char *real = support_real(".");
	char path[600], to[300];

	(void)state;
	ground_open(&ground, day->database);
	for (int i = 0; real && i < 2; i++) {
		const char *part = i ? "prices" : "fmp-shape";

		(void)fmt_buf(path, sizeof(path), "%s/%s", real, part);
		(void)fmt_buf(to, sizeof(to), "%s/%s", ground.dir, part);
		assert_int_equal(symlink(path, to), 0);
	}
	if (!real)
		return 0;
	run_on(&job_sync_universe, day->iso, NULL, NULL);
	run_on(&job_industry_classification, day->iso, NULL, NULL);
	run_on(&job_prices_daily, LAST, "start=" FIRST, "end=" LAST);
	run_on(&job_financials_bulk, LOADED, "years=2012-2016,2018", NULL);
	run_on(&job_company_profile, day->iso, "mode=bulk", NULL);
	run_on(&job_dividends, LOADED, NULL, NULL);
	run_on(&job_valuation, day->iso, NULL, NULL);
	sql_of_the_day(older_multiples);
	ground_sql(&ground, "INSERT INTO prices_daily SELECT (jsonb_populate_record(p, "
			    "'{\"ticker\": \"SPY\"}')).* FROM prices_daily p WHERE ticker = "
			    "'" MARKET "'");
	of_layers(2, 2, run_of_the_day);
	ready = true;
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* Tables with a date, and what makes a key of its own beside it; NULL: rows have no date in it. */
static const char *const dated[][3] = {
	{ "prices_daily", "price_date", "{}" },
	{ "datos_financieros", "period_end_date", "{\"period_label\": \"later\"}" },
	{ "datos_valuacion", "valuation_date", "{}" },
	{ "datos_dividendos", "fiscal_year_end_date", "{}" },
	{ "datos_performance", "performance_date", "{}" },
	{ "sector_performance", "performance_date", "{}" },
	{ "industry_performance", "performance_date", "{}" },
	{ "performance_windows", "as_of_date", "{}" },
	{ "sector_benchmarks", "snapshot_date", "{}" },
	{ "sector_stats", "stats_date", "{}" },
	{ "industry_benchmarks", "snapshot_date", "{}" },
	{ "industry_alpha", "performance_date", "{}" },
	{ "sector_pe", "pe_date", "{}" },
	{ "industry_pe", "pe_date", "{}" },
	{ "fintra_snapshots", "snapshot_date", "{}" },
	{ "fintra_market_state", "coalesce(last_price_date, '-infinity')", NULL },
};

/* Of the rows up to a date; prices are none of these layers' tables. */
static void
sum_until(const char *date, char sum[64])
{
	char sql[SQL_MAX];
	size_t n = 0;

	for (size_t i = 1; i < ARRAY_LEN(dated); i++)
		n += (size_t)snprintf(
			sql + n, sizeof(sql) - n,
			"%s(SELECT string_agg(r, chr(10) ORDER BY r) FROM (SELECT "
			"(to_jsonb(x) - '{created_at,updated_at}'::text[])::text FROM "
			"%s x WHERE %s <= '%s') y (r))",
			i > 1 ? ", " : "SELECT md5(concat_ws(chr(9), ", dated[i][0], dated[i][1],
			date);
	(void)snprintf(sql + n, sizeof(sql) - n, "))");
	ground_text(&ground, sql, sum, 64);
}

/* A dry run does its work and takes it back; with an empty table behind it a forgotten row shows.
 */
static void
dry_then_real(const struct job *job)
{
	char before[64], dry[64], real[64];

	sum_until("infinity", before);
	assert_int_equal(strlen(before), 32);
	assert_true(run_on(job, day->iso, "dry_run=1", NULL).counts.read > 0);
	sum_until("infinity", dry);
	if (strcmp(dry, before) != 0)
		fail_msg("%s wrote in a dry run", job->name);
	run_of_the_day(job);
	sum_until("infinity", real);
	if (strcmp(real, before) == 0)
		fail_msg("%s wrote nothing", job->name);
}

static void
test_dry_runs_write_nothing(void **state)
{
	NEEDS_DATA();
	of_layers(3, 5, dry_then_real);
}

/* Every stock of the universe that has a sector, and no other. */
static void
test_every_stock_has_a_snapshot(void **state)
{
	char want[32];

	NEEDS_DATA();
	ground_text(&ground,
		    "SELECT count(*) FROM fintra_universe WHERE is_active AND instrument_type IN "
		    "('EQUITY', 'ADR') AND btrim(sector) <> '' AND ticker !~ '-(WT|RT)'",
		    want, sizeof(want));
	assert_true(strtol(want, NULL, 10) > 150);
	expect("SELECT count(*) FROM fintra_snapshots", want);
	expect("SELECT count(DISTINCT sector) FROM fintra_snapshots", "11");
}

/* Leaves of the stored rows by path; sentences for readers are free. */
#define LEAVES                                                                                    \
	"CREATE VIEW stored AS WITH RECURSIVE t (ticker, path, v) AS (SELECT s.ticker, key, "     \
	"value FROM fintra_snapshots s, jsonb_each(to_jsonb(s) - 'created_at') UNION ALL SELECT " \
	"ticker, path || '.' || k, x FROM t, LATERAL (SELECT key, value FROM jsonb_each(CASE "    \
	"jsonb_typeof(v) WHEN 'object' THEN v ELSE '{}' END) UNION ALL SELECT (n - 1)::text, x "  \
	"FROM jsonb_array_elements(CASE jsonb_typeof(v) WHEN 'array' THEN v ELSE '[]' END) WITH " \
	"ORDINALITY a (x, n)) e (k, x)) SELECT ticker, path, coalesce(v #>> '{}', 'null') AS "    \
	"value FROM t WHERE (jsonb_typeof(v) NOT IN ('object', 'array') OR v IN ('{}', '[]')) "   \
	"AND path NOT IN ('valuation.explanation', 'ifs.interpretation');"

#define NUMBER "'^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$'"

/* Pairs by FULL JOIN; figures to 1e-9 of the larger of 1 and the two, all else exactly. */
#define PAIRS                                                                                \
	"CREATE VIEW pair AS SELECT ticker, path, s.value AS mine, o.value AS theirs, CASE " \
	"WHEN s.value IS NULL OR o.value IS NULL THEN NULL WHEN s.value ~ " NUMBER " AND "   \
	"o.value ~ " NUMBER " THEN abs(s.value::numeric - o.value::numeric) <= 1e-9 * "      \
	"greatest(1, abs(s.value::numeric), abs(o.value::numeric)) ELSE s.value = o.value "  \
	"END AS same FROM stored s FULL JOIN oracle o USING (ticker, path);"

static void
run_oracle(void)
{
	char tsv[300], script[SQL_MAX];
	const char *argv[] = { "sh",
			       "-c",
			       "perl tests/oracle/snapshots.pl \"$@\" >\"$0\"",
			       tsv,
			       NULL,
			       day->iso,
			       ground.dir,
			       STATEMENT_YEARS,
			       NULL };
	struct support_out out;
	int code;

	(void)fmt_buf(tsv, sizeof(tsv), "%s/oracle.tsv", ground.dir);
	argv[4] = support_real_dir();
	code = support_exec(argv, NULL, &out);
	if (code != 0)
		fail_msg("oracle: %s", out.err);
	support_out_done(&out);
	(void)fmt_buf(
		script, sizeof(script),
		"CREATE TABLE oracle (ticker text, path text, value text, PRIMARY KEY (ticker, "
		"path));\n\\copy oracle FROM '%s'\n" LEAVES PAIRS,
		tsv);
	free(ground_psql(&ground, script));
}

/* Every leaf of every row: what differs is shown with both values. */
static void
test_snapshots_equal_the_oracle(void **state)
{
	char *got;

	NEEDS_DATA();
	run_oracle();
	got = ground_psql(&ground,
			  "CREATE TABLE judged AS SELECT * FROM pair;\n"
			  "SELECT concat_ws(', ', count(DISTINCT ticker) || ' companies', "
			  "count(DISTINCT path) || ' fields', count(*) || ' cells') FROM judged");
	printf("INFO: %s: %s compared with the oracle\n", day->iso, got);
	free(got);
	expect("SELECT concat_ws(' ', count(*) FILTER (WHERE mine IS NULL), count(*) FILTER "
	       "(WHERE theirs IS NULL), count(*) FILTER (WHERE NOT same)) || coalesce((SELECT "
	       "string_agg(format(E'\\n%s %s: %s, not %s', ticker, path, mine, theirs), '') FROM "
	       "(SELECT DISTINCT ON (regexp_replace(path, '[.][0-9]+', '')) * FROM judged WHERE "
	       "same IS NOT TRUE LIMIT 40) d), '') FROM judged",
	       "0 0 0");
	assert_true(ground_int(&ground, "SELECT count(*) FROM judged") >= day->cells);
}

/* engines.md 3.2 step 4: the weights, over what is there. */
static void
test_components_make_the_score(void **state)
{
	NEEDS_DATA();
	expect("SELECT count(*) FROM (SELECT fgos_score, (SELECT sum(w * v::numeric) / sum(w) FROM "
	       "(VALUES ('growth', 0.25), ('profitability', 0.3), ('efficiency', 0.2), "
	       "('solvency', 0.25)) c (name, w), LATERAL (SELECT fgos_components ->> name) x (v) "
	       "WHERE v IS NOT NULL) AS base FROM fintra_snapshots) s WHERE (fgos_score IS NULL) "
	       "<> (base IS NULL) OR fgos_score <> round(fgos_score) OR abs(fgos_score - base) > "
	       "0.5 + 1e-9",
	       "0");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM (SELECT FROM sector_benchmarks "
					     "WHERE sector <> 'General' AND metric NOT IN "
					     "('pe_ratio', 'ev_ebitda', 'price_to_fcf') GROUP BY "
					     "sector HAVING count(*) = 9) s"),
			 day->sectors);
	assert_true(ground_int(&ground, "SELECT count(fgos_score) FROM fintra_snapshots") >=
		    day->scored);
}

/* 1..n in each sector and each industry, n in the total, and no rank beside. */
static void
test_ranks_have_no_gaps(void **state)
{
	static const char *const kinds[][2] = {
		{ "sector", "sector" },
		{ "industry", "classification ->> 'industry'" },
	};

	NEEDS_DATA();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char sql[600], want[64];
		long ranked = (long)ground_int(&ground, "SELECT count(*) FROM fintra_snapshots "
							"WHERE ifs IS NOT NULL AND fgos_score IS "
							"NOT NULL");

		(void)fmt_buf(sql, sizeof(sql),
			      "SELECT concat_ws(' ', count(*) FILTER (WHERE ranks <> line), "
			      "sum(n)) FROM (SELECT %s AS name, count(*) AS n, "
			      "array_agg(%s_rank ORDER BY %s_rank) AS ranks, ARRAY(SELECT g::int "
			      "FROM generate_series(1, max(%s_rank_total)) g) AS line FROM "
			      "fintra_snapshots WHERE %s_rank IS NOT NULL GROUP BY 1) s",
			      kinds[i][1], kinds[i][0], kinds[i][0], kinds[i][0], kinds[i][0]);
		(void)fmt_buf(want, sizeof(want), "0 %ld", ranked);
		expect(sql, want);
		assert_true(ranked >= day->scored);
	}
}

static void
force_changes_nothing(const struct job *job)
{
	struct outcome o = run_on(job, day->iso, "force=1", NULL);

	if (o.counts.read == 0 || o.counts.inserted + o.counts.updated > 0)
		fail_msg("%s: read %lld, inserted %lld, updated %lld", job->name,
			 (long long)o.counts.read, (long long)o.counts.inserted,
			 (long long)o.counts.updated);
}

static void
test_second_run_changes_nothing(void **state)
{
	int64_t before;

	NEEDS_DATA();
	before = ground_tuples(&ground);
	of_layers(3, 5, force_changes_nothing);
	assert_int_equal(ground_tuples(&ground), before);
}

/* The newest rows of each table once more on the next day, all figures other. */
static void
add_the_next_day(void)
{
	for (size_t i = 0; i < ARRAY_LEN(dated) && dated[i][2]; i++) {
		const char *table = dated[i][0], *at = dated[i][1];
		char sql[1200];

		(void)fmt_buf(sql, sizeof(sql),
			      "INSERT INTO %s SELECT r.* FROM (SELECT * FROM %s WHERE %s = (SELECT "
			      "max(%s) FROM %s WHERE %s <= '%s')) s, LATERAL (SELECT "
			      "jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'number' THEN "
			      "to_jsonb(3 * value::numeric + 1) ELSE value END) || "
			      "jsonb_build_object('%s', date '%s' + 1) || '%s' FROM "
			      "jsonb_each(to_jsonb(s))) d (doc), LATERAL "
			      "jsonb_populate_record(NULL::%s, d.doc) r ON CONFLICT DO NOTHING",
			      table, table, at, at, table, at, day->iso, at, day->iso, dated[i][2],
			      table);
		ground_sql(&ground, sql);
		(void)fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE %s > '%s'", table,
			      at, day->iso);
		if (ground_int(&ground, sql) == 0)
			fail_msg("%s: nothing after the day", table);
	}
}

/* What comes after the day changes nothing of it, in any table of these layers. */
static void
test_later_data_changes_nothing(void **state)
{
	char before[64], after[64];

	NEEDS_DATA();
	sum_until(day->iso, before);
	assert_int_equal(strlen(before), 32);
	add_the_next_day();
	of_layers(3, 5, force_changes_nothing);
	sum_until(day->iso, after);
	assert_string_equal(after, before);
}

int
chain_suite(const struct chain_day *d)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dry_runs_write_nothing),
		cmocka_unit_test(test_every_stock_has_a_snapshot),
		cmocka_unit_test(test_snapshots_equal_the_oracle),
		cmocka_unit_test(test_components_make_the_score),
		cmocka_unit_test(test_ranks_have_no_gaps),
		cmocka_unit_test(test_second_run_changes_nothing),
		cmocka_unit_test(test_later_data_changes_nothing),
	};

	day = d;
	return cmocka_run_group_tests_name(d->database, tests, load, unload);
}
