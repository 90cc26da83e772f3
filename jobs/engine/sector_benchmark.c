#include "jobs/engine/sector_benchmark.h"

#include "jobs/engine/figures.h"

#include <math.h>
#include <string.h>

enum { FEW = 10, ENOUGH = 20, RESAMPLES = 500 };

/* FNV-1a. */
static uint64_t
mix(uint64_t h, const char *text)
{
	size_t n = strlen(text) + 1;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return h;
}

uint64_t
sector_benchmark_seed(const char *group, enum metric m, struct date day)
{
	char date[DATE_BUF];
	uint64_t h = mix(UINT64_C(0xcbf29ce484222325), group);

	return mix(mix(h, metric_name(m)), date_iso(day, date));
}

/* splitmix64: good enough for 500 means, and the same everywhere. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double
at_share(const double *v, size_t n, double q)
{
	return v[(size_t)floor(q * (double)(n - 1))];
}

static void
resample(const double *v, size_t n, uint64_t seed, struct sector_benchmark *out)
{
	double mean[RESAMPLES], drawn[FEW];

	for (int i = 0; i < RESAMPLES; i++) {
		for (size_t k = 0; k < n; k++)
			drawn[k] = v[draw(&seed) % n];
		mean[i] = mean_of(drawn, n);
	}
	sort_of(mean, RESAMPLES);
	out->mean_low = NUM(at_share(mean, RESAMPLES, 0.05));
	out->mean_high = NUM(at_share(mean, RESAMPLES, 0.95));
}

static enum benchmark_confidence
confidence_of(size_t n)
{
	return n < FEW ? BENCHMARK_LOW : n < ENOUGH ? BENCHMARK_MEDIUM : BENCHMARK_HIGH;
}

bool
sector_benchmark(double *v, size_t n, uint64_t seed, struct sector_benchmark *out)
{
	if (n < BENCHMARK_SAMPLE_MIN)
		return false;
	sort_of(v, n);
	*out = (struct sector_benchmark){ .points = { .p10 = NUM(at_share(v, n, 0.10)),
						      .p25 = NUM(at_share(v, n, 0.25)),
						      .p50 = NUM(at_share(v, n, 0.50)),
						      .p75 = NUM(at_share(v, n, 0.75)),
						      .p90 = NUM(at_share(v, n, 0.90)),
						      .sample_size = (int)n,
						      .confidence = confidence_of(n) } };
	if (n >= FEW)
		return true;
	/* Of fewer than ten values a tenth at each end is none: the trimmed mean is the mean. */
	out->median = out->points.p50;
	out->mean = NUM(mean_of(v, n));
	resample(v, n, seed, out);
	return true;
}
