/* Layer 3 on real data.  Expected values are computed beside the program's tables by SQL of this
 * file, from the same input rows and in another way: order statistics by position in a sorted
 * array, statistics by PostgreSQL's own aggregates. */
#include "jobs/jobs.h"
#include "tests/support_recorded.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMER "2018-07-18"
#define WINTER "2018-12-31" /* with fiscal year 2018 all nine metrics of FGOS are there */
#define SPRING "2018-04-02" /* prices: enough for three months */
#define LOADED "2019-01-02"

static bool ready;

#define NEEDS_DATA()            \
	do {                    \
		(void)state;    \
		if (!ready)     \
			skip(); \
	} while (0)

/* The figures of each active stock by metric, and of those that are missing there the newest: "at"
 * is the date; newest = false means of the newest row only. */
#define VIEWS                                                                                     \
	"CREATE FUNCTION companies() RETURNS TABLE (ticker text, sector text, industry text) "    \
	"LANGUAGE sql AS $$ SELECT u.ticker, u.sector, coalesce((SELECT c.industry_name FROM "    \
	"asset_industry_map m JOIN industry_classification c USING (industry_code) WHERE "        \
	"m.ticker = u.ticker AND m.effective_to IS NULL), u.industry) FROM fintra_universe u "    \
	"WHERE u.ticker IN (SELECT ticker FROM fintra_active_stocks) $$;"                         \
	"CREATE FUNCTION figures(at date) RETURNS TABLE (ticker text, metric text, v numeric) "   \
	"LANGUAGE sql AS $$ SELECT s.ticker, m.key, m.value::numeric FROM companies() s, "        \
	"LATERAL (SELECT * FROM datos_financieros f WHERE f.ticker = s.ticker AND f.period_type " \
	"<> 'Q' AND f.period_end_date <= at ORDER BY f.period_end_date DESC, f.period_type = "    \
	"'FY' LIMIT 1) f, jsonb_each_text(to_jsonb(f)) m WHERE m.key IN ('roic', "                \
	"'operating_margin', 'net_margin', 'fcf_margin', 'debt_to_equity', "                      \
	"'interest_coverage', 'revenue_cagr', 'earnings_cagr', 'fcf_cagr') AND m.value IS NOT "   \
	"NULL UNION ALL SELECT s.ticker, m.key, m.value::numeric FROM companies() s, LATERAL "    \
	"(SELECT * FROM datos_valuacion v WHERE v.ticker = s.ticker AND v.valuation_date <= at "  \
	"ORDER BY v.valuation_date DESC LIMIT 1) f, jsonb_each_text(to_jsonb(f)) m WHERE m.key "  \
	"IN ('pe_ratio', 'ev_ebitda', 'price_to_fcf') AND m.value IS NOT NULL $$;"

/* Columns of both benchmark tables after group and metric, from a sorted array a of n figures. */
#define ORDER_STATISTICS                                                                     \
	"n, CASE WHEN n < 10 THEN 'low' WHEN n < 20 THEN 'medium' ELSE 'high' END AS conf, " \
	"a[1 + (n - 1) / 10] AS p10, a[1 + (n - 1) / 4] AS p25, a[1 + (n - 1) / 2] AS p50, " \
	"a[1 + (n - 1) * 3 / 4] AS p75, a[1 + (n - 1) * 9 / 10] AS p90, CASE WHEN n < 10 "   \
	"THEN a[1 + (n - 1) / 2] END AS med, CASE WHEN n < 10 THEN mean END AS mean"

