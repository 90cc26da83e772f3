/* sector-benchmarks on a few rows whose results were worked out by hand from jobs.md 2.17 and 3.6;
 * tests/db/test_benchmarks_real.c computes them another way on real data. */
#include "jobs/jobs.h"
#include "tests/support_layer3.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct job *const job = &job_sector_benchmarks;

/* "sector metric n confidence p10 p25 p50 p75 p90", and what only few values have. */
#define ROWS(where)                                                                               \
	"SELECT string_agg(concat_ws(' ', sector, metric, sample_size, confidence, p10, p25, "    \
	"p50, p75, p90, median, round(trimmed_mean::numeric, 9)::float8), ', ' ORDER BY sector, " \
	"metric) FROM "                                                                           \
	"sector_benchmarks WHERE " where

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "benchmarks");
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
	ground_reset(&ground, "benchmarks");
	return 0;
}

/* n stocks of a sector, named after it: roic is 0.01, 0.02 ... times `scale`. */
static void
companies(const char *letter, const char *in, int n, double scale)
{
	char name[16], figures[60];

	for (int i = 1; i <= n; i++) {
		(void)fmt_buf(name, sizeof(name), "%s%02d", letter, i);
		(void)fmt_buf(figures, sizeof(figures), "roic = %.2f", 0.01 * i * scale);
		stock(name, in);
		period(name, "FY", "2025-12-31", figures);
	}
}

/* Five values 0.01 .. 0.05: the places floor(q * 4) are 0, 1, 2, 3, 3.  With -0.03 of a company
 * without a sector, six values: floor(q * 5) is 0, 1, 2, 3, 4. */
static void
test_order_statistics(void **state)
{
	struct outcome o;

	(void)state;
	companies("A", "Energy", 5, 1);
	stock("NOWHERE", "");
	period("NOWHERE", "FY", "2025-12-31", "roic = -0.03");
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 6);
	assert_int_equal(o.counts.inserted, 3);
	expect(ROWS("snapshot_date = '" AS_OF "'"),
	       "Energy roic 5 low 0.01 0.02 0.03 0.04 0.04 0.03 0.03, "
	       "General roic 6 low -0.03 0.01 0.02 0.03 0.04 0.02 0.02");
	expect("SELECT concat_ws(' ', count(*), bool_and((uncertainty_range->>'p5')::numeric "
	       "BETWEEN p10 AND (uncertainty_range->>'p95')::numeric), "
	       "bool_and((uncertainty_range->>'p95')::numeric BETWEEN trimmed_mean AND 0.05)) FROM "
	       "sector_benchmarks",
	       "2 t t");
	expect("SELECT concat_ws(' ', result->>'date', result->>'benchmarks_generated', "
	       "result->>'stats_generated', result->>'skipped_metrics', "
	       "result->>'low_confidence_sectors', result->>'skipped') FROM fintra_ops.run",
	       AS_OF " 2 1 22 2");
}

/* 10 values: places 0, 2, 4, 6, 8.  20 values: 1, 4, 9, 14, 17. */
static void
test_confidence(void **state)
{
	(void)state;
	companies("A", "Energy", 10, 1);
	companies("B", "Utilities", 20, -1);
	benchmark_run(job, NULL);
	expect(ROWS("sector <> 'General'"), "Energy roic 10 medium 0.01 0.03 0.05 0.07 0.09, "
					    "Utilities roic 20 high -0.19 -0.16 -0.11 -0.06 -0.03");
	expect("SELECT count(*) FROM sector_benchmarks WHERE uncertainty_range IS NOT NULL", "0");
}

