#include "jobs/engine/valuation.h"

#include "jobs/engine/valuation_percentile.h"

#include <string.h>

enum { PENALTY_MAX = 20 }; /* of a young company: more disagreement says nothing */

static const char *const stages[VALUATION_STAGE_COUNT] = {
	[VALUATION_STAGE_PENDING] = "pending",
	[VALUATION_STAGE_PARTIAL] = "partial",
	[VALUATION_STAGE_COMPUTED] = "computed",
};

enum legacy { LEGACY_PENDING, LEGACY_UNDERVALUED, LEGACY_FAIR, LEGACY_OVERVALUED };

static const struct {
	const char *status;
	struct num score;
} legacies[] = {
	[LEGACY_PENDING] = { "pending", { 0, false } },
	[LEGACY_UNDERVALUED] = { "undervalued", { 80, true } },
	[LEGACY_FAIR] = { "fair", { 50, true } },
	[LEGACY_OVERVALUED] = { "overvalued", { 20, true } },
};

static const struct {
	const char *name;
	enum legacy legacy;
} statuses[VALUATION_STATUS_COUNT] = {
	[VALUATION_PENDING] = { "pending", LEGACY_PENDING },
	[VALUATION_DESCRIPTIVE_ONLY] = { "descriptive_only", LEGACY_PENDING },
	[VALUATION_VERY_CHEAP] = { "very_cheap_sector", LEGACY_UNDERVALUED },
	[VALUATION_CHEAP] = { "cheap_sector", LEGACY_UNDERVALUED },
	[VALUATION_FAIR] = { "fair_sector", LEGACY_FAIR },
	[VALUATION_EXPENSIVE] = { "expensive_sector", LEGACY_OVERVALUED },
	[VALUATION_VERY_EXPENSIVE] = { "very_expensive_sector", LEGACY_OVERVALUED },
	[VALUATION_POTENTIALLY_CHEAP] = { "potentially_cheap", LEGACY_UNDERVALUED },
	[VALUATION_POTENTIALLY_EXPENSIVE] = { "potentially_expensive", LEGACY_OVERVALUED },
};

const char *
valuation_stage_name(enum valuation_stage s)
{
	return stages[s];
}

const char *
valuation_status_name(enum valuation_status s)
{
	return statuses[s].name;
}

const char *
valuation_legacy_status(enum valuation_status s)
{
	return legacies[statuses[s].legacy].status;
}

struct num
valuation_legacy_score(enum valuation_status s)
{
	return legacies[statuses[s].legacy].score;
}

/* The percentiles that were found, into p[]; their number. */
static size_t
rank_multiples(const struct valuation_input *in, struct valuation *out,
	       double p[VALUATION_MULTIPLES])
{
	size_t n = 0;

	for (int i = 0; i < VALUATION_MULTIPLES; i++) {
		enum metric m = (enum metric)(METRIC_PE_RATIO + i);

		if (!in->multiple[i].has || in->multiple[i].v <= 0)
			continue;
		out->multiple[i] = in->multiple[i];
		out->percentile[i] =
			valuation_percentile(in->multiple[i], benchmark_get(in->benchmarks, m));
		if (out->percentile[i].has)
			p[n++] = out->percentile[i].v;
	}
	return n;
}

static enum valuation_status
canonical(double median)
{
	if (median <= 20)
		return VALUATION_VERY_CHEAP;
	if (median <= 40)
		return VALUATION_CHEAP;
	if (median <= 60)
		return VALUATION_FAIR;
	return median < 80 ? VALUATION_EXPENSIVE : VALUATION_VERY_EXPENSIVE;
}

/* A company with few years behind it gets a guarded word, or none. */
static void
guard_developing(const struct horizons *dominant, double penalty, struct valuation *out)
{
	int years[HORIZON_YEARS_MAX];

	if (!out->median.has || penalty >= PENALTY_MAX || horizons_years(dominant, years) == 0) {
		out->status = VALUATION_PENDING;
		out->stage = VALUATION_STAGE_PENDING;
		return;
	}
	out->status = out->median.v <= 40   ? VALUATION_POTENTIALLY_CHEAP
		      : out->median.v >= 60 ? VALUATION_POTENTIALLY_EXPENSIVE
					    : VALUATION_FAIR;
	if (out->confidence_label == TRUST_HIGH)
		out->confidence_label = TRUST_MEDIUM;
}

void
valuation(const struct valuation_input *in, struct valuation *out)
{
	double p[VALUATION_MULTIPLES], penalty = 0;
	size_t n;

	memset(out, 0, sizeof(*out));
	n = rank_multiples(in, out, p);
	out->valid = (int)n;
	if (n >= 2) {
		out->stage = n == VALUATION_MULTIPLES ? VALUATION_STAGE_COMPUTED
						      : VALUATION_STAGE_PARTIAL;
		penalty = half_up(40 * (max_of(p, n) - min_of(p, n)) / 100);
		out->median = NUM(median_of(p, n));
		out->status = canonical(out->median.v);
	}
	out->confidence = clamp_score(half_up(100 * (double)n / VALUATION_MULTIPLES) - penalty);
	out->confidence_label = trust_of(out->confidence);
	if (in->maturity == MATURITY_EARLY)
		out->status = VALUATION_DESCRIPTIVE_ONLY;
	else if (in->maturity == MATURITY_DEVELOPING)
		guard_developing(&in->dominant, penalty, out);
}
