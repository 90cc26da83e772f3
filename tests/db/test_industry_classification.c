/* industry-classification-sync on a real database.  Expected rows are written out by hand from the
 * rules. */
#include "jobs/jobs.h"
#include "tests/support_jobs.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

#define DAY "2026-02-02"
#define UNIVERSE(values)                                                                          \
	"INSERT INTO fintra_universe (ticker, sector, industry, last_profile_update, last_seen) " \
	"VALUES " values

static struct outcome
classify(const char *as_of, const char *param)
{
	return GROUND_RUN(&g, &job_industry_classification, as_of, param, NULL);
}

static void
assert_text(const char *sql, const char *want)
{
	char got[2048];

	ground_text(&g, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

#define CATALOGUE                                                                                  \
	"SELECT string_agg(concat_ws('|', industry_code, industry_name, sector, source, active), " \
	"chr(10) "                                                                                 \
	"ORDER BY industry_code) FROM industry_classification"
#define MAP                                                                                      \
	"SELECT string_agg(concat_ws('|', ticker, effective_from, coalesce(effective_to::text, " \
	"'open'), "                                                                              \
	"industry_code, source), chr(10) ORDER BY ticker, effective_from) FROM asset_industry_map"

static void
codes_and_map(void **state)
{
	(void)state;
	ground_reset(&g, "codes");
	ground_sql(&g,
		   UNIVERSE("('AAA', ' Technology ', 'Software - Infrastructure', '2026-01-20', "
			    "'2026-02-02'),"
			    "('BBB', 'Technology', '  ', '2026-01-20', '2026-02-02'),"
			    "('CCC', NULL, NULL, NULL, '2026-01-15'),"
			    "('DDD', 'Financial Services', 'Oil & Gas (E&P)', NULL, '2026-01-15'),"
			    "('EEE', 'Wonders', 'Magic', NULL, '2026-01-15'),"
			    "('FFF', 'Energy', 'Coal', NULL, NULL),"
			    "('GGG', NULL, NULL, NULL, NULL)"));
	ground_sql(&g, "INSERT INTO company_profiles (ticker, sector, industry) VALUES "
		       "('BBB', 'Healthcare', 'Biotechnology'), ('CCC', 'Utilities', 'Water'), "
		       "('AAA', 'Energy', 'Not this one')");
	struct outcome o = classify(DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_text(CATALOGUE,
		    "ENERGY__COAL|Coal|Energy|internal_profile|t\n"
		    "FINANCIAL_SERVICES__OIL_GAS_E_P|Oil & Gas (E&P)|Financial "
		    "Services|internal_profile|t\n"
		    "HEALTHCARE__BIOTECHNOLOGY|Biotechnology|Healthcare|internal_profile|t\n"
		    "TECHNOLOGY__SOFTWARE_INFRASTRUCTURE|Software - "
		    "Infrastructure|Technology|internal_profile|t\n"
		    "UTILITIES__WATER|Water|Utilities|internal_profile|t");
	assert_text(MAP, "AAA|2026-01-20|open|TECHNOLOGY__SOFTWARE_INFRASTRUCTURE|sic_resolve\n"
			 "BBB|2026-01-20|open|HEALTHCARE__BIOTECHNOLOGY|sic_resolve\n"
			 "CCC|2026-01-15|open|UTILITIES__WATER|sic_resolve\n"
			 "DDD|2026-01-15|open|FINANCIAL_SERVICES__OIL_GAS_E_P|sic_resolve\n"
			 "FFF|2026-02-02|open|ENERGY__COAL|sic_resolve");
	assert_int_equal(o.counts.skipped, 1); /* EEE */
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	ground_reset(&g, "cagain");
	ground_sql(&g, "INSERT INTO fintra_universe (ticker, sector, industry, last_seen) "
		       "SELECT 'T' || n, CASE n % 3 WHEN 0 THEN 'Energy' ELSE 'Technology' END, "
		       "'Industry ' || n % 20, '" DAY "' FROM generate_series(1, 500) n");
	struct outcome o = classify(DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 520);
	int64_t tuples = ground_tuples(&g);

	o = classify(DAY, "force=1");
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 500);
	assert_int_equal(o.counts.unchanged, 520);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&g), tuples);
}

static void
a_name_under_several_sectors(void **state)
{
	(void)state;
	ground_reset(&g, "several");
	ground_sql(&g, UNIVERSE("('A', 'Industrials', 'Printing', NULL, '" DAY "'),"
				"('B', 'Technology', 'Printing', NULL, '" DAY "'),"
				"('C', 'Technology', 'Printing', NULL, '" DAY "'),"
				"('D', 'Utilities', 'Solar', NULL, '" DAY "'),"
				"('E', 'Energy', 'Solar', NULL, '" DAY "')"));
	assert_int_equal(classify(DAY, NULL).exit_code, 0);
	assert_text(CATALOGUE,
		    "ENERGY__SOLAR|Solar|Energy|internal_profile|t\n" /* a tie: alphabetical */
		    "TECHNOLOGY__PRINTING|Printing|Technology|internal_profile|t");
	assert_text("SELECT string_agg(ticker || industry_code, ' ' ORDER BY ticker) FROM "
		    "asset_industry_map",
		    "ATECHNOLOGY__PRINTING BTECHNOLOGY__PRINTING CTECHNOLOGY__PRINTING "
		    "DENERGY__SOLAR "
		    "EENERGY__SOLAR");
}

