/* fmp-bulk on a few rows.  What must come of them was worked out by hand from engines.md; the
 * arithmetic stands beside each case. */
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "fmp_bulk";

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
	(void)state;
	ground_reset(&ground, database);
	return 0;
}

/* AAA with three fiscal years; its twelve months of the newest year's end come before the year. */
static void
one_company(void)
{
	static const char nines[] = "9, 9, 9, 9, 9, 9, 9, 9, 9";

	stock("AAA", "Technology");
	benchmarks("Technology", AS_OF);
	statement("AAA", "FY", "2023", "2023-12-31", nines);
	statement("AAA", "FY", "2024", "2024-12-31", nines);
	statement("AAA", "FY", "2025", "2025-12-31", nines);
	statement("AAA", "TTM", "TTM", "2025-12-31", "0.5, 2.5, 9, 3.5, 3.5, 3.5, 1.5, 1.5, 4.5");
}

/* growth: 10, 50, 90: 50.  profitability: 75.  efficiency: 75 and 25: 50.  solvency: debt of 25
 * turned to 75, coverage 90: 82.5.  0.25 * 50 + 0.3 * 75 + 0.2 * 50 + 0.25 * 82.5 = 65.625. */
static void
fgos_of_a_company(void **state)
{
	struct outcome o;

	(void)state;
	one_company();
	o = snapshots_run(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 1);
	expect("SELECT concat_ws(' ', ticker, snapshot_date, engine_version, sector, fgos_score, "
	       "fgos_category, fgos_status, fgos_confidence_percent, fgos_confidence_label, "
	       "fgos_maturity) FROM fintra_snapshots",
	       "AAA 2026-02-02 fintra-local-v1 Technology 66 Medium partial 66 Medium developing");
	expect("SELECT concat_ws(' ', f ->> 'growth', f ->> 'profitability', f ->> 'efficiency', "
	       "f ->> 'solvency') FROM (SELECT fgos_components AS f FROM fintra_snapshots) s",
	       "50 75 50 82.5");
	expect("SELECT concat_ws(' ', c ->> 'fundamentals_years_count', "
	       "c ->> 'fundamentals_first_year', c ->> 'fundamentals_last_year', "
	       "c ->> 'has_financials', c ->> 'has_valuation', c ->> 'has_performance') "
	       "FROM (SELECT data_confidence AS c FROM fintra_snapshots) s",
	       "3 2023 2025 true false false");
}

/* Of each window the newest row with both returns, against the sector and nothing else: 1M 5 - 2,
 * 3M of January 4 - 1, 1Y 10 - 20, 3Y 30 - 10; against the market 1Y 10 - 12. */
static void
some_windows(void)
{
	against("AAA", "Technology", "1M", AS_OF, "5, 2");
	against("AAA", "Technology", "1M", "2026-01-30", "50, 1");
	against("AAA", "Technology", "1M", "2026-02-03", "70, 1");
	against("AAA", "Technology", "3M", AS_OF, "NULL, 1");
	against("AAA", "Technology", "3M", "2026-01-30", "4, 1");
	against("AAA", "Technology", "1Y", AS_OF, "10, 20");
	against("AAA", "Technology", "3Y", AS_OF, "30, 10");
	against("AAA", "Software", "1Y", AS_OF, "10, 0");
	against("AAA", "Software", "5Y", AS_OF, "10, 0");
	against("AAA", "SPY", "1Y", AS_OF, "10, 12");
}

#define RELATIVE(against)                                                         \
	"SELECT concat_ws(' ', coalesce(relative_vs_" against "_1m::text, '-'), " \
	"coalesce(relative_vs_" against "_3m::text, '-'), "                       \
	"coalesce(relative_vs_" against "_6m::text, '-'), "                       \
	"coalesce(relative_vs_" against "_1y::text, '-'), "                       \
	"coalesce(relative_vs_" against "_2y::text, '-'), "                       \
	"coalesce(relative_vs_" against "_3y::text, '-'), "                       \
	"coalesce(relative_vs_" against "_5y::text, '-'), relative_vs_" against   \
	"_1w, relative_vs_" against "_ytd) FROM fintra_snapshots"

/* IFS by the default horizons 6M 1Y 2Y 3Y: 1Y below, 3Y above: follower, pressure 1.  Four of
 * seven windows, two blocks that contradict: 0.4 * 400 / 7 + 40 * 0.7 + 15 = 65.86. */
