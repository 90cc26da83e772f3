/* The order of companies within their sector (engines.md 8.4): the rule that compute-ranks applies
 * set-wise.  Pure. */
#ifndef FINTRA_JOBS_ENGINE_SECTOR_RANK_H
#define FINTRA_JOBS_ENGINE_SECTOR_RANK_H

#include "core/num.h"
#include "jobs/engine/ifs.h"

struct rank_row {
	const char *ticker, *sector; /* borrowed; sector NULL or "" = none: not ranked */
	enum ifs_position position;  /* IFS_NONE: not ranked */
	int pressure;
	struct num score; /* FGOS; absent: not ranked */
	int rank, total;  /* out: from 1; 0 = not ranked */
};

/* Leaves the rows in order of sector and rank, those not ranked at the end. */
void sector_rank(struct rank_row *row, size_t n);

#endif
