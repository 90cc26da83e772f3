#include "jobs/engine/fundamentals_growth.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

static int
newest_first(const void *a, const void *b)
{
	const struct growth_row *x = a, *y = b;

	return (x->fiscal_year < y->fiscal_year) - (x->fiscal_year > y->fiscal_year);
}

static size_t
read_rows(const struct json *rows, struct growth_row *out)
{
	static const struct io_field fields[] = {
		{ "growth_revenue", offsetof(struct growth_row, revenue) },
		{ "growth_net_income", offsetof(struct growth_row, net_income) },
		{ "growth_free_cash_flow", offsetof(struct growth_row, free_cash_flow) },
	};
	size_t n = 0;

	for (const struct json *r = json_first(rows); r; r = json_next(r)) {
		struct growth_row one = { .fiscal_year = io_int(r, "fiscal_year") };

		io_read(r, fields, ARRAY_LEN(fields), &one);
		out[n++] = one;
		io_settle(out, n, sizeof(*out), newest_first);
	}
	return n;
}

int
engine_fundamentals_growth(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "rows", e);
	struct fundamentals_growth_input input = {
		.maturity = maturity_find(json_text(in, "maturity")),
		.min_years = io_int(in, "min_years"),
	};
	struct growth_row *row;
	struct fundamentals_growth g;

	if (!rows)
		return -1;
	row = mem_alloc((json_len(rows) + 1) * sizeof(*row));
	input.row = row;
	input.n = read_rows(rows, row);
	io_horizons(json_get(in, "dominant"), &input.dominant);
	fundamentals_growth(&input, &g);
	free(row);
	*out = json_new_object();
	json_set_num(*out, "revenue_cagr", g.revenue_cagr);
	json_set_num(*out, "earnings_cagr", g.earnings_cagr);
	json_set_num(*out, "fcf_cagr", g.fcf_cagr);
	json_set_text(*out, "status", growth_status_name(g.status));
	json_set_text(*out, "confidence", degree_name(g.confidence));
	json_set_int(*out, "valid_windows", g.valid_windows);
	json_set_int(*out, "required_windows", g.required_windows);
	return 0;
}
