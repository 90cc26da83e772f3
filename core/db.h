/* The door to PostgreSQL (with db_copy.h): connect, query by id, transactions, cancel.
 * A connection belongs to one thread at a time.  Every wait polls the cancel token: drain lets a
 * statement finish, abort cancels it (ERR_CANCELLED).  SQLSTATE is mapped to an error class. */
#ifndef FINTRA_CORE_DB_H
#define FINTRA_CORE_DB_H

#include "core/cancel.h"
#include "core/conf.h"
#include "core/date.h"
#include "core/err.h"
#include "core/num.h"
#include "queries.h" /* generated: enum query, queries[] {name, nparams, text} */

#include <stdint.h>

struct db;
struct rows;

/* `app` becomes application_name.  UTF-8, UTC, ISO dates, search_path and the conf's timeouts are
 * set on the session.  NULL fills *e (ERR_DB, disconnected).  `cancel` may be NULL; borrowed until
 * db_close(). */
struct db *db_open(const struct conf *c, const char *app, const struct cancel *cancel,
		   struct err *e) MUST_CHECK;
/* Where and as whom db_open() would connect, no password in it, for telling two apart. */
void db_address(const struct conf *c, struct str *out);
void db_close(struct db *db); /* NULL is fine */
int db_pid(const struct db *db);
bool db_alive(struct db *db); /* no round trip: what libpq knows of the socket */
int db_socket(const struct db *db);

/* A database that fintra did not create has other names for some tables and may lack the ledger:
 * queries by id are rewritten to what is there (db_names.h), a missing ledger reads as empty.
 * Looked at once per connection, at its first query. */
int db_has_ledger(struct db *db, bool *out, struct err *e) MUST_CHECK;
extern const char db_pooled_text[]; /* why nothing can be launched there */
/* Behind a pooler that hands each transaction to another server: no locks, LISTEN or settings hold.
 * Then every query runs in a read-only transaction of its own. */
int db_pooled(struct db *db, bool *out, struct err *e) MUST_CHECK;
/* The server's own process number; behind a pooler it is not db_pid(). */
int db_server_pid(struct db *db, int *out, struct err *e) MUST_CHECK;
const char *db_relation(struct db *db, const char *table); /* physical name; borrowed */
/* From now on queries by id that say `from` ("schema.table") get `to`; both borrowed until
 * db_forget_shape(). */
int db_rename(struct db *db, const char *from, const char *to, struct err *e) MUST_CHECK;
void db_forget_shape(struct db *db); /* after DDL on this connection */

/* args: queries[q].nparams texts, NULL = SQL NULL; borrowed for the call. */
struct rows *db_query(struct db *db, enum query q, const char *const *args,
		      struct err *e) MUST_CHECK;
/* A statement without result rows; *affected may be NULL. */
int db_exec(struct db *db, enum query q, const char *const *args, int64_t *affected,
	    struct err *e) MUST_CHECK;
/* Generated SQL: only core/migrate.c, core/checksum.c, core/db_copy.c and tests may call these. */
struct rows *db_query_sql(struct db *db, const char *sql, const char *const *args, int nargs,
			  struct err *e) MUST_CHECK;
int db_exec_sql(struct db *db, const char *sql,
		struct err *e) MUST_CHECK;	       /* several statements allowed */
char *db_quote_ident(struct db *db, const char *name); /* for generated SQL; owned: free() */

/* A query outside a transaction that ran into lock_timeout is sent again as long as fn says so; e
 * tells what happened, `tries` how often it was sent. */
typedef bool db_locked_fn(void *arg, const struct err *e, int tries);
void db_on_locked(struct db *db, db_locked_fn *fn, void *arg);

int db_begin(struct db *db, struct err *e) MUST_CHECK;
int db_begin_read(struct db *db, struct err *e) MUST_CHECK; /* what writes is refused */
int db_commit(struct db *db, struct err *e) MUST_CHECK; /* ERR_DB disconnected = outcome unknown */
void db_rollback(struct db *db);			/* fine outside a transaction */
/* A point in the transaction to go back to; may be nested.  Each is kept or undone once. */
int db_savepoint(struct db *db, struct err *e) MUST_CHECK;
int db_savepoint_keep(struct db *db, struct err *e) MUST_CHECK;
int db_savepoint_undo(struct db *db, struct err *e) MUST_CHECK;

void rows_free(struct rows *r);
int rows_count(const struct rows *r);
const char *rows_text(const struct rows *r, int row, int col); /* NULL = SQL NULL; borrowed */
int64_t rows_int(const struct rows *r, int row, int col);      /* 0 for NULL */
struct num rows_num(const struct rows *r, int row, int col);
bool rows_bool(const struct rows *r, int row, int col);
struct date rows_date(const struct rows *r, int row, int col);
const char *rows_column(const struct rows *r, int col);
int rows_columns(const struct rows *r);

void rows_cleanup(struct rows **r);
#define ROWS_AUTO CLEANUP(rows_cleanup) struct rows *
void db_cleanup(struct db **db);
#define DB_AUTO CLEANUP(db_cleanup) struct db *

/* LISTEN channel (nothing behind a pooler: poll then): true when at least one notification arrived
 * since the last call (drains them). Polls only what is in the socket buffer. */
int db_listen(struct db *db, enum query listen, struct err *e) MUST_CHECK;
bool db_notified(struct db *db);
/* Waits until the socket is readable, `fd` (may be -1) is readable, or ms passed. */
void db_wait(struct db *db, int fd, int ms);

#endif
