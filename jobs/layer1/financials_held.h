/* Rows of statement files held in memory, those of one pass over the files. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_HELD_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_HELD_H

#include "jobs/layer1/financials_periods.h"

struct held { /* starts as {0} */
	VEC(struct filed) row;
	VEC(char *) block; /* their figures, so that none moves when more come */
	size_t used, size; /* of the last block, bytes */
};

void held_add(struct held *h, const struct filed *row); /* copies row->figures */
void held_join(struct held *to, struct held *from);	/* moves all rows; *from is empty after */
void held_sort(struct held *h);				/* companies one after the other */
/* The number of rows from row on that are of its company. */
size_t held_company(const struct filed *row, const struct filed *end);
void held_done(struct held *h);

#endif
