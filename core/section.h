/* Parts of a look at one thing, each filled by one query or by a function. */
#ifndef FINTRA_CORE_SECTION_H
#define FINTRA_CORE_SECTION_H

#include "core/date.h"
#include "core/err.h"

struct db;
struct json;
struct report;

/* One ticker as it was known on a day. */
struct ticker_ask {
	struct db *db;
	const char *symbol;
	struct date as_of;
	int rows; /* of each table, at most */
};

/* Appends to *text below the section's title, and fills *out, which is owned: json_free(). */
typedef int section_tell(const struct ticker_ask *ask, struct report *text, struct json **out,
			 struct err *e);

/* What a look at one ticker shows: $1 ticker, $2 as-of, $3 how many rows; the first section has a
 * row for every ticker there is.  Of two dates: $1 earlier, $2 later, $3 how many rows; the first
 * section has of each date how many snapshots and the nearest date with some, the second ($1 as-of)
 * the last two dates with some. */
struct section {
	const char *name, *title;
	int query;
	section_tell *tell; /* NULL = the query's rows */
};

#endif
