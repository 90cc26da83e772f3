/* industry-benchmarks-aggregator on a few rows whose results were worked out by hand from jobs.md
 * 2.17 and 2.18; tests/db/test_benchmarks_real.c computes them another way on real data. */
#include "jobs/jobs.h"
#include "tests/support_layer3.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

static const struct job *const job = &job_industry_benchmarks;

#define BENCHMARKS(table)                                                                       \
	"SELECT string_agg(concat_ws(' ', industry, metric, snapshot_date, sample_size, "       \
	"confidence, p10, p25, p50, p75, p90, median, round(trimmed_mean::numeric, 9)::float8)" \
	", ', ' ORDER BY industry, metric) FROM " table
#define ALPHA(table)                                                                        \
	"SELECT string_agg(concat_ws(' ', industry, window_code, performance_date, "        \
	"benchmark_type, benchmark_key, coalesce(alpha_percent::text, '-'), source), ', ' " \
	"ORDER BY industry, window_code, benchmark_type) FROM " table
#define DERIVED "derived_from_performance"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "industries");
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
	ground_reset(&ground, "industries");
	return 0;
}

/* Oil has four companies, one of them by the map alone; Gas two, and one that left it. */
static void
companies(void)
{
	static const char *const roic[] = { "roic = 1", "roic = 2", "roic = 3", "roic = 8" };

	for (int i = 0; i < 4; i++) {
		char name[8];

		(void)fmt_buf(name, sizeof(name), "A%d", i + 1);
		member(name, "Energy", i < 3 ? "Oil" : "Gas");
		period(name, "FY", "2025-12-31", roic[i]);
		(void)fmt_buf(name, sizeof(name), "B%d", i + 1);
		member(name, "Energy", i < 2 ? "Gas" : "");
		period(name, "FY", "2025-12-31", roic[i]);
	}
	ground_sql(&ground,
		   "INSERT INTO industry_classification (industry_code, industry_name, sector, "
		   "source) VALUES ('E__OIL', 'Oil', 'Energy', 'x'), ('E__GAS', 'Gas', 'Energy', "
		   "'x'); INSERT INTO asset_industry_map (ticker, industry_code, effective_from, "
		   "effective_to, source) VALUES ('A4', 'E__GAS', '2025-01-02', '2026-01-30', "
		   "'x'), ('A4', 'E__OIL', '2026-01-31', NULL, 'x')");
}

static void
industry(const char *name, const char *window, const char *date, const char *ret)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO industry_performance VALUES ('%s', '%s', '%s', %s, 'test')",
		      name, window, date, ret);
	ground_sql(&ground, sql);
}

/* Oil's sector has 1M, not 1D; SPY has both; nobody knows the sector of Canals. */
static void
returns(void)
{
	industry("Oil", "1M", AS_OF, "5");
	industry("Oil", "1D", AS_OF, "0.5");
	industry("Canals", "1M", AS_OF, "-2");
	industry("Gas", "1M", "2026-01-30", "70");
	industry("Gas", "3M", "2026-02-03", "80");
	sector("Energy", "1M", AS_OF, "3");
	sector("Energy", "1D", "2026-01-30", "9");
	asset("SPY", "1M", AS_OF, "1.25");
	asset("SPY", "1D", AS_OF, "0.2");
}

static void
test_percentiles(void **state)
{
	struct outcome o;

	(void)state;
	companies();
	o = benchmark_run(job, "mode=percentiles");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 8);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.skipped, 2); /* without an industry */
	expect(BENCHMARKS("industry_benchmarks"), "Oil roic " AS_OF " 4 low 1 1 2 3 3 2 3.5");
	expect("SELECT count(*) FROM industry_alpha", "0");
	expect("SELECT concat_ws(' ', result->>'as_of_date', result->>'industries_processed', "
	       "result->>'rows_written', result->>'rows_skipped', result->>'benchmarks_generated', "
	       "result->>'alpha_rows') FROM fintra_ops.run",
	       AS_OF " 2 1 23 1 0");
}

