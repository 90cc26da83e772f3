/* What the market pays now against what it paid before (engines.md 9.1).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_SENTIMENT_H
#define FINTRA_JOBS_ENGINE_SENTIMENT_H

#include "jobs/engine/figures.h"

enum multiple {
	MULTIPLE_PE_RATIO,
	MULTIPLE_EV_EBITDA,
	MULTIPLE_PRICE_TO_FCF,
	MULTIPLE_PRICE_TO_SALES,
	MULTIPLE_COUNT
};

const char *multiple_name(enum multiple m); /* its column: "pe_ratio" */

/* The TTM valuation of a company at or before a date. */
struct multiples {
	bool has; /* there is a row */
	struct num v[MULTIPLE_COUNT];
};

enum { SENTIMENT_NOW, SENTIMENT_Y1, SENTIMENT_Y3, SENTIMENT_Y5, SENTIMENT_DATES };

enum sentiment_band {
	SENTIMENT_NONE,
	SENTIMENT_PESSIMISTIC,
	SENTIMENT_NEUTRAL,
	SENTIMENT_OPTIMISTIC,
	SENTIMENT_BAND_COUNT
};
enum sentiment_status {
	SENTIMENT_PENDING,
	SENTIMENT_PARTIAL,
	SENTIMENT_COMPUTED,
	SENTIMENT_STATUS_COUNT
};

const char *sentiment_band_name(enum sentiment_band b); /* NULL for NONE */
enum sentiment_band sentiment_band_find(const char *name);
const char *sentiment_status_name(enum sentiment_status s);

struct sentiment {
	enum sentiment_status status; /* pending: everything else is absent */
	struct num value, confidence; /* 0..100, whole */
	enum sentiment_band band;
	struct num relative_deviation;		       /* mean of (now - then) / then */
	struct num directional_consistency, intensity; /* 0..100, whole */
};

/* at[]: now, and one, three and five years ago. */
void sentiment(const struct multiples at[SENTIMENT_DATES], struct sentiment *out);

#endif
