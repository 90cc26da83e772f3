/* How a snapshot came to its figures: of each one the inputs, the percentiles of the group that it
 * was held against, and what was missing.  Taken from the engines' own inputs and results; nothing
 * is computed another way.  Pure: no I/O, no clock, no allocation. */
#ifndef FINTRA_JOBS_ENGINE_SNAPSHOT_TRACE_H
#define FINTRA_JOBS_ENGINE_SNAPSHOT_TRACE_H

#include "jobs/engine/snapshot.h"

/* Why a figure is absent: the first thing that was missing. */
enum absence {
	ABSENT_NOT,
	ABSENT_STATEMENT,
	ABSENT_FIGURE,
	ABSENT_BENCHMARKS,
	ABSENT_BENCHMARK,
	ABSENT_SAMPLE,
	ABSENT_POINTS,
	ABSENT_REQUIRED, /* one of the nine benchmarks of FGOS */
	ABSENT_METRICS,
	ABSENT_VALUATION,
	ABSENT_POSITIVE,
	ABSENT_MULTIPLES,
	ABSENT_WINDOW,
	ABSENT_BLOCKS,
	ABSENT_RANK,
	ABSENT_POSITION,
	ABSENT_RANKED_SCORE,
	ABSENT_INDUSTRY,
	ABSENT_YEARS,
	ABSENT_MOOD,
	ABSENT_DIVIDENDS,
	ABSENT_MARKET,
	ABSENCE_COUNT
};

const char *absence_code(enum absence a); /* "no_statement"; NULL for ABSENT_NOT; static, as next */
const char *absence_text(enum absence a); /* the same as a sentence */

/* A figure held against the percentiles of its group. */
struct metric_trace {
	enum metric metric;
	struct num value;
	const struct benchmark *benchmark; /* borrowed; NULL = there is not even a row */
	struct num percentile;		   /* FGOS: 10, 25, 50, 75, 90; multiples: 0..100 */
	bool inverted;			   /* less is better: the score is that of 100 less it */
	struct metric_score score;	   /* of FGOS only */
	struct num above_median; /* multiples: value / median less 1; the median above zero */
	enum absence absence;	 /* of the percentile */
};

struct component_trace {
	double weight; /* share among the components that are there; 0 = it is not */
	struct num score;
	size_t n;
	struct metric_trace metric[FGOS_METRICS_MAX];
	enum absence absence;
};

struct fgos_trace {
	struct component_trace component[FGOS_COMPONENTS];
	struct num base;		 /* sum of weight times score */
	struct num recombined;		 /* base rounded, after the brakes */
	bool lacking[METRIC_FGOS_COUNT]; /* benchmarks without which there is no score */
	enum absence absence;
};

struct valuation_trace {
	struct metric_trace multiple[VALUATION_MULTIPLES];
	struct num range;     /* of the percentiles; absent with fewer than two */
	enum absence absence; /* of the median */
};

/* `benchmarks`: what the lookup found, also when nothing of it counts (in->benchmarks is NULL
 * then).  Borrowed as long as *out is used. */
void fgos_trace(const struct snapshot_input *in, const struct snapshot *s,
		const struct benchmark_set *benchmarks, struct fgos_trace *out);
void valuation_trace(const struct snapshot *s, const struct benchmark_set *benchmarks,
		     struct valuation_trace *out);

#endif
