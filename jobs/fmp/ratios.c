#include "jobs/fmp/ratios.h"

#include <string.h>

enum { ONE_MAX = 1 << 20, NUMBER_MAX = 200 };

/* The figures that are ranked must be there; the others may vanish and are then NULL.  Both the
 * names sent today and those that the old system looked for. */
const struct csv_column ratio_columns[RATIO_COLUMNS] = {
	{ "symbol|ticker", true },
	{ "priceToEarningsRatioTTM|priceEarningsRatioTTM|peRatioTTM", true },
	{ "priceToFreeCashFlowRatioTTM|priceToFreeCashFlowsRatioTTM", true },
	{ "priceToEarningsGrowthRatioTTM|priceEarningsToGrowthRatioTTM", false },
	{ "priceToBookRatioTTM", false },
	{ "priceToSalesRatioTTM", false },
	{ "dividendYieldTTM|dividendYielTTM", false },
};
const struct csv_column metric_columns[METRIC_COLUMNS] = {
	{ "symbol|ticker", true },
	{ "evToEBITDATTM|enterpriseValueOverEBITDATTM", true },
	{ "evToSalesTTM", false },
	{ "enterpriseValueTTM|enterpriseValue", false },
};
static const struct csv_column quote_columns[] = {
	{ "symbol|ticker", true },
	{ "price", true },
	{ "sector", true },
	{ "mktCap|marketCap", false },
};

const struct ratio_feed ratio_feeds[RATIO_FEED_COUNT] = {
	[RATIO_FEED_RATIOS] = { .name = "ratios",
				.bulk = "/stable/ratios-ttm-bulk",
				.one = "/stable/ratios-ttm",
				.key = "ratios_ttm.csv",
				.columns = ratio_columns,
				.n = ARRAY_LEN(ratio_columns) },
	[RATIO_FEED_METRICS] = { .name = "metrics",
				 .bulk = "/stable/key-metrics-ttm-bulk",
				 .one = "/stable/key-metrics-ttm",
				 .key = "metrics_ttm.csv",
				 .columns = metric_columns,
				 .n = ARRAY_LEN(metric_columns) },
	[RATIO_FEED_QUOTES] = { .name = "quotes",
				.bulk = "/stable/profile-bulk",
				.one = "/stable/profile",
				.key = "profile-bulk_latest.csv",
				.columns = quote_columns,
				.n = ARRAY_LEN(quote_columns),
				.text = 2 },
};

/* The text itself is stored, so that no digit is lost; what the database could not hold is not
 * taken: more digits than any figure has, or an exponent so small that it stands for zero. */
static bool
number(struct csv_cell *cell)
{
	double v;

	if (cell->len > NUMBER_MAX || !num_parse(cell->p, cell->len, &v))
		return false;
	if (v == 0 && (memchr(cell->p, 'e', cell->len) || memchr(cell->p, 'E', cell->len)))
		*cell = (struct csv_cell){ "0", 1 };
	return true;
}

bool
ratio_decode(const struct ratio_feed *f, const struct csv_row *row, struct ratio_row *out)
{
	out->why[0] = '\0';
	if (!ticker_normal(row->cell[0].p, row->cell[0].len, out->ticker)) {
		str_copy(out->why, sizeof(out->why), "symbol is no ticker");
		return false;
	}
	for (size_t i = 1; i < f->n; i++) {
		struct csv_cell *cell = &out->cell[i];

		cell->len = row->cell[i].len;
		cell->p = cell_text(row->cell[i].p, &cell->len);
		if (!cell->p || i == f->text || number(cell))
			continue;
		fmt_buf(out->why, sizeof(out->why), "%.*s is no number",
			(int)strcspn(f->columns[i].names, "|"), f->columns[i].names);
		return false;
	}
	return true;
}

int
ratio_fetch(struct job_ctx *c, const struct ratio_feed *f, int64_t max_age_ms,
	    struct cache_file *file, struct err *e)
{
	const struct http_req q = { .path = f->bulk, .kind = HTTP_CSV, .bulk = true };

