/* financials-bulk when the vendor refuses, sends something else, or the program is killed: nothing
 * wrong is stored or kept, and nothing that is there is asked for again. */
#include "tests/support_financials.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	financials_open("financials_faults");
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
	ground_reset(&ground, "financials_faults");
	return 0;
}

static const struct failure {
	int family;
	const char *kind;
	int code;
} failures[] = {
	{ INCOME, "status-401", 78 },  { INCOME, "status-402-restricted", 77 },
	{ BALANCE, "status-403", 77 }, { CASH, "status-403-legacy", 77 },
	{ INCOME, "status-429", 69 },  { BALANCE, "limit-200", 69 },
	{ CASH, "html-200", 65 },      { INCOME, "error-200", 65 },
	{ BALANCE, "status-500", 69 }, { CASH, "cut-chunk", 69 },
	{ INCOME, "html-200", 65 },    { CASH, "status-429", 69 },
	{ BALANCE, "status-401", 78 }, { CASH, "error-200", 65 },
};

static void
all_files_of_2025(void)
{
	financials_quarters("AAA");
	financials_period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
}

/* Nothing of a refused answer is stored or kept.  Without income statements there is nothing to do:
 * the run fails as the vendor refused; without the others it is PARTIAL. */
static void
test_refused_feeds(void **state)
{
	static const char *const key[] = { "== income_2025", "== balance_2025",
					   "== cashflow_2025" };
	char rule[160];

	(void)state;
	all_files_of_2025();
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const struct failure *f = &failures[i];

		ground_forget(&ground);
		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s",
			      financials_family[f->family].path, f->kind);
		ground_fault(rule);
		struct outcome o = financials_load("years=2025", NULL);
		char *cache = ground_cache(&ground);

		if (strstr(cache, key[f->family]))
			fail_msg("%s %s: kept", financials_family[f->family].path, f->kind);
		free(cache);
		if (o.exit_code != (f->family == INCOME ? f->code : 4))
			fail_msg("%s %s: exit %d, %s", financials_family[f->family].path, f->kind,
				 o.exit_code, o.err.text);
		expect("SELECT count(*) FROM datos_financieros", "0");
		expect("SELECT count(*) > 0 FROM fintra_ops.event WHERE lvl = 'error'", "t");
	}
}

