/* Shadows: a temp table with the name and the rows of a real one, which every statement of this
 * connection finds first.  What is written goes there; then it is compared with the real table, and
 * either written to it or dropped.  Used by one thread, that of the connection; gone with it. */
#ifndef FINTRA_CORE_DB_SHADOW_H
#define FINTRA_CORE_DB_SHADOW_H

#include "core/date.h"
#include "core/db.h"

enum { SHADOW_MOVES = 20, SHADOW_SUM = 48 };

struct shadow_spec {
	const char *schema, *table; /* the real one, by its physical name */
	const char *shadow;	    /* what its shadow is called */
	const char *const *key,
		*const *volatile_columns; /* NULL-terminated; volatile may be NULL */
	const char *date_column;	  /* NULL = none */
	struct date from, to; /* DATE_NONE: the shadow holds all rows, else those of these days */
	const char *score;    /* column of the moves; NULL = none */
	bool relative;	      /* the largest are those of the largest share */
};

enum shadow_statement {
	SHADOW_MAKE,
	SHADOW_COMPARE,
	SHADOW_COUNT,
	SHADOW_MOVE,
	SHADOW_LOCK,
	SHADOW_APPLY,
	SHADOW_STATEMENTS
};

struct shadow {
	const char *table;	      /* borrowed from the spec */
	char *diff;		      /* what holds the differences */
	char *sql[SHADOW_STATEMENTS]; /* made by the server; [SHADOW_MOVE] may be NULL */
	int64_t inserted, updated, deleted, unchanged; /* of the last comparison */
	int64_t touched;      /* of the unchanged: only volatile columns differ */
	char sum[SHADOW_SUM]; /* over the differences */
};

/* 1 made, 0 the database has no such table, -1.  shadow_done() it in any case. */
int db_shadow_make(struct db *db, const struct shadow_spec *spec, struct shadow *out,
		   struct err *e) MUST_CHECK;
void shadow_done(struct shadow *s);
/* The statement that makes a view see the shadows; asked for before they are made.  Owned: free();
 * NULL without an error: there is no such view. */
char *db_shadow_view(struct db *db, const char *schema, const char *view, struct err *e) MUST_CHECK;
int db_shadow_view_make(struct db *db, const char *sql, struct err *e) MUST_CHECK;
/* Fills the counts. */
int db_shadow_compare(struct db *db, struct shadow *s, struct err *e) MUST_CHECK;
/* The largest moves since the last comparison: what, was, now, change, the day of `was` or NULL
 * when it is the same row.  Owned: rows_free(); NULL without an error: the table has no score. */
struct rows *db_shadow_moves(struct db *db, const struct shadow *s, struct err *e) MUST_CHECK;
/* Writes the differences in the present transaction, with the real table locked against writers.
 * ERR_LOCK, and nothing is written, when it is not what it was at the last comparison. */
int db_shadow_apply(struct db *db, struct shadow *s, struct err *e) MUST_CHECK;
/* Drops all temp tables of the connection. */
int db_shadow_end(struct db *db, struct err *e) MUST_CHECK;

#endif
