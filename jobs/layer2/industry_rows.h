/* What the two industry jobs share: the walk over their dates, mean returns of industries, and
 * where daily rows lie: industry_performance_daily where that table exists, else
 * industry_performance with window 1D. */
#ifndef FINTRA_JOBS_LAYER2_INDUSTRY_ROWS_H
#define FINTRA_JOBS_LAYER2_INDUSTRY_ROWS_H

#include "jobs/layer2/group_windows.h"
#include "jobs/layer2/range.h"

struct industry_counts {
	int64_t asset_rows, dropped; /* returns of tickers; beyond the cap */
	int64_t days;		     /* daily rows compounded */
	int64_t industries;	     /* seen */
	int64_t windows, gaps;	     /* wanted windows with a value, and without */
	int64_t changed;	     /* rows inserted or updated */
};

struct industry_run {
	/* Set by the job. */
	struct job_ctx *c;
	bool daily; /* what it writes is of window 1D */
	int (*find)(void *run, struct date as_of, struct date *day, struct err *e);
	/* Fills g with the values of run->day and counts what it read. */
	int (*fill)(struct industry_run *run, struct group_windows *g, struct err *e);

	bool daily_table; /* industry_performance_daily exists */
	char cap[NUM_BUF], now[NUM_BUF];
	struct range asof;
	struct date day;	    /* at work; in the end the last one, DATE_NONE = none */
	struct industry_counts one; /* of `day` */
	struct industry_counts all; /* of all days; industries of the last one */
	bool resumed;		    /* an earlier epoch has written some */
};

/* Finds, fills and writes each date of the run's range, one unit each.  industry_run_done() in any
 * case. */
int industry_run_each(struct industry_run *r, struct err *e) MUST_CHECK;
void industry_run_done(struct industry_run *r);

/* Table of the daily rows. */
const char *industry_daily_table(const struct industry_run *r);
/* Newest date with daily rows up to `upto`; DATE_NONE when there is none. */
int industry_daily_newest(struct industry_run *r, struct date upto, struct date *out,
			  struct err *e) MUST_CHECK;
/* Equal-weight mean of each industry and window (NULL-terminated) at run->day, into g. */
int industry_means(struct industry_run *r, const char *const *windows, struct group_windows *g,
		   struct err *e) MUST_CHECK;
/* Adds the industries that have had a daily row lately, and fills g's gaps by compounding. */
int industry_compound(struct industry_run *r, struct group_windows *g, struct err *e) MUST_CHECK;

#endif
