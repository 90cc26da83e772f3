#include "jobs/engine/benchmark.h"

#include "core/str.h"

static const char *const metrics[METRIC_ALL] = {
	[METRIC_REVENUE_CAGR] = "revenue_cagr",
	[METRIC_EARNINGS_CAGR] = "earnings_cagr",
	[METRIC_FCF_CAGR] = "fcf_cagr",
	[METRIC_ROIC] = "roic",
	[METRIC_OPERATING_MARGIN] = "operating_margin",
	[METRIC_NET_MARGIN] = "net_margin",
	[METRIC_FCF_MARGIN] = "fcf_margin",
	[METRIC_DEBT_TO_EQUITY] = "debt_to_equity",
	[METRIC_INTEREST_COVERAGE] = "interest_coverage",
	[METRIC_PE_RATIO] = "pe_ratio",
	[METRIC_EV_EBITDA] = "ev_ebitda",
	[METRIC_PRICE_TO_FCF] = "price_to_fcf",
	[METRIC_GROSS_MARGIN] = "gross_margin",
	[METRIC_MARKET_CAP] = "market_cap",
};

static const char *const confidences[BENCHMARK_CONFIDENCE_COUNT] = {
	[BENCHMARK_NONE] = "none",
	[BENCHMARK_LOW] = "low",
	[BENCHMARK_MEDIUM] = "medium",
	[BENCHMARK_HIGH] = "high",
};

const char *
metric_name(enum metric m)
{
	return metrics[m];
}

int
metric_find(const char *name)
{
	for (int m = 0; m < METRIC_ALL; m++)
		if (str_same(metrics[m], name))
			return m;
	return -1;
}

const char *
benchmark_confidence_name(enum benchmark_confidence c)
{
	return confidences[c];
}

enum benchmark_confidence
benchmark_confidence_find(const char *name)
{
	for (int c = 0; c < BENCHMARK_CONFIDENCE_COUNT; c++)
		if (str_same(confidences[c], name))
			return (enum benchmark_confidence)c;
	return BENCHMARK_NONE;
}

const struct benchmark *
benchmark_get(const struct benchmark_set *set, enum metric m)
{
	return set && set->has[m] ? &set->of[m] : NULL;
}

void
benchmark_put(struct benchmark_set *set, enum metric m, const struct benchmark *b)
{
	set->has[m] = true;
	set->of[m] = *b;
}

bool
benchmark_any_low(const struct benchmark_set *set)
{
	for (int m = 0; set && m < METRIC_ALL; m++)
		if (set->has[m] && set->of[m].confidence == BENCHMARK_LOW)
			return true;
	return false;
}
