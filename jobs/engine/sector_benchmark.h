/* The benchmark of one metric in one group of companies, made from their values (engines.md 2.1).
 * Pure: no I/O, no clock; chance comes from the caller's seed alone. */
#ifndef FINTRA_JOBS_ENGINE_SECTOR_BENCHMARK_H
#define FINTRA_JOBS_ENGINE_SECTOR_BENCHMARK_H

#include "core/date.h"
#include "jobs/engine/benchmark.h"

#include <stddef.h>
#include <stdint.h>

struct sector_benchmark {
	struct benchmark points; /* order statistics: each is one of the values */
	struct num median, mean; /* with confidence low only; mean is stored as trimmed_mean */
	struct num mean_low, mean_high; /* likewise: where 90 % of the resampled means lie */
};

/* One text for one figure: the same rows give the same seed on every machine. */
uint64_t sector_benchmark_seed(const char *group, enum metric m, struct date day);
/* n finite values, which are left sorted.  False below BENCHMARK_SAMPLE_MIN: *out is not set. */
bool sector_benchmark(double *v, size_t n, uint64_t seed, struct sector_benchmark *out);

#endif
