/* Parts of a look at one thing, each filled by one query. */
#ifndef FINTRA_CORE_SECTION_H
#define FINTRA_CORE_SECTION_H

/* What a look at one ticker shows: $1 ticker, $2 as-of, $3 how many rows; the first section has a
 * row for every ticker there is. */
struct section {
	const char *name, *title;
	int query;
};

#endif
