#include "core/db.h"
#include "core/db_internal.h"
#include "core/str.h"

#include <libpq-fe.h>
#include <string.h>

/* A COPY that was called as a plain statement: the connection is stuck in it. */
static PGresult *
refuse_copy(struct db *db, PGresult *r, struct err *e)
{
	ExecStatusType st = PQresultStatus(r);

	if (st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_EMPTY_QUERY)
		return r;
	db->given_up = true;
	err_set(e, ERR_INTERNAL, "COPY needs db_copy_begin() or db_copy_out()");
	PQclear(r);
	return NULL;
}

static struct pg_result *
send_and_take(struct db *db, const char *sql, const char *const *args, int nargs, struct err *e)
{
	PGresult *r;

	if (dbi_start(db, DBI_HEED, e) < 0)
		return NULL;
	if (!PQsendQueryParams(db->conn, sql, nargs, NULL, args, NULL, NULL, 0)) {
		dbi_fail(db, NULL, e);
		return NULL;
	}
	r = dbi_result(db, e);
	return r ? refuse_copy(db, r, e) : NULL;
}

/* Behind a pooler the settings that our SQL relies on hold for one transaction only. */
struct pg_result *
dbi_run(struct db *db, const char *sql, const char *const *args, int nargs, struct err *e)
{
	bool own = dbi_pooled(db) && PQtransactionStatus(db->conn) == PQTRANS_IDLE;
	PGresult *r;

	if (own && db_exec_sql(db, db->pooled_begin, e) < 0)
		return NULL;
	r = send_and_take(db, sql, args, nargs, e);
	if (own)
		db_rollback(db); /* it only read */
	return r;
}

/* Inside a transaction nothing but its end is possible any more. */
static bool
may_ask_again(struct db *db, const struct err *e, int tries)
{
	return db->locked && str_same(e->sqlstate, "55P03") &&
	       PQtransactionStatus(db->conn) == PQTRANS_IDLE &&
	       db->locked(db->locked_arg, e, tries);
}

/* Unnamed statement: no state is left on the server, poolers and Citus are fine with it. */
static PGresult *
run_query(struct db *db, enum query q, const char *const *args, struct err *e)
{
	const char *sql = dbi_text(db, q, e);
	PGresult *r = NULL;

	for (int tries = 1; sql; tries++) {
		r = dbi_run(db, sql, args, queries[q].nparams, e);
		if (r)
			return r;
		if (!may_ask_again(db, e, tries))
			break;
		*e = (struct err)ERR_INIT;
	}
	err_wrap(e, "%s", queries[q].name);
	return NULL;
}

void
db_on_locked(struct db *db, db_locked_fn *fn, void *arg)
{
	db->locked = fn;
	db->locked_arg = arg;
}

struct rows *
db_query(struct db *db, enum query q, const char *const *args, struct err *e)
{
	PGresult *r = run_query(db, q, args, e);

	return r ? dbi_rows(r) : NULL;
}

int
db_exec(struct db *db, enum query q, const char *const *args, int64_t *affected, struct err *e)
{
	PGresult *r = run_query(db, q, args, e);
	const char *n;

	if (!r)
		return -1;
	n = PQcmdTuples(r); /* "" for statements that count nothing */
	if (affected && (!*n || !num_parse_i64(n, strlen(n), affected)))
		*affected = 0;
	PQclear(r);
	return 0;
}

struct rows *
db_query_sql(struct db *db, const char *sql, const char *const *args, int nargs, struct err *e)
{
	PGresult *r = dbi_run(db, sql, args, nargs, e);

	return r ? dbi_rows(r) : NULL;
}

/* The simple protocol: the only one that takes several statements. */
static PGresult *
run_simple(struct db *db, const char *sql, enum dbi_manner manner, struct err *e)
{
	PGresult *r;

	if (dbi_start(db, manner, e) < 0)
		return NULL;
	if (!PQsendQuery(db->conn, sql)) {
		dbi_fail(db, NULL, e);
		return NULL;
	}
	r = dbi_result(db, e);
	return r ? refuse_copy(db, r, e) : NULL;
}

int
db_exec_sql(struct db *db, const char *sql, struct err *e)
{
	PGresult *r = run_simple(db, sql, DBI_HEED, e);

	PQclear(r);
	return r ? 0 : -1;
}

int
db_begin(struct db *db, struct err *e)
{
	return db_exec_sql(db, "BEGIN", e);
}

/* Behind a pooler each query has one of its own. */
int
db_begin_read(struct db *db, struct err *e)
{
	bool pooled;

	if (db_pooled(db, &pooled, e) < 0)
		return -1;
	return pooled ? 0 : db_exec_sql(db, "BEGIN READ ONLY", e);
}

/* A cancel may reach the COMMIT, but the answer is definite either way; only a lost connection is
 * not. */
int
db_commit(struct db *db, struct err *e)
{
	PGresult *r = run_simple(db, "COMMIT", DBI_HEED, e);
	bool done;

	if (!r)
		return err_wrap(e, "commit");
	/* The server answers COMMIT of a failed transaction with success and the tag ROLLBACK. */
	done = str_same(PQcmdStatus(r), "COMMIT");
	PQclear(r);
	return done ? 0
		    : err_set(e, ERR_DB, "commit: the transaction had failed and was rolled back");
}

void
db_rollback(struct db *db)
{
	struct err unused = ERR_INIT;

	/* Twice: a cancel that was under way may hit the ROLLBACK itself. */
	for (int i = 0; i < 2 && PQtransactionStatus(db->conn) != PQTRANS_IDLE; i++)
		PQclear(run_simple(db, "ROLLBACK", DBI_DEAF, &unused));
}

int
db_savepoint(struct db *db, struct err *e)
{
	return db_exec_sql(db, "SAVEPOINT fintra", e);
}

int
db_savepoint_keep(struct db *db, struct err *e)
{
	return db_exec_sql(db, "RELEASE SAVEPOINT fintra", e);
}

int
db_savepoint_undo(struct db *db, struct err *e)
{
	return db_exec_sql(db, "ROLLBACK TO SAVEPOINT fintra; RELEASE SAVEPOINT fintra", e);
}

/* NULL only for bad UTF-8, which no catalogue holds: then a name that cannot exist. */
char *
db_quote_ident(struct db *db, const char *name)
{
	char *q = PQescapeIdentifier(db->conn, name, strlen(name)), *own;

	own = mem_dup(q ? q : "\"\"");
	PQfreemem(q);
	return own;
}
