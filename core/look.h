/* A run that only looks ahead: run() as ever, but its units are counted and not done, and the
 * vendor answers nothing.  For core/run*.c and core/foresee.c; jobs see run_looks() of core/run.h.
 */
#ifndef FINTRA_CORE_LOOK_H
#define FINTRA_CORE_LOOK_H

#include "core/run_private.h"

struct look_step { /* of an orchestrator */
	const struct job *job;
	struct params params; /* owned */
	char *why;	      /* owned; it is passed over, and why; NULL: it would be started */
};

struct look {
	struct map *units; /* names of those that it would finish */
	VEC(int64_t) rows; /* of each; -1 = as before */
	struct map *kept;  /* borrowed; files that the cache would have by then */
	int64_t about;	   /* requests of which only the vendor knows the number */
	bool calls_known, calls_exact, units_known, units_exact;
	int64_t last_units, last_calls; /* run_look_as_last(); -1 = is not asked for */
	VEC(struct look_step) steps;
};

void look_init(struct look *k, struct map *kept);
void look_done(struct look *k);
void look_unit(struct run *r, const char *unit);
/* params: copied; why: copied, may be NULL. */
void look_step(struct run *r, const struct job *job, const struct params *params, const char *why);

#endif
