/* financials-bulk against the stand-in and a real database.  Statements are written out by hand
 * beside what must come of them; tests/db/test_financials_faults.c has refused and broken ones,
 * tests/db/test_financials_real.c the recorded files. */
#include "tests/support_financials.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	financials_open("financials");
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
		financials_period(2023 + i, "FY", who, income[i], "500,300,80,40,60");
	}
	stock(ticker, "Technology");
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
	o = financials_load("years=2023-2025", NULL);
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

#define TTM(columns) \
	"SELECT concat_ws(' ', " columns ") FROM datos_financieros WHERE period_type = 'TTM'"

/* Revenue 100+200+300+400; what stands is the last quarter's, its shares too. */
static void
test_trailing_year_by_hand(void **state)
{
	(void)state;
	financials_quarters("AAA");
	ground_body(&ground, "/stable/key-metrics-ttm-bulk", 200,
		    "symbol,returnOnInvestedCapitalTTM\nAAA,0.123456789012345678901\nBBB,1\n");
	assert_int_equal(financials_load("years=2025", NULL).state, RUN_SUCCESS);
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
	financials_quarters("AAA");
	financials_file(CASH, 2025, "Q2", "");
	assert_int_equal(financials_load("years=2025", NULL).state, RUN_SUCCESS);
	expect("SELECT string_agg(period_type, ' ') FROM datos_financieros", "Q Q Q");
	ground_forget(&ground);
	financials_quarters("BBB");
	financials_file(INCOME, 2025, "Q2", "2025-06-30,BBB,2019,Q2,1,1,1,1,1,1,1,1\n");
	financials_file(INCOME, 2025, "Q3", "2025-11-30,BBB,2025,Q3,1,1,1,1,1,1,1,1\n");
	financials_load("years=2025", "ticker=BBB");
	expect("SELECT count(*) FROM datos_financieros WHERE period_type = 'TTM'", "0");
}

/* Beyond 2^53, and more digits than a double holds. */
static void
test_figures_keep_their_text(void **state)
{
	(void)state;
	financials_period(
		2025, "FY", "2025-12-31,AAA",
		"9007199254740993,12345678901234567890.123456789,0.1,,6.344979e-10,1.50,,3",
		"123456789012345678901234567,-0.000000000000000000012345,null,N/A,");
	stock("AAA", "Technology");
	assert_int_equal(financials_load("years=2025", NULL).state, RUN_SUCCESS);
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
	financials_load("years=2023-2025", NULL);
	before = ground_tuples(&ground);
	o = financials_load("years=2023-2025", "force=1");
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
	financials_load("years=2023-2025", NULL);
	financials_period(2024, "FY", "2024-12-31,AAA", "1111,60,220,20,440,275,105,100",
			  "500,300,80,40,60");
	financials_period(2025, "FY", "2025-12-30,AAA", "1222,70,242,20,484,300,105,100",
			  "500,300,80,40,60");
	assert_int_equal(financials_load("years=2023-2025", NULL).counts.updated, 1);
	expect("SELECT string_agg(revenue::text, ' ' ORDER BY period_label) FROM "
	       "datos_financieros",
	       "1000 1100 1222");
	expect(ROW("period_end_date"), "2025-12-30");
	assert_int_equal(financials_load("years=2023-2025", "force=1").counts.updated, 1);
	expect("SELECT string_agg(revenue::text, ' ' ORDER BY period_label) FROM "
	       "datos_financieros",
	       "1000 1111 1222");
	assert_int_equal(financials_load("years=2023-2025", "force=1").counts.updated, 0);
}

