/* What a run has yet to write into the ledger: log lines, refused rows, inputs, flags.  Bounded:
 * when the database is away for long, the oldest lines go first and the gap is told by a line of
 * its own. Any thread may put; one at a time may flush. */
#ifndef FINTRA_CORE_OUTBOX_H
#define FINTRA_CORE_OUTBOX_H

#include "core/db.h"
#include "core/event.h"
#include "core/json.h"
#include "core/vec.h"

#include <pthread.h>

enum { OUTBOX_BYTES = 8 << 20, OUTBOX_REJECTS = 1000, OUTBOX_RAW = 4096 };

struct outbox_items { /* JSON objects */
	VEC(char *) event;
	size_t bytes;
	struct str reject, input, flag, evidence; /* comma separated */
};

struct outbox {
	pthread_mutex_t lock; /* guards all below */
	struct outbox_items items;
	int64_t seq, reject_seq; /* of the last line, the last reject, earlier epochs included */
	int64_t order;		 /* of inputs and flags */
	int64_t dropped;	 /* lines lost since the last flush */
};

void outbox_init(struct outbox *o);
void outbox_done(struct outbox *o);
void outbox_event(struct outbox *o, struct event *ev); /* gives it its seq, copies */
void outbox_continue(struct outbox *o, int64_t seq,
		     int64_t reject_seq);  /* behind an earlier epoch */
int64_t outbox_next_seq(struct outbox *o); /* for a line that is written elsewhere */
void outbox_reject(struct outbox *o, const char *reason, const char *raw, size_t n);
void outbox_input(struct outbox *o, const char *table, struct date as_of, int64_t rows);
void outbox_flag(struct outbox *o, const char *ticker, const char *kind, struct date on,
		 const char *detail);
/* A row of fintra_ops.evidence, without its run; consumed. */
void outbox_evidence(struct outbox *o, struct json *row);
bool outbox_empty(struct outbox *o);
/* Writes everything: 1, 0 when the epoch is not the run's any more, -1 error.  After a lost
 * connection the content is kept, after any other error it is forgotten (it would fail again). */
int outbox_flush(struct outbox *o, struct db *db, int64_t run, int epoch, struct err *e) MUST_CHECK;
/* One line at once, in the caller's transaction: 1, 0, -1 as above. */
int outbox_write_one(struct db *db, int64_t run, int epoch, const struct event *ev,
		     struct err *e) MUST_CHECK;

#endif
