/* COPY both ways.  In: text format, one row at a time into a bounded buffer.  Out: binary, rows
 * decoded in place, nothing kept. */
#ifndef FINTRA_CORE_DB_COPY_H
#define FINTRA_CORE_DB_COPY_H

#include "core/db.h"

struct db_copy; /* a COPY ... FROM STDIN in progress */

/* `q` is a named query "COPY t (...) FROM STDIN".  NULL fills *e. */
struct db_copy *db_copy_begin(struct db *db, enum query q, struct err *e) MUST_CHECK;
/* Fields of the present row, in order. */
void db_copy_text(struct db_copy *c, const char *p, size_t n); /* escaped here */
void db_copy_str(struct db_copy *c, const char *z);	       /* NULL = SQL NULL */
void db_copy_null(struct db_copy *c);
void db_copy_num(struct db_copy *c,
		 struct num v); /* shortest text; absent = NULL; must be finite */
void db_copy_int(struct db_copy *c, int64_t v);
void db_copy_date(struct db_copy *c, struct date d);	      /* DATE_NONE = NULL */
int db_copy_row(struct db_copy *c, struct err *e) MUST_CHECK; /* ends the row, sends when full */
/* Consumes c.  *rows may be NULL. */
int db_copy_end(struct db_copy *c, int64_t *rows, struct err *e) MUST_CHECK;
void db_copy_abort(struct db_copy *c); /* consumes c; the transaction is then failed: roll back */

struct db_field {
	const unsigned char *p; /* NULL = SQL NULL */
	int len;
};

typedef int db_row_fn(void *arg, const struct db_field *f, int n, struct err *e);

/* `q` is "COPY (SELECT ...) TO STDOUT (FORMAT binary)" whose $n are replaced by literals quoted by
 * libpq (COPY takes no parameters).  Callback -1 stops and cancels. */
int db_copy_out(struct db *db, enum query q, const char *const *args, db_row_fn *fn, void *arg,
		struct err *e) MUST_CHECK;

/* The same with a query that is not in the table: for tests.  q is borrowed until the end. */
struct db_copy *db_copy_begin_text(struct db *db, const struct query_text *q,
				   struct err *e) MUST_CHECK;
int db_copy_out_text(struct db *db, const struct query_text *q, const char *const *args,
		     db_row_fn *fn, void *arg, struct err *e) MUST_CHECK;

struct date db_field_date(const struct db_field *f);
/* PostgreSQL numeric, binary, to the nearest double; NaN / Infinity / NULL: has == false. */
struct num db_field_numeric(const struct db_field *f);
int64_t db_field_i64(const struct db_field *f);

#endif
