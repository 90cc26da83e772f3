/* ACTIVE_STOCKS (jobs.md 0.1), and those of them that a run is for. */
#ifndef FINTRA_JOBS_ACTIVE_STOCKS_H
#define FINTRA_JOBS_ACTIVE_STOCKS_H

#include "core/map.h"
#include "core/run.h"

struct active_stocks {
	struct map *all;   /* owned: active_stocks_done(); every active stock, in byte order */
	struct map *asked; /* owned: those of `ticker` and `limit`, in byte order */
};

/* ERR_EMPTY when there is none, or when `ticker` is none of them. */
int active_stocks_read(struct job_ctx *c, struct active_stocks *s, struct err *e) MUST_CHECK;
void active_stocks_done(struct active_stocks *s);

#endif
