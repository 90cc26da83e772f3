/* The locks of a run, on a connection that does nothing else: session advisory locks under the keys
 * of guard_key() (core/ledger.h) for "cron-JOB-DATE"          the job; "cron-JOB-TICKER-DATE" when
 * limited to a ticker the same with today's UTC date, when as-of was defaulted: the old system
 * locks by that "table-TABLE-DATE"       each table the job writes, in catalogue order, so that no
 * two runs can wait for each other. Used by the run's thread until the locks are held, then by its
 * keeper alone. */
#ifndef FINTRA_CORE_GUARD_H
#define FINTRA_CORE_GUARD_H

#include "core/ledger.h"

#include <stdatomic.h>

enum { GUARD_MAX = 24, GUARD_HOLDER = 160 };

struct guard_lock {
	int64_t key;
	char what[64]; /* the job's or table's name, for "waits for ..." */
	bool job;      /* a job lock, not a table lock */
};

struct guard {
	struct guard_lock at[GUARD_MAX];
	size_t n;
	struct db *db;
	int pid;	   /* backend of db, 0 = none */
	atomic_int socket; /* of db, -1 = none: any thread may ask guard_quiet() */
};

/* Lists the locks; `today` is DATE_NONE when as-of was given.  A dry run takes no table locks. */
void guard_plan(struct guard *g, const struct catalogue *cat, const struct job *job,
		const char *ticker, struct date as_of, struct date today, bool tables);
int guard_open(struct guard *g, const struct conf *conf, const char *app, struct err *e) MUST_CHECK;
/* (any thread) False when the server has said something on the lock connection: it never does
 * unless it closes it, or until its keeper has read a notice. */
bool guard_quiet(const struct guard *g);
/* 1 taken, 0 held by another session (*holder says whose, "run 8812 (anna@db1)"), -1 error. */
int guard_try(struct guard *g, size_t i, char holder[GUARD_HOLDER], struct err *e) MUST_CHECK;
/* Gives back the job locks and forgets them; table locks stay. */
int guard_drop_jobs(struct guard *g, struct err *e) MUST_CHECK;
/* Asks `db`, another connection, whether the guard's backend still holds every lock: 1, 0, -1
 * error. */
int guard_held(const struct guard *g, struct db *db, struct err *e) MUST_CHECK;
/* Opens a new connection and tries every lock once: 1 all taken, 0 one is refused, -1 no
 * connection. */
int guard_retake(struct guard *g, const struct conf *conf, const char *app,
		 struct err *e) MUST_CHECK;
void guard_release(struct guard *g); /* unlocks, closes; fine when nothing is held */

#endif
