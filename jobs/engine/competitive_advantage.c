#include "jobs/engine/competitive_advantage.h"

#include "core/str.h"

#include <math.h>

static const char *const bands[ADVANTAGE_COUNT] = {
	[ADVANTAGE_WEAK] = "weak",
	[ADVANTAGE_DEFENDABLE] = "defendable",
	[ADVANTAGE_STRONG] = "strong",
};

enum { CAP_OVER_RETURNS = 20 };

const char *
advantage_band_name(enum advantage_band b)
{
	return bands[b];
}

enum advantage_band
advantage_band_find(const char *name)
{
	for (int b = ADVANTAGE_WEAK; b < ADVANTAGE_COUNT; b++)
		if (str_same(bands[b], name))
			return (enum advantage_band)b;
	return ADVANTAGE_NONE;
}

enum advantage_band
advantage_band_of(struct num score)
{
	if (!score.has)
		return ADVANTAGE_NONE;
	if (score.v < 40)
		return ADVANTAGE_WEAK;
	return score.v < 70 ? ADVANTAGE_DEFENDABLE : ADVANTAGE_STRONG;
}

/* Sums over the years, in one walk from the oldest, so that no list is kept. */
struct spread {
	double sum, mean, squares;
	size_t n;
};

typedef struct num figure_of(const struct annual *y);

static struct num
return_of(const struct annual *y)
{
	return y->roic.has ? y->roic : y->roe;
}

static struct num
margin_of(const struct annual *y)
{
	return y->operating_margin.has ? y->operating_margin : y->net_margin;
}

static struct spread
spread_of(const struct annual *year, size_t n, figure_of *figure)
{
	struct spread s = { 0, 0, 0, 0 };

	for (size_t i = n; i-- > 0;) {
		struct num v = figure(&year[i]);

		s.sum += v.has ? v.v : 0;
		s.n += v.has;
	}
	s.mean = s.n > 0 ? s.sum / (double)s.n : 0;
	for (size_t i = n; i-- > 0;) {
		struct num v = figure(&year[i]);

		s.squares += v.has ? (v.v - s.mean) * (v.v - s.mean) : 0;
	}
	return s;
}

static double
deviation(const struct spread *s)
{
	return sqrt(s->squares / (double)s->n);
}

/* Points for a mean return in percent. */
static double
return_level(double u)
{
	if (u <= 0)
		return 0;
	if (u <= 10)
		return 4 * u;
	if (u <= 20)
		return 40 + 2 * (u - 10);
	return clamp_score(u <= 40 ? 60 + (u - 20) : 80 + (u - 40) / 2);
}

static struct num
return_persistence(const struct annual *year, size_t n)
{
	struct spread s = spread_of(year, n, return_of);
	double stability, failed = 0;

	if (s.n == 0)
		return NUM_NONE;
	for (size_t i = 0; i < n; i++) {
		struct num v = return_of(&year[i]);

		failed += v.has && v.v < 0.05;
	}
	stability = s.n < 2 ? 0 : clamp_score(100 - 2 * 100 * deviation(&s));
	return NUM(clamp_score(0.30 * return_level(100 * s.mean) + 0.45 * stability -
			       0.25 * (100 * (failed / (double)s.n))));
}

/* Of the years that grew by 5 % or more, the share whose margin held; absent when there is none. */
static struct num
growth_coherence(const struct annual *year, size_t n)
{
	int bad = 0, all = 0;

	for (size_t i = n; i-- > 1;) {
		const struct annual *prev = &year[i], *cur = &year[i - 1];
		struct num a = margin_of(prev), b = margin_of(cur);

		if (!a.has || !b.has || !prev->revenue.has || !cur->revenue.has ||
		    prev->revenue.v == 0)
			continue;
		if ((cur->revenue.v - prev->revenue.v) / fabs(prev->revenue.v) < 0.05)
			continue;
		bad += b.v - a.v <= -0.01;
		all++;
	}
	return all > 0 ? NUM(100 * (1 - (double)bad / all)) : NUM_NONE;
}

/* The deepest fall of the margin from its running peak, as a fraction. */
static double
margin_fall(const struct annual *year, size_t n)
{
	double peak = -INFINITY, fall = 0;

	for (size_t i = n; i-- > 0;) {
		struct num m = margin_of(&year[i]);

		if (!m.has)
			continue;
		peak = fmax(peak, m.v);
		fall = fmax(fall, peak - m.v);
	}
	return fall;
}

