#include "jobs/engine/moat.h"

#include "jobs/engine/sector_defaults.h"

#include <math.h>
#include <string.h>

enum { PARTIAL_YEARS = 3, CAPITAL_YEARS = 3 };

static const char *const statuses[MOAT_STATUS_COUNT] = {
	[MOAT_PENDING] = "pending",
	[MOAT_PARTIAL] = "partial",
	[MOAT_COMPUTED] = "computed",
};

static const struct {
	const char *name;
	double score;
} coherences[COHERENCE_COUNT] = {
	[COHERENCE_HIGH_QUALITY] = { "high_quality", 100 },
	[COHERENCE_INEFFICIENT] = { "inefficient", 30 },
	/* Growth that the margin follows gives 70, no growth worth the name 50. */
	[COHERENCE_NEUTRAL] = { "neutral", 50 },
};

enum { NEUTRAL_WITH_GROWTH = 70 };

#define INEFFICIENT_FACTOR 0.6

const char *
moat_status_name(enum moat_status s)
{
	return statuses[s];
}

const char *
coherence_name(enum coherence c)
{
	return coherences[c].name;
}

/* The newest years that have both figures; their number. */
static size_t
pick(const struct annual *year, size_t n, const struct annual *out[MOAT_YEARS])
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < MOAT_YEARS; i++)
		if (year[i].roic.has && year[i].gross_margin.has)
			out[k++] = &year[i];
	return k;
}

static double
roic_persistence(const struct annual *const *y, size_t n, double median)
{
	double roic[MOAT_YEARS], score, sd;
	size_t above = 0;

	for (size_t i = 0; i < n; i++) {
		roic[i] = y[i]->roic.v;
		above += roic[i] > median;
	}
	score = 100 * (double)above / (double)n;
	sd = deviation_of(roic, n);
	if (sd > 0.05) {
		score -= fmin(20, 200 * (sd - 0.05));
		score = fmax(0, score);
	}
	return score;
}

static double
margin_stability(const struct annual *const *y, size_t n, double median)
{
	double margin[MOAT_YEARS], level;

	for (size_t i = 0; i < n; i++)
		margin[i] = y[i]->gross_margin.v;
	level = 50 * mean_of(margin, n) / median;
	return 0.5 * (level > 100 ? 100 : level) +
	       0.5 * fmax(0, 100 - 200 * deviation_of(margin, n));
}

static void
judge_coherence(const struct annual *newer, const struct annual *older, struct moat *out)
{
	double growth, margin;

	if (!newer->revenue.has || !older->revenue.has || newer->revenue.v == 0 ||
	    older->revenue.v == 0 || !newer->operating_margin.has || !older->operating_margin.has)
		return;
	growth = (newer->revenue.v - older->revenue.v) / older->revenue.v;
	margin = newer->operating_margin.v - older->operating_margin.v;
	out->coherence = COHERENCE_NEUTRAL;
	if (growth > 0.05 && margin >= 0)
		out->coherence = COHERENCE_HIGH_QUALITY;
	else if (growth > 0.05 && margin < -0.01)
		out->coherence = COHERENCE_INEFFICIENT;
	out->coherence_score = NUM(coherences[out->coherence].score);
	if (growth > 0.05 && out->coherence == COHERENCE_NEUTRAL)
		out->coherence_score = NUM(NEUTRAL_WITH_GROWTH);
}

/* What the capital that was added earns: growth of capital and change of ROIC, in points. */
static double
judge_capital(double growth, double roic)
{
	if (growth > 20 && roic > 2)
		return 100;
	if (growth > 10 && growth <= 20 && roic >= -1 && roic <= 2)
		return 80;
	if (growth > 5 && growth <= 10 && roic >= -3 && roic < -1)
		return 60;
	if (growth > 20 && roic < -3)
		return 30;
	return growth <= 5 ? 50 : 60;
}

static struct num
capital_discipline(const struct annual *const *y, size_t n)
{
	const struct annual *newest = NULL, *oldest = NULL;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (!y[i]->invested_capital.has)
			continue;
		newest = newest ? newest : y[i];
		oldest = y[i];
		k++;
	}
	if (k < CAPITAL_YEARS || oldest->invested_capital.v == 0)
		return NUM_NONE;
	return NUM(judge_capital(100 * (newest->invested_capital.v - oldest->invested_capital.v) /
					 oldest->invested_capital.v,
				 100 * (newest->roic.v - oldest->roic.v)));
}

static double
combine(const struct moat *m)
{
	double returns = m->roic_persistence.v, margins = m->margin_stability.v;

	if (m->capital_discipline.has)
		return 0.5 * returns + 0.3 * margins + 0.2 * m->capital_discipline.v;
	return 0.7 * returns + 0.3 * margins;
}

void
moat(const struct annual *year, size_t n, const struct moat_sector *sector, struct moat *out)
{
	const struct sector_defaults *d = sector_defaults(sector->name);
	const struct annual *y[MOAT_YEARS];
	size_t k = pick(year, n, y);
	double roic = sector->roic_median.has ? sector->roic_median.v : d->roic;
	double margin = sector->margin_median.has ? sector->margin_median.v : d->gross_margin;
	double stability = k > 0 ? margin_stability(y, k, margin) : 0;

	memset(out, 0, sizeof(*out));
	/* A median of zero below margins of zero is no measure. */
	if (k < PARTIAL_YEARS || isnan(stability))
		return;
	out->status = k >= MOAT_YEARS ? MOAT_COMPUTED : MOAT_PARTIAL;
	out->confidence = NUM(out->status == MOAT_COMPUTED ? 80 : 50);
	out->years = NUM((double)k);
	out->roic_persistence = NUM(roic_persistence(y, k, roic));
	judge_coherence(y[0], y[1], out);
	if (out->coherence == COHERENCE_INEFFICIENT)
		stability *= INEFFICIENT_FACTOR;
	out->margin_stability = num_finite(stability);
	out->capital_discipline = capital_discipline(y, k);
	out->score = NUM(half_up(clamp_score(combine(out))));
}
