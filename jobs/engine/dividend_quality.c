#include "jobs/engine/dividend_quality.h"

#include "core/str.h"

enum { HIGH_FROM = 70, ACCEPTABLE_FROM = 45, AXES = 4, FULL_CONFIDENCE_YEARS = 8, LOSS_COSTS = 25 };

static const char *const bands[DIVIDEND_BAND_COUNT] = {
	[DIVIDEND_WEAK] = "weak",
	[DIVIDEND_ACCEPTABLE] = "acceptable",
	[DIVIDEND_HIGH] = "high",
};

const char *
dividend_band_name(enum dividend_band b)
{
	return bands[b];
}

enum dividend_band
dividend_band_find(const char *name)
{
	for (int b = DIVIDEND_WEAK; b < DIVIDEND_BAND_COUNT; b++)
		if (str_same(bands[b], name))
			return (enum dividend_band)b;
	return DIVIDEND_NONE;
}

static bool
pays(const struct dividend_year *y)
{
	return y->has_dividend && y->per_share.has && y->per_share.v > 0;
}

/* A gap is a run of years without a payment. */
static struct num
consistency_of(const struct dividend_year *y, size_t n)
{
	int paying = 0, gaps = 0, run = 0, longest = 0;

	for (size_t i = 0; i < n; i++) {
		if (pays(&y[i])) {
			paying++;
			run = 0;
			continue;
		}
		gaps += run == 0;
		run++;
		longest = run > longest ? run : longest;
	}
	return NUM(
		clamp_score(100.0 * paying / (double)n - clamp_to(8 * gaps + 4 * longest, 0, 30)));
}

/* From each year that paid something to the next one that did, whatever lies between. */
static size_t
rates_of(const struct dividend_year *y, size_t n, double *rate)
{
	struct num newer = NUM_NONE;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct num paid = y[i].per_share;

		if (!paid.has || paid.v <= 0)
			continue;
		if (newer.has)
			rate[k++] = (newer.v - paid.v) / paid.v;
		newer = paid;
	}
	return k;
}

static struct num
growth_of(const struct dividend_year *y, size_t n)
{
	double rate[DIVIDEND_YEARS_MAX], mean, base;
	size_t k = rates_of(y, n, rate);

	if (k == 0)
		return NUM_NONE;
	mean = mean_of(rate, k);
	base = mean < 0 ? 40 : mean <= 0.05 ? 70 : 80;
	base -= clamp_to(200 * deviation_of(rate, k), 0, 40);
	if (max_of(rate, k) > 0.02 && min_of(rate, k) < -0.02)
		base -= 15;
	return NUM(clamp_score(base));
}

/* Percent of the earnings that is paid out. */
static double
payout_score(double ratio)
{
	if (ratio <= 0)
		return 20;
	if (ratio > 100)
		return ratio > 150 ? 10 : 25;
	if (ratio >= 30 && ratio <= 70)
		return 90;
	if (ratio >= 15 && ratio < 30)
		return 80;
	return ratio > 70 && ratio <= 90 ? 70 : 60;
}

static bool
is_loss(struct num v)
{
	return v.has && v.v <= 0;
}

static struct num
payout_of(const struct dividend_year *y, size_t n)
{
	double sum = 0;
	int years = 0;

	for (size_t i = 0; i < n; i++) {
		const struct num ratio[] = { y[i].payout_eps, y[i].payout_fcf };
		double score = 0;
		int known = 0;

		for (size_t r = 0; r < ARRAY_LEN(ratio); r++) {
			score += ratio[r].has ? payout_score(ratio[r].v) : 0;
			known += ratio[r].has;
		}
		if (!pays(&y[i]) || known == 0)
			continue;
		score = score / known - LOSS_COSTS * is_loss(y[i].net_income) -
			LOSS_COSTS * is_loss(y[i].free_cash_flow);
		sum += clamp_score(score);
		years++;
	}
	return years > 0 ? NUM(sum / years) : NUM_NONE;
}

/* To pay out of a loss is worse than to keep a profit. */
static struct num
discipline_of(const struct dividend_year *y, size_t n)
{
	double sum = 0;
	int years = 0;

	for (size_t i = 0; n >= 2 && i < n; i++) {
		bool lost = y[i].net_income.v < 0 || y[i].free_cash_flow.v < 0;

		if (!y[i].net_income.has || !y[i].free_cash_flow.has)
			continue;
		if (lost)
			sum += pays(&y[i]) ? 20 : 70;
		else
			sum += pays(&y[i]) ? 65 : 55;
		years++;
	}
	return years > 0 ? NUM(sum / years) : NUM_NONE;
}

static enum dividend_band
band_of(double score)
{
	if (score >= HIGH_FROM)
		return DIVIDEND_HIGH;
	return score >= ACCEPTABLE_FROM ? DIVIDEND_ACCEPTABLE : DIVIDEND_WEAK;
}

static void
set_score(struct dividend_quality *out)
{
	const struct weighted axis[AXES] = { { out->consistency, 0.4 },
					     { out->payout_sustainability, 0.3 },
					     { out->growth_reliability, 0.2 },
					     { out->capital_discipline, 0.1 } };
	double history = clamp_to((double)out->years / FULL_CONFIDENCE_YEARS, 0, 1);
	int known = 0;

	for (int i = 0; i < AXES; i++)
		known += axis[i].v.has;
	out->score = NUM(clamp_score(weighted_mean(axis, AXES).v));
	out->band = band_of(out->score.v);
	out->confidence = NUM(clamp_score(30 + 50 * ((double)known / AXES) * history));
}

void
dividend_quality(const struct dividend_year *year, size_t n, struct dividend_quality *out)
{
	*out = (struct dividend_quality){ .band = DIVIDEND_NONE };
	if (n == 0)
		return;
	n = n < DIVIDEND_YEARS_MAX ? n : DIVIDEND_YEARS_MAX;
	out->years = (int)n;
	out->consistency = consistency_of(year, n);
	out->growth_reliability = growth_of(year, n);
	out->payout_sustainability = payout_of(year, n);
	out->capital_discipline = discipline_of(year, n);
	set_score(out);
}