/* Percentiles of 1, 2, 4: interpolated at 0.2, 0.5, 1, 1.5, 1.8; mean 7/3, variance 7/3. */
static void
test_statistics(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char *const name[] = { "A", "B", "C" };
		static const char *const roic[] = { "roic = 1, fcf_cagr = 1", "roic = 4",
						    "roic = 2" };

		stock(name[i], "Energy");
		period(name[i], "TTM", "2025-09-30", roic[i]);
	}
	period("A", "TTM", "2025-06-30", "net_margin = 0.5");
	benchmark_run(job, NULL);
	expect("SELECT string_agg(concat_ws(' ', sector, metric, stats_date, sample_size, p10, "
	       "p25, p50, p75, p90, round(mean, 9), coalesce(round(std_dev, 9)::text, '-')), ', ' "
	       "ORDER BY metric) FROM sector_stats",
	       "Energy net_margin " AS_OF " 1 0.5 0.5 0.5 0.5 0.5 0.500000000 -, Energy roic " AS_OF
	       " 3 1.2 1.5 2 3 3.6 2.333333333 1.527525232");
}

/* The newest row counts: TTM before FY of the same day, no quarter, nothing of later.  What it
 * lacks is missing in the benchmark; the statistics go back for it. */
static void
test_newest_row(void **state)
{
	(void)state;
	companies("A", "Energy", 2, 1);
	stock("T", "Energy");
	period("T", "FY", "2025-12-31", "roic = 0.5, net_margin = 0.5");
	period("T", "TTM", "2025-12-31", "roic = 0.9, net_margin = NULL");
	period("T", "Q", "2026-01-31", "roic = 7");
	period("T", "TTM", "2026-02-03", "roic = 8");
	period("A01", "FY", "2025-06-30", "net_margin = 0.1");
	period("A02", "FY", "2024-06-30", "net_margin = 0.2");
	benchmark_run(job, NULL);
	expect(ROWS("sector = 'Energy'"), "Energy roic 3 low 0.01 0.01 0.02 0.02 0.02 0.02 0.31");
	expect("SELECT string_agg(concat_ws(' ', metric, sample_size, p50, mean), ', ' ORDER BY "
	       "metric) FROM sector_stats",
	       "net_margin 3 0.2 0.26666666666666666, roic 3 0.02 0.31");
}

/* Of each company the newest valuation up to the day, however old. */
static void
test_newest_valuation(void **state)
{
	(void)state;
	companies("A", "Energy", 3, 1);
	multiples("A01", AS_OF, "10", "NULL", "-3");
	multiples("A01", "2026-02-03", "99", "99", "99");
	multiples("A02", "2025-11-03", "20", "5", "-2");
	multiples("A02", "2025-10-31", "77", "77", "77");
	multiples("A03", AS_OF, "30", "6", "-1");
	benchmark_run(job, NULL);
	expect(ROWS("sector = 'Energy' AND metric <> 'roic'"),
	       "Energy pe_ratio 3 low 10 10 20 20 20 20 20, "
	       "Energy price_to_fcf 3 low -3 -3 -2 -2 -2 -2 -2");
	expect("SELECT string_agg(concat_ws(' ', table_name, as_of, n_rows), ', ' ORDER BY "
	       "table_name) FROM fintra_ops.input",
	       "datos_financieros 3, datos_valuacion " AS_OF " 3, fintra_universe " AS_OF " 3");
}

/* Two in a sector make no benchmark; who is no active stock and what is no number does not count.
 */
static void
test_who_counts(void **state)
{
	(void)state;
	companies("A", "Energy", 6, 1);
	companies("B", " Utilities ", 4, 1);
	ground_sql(&ground,
		   "UPDATE fintra_universe SET is_active = false WHERE ticker = 'A04'; UPDATE "
		   "fintra_universe SET instrument_type = 'ETF' WHERE ticker = 'A05'; UPDATE "
		   "fintra_universe SET name = 'A Warrants' WHERE ticker = 'A06'; UPDATE "
		   "datos_financieros SET roic = 'NaN' WHERE ticker IN ('B01', 'B02')");
	benchmark_run(job, NULL);
	expect(ROWS("true"), "Energy roic 3 low 0.01 0.01 0.02 0.02 0.02 0.02 0.02, "
			     "General roic 5 low 0.01 0.02 0.03 0.03 0.03 0.03 0.026");
	expect("SELECT string_agg(concat_ws(' ', sector, sample_size, p50), ', ') FROM "
	       "sector_stats WHERE sector = 'Utilities'",
	       "Utilities 2 0.035");
}

