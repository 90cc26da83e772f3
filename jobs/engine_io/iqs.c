#include "jobs/engine/iqs.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

/* The years of one company, newest first; owned: free().  A vector tells the year alone: it ends
 * with its last day. */
static struct financial_row *
read_years(const struct json *years, size_t *n)
{
	struct financial_row *row = mem_zalloc((json_len(years) + 1) * sizeof(*row));

	*n = 0;
	for (const struct json *y = json_first(years); y; y = json_next(y)) {
		int year = io_int(y, "fiscal_year");
		struct financial_row one = { .type = PERIOD_FY, .fiscal_year = year };

		if (year < 1900 || year > 2199)
			continue;
		one.end = date_of(year, 12, 31);
		for (int m = 0; m < METRIC_FGOS_COUNT; m++)
			one.metric[m] = json_num(y, metric_name((enum metric)m));
		row[(*n)++] = one;
		io_settle(row, *n, sizeof(*row), io_newest_period);
	}
	return row;
}

static struct json *
answer(const struct iqs *q)
{
	struct json *o, *positions = json_new_array();
	const struct iqs_year *now = &q->year[q->years - 1];

	for (size_t i = 0; i < q->years; i++) {
		struct json *y = json_new_object();

		json_set_int(y, "fiscal_year", q->year[i].fiscal_year);
		json_set_text(y, "position", ifs_position_name(q->year[i].position));
		json_set_int(y, "percentile", q->year[i].percentile);
		json_push(positions, y);
	}
	o = json_new_object();
	json_set_text(o, "mode", IQS_MODE);
	json_set(o, "positions", positions);
	json_set_int(o, "current_year", now->fiscal_year);
	json_set_text(o, "current_position", ifs_position_name(now->position));
	json_set_int(o, "confidence", q->confidence);
	return o;
}

int
engine_iqs(const struct json *in, struct json **out, struct err *e)
{
	const struct json *own = io_array(in, "own", e),
			  *peers = own ? io_array(in, "peers", e) : NULL;
	struct iqs_company *company;
	struct iqs q;
	size_t n = 0;

	if (!peers)
		return -1;
	company = mem_alloc((json_len(peers) + 1) * sizeof(*company));
	company[n].row = read_years(own, &company[n].n);
	for (const struct json *p = json_first(peers); p; p = json_next(p)) {
		n++;
		company[n].row = read_years(json_get(p, "years"), &company[n].n);
	}
	iqs(company, n + 1, 0, date_of(2199, 12, 31), &q);
	for (size_t i = 0; i <= n; i++)
		free((void *)(uintptr_t)company[i].row);
	free(company);
	*out = q.years > 0 ? answer(&q) : json_new_null();
	return 0;
}
