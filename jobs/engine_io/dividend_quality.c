#include "jobs/engine/dividend_quality.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

static int
newest_first(const void *a, const void *b)
{
	const struct dividend_year *x = a, *y = b;

	return (x->year < y->year) - (x->year > y->year);
}

static size_t
read_years(const struct json *rows, struct dividend_year *out)
{
	static const struct io_field fields[] = {
		{ "dividend_per_share", offsetof(struct dividend_year, per_share) },
		{ "payout_eps", offsetof(struct dividend_year, payout_eps) },
		{ "payout_fcf", offsetof(struct dividend_year, payout_fcf) },
		{ "net_income", offsetof(struct dividend_year, net_income) },
		{ "free_cash_flow", offsetof(struct dividend_year, free_cash_flow) },
	};
	size_t n = 0;

	for (const struct json *r = json_first(rows); r; r = json_next(r)) {
		struct dividend_year *y = &out[n++];

		y->year = io_int(r, "year");
		y->has_dividend = json_bool(r, "has_dividend", false);
		io_read(r, fields, ARRAY_LEN(fields), y);
		io_settle(out, n, sizeof(*out), newest_first);
	}
	return n;
}

static struct json *
answer(const struct dividend_quality *q)
{
	struct json *o = json_new_object();

	json_set_num(o, "score", q->score);
	json_set_text(o, "band", dividend_band_name(q->band));
	json_set_num(o, "confidence", q->confidence);
	json_set_num(o, "consistency", q->consistency);
	json_set_num(o, "growth_reliability", q->growth_reliability);
	json_set_num(o, "payout_sustainability", q->payout_sustainability);
	json_set_num(o, "capital_discipline", q->capital_discipline);
	json_set_int(o, "years", q->years);
	return o;
}

int
engine_dividend_quality(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "rows", e);
	struct dividend_quality q;
	struct dividend_year *year;

	if (!rows)
		return -1;
	year = mem_alloc((json_len(rows) + 1) * sizeof(*year));
	dividend_quality(year, read_years(rows, year), &q);
	free(year);
	*out = answer(&q);
	return 0;
}
