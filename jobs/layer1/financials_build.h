/* From statement files to rows of datos_financieros: one fiscal period of all companies, or the
 * trailing twelve months of each, in one transaction.  Memory has a bound whatever the files hold:
 * they are read as often as it takes, each time for some of the companies. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_BUILD_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_BUILD_H

#include "core/map.h"
#include "jobs/layer1/financials_files.h"
#include "jobs/layer1/financials_refused.h"

struct build {
	struct job_ctx *c;
	const struct statement_files *files;
	const struct map *universe; /* tickers, upper case */
	unsigned char *built;	    /* per ticker of the universe: something was built */
	int64_t fy, q, ttm;	    /* rows built */
	int64_t rows, complete;	    /* income rows kept, and with all three statements */
	struct refused refused;	    /* rows of all files */
};

/* A period that is stored changes only if the year may still change or `force` is given.  Writes
 * nothing when the period has no income file. */
int build_period(struct build *b, int year, int period, struct err *e) MUST_CHECK;
/* After all periods: the four newest quarters of each company. */
int build_ttm(struct build *b, struct err *e) MUST_CHECK;

#endif
