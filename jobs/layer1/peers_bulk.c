/* fmp-peers-bulk: who resembles whom among the active stocks (jobs.md 2.8). */
#include "jobs/jobs.h"

#include "core/num.h"
#include "jobs/active_stocks.h"
#include "jobs/common.h"
#include "jobs/fmp/peers.h"
#include "jobs/peers_store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_EVERY = 1000 };

struct bulk {
	struct job_ctx *c;
	struct active_stocks stocks;
	const char *file, *name; /* to be read, and what messages call it */
	bool full;		 /* everything was asked for: what is missing can be judged */
	bool guarded;		 /* the guard failed and was overridden */
	int attempt;		 /* rejected rows are kept on the first only */
	struct peers_store store;
	struct tally t;
	int64_t rows; /* of the file that were asked for */
	int64_t upserted, deleted;
};

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct bulk *s = arg;
	char ticker[TICKER_BUF];
	const struct csv_cell *symbol = &row->cell[PEERS_SYMBOL];
	bool usable = !row->bad && ticker_normal(symbol->p, symbol->len, ticker);

	s->t.read++;
	if (row->number % CHECK_EVERY == 0) {
		run_progress(s->c, row->number);
		if (run_check(s->c, e) < 0)
			return -1;
	}
	if (!usable) {
		if (s->attempt == 1)
			reject_row(s->c, &s->t, row->bad ? row->bad : "symbol is no ticker", row,
				   PEERS_COLUMNS);
		else
			s->t.rejected++;
		return 0;
	}
	if (map_find(s->stocks.asked, ticker, strlen(ticker)) == MAP_NONE) {
		s->t.skipped++;
		return 0;
	}
	s->rows++;
	if (peers_store_ticker(&s->store, ticker, e) < 0)
		return -1;
	return peers_each(&row->cell[PEERS_LIST], peers_store_peer, &s->store, e);
}

static int
stage(struct bulk *s, struct err *e)
{
	if (peers_store_begin(&s->store, e) < 0)
		return -1;
	if (csv_read_file(s->file, peers_columns, PEERS_COLUMNS, on_row, s, NULL, e) < 0) {
		peers_store_abort(&s->store);
		return err_wrap(e, "%s", s->name);
	}
	return peers_store_count(&s->store, e);
}

/* Against what is stored: a file that lost half of its lists must not delete the other half. */
static int
guard(struct bulk *s, struct err *e)
{
	int64_t came = s->store.relations, stored = 0;

	s->guarded = false;
	if (s->full && peers_store_stored(&s->store, &stored, e) < 0)
		return -1;
	if (!s->full || (double)came >= s->c->conf->guard_rows * (double)stored)
		return 0;
	if (!params_bool(s->c->params, "force"))
		return err_set(e, ERR_DATA,
			       "guard: %lld relations came, %lld are stored; nothing is published, "
			       "nothing deleted",
			       (long long)came, (long long)stored);
	s->guarded = true;
	run_taint(s->c, "guard overridden: fewer relations published, none deleted");
	run_log(s->c, LVL_WARN, "guard overridden by force: %lld relations came, %lld are stored",
		(long long)came, (long long)stored);
	return 0;
}

static int
write_all(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct bulk *s = arg;

	s->t = (struct tally){ 0 };
	s->rows = s->deleted = 0;
	s->attempt++;
	s->store.keep_rejects = s->attempt == 1;
	run_phase(c, "stage", 0);
	if (stage(s, e) < 0)
		return -1;
	if (s->store.tickers == 0)
		return err_set(e, ERR_EMPTY,
			       "%s has no row of the %zu active stocks asked for (%lld row%s)",
			       s->name, map_count(s->stocks.asked), (long long)s->t.read,
			       num_s(s->t.read));
	run_phase(c, "guard", 0);
	if (guard(s, e) < 0)
		return -1;
	run_phase(c, "merge", s->store.relations);
	*t = s->t;
	t->skipped += s->rows - s->store.tickers; /* an earlier row of a symbol sent twice */
	if (peers_store_merge(&s->store, t, e) < 0)
		return -1;
	s->upserted = t->inserted + t->updated;
	return s->guarded ? 0 : peers_store_forget(&s->store, &s->deleted, e);
}

