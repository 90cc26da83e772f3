/* The one statement behind performance_windows, shared by the daily job and its backfill. */
#ifndef FINTRA_JOBS_LAYER2_WINDOWS_MERGE_H
#define FINTRA_JOBS_LAYER2_WINDOWS_MERGE_H

#include "core/run.h"

struct windows_request {
	struct date as_of;     /* of the asset rows and of what is written */
	struct date benchmark; /* of the sector rows */
	struct date market;    /* of the SPY rows; DATE_NONE = no market rows */
	bool industry, inactive;
	const char *source;
	const char *ticker, *last; /* only this one; only up to that one; NULL = all */
};

struct windows_counts {
	int64_t prepared, changed, tickers, asset_rows;
	int64_t missing_asset, missing_sector, missing_benchmark, invalid;
};

/* Inside a transaction: inserts and updates, then looks at what is stored (guard G5); ERR_EMPTY
 * "no_windows_prepared" when nothing came of it. */
int windows_merge(struct job_ctx *c, const struct windows_request *q, struct windows_counts *n,
		  struct tally *t, struct err *e) MUST_CHECK;
/* Newest sector date on or before `as_of`, and the oldest after it; DATE_NONE where there is none.
 */
int windows_benchmarks(struct job_ctx *c, struct date as_of, struct date *before,
		       struct date *after, struct err *e) MUST_CHECK;
/* Date of the market's rows, at most max_age days older; DATE_NONE when it has none. */
int windows_market(struct job_ctx *c, struct date as_of, int64_t max_age, struct date *out,
		   struct err *e) MUST_CHECK;
/* ERR_EMPTY "empty_universe" when nobody is active; records the input.  With the parameter limit,
 * `last` becomes the ticker in that place, else "". */
int windows_universe(struct job_ctx *c, bool inactive, char last[32], struct err *e) MUST_CHECK;
/* Records the asset and sector rows read and the result fields. */
int windows_report(struct job_ctx *c, const struct windows_request *q,
		   const struct windows_counts *n, struct err *e) MUST_CHECK;

#endif
