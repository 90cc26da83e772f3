#include "jobs/engine/fgos_confidence.h"

enum { HISTORY_DEFAULT = 5, IPO_DEFAULT = 10, MATURE_YEARS = 7 };

const char *const volatility_names[VOLATILITY_COUNT] = {
	[VOLATILITY_LOW] = "LOW",
	[VOLATILITY_MEDIUM] = "MEDIUM",
	[VOLATILITY_HIGH] = "HIGH",
};

static const char *const ages[FGOS_AGE_COUNT] = {
	[FGOS_INCOMPLETE] = "Incomplete",
	[FGOS_MATURE] = "Mature",
	[FGOS_DEVELOPING] = "Developing",
	[FGOS_EARLY_STAGE] = "Early-stage",
};

const char *
fgos_age_name(enum fgos_age a)
{
	return ages[a];
}

enum volatility_class
volatility_class(const double *growth, size_t n)
{
	double sd = n < 2 ? 0 : deviation_of(growth, n);

	if (n < 2)
		return VOLATILITY_MEDIUM;
	return sd < 0.15 ? VOLATILITY_LOW : sd > 0.40 ? VOLATILITY_HIGH : VOLATILITY_MEDIUM;
}

/* The factor of the first step whose bound the value reaches; the last step has none. */
struct step {
	double from, factor;
};

static double
factor_of(double v, const struct step *s, size_t n)
{
	size_t i = 0;

	while (i < n - 1 && v < s[i].from)
		i++;
	return s[i].factor;
}

static enum fgos_age
age_of(double percent, double years, int missing)
{
	if (missing >= 2)
		return FGOS_INCOMPLETE;
	if (percent >= 80 && years >= MATURE_YEARS)
		return FGOS_MATURE;
	return percent >= 50 ? FGOS_DEVELOPING : FGOS_EARLY_STAGE;
}

void
fgos_confidence(const struct fgos_confidence_input *in, struct fgos_confidence *out)
{
	static const struct step history[] = {
		{ 10, 1.00 }, { 7, 0.90 }, { 5, 0.75 }, { 3, 0.55 }, { 0, 0.30 }
	};
	static const struct step ipo[] = { { 5, 1.00 }, { 3, 0.85 }, { 1, 0.60 }, { 0, 0.40 } };
	static const double volatility[VOLATILITY_COUNT] = { 1.00, 0.85, 0.65 };
	double years = in->history_years.has ? in->history_years.v : HISTORY_DEFAULT;
	double listed = in->years_since_ipo.has ? in->years_since_ipo.v : IPO_DEFAULT;

	out->history_factor = factor_of(years, history, sizeof(history) / sizeof(history[0]));
	out->ipo_factor = factor_of(listed, ipo, sizeof(ipo) / sizeof(ipo[0]));
	out->volatility_factor = volatility[in->volatility];
	out->completeness_factor = in->missing_core <= 0   ? 1.00
				   : in->missing_core == 1 ? 0.85
							   : 0.65;
	out->percent = half_up(100 * (out->history_factor * out->ipo_factor *
				      out->volatility_factor * out->completeness_factor));
	out->label = out->percent >= 80	  ? TRUST_HIGH
		     : out->percent >= 50 ? TRUST_MEDIUM
					  : TRUST_LOW;
	out->status = age_of(out->percent, years, in->missing_core);
}
