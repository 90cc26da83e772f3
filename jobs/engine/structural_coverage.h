/* How far a snapshot covers what its industry asks for (engines.md 6.3).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_STRUCTURAL_COVERAGE_H
#define FINTRA_JOBS_ENGINE_STRUCTURAL_COVERAGE_H

#include "jobs/engine/context.h"
#include "jobs/engine/figures.h"

struct structural_coverage_input {
	enum maturity maturity;
	int valid_windows, required_windows;
	int valid_metrics, required_metrics;
};

struct structural_coverage {
	enum degree degree;
	const char *limiting_factor; /* static; "none" when nothing limits */
};

void structural_coverage(const struct structural_coverage_input *in,
			 struct structural_coverage *out);

#endif
