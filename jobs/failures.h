/* Failures of single items (tickers, filings): counted, logged, and told when they end the run. */
#ifndef FINTRA_JOBS_FAILURES_H
#define FINTRA_JOBS_FAILURES_H

#include "core/run.h"

struct failures {
	int64_t failed, in_a_row; /* the caller sets in_a_row to 0 after a success */
	struct err first;	  /* begins as ERR_INIT */
};

/* Counts and logs *e, which is wrapped with the item's name; true when the run must end with it. */
bool failures_note(struct job_ctx *c, struct failures *f, const char *item, struct err *e);
/* At the end: the first failure when nothing succeeded, else the failed ones are errors. */
int failures_conclude(struct job_ctx *c, const struct failures *f, int64_t good,
		      struct err *e) MUST_CHECK;

#endif