static void
test_says_what_is_missing(void **state)
{
	(void)state;
	companies("A", "Energy", 3, 1);
	companies("B", "Crypto", 3, 1);
	benchmark_run(job, NULL);
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg LIKE 'Energy: "
	       "of 3 companies fewer than 3 have revenue_cagr (0), earnings_cagr (0), fcf_cagr "
	       "(0), operating_margin (0),%interest_coverage (0): no benchmark, no FGOS'",
	       "1");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg = '\"Crypto\" is none of the "
	       "eleven sectors; kept as it is'",
	       "1");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%none of the eleven%' AND "
	       "msg LIKE '%General%'",
	       "0");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'datos_valuacion has no "
	       "multiple of an active stock up to " AS_OF
	       "%fintra run valuation-bulk --as-of " AS_OF "'",
	       "1");
}

static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	companies("A", "Energy", 5, 1);
	companies("B", "Utilities", 12, 1);
	assert_int_equal(benchmark_run(job, NULL).counts.inserted, 5);
	changes_nothing(job);
	ground_sql(&ground, "UPDATE datos_financieros SET roic = 0.06 WHERE ticker = 'A05'");
	o = benchmark_run(job, "force=1");
	assert_int_equal(o.counts.updated, 2); /* Energy's means, its statistics; not General */
	assert_int_equal(o.counts.unchanged, 3);
}

/* The day is done: until a feeding job has changed a row, or rows are gone. */
static void
test_done_for_the_day(void **state)
{
	struct outcome o;

	(void)state;
	companies("A", "Energy", 5, 1);
	benchmark_run(job, NULL);
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 0);
	expect("SELECT concat_ws(' ', result->>'skipped', result->>'date', result->>'count') FROM "
	       "fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "true " AS_OF " 2");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'done for " AS_OF
	       " by run 1, and no input has changed since;%'",
	       "1");
	ground_sql(&ground, "TRUNCATE sector_stats");
	assert_int_equal(benchmark_run(job, NULL).counts.inserted, 1);
	ground_sql(&ground, "TRUNCATE sector_benchmarks");
	assert_int_equal(benchmark_run(job, NULL).counts.inserted, 2);
	assert_int_equal(benchmark_run(job, NULL).counts.read, 0);
	ground_sql(&ground,
		   "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		   "build, lock_key, created_at, ended_at, rows_updated) SELECT 'valuation-bulk', "
		   "'" AS_OF "', 'success', 'anna', 'h', 1, 'cli', 'warn', 'x', 1, created_at, "
		   "ended_at, 1 FROM fintra_ops.run ORDER BY id DESC LIMIT 1");
	assert_int_equal(benchmark_run(job, NULL).counts.read, 5);
	assert_int_equal(benchmark_run(job, "dry_run=1").counts.read, 5);
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	companies("A", "Energy", 5, 1);
	writes_nothing(job);
	expect("SELECT count(*) FROM sector_benchmarks", "0");
}

static void
test_refusals(void **state)
{
	(void)state;
	refuses_a_ticker(job, "one company cannot make a sector");
	ends_empty(job,
		   "fintra_universe has no active stock: fintra run sync-universe --as-of " AS_OF);
	stock("A", "Energy");
	ends_empty(job, "datos_financieros has no figure of an active stock up to " AS_OF
			": fintra run financials-bulk --as-of " AS_OF);
}

static void
test_killed_and_resumed(void **state)
{
	(void)state;
	companies("A", "Energy", 5, 1);
	companies("B", "Utilities", 12, 1);
	survives_a_kill(job, "sector_stats");
	expect("SELECT count(*) FROM sector_benchmarks", "3");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order_statistics),
		TEST(test_confidence),
		TEST(test_statistics),
		TEST(test_newest_row),
		TEST(test_newest_valuation),
		TEST(test_who_counts),
		TEST(test_says_what_is_missing),
		TEST(test_second_run_changes_nothing),
		TEST(test_done_for_the_day),
		TEST(test_dry_run_writes_nothing),
		TEST(test_refusals),
		TEST(test_killed_and_resumed),
	};

	return cmocka_run_group_tests_name("sector_benchmarks", tests, open_ground, close_ground);
}
