/* financials-bulk against the stand-in and a real database.  Statements are written out by hand
 * beside what must come of them; tests/db/test_financials_real.c has the recorded files. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { INCOME, BALANCE, CASH, FAMILIES };

static const struct {
	const char *path, *header;
} family[FAMILIES] = {
	{ "/stable/income-statement-bulk",
	  "date,symbol,fiscalYear,period,revenue,netIncome,operatingIncome,interestExpense,"
	  "grossProfit,ebitda,weightedAverageShsOutDil,weightedAverageShsOut" },
	{ "/stable/balance-sheet-statement-bulk",
	  "date,symbol,fiscalYear,period,totalStockholdersEquity,totalDebt,totalCurrentAssets,"
	  "totalCurrentLiabilities,cashAndCashEquivalents" },
	{ "/stable/cash-flow-statement-bulk",
	  "date,symbol,fiscalYear,period,operatingCashFlow,capitalExpenditure" },
};

/* Every file that a test does not write has a header and no row. */
static void
header_only(const char *name, const char *header)
{
	char path[300];
	FILE *f;

	(void)fmt_buf(path, sizeof(path), "%s/fmp-shape/%s", ground.dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(header, f);
	(void)fclose(f);
}

static int
open_ground(void **state)
{
	char path[200];

	(void)state;
	ground_open(&ground, "financials");
	(void)fmt_buf(path, sizeof(path), "%s/fmp-shape", ground.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	header_only("income-statement-bulk_1.csv", family[INCOME].header);
	header_only("balance-sheet-statement-bulk_1.csv", family[BALANCE].header);
	header_only("cash-flow-statement-bulk_1.csv", family[CASH].header);
	header_only("key-metrics-ttm-bulk.csv", "symbol,returnOnInvestedCapitalTTM");
	header_only("ratios-ttm-bulk.csv", "symbol,dividendYieldTTM");
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
	ground_reset(&ground, "financials");
	return 0;
}

/* `rows`: "date,symbol,year,period,figure,..." per line. */
static void
file(int which, int year, const char *period, const char *rows)
{
	char request[200], *text;
	struct str s;

	str_init(&s, 1 << 20);
	str_fmt(&s, "%s\n%s", family[which].header, rows);
	text = str_take(&s);
	(void)fmt_buf(request, sizeof(request), "%s?period=%s&year=%d", family[which].path, period,
		      year);
	ground_body(&ground, request, 200, text);
	free(text);
}

/* A period of one company: the three statements of a day in files of their own. */
static void
period(int year, const char *p, const char *day_and_symbol, const char *income, const char *balance)
{
	char row[300];
	const char *cash = "30,-10\n";

	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, income);
	file(INCOME, year, p, row);
	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, balance);
	file(BALANCE, year, p, row);
	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, cash);
	file(CASH, year, p, row);
}

/* Three fiscal years: revenue 1000, 1100, 1210. */
static void
three_years(const char *ticker)
{
	char who[64];

	for (int i = 0; i < 3; i++) {
		static const char *const income[] = { "1000,50,200,20,400,250,105,100",
						      "1100,60,220,20,440,275,105,100",
						      "1210,70,242,20,484,300,105,100" };

		(void)fmt_buf(who, sizeof(who), "%d-12-31,%s", 2023 + i, ticker);
		period(2023 + i, "FY", who, income[i], "500,300,80,40,60");
	}
	stock(ticker, "Technology");
}

static struct outcome
load(const char *years, const char *more)
{
	return GROUND_RUN(&ground, &job_financials_bulk, AS_OF, years, more, NULL);
}

#define ROW(columns) \
	"SELECT concat_ws(' ', " columns ") FROM datos_financieros WHERE period_label = '2025'"

/* 242/1210 = 0.2, 70/1210, 484/1210 = 0.4, 300/1210, 20/1210; FCF 30 - |-10|; 70/(500+300);
 * 242/20 = 12.1; 80/40; 300/500; 500/105; growth of revenue over 731 days: 1.21^(365/731) - 1. */
