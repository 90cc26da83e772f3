/* fmp_peers: the relations of the tickers that came take the place of those stored. */
#ifndef FINTRA_JOBS_PEERS_STORE_H
#define FINTRA_JOBS_PEERS_STORE_H

#include "jobs/active_stocks.h"
#include "jobs/common.h"

struct peers_store {
	struct job_ctx *c;
	const struct active_stocks *stocks; /* a peer must be one of them */
	const char *source, *confidence;
	bool keep_rejects; /* false when a transaction is done anew */
	/* since peers_store_begin(): peers sent, and those left out */
	int64_t sent, itself, outside, refused;
	/* filled by peers_store_count() */
	int64_t tickers, with_peers; /* that came */
	int64_t relations;	     /* to be stored */
	struct db_copy *copy;
	char ticker[TICKER_BUF]; /* at work */
	int64_t seq;
};

/* What must hold of fmp_peers after every job that writes it.  A relation has no column that could
 * be empty, and no date of its own. */
#define PEERS_POSTS                                                                                \
	POSTS({ "peers_tickers", Q_POST_PEERS_TICKERS, .kind = POST_OF_LAST, .bound = 0.95 },      \
	      { "peers_rows", Q_POST_PEERS_ROWS, .kind = POST_OF_LAST, .bound = 0.90 },            \
	      { "peers_stored", Q_POST_PEERS_ROWS, .kind = POST_REPORTED, .reported = "relations", \
		.fails = true })

/* All of them inside a run_transaction(), in this order. */
int peers_store_begin(struct peers_store *s, struct err *e) MUST_CHECK;
/* `ticker` came; a later call with the same one replaces what it had.  Its peers follow. */
int peers_store_ticker(struct peers_store *s, const char *ticker, struct err *e) MUST_CHECK;
/* A peers_fn of the store; the ticker itself, one outside and no ticker are left out and counted.
 */
int peers_store_peer(void *arg, bool ok, const char *p, size_t n, struct err *e) MUST_CHECK;
void peers_store_abort(struct peers_store *s);
int peers_store_count(struct peers_store *s, struct err *e) MUST_CHECK;
/* Relations between active stocks that are stored now. */
int peers_store_stored(struct peers_store *s, int64_t *n, struct err *e) MUST_CHECK;
int peers_store_merge(struct peers_store *s, struct tally *t, struct err *e) MUST_CHECK;
/* Of the tickers that came, what is stored and was not sent.  *n = rows. */
int peers_store_forget(struct peers_store *s, int64_t *n, struct err *e) MUST_CHECK;

#endif
