/* One request (or a few) to the vendor per ticker, at the pace that its plan allows: what is done
 * is skipped on resume, what fails is counted and the next one goes on. */
#ifndef FINTRA_JOBS_BY_TICKER_H
#define FINTRA_JOBS_BY_TICKER_H

#include "core/map.h"
#include "core/run.h"

/* One ticker, its rows in a run_transaction() whose unit is the ticker. */
typedef int by_ticker_fn(void *arg, const char *ticker, struct err *e);

struct by_ticker {
	struct job_ctx *c;
	const struct map *tickers;
	by_ticker_fn *fn;
	void *arg;
	int requests; /* that fn makes per ticker; 0 = one */
	/* filled by by_ticker_run() */
	int64_t done, resumed, failed; /* of the tickers; `resumed` by an earlier epoch */
};

/* fmp.requests_per_min apart.  -1 when the run must end (asked to stop; trouble that the next
 * ticker would meet as well), or when none of the tickers succeeded: then with the first failure.
 * Else the failed ones are counted as errors. */
int by_ticker_run(struct by_ticker *b, struct err *e) MUST_CHECK;

#endif