static int
load(void **state)
{
	(void)state;
	if (!recorded_open("layer3_real"))
		return 0;
	run_ok(&job_sync_universe, SUMMER, NULL, NULL);
	run_ok(&job_industry_classification, SUMMER, NULL, NULL);
	run_ok(&job_valuation, SUMMER, NULL, NULL);
	run_ok(&job_prices_daily, SUMMER, "start=" SPRING, "end=" SUMMER);
	run_ok(&job_performance_bulk, SUMMER, NULL, NULL);
	run_ok(&job_sector_performance, SUMMER, NULL, NULL);
	run_ok(&job_industry_performance, SUMMER, NULL, NULL);
	run_ok(&job_industry_windows, SUMMER, NULL, NULL);
	run_ok(&job_financials_bulk, LOADED, "years=2012-2016,2018", NULL);
	ground_sql(&ground, VIEWS);
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

static long
compare_benchmarks(const char *table, const char *name, const char *at, const char *all)
{
	char mine[700], other[3000], what[100];

	(void)fmt_buf(mine, sizeof(mine),
		      "SELECT %s AS grp, metric, sample_size AS n, confidence AS conf, p10, p25, "
		      "p50, p75, p90, median AS med, trimmed_mean AS mean, (uncertainty_range IS "
		      "NOT NULL) AS ranged, coalesce((uncertainty_range->>'p5')::numeric <= "
		      "(uncertainty_range->>'p95')::numeric, true) AS sound FROM %s WHERE "
		      "snapshot_date = '%s'",
		      name, table, at);
	(void)fmt_buf(
		other, sizeof(other),
		"SELECT grp, metric, n, conf, p10, p25, p50, p75, p90, med, mean, n < 10 AS "
		"ranged, true AS sound FROM (SELECT grp, metric, " ORDER_STATISTICS
		" FROM (SELECT grp, metric, count(*)::int AS n, array_agg(v ORDER BY v) AS a, "
		"avg(v) AS mean FROM figures('%s') JOIN (SELECT ticker, %s AS grp FROM "
		"companies() %s) g USING (ticker) WHERE grp <> '' GROUP BY grp, metric HAVING "
		"count(*) >= 3) s) t",
		at, name, all);
	(void)fmt_buf(what, sizeof(what), "%s at %s", table, at);
	return compare(what, mine, other, "grp, metric");
}

static long
compare_stats(const char *at)
{
	char mine[400], other[2000];

	(void)fmt_buf(mine, sizeof(mine),
		      "SELECT sector, metric, sample_size AS n, p10, p25, p50, p75, p90, mean, "
		      "std_dev FROM sector_stats WHERE stats_date = '%s'",
		      at);
	(void)fmt_buf(
		other, sizeof(other),
		"SELECT sector, metric, count(*) AS n, percentile_cont(0.1) WITHIN GROUP (ORDER BY "
		"v) AS p10, percentile_cont(0.25) WITHIN GROUP (ORDER BY v) AS p25, "
		"percentile_cont(0.5) WITHIN GROUP (ORDER BY v) AS p50, percentile_cont(0.75) "
		"WITHIN GROUP (ORDER BY v) AS p75, percentile_cont(0.9) WITHIN GROUP (ORDER BY v) "
		"AS p90, avg(v) AS mean, stddev_samp(v) AS std_dev FROM (SELECT DISTINCT ON "
		"(f.ticker, m.key) s.sector, m.key AS metric, m.value::float8 AS v FROM "
		"datos_financieros f JOIN companies() s USING (ticker), "
		"jsonb_each_text(to_jsonb(f)) m WHERE f.period_type IN ('FY', 'TTM') AND "
		"f.period_end_date <= '%s' AND s.sector <> '' AND m.value IS NOT NULL AND m.key IN "
		"('revenue_cagr', 'earnings_cagr', 'roic', 'operating_margin', 'net_margin', "
		"'fcf_margin', 'debt_to_equity', 'interest_coverage') ORDER BY f.ticker, m.key, "
		"f.period_end_date DESC, f.period_type DESC) v GROUP BY sector, metric",
		at);
	return compare("sector_stats", mine, other, "sector, metric");
}

static void
test_sectors_equal_the_oracle(void **state)
{
	static const char *const at[] = { SUMMER, WINTER };

	NEEDS_DATA();
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		run_ok(&job_sector_benchmarks, at[i], NULL, NULL);
		assert_true(compare_benchmarks("sector_benchmarks", "sector", at[i],
					       "UNION ALL SELECT ticker, 'General' FROM "
					       "companies()") > 1000);
		assert_true(compare_stats(at[i]) > 500);
	}
	expect("SELECT concat_ws(' ', count(*) FILTER (WHERE confidence = 'low') > 0, count(*) "
	       "FILTER (WHERE confidence = 'medium') > 0, count(*) FILTER (WHERE confidence = "
	       "'high') > 0) FROM sector_benchmarks",
	       "t t t");
	expect("SELECT count(*) FROM sector_benchmarks WHERE sector = 'General' AND snapshot_date "
	       "= '" WINTER "'",
	       "12");
}

