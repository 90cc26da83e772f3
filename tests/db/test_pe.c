/* sector-pe-aggregator and industry-pe-aggregator on a few rows; medians taken by hand.
 * tests/db/test_benchmarks_real.c computes them another way on real data. */
#include "jobs/jobs.h"
#include "tests/support_layer3.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#define SECTORS                                                                                 \
	"SELECT string_agg(concat_ws(' ', sector, pe_date, pe, source), ', ' ORDER BY sector, " \
	"pe_date) FROM sector_pe"
#define INDUSTRIES                                                                        \
	"SELECT string_agg(concat_ws(' ', industry, pe_date, pe, source), ', ' ORDER BY " \
	"industry, pe_date) FROM industry_pe"
#define MEDIAN "datos_valuacion_median"

static const struct job *const both[] = { &job_sector_pe, &job_industry_pe };

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "pe");
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
	ground_reset(&ground, "pe");
	return 0;
}

/* With a valuation of AS_OF; its sector is the valuation's. */
static void
company(const char *ticker, const char *sector_name, const char *industry, const char *pe)
{
	char sql[200];

	member(ticker, "Elsewhere", industry);
	multiples(ticker, AS_OF, pe, "1", "1");
	(void)fmt_buf(sql, sizeof(sql),
		      "UPDATE datos_valuacion SET sector = '%s' WHERE ticker = '%s'", sector_name,
		      ticker);
	ground_sql(&ground, sql);
}

/* Energy: 8, 10, 12, 99: (10 + 12) / 2.  Utilities: 3, 5, 7.  Technology: two are too few. */
static void
some(void)
{
	company("A1", "Energy", "Oil", "10");
	company("A2", "Energy", "Oil", "99");
	company("A3", "Energy", "Oil", "8");
	company("A4", "Energy", "Gas", "12");
	company("A5", "Energy", "Gas", "-40");
	company("A6", "Energy", "Coal", "NULL");
	company("A7", "Energy", "Coal", "0");
	company("B1", "Utilities", "Water", "7");
	company("B2", "Utilities", "Water", "3");
	company("B3", "Utilities", "", "5");
	company("C1", "Technology", "Chips", "20");
	company("C2", "Technology", "Chips", "31");
	company("C3", "Technology", "Chips", "-2");
}

static void
test_medians_of_sectors(void **state)
{
	struct outcome o;

	(void)state;
	some();
	o = benchmark_run(&job_sector_pe, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 9);
	assert_int_equal(o.counts.inserted, 2);
	expect(SECTORS, "Energy " AS_OF " 11 " MEDIAN ", Utilities " AS_OF " 5 " MEDIAN);
	expect("SELECT concat_ws(' ', result->>'date', result->>'processed', result->>'errors') "
	       "FROM fintra_ops.run",
	       AS_OF " 2 []");
}

/* One is enough; Coal has none.  The map moves A4 to Oil: 8, 10, 12, 99. */
static void
test_medians_of_industries(void **state)
{
	(void)state;
	some();
	ground_sql(&ground, "INSERT INTO industry_classification (industry_code, industry_name, "
			    "sector, source) VALUES ('E__OIL', 'Oil', 'Energy', 'x'); INSERT INTO "
			    "asset_industry_map (ticker, industry_code, effective_from, source) "
			    "VALUES ('A4', 'E__OIL', '2026-01-02', 'x')");
	assert_int_equal(benchmark_run(&job_industry_pe, NULL).state, RUN_SUCCESS);
	expect(INDUSTRIES, "Chips " AS_OF " 25.5 " MEDIAN ", Oil " AS_OF " 11 " MEDIAN
			   ", Water " AS_OF " 5 " MEDIAN);
	ground_sql(&ground, "UPDATE asset_industry_map SET effective_from = '2026-02-03'");
	benchmark_run(&job_industry_pe, NULL);
	expect(INDUSTRIES " WHERE industry IN ('Oil', 'Gas')",
	       "Gas " AS_OF " 12 " MEDIAN ", Oil " AS_OF " 10 " MEDIAN);
}