static void
relative_performance(void **state)
{
	(void)state;
	one_company();
	some_windows();
	assert_int_equal(snapshots_run(NULL, NULL).state, RUN_SUCCESS);
	expect(RELATIVE("sector"), "3 3 - -10 - 20 -");
	expect(RELATIVE("market"), "- - - -2 - - -");
	expect("SELECT concat_ws(' ', ifs ->> 'position', ifs ->> 'pressure', ifs ->> "
	       "'confidence', ifs ->> 'confidence_label') FROM fintra_snapshots",
	       "follower 1 66 Medium");
	expect("SELECT concat_ws(' ', result ->> 'processed', result ->> 'failed', result ->> "
	       "'skipped', result ->> 'with_fgos', result ->> 'with_ifs', result ->> "
	       "'with_relative_1y') FROM fintra_ops.run",
	       "1 0 0 1 1 1");
	expect("SELECT string_agg(concat_ws(' ', table_name, as_of, n_rows), ', ' ORDER BY "
	       "table_name) FROM fintra_ops.input",
	       "company_profiles 0, datos_dividendos 0, datos_financieros 4, "
	       "datos_valuacion 0, fintra_universe 2026-02-02 1, performance_windows 2026-02-02 5, "
	       "sector_benchmarks 2026-02-02 12, sector_pe 0");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg !~ '^gate'", "0");
}

/* Percentiles 50, 50 and 62.5: median 50, range 12.5, penalty 5.  A young company's label is one
 * lower.  The mood looks at the day and at 20 days before a year ago; 93 days are too far:
 * deviations 0.5, 0.5, 0.75 and 0, so (61.667 + 61.667 + 66.625 + 50) / 4 = 59.99, and 25 * (0.5 /
 * 3 + 0.5). */
static void
valuation_of_the_day(void **state)
{
	(void)state;
	one_company();
	multiples_of("AAA", AS_OF, "3, 3, 3.5, 2");
	multiples_of("AAA", "2025-01-13", "2, 2, 2, 2");
	multiples_of("AAA", "2024-11-01", "9, 9, 9, 9");
	snapshots_run(NULL, NULL);
	expect("SELECT concat_ws(' ', v ->> 'pe_ratio', v ->> 'price_to_fcf', v ->> "
	       "'price_to_sales', v ->> 'valuation_status', v ->> 'canonical_status', v ->> "
	       "'stage', v #>> '{confidence,percent}', v #>> '{confidence,label}') "
	       "FROM (SELECT valuation AS v FROM fintra_snapshots) s",
	       "3 3.5 2 fair fair_sector computed 95 Medium");
	expect("SELECT market_snapshot ->> 'price' FROM fintra_snapshots", "10");
	expect("SELECT concat_ws(' ', m ->> 'band', m ->> 'score', m ->> 'confidence') FROM "
	       "(SELECT investment_verdict #> '{modules,sentiment}' AS m FROM fintra_snapshots) s",
	       "optimistic 60 17");
	ground_sql(&ground, "UPDATE datos_valuacion SET valuation_date = '2026-01-30' WHERE "
			    "valuation_date = '" AS_OF "'");
	assert_int_equal(snapshots_run(NULL, NULL).counts.updated, 1);
	expect("SELECT concat_ws(' ', valuation ->> 'stage', market_snapshot ->> 'status') "
	       "FROM fintra_snapshots",
	       "pending pending");
}

/* Each piece of later data alone must leave the snapshot as it is. */
static void
nothing_later_counts(void **state)
{
	static const char *const later[] = {
		"UPDATE datos_financieros SET roic = 1 WHERE period_end_date > '" AS_OF "'",
		"INSERT INTO sector_benchmarks SELECT sector, metric, '2026-02-03', 0, 0, 0, 0, 0, "
		"NULL, NULL, NULL, 30, 'high' FROM sector_benchmarks",
		"INSERT INTO sector_pe (sector, pe_date, pe) VALUES ('Technology', '2026-02-03', "
		"9)",
		"INSERT INTO datos_dividendos (ticker, year, fiscal_year_end_date, has_dividend, "
		"dividend_per_share, source) VALUES ('AAA', 2026, '2026-12-31', true, 5, 'x')",
	};

	(void)state;
	one_company();
	some_windows();
	multiples_of("AAA", AS_OF, "3, 3, 3.5, 2");
	snapshots_run(NULL, NULL);
	statement("AAA", "TTM", "TTM next", "2026-02-03", "1, 1, 1, 1, 1, 1, 1, 1, 1");
	multiples_of("AAA", "2026-02-03", "1, 1, 1, 1");
	against("AAA", "Technology", "5Y", "2026-02-03", "1, 0");
	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		ground_sql(&ground, later[i]);
	assert_int_equal(snapshots_run("force=1", NULL).counts.unchanged, 1);
}

/* The sector's newest benchmarks up to the day, be they old; those of General only when it has
 * none; none of fewer than three values. */
