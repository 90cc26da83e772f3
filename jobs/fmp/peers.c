#include "jobs/fmp/peers.h"

#include "core/json.h"
#include "jobs/fmp/profile.h"

#include <string.h>

enum { BODY_MAX = 4 << 20 };

static const char bulk_path[] = "/stable/peers-bulk";
static const char one_path[] = "/stable/stock-peers";

const struct csv_column peers_columns[PEERS_COLUMNS] = {
	[PEERS_SYMBOL] = { "symbol|ticker", true },
	[PEERS_LIST] = { "peers|peersList", true },
};

int
peers_fetch(struct job_ctx *c, bool fresh, struct cache_file *f, struct err *e)
{
	static const char key[] = "peers-bulk_latest.csv";
	const struct http_req q = { .path = bulk_path, .kind = HTTP_CSV, .bulk = true };

	run_phase(c, "download", 0);
	if (cache_find(c, key, &q, fresh ? 0 : PROFILE_CACHE_MS, f)) {
		if (f->reused)
			run_log(c, LVL_INFO, "%s of the last hour is used again", key);
		return 0;
	}
	if (cache_fetch(c, key, &q, f, e) < 0)
		return -1;
	if (run_looks(c))
		return 0;
	if (f->empty)
		return err_set(e, ERR_EMPTY, "%s: the answer is empty (status %d, \"%s\")",
			       bulk_path, f->resp.status, f->resp.head);
	if (csv_read_file(f->path, peers_columns, PEERS_COLUMNS, NULL, NULL, NULL, e) < 0)
		return err_wrap(e, "%s (status %d, \"%.120s\")", bulk_path, f->resp.status,
				f->resp.head);
	cache_hold(c, f);
	return 0;
}

static int
hand_over(const char *p, size_t n, peers_fn *fn, void *arg, struct err *e)
{
	char ticker[TICKER_BUF];

	if (ticker_normal(p, n, ticker))
		return fn(arg, true, ticker, strlen(ticker), e);
	return fn(arg, false, p, n, e);
}

/* Nothing between two commas is no peer, and no fault. */
int
peers_each(const struct csv_cell *list, peers_fn *fn, void *arg, struct err *e)
{
	size_t left = list->len;
	const char *p = cell_text(list->p, &left);

	while (p && left > 0) {
		const char *comma = memchr(p, ',', left);
		size_t n = comma ? (size_t)(comma - p) : left, taken = n + (comma ? 1 : 0);
		const char *word = cell_trim(p, &n);

		if (n > 0 && hand_over(word, n, fn, arg, e) < 0)
			return -1;
		p += taken;
		left -= taken;
	}
	return 0;
}

static int
take_symbol(const char *symbol, peers_fn *fn, void *arg, int64_t *n, struct err *e)
{
	if (!symbol)
		return err_set(e, ERR_PROTOCOL, "a peer without the member \"symbol\"");
	++*n;
	return hand_over(symbol, strlen(symbol), fn, arg, e);
}

/* One object per peer; the retired path has one object whose "peersList" names them all. */
static int
each_object(const struct json *root, peers_fn *fn, void *arg, int64_t *n, struct err *e)
{
	if (!json_is_array(root))
		return err_set(e, ERR_PROTOCOL, "not a list");
	for (const struct json *o = json_first(root); o; o = json_next(o)) {
		const struct json *list = json_is_object(o) ? json_get(o, "peersList") : NULL;
		const struct json *peer = json_is_array(list) ? json_first(list) : NULL;

		if (!json_is_array(list) &&
		    take_symbol(json_is_object(o) ? json_text(o, "symbol") : NULL, fn, arg, n, e) <
			    0)
			return -1;
		for (; peer; peer = json_next(peer))
			if (take_symbol(json_as_text(peer), fn, arg, n, e) < 0)
				return -1;
	}
	return 0;
}

int
peers_get(struct job_ctx *c, const char *ticker, peers_fn *fn, void *arg, int64_t *n, struct err *e)
{
	const struct http_arg args[] = { { "symbol", ticker }, { NULL, NULL } };
	const struct http_req q = { .path = one_path, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };
	struct json *root;

	*n = 0;
	str_init(&body, BODY_MAX);
	if (http_get_mem(c->http, &q, &body, &resp, e) < 0)
		return -1;
	if (resp.empty)
		return 0;
	root = json_parse(str_c(&body), body.len, e);
	int rc = root ? each_object(root, fn, arg, n, e) : -1;

	json_free(root);
	if (rc < 0)
		err_wrap(e, "%s (status %d, \"%.120s\")", one_path, resp.status, resp.head);
	return rc;
}
