#include "jobs/fmp/actions.h"

#include "jobs/common.h"

#include <string.h>

enum { BODY_MAX = 4 << 20 };

static const char splits_path[] = "/stable/splits";
static const char dividends_path[] = "/stable/dividends";
static const char dividends_limit[] = "20"; /* more than the events of a quarter */

struct reader {
	struct job_ctx *c;
	const char *ticker;
	struct date after, to;
	struct actions *out;
};

typedef bool action_fn(const struct json *row, struct action *a);

static bool
split_of(const struct json *row, struct action *a)
{
	struct num up = json_num(row, "numerator"), down = json_num(row, "denominator");

	a->num = up.v;
	a->den = down.v;
	return up.has && down.has && up.v > 0 && down.v > 0;
}

/* A dividend without amount is an action all the same. */
static bool
dividend_of(const struct json *row, struct action *a)
{
	a->dividend = json_num(row, "dividend");
	return true;
}

/* Events that are only announced have restated nothing yet; those of another symbol are no news. */
static void
take(struct reader *r, const struct json *row, action_fn *fn)
{
	const char *day = json_text(row, "date"), *symbol = json_text(row, "symbol");
	struct action a = { .dividend = NUM_NONE };
	char ticker[TICKER_BUF];

	if (!day || !date_parse(day, &a.day) || date_cmp(a.day, r->after) <= 0 ||
	    date_cmp(a.day, r->to) > 0)
		return;
	if (symbol &&
	    (!ticker_normal(symbol, strlen(symbol), ticker) || strcmp(ticker, r->ticker) != 0))
		return;
	if (fn(row, &a))
		vec_push(&r->out->list, a);
}

static int
read_list(struct reader *r, const char *path, const struct str *body, action_fn *fn, struct err *e)
{
	struct json *root = json_parse(str_c(body), body->len, e);
	bool list = root && json_is_array(root);

	if (!root)
		return err_wrap(e, "%s", path);
	if (!list)
		err_set(e, ERR_PROTOCOL, "%s: no list (\"%.100s\")", path, str_c(body));
	for (const struct json *row = list ? json_first(root) : NULL; row; row = json_next(row))
		take(r, row, fn);
	json_free(root);
	return list ? 0 : -1;
}

static int
ask(struct reader *r, const char *path, const char *limit, action_fn *fn, struct err *e)
{
	const struct http_arg args[] = { { "symbol", r->ticker },
					 { limit ? "limit" : NULL, limit },
					 { NULL, NULL } };
	const struct http_req q = { .path = path, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };

	str_init(&body, BODY_MAX);
	if (run_check(r->c, e) < 0 || http_get_mem(r->c->http, &q, &body, &resp, e) < 0)
		return -1;
	return resp.empty ? 0 : read_list(r, path, &body, fn, e);
}

static int
by_day(const void *a, const void *b)
{
	const struct action *x = a, *y = b;
	int order = date_cmp(x->day, y->day);

	return order ? order : (y->num > 0) - (x->num > 0);
}

int
actions_fetch(struct job_ctx *c, const char *ticker, struct date after, struct date to,
	      struct actions *out, struct err *e)
{
	struct reader r = { .c = c, .ticker = ticker, .after = after, .to = to, .out = out };

	*out = (struct actions){ .list = { 0 } };
	if (ask(&r, splits_path, NULL, split_of, e) < 0 ||
	    ask(&r, dividends_path, dividends_limit, dividend_of, e) < 0)
		return -1;
	if (out->list.n > 1)
		qsort(out->list.at, out->list.n, sizeof(out->list.at[0]), by_day);
	return 0;
}

void
actions_done(struct actions *a)
{
	vec_done(&a->list);
}

void
actions_text(const struct actions *a, char *buf, size_t n)
{
	char day[DATE_BUF], x[NUM_BUF], y[NUM_BUF];
	STR_AUTO out = { 0 };

	str_init(&out, n - 1);
	for (size_t i = 0; i < a->list.n; i++) {
		const struct action *p = &a->list.at[i];

		date_iso(p->day, day);
		if (p->num > 0)
			str_fmt(&out, "%ssplit %s:%s on %s", i ? ", " : "", num_text(p->num, x),
				num_text(p->den, y), day);
		else
			str_fmt(&out, "%sdividend %s on %s", i ? ", " : "",
				p->dividend.has ? num_text(p->dividend.v, x) : "of unknown amount",
				day);
	}
	str_copy(buf, n, str_c(&out));
}
