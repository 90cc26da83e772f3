/* How dear a company is within its sector (engines.md 5.2).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_VALUATION_H
#define FINTRA_JOBS_ENGINE_VALUATION_H

#include "jobs/engine/benchmark.h"
#include "jobs/engine/context.h"
#include "jobs/engine/figures.h"

enum valuation_stage {
	VALUATION_STAGE_PENDING,
	VALUATION_STAGE_PARTIAL,
	VALUATION_STAGE_COMPUTED,
	VALUATION_STAGE_COUNT
};

enum valuation_status {
	VALUATION_PENDING,
	VALUATION_DESCRIPTIVE_ONLY,
	VALUATION_VERY_CHEAP,
	VALUATION_CHEAP,
	VALUATION_FAIR,
	VALUATION_EXPENSIVE,
	VALUATION_VERY_EXPENSIVE,
	VALUATION_POTENTIALLY_CHEAP,
	VALUATION_POTENTIALLY_EXPENSIVE,
	VALUATION_STATUS_COUNT
};

enum { VALUATION_MULTIPLES = 3 }; /* METRIC_PE_RATIO and the two after it */

struct valuation_input {
	struct num multiple[VALUATION_MULTIPLES]; /* pe_ratio, ev_ebitda, price_to_fcf */
	const struct benchmark_set *benchmarks;	  /* may be NULL */
	enum maturity maturity;			  /* MATURITY_NONE = no context */
	struct horizons dominant;
};

struct valuation {
	enum valuation_stage stage;
	enum valuation_status status; /* canonical */
	double confidence;	      /* percent */
	enum trust confidence_label;
	int valid;				    /* percentiles that were found */
	struct num multiple[VALUATION_MULTIPLES];   /* absent unless above zero */
	struct num percentile[VALUATION_MULTIPLES]; /* in the sector, 0..100 */
	struct num median;			    /* of them; absent with fewer than two */
};

void valuation(const struct valuation_input *in, struct valuation *out);

const char *valuation_stage_name(enum valuation_stage s);     /* "pending", ... */
const char *valuation_status_name(enum valuation_status s);   /* "very_cheap_sector", ... */
const char *valuation_legacy_status(enum valuation_status s); /* "undervalued", ... */
struct num valuation_legacy_score(enum valuation_status s);   /* 80, 50, 20; absent if pending */

#endif
