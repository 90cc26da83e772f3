/* fmp-batch: minimal fiscal years, page by page.  Expected values: worked out by hand from the
 * files that are written here. */
#include "jobs/jobs.h"
#include "tests/support_financials.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATIOS_BULK "/stable/ratios-ttm-bulk"
#define METRICS_BULK "/stable/key-metrics-ttm-bulk"
#define PART0 "/stable/profile-bulk?part=0"

/* What is stored, as one text. */
#define ROWS                                                                                      \
	"SELECT coalesce(string_agg(concat_ws(' ', ticker, period_type, period_label, "           \
	"period_end_date, revenue, net_income, round(gross_margin, 4), round(operating_margin, "  \
	"4), round(net_margin, 4), free_cash_flow, source), '; ' ORDER BY ticker), 'none') FROM " \
	"datos_financieros"

static int
open_ground(void **state)
{
	(void)state;
	financials_open("fmp_batch");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* Of five stocks AAA to CCC have all three statements, DDD has no cash flow, EEE nothing.  XXX is
 * no stock of ours; one row of BBB has no date. */
static int
fresh(void **state)
{
	static const char *const stocks[] = { "AAA", "BBB", "CCC", "DDD", "EEE" };

	(void)state;
	ground_reset(&ground, "fmp_batch");
	for (size_t i = 0; i < ARRAY_LEN(stocks); i++)
		stock(stocks[i], "Energy");
	ground_body(&ground, PART0, 200,
		    "symbol,companyName,exchange,sector,industry,isEtf,isAdr,isFund\n"
		    "AAA,a,X,s,i,f,f,f\nBBB,b,X,s,i,f,f,f\n");
	ground_body(&ground, RATIOS_BULK, 200,
		    "symbol,priceToEarningsRatioTTM,priceToBookRatioTTM,dividendYieldTTM\n"
		    "AAA,1,2,3\n");
	ground_body(&ground, METRICS_BULK, 200,
		    "symbol,evToEBITDATTM,returnOnInvestedCapitalTTM\nAAA,1,2\n");
	financials_file(INCOME, 2025, "FY",
			"2025-12-31,AAA,2025,FY,9007199254740993.25,100,200,2,400,25,1,1\n"
			"2025-12-31,BBB,2025,FY,0,-7,5,,,,,\n,BBB,2025,FY,1,1,1,1,1,1,1,1\n"
			"2025-09-30,CCC,2025,FY,400,40,,,100,,,\n"
			"2025-12-31,DDD,2025,FY,5,5,5,5,5,5,5,5\n"
			"2025-12-31,XXX,2025,FY,5,5,5,5,5,5,5,5\n");
	financials_file(BALANCE, 2025, "FY",
			"2025-12-31,AAA,2025,FY,1,1,1,1,1\n2025-12-31,BBB,2025,FY,1,1,1,1,1\n"
			"2025-09-30,CCC,2025,FY,1,1,1,1,1\n2025-12-31,DDD,2025,FY,1,1,1,1,1\n");
	financials_file(CASH, 2025, "FY",
			"2025-12-31,AAA,2025,FY,30,-10\n2025-12-31,BBB,2025,FY,30,10\n"
			"2025-09-30,CCC,2025,FY,,-1.5\n");
	return 0;
}

static struct outcome
batch(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_fmp_batch, AS_OF, a, a ? b : NULL, NULL);
}

#define AAA "AAA FY 2025 2025-12-31 9007199254740993.25 100 0.0000 0.0000 0.0000 20 FMP"
#define BBB "BBB FY 2025 2025-12-31 0 -7 20 FMP"
#define CCC "CCC FY 2025 2025-09-30 400 40 0.2500 0.1000 -1.5 FMP"

