/* How well a company defends its returns and margins (engines.md 9.2).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_MOAT_H
#define FINTRA_JOBS_ENGINE_MOAT_H

#include "jobs/engine/annual.h"
#include "jobs/engine/figures.h"

enum { MOAT_YEARS = 5 };

enum moat_status { MOAT_PENDING, MOAT_PARTIAL, MOAT_COMPUTED, MOAT_STATUS_COUNT };
enum coherence {
	COHERENCE_NONE, /* the two newest years do not tell */
	COHERENCE_HIGH_QUALITY,
	COHERENCE_INEFFICIENT,
	COHERENCE_NEUTRAL,
	COHERENCE_COUNT
};

const char *moat_status_name(enum moat_status s); /* "pending", "partial", "computed" */
const char *coherence_name(enum coherence c);	  /* "high_quality", ...; NULL for NONE */

struct moat {
	enum moat_status status; /* pending: everything below is absent */
	struct num score;	 /* 0..100, whole */
	struct num confidence;
	struct num roic_persistence, margin_stability, capital_discipline; /* 0..100 */
	struct num years;	  /* that were looked at, 3..5 */
	enum coherence coherence; /* of growth and margin in the newest year */
	struct num coherence_score;
};

/* roic_median and margin_median: of the sector, fractions; absent = those of `sector` by
 * sector_defaults.h.  year[0] is the newest; year may be NULL when n is 0. */
struct moat_sector {
	struct num roic_median, margin_median;
	const char *name; /* NULL = no sector in particular */
};
void moat(const struct annual *year, size_t n, const struct moat_sector *sector, struct moat *out);

#endif
