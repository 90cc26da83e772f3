/* Why a table is not fresh: its inputs down to the first causes, and the commands that repair it.
 */
#ifndef FINTRA_CORE_WHY_H
#define FINTRA_CORE_WHY_H

#include "core/freshness.h"

struct why_node {
	const struct table_status *status; /* borrowed from the freshness */
	bool cause;			   /* not fresh although all its inputs are */
	struct why_node **child;	   /* owned */
	size_t n;
};

struct why {
	struct why_node *root; /* owned */
	char plan[16][160];    /* commands in canonical order */
	size_t plan_n;
	char text[256]; /* "performance_windows is MIXED. First cause: sector_performance late 1
			   session" */
};

/* target: a table, a job (its first written table) or NULL = the verdict's first broken table. */
int why_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	      struct why *out, struct err *e) MUST_CHECK;
void why_done(struct why *w);

#endif
