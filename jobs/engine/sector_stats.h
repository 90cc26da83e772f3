/* Statistics of one metric in one sector (engines.md 2.2): unlike a benchmark's, these percentiles
 * are interpolated.  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_SECTOR_STATS_H
#define FINTRA_JOBS_ENGINE_SECTOR_STATS_H

#include "jobs/engine/benchmark.h"

#include <stddef.h>

/* What there are statistics of (jobs.md 3.6). */
enum { SECTOR_STATS_METRICS = 8 };
extern const enum metric sector_stats_metrics[SECTOR_STATS_METRICS];

struct sector_stats {
	struct num p10, p25, p50, p75, p90; /* SQL's percentile_cont */
	struct num mean, std_dev;	    /* of the sample: divided by n - 1; absent for n = 1 */
	int sample_size;
};

/* n finite values, which are left sorted.  Without any all figures are absent. */
void sector_stats(double *v, size_t n, struct sector_stats *out);

#endif
