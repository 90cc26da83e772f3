#include "jobs/engine/fgos.h"

#include <string.h>

const struct fgos_component fgos_components[FGOS_COMPONENTS] = {
	[FGOS_GROWTH] = { 0.25, 3, { METRIC_REVENUE_CAGR, METRIC_EARNINGS_CAGR, METRIC_FCF_CAGR } },
	[FGOS_PROFITABILITY] = { 0.30,
				 3,
				 { METRIC_ROIC, METRIC_OPERATING_MARGIN, METRIC_NET_MARGIN } },
	[FGOS_EFFICIENCY] = { 0.20, 2, { METRIC_ROIC, METRIC_FCF_MARGIN } },
	[FGOS_SOLVENCY] = { 0.25, 2, { METRIC_DEBT_TO_EQUITY, METRIC_INTEREST_COVERAGE } },
};

static const char *const dimensions[FGOS_DIMENSIONS] = {
	[FGOS_GROWTH] = "growth",
	[FGOS_PROFITABILITY] = "profitability",
	[FGOS_EFFICIENCY] = "efficiency",
	[FGOS_SOLVENCY] = "solvency",
	[FGOS_MOAT] = "moat",
	[FGOS_SENTIMENT] = "sentiment",
};

static const char *const categories[FGOS_CATEGORY_COUNT] = {
	[FGOS_PENDING] = "Pending",
	[FGOS_LOW] = "Low",
	[FGOS_MEDIUM] = "Medium",
	[FGOS_HIGH] = "High",
};

const char *
fgos_dimension_name(enum fgos_dimension d)
{
	return dimensions[d];
}

const char *
fgos_category_name(enum fgos_category c)
{
	return categories[c];
}

const char *
fgos_status_name(const struct fgos *f)
{
	return f->incomplete ? "Incomplete" : "partial";
}

static bool
can_score(const struct fgos_input *in)
{
	if (!in->sector || !*in->sector)
		return false;
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		if (!benchmark_get(in->benchmarks, (enum metric)m))
			return false;
	return true;
}

static void
score_component(const struct fgos_component *c, const struct metric_score *metric, struct num *out,
		struct fgos_impact *impact)
{
	struct fgos_impact sum = { false, 0, 0, 0, 0 };
	int n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct metric_score *s = &metric[c->metric[i]];

		if (!s->has)
			continue;
		sum.has = sum.has || s->low_confidence;
		sum.raw += s->raw;
		sum.effective += s->effective;
		if (n == 0 || s->sample_size < sum.sample_size)
			sum.sample_size = s->sample_size;
		if (n == 0 || s->weight < sum.weight)
			sum.weight = s->weight;
		n++;
	}
	if (n == 0)
		return;
	*out = NUM(sum.effective / n);
	if (!sum.has)
		return;
	sum.raw /= n;
	sum.effective = out->v;
	*impact = sum;
}

static void
score_components(const struct fgos_input *in, struct fgos *out)
{
	struct weighted part[FGOS_COMPONENTS];

	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		out->metric[m] =
			metric_score(in->value[m], benchmark_get(in->benchmarks, (enum metric)m),
				     metric_order((enum metric)m));
	for (int c = 0; c < FGOS_COMPONENTS; c++) {
		score_component(&fgos_components[c], out->metric, &out->dimension[c],
				&out->impact[c]);
		part[c] = (struct weighted){ out->dimension[c], fgos_components[c].weight };
	}
	out->base = weighted_mean(part, FGOS_COMPONENTS);
}

static struct num
median_of_sector(const struct fgos_input *in, enum metric m)
{
	const struct benchmark *b = benchmark_get(in->benchmarks, m);

	return b ? b->p50 : NUM_NONE;
}

/* Moat and sentiment count for the confidence, not for the score.  Moat is asked without the name
 * of the sector: where no benchmark is, the medians of no sector in particular hold. */
static void
look_around(const struct fgos_input *in, struct fgos *out)
{
	struct moat_sector sector = { median_of_sector(in, METRIC_ROIC),
				      median_of_sector(in, METRIC_GROSS_MARGIN), NULL };

	if (in->history) {
		moat(in->history, in->years, &sector, &out->moat);
		out->dimension[FGOS_MOAT] = out->moat.score;
	}
	if (in->multiples) {
		sentiment(in->multiples, &out->sentiment);
		out->dimension[FGOS_SENTIMENT] = out->sentiment.value;
	}
}

static void
set_confidence(struct fgos *out)
{
	int known = 0;

	for (int d = 0; d < FGOS_DIMENSIONS; d++)
		known += out->dimension[d].has;
	out->confidence = 100 * known / FGOS_DIMENSIONS;
	out->confidence_label = trust_of(out->confidence);
}

static enum fgos_category
category_of(double score)
{
	if (score >= 70)
		return FGOS_HIGH;
	return score < 40 ? FGOS_LOW : FGOS_MEDIUM;
}

void
fgos(const struct fgos_input *in, struct fgos *out)
{
	memset(out, 0, sizeof(*out));
	out->incomplete = !can_score(in);
	if (out->incomplete)
		return;
	out->low_confidence_benchmark = benchmark_any_low(in->benchmarks);
	score_components(in, out);
	look_around(in, out);
	set_confidence(out);
	if (!out->base.has) {
		out->dimension[FGOS_MOAT] = NUM_NONE;
		return;
	}
	quality_brakes(NUM(clamp_score(half_up(out->base.v))), in->altman_z, in->piotroski,
		       &out->brakes);
	out->score = out->brakes.score;
	out->category = category_of(out->score.v);
	out->advantage_band = advantage_band_of(out->moat.score);
	out->advantage_confidence = out->moat.confidence;
}
