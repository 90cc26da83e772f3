#include "jobs/engine/fundamentals_growth.h"

#include <math.h>

enum { RECENT_YEARS = 3, LONG_YEARS = 5 };

#define STABLE_WITHIN 0.10 /* between the windows */
#define STRONG_ABOVE 0.15
#define MODERATE_ABOVE 0.05

static const char *const statuses[GROWTH_STATUS_COUNT] = {
	[GROWTH_PENDING] = "pending",
	[GROWTH_EMERGING] = "emerging_growth",
	[GROWTH_INCONSISTENT] = "inconsistent_growth",
	[GROWTH_STABLE] = "stable_growth",
	[GROWTH_IMPROVING] = "improving_growth",
	[GROWTH_VOLATILE] = "volatile_growth",
	[GROWTH_WEAK] = "weak_growth",
	[GROWTH_MODERATE] = "moderate_growth",
	[GROWTH_STRONG] = "strong_growth",
};

const char *
growth_status_name(enum growth_status s)
{
	return statuses[s];
}

/* Growth of revenue over a number of years, ascending by it. */
struct span {
	int years;
	bool dominant;
	double growth;
};
struct spans {
	size_t n;
	struct span at[HORIZON_YEARS_MAX];
};

static struct num
mean_of_newest(const struct fundamentals_growth_input *in, size_t field)
{
	double sum = 0;
	int n = 0;

	for (size_t i = 0; i < in->n && n < RECENT_YEARS; i++) {
		const struct num *v =
			(const struct num *)(const void *)((const char *)&in->row[i] + field);

		sum += v->has ? v->v : 0;
		n += v->has;
	}
	return n == RECENT_YEARS ? NUM(sum / RECENT_YEARS) : NUM_NONE;
}

/* Absent as well where the growths multiply to less than nothing: no rate leads there. */
static struct num
compound(const struct fundamentals_growth_input *in, int years)
{
	double product = 1;
	int n = 0;

	for (size_t i = 0; i < in->n && n < years; i++) {
		if (!in->row[i].revenue.has)
			continue;
		product *= 1 + in->row[i].revenue.v;
		n++;
	}
	if (n < years || product < 0)
		return NUM_NONE;
	return num_finite(pow(product, 1.0 / years) - 1);
}

static void
find_spans(const struct fundamentals_growth_input *in, struct spans *out)
{
	static const struct {
		enum window window;
		int years;
		bool always;
	} asked[HORIZON_YEARS_MAX] = {
		{ WIN_1Y, 1, true }, { WIN_2Y, 2, false }, { WIN_3Y, 3, true }, { WIN_5Y, 5, true }
	};

	out->n = 0;
	for (size_t i = 0; i < HORIZON_YEARS_MAX; i++) {
		bool dominant = horizons_has(&in->dominant, asked[i].window);
		struct num growth = compound(in, asked[i].years);

		if (growth.has && (dominant || asked[i].always))
			out->at[out->n++] = (struct span){ asked[i].years, dominant, growth.v };
	}
}

/* Growths of the windows that are dominant (asked for) and last min_years at least. */
static size_t
pick(const struct spans *s, bool dominant, int min_years, double *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if ((!dominant || s->at[i].dominant) && s->at[i].years >= min_years)
			out[n++] = s->at[i].growth;
	return n;
}

static int
sign(double x)
{
	return (x > 0) - (x < 0);
}

static void
judge_early(const struct fundamentals_growth_input *in, const struct spans *s,
	    struct fundamentals_growth *out)
{
	double g[HORIZON_YEARS_MAX];
	size_t n = pick(s, false, in->min_years, g);

	out->required_windows = 1;
	out->valid_windows = (int)n;
	if (n == 0)
		return;
	out->status = g[0] < 0 || sign(max_of(g, n)) != sign(min_of(g, n)) ? GROWTH_INCONSISTENT
									   : GROWTH_EMERGING;
}

static enum growth_status
trend_of(const double *g, size_t n)
{
	double low = min_of(g, n), high = max_of(g, n);

	if (low <= 0 && high >= 0)
		return GROWTH_VOLATILE;
	if (high - low < STABLE_WITHIN)
		return GROWTH_STABLE;
	if (g[0] > 1.1 * g[n - 1])
		return GROWTH_IMPROVING;
	return g[0] < 0.9 * g[n - 1] ? GROWTH_VOLATILE : GROWTH_STABLE;
}

static void
judge_developing(const struct spans *s, struct fundamentals_growth *out)
{
	double g[HORIZON_YEARS_MAX];
	size_t n = pick(s, true, 0, g);

	out->required_windows = 2;
	out->valid_windows = (int)n;
	if (n < 2)
		return;
	out->confidence = DEGREE_MEDIUM;
	out->status = trend_of(g, n);
}

/* A long window that is dominant, too, counts twice. */
static void
judge_established(const struct spans *s, struct fundamentals_growth *out)
{
	double g[2 * HORIZON_YEARS_MAX], mean;
	size_t near = pick(s, true, 0, g), far = pick(s, false, LONG_YEARS, g + near);

	out->required_windows = 2;
	out->valid_windows = (near > 0) + (far > 0);
	out->confidence = DEGREE_MEDIUM;
	if (near == 0 || far == 0)
		return;
	mean = mean_of(g, near + far);
	out->confidence = DEGREE_HIGH;
	out->status = mean > STRONG_ABOVE     ? GROWTH_STRONG
		      : mean > MODERATE_ABOVE ? GROWTH_MODERATE
					      : GROWTH_WEAK;
}

void
fundamentals_growth(const struct fundamentals_growth_input *in, struct fundamentals_growth *out)
{
	struct spans s;

	*out = (struct fundamentals_growth){
		.revenue_cagr = mean_of_newest(in, offsetof(struct growth_row, revenue)),
		.earnings_cagr = mean_of_newest(in, offsetof(struct growth_row, net_income)),
		.fcf_cagr = mean_of_newest(in, offsetof(struct growth_row, free_cash_flow)),
	};
	find_spans(in, &s);
	if (in->maturity == MATURITY_EARLY)
		judge_early(in, &s, out);
	else if (in->maturity == MATURITY_DEVELOPING)
		judge_developing(&s, out);
	else if (in->maturity == MATURITY_ESTABLISHED)
		judge_established(&s, out);
}