/* Inactive stocks, funds and fiscal-year rows do not count; of two rows the daily job's does. */
static void
test_who_counts(void **state)
{
	(void)state;
	for (int i = 1; i <= 6; i++) {
		char name[8], pe[8];

		(void)fmt_buf(name, sizeof(name), "A%d", i);
		(void)fmt_buf(pe, sizeof(pe), "%d", 10 * i);
		company(name, "Energy", "Oil", pe);
	}
	ground_sql(&ground,
		   "UPDATE fintra_universe SET is_active = false WHERE ticker = 'A4'; UPDATE "
		   "fintra_universe SET instrument_type = 'ETF' WHERE ticker = 'A5'; UPDATE "
		   "datos_valuacion SET denominator_type = 'FY' WHERE ticker = 'A6'; INSERT INTO "
		   "datos_valuacion (ticker, valuation_date, denominator_type, "
		   "denominator_period, sector, price, pe_ratio, source) VALUES ('A1', '" AS_OF
		   "', 'TTM', '2025Q4', 'Energy', 1, 500, 'x')");
	benchmark_run(&job_sector_pe, NULL);
	expect(SECTORS, "Energy " AS_OF " 20 " MEDIAN);
	benchmark_run(&job_industry_pe, NULL);
	expect(INDUSTRIES, "Oil " AS_OF " 20 " MEDIAN);
}

/* The newest valuations up to the day, and theirs is the date of the rows. */
static void
test_date_of_the_valuations(void **state)
{
	(void)state;
	some();
	ground_sql(&ground, "UPDATE datos_valuacion SET valuation_date = '2026-01-30'");
	multiples("B3", "2026-02-03", "1", "1", "1");
	assert_int_equal(benchmark_run(&job_sector_pe, NULL).state, RUN_SUCCESS);
	expect("SELECT string_agg(DISTINCT pe_date::text, ' ') FROM sector_pe", "2026-01-30");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg = 'the newest "
	       "valuations are of 2026-01-30: sector_pe is written for that day'",
	       "1");
	expect("SELECT concat_ws(' ', as_of, n_rows) FROM fintra_ops.input WHERE table_name = "
	       "'datos_valuacion'",
	       "2026-01-30 9");
}

static void
test_second_run_changes_nothing(void **state)
{
	(void)state;
	some();
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		struct outcome o;

		benchmark_run(both[i], NULL);
		changes_nothing(both[i]);
		ground_sql(&ground, i ? "UPDATE datos_valuacion SET pe_ratio = 9 WHERE ticker = "
					"'B1'"
				      : "UPDATE datos_valuacion SET pe_ratio = 11 WHERE ticker = "
					"'A1'");
		o = benchmark_run(both[i], NULL);
		assert_int_equal(o.counts.updated, 1);
	}
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	some();
	for (size_t i = 0; i < ARRAY_LEN(both); i++)
		writes_nothing(both[i]);
}

static void
test_refusals(void **state)
{
	(void)state;
	refuses_a_ticker(&job_sector_pe, "one company cannot make a sector");
	refuses_a_ticker(&job_industry_pe, "one company cannot make an industry");
	for (size_t i = 0; i < ARRAY_LEN(both); i++)
		ends_empty(both[i], "datos_valuacion has no row of twelve months up to " AS_OF
				    ": fintra run valuation-bulk --as-of " AS_OF);
}

static void
test_nobody_earns(void **state)
{
	(void)state;
	company("A1", "Energy", "Oil", "-3");
	assert_int_equal(benchmark_run(&job_sector_pe, NULL).counts.inserted, 0);
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg = '" AS_OF
	       ": none of the sectors has 3 active stocks with a positive ratio'",
	       "1");
}

static void
test_killed_and_resumed(void **state)
{
	(void)state;
	some();
	survives_a_kill(&job_sector_pe, "sector_pe");
	survives_a_kill(&job_industry_pe, "industry_pe");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_medians_of_sectors),
		TEST(test_medians_of_industries),
		TEST(test_who_counts),
		TEST(test_date_of_the_valuations),
		TEST(test_second_run_changes_nothing),
		TEST(test_dry_run_writes_nothing),
		TEST(test_refusals),
		TEST(test_nobody_earns),
		TEST(test_killed_and_resumed),
	};

	return cmocka_run_group_tests_name("pe", tests, open_ground, close_ground);
}
