/* What engines are told about a company besides its figures: how much history it has (the Life
 * Cycle class) and which windows count for its industry (engines.md 1.1, 6.1).  Pure: no I/O. */
#ifndef FINTRA_JOBS_ENGINE_CONTEXT_H
#define FINTRA_JOBS_ENGINE_CONTEXT_H

#include "jobs/engine/window.h"

enum maturity {
	MATURITY_NONE, /* not known */
	MATURITY_EARLY,
	MATURITY_DEVELOPING,
	MATURITY_ESTABLISHED,
	MATURITY_INCOMPLETE, /* a word of the original, which Life Cycle does not give */
	MATURITY_COUNT
};

const char *maturity_name(enum maturity m); /* "early"; NULL for MATURITY_NONE */
enum maturity maturity_find(const char *name);

/* The dominant horizons of an industry. */
struct horizons {
	bool given;   /* false: no profile, every window counts */
	unsigned set; /* bit w: enum window w is one */
};

/* Adds the window of that code; other codes are passed over. */
void horizons_add(struct horizons *h, const char *code);
bool horizons_has(const struct horizons *h, enum window w);
/* Whole years among them, ascending, into out[]; their number. */
enum { HORIZON_YEARS_MAX = 4 };
size_t horizons_years(const struct horizons *h, int out[HORIZON_YEARS_MAX]);

#endif
