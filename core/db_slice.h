/* A staging table taken in parts, inside one transaction: all its rows are set aside and numbered
 * by their key, then any range of them is put back.  Temporary tables of the present transaction
 * only. */
#ifndef FINTRA_CORE_DB_SLICE_H
#define FINTRA_CORE_DB_SLICE_H

#include "core/db.h"

struct db_slice {
	const char *stage, *key; /* compiled-in names; rows with one key are one after the other */
	int64_t n;		 /* rows 1..n */
	int64_t middle;		 /* last row of the first half; no key is in both halves */
};

/* Sets the rows of s->stage aside and fills n and middle. */
int db_slice_begin(struct db *db, struct db_slice *s, struct err *e) MUST_CHECK;
/* The stage holds rows from..to and no others, without those numbered in `but` ("{3,8}"). */
int db_slice_put(struct db *db, const struct db_slice *s, int64_t from, int64_t to, const char *but,
		 struct err *e) MUST_CHECK;
/* Text of row i, cut to `most` characters; one row, one column. */
struct rows *db_slice_row(struct db *db, int64_t i, int most, struct err *e) MUST_CHECK;
/* Forgets what was set aside; the stage stays as it is. */
int db_slice_end(struct db *db, struct err *e) MUST_CHECK;

#endif
