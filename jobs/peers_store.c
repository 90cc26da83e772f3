#include "jobs/peers_store.h"

#include "core/db_copy.h"

#include <string.h>

int
peers_store_begin(struct peers_store *s, struct err *e)
{
	s->sent = s->itself = s->outside = s->refused = s->seq = 0;
	if (db_exec(s->c->db, Q_PEERS_STORE_STAGE, NULL, NULL, e) < 0)
		return -1;
	s->copy = db_copy_begin(s->c->db, Q_PEERS_STORE_COPY, e);
	return s->copy ? 0 : -1;
}

/* A row without a peer says that the ticker came: also one whose list is empty now. */
static int
put(struct peers_store *s, const char *peer, struct err *e)
{
	db_copy_int(s->copy, s->seq);
	db_copy_str(s->copy, s->ticker);
	db_copy_str(s->copy, peer);
	return db_copy_row(s->copy, e);
}

int
peers_store_ticker(struct peers_store *s, const char *ticker, struct err *e)
{
	str_copy(s->ticker, sizeof(s->ticker), ticker);
	s->seq++;
	return put(s, NULL, e);
}

int
peers_store_peer(void *arg, bool ok, const char *p, size_t n, struct err *e)
{
	struct peers_store *s = arg;

	s->sent++;
	if (!ok) {
		s->refused++;
		if (s->keep_rejects)
			run_reject(s->c, "peer is no ticker", p, n);
		return 0;
	}
	if (strcmp(p, s->ticker) == 0) {
		s->itself++;
		return 0;
	}
	if (map_find(s->stocks->all, p, n) == MAP_NONE) {
		s->outside++;
		return 0;
	}
	return put(s, p, e);
}

void
peers_store_abort(struct peers_store *s)
{
	db_copy_abort(s->copy);
}

int
peers_store_count(struct peers_store *s, struct err *e)
{
	if (db_copy_end(s->copy, NULL, e) < 0)
		return -1;
	ROWS_AUTO r = db_query(s->c->db, Q_STAGE_PEERS_COUNT, NULL, e);

	if (!r)
		return -1;
	s->tickers = rows_int(r, 0, 0);
	s->with_peers = rows_int(r, 0, 1);
	s->relations = rows_int(r, 0, 2);
	return 0;
}

int
peers_store_stored(struct peers_store *s, int64_t *n, struct err *e)
{
	ROWS_AUTO r = db_query(s->c->db, Q_PEERS_STORE_STORED, NULL, e);

	if (!r)
		return -1;
	*n = rows_int(r, 0, 0);
	return 0;
}

int
peers_store_merge(struct peers_store *s, struct tally *t, struct err *e)
{
	char now[NUM_BUF];
	const char *args[] = { s->source, s->confidence, num_int(s->c->now_ms, now) };

	return run_merge(s->c, Q_PEERS_STORE_MERGE, args, t, e);
}

int
peers_store_forget(struct peers_store *s, int64_t *n, struct err *e)
{
	*n = 0;
	return db_exec(s->c->db, Q_STAGE_PEERS_FORGET, NULL, n, e);
}