static void
test_a_fiscal_year_by_hand(void **state)
{
	struct outcome o;

	(void)state;
	three_years("AAA");
	o = load("years=2023-2025", NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	assert_int_equal(o.counts.read, 9);
	assert_int_equal(o.counts.inserted, 3);
	expect(ROW("ticker, period_type, period_end_date, source, period_status, revenue, "
		   "net_income, ebitda, free_cash_flow, capex, total_equity, total_debt, "
		   "invested_capital, weighted_shares_out, cash_and_equivalents"),
	       "AAA FY 2025-12-31 fmp_bulk preliminary 1210 70 300 20 -10 500 300 800 105 60");
	expect(ROW("operating_margin, gross_margin, roic, roe, debt_to_equity, current_ratio, "
		   "interest_coverage, coalesce(wacc::text, 'none'), data_completeness, "
		   "data_freshness"),
	       "0.2 0.4 0.0875 0.14 0.6 2 12.1 none 100 33");
	expect(ROW("round(net_margin, 12), round(ebitda_margin, 12), round(fcf_margin, 12), "
		   "round(book_value_per_share, 12), round(revenue_cagr, 12), fcf_cagr, "
		   "equity_cagr"),
	       "0.057851239669 0.247933884298 0.016528925620 4.761904761905 0.099856587738 0 0");
	expect("SELECT concat_ws(' ', result->>'processed', result->>'skipped', "
	       "result->>'fy_built', result->>'q_built', result->>'ttm_built') FROM fintra_ops.run",
	       "1 0 3 0 0");
	expect("SELECT count(*) FROM datos_financieros WHERE revenue_cagr IS NOT NULL", "1");
}

static void
four_quarters(const char *ticker)
{
	static const char *const day[] = { "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31" };
	char who[64], p[4], income[80];

	for (int i = 0; i < 4; i++) {
		(void)fmt_buf(who, sizeof(who), "%s,%s", day[i], ticker);
		(void)fmt_buf(p, sizeof(p), "Q%d", i + 1);
		(void)fmt_buf(income, sizeof(income), "%d,10,20,2,40,25,%d,100", 100 * (i + 1),
			      105 + i);
		period(2025, p, who, income, i == 3 ? "500,300,80,40,60" : "400,200,70,35,50");
	}
	stock(ticker, "Technology");
}

#define TTM(columns) \
	"SELECT concat_ws(' ', " columns ") FROM datos_financieros WHERE period_type = 'TTM'"

/* Revenue 100+200+300+400; what stands is the last quarter's, its shares too. */
static void
test_trailing_year_by_hand(void **state)
{
	(void)state;
	four_quarters("AAA");
	ground_body(&ground, "/stable/key-metrics-ttm-bulk", 200,
		    "symbol,returnOnInvestedCapitalTTM\nAAA,0.123456789012345678901\nBBB,1\n");
	assert_int_equal(load("years=2025", NULL).state, RUN_SUCCESS);
	expect(TTM("period_label, period_end_date, revenue, net_income, ebitda, free_cash_flow, "
		   "capex, weighted_shares_out, total_equity, cash_and_equivalents, roic, "
		   "operating_margin, interest_coverage"),
	       "2025Q4 2025-12-31 1000 40 100 80 -40 108 500 60 0.123456789012345678901 0.08 10");
	expect("SELECT string_agg(period_type || period_label, ' ' ORDER BY period_type, "
	       "period_label) FROM datos_financieros",
	       "Q2025Q1 Q2025Q2 Q2025Q3 Q2025Q4 TTM2025Q4");
}

/* Without the third quarter, or with one of another year, there is no trailing year. */
static void
test_no_trailing_year_with_a_gap(void **state)
{
	(void)state;
	four_quarters("AAA");
	file(CASH, 2025, "Q2", "");
	assert_int_equal(load("years=2025", NULL).state, RUN_SUCCESS);
	expect("SELECT string_agg(period_type, ' ') FROM datos_financieros", "Q Q Q");
	ground_forget(&ground);
	four_quarters("BBB");
	file(INCOME, 2025, "Q2", "2025-06-30,BBB,2019,Q2,1,1,1,1,1,1,1,1\n");
	file(INCOME, 2025, "Q3", "2025-11-30,BBB,2025,Q3,1,1,1,1,1,1,1,1\n");
	load("years=2025", "ticker=BBB");
	expect("SELECT count(*) FROM datos_financieros WHERE period_type = 'TTM'", "0");
}

/* Beyond 2^53, and more digits than a double holds. */
static void
test_figures_keep_their_text(void **state)
{
	(void)state;
	period(2025, "FY", "2025-12-31,AAA",
	       "9007199254740993,12345678901234567890.123456789,0.1,,6.344979e-10,1.50,,3",
	       "123456789012345678901234567,-0.000000000000000000012345,null,N/A,");
	stock("AAA", "Technology");
	assert_int_equal(load("years=2025", NULL).state, RUN_SUCCESS);
	expect(ROW("revenue, net_income, ebitda, total_equity, total_debt, weighted_shares_out, "
		   "coalesce(cash_and_equivalents::text, 'none')"),
	       "9007199254740993 12345678901234567890.123456789 1.50 123456789012345678901234567 "
	       "-0.000000000000000000012345 3 none");
}

static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	three_years("AAA");
	load("years=2023-2025", NULL);
	before = ground_tuples(&ground);
	o = load("years=2023-2025", "force=1");
	assert_int_equal(o.counts.read, 9);
	assert_int_equal(o.counts.unchanged, 3);
	assert_int_equal(ground_tuples(&ground), before);
}

