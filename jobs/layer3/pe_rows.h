/* Median price-earnings ratios of sectors and industries (jobs.md 2.19, 2.20). */
#ifndef FINTRA_JOBS_LAYER3_PE_ROWS_H
#define FINTRA_JOBS_LAYER3_PE_ROWS_H

#include "core/run.h"

struct pe_kind {
	const char *group, *groups; /* "a sector", "sectors" */
	const char *table;
	enum query write; /* arguments and result: queries/pe_rows.sql */
	int least;	  /* tickers with a positive ratio that make a row */
};

/* The whole job: one statement on the newest valuations up to the as-of date.  ERR_EMPTY when there
 * are none. */
int pe_rows_run(struct job_ctx *c, const struct pe_kind *kind, struct err *e) MUST_CHECK;

#endif
