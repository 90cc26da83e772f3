#include "jobs/engine/market_position.h"

#include "jobs/engine/metric_score.h"

enum { BUCKETS = 4 };

static const char *const summaries[MARKET_COUNT] = {
	[MARKET_AVERAGE] = "average",
	[MARKET_WEAK] = "weak",
	[MARKET_STRONG] = "strong",
	[MARKET_LEADER] = "leader",
};

const char *
market_summary_name(enum market_summary s)
{
	return summaries[s];
}

static enum market_summary
summary_of(double mean)
{
	if (mean >= 75)
		return MARKET_LEADER;
	if (mean >= 60)
		return MARKET_STRONG;
	return mean <= 25 ? MARKET_WEAK : MARKET_AVERAGE;
}

static enum benchmark_confidence
confidence_of(int used, int low)
{
	if (2 * low > used)
		return BENCHMARK_LOW;
	return low > 0 || used < 2 ? BENCHMARK_MEDIUM : BENCHMARK_HIGH;
}

void
market_position(const struct market_position_input *in, struct market_position *out)
{
	const struct {
		struct num value;
		enum metric metric;
		struct num *bucket;
	} side[BUCKETS] = {
		{ in->market_cap, METRIC_MARKET_CAP, &out->size },
		{ in->roic, METRIC_ROIC, &out->roic },
		{ in->operating_margin, METRIC_OPERATING_MARGIN, &out->margin },
		{ in->revenue_growth, METRIC_REVENUE_CAGR, &out->growth },
	};
	int used = 0, low = 0;
	double sum = 0;

	*out = (struct market_position){ .confidence = BENCHMARK_LOW };
	if (!in->sector || !*in->sector)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		const struct benchmark *b = benchmark_get(in->benchmarks, side[i].metric);

		*side[i].bucket = metric_bucket(side[i].value, b);
		if (!side[i].bucket->has)
			continue;
		sum += side[i].bucket->v;
		low += b->confidence == BENCHMARK_LOW;
		used++;
	}
	if (used == 0)
		return;
	out->computed = true;
	out->summary = summary_of(sum / used);
	out->confidence = confidence_of(used, low);
}
