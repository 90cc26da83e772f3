/* One ticker through all layers: the sections of the catalogue, read once, as text and as JSON.
 * Reads only; the thread is that of the connection. */
#ifndef FINTRA_CORE_TICKER_H
#define FINTRA_CORE_TICKER_H

#include "core/job.h"
#include "core/report.h"

enum { TICKER_MAX = 20 };

struct ticker_look {
	struct report text;
	struct json *json; /* {"v","ticker","as_of", one member for each section} */
};

/* Upper case, as all tickers are.  ERR_USAGE when it cannot be one. */
int ticker_symbol(const char *word, char out[TICKER_MAX + 1], struct err *e) MUST_CHECK;
/* *out is owned: ticker_look_done(), also after a failure.  ERR_USAGE with the nearest name when
 * there is no such ticker.  A section that this database cannot answer is told as unknown, null. */
int ticker_look(const struct catalogue *cat, const struct ticker_ask *ask, struct ticker_look *out,
		struct err *e) MUST_CHECK;
void ticker_look_done(struct ticker_look *l);

#endif
