/* Ranks of the multiples of many companies, each within its sector (engines.md 5.3): the rule that
 * valuation-bulk applies set-wise in queries/valuation.sql.  Pure. */
#ifndef FINTRA_JOBS_ENGINE_VALUATION_SECTOR_H
#define FINTRA_JOBS_ENGINE_VALUATION_SECTOR_H

#include "core/num.h"

enum { RANKED_MULTIPLES = 3 };

struct valuation_row {
	const char *sector; /* borrowed; NULL or "" = none: not ranked */
	struct num multiple[RANKED_MULTIPLES];
	struct num percentile[RANKED_MULTIPLES]; /* out: whole, 0..100; absent unless above zero */
	struct num composite;			 /* out: mean of them, whole */
};

void valuation_sector(struct valuation_row *row, size_t n);

#endif