/* The margins of AAA are 400, 200 and 100 by 9e15; a revenue of zero has none. */
static void
test_minimal_rows(void **state)
{
	struct outcome o;
	int64_t before = ground_requests();

	(void)state;
	o = batch(NULL, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	assert_int_equal(o.counts.read, 2 + 6 + 4 + 3 + 1 + 1);
	assert_int_equal(o.counts.inserted, 3);
	assert_int_equal(o.counts.rejected, 1);
	assert_int_equal(o.counts.skipped, 1);		 /* XXX */
	assert_int_equal(ground_requests() - before, 7); /* profiles: until a part is refused */
	expect(ROWS, AAA "; " BBB "; " CCC);
	expect("SELECT gross_margin = 400 / 9007199254740993.25::float8 FROM datos_financieros "
	       "WHERE ticker = 'AAA'",
	       "t");
	expect("SELECT concat_ws(' ', result->>'offset', result->>'next_offset', "
	       "result->>'processed', result->'tickers', result->>'profiles', result->>'income', "
	       "result->>'metrics') FROM fintra_ops.run",
	       "0 5 3 [\"AAA\", \"BBB\", \"CCC\"] 2 6 1");
	expect("SELECT num_nonnulls(ebitda, capex, total_equity, roe, revenue_cagr) FROM "
	       "datos_financieros WHERE ticker = 'AAA'",
	       "0");
}

/* Within the hour the files are used again; with force they are asked for, and nothing changes. */
static void
test_second_run(void **state)
{
	int64_t before, tuples;
	struct outcome o;

	(void)state;
	batch(NULL, NULL);
	before = ground_requests();
	tuples = ground_tuples(&ground);
	o = batch(NULL, NULL);
	assert_int_equal(ground_requests() - before, 0);
	assert_int_equal(o.counts.unchanged, 3);
	o = batch("force=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 7);
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
	financials_file(CASH, 2025, "FY", "2025-12-31,AAA,2025,FY,31,-10\n");
	o = batch("force=1", NULL);
	assert_int_equal(o.counts.updated, 1);
	expect("SELECT free_cash_flow FROM datos_financieros WHERE ticker = 'AAA'", "21");
}

static void
test_pages(void **state)
{
	struct outcome o;

	(void)state;
	o = batch("offset=1", "limit=2");
	assert_int_equal(o.counts.inserted, 2);
	expect(ROWS, BBB "; " CCC);
	expect("SELECT concat_ws(' ', result->>'offset', result->>'next_offset') FROM "
	       "fintra_ops.run",
	       "1 3");
	o = batch("offset=3", "limit=2"); /* DDD, EEE */
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "none of the 2 stocks has income, balance sheet and "
					   "cash flow of fiscal year 2025"));
	o = batch("offset=5", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "offset 5 is behind the last of 5 active stocks"));
	o = batch("ticker=AAA", NULL);
	assert_int_equal(o.counts.inserted, 1);
	o = batch("ticker=XXX", NULL);
	assert_int_equal(o.exit_code, 6);
}

/* A row of financials-bulk holds more and stays; a minimal one gives way to it, even in a year
 * whose periods do not change any more. */
static void
test_beside_financials_bulk(void **state)
{
	char whole[64], now[64];
	struct outcome o;

	(void)state;
	stock("ZZZ", "Energy");
	financials_period(2019, "FY", "2019-12-31,ZZZ", "500,50,60,1,90,70,10,10", "7,3,2,1,4");
	o = batch("year=2019", NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	expect(ROWS, "ZZZ FY 2019 2019-12-31 500 50 0.1800 0.1200 0.1000 20 FMP");
	o = financials_load("years=2019", NULL);
	assert_int_equal(o.counts.updated, 1);
	expect("SELECT concat_ws(' ', source, ebitda, total_equity) FROM datos_financieros",
	       "fmp_bulk 70 7");
	ground_sum(&ground, whole);
	financials_period(2019, "FY", "2019-12-31,ZZZ", "501,50,60,1,90,70,10,10", "7,3,2,1,4");
	o = batch("year=2019", "force=1");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.unchanged, 1);
	ground_sum(&ground, now);
	assert_string_equal(whole, now);
}

