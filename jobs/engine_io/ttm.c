#include "jobs/engine/financials.h"
#include "jobs/engine_io/io.h"

#include <stddef.h>

int
engine_ttm(const struct json *in, struct json **out, struct err *e)
{
	static const struct io_field quarter[] = {
		{ "revenue", offsetof(struct ttm_quarter, revenue) },
		{ "ebitda", offsetof(struct ttm_quarter, ebitda) },
		{ "net_income", offsetof(struct ttm_quarter, net_income) },
		{ "free_cash_flow", offsetof(struct ttm_quarter, free_cash_flow) },
		{ "shares_outstanding", offsetof(struct ttm_quarter, shares) },
		{ "total_debt", offsetof(struct ttm_quarter, total_debt) },
		{ "cash_and_equivalents", offsetof(struct ttm_quarter, cash) },
	};
	static const struct io_field fields[] = {
		{ "revenue_ttm", offsetof(struct ttm, revenue) },
		{ "ebitda_ttm", offsetof(struct ttm, ebitda) },
		{ "net_income_ttm", offsetof(struct ttm, net_income) },
		{ "eps_ttm", offsetof(struct ttm, eps) },
		{ "free_cash_flow_ttm", offsetof(struct ttm, free_cash_flow) },
		{ "net_debt", offsetof(struct ttm, net_debt) },
		{ "market_cap", offsetof(struct ttm, market_cap) },
		{ "enterprise_value", offsetof(struct ttm, enterprise_value) },
		{ "pe_ratio", offsetof(struct ttm, pe) },
		{ "ev_ebitda", offsetof(struct ttm, ev_ebitda) },
		{ "price_to_sales", offsetof(struct ttm, price_to_sales) },
		{ "price_to_fcf", offsetof(struct ttm, price_to_fcf) },
	};
	const struct json *quarters = io_array(in, "quarters", e);
	struct ttm_quarter q[TTM_QUARTERS];
	struct ttm t;

	if (!quarters)
		return -1;
	if (json_len(quarters) != TTM_QUARTERS)
		return err_set(e, ERR_DATA, "quarters has %zu members, not %d", json_len(quarters),
			       TTM_QUARTERS);
	for (size_t i = 0; i < TTM_QUARTERS; i++)
		io_read(json_at(quarters, i), quarter, ARRAY_LEN(quarter), &q[i]);
	ttm_compute(q, json_num(in, "price"), &t);
	*out = json_new_object();
	io_write(*out, fields, ARRAY_LEN(fields), &t);
	return 0;
}
