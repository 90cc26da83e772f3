#include "jobs/engine/relative_return.h"

#include "core/str.h"

#include <math.h>

enum {
	ALPHA_LIMIT = 20,
	PENALTY_MAX = 20,
	CONSISTENCY_UNKNOWN = 50,
	BAND_HIGH = 60,
	BAND_LOW = 40
};

#define ALPHA_NOTHING 0.01 /* percentage points that are no lead */

const enum window return_windows[RETURN_WINDOWS] = { WIN_1Y, WIN_3Y, WIN_5Y };

static const char *const bands[RETURN_BAND_COUNT] = {
	[RETURN_UNDERPERFORMER] = "underperformer",
	[RETURN_NEUTRAL] = "neutral",
	[RETURN_OUTPERFORMER] = "outperformer",
};

const char *
return_band_name(enum return_band b)
{
	return bands[b];
}

enum return_band
return_band_find(const char *name)
{
	for (int b = RETURN_UNDERPERFORMER; b < RETURN_BAND_COUNT; b++)
		if (str_same(bands[b], name))
			return (enum return_band)b;
	return RETURN_NONE;
}

static double
consistency_of(const double *alpha, size_t n)
{
	double mean = mean_of(alpha, n);
	int up = 0, down = 0;

	if (n == 1)
		return CONSISTENCY_UNKNOWN;
	for (size_t i = 0; i < n; i++) {
		up += alpha[i] > ALPHA_NOTHING;
		down += alpha[i] < -ALPHA_NOTHING;
	}
	if (up > 0 && down == 0)
		return clamp_score(75 + clamp_to(25 * mean / 10, 0, 25));
	if (down > 0 && up == 0)
		return clamp_score(25 - clamp_to(25 * fabs(mean) / 10, 0, 25));
	return CONSISTENCY_UNKNOWN;
}

static double
penalty_of(const struct return_pair *in)
{
	double worst = 0;

	for (int i = 0; i < RETURN_WINDOWS; i++) {
		double more = in[i].asset_drawdown.v - in[i].benchmark_drawdown.v;

		if (in[i].asset_drawdown.has && in[i].benchmark_drawdown.has && more > worst)
			worst = more;
	}
	return clamp_to(worst, 0, PENALTY_MAX);
}

static enum return_band
band_of(double score)
{
	if (score >= BAND_HIGH)
		return RETURN_OUTPERFORMER;
	return score <= BAND_LOW ? RETURN_UNDERPERFORMER : RETURN_NEUTRAL;
}

void
relative_return(const struct return_pair in[RETURN_WINDOWS], struct relative_return *out)
{
	double alpha[RETURN_WINDOWS], score[RETURN_WINDOWS], consistency, base;
	bool one_sided;
	size_t n = 0;

	*out = (struct relative_return){ .band = RETURN_NONE };
	for (int i = 0; i < RETURN_WINDOWS; i++) {
		if (!in[i].asset.has || !in[i].benchmark.has)
			continue;
		alpha[n] = in[i].asset.v - in[i].benchmark.v;
		score[n] = 50 + 50 * clamp_to(alpha[n], -ALPHA_LIMIT, ALPHA_LIMIT) / ALPHA_LIMIT;
		out->alpha[i] = NUM(alpha[n]);
		out->alpha_score[i] = NUM(score[n]);
		n++;
	}
	if (n == 0)
		return;
	consistency = consistency_of(alpha, n);
	one_sided = consistency >= BAND_HIGH || consistency <= BAND_LOW;
	base = clamp_score(0.7 * mean_of(score, n) + 0.3 * consistency);
	out->consistency = NUM(consistency);
	out->drawdown_penalty = NUM(penalty_of(in));
	out->score = NUM(clamp_score(base - out->drawdown_penalty.v));
	out->band = band_of(out->score.v);
	out->confidence =
		NUM(clamp_score(30 + 40 * ((double)n / RETURN_WINDOWS) * (one_sided ? 1 : 0.7)));
}
