/* Figures made from a company's statements: sums over four quarters, ratios of one period, growth
 * over fiscal years (engines.md 7.5-7.7, jobs.md 2.4).  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_FINANCIALS_H
#define FINTRA_JOBS_ENGINE_FINANCIALS_H

#include "core/date.h"
#include "core/num.h"

enum { TTM_QUARTERS = 4, CAGR_POINTS_MIN = 3 };

struct ttm_quarter {
	struct num revenue, ebitda, net_income, free_cash_flow; /* of the quarter alone */
	struct num shares, total_debt, cash;
};

struct ttm {
	struct num revenue, ebitda, net_income, free_cash_flow; /* absent if one quarter lacks it */
	struct num eps, net_debt;
	struct num market_cap, enterprise_value, pe, ev_ebitda, price_to_sales, price_to_fcf;
};

/* Sum of a figure over quarters; absent if any of them lacks it. */
struct num ttm_sum(const struct num *v, size_t n);
/* Oldest quarter first.  Shares, debt and cash are those of the newest. */
void ttm_compute(const struct ttm_quarter q[TTM_QUARTERS], struct num price, struct ttm *out);
/* A quarter that follows another: by its label (year, 1..4), else 75 to 105 days later. */
struct quarter_at {
	int year, quarter;
	struct date end;
};
bool quarter_follows(const struct quarter_at *before, const struct quarter_at *after);

/* A fiscal year as far as growth looks at it. */
struct fiscal_year {
	struct date end;
	struct num revenue, net_income, total_equity, free_cash_flow;
};

struct statement { /* one period's figures as the vendor sends them */
	bool is_ttm;
	struct date end;
	struct num revenue, net_income, operating_income, interest_expense, gross_profit, ebitda;
	struct num shares_diluted, shares_basic;
	struct num total_equity, total_debt, current_assets, current_liabilities;
	struct num operating_cash_flow, capex;
	struct num
		free_cash_flow; /* TTM: the quarters' sum; absent = computed from the two above */
	struct num roic_ttm, wacc_ttm; /* of the vendor; looked at for TTM only */
};

struct metrics {
	struct num free_cash_flow, invested_capital, weighted_shares_out;
	struct num operating_margin, net_margin, gross_margin, ebitda_margin, fcf_margin;
	struct num roic, roe, wacc, debt_to_equity, interest_coverage, current_ratio;
	struct num book_value_per_share;
	struct num revenue_cagr, earnings_cagr, fcf_cagr, equity_cagr;
	double data_completeness; /* 0, 20 .. 100 */
	int data_freshness;	  /* days from the period's end to as_of, not below 0 */
};

/* a / b; absent when either is missing or zero: the vendor's zero means "not reported". */
struct num quotient(struct num a, struct num b);
/* Cash flow less investments; what is missing counts as nothing. */
double free_cash_flow(struct num operating_cash_flow, struct num capex);
/* The history is oldest first, one row per end; rows after s->end are not looked at. */
void metrics_compute(const struct statement *s, const struct fiscal_year *history, size_t n,
		     struct date as_of, struct metrics *out);

struct growth_year {
	struct date end;
	int fiscal_year; /* its label */
	struct num revenue, net_income, free_cash_flow;
};

struct growth_row {
	int fiscal_year; /* the newer one's */
	struct num revenue, net_income, free_cash_flow;
};

/* Growth from each fiscal year to the next: n - 1 rows, newest first; their number.  `year` comes
 * in any order and is left oldest first. */
size_t growth_rows(struct growth_year *year, size_t n, struct growth_row *out);

#endif
