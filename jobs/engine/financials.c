#include "jobs/engine/financials.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { GAP_MIN = 75, GAP_MAX = 105, YEARS_MIN = 2, POINTS = 20 };

#define DAYS_PER_YEAR 365.0

static double
or_zero(struct num v)
{
	return v.has ? v.v : 0;
}

struct num
quotient(struct num a, struct num b)
{
	if (!a.has || !b.has || a.v == 0 || b.v == 0)
		return NUM_NONE;
	return num_finite(a.v / b.v);
}

double
free_cash_flow(struct num operating_cash_flow, struct num capex)
{
	return or_zero(operating_cash_flow) - fabs(or_zero(capex));
}

struct num
ttm_sum(const struct num *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].has)
			return NUM_NONE;
		sum += v[i].v;
	}
	return num_finite(sum);
}

/* A multiple of something that is not above zero says nothing. */
static struct num
multiple(struct num a, struct num b)
{
	return a.has && b.has && b.v > 0 ? num_finite(a.v / b.v) : NUM_NONE;
}

static struct num
difference(struct num a, struct num b)
{
	return a.has && b.has ? num_finite(a.v - b.v) : NUM_NONE;
}

void
ttm_compute(const struct ttm_quarter q[TTM_QUARTERS], struct num price, struct ttm *out)
{
	const struct ttm_quarter *newest = &q[TTM_QUARTERS - 1];
	struct num revenue[TTM_QUARTERS], ebitda[TTM_QUARTERS], income[TTM_QUARTERS],
		fcf[TTM_QUARTERS];

	for (int i = 0; i < TTM_QUARTERS; i++) {
		revenue[i] = q[i].revenue;
		ebitda[i] = q[i].ebitda;
		income[i] = q[i].net_income;
		fcf[i] = q[i].free_cash_flow;
	}
	out->revenue = ttm_sum(revenue, TTM_QUARTERS);
	out->ebitda = ttm_sum(ebitda, TTM_QUARTERS);
	out->net_income = ttm_sum(income, TTM_QUARTERS);
	out->free_cash_flow = ttm_sum(fcf, TTM_QUARTERS);
	out->eps = multiple(out->net_income, newest->shares);
	out->net_debt = difference(newest->total_debt, newest->cash);
	out->market_cap = NUM_NONE;
	out->enterprise_value = NUM_NONE;
	if (price.has && newest->shares.has && newest->shares.v > 0)
		out->market_cap = num_finite(price.v * newest->shares.v);
	if (out->market_cap.has && out->net_debt.has)
		out->enterprise_value = num_finite(out->market_cap.v + out->net_debt.v);
	out->pe = multiple(out->market_cap, out->net_income);
	out->ev_ebitda = multiple(out->enterprise_value, out->ebitda);
	out->price_to_sales = multiple(out->market_cap, out->revenue);
	out->price_to_fcf = multiple(out->market_cap, out->free_cash_flow);
}

/* Fiscal years of 52 or 53 weeks and moved year ends: the label decides, else the distance. */
bool
quarter_follows(const struct quarter_at *before, const struct quarter_at *after)
{
	int gap = after->end.days - before->end.days;

	if (before->quarter > 0 && after->quarter > 0 &&
	    after->year * TTM_QUARTERS + after->quarter ==
		    before->year * TTM_QUARTERS + before->quarter + 1)
		return true;
	return gap >= GAP_MIN && gap <= GAP_MAX;
}

/* From the oldest to the newest figure that is there; zero means "not reported". */
static struct num
cagr(const struct fiscal_year *y, size_t n, struct date until, size_t field)
{
	const struct fiscal_year *first = NULL, *last = NULL;
	double a = 0, z = 0;
	int points = 0;

	for (size_t i = 0; i < n && date_cmp(y[i].end, until) <= 0; i++) {
		const struct num *v =
			(const struct num *)(const void *)((const char *)&y[i] + field);

		if (!v->has || v->v == 0)
			continue;
		if (!first) {
			first = &y[i];
			a = v->v;
		}
		last = &y[i];
		z = v->v;
		points++;
	}
	if (points < CAGR_POINTS_MIN)
		return NUM_NONE;
	double years = (last->end.days - first->end.days) / DAYS_PER_YEAR;

	return years < YEARS_MIN ? NUM_NONE : num_finite(pow(z / a, 1 / years) - 1);
}

