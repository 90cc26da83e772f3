/* What the tree (why.c) and the commands (why_plan.c) share. */
#ifndef FINTRA_CORE_WHY_INTERNAL_H
#define FINTRA_CORE_WHY_INTERNAL_H

#include "core/why.h"

/* Marks `s` and all that is broken above it; `broken` has one place per table. */
void why_mark(const struct freshness *f, const struct table_status *s, bool *broken);
bool why_is_cause(const struct freshness *f, const struct table_status *s);
/* The steps that repair the marked tables. */
void why_add_steps(const struct catalogue *cat, const struct freshness *f, const bool *broken,
		   struct why *w);
/* Also jobs that cannot be launched here; NULL = unknown. */
const struct job *why_known_job(const struct catalogue *cat, const char *name);
/* NULL fills *e. */
const struct table_status *why_target(const struct catalogue *cat, const struct freshness *f,
				      const char *target, struct err *e);

#endif
