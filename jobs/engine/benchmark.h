/* Benchmarks of a group of companies: five percentiles of a metric, and how far they can be trusted
 * (engines.md 2.1-2.3).  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_BENCHMARK_H
#define FINTRA_JOBS_ENGINE_BENCHMARK_H

#include "core/date.h"
#include "core/num.h"

enum metric {
	METRIC_REVENUE_CAGR,
	METRIC_EARNINGS_CAGR,
	METRIC_FCF_CAGR,
	METRIC_ROIC,
	METRIC_OPERATING_MARGIN,
	METRIC_NET_MARGIN,
	METRIC_FCF_MARGIN,
	METRIC_DEBT_TO_EQUITY,
	METRIC_INTEREST_COVERAGE,
	METRIC_FGOS_COUNT, /* FGOS needs the nine before it */
	METRIC_PE_RATIO = METRIC_FGOS_COUNT,
	METRIC_EV_EBITDA,
	METRIC_PRICE_TO_FCF,
	METRIC_COUNT, /* the twelve that are stored */
	/* Looked up, though no job of this build stores them. */
	METRIC_GROSS_MARGIN = METRIC_COUNT,
	METRIC_MARKET_CAP,
	METRIC_ALL
};

const char *metric_name(enum metric m); /* its column: "revenue_cagr" */
int metric_find(const char *name);	/* -1 when it is none */

enum benchmark_confidence {
	BENCHMARK_NONE, /* not known */
	BENCHMARK_LOW,
	BENCHMARK_MEDIUM,
	BENCHMARK_HIGH,
	BENCHMARK_CONFIDENCE_COUNT
};

const char *benchmark_confidence_name(enum benchmark_confidence c);    /* "none", "low" .. "high" */
enum benchmark_confidence benchmark_confidence_find(const char *name); /* BENCHMARK_NONE if none */

enum { BENCHMARK_SAMPLE_MIN = 3 }; /* a row with fewer values is no benchmark */

struct benchmark {
	struct num p10, p25, p50, p75, p90;
	int sample_size; /* 0 = not known */
	enum benchmark_confidence confidence;
};

/* What was found for one group on one date. */
struct benchmark_set {
	bool has[METRIC_ALL];
	struct benchmark of[METRIC_ALL]; /* without `has`: a row of too few values, or none */
	struct date date;		 /* of the rows, DATE_NONE = no date had any */
	bool general;			 /* the group itself had none: those of General */
};

/* NULL when there is none; set may be NULL.  Borrowed from set. */
const struct benchmark *benchmark_get(const struct benchmark_set *set, enum metric m);
void benchmark_put(struct benchmark_set *set, enum metric m, const struct benchmark *b);
/* Some benchmark of the set has confidence low. */
bool benchmark_any_low(const struct benchmark_set *set);

#endif