static double
completeness(const struct statement *s)
{
	const struct num nonzero[] = { s->revenue, s->net_income, s->total_equity,
				       s->operating_cash_flow };
	int points = s->total_debt.has ? POINTS : 0; /* a company may well owe nothing */

	for (size_t i = 0; i < sizeof(nonzero) / sizeof(nonzero[0]); i++)
		if (nonzero[i].has && nonzero[i].v != 0)
			points += POINTS;
	return points;
}

static void
margins(const struct statement *s, struct metrics *m)
{
	m->operating_margin = quotient(s->operating_income, s->revenue);
	m->net_margin = quotient(s->net_income, s->revenue);
	m->gross_margin = quotient(s->gross_profit, s->revenue);
	m->ebitda_margin = quotient(s->ebitda, s->revenue);
	m->fcf_margin = quotient(m->free_cash_flow, s->revenue);
}

static void
capital(const struct statement *s, struct metrics *m)
{
	bool diluted = s->shares_diluted.has && s->shares_diluted.v != 0;

	m->weighted_shares_out = diluted ? s->shares_diluted : s->shares_basic;
	m->roic = s->is_ttm && s->roic_ttm.has ? s->roic_ttm
					       : quotient(s->net_income, m->invested_capital);
	m->wacc = s->is_ttm && s->wacc_ttm.has && s->wacc_ttm.v != 0 ? s->wacc_ttm : NUM_NONE;
	m->roe = quotient(s->net_income, s->total_equity);
	m->debt_to_equity = quotient(s->total_debt, s->total_equity);
	m->interest_coverage = quotient(s->operating_income, s->interest_expense);
	m->current_ratio = quotient(s->current_assets, s->current_liabilities);
	m->book_value_per_share = quotient(s->total_equity, m->weighted_shares_out);
}

void
metrics_compute(const struct statement *s, const struct fiscal_year *history, size_t n,
		struct date as_of, struct metrics *out)
{
	int days = as_of.days - s->end.days;

	out->free_cash_flow = s->free_cash_flow;
	if (!s->free_cash_flow.has)
		out->free_cash_flow = num_finite(free_cash_flow(s->operating_cash_flow, s->capex));
	out->invested_capital = num_finite(or_zero(s->total_equity) + or_zero(s->total_debt));
	margins(s, out);
	capital(s, out);
	out->revenue_cagr = cagr(history, n, s->end, offsetof(struct fiscal_year, revenue));
	out->earnings_cagr = cagr(history, n, s->end, offsetof(struct fiscal_year, net_income));
	out->equity_cagr = cagr(history, n, s->end, offsetof(struct fiscal_year, total_equity));
	out->fcf_cagr = cagr(history, n, s->end, offsetof(struct fiscal_year, free_cash_flow));
	out->data_completeness = completeness(s);
	out->data_freshness = days > 0 ? days : 0;
}

static struct num
growth(struct num before, struct num now)
{
	if (!before.has || before.v == 0 || !now.has)
		return NUM_NONE;
	return num_finite((now.v - before.v) / fabs(before.v));
}

static int
by_end(const void *a, const void *b)
{
	const struct growth_year *x = a, *y = b;

	return date_cmp(x->end, y->end);
}

size_t
growth_rows(struct growth_year *year, size_t n, struct growth_row *out)
{
	size_t rows = 0;

	if (n > 1)
		qsort(year, n, sizeof(*year), by_end);
	for (size_t i = n; i-- > 1; rows++) {
		const struct growth_year *a = &year[i - 1], *b = &year[i];

		out[rows] = (struct growth_row){
			.fiscal_year = b->fiscal_year,
			.revenue = growth(a->revenue, b->revenue),
			.net_income = growth(a->net_income, b->net_income),
			.free_cash_flow = growth(a->free_cash_flow, b->free_cash_flow),
		};
	}
	return rows;
}
