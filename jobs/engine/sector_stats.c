#include "jobs/engine/sector_stats.h"

#include "jobs/engine/figures.h"

#include <math.h>

const enum metric sector_stats_metrics[SECTOR_STATS_METRICS] = {
	METRIC_REVENUE_CAGR, METRIC_EARNINGS_CAGR, METRIC_ROIC,		  METRIC_OPERATING_MARGIN,
	METRIC_NET_MARGIN,   METRIC_FCF_MARGIN,	   METRIC_DEBT_TO_EQUITY, METRIC_INTEREST_COVERAGE,
};

/* v is sorted. */
static struct num
percentile_cont(const double *v, size_t n, double q)
{
	double place = q * (double)(n - 1);
	size_t below = (size_t)floor(place), above = (size_t)ceil(place);

	return num_finite(v[below] + (place - (double)below) * (v[above] - v[below]));
}

void
sector_stats(double *v, size_t n, struct sector_stats *out)
{
	*out = (struct sector_stats){ .sample_size = (int)n };
	if (n == 0)
		return;
	sort_of(v, n);
	out->p10 = percentile_cont(v, n, 0.10);
	out->p25 = percentile_cont(v, n, 0.25);
	out->p50 = percentile_cont(v, n, 0.50);
	out->p75 = percentile_cont(v, n, 0.75);
	out->p90 = percentile_cont(v, n, 0.90);
	out->mean = num_finite(mean_of(v, n));
	if (n > 1)
		out->std_dev = num_finite(deviation_of(v, n) * sqrt((double)n / (double)(n - 1)));
}
