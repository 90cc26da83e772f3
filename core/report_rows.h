/* A query's rows as lines below a title and as JSON.  The thread is that of the connection. */
#ifndef FINTRA_CORE_REPORT_ROWS_H
#define FINTRA_CORE_REPORT_ROWS_H

#include "core/db.h"
#include "core/json.h"
#include "core/report.h"

struct told {
	struct report *text; /* appended to */
	struct json **
		json; /* set to an array of objects, owned by the caller; left alone when unknown */
	int rows;     /* -1 = unknown */
};

/* One row goes downwards, several as columns.  What a database that fintra did not create lacks is
 * told as unknown and no error. */
int report_query(struct db *db, enum query q, const char *const *args, struct told *out,
		 struct err *e) MUST_CHECK;
/* 0 and a line when *e says that a table, a column or the right to read it is missing; else -1. */
int report_unknown(struct report *text, struct err *e) MUST_CHECK;

#endif
