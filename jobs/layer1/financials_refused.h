/* Rows of statement files that cannot be used: how many for each reason, and the first of them. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_REFUSED_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_REFUSED_H

#include "core/vec.h"
#include "jobs/common.h"

struct refused_row { /* owned */
	char *reason, *raw;
	size_t n; /* bytes of raw */
};

struct refused { /* starts as {0} */
	struct map *reasons;
	VEC(int64_t) rows;	      /* per reason */
	VEC(struct refused_row) kept; /* as many as a run keeps */
};

/* The row's first `cells` cells are kept as its text. */
void refused_add(struct refused *r, const char *reason, const struct csv_row *row, size_t cells);
/* Moves what is in *from behind what is in *to. */
void refused_join(struct refused *to, struct refused *from);
/* Hands the kept rows to the run; their numbers stay. */
void refused_tell(struct refused *r, struct job_ctx *c);
void refused_done(struct refused *r);

#endif