static void
benchmarks_as_of(void **state)
{
	(void)state;
	one_company();
	ground_sql(&ground, "UPDATE sector_benchmarks SET snapshot_date = '2025-11-03'");
	snapshots_run(NULL, NULL);
	expect("SELECT fgos_score FROM fintra_snapshots", "66");
	ground_sql(&ground, "UPDATE sector_benchmarks SET sector = 'General'");
	assert_int_equal(snapshots_run(NULL, NULL).counts.unchanged, 1);
	ground_sql(&ground, "UPDATE sector_benchmarks SET sample_size = 2 WHERE metric = 'roic'");
	snapshots_run(NULL, NULL);
	expect("SELECT concat_ws(' ', fgos_score, fgos_status, fgos_category) FROM "
	       "fintra_snapshots",
	       "Incomplete Pending");
}

/* The table's profile of an industry, the built-in one while the table is empty, else the default.
 */
static void
industry_profiles_of_the_table(void **state)
{
#define CADENCE                                                                           \
	"SELECT string_agg(concat_ws(' ', ticker, c ->> 'industry_cadence', c ->> "       \
	"'structural_horizon_min_years', c ->> 'dominant_horizons_used'), ', ' ORDER BY " \
	"ticker) FROM (SELECT ticker, data_confidence -> 'interpretation_context' AS c "  \
	"FROM fintra_snapshots) s"

	(void)state;
	stock("AAA", "Technology");
	stock("BBB", "Technology");
	ground_sql(&ground, "UPDATE fintra_universe SET industry = 'Semiconductors' WHERE ticker = "
			    "'AAA'");
	snapshots_run(NULL, NULL);
	expect(CADENCE, "AAA fast 2 [\"3M\", \"6M\", \"1Y\", \"2Y\"], BBB medium 3 [\"6M\", "
			"\"1Y\", \"2Y\", \"3Y\"]");
	ground_sql(&ground, "INSERT INTO industry_metadata VALUES ('Semiconductors', 'slow', "
			    "'{3Y,5Y}', 4, 'v2', '2020-01-01')");
	snapshots_run(NULL, NULL);
	expect(CADENCE, "AAA slow 4 [\"3Y\", \"5Y\"], BBB medium 3 [\"6M\", \"1Y\", \"2Y\", "
			"\"3Y\"]");
}

/* Two peers rank a company only with a third: 4 peers, roic 1..5 and margins alike, the best of
 * five has all four at or below it: 100 * 0.3 + 100 * 0.25 + the rest at 50 or 100. */
static void
years_against_the_industry(void **state)
{
	(void)state;
	for (int i = 1; i <= 5; i++) {
		char ticker[8], nine[80];

		(void)fmt_buf(ticker, sizeof(ticker), "I%d", i);
		(void)fmt_buf(nine, sizeof(nine), "NULL, 1, 1, %d, %d, 1, NULL, NULL, 1", i, i);
		stock(ticker, "Technology");
		statement(ticker, "FY", "2025", "2025-12-31", nine);
	}
	ground_sql(&ground, "UPDATE fintra_universe SET industry = 'Software'");
	assert_int_equal(snapshots_run("ticker=I5", NULL).counts.inserted, 1);
	/* 0.30 * 100 + 0.25 * 100 + (0.20 + 0.15 + 0.10) * 50 = 77.5 */
	expect("SELECT concat_ws(' ', ifs_fy ->> 'mode', ifs_fy #>> "
	       "'{fiscal_positions,0,position}', ifs_fy #>> '{fiscal_positions,0,percentile}') "
	       "FROM fintra_snapshots",
	       "fy_industry_structural leader 78");
}

static void
dividends_in_the_verdict(void **state)
{
	(void)state;
	one_company();
	ground_sql(&ground,
		   "INSERT INTO datos_dividendos (ticker, year, fiscal_year_end_date, "
		   "has_dividend, dividend_per_share, payout_eps, payout_fcf, source) SELECT "
		   "'AAA', y, (y || '-12-31')::date, true, 2, 50, 50, 'x' FROM "
		   "generate_series(2018, 2025) y");
	snapshots_run(NULL, NULL);
	/* Every year paid: 100; eight equal dividends: 70; payouts of 50 %: 90; income and cash
	 * known for three years, paid: 65.  0.4 * 100 + 0.3 * 90 + 0.2 * 70 + 0.1 * 65 = 87.5 */
	expect("SELECT concat_ws(' ', d ->> 'band', round((d ->> 'score')::numeric, 9), d ->> "
	       "'confidence') FROM "
	       "(SELECT investment_verdict #> '{modules,dividend_quality}' AS d FROM "
	       "fintra_snapshots) s",
	       "high 87.500000000 80");
}

/* The year 2024 that ended in January 2025 is the statement labelled 2025, a loss: paid all the
 * same, 20; the year before 65. */
