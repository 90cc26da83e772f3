#include "jobs/engine/sentiment.h"

#include "core/str.h"

#include <math.h>
#include <string.h>

enum { HISTORY = SENTIMENT_DATES - 1, WEIGHT_COMPUTED = 40, WEIGHT_PARTIAL = 25 };

static const char *const columns[MULTIPLE_COUNT] = {
	[MULTIPLE_PE_RATIO] = "pe_ratio",
	[MULTIPLE_EV_EBITDA] = "ev_ebitda",
	[MULTIPLE_PRICE_TO_FCF] = "price_to_fcf",
	[MULTIPLE_PRICE_TO_SALES] = "price_to_sales",
};

static const char *const bands[SENTIMENT_BAND_COUNT] = {
	[SENTIMENT_PESSIMISTIC] = "pessimistic",
	[SENTIMENT_NEUTRAL] = "neutral",
	[SENTIMENT_OPTIMISTIC] = "optimistic",
};

static const char *const statuses[SENTIMENT_STATUS_COUNT] = {
	[SENTIMENT_PENDING] = "pending",
	[SENTIMENT_PARTIAL] = "partial",
	[SENTIMENT_COMPUTED] = "computed",
};

const char *
multiple_name(enum multiple m)
{
	return columns[m];
}

const char *
sentiment_band_name(enum sentiment_band b)
{
	return bands[b];
}

enum sentiment_band
sentiment_band_find(const char *name)
{
	for (int b = SENTIMENT_PESSIMISTIC; b < SENTIMENT_BAND_COUNT; b++)
		if (str_same(bands[b], name))
			return (enum sentiment_band)b;
	return SENTIMENT_NONE;
}

const char *
sentiment_status_name(enum sentiment_status s)
{
	return statuses[s];
}

/* What one multiple says. */
struct opinion {
	double score, deviation, consistency, intensity;
};

/* How far the deviations agree: one alone is not much, two that contradict each other less. */
static double
consistency_of(const double *d, size_t n)
{
	bool up = false, down = false;

	if (n == 1)
		return 0.7;
	for (size_t i = 0; i < n; i++) {
		up = up || d[i] > 0.05;
		down = down || d[i] < -0.05;
	}
	return up && down ? 0.4 : 1;
}

/* A multiple far from all it ever was is more likely odd than meaningful. */
static double
intensity_of(const double *d, size_t n)
{
	double m = 0;

	for (size_t i = 0; i < n; i++)
		m = fmax(m, fabs(d[i]));
	return m <= 0.5 ? 1 : 1 - 0.4 * (fmin(m, 2.5) - 0.5) / 2;
}

static void
form_opinion(double *d, size_t n, struct opinion *out)
{
	double base[HISTORY], b, fc = consistency_of(d, n), fi = intensity_of(d, n);

	for (size_t i = 0; i < n; i++)
		base[i] = 50 + 50 * clamp_to(d[i], -1.5, 1.5) / 1.5;
	b = mean_of(base, n);
	out->score = clamp_score(50 + ((50 + (b - 50) * fc) - 50) * fi);
	out->consistency = half_up(100 * fc);
	out->intensity = half_up(100 * fi);
	out->deviation = median_of(d, n);
}

/* Deviations of one multiple from what it was; their number, 0 = it says nothing. */
static size_t
deviations(const struct multiples at[SENTIMENT_DATES], int m, double d[HISTORY])
{
	struct num now = at[SENTIMENT_NOW].has ? at[SENTIMENT_NOW].v[m] : NUM_NONE;
	size_t n = 0;

	if (!now.has || now.v <= 0)
		return 0;
	for (int i = SENTIMENT_Y1; i < SENTIMENT_DATES; i++) {
		struct num then = at[i].has ? at[i].v[m] : NUM_NONE;

		if (then.has && then.v > 0)
			d[n++] = (now.v - then.v) / then.v;
	}
	return n;
}

/* Known now and three or five years ago. */
static bool
is_long(const struct multiples at[SENTIMENT_DATES], int m)
{
	const struct multiples *now = &at[SENTIMENT_NOW], *y3 = &at[SENTIMENT_Y3],
			       *y5 = &at[SENTIMENT_Y5];

	return now->has && now->v[m].has && now->v[m].v > 0 &&
	       ((y3->has && y3->v[m].has) || (y5->has && y5->v[m].has));
}

static enum sentiment_band
band_of(double value)
{
	if (value >= 60)
		return SENTIMENT_OPTIMISTIC;
	return value <= 40 ? SENTIMENT_PESSIMISTIC : SENTIMENT_NEUTRAL;
}

static double
confidence_of(const struct multiples at[SENTIMENT_DATES], size_t scored, bool computed)
{
	int history = 0;

	for (int i = SENTIMENT_Y1; i < SENTIMENT_DATES; i++)
		history += at[i].has;
	return half_up((computed ? WEIGHT_COMPUTED : WEIGHT_PARTIAL) *
		       (0.5 * history / HISTORY + 0.5 * (double)scored / MULTIPLE_COUNT));
}

static void
conclude(const struct opinion *o, size_t n, struct sentiment *out)
{
	double score[MULTIPLE_COUNT], deviation[MULTIPLE_COUNT], consistency[MULTIPLE_COUNT],
		intensity[MULTIPLE_COUNT];

	for (size_t i = 0; i < n; i++) {
		score[i] = o[i].score;
		deviation[i] = o[i].deviation;
		consistency[i] = o[i].consistency;
		intensity[i] = o[i].intensity;
	}
	out->value = NUM(half_up(clamp_score(mean_of(score, n))));
	out->band = band_of(out->value.v);
	out->relative_deviation = num_finite(mean_of(deviation, n));
	out->directional_consistency = NUM(half_up(mean_of(consistency, n)));
	out->intensity = NUM(half_up(mean_of(intensity, n)));
}

void
sentiment(const struct multiples at[SENTIMENT_DATES], struct sentiment *out)
{
	struct opinion o[MULTIPLE_COUNT];
	size_t scored = 0, all = 0;
	bool any_long = false;

	memset(out, 0, sizeof(*out));
	for (int m = 0; m < MULTIPLE_COUNT; m++) {
		double d[HISTORY];
		size_t n = deviations(at, m, d);

		any_long = any_long || is_long(at, m);
		all += n;
		if (n > 0)
			form_opinion(d, n, &o[scored++]);
	}
	if (scored == 0)
		return;
	out->status = any_long && all >= 2 ? SENTIMENT_COMPUTED : SENTIMENT_PARTIAL;
	conclude(o, scored, out);
	out->confidence = NUM(confidence_of(at, scored, out->status == SENTIMENT_COMPUTED));
}
