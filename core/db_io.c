#include "core/clock.h"
#include "core/db_internal.h"
#include "core/str.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>

/* How often a token is looked at whose descriptor cannot be polled (it stays readable once drain
 * was asked). */
enum { LOOK_MS = 50 };

bool
dbi_aborted(const struct db *db)
{
	return !db->deaf && db->cancel && cancel_level(db->cancel) == CANCEL_ABORT;
}

int
dbi_start(struct db *db, enum dbi_manner manner, struct err *e)
{
	if (!dbi_cancel_settled(db))
		db->given_up = true; /* it could hit this statement */
	db->deaf = manner == DBI_DEAF;
	db->cancel_sent = false;
	db->give_up_ms = db->deaf ? clock_mono_ms() + DBI_ANSWER_MS : 0;
	if (db->given_up || PQstatus(db->conn) != CONNECTION_OK) {
		err_set(e, ERR_DB, "the connection to the database is gone");
		e->disconnected = true;
		return -1;
	}
	return dbi_aborted(db) ? err_set(e, ERR_CANCELLED, "cancelled") : 0;
}

/* Milliseconds for poll(); -1 = until something happens. */
static int
patience(const struct db *db, bool pollable)
{
	int64_t left;

	if (!db->give_up_ms)
		return pollable ? -1 : LOOK_MS;
	left = db->give_up_ms - clock_mono_ms();
	if (left < 0)
		return 0;
	return pollable || left < LOOK_MS ? (int)left : LOOK_MS;
}

/* Whatever the server still does, nobody will read it: the connection must not be used again. */
static int
give_up(struct db *db, struct err *e)
{
	db->given_up = true;
	err_set(e, db->cancel_sent ? ERR_CANCELLED : ERR_DB, "%s: the database did not answer",
		db->cancel_sent ? "cancelled" : "given up");
	e->disconnected = true;
	return -1;
}

int
dbi_wait(struct db *db, short events, struct err *e)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = PQsocket(db->conn), .events = events },
				       { .fd = -1, .events = POLLIN } };
		bool watch = db->cancel && !db->deaf && !db->cancel_sent;

		if (dbi_aborted(db) && !db->cancel_sent) {
			dbi_cancel(db);
			continue;
		}
		if (db->give_up_ms && clock_mono_ms() >= db->give_up_ms)
			return give_up(db, e);
		/* Once raised the descriptor stays readable; from then on the level is looked at.
		 */
		if (watch && cancel_level(db->cancel) == CANCEL_NONE)
			p[1].fd = db->cancel->fd;
		if (poll(p, 2, patience(db, !watch || p[1].fd >= 0)) < 0 && errno != EINTR)
			return err_errno(e, ERR_DB, errno, "waiting for the database");
		/* No socket: libpq has closed it and the next call to it tells why. */
		if (p[0].fd < 0 || p[0].revents)
			return 0;
	}
}

int
dbi_flush(struct db *db, struct err *e)
{
	int rc;

	/* The server may be busy sending us something before it reads on: take it. */
	while ((rc = PQflush(db->conn)) == 1) {
		if (dbi_wait(db, POLLIN | POLLOUT, e) < 0)
			return -1;
		if (!PQconsumeInput(db->conn))
			return dbi_fail(db, NULL, e);
	}
	return rc < 0 ? dbi_fail(db, NULL, e) : 0;
}

/* Until PQgetResult() would not block.  A broken connection is told by its result. */
static int
fill(struct db *db, struct err *e)
{
	while (PQisBusy(db->conn)) {
		if (dbi_wait(db, POLLIN, e) < 0)
			return -1;
		if (!PQconsumeInput(db->conn))
			break;
	}
	return 0;
}

static bool
is_error(const PGresult *r)
{
	ExecStatusType st = PQresultStatus(r);

	return st == PGRES_FATAL_ERROR || st == PGRES_BAD_RESPONSE || st == PGRES_NONFATAL_ERROR;
}

/* In these states PQgetResult() would say the same for ever. */
static bool
is_copy(const PGresult *r)
{
	ExecStatusType st = PQresultStatus(r);

	return st == PGRES_COPY_IN || st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH;
}

/* Of all results of one string: the first error, else the last. */
static PGresult *
gather(struct db *db, struct err *e)
{
	PGresult *kept = NULL, *r;

	for (;;) {
		if (fill(db, e) < 0) {
			PQclear(kept);
			return NULL;
		}
		r = PQgetResult(db->conn);
		if (!r)
			break;
		if (kept && is_error(kept)) {
			PQclear(r);
			continue;
		}
		PQclear(kept);
		kept = r;
		if (is_copy(r))
			break;
	}
	if (!kept)
		dbi_fail(db, NULL, e);
	return kept;
}

struct pg_result *
dbi_result(struct db *db, struct err *e)
{
	PGresult *r;

	if (dbi_flush(db, e) < 0)
		return NULL;
	r = gather(db, e);
	if (r && is_error(r)) {
		dbi_fail(db, r, e);
		PQclear(r);
		return NULL;
	}
	return r;
}