static void
dividends_of_a_year_that_ends_in_january(void **state)
{
	static const char nines[] = "9, 9, 9, 9, 9, 9, 9, 9, 9";

	(void)state;
	stock("AAA", "Technology");
	benchmarks("Technology", AS_OF);
	statement("AAA", "FY", "2023", "2023-12-30", nines);
	statement("AAA", "FY", "2025", "2025-01-04", nines);
	ground_sql(&ground,
		   "UPDATE datos_financieros SET net_income = -1 WHERE period_label = '2025';"
		   "INSERT INTO datos_dividendos (ticker, year, fiscal_year_end_date, "
		   "has_dividend, dividend_per_share, source) VALUES ('AAA', 2023, '2023-12-30', "
		   "true, 2, 'x'), ('AAA', 2024, '2025-01-04', true, 2, 'x')");
	snapshots_run(NULL, NULL);
	expect("SELECT investment_verdict #>> '{modules,dividend_quality,capital_discipline}' "
	       "FROM fintra_snapshots",
	       "42.5");
	ground_sql(&ground, "UPDATE datos_dividendos SET fiscal_year_end_date = NULL");
	snapshots_run(NULL, NULL);
	/* Without ends the labels must do: 2023 is known, 2024 is not. */
	expect("SELECT investment_verdict #>> '{modules,dividend_quality,capital_discipline}' "
	       "FROM fintra_snapshots",
	       "65");
}

static void
sector_pe_of_the_day(void **state)
{
#define SECTOR_PE \
	"SELECT concat_ws(' ', sector_pe ->> 'status', sector_pe ->> 'pe') FROM fintra_snapshots"

	(void)state;
	one_company();
	snapshots_run(NULL, NULL);
	expect(SECTOR_PE, "missing");
	ground_sql(&ground, "INSERT INTO sector_pe (sector, pe_date, pe) VALUES ('Technology', "
			    "'2026-01-30', 21.5), ('Technology', '2026-01-29', 20)");
	snapshots_run(NULL, NULL);
	expect(SECTOR_PE, "partial 21.5");
	ground_sql(&ground,
		   "INSERT INTO sector_pe (sector, pe_date, pe) VALUES ('Technology', '" AS_OF
		   "', 22)");
	snapshots_run(NULL, NULL);
	expect(SECTOR_PE, "full 22");
}

/* design.md 1: what has no session in its key has the as-of of the last good run of its job,
 * whenever its rows were written or its periods ended; runs over a part, of later days or without
 * success are none. */
static void
inputs_have_the_date_of_their_run(void **state)
{
	(void)state;
	one_company();
	ground_sql(
		&ground,
		"INSERT INTO company_profiles (ticker, updated_at) VALUES ('AAA', '2026-03-01');"
		"INSERT INTO datos_dividendos (ticker, year, source) VALUES ('AAA', 2024, 'x'), "
		"('AAA', 2025, 'x');"
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, lock_key, created_at, params) SELECT j, d::date, s, 'a', 'h', 1, 'cli', "
		"'warn', 'x', 1, now(), p::jsonb FROM (VALUES "
		"('company-profile-bulk', '2026-01-29', 'success', '{}'), "
		"('company-profile-bulk', '2026-01-30', 'success', '{\"ticker\":\"AAA\"}'), "
		"('company-profile-bulk', '2026-02-03', 'success', '{}'), "
		"('financials-bulk', '2026-01-28', 'partial', '{}'), "
		"('financials-bulk', '2026-01-29', 'failure', '{}'), "
		"('dividends-bulk-v2', '2026-01-26', 'success', '{}'), "
		"('dividends-bulk-v2', '2026-01-27', 'success', '{\"limit\":5}')) v (j, d, s, p)");
	assert_int_equal(snapshots_run(NULL, NULL).state, RUN_SUCCESS);
	expect("SELECT string_agg(concat_ws(' ', table_name, as_of, n_rows), ', ' ORDER BY "
	       "table_name) FROM fintra_ops.input WHERE table_name IN ('company_profiles', "
	       "'datos_dividendos', 'datos_financieros')",
	       "company_profiles 2026-01-29 1, datos_dividendos 2026-01-26 2, "
	       "datos_financieros 2026-01-28 4");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inputs_have_the_date_of_their_run),
		TEST(fgos_of_a_company),
		TEST(relative_performance),
		TEST(valuation_of_the_day),
		TEST(nothing_later_counts),
		TEST(benchmarks_as_of),
		TEST(industry_profiles_of_the_table),
		TEST(years_against_the_industry),
		TEST(dividends_in_the_verdict),
		TEST(dividends_of_a_year_that_ends_in_january),
		TEST(sector_pe_of_the_day),
	};

	return cmocka_run_group_tests_name("fmp_bulk", tests, open_ground, close_ground);
}