/* A year of 52 weeks ends on January 3: it and the next one both have the label 2026. */
static void
test_two_years_under_one_label(void **state)
{
	(void)state;
	stock("AAA", "Technology");
	financials_period(2023, "FY", "2024-01-03,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	financials_period(2024, "FY", "2024-12-31,AAA", "2,1,1,1,1,1,1,1", "1,1,1,1,1");
	assert_int_equal(financials_load("years=2023-2024", NULL).counts.rejected, 0);
	expect("SELECT string_agg(concat_ws(' ', period_label, period_end_date, revenue), ',') "
	       "FROM "
	       "datos_financieros",
	       "2024 2024-12-31 2");
	for (int i = 0; i < 2; i++) {
		struct outcome o = financials_load("years=2023-2024", i ? "force=1" : NULL);

		assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	}
}

static int64_t
asked(const char *years, const char *more)
{
	int64_t before = ground_requests();

	financials_load(years, more);
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
	assert_int_equal(financials_load("years=2023", "skip_download=1").exit_code, 6);
}

static void
test_ticker_limit_dry_run_and_years(void **state)
{
	struct outcome o;

	(void)state;
	financials_file(
		INCOME, 2025, "FY",
		"2025-12-31,AAA,2025,FY,1,1,1,1,1,1,1,1\n2025-12-31,BBB,2025,FY,2,1,1,1,1,1,1,1\n"
		"2025-12-31,ZZZ,2025,FY,3,1,1,1,1,1,1,1\n");
	financials_file(BALANCE, 2025, "FY",
			"2025-12-31,AAA,2025,FY,1,1,1,1,1\n2025-12-31,BBB,2025,FY,1,1,1,1,1\n"
			"2025-12-31,ZZZ,2025,FY,1,1,1,1,1\n");
	financials_file(
		CASH, 2025, "FY",
		"2025-12-31,AAA,2025,FY,1,1\n2025-12-31,BBB,2025,FY,1,1\n2025-12-31,ZZZ,2025,FY,1,"
		"1\n");
	assert_int_equal(financials_load("years=2025", NULL).exit_code, 6); /* no active stock */
	stock("AAA", "Energy");
	stock("BBB", "Energy");
	o = financials_load("years=2025", "dry_run=1");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 2);
	expect("SELECT count(*) FROM datos_financieros", "0");
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:");
	free(cache);
	financials_load("years=2025", "limit=1");
	expect("SELECT string_agg(ticker, ' ') FROM datos_financieros", "AAA");
	financials_load("years=2025", "ticker=ZZZ"); /* not active */
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM datos_financieros", "AAA ZZZ");
	financials_load("years=2025", NULL);
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM datos_financieros",
	       "AAA BBB ZZZ");
	assert_int_equal(financials_load("years=2025-2024", NULL).exit_code, 64);
	assert_int_equal(financials_load("years=20x5", NULL).exit_code, 64);
	assert_int_equal(financials_load("years=1950", NULL).exit_code, 64);
}

/* Each of the reasons, counted and kept with its raw text. */
static void
test_unusable_rows_are_refused(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "Energy");
	financials_period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	financials_file(
		INCOME, 2025, "FY",
		"2025-12-31,AAA,2025,FY,1,1,1,1,1,1,1,1\n2025-12-31,A A,2025,FY,1,1,1,1,1,1,1,1\n"
		"31.12.2025,AAA,2025,FY,1,1,1,1,1,1,1,1\n2026-12-31,AAA,2026,FY,1,1,1,1,1,1,1,1\n"
		"2025-12-31,AAA,2025,H1,1,1,1,1,1,1,1,1\n2025-12-31,AAA,2025,FY,Infinity,1,1,1,1,1,"
		"1,"
		"1\n2025-12-31,AAA,2025,FY,1e99,1,1,1,1,1,1,1\n2025-12-31,AAA,2025\n");
	o = financials_load("years=2025", NULL);
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
	financials_period(2025, "FY", "2025-12-31,AAA", "1,1,1,1,1,1,1,1", "1,1,1,1,1");
	financials_file(
		INCOME, 2025, "FY",
		"2025-12-31,AAA,2025,FY,7,1,1,1,1,1,1,1\n2025-12-31,AAA,2025,FY,8,1,1,1,1,1,1,1\n");
	o = financials_load("years=2025", NULL);
	assert_int_equal(o.counts.skipped, 1);
	expect("SELECT revenue FROM datos_financieros", "8");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
					     "'2025 FY: 1 income rows came again, 1 of them with "
					     "other figures (AAA)%'"),
			 1);
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
	};

	return cmocka_run_group_tests_name("financials", tests, open_ground, close_ground);
}
