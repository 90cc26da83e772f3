/* Warnings about a company's solidity beside its FGOS (engines.md 3.4).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_QUALITY_BRAKES_H
#define FINTRA_JOBS_ENGINE_QUALITY_BRAKES_H

#include "jobs/engine/figures.h"

struct quality_brakes {
	struct num score;      /* reduced only when confidence is below 50, which two brakes
				  do not reach */
	int confidence;	       /* 70..100 */
	bool applied;	       /* there is a reason */
	struct codes warnings; /* altman_low, altman_grey, piotroski_low, piotroski_mid */
	struct codes reasons;  /* altman_distress, piotroski_weak */
};

void quality_brakes(struct num score, struct num altman_z, struct num piotroski,
		    struct quality_brakes *out);

#endif
