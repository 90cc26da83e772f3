/* Golden vectors of the original builder (FINTRA_REAL_DATA/../engines/snapshot_local.jsonl) put
 * into the tables, one company each, and read back from fintra_snapshots; and those of the ranks
 * (sector_rank.jsonl).  Compared by the server: texts, booleans, nulls and whole figures exactly,
 * others to 1e-9 of the larger of 1 and the two (engines.md section 0). */
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "snapshot_vectors";

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

/* Lines of the file as rows of vec (n, i, o); false when there is no such file. */
static bool
load(const char *file)
{
	static const char format[] =
		"CREATE TABLE vec (n serial, doc jsonb, i jsonb GENERATED ALWAYS AS (doc -> 'in') "
		"STORED, o jsonb GENERATED ALWAYS AS (doc -> 'out') STORED);\n"
		"\\copy vec (doc) FROM '%s' CSV QUOTE e'\\x01' DELIMITER e'\\x02'\n"
		"SELECT count(*) FROM vec;\n";
	char name[100], script[4700];
	const char *path;
	char *lines;

	(void)fmt_buf(name, sizeof(name), "../engines/%s", file);
	path = support_real(name);
	if (!path)
		return false;
	(void)fmt_buf(script, sizeof(script), format, path);
	lines = ground_psql(&ground, script);
	printf("INFO: %s: %s vectors\n", file, lines);
	assert_true(strtol(lines, NULL, 10) > 0);
	free(lines);
	return true;
}

/* Each vector's benchmarks hold for its own sector only: its name gets the vector's number.  Rows
 * against the industry and of other kinds of valuation are there to be left out. */
static const char tables[] =
	"CREATE FUNCTION sector_of(v vec) RETURNS text LANGUAGE sql AS $$ SELECT (v.i ->> "
	"'sector') || ' ' || v.n $$;"
	"INSERT INTO fintra_universe (ticker, name, sector, industry, instrument_type, is_active) "
	"SELECT 'V' || n, 'Vector ' || n, sector_of(vec), i ->> 'industry', 'EQUITY', true FROM "
	"vec;"
	"INSERT INTO industry_metadata VALUES ('Semiconductors', 'fast', '{3M,6M,1Y,2Y}', 2, 'v1', "
	"'2020-01-01'), ('Utilities - Diversified', 'slow', '{2Y,3Y,5Y}', 5, 'v1', '2020-01-01'), "
	"('Banks - Regional', 'medium', '{6M,1Y,2Y,3Y}', 3, 'v1', '2020-01-01');"
	"INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	"source, revenue, net_income, free_cash_flow, roic, operating_margin, net_margin, "
	"fcf_margin, debt_to_equity, interest_coverage, revenue_cagr, earnings_cagr, fcf_cagr) "
	"SELECT 'V' || n, r.period_type, r.period_label, r.period_end_date, 'x', r.revenue, "
	"r.net_income, r.free_cash_flow, r.roic, r.operating_margin, r.net_margin, r.fcf_margin, "
	"r.debt_to_equity, r.interest_coverage, r.revenue_cagr, r.earnings_cagr, r.fcf_cagr FROM "
	"vec, jsonb_to_recordset(i -> 'financials') AS r (period_type text, period_label text, "
	"period_end_date date, revenue numeric, net_income numeric, free_cash_flow numeric, roic "
	"numeric, operating_margin numeric, net_margin numeric, fcf_margin numeric, debt_to_equity "
	"numeric, interest_coverage numeric, revenue_cagr numeric, earnings_cagr numeric, fcf_cagr "
	"numeric);"
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
	"denominator_period, sector, price, source, pe_ratio, ev_ebitda, price_to_fcf, "
	"price_to_sales) SELECT 'V' || n, (i #>> '{valuation,valuation_date}')::date, k, k, 'x', "
	"10, 'x', (i #>> '{valuation,pe_ratio}')::numeric, (i #>> "
	"'{valuation,ev_ebitda}')::numeric, (i #>> '{valuation,price_to_fcf}')::numeric, (i #>> "
	"'{valuation,price_to_sales}')::numeric FROM vec, (VALUES ('TTM'), ('FY')) d (k) WHERE "
	"jsonb_typeof(i -> 'valuation') = 'object';"
	"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, as_of_date, "
	"asset_return, benchmark_return) SELECT 'V' || n, b, r.window_code, r.as_of_date, "
	"r.asset_return, CASE WHEN b = i ->> 'industry' THEN 77 ELSE r.benchmark_return END FROM "
	"vec, jsonb_to_recordset(i -> 'performance_windows') AS r (window_code text, as_of_date "
	"date, asset_return numeric, benchmark_return numeric), LATERAL (VALUES "
	"(coalesce(sector_of(vec), 'none')), (i ->> 'industry')) d (b) WHERE b IS NOT NULL;"
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date, p10, p25, p50, p75, p90, "
	"sample_size, confidence) SELECT sector_of(vec), m, (i ->> 'benchmarks_date')::date, (b "
	"->> 'p10')::numeric, (b ->> 'p25')::numeric, (b ->> 'p50')::numeric, (b ->> "
	"'p75')::numeric, (b ->> 'p90')::numeric, coalesce((b ->> 'sample_size')::int, 0), "
	"coalesce(b ->> 'confidence', 'pending') FROM vec, jsonb_each(i -> 'benchmarks') e (m, b) "
	"WHERE i ->> 'sector' IS NOT NULL;";

