/* The bars of one ticker over years, fetched, judged and stored in one transaction: the unit of
 * backfill-ticker-full and of the reloads of prices-daily-bulk. */
#ifndef FINTRA_JOBS_BACKFILL_TICKER_HISTORY_H
#define FINTRA_JOBS_BACKFILL_TICKER_HISTORY_H

#include "core/run.h"

/* A difference of adjusted closes below this is noise of the vendor's arithmetic; the rounding of
 * both figures comes on top. */
#define RESTATED_BY "0.0000001"

struct ticker_history {
	const char *ticker;   /* borrowed; names the unit */
	struct date from, to; /* widened to what is stored when `whole` or the ticker is marked */
	bool whole;
	/* Set: bars stored from here on were read in this run and must agree with the history. */
	struct date agree_from;
	int64_t bars;	 /* out: read */
	char marks[200]; /* out: why the ticker was marked, "" = it was not */
};

/* A marked ticker whose whole stored range was read loses its marks in the same transaction.  A
 * part that turns out to be on another footing than the rest marks it. -1: nothing is changed. */
int ticker_history_load(struct job_ctx *c, struct ticker_history *t, struct err *e) MUST_CHECK;

#endif
