#include "jobs/fmp/history.h"

#include "core/calendar.h"
#include "core/json.h"
#include "jobs/common.h"
#include "jobs/fmp/eod.h"

#include <stdlib.h>
#include <string.h>

/* An answer holds 5,000 rows at most and drops the oldest without a word: ten years are half. */
enum { PART_MONTHS = 120, BODY_MAX = 32 << 20 };

static const char full_path[] = "/stable/historical-price-eod/full";
static const char adjusted_path[] = "/stable/historical-price-eod/dividend-adjusted";

struct reader {
	struct job_ctx *c;
	const char *ticker, *path;
	struct date to;
	struct history *h;
	struct num *adj; /* beside h->at; absent where the adjusted series has no row */
	bool any_adj;
	struct tally *t;
};

typedef void row_fn(struct reader *r, const struct json *row);

/* The list itself, or the member that the retired endpoint wraps it in. */
static const struct json *
list_of(const struct json *root)
{
	const struct json *inner = json_is_object(root) ? json_get(root, "historical") : root;

	return json_is_array(inner) ? inner : NULL;
}

static int
each_row(struct reader *r, const struct str *body, row_fn *fn, struct err *e)
{
	struct json *root = json_parse(str_c(body), body->len, e);
	const struct json *list;

	if (!root)
		return err_wrap(e, "%s", r->path);
	list = list_of(root);
	if (!list)
		err_set(e, ERR_PROTOCOL, "%s: neither a list nor an object with \"historical\"",
			r->path);
	for (const struct json *row = list ? json_first(list) : NULL; row; row = json_next(row))
		fn(r, row);
	json_free(root);
	return list ? 0 : -1;
}

static int
fetch_part(struct reader *r, struct date from, struct date to, row_fn *fn, struct err *e)
{
	char a[DATE_BUF], b[DATE_BUF];
	const struct http_arg args[] = { { "symbol", r->ticker },
					 { "from", date_iso(from, a) },
					 { "to", date_iso(to, b) },
					 { NULL, NULL } };
	const struct http_req q = { .path = r->path, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };

	str_init(&body, BODY_MAX);
	if (run_check(r->c, e) < 0 || http_get_mem(r->c->http, &q, &body, &resp, e) < 0)
		return -1;
	return resp.empty ? 0 : each_row(r, &body, fn, e);
}

static int
fetch(struct reader *r, const char *path, row_fn *fn, struct err *e)
{
	struct date from = r->h->from, next;

	r->path = path;
	for (; date_cmp(from, r->to) <= 0; from = next) {
		struct date last;

		next = date_add_months(from, PART_MONTHS);
		last = date_add_days(next, -1);
		if (date_cmp(last, r->to) > 0)
			last = r->to;
		if (fetch_part(r, from, last, fn, e) < 0)
			return -1;
	}
	return 0;
}

/* Place of a day in the arrays, -1 outside. */
static long
place(const struct reader *r, struct date d)
{
	if (date_cmp(d, r->h->from) < 0 || date_cmp(d, r->to) > 0)
		return -1;
	return d.days - r->h->from.days;
}

static void
take_adjusted(struct reader *r, const struct json *row)
{
	const char *day = json_text(row, "date");
	struct num v = json_num(row, "adjClose");
	struct date d;
	long i = day && date_parse(day, &d) ? place(r, d) : -1;

	if (i < 0 || !v.has)
		return;
	r->adj[i] = v;
	r->any_adj = true;
}

/* The row as eod-bulk would have sent it, so that one rule judges both. */
struct as_sent {
	struct csv_cell cell[EOD_COLUMNS];
	char buf[EOD_COLUMNS][NUM_BUF];
};

static void
lay_out(const struct reader *r, const struct json *row, struct date day, struct as_sent *s)
{
	static const char *const names[EOD_COLUMNS] = {
		[EOD_SYMBOL] = "symbol", [EOD_DATE] = "date",	      [EOD_OPEN] = "open",
		[EOD_HIGH] = "high",	 [EOD_LOW] = "low",	      [EOD_CLOSE] = "close",
		[EOD_VOLUME] = "volume", [EOD_ADJ_CLOSE] = "adjClose"
	};
	struct csv_cell *adj = &s->cell[EOD_ADJ_CLOSE];
	long i = date_is_set(day) ? place(r, day) : -1;

	for (int k = 0; k < EOD_COLUMNS; k++)
		s->cell[k] = cell_of_json(json_get(row, names[k]), s->buf[k]);
	if (adj->p)
		return;
	if (!r->any_adj)
		*adj = s->cell[EOD_CLOSE];
	else if (i >= 0 && r->adj[i].has)
		*adj = (struct csv_cell){ num_text(r->adj[i].v, s->buf[EOD_ADJ_CLOSE]), 0 };
	if (adj->p)
		adj->len = strlen(adj->p);
}

static const char *
judge(const struct reader *r, const struct csv_row *row, struct date day, struct eod_bar *b)
{
	char ticker[TICKER_BUF];
	const struct csv_cell *symbol = &row->cell[EOD_SYMBOL];

	if (symbol->p &&
	    (!ticker_normal(symbol->p, symbol->len, ticker) || strcmp(ticker, r->ticker) != 0))
		return "of another symbol";
	if (!date_is_set(day))
		return "date is missing or unreadable";
	const char *why = eod_decode(row, day, b);

	if (why)
		return why;
	if (!calendar_is_session(day))
		return "dated on a day without session";
	return place(r, day) < 0 ? "dated outside the range asked for" : NULL;
}

static void
take_bar(struct reader *r, const struct json *json)
{
	const char *text = json_text(json, "date");
	struct as_sent s = { .cell = { { NULL, 0 } } };
	struct csv_row row = { .cell = s.cell, .number = ++r->t->read };
	struct date day = DATE_NONE;
	struct eod_bar b;

	if (text && !date_parse(text, &day))
		day = DATE_NONE;
	lay_out(r, json, day, &s);
	const char *why = judge(r, &row, day, &b);

	if (why) {
		reject_row(r->c, r->t, why, &row, EOD_COLUMNS);
		return;
	}
	struct history_bar *at = &r->h->at[place(r, day)];

	r->h->repeated += at->volume > 0;
	r->h->bars += at->volume == 0;
	*at = (struct history_bar){ b.open, b.high, b.low, b.close, b.adj_close, b.volume };
}

/* The split-adjusted series has no adjClose; what it is made of must be there before its rows are
 * judged. */
int
history_fetch(struct job_ctx *c, const char *ticker, struct date from, struct date to,
	      struct history *out, struct tally *t, struct err *e)
{
	struct reader r = { .c = c, .ticker = ticker, .to = to, .h = out, .t = t };
	size_t days = (size_t)(to.days - from.days) + 1;
	int rc;

	*out = (struct history){ .from = from, .days = days };
	out->at = mem_zalloc(days * sizeof(*out->at));
	r.adj = mem_zalloc(days * sizeof(*r.adj));
	rc = fetch(&r, adjusted_path, take_adjusted, e);
	if (rc == 0)
		rc = fetch(&r, full_path, take_bar, e);
	out->unadjusted = !r.any_adj && out->bars > 0;
	t->skipped += out->repeated;
	free(r.adj);
	return rc;
}

void
history_done(struct history *h)
{
	free(h->at);
	h->at = NULL;
}