/* The stored row in the shape of a vector's `out`. */
static const char stored[] =
	"CREATE TABLE got AS SELECT v.n, CASE WHEN s.ticker IS NULL THEN jsonb_build_object("
	"'skipped', 'missing_sector') ELSE jsonb_build_object('skipped', NULL, 'sector', i -> "
	"'sector', 'relative', jsonb_build_object('1M', relative_vs_sector_1m, '3M', "
	"relative_vs_sector_3m, '6M', relative_vs_sector_6m, '1Y', relative_vs_sector_1y, '2Y', "
	"relative_vs_sector_2y, '3Y', relative_vs_sector_3y, '5Y', relative_vs_sector_5y), 'ifs', "
	"ifs - 'interpretation', 'fgos_score', fgos_score, 'fgos_status', fgos_status, "
	"'fgos_category', fgos_category) || jsonb_build_object('fgos_confidence_percent', "
	"fgos_confidence_percent, 'fgos_confidence_label', fgos_confidence_label, 'growth', "
	"f -> 'growth', 'profitability', f -> 'profitability', 'efficiency', f -> 'efficiency', "
	"'solvency', f -> 'solvency', 'maturity', fgos_maturity, 'years_count', d -> "
	"'fundamentals_years_count', 'first_year', d -> 'fundamentals_first_year', 'last_year', "
	"d -> 'fundamentals_last_year', 'cadence', d #> "
	"'{interpretation_context,industry_cadence}', 'dominant', d #> "
	"'{interpretation_context,dominant_horizons_used}', 'min_years', d #> "
	"'{interpretation_context,structural_horizon_min_years}', 'has_financials', d -> "
	"'has_financials', 'has_valuation', d -> 'has_valuation', 'has_performance', d -> "
	"'has_performance', 'has_fgos', d -> 'has_fgos', 'has_ifs', d -> 'has_ifs', 'layer_ifs', "
	"jsonb_build_object('state', d #> '{layer_status,ifs,state}', 'reason', d #> "
	"'{layer_status,ifs,blocking_reason}'), 'layer_growth', jsonb_build_object('state', d #> "
	"'{layer_status,fundamentals_growth,state}', 'reason', d #> "
	"'{layer_status,fundamentals_growth,blocking_reason}'), 'market_position', CASE WHEN p "
	"->> 'status' <> 'pending' THEN jsonb_build_object('roic', p -> 'roic', 'margin', p -> "
	"'margin', 'growth', p -> 'growth', 'summary', p -> 'summary', 'confidence', p -> "
	"'confidence') END) END AS o FROM vec v LEFT JOIN LATERAL (SELECT *, "
	"coalesce(fgos_components, '{}') AS f, data_confidence AS d, market_position AS p FROM "
	"fintra_snapshots WHERE ticker = 'V' || v.n) s ON true";

