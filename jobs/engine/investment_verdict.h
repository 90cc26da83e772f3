/* Quality against price in one word: the verdict of older builds (engines.md 8.7).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_INVESTMENT_VERDICT_H
#define FINTRA_JOBS_ENGINE_INVESTMENT_VERDICT_H

#include "jobs/engine/figures.h"

enum price_view { PRICE_UNDERVALUED, PRICE_FAIR, PRICE_OVERVALUED, PRICE_VIEW_COUNT };

/* By the legacy status of valuation.h; -1 when it is none, as "pending". */
int price_view_find(const char *name);

struct investment_verdict {
	const char *verdict; /* static: "clear_opportunity", ... */
	enum trust category; /* of the score */
	enum trust confidence;
};

/* score: 0..100. */
void investment_verdict(double score, enum price_view price, struct investment_verdict *out);

#endif
