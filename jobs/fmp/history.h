/* historical-price-eod: the bars of one ticker over years (fmp.md 6). */
#ifndef FINTRA_JOBS_FMP_HISTORY_H
#define FINTRA_JOBS_FMP_HISTORY_H

#include "core/run.h"

struct history_bar {
	double open, high, low, close, adj_close;
	int64_t volume; /* 0 = no bar that day */
};

struct history {
	struct date from;
	size_t days;
	struct history_bar *at; /* owned: history_done(); of from + i days */
	int64_t bars, repeated;
	bool unadjusted; /* the vendor has no adjusted series: adj_close is the close */
};

/* Bars of `ticker` from..to, judged as those of eod-bulk.  *t gets the rows read and rejected, and
 * as skipped those that a later row of the same date replaced.  history_done() in any case. */
int history_fetch(struct job_ctx *c, const char *ticker, struct date from, struct date to,
		  struct history *out, struct tally *t, struct err *e) MUST_CHECK;
void history_done(struct history *h);

#endif