static struct num
operating_stability(const struct annual *year, size_t n)
{
	struct spread s = spread_of(year, n, margin_of);
	struct num coherence;
	double steady;

	if (s.n < 2)
		return NUM_NONE;
	steady = clamp_score(100 - 200 * deviation(&s));
	coherence = growth_coherence(year, n);
	return NUM(clamp_score(0.5 * steady + 0.3 * (coherence.has ? coherence.v : steady) -
			       0.2 * clamp_score(200 * margin_fall(year, n))));
}

/* What the years say about how capital was raised and spent. */
struct capital {
	int good, bad; /* years with more capital whose return held, or did not */
	double dilution;
	int dilutions;
	double efficiency; /* sum of revenue growth less capital growth */
	int efficiencies;
};

static void
look_at_reinvestment(const struct annual *prev, const struct annual *cur, struct capital *c)
{
	struct num before = return_of(prev), now = return_of(cur);

	if (!prev->invested_capital.has || !cur->invested_capital.has ||
	    prev->invested_capital.v == 0 || !before.has || !now.has)
		return;
	if ((cur->invested_capital.v - prev->invested_capital.v) / fabs(prev->invested_capital.v) <=
	    0.05)
		return;
	if (now.v >= before.v - 0.01)
		c->good++;
	else
		c->bad++;
}

static void
look_at_dilution(const struct annual *prev, const struct annual *cur, struct capital *c)
{
	double growth;

	if (!prev->weighted_shares_out.has || !cur->weighted_shares_out.has ||
	    prev->weighted_shares_out.v <= 0)
		return;
	growth = (cur->weighted_shares_out.v - prev->weighted_shares_out.v) /
		 prev->weighted_shares_out.v;
	if (growth <= 0.01)
		return;
	c->dilution += growth;
	c->dilutions++;
}

static void
look_at_efficiency(const struct annual *prev, const struct annual *cur, struct capital *c)
{
	if (!prev->revenue.has || !cur->revenue.has || !prev->invested_capital.has ||
	    !cur->invested_capital.has || prev->revenue.v == 0 || prev->invested_capital.v == 0)
		return;
	c->efficiency += (cur->revenue.v - prev->revenue.v) / fabs(prev->revenue.v) -
			 (cur->invested_capital.v - prev->invested_capital.v) /
				 fabs(prev->invested_capital.v);
	c->efficiencies++;
}

static struct num
capital_discipline(const struct annual *year, size_t n)
{
	struct capital c = { 0, 0, 0, 0, 0, 0 };
	double reinvest = 50, dilution = 0, efficiency = 50;

	if (n < 2)
		return NUM_NONE;
	for (size_t i = n; i-- > 1;) {
		look_at_reinvestment(&year[i], &year[i - 1], &c);
		look_at_dilution(&year[i], &year[i - 1], &c);
		look_at_efficiency(&year[i], &year[i - 1], &c);
	}
	if (c.good + c.bad == 0 && c.efficiencies == 0 && c.dilutions == 0)
		return NUM_NONE;
	if (c.good + c.bad > 0)
		reinvest = 100 * (double)c.good / (c.good + c.bad);
	if (c.dilutions > 0) /* once may have had a reason */
		dilution = clamp_score(100 * fmin(1, c.dilution) * (c.dilutions == 1 ? 0.4 : 1));
	if (c.efficiencies > 0)
		efficiency =
			clamp_score(50 + 250 * clamp_to(c.efficiency / c.efficiencies, -0.3, 0.3));
	return NUM(clamp_score(0.40 * reinvest - 0.35 * dilution + 0.25 * efficiency));
}

static int
confidence_of(size_t years)
{
	static const struct {
		size_t years;
		int confidence;
	} step[] = { { 10, 90 }, { 8, 80 }, { 5, 70 }, { 3, 50 }, { 1, 30 } };

	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++)
		if (years >= step[i].years)
			return step[i].confidence;
	return 0;
}

void
competitive_advantage(const struct annual *year, size_t n, struct competitive_advantage *out)
{
	out->return_persistence = return_persistence(year, n);
	out->operating_stability = operating_stability(year, n);
	out->capital_discipline = capital_discipline(year, n);
	const struct weighted axes[] = { { out->return_persistence, 0.5 },
					 { out->operating_stability, 0.3 },
					 { out->capital_discipline, 0.2 } };

	out->score = weighted_mean(axes, sizeof(axes) / sizeof(axes[0]));
	if (out->score.has && out->return_persistence.has)
		out->score.v = fmin(out->score.v, out->return_persistence.v + CAP_OVER_RETURNS);
	if (out->score.has)
		out->score.v = clamp_score(out->score.v);
	out->band = advantage_band_of(out->score);
	out->years = (int)n;
	out->confidence = confidence_of(n);
}