static void
test_industries_equal_the_oracle(void **state)
{
	static const char *const at[] = { SUMMER, WINTER };

	NEEDS_DATA();
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		run_ok(&job_industry_benchmarks, at[i], NULL, NULL);
		assert_true(compare_benchmarks("industry_benchmarks", "industry", at[i], "") > 400);
	}
	assert_true(
		compare("industry_alpha",
			"SELECT industry, window_code, benchmark_type, benchmark_key, "
			"performance_date, alpha_percent FROM industry_alpha",
			"SELECT industry, window_code, t AS benchmark_type, CASE t WHEN "
			"'market' THEN 'MARKET' ELSE sector END AS benchmark_key, "
			"p.performance_date, p.return_percent - CASE t WHEN 'market' THEN "
			"(SELECT return_percent FROM datos_performance d WHERE ticker = 'SPY' AND "
			"(d.window_code, d.performance_date) = (p.window_code, "
			"p.performance_date)) ELSE (SELECT return_percent FROM sector_performance "
			"s WHERE s.sector = c.sector AND (s.window_code, s.performance_date) = "
			"(p.window_code, p.performance_date)) END AS alpha_percent FROM "
			"industry_performance p JOIN industry_classification c ON industry_name = "
			"industry, unnest(ARRAY['sector', 'market']) t",
			"industry, window_code, benchmark_type") > 1000);
	expect("SELECT string_agg(DISTINCT window_code, ' ') FROM industry_alpha WHERE "
	       "alpha_percent IS NOT NULL AND benchmark_type = 'sector'",
	       "1M 3M");
}

/* The middle one, or the mean of the two middle ones, of the sorted positive ratios. */
static long
compare_pe(const char *table, const char *name, const char *group, int least)
{
	char mine[200], other[1000];

	(void)fmt_buf(mine, sizeof(mine), "SELECT %s AS grp, pe_date, pe FROM %s", name, table);
	(void)fmt_buf(other, sizeof(other),
		      "SELECT grp, valuation_date AS pe_date, (a[(n + 1) / 2] + a[n / 2 + 1]) / 2 "
		      "AS pe FROM (SELECT %s AS grp, valuation_date, count(*)::int AS n, "
		      "array_agg(pe_ratio ORDER BY pe_ratio) AS a FROM datos_valuacion JOIN "
		      "companies() c USING (ticker) WHERE pe_ratio > 0 GROUP BY 1, 2 HAVING "
		      "count(*) >= %d) s WHERE grp <> ''",
		      group, least);
	return compare(table, mine, other, "grp, pe_date");
}

static void
test_ratios_equal_the_oracle(void **state)
{
	NEEDS_DATA();
	run_ok(&job_sector_pe, SUMMER, NULL, NULL);
	run_ok(&job_industry_pe, SUMMER, NULL, NULL);
	assert_true(compare_pe("sector_pe", "sector", "datos_valuacion.sector", 3) >= 30);
	assert_true(compare_pe("industry_pe", "industry", "c.industry", 1) >= 100);
}

/* What comes after the day changes nothing of it. */
static void
test_no_look_ahead(void **state)
{
	char whole[64], past[64];

	NEEDS_DATA();
	ground_sum(&ground, whole);
	ground_sql(&ground,
		   "CREATE TABLE later AS SELECT * FROM datos_financieros WHERE period_end_date > "
		   "'" SUMMER "'; DELETE FROM datos_financieros WHERE period_end_date > '" SUMMER
		   "'; DELETE FROM sector_benchmarks WHERE snapshot_date = '" SUMMER
		   "'; DELETE FROM sector_stats WHERE stats_date = '" SUMMER "'");
	run_ok(&job_sector_benchmarks, SUMMER, "force=1", NULL);
	ground_sql(&ground, "INSERT INTO datos_financieros SELECT * FROM later");
	ground_sum(&ground, past);
	assert_string_equal(past, whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sectors_equal_the_oracle),
		cmocka_unit_test(test_industries_equal_the_oracle),
		cmocka_unit_test(test_ratios_equal_the_oracle),
		cmocka_unit_test(test_no_look_ahead),
	};

	return cmocka_run_group_tests_name("layer3_real", tests, load, unload);
}
