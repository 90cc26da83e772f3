#include "jobs/engine/verdict.h"

enum { MODULES = 5, TENSION_COSTS = 10, CONFIDENCE_MIN = 20, CONFIDENCE_MIN_OF_FEW = 35, FEW = 2 };

static const char *const labels[VERDICT_LABEL_COUNT] = {
	[VERDICT_INCONCLUSIVE] = "inconclusive", [VERDICT_EXCEPTIONAL] = "exceptional",
	[VERDICT_SPECULATIVE] = "speculative",	 [VERDICT_STRONG] = "strong",
	[VERDICT_FRAGILE] = "fragile",		 [VERDICT_BALANCED] = "balanced",
};

const char *
verdict_label_name(enum verdict_label l)
{
	return labels[l];
}

/* What a band is called as a reason; a band that is missing here is none. */
static const char *const quality_good[ADVANTAGE_COUNT] = {
	[ADVANTAGE_DEFENDABLE] = "quality_defendable",
	[ADVANTAGE_STRONG] = "quality_strong",
};
static const char *const advantage_good[ADVANTAGE_COUNT] = {
	[ADVANTAGE_DEFENDABLE] = "advantage_defendable",
	[ADVANTAGE_STRONG] = "advantage_strong",
};
static const char *const dividend_good[DIVIDEND_BAND_COUNT] = {
	[DIVIDEND_ACCEPTABLE] = "dividend_acceptable",
	[DIVIDEND_HIGH] = "dividend_high",
};

static void
add_if(struct codes *c, bool holds, const char *code)
{
	if (holds)
		codes_add(c, code);
}

static void
give_reasons(const struct verdict_input *in, struct verdict *out)
{
	const char *const good[] = { quality_good[in->fgos_band],
				     advantage_good[in->advantage_band],
				     dividend_good[in->dividend_band] };
	bool weak = in->fgos_band == ADVANTAGE_WEAK;
	bool behind = in->return_band == RETURN_UNDERPERFORMER;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		add_if(&out->positives, good[i] != NULL, good[i]);
	add_if(&out->positives, in->return_band == RETURN_OUTPERFORMER, "return_outperformer");
	add_if(&out->negatives, weak, "quality_weak");
	add_if(&out->negatives, in->advantage_band == ADVANTAGE_WEAK, "advantage_weak");
	add_if(&out->negatives, in->dividend_band == DIVIDEND_WEAK, "dividend_weak");
	add_if(&out->negatives, behind, "return_underperformer");
	add_if(&out->tensions, !weak && in->sentiment_band == SENTIMENT_PESSIMISTIC,
	       "good_business_bad_mood");
	add_if(&out->tensions, weak && in->sentiment_band == SENTIMENT_OPTIMISTIC,
	       "weak_business_good_mood");
	add_if(&out->tensions, dividend_good[in->dividend_band] && behind,
	       "good_dividend_poor_return");
}

/* In this order: the first that holds. */
static enum verdict_label
label_of(const struct verdict_input *in)
{
	bool optimistic = in->sentiment_band == SENTIMENT_OPTIMISTIC;
	bool weak = in->fgos_band == ADVANTAGE_WEAK;
	bool fails = in->dividend_band == DIVIDEND_WEAK || in->return_band == RETURN_UNDERPERFORMER;

	if (in->fgos_band == ADVANTAGE_STRONG && in->advantage_band == ADVANTAGE_STRONG &&
	    dividend_good[in->dividend_band] && in->return_band == RETURN_OUTPERFORMER &&
	    !optimistic)
		return VERDICT_EXCEPTIONAL;
	if (weak && optimistic)
		return VERDICT_SPECULATIVE;
	if (!weak && in->advantage_band != ADVANTAGE_WEAK && !fails && !optimistic)
		return VERDICT_STRONG;
	return weak || fails ? VERDICT_FRAGILE : VERDICT_BALANCED;
}

static double
score_of(const struct verdict_input *in)
{
	static const int dividend[DIVIDEND_BAND_COUNT] = {
		[DIVIDEND_WEAK] = -7, [DIVIDEND_HIGH] = 7
	};
	static const int relative[RETURN_BAND_COUNT] = {
		[RETURN_UNDERPERFORMER] = -7, [RETURN_OUTPERFORMER] = 7
	};
	/* A good mood is in the price already. */
	static const int mood[SENTIMENT_BAND_COUNT] = {
		[SENTIMENT_PESSIMISTIC] = 3, [SENTIMENT_OPTIMISTIC] = -3
	};

	return clamp_score(clamp_score(in->fgos.score.v) + dividend[in->dividend_band] +
			   relative[in->return_band] + mood[in->sentiment_band]);
}

/* Modules that have something to say, FGOS among them; *confidence is the mean of theirs. */
static int
collect(const struct verdict_input *in, struct num *confidence)
{
	const struct {
		const struct verdict_module *m;
		bool has;
	} module[MODULES] = {
		{ &in->fgos, true },
		{ &in->advantage, in->advantage.score.has || in->advantage_band != ADVANTAGE_NONE },
		{ &in->sentiment, in->sentiment_band != SENTIMENT_NONE },
		{ &in->dividend, in->dividend.score.has || in->dividend_band != DIVIDEND_NONE },
		{ &in->relative, in->relative.score.has || in->return_band != RETURN_NONE },
	};
	struct weighted w[MODULES];
	int n = 0;

	for (int i = 0; i < MODULES; i++)
		if (module[i].has)
			w[n++] = (struct weighted){ module[i].m->confidence, 1 };
	*confidence = weighted_mean(w, (size_t)n);
	return n;
}

static void
set_confidence(const struct verdict_input *in, struct verdict *out)
{
	struct num mean;
	int n = collect(in, &mean);
	double c;

	if (!mean.has)
		return;
	c = clamp_score(mean.v * clamp_to(0.6 + 0.1 * (n - 1), 0, 1) -
			TENSION_COSTS * (double)out->tensions.n);
	out->confidence = NUM(c);
	if (c < CONFIDENCE_MIN || (n <= FEW && c < CONFIDENCE_MIN_OF_FEW))
		out->label = VERDICT_INCONCLUSIVE;
}

void
verdict(const struct verdict_input *in, struct verdict *out)
{
	*out = (struct verdict){ .label = VERDICT_INCONCLUSIVE };
	if (!in->fgos.score.has || in->fgos_band == ADVANTAGE_NONE) {
		codes_add(&out->negatives, "no_core_score");
		return;
	}
	give_reasons(in, out);
	out->label = label_of(in);
	out->score = NUM(score_of(in));
	set_confidence(in, out);
}