static void
one_code_for_two_names(void **state)
{
	(void)state;
	ground_reset(&g, "clash");
	ground_sql(&g, UNIVERSE("('A', 'Real Estate', 'REIT - Office', NULL, '" DAY "'),"
				"('B', 'Real Estate', 'REIT/Office', NULL, '" DAY "')"));
	assert_int_equal(classify(DAY, NULL).exit_code, 0);
	assert_text(CATALOGUE,
		    "REAL_ESTATE__REIT_OFFICE|REIT - Office|Real Estate|internal_profile|t");
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM asset_industry_map"), 2);
	assert_int_equal(classify(DAY, NULL).counts.unchanged, 3);
}

static void
a_known_name_keeps_its_code(void **state)
{
	(void)state;
	ground_reset(&g, "known");
	ground_sql(&g, "INSERT INTO industry_classification (industry_code, industry_name, sector, "
		       "source) "
		       "VALUES ('OLD1', 'SOFTWARE', 'Technology', 'manual')");
	ground_sql(&g, UNIVERSE("('A', 'Technology', 'Software', NULL, '" DAY "')"));
	assert_int_equal(classify(DAY, NULL).exit_code, 0);
	assert_text(CATALOGUE, "OLD1|SOFTWARE|Technology|manual|t");
	assert_text(MAP, "A|" DAY "|open|OLD1|sic_resolve");
}

static void
a_change_closes_and_opens(void **state)
{
	(void)state;
	ground_reset(&g, "change");
	ground_sql(&g, UNIVERSE("('A', 'Energy', 'Coal', '2026-01-05', '" DAY "'),"
				"('B', 'Energy', 'Coal', '2026-01-05', '" DAY "'),"
				"('M', 'Energy', 'Coal', '2026-01-05', '" DAY "')"));
	assert_int_equal(classify("2026-01-05", NULL).exit_code, 0);
	ground_sql(&g,
		   "UPDATE fintra_universe SET industry = 'Solar' WHERE ticker IN ('A', 'M'); "
		   "UPDATE asset_industry_map SET source = 'manual_override' WHERE ticker = 'M'");
	struct outcome o = classify("2026-01-30", NULL);

	assert_int_equal(o.counts.inserted, 2); /* the industry and the new row */
	assert_int_equal(o.counts.updated, 1);
	assert_text(MAP, "A|2026-01-05|2026-01-29|ENERGY__COAL|sic_resolve\n"
			 "A|2026-01-30|open|ENERGY__SOLAR|sic_resolve\n"
			 "B|2026-01-05|open|ENERGY__COAL|sic_resolve\n"
			 "M|2026-01-05|open|ENERGY__COAL|manual_override");
	/* Corrected on the same day, then by a run for an older one: in place, no third row. */
	ground_sql(&g, "UPDATE fintra_universe SET industry = 'Coal' WHERE ticker = 'A'");
	o = classify("2026-01-30", NULL);
	assert_int_equal(o.counts.inserted, 0);
	assert_int_equal(o.counts.updated, 1);
	assert_text(MAP, "A|2026-01-05|2026-01-29|ENERGY__COAL|sic_resolve\n"
			 "A|2026-01-30|open|ENERGY__COAL|sic_resolve\n"
			 "B|2026-01-05|open|ENERGY__COAL|sic_resolve\n"
			 "M|2026-01-05|open|ENERGY__COAL|manual_override");
	assert_int_equal(classify("2026-01-30", NULL).counts.updated, 0);
}

static void
narrowed_to_tickers(void **state)
{
	(void)state;
	ground_reset(&g, "cnarrow");
	ground_sql(&g, UNIVERSE("('B', 'Energy', 'Coal', NULL, '" DAY "'),"
				"('A', 'Energy', 'Coal', NULL, '" DAY "'),"
				"('C', 'Energy', 'Coal', NULL, '" DAY "')"));
	assert_int_equal(classify(DAY, "ticker=B").exit_code, 0);
	assert_text("SELECT string_agg(ticker, ',') FROM asset_industry_map", "B");
	assert_int_equal(classify(DAY, "limit=1").exit_code, 0);
	assert_text("SELECT string_agg(ticker, ',' ORDER BY ticker) FROM asset_industry_map",
		    "A,B");
}

static void
nothing_to_classify(void **state)
{
	(void)state;
	ground_reset(&g, "nothing");
	ground_sql(&g, UNIVERSE("('A', NULL, NULL, NULL, '" DAY "')"));
	struct outcome o = classify(DAY, NULL);

	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "sync-universe"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_and_map),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(a_name_under_several_sectors),
		cmocka_unit_test(one_code_for_two_names),
		cmocka_unit_test(a_known_name_keeps_its_code),
		cmocka_unit_test(a_change_closes_and_opens),
		cmocka_unit_test(narrowed_to_tickers),
		cmocka_unit_test(nothing_to_classify),
	};
	ground_open(&g, "industry");
	int failed = cmocka_run_group_tests_name("industry_classification", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