/* In February last year's statements may still change, older ones only with force. */
static void
test_restated_figures(void **state)
{
	(void)state;
	three_years("AAA");
	load("years=2023-2025", NULL);
	period(2024, "FY", "2024-12-31,AAA", "1111,60,220,20,440,275,105,100", "500,300,80,40,60");
	period(2025, "FY", "2025-12-30,AAA", "1222,70,242,20,484,300,105,100", "500,300,80,40,60");
	assert_int_equal(load("years=2023-2025", NULL).counts.updated, 1);
	expect("SELECT string_agg(revenue::text, ' ' ORDER BY period_label) FROM "
	       "datos_financieros",
	       "1000 1100 1222");
	expect(ROW("period_end_date"), "2025-12-30");
	assert_int_equal(load("years=2023-2025", "force=1").counts.updated, 1);
	expect("SELECT string_agg(revenue::text, ' ' ORDER BY period_label) FROM "
	       "datos_financieros",
	       "1000 1111 1222");
	assert_int_equal(load("years=2023-2025", "force=1").counts.updated, 0);
}

/* A year of 52 weeks ends on January 3: it and the next one both have the label 2026. */
static void
test_two_years_under_one_label(void **state)
{
	(void)state;
	stock("AAA", "Technology");
	period(2023, "FY", "2024-01-03,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	period(2024, "FY", "2024-12-31,AAA", "2,1,1,1,1,1,1,1", "1,1,1,1,1");
	assert_int_equal(load("years=2023-2024", NULL).counts.rejected, 0);
	expect("SELECT string_agg(concat_ws(' ', period_label, period_end_date, revenue), ',') "
	       "FROM "
	       "datos_financieros",
	       "2024 2024-12-31 2");
	for (int i = 0; i < 2; i++) {
		struct outcome o = load("years=2023-2024", i ? "force=1" : NULL);

		assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	}
}

static int64_t
asked(const char *years, const char *more)
{
	int64_t before = ground_requests();

	load(years, more);
	return ground_requests() - before;
}

/* 15 files a year and two trailing ones.  Only this year's, until March the last one's, and the
 * trailing ones are asked for again; with force all; with skip_download none. */
static void
test_which_files_are_asked_for_again(void **state)
{
	(void)state;
	three_years("AAA");
	assert_int_equal(asked("years=2023-2025", NULL), 47);
	assert_int_equal(asked("years=2023-2025", NULL), 17);
	assert_int_equal(asked("years=2023-2025", "force=1"), 47);
	assert_int_equal(asked("years=2023-2025", "skip_download=1"), 0);
	assert_int_equal(asked("years=2023", NULL), 2);
	ground_forget(&ground);
	assert_int_equal(load("years=2023", "skip_download=1").exit_code, 6);
}

static void
test_ticker_limit_dry_run_and_years(void **state)
{
	struct outcome o;

	(void)state;
	file(INCOME, 2025, "FY",
	     "2025-12-31,AAA,2025,FY,1,1,1,1,1,1,1,1\n2025-12-31,BBB,2025,FY,2,1,1,1,1,1,1,1\n"
	     "2025-12-31,ZZZ,2025,FY,3,1,1,1,1,1,1,1\n");
	file(BALANCE, 2025, "FY",
	     "2025-12-31,AAA,2025,FY,1,1,1,1,1\n2025-12-31,BBB,2025,FY,1,1,1,1,1\n"
	     "2025-12-31,ZZZ,2025,FY,1,1,1,1,1\n");
	file(CASH, 2025, "FY",
	     "2025-12-31,AAA,2025,FY,1,1\n2025-12-31,BBB,2025,FY,1,1\n2025-12-31,ZZZ,2025,FY,1,"
	     "1\n");
	assert_int_equal(load("years=2025", NULL).exit_code, 6); /* no active stock */
	stock("AAA", "Energy");
	stock("BBB", "Energy");
	o = load("years=2025", "dry_run=1");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 2);
	expect("SELECT count(*) FROM datos_financieros", "0");
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:");
	free(cache);
	load("years=2025", "limit=1");
	expect("SELECT string_agg(ticker, ' ') FROM datos_financieros", "AAA");
	load("years=2025", "ticker=ZZZ"); /* not active */
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM datos_financieros", "AAA ZZZ");
	load("years=2025", NULL);
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM datos_financieros",
	       "AAA BBB ZZZ");
	assert_int_equal(load("years=2025-2024", NULL).exit_code, 64);
	assert_int_equal(load("years=20x5", NULL).exit_code, 64);
	assert_int_equal(load("years=1950", NULL).exit_code, 64);
}

