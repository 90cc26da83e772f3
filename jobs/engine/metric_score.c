#include "jobs/engine/metric_score.h"

#include <stddef.h>

enum { SAMPLE_FULL = 20 };

#define MEDIUM_FACTOR 0.95

struct num
metric_bucket(struct num value, const struct benchmark *b)
{
	const struct {
		struct num edge;
		double raw;
	} step[] = { { b ? b->p10 : NUM_NONE, 10 },
		     { b ? b->p25 : NUM_NONE, 25 },
		     { b ? b->p50 : NUM_NONE, 50 },
		     { b ? b->p75 : NUM_NONE, 75 } };

	if (!value.has || !b || !b->p90.has)
		return NUM_NONE;
	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++)
		if (!step[i].edge.has)
			return NUM_NONE;
	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++)
		if (value.v <= step[i].edge.v)
			return NUM(step[i].raw);
	return NUM(90);
}

/* With few companies in the sample the score is pulled towards the middle. */
static void
weigh_low(struct metric_score *s, int sample)
{
	double w = (double)sample / SAMPLE_FULL;

	s->weight = w < 0 ? 0 : w > 1 ? 1 : w;
	s->effective = s->raw * s->weight + 50 * (1 - s->weight);
	s->sample_size = sample;
	s->low_confidence = true;
}

struct metric_score
metric_score(struct num value, const struct benchmark *b, enum metric_order order)
{
	struct num raw = metric_bucket(value, b);
	struct metric_score s = { .has = raw.has };

	if (!raw.has)
		return s;
	s.raw = order == LESS_IS_BETTER ? 100 - raw.v : raw.v;
	if (b->confidence == BENCHMARK_LOW) {
		weigh_low(&s, b->sample_size);
		return s;
	}
	s.effective = b->confidence == BENCHMARK_MEDIUM ? MEDIUM_FACTOR * s.raw : s.raw;
	s.weight = 1;
	s.sample_size = b->sample_size > 0 ? b->sample_size : SAMPLE_FULL;
	return s;
}

enum metric_order
metric_order(enum metric m)
{
	return m == METRIC_DEBT_TO_EQUITY ? LESS_IS_BETTER : MORE_IS_BETTER;
}
