#include "jobs/engine/percentile.h"

#include <stddef.h>

static const double percents[PERCENTILE_POINTS] = { 10, 25, 50, 75, 90 };

struct point {
	double percent, value;
};

/* By value; points of equal value keep the order of their percents. */
static size_t
sorted(const struct percentile_points *p, struct point out[PERCENTILE_POINTS])
{
	size_t n = 0;

	for (size_t i = 0; i < PERCENTILE_POINTS; i++) {
		size_t k = n;

		if (!p->at[i].has)
			continue;
		for (; k > 0 && out[k - 1].value > p->at[i].v; k--)
			out[k] = out[k - 1];
		out[k] = (struct point){ percents[i], p->at[i].v };
		n++;
	}
	return n;
}

/* The segment that holds the value; the outer ones reach beyond their ends. */
static size_t
segment(double value, const struct point *at, size_t n)
{
	size_t i = 0;

	if (value <= at[0].value)
		return 0;
	if (value >= at[n - 1].value)
		return n - 2;
	while (value > at[i + 1].value)
		i++;
	return i;
}

struct num
percentile_of(double value, const struct percentile_points *p)
{
	struct point at[PERCENTILE_POINTS];
	size_t n = sorted(p, at);

	if (n < 2)
		return NUM_NONE;
	const struct point *a = &at[segment(value, at, n)], *b = a + 1;
	double v = a->percent;

	if (a->value != b->value)
		v += (value - a->value) * (b->percent - a->percent) / (b->value - a->value);
	return NUM(v < 0 ? 0 : v > 100 ? 100 : v);
}