/* Each of the reasons, counted and kept with its raw text. */
static void
test_unusable_rows_are_refused(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "Energy");
	period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	file(INCOME, 2025, "FY",
	     "2025-12-31,AAA,2025,FY,1,1,1,1,1,1,1,1\n2025-12-31,A A,2025,FY,1,1,1,1,1,1,1,1\n"
	     "31.12.2025,AAA,2025,FY,1,1,1,1,1,1,1,1\n2026-12-31,AAA,2026,FY,1,1,1,1,1,1,1,1\n"
	     "2025-12-31,AAA,2025,H1,1,1,1,1,1,1,1,1\n2025-12-31,AAA,2025,FY,Infinity,1,1,1,1,1,1,"
	     "1\n2025-12-31,AAA,2025,FY,1e99,1,1,1,1,1,1,1\n2025-12-31,AAA,2025\n");
	o = load("years=2025", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 10);
	assert_int_equal(o.counts.rejected, 7);
	expect("SELECT string_agg(reason, ', ' ORDER BY reason COLLATE \"C\") FROM "
	       "fintra_ops.reject",
	       "a figure is no number of usable size, a figure is no number of usable size, date "
	       "is "
	       "missing or unreadable, has 3 fields of 12, period is none of FY, Q1 .. Q4, symbol "
	       "is no ticker, the period ends after the as-of date");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg = "
					     "'refused: a figure is no number of usable size: 2 "
					     "rows'"),
			 1);
	expect("SELECT count(*) FROM datos_financieros", "1");
}

/* The last row of a company and day counts; that others differ is said. */
static void
test_rows_sent_twice(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "Energy");
	period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	file(INCOME, 2025, "FY",
	     "2025-12-31,AAA,2025,FY,7,1,1,1,1,1,1,1\n2025-12-31,AAA,2025,FY,8,1,1,1,1,1,1,1\n");
	o = load("years=2025", NULL);
	assert_int_equal(o.counts.skipped, 1);
	expect("SELECT revenue FROM datos_financieros", "8");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
					     "'2025 FY: 1 income rows came again, 1 of them with "
					     "other figures (AAA)%'"),
			 1);
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
	four_quarters("AAA");
	period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
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
		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", family[f->family].path,
			      f->kind);
		ground_fault(rule);
		struct outcome o = load("years=2025", NULL);
		char *cache = ground_cache(&ground);

		if (strstr(cache, key[f->family]))
			fail_msg("%s %s: kept", family[f->family].path, f->kind);
		free(cache);
		if (o.exit_code != (f->family == INCOME ? f->code : 4))
			fail_msg("%s %s: exit %d, %s", family[f->family].path, f->kind, o.exit_code,
				 o.err.text);
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
	load("years=2025", NULL);
	before = ground_cache(&ground);
	ground_sum(&ground, sum);
	ground_fault("path=/stable/balance-sheet-statement-bulk,query=period=Q2,kind=status-429");
	o = load("years=2025", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	assert_int_equal(o.counts.read, 15);
	ground_sum(&ground, again);
	assert_string_equal(sum, again);
	ground_fault("path=/stable/income-statement-bulk,kind=empty");
	assert_int_equal(load("years=2025", NULL).state, RUN_SUCCESS);
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
		ground_reset(&ground, "financials");
		all_files_of_2025();
		ground_body(&ground, gone[i].request, 200, gone[i].body);
		struct outcome o = load("years=2025", NULL);

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
	load("years=2025", NULL);
	ground_sum(&ground, whole);
	ground_forget(&ground);
	ground_sql(&ground, "TRUNCATE datos_financieros");
	ground_body(&ground, "/stable/cash-flow-statement-bulk?period=Q1&year=2025", 200,
		    "symbol\nAAA\n");
	before = ground_requests();
	o = load("years=2025", NULL);
	assert_int_equal(o.exit_code, 76);
	assert_int_equal(ground_requests() - before, 8);
	file(CASH, 2025, "Q1", "2025-03-31,AAA,2025,Q1,30,-10\n");
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
	load("years=2025", NULL);
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

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_fiscal_year_by_hand),
		TEST(test_trailing_year_by_hand),
		TEST(test_no_trailing_year_with_a_gap),
		TEST(test_figures_keep_their_text),
		TEST(test_second_run_changes_nothing),
		TEST(test_restated_figures),
		TEST(test_two_years_under_one_label),
		TEST(test_which_files_are_asked_for_again),
		TEST(test_ticker_limit_dry_run_and_years),
		TEST(test_unusable_rows_are_refused),
		TEST(test_rows_sent_twice),
		TEST(test_refused_feeds),
		TEST(test_refused_again_keeps_what_there_is),
		TEST(test_a_column_that_is_gone),
		TEST(test_resume_asks_for_the_rest),
		TEST(test_killed_and_resumed),
	};

	return cmocka_run_group_tests_name("financials", tests, open_ground, close_ground);
}
