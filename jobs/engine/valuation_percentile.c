#include "jobs/engine/valuation_percentile.h"

#include "jobs/engine/figures.h"

enum { POINTS = 5 };

struct point {
	double value, percentile;
};

/* The points that are there by value; equal values stay in order of percentile. */
static size_t
collect(const struct benchmark *b, struct point out[POINTS])
{
	const struct {
		struct num value;
		double percentile;
	} all[POINTS] = {
		{ b->p10, 10 }, { b->p25, 25 }, { b->p50, 50 }, { b->p75, 75 }, { b->p90, 90 }
	};
	size_t n = 0;

	for (size_t i = 0; i < POINTS; i++) {
		size_t at = n;

		if (!all[i].value.has)
			continue;
		for (; at > 0 && out[at - 1].value > all[i].value.v; at--)
			out[at] = out[at - 1];
		out[at] = (struct point){ all[i].value.v, all[i].percentile };
		n++;
	}
	return n;
}

static size_t
segment_of(double v, const struct point *p, size_t n)
{
	if (v <= p[0].value)
		return 0;
	if (v >= p[n - 1].value)
		return n - 2;
	for (size_t i = 0; i < n - 2; i++)
		if (p[i].value <= v && v <= p[i + 1].value)
			return i;
	return n - 2;
}

struct num
valuation_percentile(struct num value, const struct benchmark *b)
{
	struct point p[POINTS];
	size_t n = b ? collect(b, p) : 0, i;
	double at;

	if (!value.has || n < 2)
		return NUM_NONE;
	i = segment_of(value.v, p, n);
	at = p[i].percentile;
	if (p[i].value != p[i + 1].value)
		at = p[i].percentile + (value.v - p[i].value) *
					       (p[i + 1].percentile - p[i].percentile) /
					       (p[i + 1].value - p[i].value);
	at = clamp_score(at);
	return num_finite(at);
}