/* 5 - 3, 5 - 1.25, 0.5 - 0.2; a missing operand leaves the row without a value. */
static void
test_alpha(void **state)
{
	struct outcome o;

	(void)state;
	companies();
	returns();
	o = benchmark_run(job, "mode=alpha");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 3);
	assert_int_equal(o.counts.inserted, 5);
	assert_int_equal(o.counts.skipped, 1);
	expect(ALPHA("industry_alpha"),
	       "Canals 1M " AS_OF " market MARKET -3.25 " DERIVED ", Oil 1D " AS_OF
	       " market MARKET 0.3 " DERIVED ", Oil 1D " AS_OF " sector Energy - " DERIVED
	       ", Oil 1M " AS_OF " market MARKET 3.75 " DERIVED ", Oil 1M " AS_OF
	       " sector Energy 2 " DERIVED);
	expect("SELECT count(*) FROM industry_benchmarks", "0");
	expect("SELECT string_agg(concat_ws(' ', table_name, as_of, n_rows), ', ' ORDER BY "
	       "table_name) FROM fintra_ops.input",
	       "datos_performance " AS_OF
	       " 3, industry_classification 2, industry_performance " AS_OF
	       " 3, sector_performance " AS_OF " 1");
	expect("SELECT string_agg(msg, '; ' ORDER BY seq) FROM fintra_ops.event WHERE lvl = 'warn' "
	       "AND msg LIKE '" AS_OF ":%'",
	       AS_OF ": 1 industry return of no known sector: only against the market; " AS_OF
		     ": 1 alpha row without a value: the return, or that of the sector or of SPY, "
		     "is missing");
}

/* Gates look at what the mode reads, and at nothing else. */
static void
test_gates_follow_the_mode(void **state)
{
	(void)state;
	companies();
	returns();
	benchmark_run(job, "mode=alpha");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'gate warn: "
	       "datos_financieros%' "
	       "OR msg LIKE 'gate warn: datos_valuacion%'",
	       "0");
	benchmark_run(job, "mode=percentiles");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'gate warn: datos_valuacion%'",
	       "1");
	expect("SELECT count(*) FROM fintra_ops.event WHERE run_id = 2 AND msg LIKE 'gate warn: "
	       "datos_performance%'",
	       "0");
}

static void
test_without_returns(void **state)
{
	(void)state;
	assert_int_equal(benchmark_run(job, "mode=alpha").state, RUN_SUCCESS);
	expect("SELECT concat_ws(' ', result->>'industries_processed', result->>'rows_written', "
	       "result->>'rows_skipped') FROM fintra_ops.run",
	       "0 0 0");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg = "
	       "'industry_performance has no row up to " AS_OF
	       ": no alpha; fintra run industry-performance-aggregator --as-of " AS_OF "'",
	       "1");
}

static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	companies();
	returns();
	assert_int_equal(benchmark_run(job, NULL).counts.inserted, 6);
	changes_nothing(job);
	ground_sql(&ground, "UPDATE sector_performance SET return_percent = 4 WHERE window_code = "
			    "'1M'");
	o = benchmark_run(job, NULL);
	assert_int_equal(o.counts.updated, 1);
	assert_int_equal(o.counts.unchanged, 5);
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	companies();
	returns();
	writes_nothing(job);
}

static void
test_refusals(void **state)
{
	(void)state;
	refuses_a_ticker(job, "one company cannot make an industry");
	ends_empty(job, "fintra_universe has no active stock");
	member("A", "Energy", "Oil");
	ends_empty(job, "datos_financieros has no figure of an active stock up to " AS_OF
			": fintra run financials-bulk --as-of " AS_OF);
}

static void
test_killed_and_resumed(void **state)
{
	(void)state;
	companies();
	returns();
	survives_a_kill(job, "industry_benchmarks");
	survives_a_kill(job, "industry_alpha");
	expect("SELECT count(*) FROM industry_alpha", "5");
}

/* The old system's industry_benchmarks are alpha rows; percentiles have a table of their own, and
 * until somebody makes it the run says so. */
static void
test_names_of_the_old_system(void **state)
{
	struct outcome o;

	(void)state;
	companies();
	returns();
	ground_sql(&ground, "ALTER TABLE industry_benchmarks RENAME TO kept; ALTER TABLE "
			    "industry_alpha RENAME TO industry_benchmarks");
	atomic_store(ground.conf.ours, false); /* to be looked at again */
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);

	assert_int_equal(o.counts.inserted, 5);
	expect("SELECT count(*) FROM industry_benchmarks WHERE benchmark_type = 'market'", "3");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg LIKE 'there is no "
	       "table industry_metric_benchmarks here: alpha rows only.%'",
	       "1");
	assert_int_equal(benchmark_run(job, "mode=percentiles").exit_code, 78);
	ground_sql(&ground, "ALTER TABLE kept RENAME TO industry_metric_benchmarks");
	o = benchmark_run(job, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 1);
	expect(BENCHMARKS("industry_metric_benchmarks"),
	       "Oil roic " AS_OF " 4 low 1 1 2 3 3 2 3.5");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_percentiles),
		TEST(test_alpha),
		TEST(test_gates_follow_the_mode),
		TEST(test_without_returns),
		TEST(test_second_run_changes_nothing),
		TEST(test_dry_run_writes_nothing),
		TEST(test_refusals),
		TEST(test_killed_and_resumed),
		TEST(test_names_of_the_old_system),
	};

	return cmocka_run_group_tests_name("industry_benchmarks", tests, open_ground, close_ground);
}
