/* A multiple between the percentiles of its sector (engines.md 5.1).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_VALUATION_PERCENTILE_H
#define FINTRA_JOBS_ENGINE_VALUATION_PERCENTILE_H

#include "jobs/engine/benchmark.h"

/* 0..100 by interpolation, beyond the points by extrapolation; absent without a value or with fewer
 * than two points.  b may be NULL. */
struct num valuation_percentile(struct num value, const struct benchmark *b);

#endif
