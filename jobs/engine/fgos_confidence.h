/* How far an FGOS can be trusted by the company's age and data (engines.md 3.5).  Secondary: the
 * confidence that is stored is that of fgos.h.  Pure. */
#ifndef FINTRA_JOBS_ENGINE_FGOS_CONFIDENCE_H
#define FINTRA_JOBS_ENGINE_FGOS_CONFIDENCE_H

#include "jobs/engine/figures.h"

enum volatility_class { VOLATILITY_LOW, VOLATILITY_MEDIUM, VOLATILITY_HIGH, VOLATILITY_COUNT };

extern const char *const volatility_names[VOLATILITY_COUNT]; /* "LOW", "MEDIUM", "HIGH" */
/* By the deviation of yearly revenue growth (fractions); MEDIUM with fewer than two. */
enum volatility_class volatility_class(const double *growth, size_t n);

enum fgos_age { FGOS_INCOMPLETE, FGOS_MATURE, FGOS_DEVELOPING, FGOS_EARLY_STAGE, FGOS_AGE_COUNT };

const char *fgos_age_name(enum fgos_age a); /* "Incomplete", "Mature", ... */

struct fgos_confidence_input {
	struct num history_years;   /* absent = 5 */
	struct num years_since_ipo; /* absent = 10 */
	enum volatility_class volatility;
	int missing_core; /* of the nine metrics */
};

struct fgos_confidence {
	double percent;
	enum trust label;
	enum fgos_age status;
	double history_factor, ipo_factor, volatility_factor, completeness_factor;
};

void fgos_confidence(const struct fgos_confidence_input *in, struct fgos_confidence *out);

#endif
