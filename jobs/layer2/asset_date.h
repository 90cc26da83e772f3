/* ASSET_DATE (jobs.md 0.1): the market's newest date in datos_performance. */
#ifndef FINTRA_JOBS_LAYER2_ASSET_DATE_H
#define FINTRA_JOBS_LAYER2_ASSET_DATE_H

#include "core/job.h"

/* Newest performance_date <= upto over `windows` (NULL-terminated) that at least
 * asset_date_min_share of the best of the ten newest dates' tickers have: a few stale or foreign
 * tickers do not define it. *out = DATE_NONE when the table has none. */
int asset_date(const struct job_ctx *c, const char *const *windows, struct date upto,
	       struct date *out, struct err *e) MUST_CHECK;
/* asset_date() over the canonical windows; none is ERR_EMPTY naming the command that fills the
 * table. */
int asset_date_required(const struct job_ctx *c, struct date upto, struct date *out,
			struct err *e) MUST_CHECK;
/* That error by itself. */
int asset_date_none(struct date upto, struct err *e);
/* Records fintra_universe as an input of this run.  *active may be NULL. */
int asset_date_universe(struct job_ctx *c, int64_t *active, struct err *e) MUST_CHECK;

#endif
