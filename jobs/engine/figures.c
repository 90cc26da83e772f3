#include "jobs/engine/figures.h"

#include "core/str.h"

#include <math.h>
#include <stdlib.h>

double
half_up(double x)
{
	return floor(x + 0.5);
}

double
clamp_to(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

double
clamp_score(double x)
{
	return clamp_to(x, 0, 100);
}

double
mean_of(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return sum / (double)n;
}

double
deviation_of(const double *v, size_t n)
{
	double mean = mean_of(v, n), sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return sqrt(sum / (double)n);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
sort_of(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
}

double
median_of(double *v, size_t n)
{
	sort_of(v, n);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double
min_of(const double *v, size_t n)
{
	double m = v[0];

	for (size_t i = 1; i < n; i++)
		m = v[i] < m ? v[i] : m;
	return m;
}

double
max_of(const double *v, size_t n)
{
	double m = v[0];

	for (size_t i = 1; i < n; i++)
		m = v[i] > m ? v[i] : m;
	return m;
}

struct num
weighted_mean(const struct weighted *w, size_t n)
{
	double sum = 0, weights = 0;

	for (size_t i = 0; i < n; i++) {
		if (!w[i].v.has)
			continue;
		sum += w[i].weight * w[i].v.v;
		weights += w[i].weight;
	}
	return weights > 0 ? num_finite(sum / weights) : NUM_NONE;
}

void
codes_add(struct codes *c, const char *code)
{
	if (c->n < CODES_MAX)
		c->at[c->n++] = code;
}

static const char *const trusts[TRUST_COUNT] = {
	[TRUST_LOW] = "Low",
	[TRUST_MEDIUM] = "Medium",
	[TRUST_HIGH] = "High",
};

const char *
trust_name(enum trust t)
{
	return trusts[t];
}

int
trust_find(const char *name)
{
	for (int t = 0; t < TRUST_COUNT; t++)
		if (str_same(trusts[t], name))
			return t;
	return -1;
}

enum trust
trust_of(double percent)
{
	return percent < 40 ? TRUST_LOW : percent <= 70 ? TRUST_MEDIUM : TRUST_HIGH;
}

static const char *const degrees[DEGREE_COUNT] = {
	[DEGREE_LOW] = "low",
	[DEGREE_MEDIUM] = "medium",
	[DEGREE_HIGH] = "high",
};

const char *
degree_name(enum degree d)
{
	return degrees[d];
}
