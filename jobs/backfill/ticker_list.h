/* Which tickers a backfill by ticker is for: ticker=, tickers=, all= or, where the
 * job has it, restated=. */
#ifndef FINTRA_JOBS_BACKFILL_TICKER_LIST_H
#define FINTRA_JOBS_BACKFILL_TICKER_LIST_H

#include "core/map.h"
#include "core/run.h"

#define TICKER_LIST_PARAMS                                                                 \
	{ "tickers", PARAM_TEXT, NULL, NULL, "a file of tickers, or a comma list", 0, 0 }, \
		{ "all", PARAM_BOOL, NULL, "0", "every active stock, and SPY", 0, 0 },     \
	{                                                                                  \
		"restated", PARAM_BOOL, NULL, "0",                                         \
			"the tickers whose adjusted closes the vendor has restated", 0, 0  \
	}

/* Adds them to `out` in byte order, each once, at most `limit`.  ERR_USAGE when none or several of
 * the four are given, or naming what is no ticker. */
int ticker_list(struct job_ctx *c, struct map *out, struct err *e) MUST_CHECK;

#endif
