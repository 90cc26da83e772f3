/* What several engines on quality read: fiscal years and multiples. */
#include "jobs/engine_io/io.h"

#include <string.h>

static void
read_annual(const struct json *row, struct annual *out)
{
	static const struct io_field fields[] = {
		{ "roic", offsetof(struct annual, roic) },
		{ "roe", offsetof(struct annual, roe) },
		{ "gross_margin", offsetof(struct annual, gross_margin) },
		{ "operating_margin", offsetof(struct annual, operating_margin) },
		{ "net_margin", offsetof(struct annual, net_margin) },
		{ "revenue", offsetof(struct annual, revenue) },
		{ "invested_capital", offsetof(struct annual, invested_capital) },
		{ "weighted_shares_out", offsetof(struct annual, weighted_shares_out) },
	};

	io_read(row, fields, ARRAY_LEN(fields), out);
	if (!date_parse(str_or(json_text(row, "period_end_date"), ""), &out->end))
		out->end = DATE_NONE;
}

static bool
is_fiscal_year(const struct json *row)
{
	return str_same(str_or(json_text(row, "period_type"), "FY"), "FY");
}

static int
newest_first(const void *a, const void *b)
{
	const struct annual *x = a, *y = b;

	return date_cmp(y->end, x->end);
}

struct annual *
io_annuals(const struct json *rows, size_t *n)
{
	struct annual *year = mem_alloc((json_len(rows) + 1) * sizeof(*year));

	*n = 0;
	for (const struct json *r = json_first(rows); r; r = json_next(r)) {
		struct annual one;

		if (!is_fiscal_year(r))
			continue;
		read_annual(r, &one);
		year[(*n)++] = one;
		io_settle(year, *n, sizeof(*year), newest_first);
	}
	return year;
}

void
io_multiples(const struct json *j, struct multiples at[SENTIMENT_DATES])
{
	static const char *const dates[SENTIMENT_DATES] = {
		[SENTIMENT_NOW] = "now",
		[SENTIMENT_Y1] = "y1",
		[SENTIMENT_Y3] = "y3",
		[SENTIMENT_Y5] = "y5",
	};

	for (int i = 0; i < SENTIMENT_DATES; i++) {
		const struct json *one = j ? json_get(j, dates[i]) : NULL;

		at[i].has = json_is_object(one);
		for (int m = 0; m < MULTIPLE_COUNT; m++)
			at[i].v[m] = json_num(one, multiple_name((enum multiple)m));
	}
}
