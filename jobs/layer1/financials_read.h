/* Reading the statement files of one unit, a thread per kind of statement: reading is nothing but
 * computing, and the server has nothing to do meanwhile. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_READ_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_READ_H

#include "core/map.h"
#include "jobs/layer1/financials_files.h"
#include "jobs/layer1/financials_held.h"
#include "jobs/layer1/financials_refused.h"

struct reading { /* what is read; all of it is borrowed and must not change meanwhile */
	struct job_ctx *c;
	const struct statement_files *files;
	const struct map *universe;
	int year, period;	   /* year 0: all quarters and the trailing metrics */
	const unsigned char *lack; /* per company whether it lacks the period; NULL: all of them */
	size_t from, to; /* only these are held, by their number in the universe, without `to` */
};

struct read_counts {
	int64_t at[STATEMENT_KINDS]; /* rows read per kind */
	int64_t kept;		     /* income rows of companies that are asked for */
	int64_t foreign;	     /* rows of others, and older quarters than are needed */
	int64_t refused;
};

/* Called on the run's thread, returns when all threads have ended.  Rows go to *held kind by kind;
 * counts and refused rows are added, the same whatever the threads' order.  A file that is not
 * there has no rows.  -1: the error of the first kind that failed, or ERR_CANCELLED. */
int financials_read(const struct reading *r, struct held *held, struct read_counts *counts,
		    struct refused *refused, struct err *e) MUST_CHECK;

#endif