	if (cache_find(c, f->key, &q, max_age_ms, file)) {
		run_log(c, LVL_INFO, "%s of an earlier download is used again", f->key);
		return 0;
	}
	if (cache_fetch(c, f->key, &q, file, e) < 0)
		return -1;
	if (file->empty && !run_looks(c))
		return err_set(e, ERR_EMPTY, "%s: the answer is empty (status %d, \"%s\")", f->bulk,
			       file->resp.status, file->resp.head);
	run_log(c, LVL_INFO, "%s: %lld bytes", f->bulk, (long long)file->resp.bytes);
	return 0;
}

/* A field that is null is there, unlike one that is gone. */
static bool
has_member(const struct json *obj, const char *name, size_t len)
{
	const char *key;

	for (size_t i = 0; json_member(obj, i, &key); i++)
		if (strlen(key) == len && memcmp(key, name, len) == 0)
			return true;
	return false;
}

/* The first name that the object has, copied into buf; false if it has none. */
static bool
first_name(const struct json *obj, const char *names, char *buf, size_t n)
{
	while (*names) {
		size_t len = strcspn(names, "|");

		if (has_member(obj, names, len))
			return fmt_buf(buf, n, "%.*s", (int)len, names);
		names += len + (names[len] == '|');
	}
	return false;
}

/* The object laid out as a row; numbers that came as such get their shortest text. */
static int
lay_out(const struct ratio_feed *f, const struct json *obj, struct csv_cell *cell,
	char buf[RATIO_FEED_COLUMNS_MAX][NUM_BUF], struct err *e)
{
	char name[96];

	for (size_t i = 0; i < f->n; i++) {
		cell[i] = (struct csv_cell){ NULL, 0 };
		if (!first_name(obj, f->columns[i].names, name, sizeof(name))) {
			if (f->columns[i].required)
				return err_set(e, ERR_PROTOCOL, "field %s is missing",
					       f->columns[i].names);
			continue;
		}
		const struct json *v = json_get(obj, name);
		const char *text = v ? json_as_text(v) : "";
		struct num n = v ? json_as_num(v) : NUM_NONE;

		if (!text)
			text = n.has ? num_text(n.v, buf[i]) : "?";
		cell[i] = (struct csv_cell){ text, strlen(text) };
	}
	return 0;
}

static int
take_one(const struct ratio_feed *f, const struct json *list, csv_row_fn *fn, void *arg,
	 struct err *e)
{
	struct csv_cell cell[RATIO_FEED_COLUMNS_MAX];
	char buf[RATIO_FEED_COLUMNS_MAX][NUM_BUF];
	const struct json *obj = json_is_array(list) ? json_first(list) : NULL;
	const struct csv_row row = { .cell = cell, .number = 1 };

	if (!obj || !json_is_object(obj))
		return err_set(e, ERR_DATA, "not a list of objects");
	return lay_out(f, obj, cell, buf, e) < 0 ? -1 : fn(arg, &row, e);
}

int
ratio_one(struct job_ctx *c, const struct ratio_feed *f, const char *symbol, csv_row_fn *fn,
	  void *arg, struct err *e)
{
	const struct http_arg args[] = { { "symbol", symbol }, { NULL, NULL } };
	const struct http_req q = { .path = f->one, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };

	str_init(&body, ONE_MAX);
	if (run_check(c, e) < 0 || http_get_mem(c->http, &q, &body, &resp, e) < 0)
		return -1;
	if (run_looks(c))
		return 0;
	if (resp.empty)
		return err_set(e, ERR_EMPTY, "%s: the vendor has nothing on %s (status %d, \"%s\")",
			       f->one, symbol, resp.status, resp.head);
	struct json *list = json_parse(str_c(&body), body.len, e);
	int rc = list ? take_one(f, list, fn, arg, e) : -1;

	json_free(list);
	return rc < 0 ? err_wrap(e, "%s?symbol=%s (status %d, \"%.120s\")", f->one, symbol,
				 resp.status, resp.head)
		      : 0;
}
