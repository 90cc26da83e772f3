#include "jobs/engine/financials.h"
#include "jobs/engine_io/io.h"

#include <stddef.h>
#include <stdlib.h>

static const struct io_field growths[] = {
	{ "growth_revenue", offsetof(struct growth_row, revenue) },
	{ "growth_net_income", offsetof(struct growth_row, net_income) },
	{ "growth_free_cash_flow", offsetof(struct growth_row, free_cash_flow) },
};

static int
read_years(const struct json *rows, struct growth_year *y, struct err *e)
{
	size_t n = 0;

	for (const struct json *r = json_first(rows); r; r = json_next(r), n++) {
		y[n] = (struct growth_year){ DATE_NONE, io_int(r, "fiscal_year"),
					     json_num(r, "revenue"), json_num(r, "net_income"),
					     json_num(r, "free_cash_flow") };
		if (io_need_date(r, "period_end_date", &y[n].end, e) < 0)
			return err_wrap(e, "rows");
	}
	return 0;
}

int
engine_growth_rows(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "rows", e);
	struct growth_year *y;
	struct growth_row *g;
	int rc;

	if (!rows)
		return -1;
	y = mem_alloc((json_len(rows) + 1) * sizeof(*y));
	g = mem_alloc((json_len(rows) + 1) * sizeof(*g));
	rc = read_years(rows, y, e);
	if (rc == 0) {
		size_t n = growth_rows(y, json_len(rows), g);

		*out = json_new_array();
		for (size_t i = 0; i < n; i++) {
			struct json *o = json_new_object();

			json_set_int(o, "fiscal_year", g[i].fiscal_year);
			io_write(o, growths, ARRAY_LEN(growths), &g[i]);
			json_push(*out, o);
		}
	}
	free(y);
	free(g);
	return rc;
}
