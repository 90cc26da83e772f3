#include "jobs/fmp/eod.h"

#include "core/calendar.h"

#include <math.h>

const char eod_path[] = "/stable/eod-bulk";

const struct csv_column eod_columns[EOD_COLUMNS] = {
	[EOD_SYMBOL] = { "symbol|ticker", true },
	[EOD_DATE] = { "date", false },
	[EOD_OPEN] = { "open", true },
	[EOD_HIGH] = { "high", true },
	[EOD_LOW] = { "low", true },
	[EOD_CLOSE] = { "close", true },
	[EOD_ADJ_CLOSE] = { "adjClose", true },
	[EOD_VOLUME] = { "volume", true },
};

enum { FIGURE_MAX = 64 };

/* A figure that numeric(any) and double both hold: the text is stored, so its size is bounded too.
 */
static bool
figure(const struct csv_row *row, struct eod_bar *b, enum eod_column col, double *v)
{
	struct csv_cell *t = &b->text[col];

	t->len = row->cell[col].len;
	t->p = cell_text(row->cell[col].p, &t->len);
	if (!t->p || t->len > FIGURE_MAX || !num_parse(t->p, t->len, v))
		return false;
	return *v == 0 || (fabs(*v) > 1e-30 && fabs(*v) < 1e30);
}

/* Crypto has fractional volumes; a bar without volume is a quote, not a price. */
static bool
volume(const struct csv_row *row, int64_t *out)
{
	double v;

	if (!num_parse(row->cell[EOD_VOLUME].p, row->cell[EOD_VOLUME].len, &v))
		return false;
	v = round(v);
	if (v < 1 || v > 9.0e18)
		return false;
	*out = (int64_t)v;
	return true;
}

/* An absent date cell means the day that was asked for. */
static const char *
judge_date(const struct csv_row *row, struct date day, struct date *out)
{
	size_t n = row->cell[EOD_DATE].len;
	const char *p = cell_text(row->cell[EOD_DATE].p, &n);

	*out = day;
	if (p && !date_parse_n(p, n, out))
		return "date is unreadable";
	if (date_eq(*out, day))
		return NULL;
	return calendar_is_session(*out) ? "dated on another day"
					 : "dated on a day without session";
}

/* The order of jobs.md 2.3, so that a row with several faults always gets the same reason. */
const char *
eod_decode(const struct csv_row *row, struct date day, struct eod_bar *b)
{
	const char *bad_date = judge_date(row, day, &b->date);
	bool adj;

	if (!volume(row, &b->volume))
		return "volume is missing or not above zero";
	adj = figure(row, b, EOD_ADJ_CLOSE, &b->adj_close);
	if (!adj)
		return "adjClose is missing";
	if (!figure(row, b, EOD_OPEN, &b->open) || !figure(row, b, EOD_HIGH, &b->high) ||
	    !figure(row, b, EOD_LOW, &b->low) || !figure(row, b, EOD_CLOSE, &b->close))
		return "open, high, low or close is missing";
	if (b->high < b->open || b->high < b->close)
		return "high is below open or close";
	if (b->low > b->open || b->low > b->close)
		return "low is above open or close";
	if (b->low <= 0 || b->adj_close <= 0)
		return "a price is not above zero";
	return bad_date;
}

/* `datatype` is ignored by the vendor today; older servers answered JSON without it. */
int
eod_fetch(struct job_ctx *c, struct date day, int64_t max_age_ms, struct cache_file *f,
	  struct err *e)
{
	char iso[DATE_BUF], key[32];

	date_iso(day, iso);
	fmt_buf(key, sizeof(key), "eod_%s.csv", iso);
	const struct http_arg args[] = { { "date", iso }, { "datatype", "csv" }, { NULL, NULL } };
	const struct http_req q = {
		.path = eod_path, .args = args, .kind = HTTP_CSV, .bulk = true
	};

	if (cache_find(c, key, &q, max_age_ms, f))
		return 0;
	return cache_fetch(c, key, &q, f, e);
}
