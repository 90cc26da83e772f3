/* backfill/peers: the same relations as fmp-peers-bulk, one request per ticker (jobs.md 2.27). */
#include "jobs/jobs.h"

#include "jobs/active_stocks.h"
#include "jobs/backfill/ticker_list.h"
#include "jobs/by_ticker.h"
#include "jobs/common.h"
#include "jobs/fmp/peers.h"
#include "jobs/peers_store.h"

#include <string.h>

struct backfill {
	struct job_ctx *c;
	struct active_stocks stocks; /* asked is not used: the list is one of its own */
	struct map *tickers;
	struct peers_store store;
	const char *ticker; /* at work */
	struct map *peers;  /* that the vendor named for it */
	struct map *refused;
	struct tally t;
	int64_t empty, relations, upserted, deleted;
};

static int
keep(void *arg, bool ok, const char *p, size_t n, struct err *e)
{
	struct backfill *b = arg;

	(void)e;
	map_add(ok ? b->peers : b->refused, p, n);
	return 0;
}

static int
replay(struct backfill *b, const struct map *from, bool ok, struct err *e)
{
	for (size_t i = 0; i < map_count(from); i++) {
		const char *p = map_key(from, i);

		if (peers_store_peer(&b->store, ok, p, strlen(p), e) < 0)
			return -1;
	}
	return 0;
}

static int
stage(struct backfill *b, struct err *e)
{
	if (peers_store_begin(&b->store, e) < 0)
		return -1;
	if (peers_store_ticker(&b->store, b->ticker, e) < 0 || replay(b, b->peers, true, e) < 0 ||
	    replay(b, b->refused, false, e) < 0) {
		peers_store_abort(&b->store);
		return -1;
	}
	return peers_store_count(&b->store, e);
}

static int
write_ticker(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct backfill *b = arg;

	(void)c;
	*t = b->t;
	b->upserted = b->deleted = 0;
	if (t->read == 0)
		return 0; /* only the unit: an empty answer deletes nothing */
	if (stage(b, e) < 0)
		return -1;
	b->store.keep_rejects = false;
	t->rejected = b->store.refused;
	t->skipped = t->read - b->store.refused - b->store.relations;
	if (peers_store_merge(&b->store, t, e) < 0)
		return -1;
	b->upserted = t->inserted + t->updated;
	return peers_store_forget(&b->store, &b->deleted, e);
}

static int
load_one(void *arg, const char *ticker, struct err *e)
{
	struct backfill *b = arg;
	int64_t upserted = b->upserted, deleted = b->deleted;
	int rc;

	b->ticker = ticker;
	b->peers = map_new();
	b->refused = map_new();
	b->t = (struct tally){ 0 };
	b->store.keep_rejects = true;
	rc = peers_get(b->c, ticker, keep, b, &b->t.read, e);
	if (rc == 0)
		rc = run_transaction(b->c, ticker, write_ticker, b, e);
	if (rc == 0 && b->t.read == 0)
		b->empty++;
	else if (rc == 0)
		b->relations += b->store.relations;
	b->upserted += upserted;
	b->deleted += deleted;
	map_free(b->peers);
	map_free(b->refused);
	return rc;
}

/* Relations are between active stocks: asking for others would be in vain. */
static int
active_only(struct backfill *b, const struct map *listed, struct err *e)
{
	for (size_t i = 0; i < map_count(listed); i++) {
		const char *t = map_key(listed, i);

		if (map_find(b->stocks.all, t, strlen(t)) != MAP_NONE)
			map_add(b->tickers, t, strlen(t));
		else if (!params_bool(b->c->params, "all"))
			run_log(b->c, LVL_WARN, "%s is no active stock: not asked for", t);
	}
	if (map_count(b->tickers) == 0)
		return err_set(e, ERR_EMPTY, "none of the %zu tickers is an active stock",
			       map_count(listed));
	return 0;
}

static int
choose(struct backfill *b, struct err *e)
{
	struct map *listed = map_new();
	int rc = ticker_list(b->c, listed, e);

	if (rc == 0)
		rc = active_stocks_read(b->c, &b->stocks, e);
	if (rc == 0)
		rc = active_only(b, listed, e);
	map_free(listed);
	return rc;
}

static int
ask(struct backfill *b, struct err *e)
{
	struct by_ticker each = { .c = b->c, .tickers = b->tickers, .fn = load_one, .arg = b };
	int rc;

	run_phase(b->c, "load", (int64_t)map_count(b->tickers));
	rc = by_ticker_run(&each, e);
	run_result_int(b->c, "tickers", (int64_t)map_count(b->tickers));
	run_result_int(b->c, "loaded", each.done + each.resumed);
	run_result_int(b->c, "failed", each.failed);
	run_result_int(b->c, "without_peers", b->empty);
	run_result_int(b->c, "relations", b->relations);
	run_result_int(b->c, "relations_upserted", b->upserted);
	run_result_int(b->c, "relations_deleted", b->deleted);
	if (rc == 0 && b->empty == each.done && each.resumed == 0 && !run_looks(b->c))
		return err_set(e, ERR_EMPTY,
			       "the vendor names no peer of any of the %lld tickers; nothing is "
			       "deleted",
			       (long long)b->empty);
	return rc;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct backfill b = { .c = c, .tickers = map_new() };
	int rc;

	b.store = (struct peers_store){
		.c = c, .stocks = &b.stocks, .source = "FMP_BULK_V4", .confidence = "high"
	};
	rc = choose(&b, e);
	if (rc == 0)
		rc = ask(&b, e);
	map_free(b.tickers);
	active_stocks_done(&b.stocks);
	return rc;
}

static const struct param_def params[] = {
	{ "tickers", PARAM_TEXT, NULL, NULL, "a file of tickers, or a comma list", 0, 0 },
	{ "all", PARAM_BOOL, NULL, "0", "every active stock", 0, 0 },
	{ 0 },
};

const struct job job_backfill_peers = {
	.name = "backfill/peers",
	.title = "Peers, one request per ticker",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_active_stocks"),
	.writes = NAMES("fmp_peers"),
	.params = params,
	.phases = NAMES("load"),
	.help = "Asks the vendor for the peers of one ticker, a list or --all, at most "
		"fmp.requests_per_min a minute, and lets them take the place of those stored.  A "
		"ticker without an answer keeps what it has.  One unit per ticker: what failed is "
		"counted, and resume goes on behind what is done.",
	.posts = PEERS_POSTS,
	.run = run,
};