/* What the cache has goes on being used; the rows stay. */
static void
test_refused_again_keeps_what_there_is(void **state)
{
	struct outcome o;
	char *before, *after;
	char sum[64], again[64];

	(void)state;
	all_files_of_2025();
	financials_load("years=2025", NULL);
	before = ground_cache(&ground);
	ground_sum(&ground, sum);
	ground_fault("path=/stable/balance-sheet-statement-bulk,query=period=Q2,kind=status-429");
	o = financials_load("years=2025", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	assert_int_equal(o.counts.read, 15);
	ground_sum(&ground, again);
	assert_string_equal(sum, again);
	ground_fault("path=/stable/income-statement-bulk,kind=empty");
	assert_int_equal(financials_load("years=2025", NULL).state, RUN_SUCCESS);
	after = ground_cache(&ground);
	assert_int_equal(strlen(before), strlen(after)); /* the seals' times differ */
	ground_sum(&ground, again);
	assert_string_equal(sum, again);
	free(before);
	free(after);
}

/* In each family: a figure that is stored must not vanish unseen. */
static void
test_a_column_that_is_gone(void **state)
{
	static const struct {
		const char *request, *body, *name;
	} gone[] = {
		{ "/stable/income-statement-bulk?period=Q1&year=2025",
		  "date,symbol,fiscalYear,period,revenues,netIncome,operatingIncome,"
		  "interestExpense,grossProfit,ebitda,weightedAverageShsOutDil,"
		  "weightedAverageShsOut\n2025-03-31,AAA,2025,Q1,1,1,1,1,1,1,1,1\n",
		  "revenue" },
		{ "/stable/balance-sheet-statement-bulk?period=Q1&year=2025",
		  "date,symbol,fiscalYear,period,totalStockholdersEquity,totalCurrentAssets,"
		  "totalCurrentLiabilities,cashAndCashEquivalents\n2025-03-31,AAA,2025,Q1,1,1,1,"
		  "1\n",
		  "totalDebt" },
		{ "/stable/cash-flow-statement-bulk?period=Q1&year=2025",
		  "date,symbol,fiscalYear,operatingCashFlow,capitalExpenditure\n"
		  "2025-03-31,AAA,2025,1,1\n",
		  "period" },
		{ "/stable/key-metrics-ttm-bulk", "symbol,roic\nAAA,1\n",
		  "returnOnInvestedCapitalTTM" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		ground_reset(&ground, "financials_faults");
		all_files_of_2025();
		ground_body(&ground, gone[i].request, 200, gone[i].body);
		struct outcome o = financials_load("years=2025", NULL);

		assert_int_equal(o.exit_code, 76);
		if (!strstr(o.err.text, gone[i].name) || !strstr(o.err.text, "/stable/"))
			fail_msg("%s", o.err.text);
		expect("SELECT count(*) FROM datos_financieros", "0");
	}
}

/* The eighth file cannot be used: the resumed run asks for it and what comes behind it alone. */
static void
test_resume_asks_for_the_rest(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t before;

	(void)state;
	all_files_of_2025();
	financials_load("years=2025", NULL);
	ground_sum(&ground, whole);
	ground_forget(&ground);
	ground_sql(&ground, "TRUNCATE datos_financieros");
	ground_body(&ground, "/stable/cash-flow-statement-bulk?period=Q1&year=2025", 200,
		    "symbol\nAAA\n");
	before = ground_requests();
	o = financials_load("years=2025", NULL);
	assert_int_equal(o.exit_code, 76);
	assert_int_equal(ground_requests() - before, 8);
	financials_file(CASH, 2025, "Q1", "2025-03-31,AAA,2025,Q1,30,-10\n");
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 10);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
}

static int64_t
done_by(pid_t pid)
{
	char sql[200];

	(void)fmt_buf(
		sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run r JOIN fintra_ops.unit u ON u.run_id = r.id "
		"WHERE r.pid = %d AND u.state = 'done'",
		(int)pid);
	return ground_int(&ground, sql);
}

/* Held by a lock of another session at what `sql` names; killed once `units` are done. */
static void
kill_at(const char *sql, int64_t units)
{
	DB_AUTO other = support_open(ground.conninfo);
	struct err e = ERR_INIT;
	pid_t pid;

	assert_int_equal(db_begin(other, &e), 0);
	assert_int_equal(db_exec_sql(other, sql, &e), 0);
	pid = program_start(&ground,
			    (const char *const[]){ "run", "financials-bulk", "--years", "2025",
						   "--as-of", AS_OF, "--gate", "warn", NULL });
	EVENTUALLY(done_by(pid) == units);
	kill(pid, SIGKILL); /* only then may what it waits for go on */
	db_rollback(other);
	program_kill(&ground, pid);
}

/* Killed in the downloads, before the first write, and before the last: the same rows in the end,
 * and the vendor is asked for nothing that was there. */
static void
test_killed_and_resumed(void **state)
{
	static const struct {
		const char *sql;
		int64_t units, requests;
	} at[] = {
		{ "SELECT 1", 7, 10 },
		{ "LOCK TABLE datos_financieros IN ACCESS EXCLUSIVE MODE", 17, 0 },
		{ "INSERT INTO datos_financieros (ticker, period_type, period_label, "
		  "period_end_date, source) VALUES ('AAA', 'TTM', '2025Q4', '2025-12-31', 'x')",
		  22, 0 },
	};
	char whole[64], resumed[64];

	(void)state;
	all_files_of_2025();
	financials_load("years=2025", NULL);
	ground_sum(&ground, whole);
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		ground_forget(&ground);
		ground_sql(&ground, "TRUNCATE datos_financieros");
		if (i == 0)
			ground_fault("path=/stable/cash-flow-statement-bulk,query=period=Q1,"
				     "kind=stall");
		kill_at(at[i].sql, at[i].units);
		ground_fault(NULL);
		int64_t before = ground_requests();
		struct outcome o = ground_resume(
			&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));

		if (o.state != RUN_SUCCESS)
			fail_msg("%s", o.err.text);
		assert_int_equal(ground_requests() - before, at[i].requests);
		ground_sum(&ground, resumed);
		assert_string_equal(resumed, whole);
	}
}

/* A database whose column is narrower than ours. */
static void
test_a_figure_too_large_for_its_column(void **state)
{
	struct outcome o;

	(void)state;
	financials_quarters("AAA");
	financials_period(2025, "Q2", "2025-06-30,AAA", "1000000,10,20,2,40,25,106,100",
			  "400,200,70,35,50");
	ground_sql(&ground, "ALTER TABLE datos_financieros ALTER revenue TYPE numeric(10,4)");
	o = financials_load("years=2025", NULL);
	if (o.state != RUN_PARTIAL)
		fail_msg("%d %s", o.state, o.err.text);
	expect("SELECT string_agg(period_label, ' ' ORDER BY period_label) FROM datos_financieros "
	       "WHERE "
	       "period_type = 'Q'",
	       "2025Q1 2025Q3 2025Q4");
	expect("SELECT DISTINCT reason FROM fintra_ops.reject WHERE raw LIKE '(AAA,%,2025Q2,%'",
	       "refused by the database: numeric field overflow (A field with precision 10, scale "
	       "4 "
	       "must round to an absolute value less than 10^6.)");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refused_feeds),	  TEST(test_refused_again_keeps_what_there_is),
		TEST(test_a_column_that_is_gone), TEST(test_resume_asks_for_the_rest),
		TEST(test_killed_and_resumed),	  TEST(test_a_figure_too_large_for_its_column),
	};

	return cmocka_run_group_tests_name("financials_faults", tests, open_ground, close_ground);
}
