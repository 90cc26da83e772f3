#include "jobs/engine/financials.h"
#include "jobs/engine_io/io.h"

#include <stddef.h>
#include <stdlib.h>

static const struct io_field statement_fields[] = {
	{ "revenue", offsetof(struct statement, revenue) },
	{ "net_income", offsetof(struct statement, net_income) },
	{ "operating_income", offsetof(struct statement, operating_income) },
	{ "interest_expense", offsetof(struct statement, interest_expense) },
	{ "gross_profit", offsetof(struct statement, gross_profit) },
	{ "ebitda", offsetof(struct statement, ebitda) },
	{ "shares_diluted", offsetof(struct statement, shares_diluted) },
	{ "shares_basic", offsetof(struct statement, shares_basic) },
	{ "total_equity", offsetof(struct statement, total_equity) },
	{ "total_debt", offsetof(struct statement, total_debt) },
	{ "current_assets", offsetof(struct statement, current_assets) },
	{ "current_liabilities", offsetof(struct statement, current_liabilities) },
	{ "operating_cash_flow", offsetof(struct statement, operating_cash_flow) },
	{ "capex", offsetof(struct statement, capex) },
	{ "roic_ttm", offsetof(struct statement, roic_ttm) },
	{ "wacc_ttm", offsetof(struct statement, wacc_ttm) },
};

/* Stored beside the figures that are made from them. */
static const struct io_field copied[] = {
	{ "revenue", offsetof(struct statement, revenue) },
	{ "net_income", offsetof(struct statement, net_income) },
	{ "total_equity", offsetof(struct statement, total_equity) },
	{ "total_debt", offsetof(struct statement, total_debt) },
	{ "capex", offsetof(struct statement, capex) },
	{ "ebitda", offsetof(struct statement, ebitda) },
};

static const struct io_field metric_fields[] = {
	{ "free_cash_flow", offsetof(struct metrics, free_cash_flow) },
	{ "invested_capital", offsetof(struct metrics, invested_capital) },
	{ "weighted_shares_out", offsetof(struct metrics, weighted_shares_out) },
	{ "operating_margin", offsetof(struct metrics, operating_margin) },
	{ "net_margin", offsetof(struct metrics, net_margin) },
	{ "gross_margin", offsetof(struct metrics, gross_margin) },
	{ "ebitda_margin", offsetof(struct metrics, ebitda_margin) },
	{ "fcf_margin", offsetof(struct metrics, fcf_margin) },
	{ "roic", offsetof(struct metrics, roic) },
	{ "roe", offsetof(struct metrics, roe) },
	{ "wacc", offsetof(struct metrics, wacc) },
	{ "debt_to_equity", offsetof(struct metrics, debt_to_equity) },
	{ "interest_coverage", offsetof(struct metrics, interest_coverage) },
	{ "current_ratio", offsetof(struct metrics, current_ratio) },
	{ "book_value_per_share", offsetof(struct metrics, book_value_per_share) },
	{ "revenue_cagr", offsetof(struct metrics, revenue_cagr) },
	{ "earnings_cagr", offsetof(struct metrics, earnings_cagr) },
	{ "fcf_cagr", offsetof(struct metrics, fcf_cagr) },
	{ "equity_cagr", offsetof(struct metrics, equity_cagr) },
};

/* Into y[json_len(history)], oldest first. */
static int
read_history(const struct json *history, struct fiscal_year *y, size_t *n, struct err *e)
{
	*n = 0;
	for (const struct json *j = json_first(history); j; j = json_next(j)) {
		struct fiscal_year one = {
			.revenue = json_num(j, "revenue"),
			.net_income = json_num(j, "net_income"),
			.total_equity = json_num(j, "total_equity"),
			.free_cash_flow = NUM(free_cash_flow(json_num(j, "operating_cash_flow"),
							     json_num(j, "capex"))),
		};
		size_t at = (*n)++;

		if (io_need_date(j, "date", &one.end, e) < 0)
			return err_wrap(e, "history");
		for (; at > 0 && date_cmp(y[at - 1].end, one.end) > 0; at--)
			y[at] = y[at - 1];
		y[at] = one;
	}
	return 0;
}

static struct json *
answer(const struct statement *s, const struct metrics *m)
{
	struct json *o = json_new_object();

	io_write(o, copied, ARRAY_LEN(copied), s);
	io_write(o, metric_fields, ARRAY_LEN(metric_fields), m);
	json_set_num(o, "data_completeness", NUM(m->data_completeness));
	json_set_int(o, "data_freshness", m->data_freshness);
	return o;
}

int
engine_derived_metrics(const struct json *in, struct json **out, struct err *e)
{
	const struct json *history = json_get(in, "history");
	struct statement s = { .is_ttm = str_same(json_text(in, "period_type"), "TTM") };
	struct metrics m;
	struct fiscal_year *y;
	struct date as_of;
	size_t n;
	int rc;

	if (io_need_date(in, "period_end_date", &s.end, e) < 0 ||
	    io_need_date(in, "as_of", &as_of, e) < 0)
		return -1;
	y = mem_alloc((json_len(history) + 1) * sizeof(*y));
	rc = read_history(history, y, &n, e);
	if (rc == 0) {
		io_read(in, statement_fields, ARRAY_LEN(statement_fields), &s);
		metrics_compute(&s, y, n, as_of, &m);
		*out = answer(&s, &m);
	}
	free(y);
	return rc;
}
