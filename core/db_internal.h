/* What the db*.c files share; libpq stays behind this door. */
#ifndef FINTRA_CORE_DB_INTERNAL_H
#define FINTRA_CORE_DB_INTERNAL_H

#include "core/db.h"
#include "core/db_names.h"

struct pg_conn; /* PGconn and PGresult of libpq */
struct pg_result;

struct db {
	struct pg_conn *conn;
	const struct cancel *cancel;
	bool deaf;	  /* the present statement does not heed the token (ROLLBACK) */
	bool cancel_sent; /* PQcancel went out for the present statement */
	bool given_up; /* the server did not answer in time: the connection is of no use any more */
	struct canceller *canceller; /* owned with its thread; NULL = none under way */
	int64_t give_up_ms;	     /* monotonic time when the wait ends; 0 = open end */
	struct shape *shape;	     /* owned; NULL = not looked at yet */
	atomic_bool *ours;	     /* of the configuration; may be NULL */
	bool no_options;	     /* the other end takes no session settings */
	db_locked_fn *locked;	     /* NULL = a lock that is not had in time is an error at once */
	void *locked_arg;
	char *pooled_begin; /* owned: opens a transaction that makes the settings */
};

/* How long a server may take to answer a cancel or a ROLLBACK. */
enum { DBI_ANSWER_MS = 5000 };
enum dbi_manner { DBI_HEED, DBI_DEAF };

/* Refuses a dead connection and a token already at abort. */
int dbi_start(struct db *db, enum dbi_manner manner, struct err *e) MUST_CHECK;
bool dbi_aborted(const struct db *db);
/* Asks the server to stop the statement; from now on the wait for it is bounded. */
void dbi_cancel(struct db *db);
/* Waits until no cancel is on its way to the server; false when it has been for too long. */
bool dbi_cancel_settled(struct db *db);
void dbi_cancel_forget(struct db *db); /* the connection closes */
/* Until the socket is ready for `events` (poll); sends the cancel when the token reaches abort. */
int dbi_wait(struct db *db, short events, struct err *e) MUST_CHECK;
/* Until what was queued has left. */
int dbi_flush(struct db *db, struct err *e) MUST_CHECK;
/* Flushes, waits, and takes all results: the first error, else the last.  Stops at a COPY.  Owned:
 * PQclear(); NULL fills *e. */
struct pg_result *dbi_result(struct db *db, struct err *e) MUST_CHECK;
/* Error value from a result, or from the connection when res is NULL.  Returns -1. */
int dbi_fail(struct db *db, const struct pg_result *res, struct err *e);
/* Sends a query by id and returns its result.  Owned: PQclear(); NULL fills *e. */
struct pg_result *dbi_run(struct db *db, const char *sql, const char *const *args, int nargs,
			  struct err *e) MUST_CHECK;
struct rows *dbi_rows(struct pg_result *res); /* consumes res */
/* The query's text with this database's names.  Borrowed until the connection closes; NULL fills
 * *e.
 */
const char *dbi_text(struct db *db, enum query q, struct err *e) MUST_CHECK;
/* Known to be behind a pooler that keeps no session for us; false as long as nobody looked. */
bool dbi_pooled(const struct db *db);

#endif