/* Of each vector its values by path, and what the table has instead; at most one level below. */
static const char different[] =
	"WITH flat AS (SELECT w, n, k || coalesce('.' || k2, '') AS path, CASE WHEN k2 IS NULL "
	"THEN v ELSE v2 END AS v FROM (SELECT 1 AS w, n, o FROM vec UNION ALL SELECT 2, n, o FROM "
	"got) b CROSS JOIN LATERAL jsonb_each(o) e (k, v) LEFT JOIN LATERAL jsonb_each(CASE WHEN "
	"jsonb_typeof(v) = 'object' THEN v ELSE '{}' END) s (k2, v2) ON true), pair AS (SELECT "
	"coalesce(a.n, b.n) AS n, coalesce(a.path, b.path) AS path, a.v AS want, b.v AS got FROM "
	"(SELECT * FROM flat WHERE w = 1) a FULL JOIN (SELECT * FROM flat WHERE w = 2) b USING (n, "
	"path)) SELECT concat_ws(' ', count(*) FILTER (WHERE same IS NOT TRUE), min(n || ' ' || "
	"path || ' want ' || coalesce(want::text, '-') || ' got ' || coalesce(got::text, '-')) "
	"FILTER (WHERE same IS NOT TRUE)) FROM (SELECT *, CASE WHEN jsonb_typeof(want) = 'number' "
	"AND jsonb_typeof(got) = 'number' AND want::numeric <> floor(want::numeric) THEN "
	"abs(want::numeric - got::numeric) <= 1e-9 * greatest(1, abs(want::numeric), "
	"abs(got::numeric)) ELSE want = got END AS same FROM pair) c";

static void
snapshots_from_table_rows(void **state)
{
	struct outcome o;

	(void)state;
	if (!load("snapshot_local.jsonl"))
		skip();
	ground_sql(&ground, tables);
	o = snapshots_run(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	ground_sql(&ground, stored);
	expect(different, "0");
	expect("SELECT count(*) > 30 FROM fintra_snapshots WHERE fgos_score IS NOT NULL", "t");
}

/* One engine version per vector: each is ranked by itself.  All rows have an old rank. */
static const char rank_rows[] =
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "
	"profile_structural, market_snapshot, valuation, market_position, investment_verdict, "
	"data_confidence, sector_rank, sector_rank_total, fgos_score, ifs) SELECT r.ticker, "
	"'2026-02-02', 'v' || n, r.sector, '{}', '{}', '{}', '{}', '{}', '{}', 99, 99, r.score, "
	"CASE WHEN r.position IS NOT NULL THEN jsonb_build_object('position', r.position, "
	"'pressure', r.pressure) END FROM vec, jsonb_to_recordset(i -> 'rows') AS r (ticker text, "
	"sector text, position text, pressure int, score numeric)";

static const char rank_differences[] =
	"SELECT concat_ws(' ', count(*), min(v.n || ' ' || w.ticker || ' want ' || "
	"coalesce(w.rank::text, '-') || ' got ' || coalesce(s.sector_rank::text, '-'))) FROM vec v "
	"CROSS JOIN LATERAL jsonb_to_recordset(v.o) AS w (ticker text, rank int, total int) FULL "
	"JOIN fintra_snapshots s ON s.ticker = w.ticker AND s.engine_version = 'v' || v.n WHERE "
	"(w.ticker, w.rank, w.total) IS DISTINCT FROM (s.ticker, s.sector_rank, "
	"s.sector_rank_total)";

static void
ranks_from_table_rows(void **state)
{
	struct outcome o;

	(void)state;
	ground_reset(&ground, database);
	if (!load("sector_rank.jsonl"))
		skip();
	ground_sql(&ground, rank_rows);
	o = GROUND_RUN(&ground, &job_compute_ranks, AS_OF, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	expect(rank_differences, "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshots_from_table_rows),
		cmocka_unit_test(ranks_from_table_rows),
	};

	return cmocka_run_group_tests_name("snapshot_vectors", tests, open_ground, close_ground);
}
