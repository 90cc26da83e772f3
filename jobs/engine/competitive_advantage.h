/* Whether returns last, operations are steady and capital is spent well (engines.md 9.3).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_COMPETITIVE_ADVANTAGE_H
#define FINTRA_JOBS_ENGINE_COMPETITIVE_ADVANTAGE_H

#include "jobs/engine/annual.h"
#include "jobs/engine/figures.h"

enum advantage_band {
	ADVANTAGE_NONE, /* no score */
	ADVANTAGE_WEAK,
	ADVANTAGE_DEFENDABLE,
	ADVANTAGE_STRONG,
	ADVANTAGE_COUNT
};

const char *advantage_band_name(enum advantage_band b); /* "weak", ...; NULL for NONE */
enum advantage_band advantage_band_find(const char *name);
/* Below 40 weak, from 70 strong. */
enum advantage_band advantage_band_of(struct num score);

struct competitive_advantage {
	struct num score; /* 0..100 */
	enum advantage_band band;
	int confidence; /* by the number of years */
	struct num return_persistence, operating_stability, capital_discipline; /* 0..100 */
	int years;
};

/* year[0] is the newest; year may be NULL when n is 0. */
void competitive_advantage(const struct annual *year, size_t n, struct competitive_advantage *out);

#endif
