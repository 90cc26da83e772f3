/* What the two jobs of filings share: storing rows, reading documents. */
#ifndef FINTRA_JOBS_LAYER1_SEC_STORE_H
#define FINTRA_JOBS_LAYER1_SEC_STORE_H

#include "jobs/failures.h"
#include "jobs/fmp/filings.h"

/* Filings into sec_filings, inside the present transaction; fiscal_year 0 = unknown. */
int sec_filings_store(struct job_ctx *c, const struct filing *const *filings, size_t n,
		      int fiscal_year, bool parsed, struct tally *t, struct err *e) MUST_CHECK;
/* The document's words.  ERR_DATA and the like: this one cannot be had. */
int sec_document(struct job_ctx *c, const char *link, struct str *plain, struct err *e) MUST_CHECK;
/* Says what is missing for the host of the documents. */
void sec_warn_agent(struct job_ctx *c);

/* A unit without rows of its own: a decision that a resumed run must not take again. */
int sec_decide(struct job_ctx *c, const char *unit, const struct tally *t,
	       struct err *e) MUST_CHECK;

#endif
