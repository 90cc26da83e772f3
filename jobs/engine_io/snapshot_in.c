/* What a snapshot and the engines under it read and write. */
#include "jobs/engine_io/io.h"

#include <stdlib.h>

static int
read_financial(const struct json *j, struct financial_row *out, struct err *e)
{
	static const struct io_field fields[] = {
		{ "revenue", offsetof(struct financial_row, revenue) },
		{ "net_income", offsetof(struct financial_row, net_income) },
		{ "free_cash_flow", offsetof(struct financial_row, free_cash_flow) },
		{ "roe", offsetof(struct financial_row, roe) },
		{ "gross_margin", offsetof(struct financial_row, gross_margin) },
		{ "invested_capital", offsetof(struct financial_row, invested_capital) },
		{ "weighted_shares_out", offsetof(struct financial_row, weighted_shares_out) },
	};

	if (io_need_date(j, "period_end_date", &out->end, e) < 0)
		return -1;
	out->type = period_type_find(json_text(j, "period_type"));
	out->fiscal_year = fiscal_year_of(json_text(j, "period_label"), out->end);
	io_read(j, fields, ARRAY_LEN(fields), out);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		out->metric[m] = json_num(j, metric_name((enum metric)m));
	return 0;
}

int
io_newest_period(const void *a, const void *b)
{
	const struct financial_row *x = a, *y = b;

	return date_cmp(y->end, x->end);
}

struct financial_row *
io_financials(const struct json *in, const char *key, size_t *n, struct err *e)
{
	const struct json *rows = io_array(in, key, e);
	struct financial_row *row;

	*n = 0;
	if (!rows)
		return NULL;
	row = mem_alloc((json_len(rows) + 1) * sizeof(*row));
	for (const struct json *r = json_first(rows); r; r = json_next(r)) {
		struct financial_row one;

		if (read_financial(r, &one, e) < 0) {
			free(row);
			(void)err_wrap(e, "%s", key);
			return NULL;
		}
		row[(*n)++] = one;
		io_settle(row, *n, sizeof(*row), io_newest_period);
	}
	return row;
}

void
io_set_lifecycle(struct json *out, const struct lifecycle *l)
{
	struct num first = NUM(l->first_year), last = NUM(l->last_year);

	json_set_int(out, "years_count", l->years);
	json_set_num(out, "first_year", l->years > 0 ? first : NUM_NONE);
	json_set_num(out, "last_year", l->years > 0 ? last : NUM_NONE);
	json_set_text(out, "maturity", maturity_name(l->maturity));
}

struct json *
io_ifs(const struct ifs *i)
{
	struct json *o;

	if (i->position == IFS_NONE)
		return json_new_null();
	o = json_new_object();
	json_set_text(o, "position", ifs_position_name(i->position));
	json_set_int(o, "pressure", i->pressure);
	json_set_int(o, "confidence", i->confidence);
	json_set_text(o, "confidence_label", trust_name(i->label));
	return o;
}