static void
test_dry_run(void **state)
{
	struct outcome o;

	(void)state;
	o = batch("dry_run=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 3);
	expect(ROWS, "none");
}

static const struct failure {
	const char *path, *kind;
	int code;
	const char *says;
} failures[] = {
	{ "/stable/income-statement-bulk", "status-401", 78, "HTTP 401" },
	{ "/stable/income-statement-bulk", "status-402-restricted", 77, "Restricted Endpoint" },
	{ "/stable/income-statement-bulk", "limit-200", 69, "Limit Reach" },
	{ "/stable/income-statement-bulk", "column-gone=grossProfit", 76, "\"grossProfit\"" },
	{ "/stable/balance-sheet-statement-bulk", "html-200", 65, "Sign in" },
	{ "/stable/balance-sheet-statement-bulk", "empty", 6, "empty" },
	{ "/stable/balance-sheet-statement-bulk", "cut-chunk", 69, "balance-sheet" },
	{ "/stable/cash-flow-statement-bulk", "header-only", 6, "no row" },
	{ "/stable/cash-flow-statement-bulk", "status-500", 69, "HTTP 500" },
	{ "/stable/cash-flow-statement-bulk", "duplicate-header", 65, "twice" },
	{ "/stable/profile-bulk", "status-401", 78, "HTTP 401" },
	{ RATIOS_BULK, "limit-200", 69, "Limit Reach" },
};

/* Nothing is written when a statement is refused, nor is the refused file kept. */
static void
test_refusals(void **state)
{
	char rule[120];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const struct failure *f = &failures[i];

		ground_forget(&ground);
		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", f->path, f->kind);
		ground_fault(rule);
		struct outcome o = batch(NULL, NULL);
		char *cache = ground_cache(&ground);

		if (o.exit_code != f->code || !strstr(o.err.text, f->says) ||
		    !strstr(o.err.text, f->path))
			fail_msg("%s: exit %d, %s", rule, o.exit_code, o.err.text);
		expect(ROWS, "none");
		if (strstr(cache, f->path))
			fail_msg("%s: kept", rule);
		free(cache);
	}
}

/* What no figure comes from may be missing: said, counted, PARTIAL. */
static void
test_without_what_is_only_counted(void **state)
{
	struct outcome o;

	(void)state;
	ground_fault("path=" RATIOS_BULK ",kind=status-403");
	o = batch(NULL, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	expect(ROWS, AAA "; " BBB "; " CCC);
	expect("SELECT result ? 'ratios' AND result->>'ratios' IS NULL FROM fintra_ops.run", "t");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
					     "'ratios is not there, and no figure comes from it: "
					     "%HTTP 403%'"),
			 1);
}

/* Killed while the vendor is silent about the fourth set, and before the rows are written: the same
 * rows in the end, and the vendor is asked for nothing that was there. */
static void
test_killed_and_resumed(void **state)
{
	static const struct {
		const char *rule, *sql;
		int64_t units, requests;
	} at[] = {
		{ "path=/stable/cash-flow-statement-bulk,kind=stall", "SELECT 1", 3, 3 },
		{ NULL, "LOCK TABLE datos_financieros IN ACCESS EXCLUSIVE MODE", 6, 0 },
	};
	char whole[64], resumed[64];

	(void)state;
	batch(NULL, NULL);
	ground_sum(&ground, whole);
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		DB_AUTO other = support_open(ground.conninfo);
		struct err e = ERR_INIT;

		ground_forget(&ground);
		ground_sql(&ground, "TRUNCATE datos_financieros");
		ground_fault(at[i].rule);
		assert_int_equal(db_begin(other, &e), 0);
		assert_int_equal(db_exec_sql(other, at[i].sql, &e), 0);
		pid_t pid = program_start(&ground, (const char *const[]){ "run", "fmp-batch",
									  "--as-of", AS_OF, NULL });

		EVENTUALLY(program_units(&ground, pid) == at[i].units);
		kill(pid, SIGKILL); /* only then may what it waits for go on */
		db_rollback(other);
		program_kill(&ground, pid);
		ground_fault(NULL);
		int64_t before = ground_requests();
		struct outcome o = ground_resume(
			&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));

		if (o.state != RUN_SUCCESS)
			fail_msg("%s", o.err.text);
		assert_int_equal(ground_requests() - before, at[i].requests);
		assert_int_equal(o.counts.read, 17);
		ground_sum(&ground, resumed);
		assert_string_equal(resumed, whole);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_minimal_rows),
		TEST(test_second_run),
		TEST(test_pages),
		TEST(test_beside_financials_bulk),
		TEST(test_dry_run),
		TEST(test_refusals),
		TEST(test_without_what_is_only_counted),
		TEST(test_killed_and_resumed),
	};

	return cmocka_run_group_tests_name("fmp_batch", tests, open_ground, close_ground);
}
