/* A value against the percentiles of its group (engines.md 2.4).  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_METRIC_SCORE_H
#define FINTRA_JOBS_ENGINE_METRIC_SCORE_H

#include "jobs/engine/benchmark.h"

enum metric_order { MORE_IS_BETTER, LESS_IS_BETTER };

struct metric_score {
	bool has;	  /* false: the rest is not set */
	double raw;	  /* 10, 25, 50, 75 or 90 */
	double effective; /* raw as far as the benchmark can be trusted, 0..100 */
	double weight;	  /* 0..1; below 1 only with low confidence */
	int sample_size;
	bool low_confidence;
};

/* The bucket of a value, 10, 25, 50, 75 or 90; absent without value or benchmark, or when one of
 * its five points is missing.  b may be NULL. */
struct num metric_bucket(struct num value, const struct benchmark *b);
/* LESS_IS_BETTER takes 100 - raw before the confidence step. */
struct metric_score metric_score(struct num value, const struct benchmark *b,
				 enum metric_order order);
/* Less debt scores higher (engines.md 3.3); of every other metric more does. */
enum metric_order metric_order(enum metric m);

#endif