static void
report(struct bulk *s)
{
	const struct peers_store *p = &s->store;
	int64_t left_out = p->itself + p->outside + p->refused;

	run_result_int(s->c, "tickers_processed", p->tickers);
	run_result_int(s->c, "tickers_with_peers", p->with_peers);
	run_result_int(s->c, "tickers_missing", (int64_t)map_count(s->stocks.asked) - p->tickers);
	run_result_int(s->c, "relations", p->relations);
	run_result_int(s->c, "relations_upserted", s->upserted);
	run_result_int(s->c, "relations_deleted", s->deleted);
	run_result_int(s->c, "peers_sent", p->sent);
	run_result_int(s->c, "peers_itself", p->itself);
	run_result_int(s->c, "peers_outside", p->outside);
	run_result_int(s->c, "peers_refused", p->refused);
	run_result_int(s->c, "peers_repeated", p->sent - left_out - p->relations);
	run_result_int(s->c, "limit", params_int(s->c->params, "limit", 0));
	if (s->rows > p->tickers)
		run_log(s->c, LVL_WARN,
			"%lld symbols were sent more than once: the last one counts",
			(long long)(s->rows - p->tickers));
	if (s->deleted > 0)
		run_log(s->c, LVL_INFO, "%lld relations are no longer sent and were deleted",
			(long long)s->deleted);
}

static int
store(struct bulk *s, struct err *e)
{
	s->store = (struct peers_store){
		.c = s->c, .stocks = &s->stocks, .source = "fmp_peers_bulk", .confidence = "market"
	};
	if (run_transaction(s->c, "publish", write_all, s, e) < 0) {
		run_tally(s->c, &(struct tally){ .read = s->t.read,
						 .rejected = s->t.rejected,
						 .skipped = s->t.skipped });
		return -1;
	}
	report(s);
	return 0;
}

static int
from_vendor(struct bulk *s, struct err *e)
{
	CACHE_AUTO f = CACHE_FILE_INIT;

	cache_sweep(s->c);
	if (peers_fetch(s->c, params_bool(s->c->params, "force"), &f, e) < 0)
		return -1;
	s->file = f.path;
	s->name = "peers-bulk";
	if (store(s, e) < 0) {
		cache_drop_for(&f, e);
		return -1;
	}
	if (s->guarded)
		cache_drop(&f);
	else
		cache_keep(s->c, &f);
	return 0;
}

static int
from_file(struct bulk *s, const char *path, struct err *e)
{
	if (access(path, R_OK) < 0)
		return err_errno(e, ERR_USAGE, errno, path);
	s->file = s->name = path;
	return store(s, e);
}

static int
run(struct job_ctx *c, struct err *e)
{
	const char *file = params_text(c->params, "file");
	struct bulk s = { .c = c,
			  .full = !params_text(c->params, "ticker") &&
				  params_int(c->params, "limit", 0) == 0 };
	int rc;

	if (run_unit_done(c, "publish"))
		return 0;
	rc = active_stocks_read(c, &s.stocks, e);
	if (rc == 0)
		rc = file ? from_file(&s, file, e) : from_vendor(&s, e);
	active_stocks_done(&s.stocks);
	return rc;
}

static const struct param_def params[] = {
	{ "file", PARAM_TEXT, NULL, NULL, "a CSV file in place of the vendor's peers-bulk", 0, 0 },
	{ 0 },
};

const struct job job_peers_bulk = {
	.name = "fmp-peers-bulk",
	.title = "Peers of each company",
	.layer = 1,
	.phase = 1,
	.step = 8,
	.cadence = WEEKLY,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_active_stocks"),
	.writes = NAMES("fmp_peers"),
	.params = params,
	.phases = NAMES("download", "stage", "guard", "merge"),
	.help = "Reads the vendor's list of peers, or a file, and keeps the relations between "
		"active stocks.  What is no longer sent of a ticker that came is deleted, unless "
		"the whole has shrunk below run.guard_rows of what is stored.",
	.posts = PEERS_POSTS,
	.run = run,
};
