#include "jobs/engine/investment_verdict.h"

#include "core/str.h"

enum { HIGH_FROM = 60, MEDIUM_FROM = 40 };

static const char *const prices[PRICE_VIEW_COUNT] = {
	[PRICE_UNDERVALUED] = "undervalued",
	[PRICE_FAIR] = "fair",
	[PRICE_OVERVALUED] = "overvalued",
};

static const char *const verdicts[TRUST_COUNT][PRICE_VIEW_COUNT] = {
	[TRUST_HIGH] = { "clear_opportunity", "good_wait", "excellent_demanding" },
	[TRUST_MEDIUM] = { "selective", "neutral", "demanding_price" },
	[TRUST_LOW] = { "cheap_for_a_reason", "avoid", "avoid" },
};

int
price_view_find(const char *name)
{
	for (int p = 0; p < PRICE_VIEW_COUNT; p++)
		if (str_same(prices[p], name))
			return p;
	return -1;
}

void
investment_verdict(double score, enum price_view price, struct investment_verdict *out)
{
	enum trust c = score >= HIGH_FROM     ? TRUST_HIGH
		       : score >= MEDIUM_FROM ? TRUST_MEDIUM
					      : TRUST_LOW;
	bool agree = (c == TRUST_HIGH && price == PRICE_UNDERVALUED) ||
		     (c == TRUST_LOW && price == PRICE_OVERVALUED);

	*out = (struct investment_verdict){ verdicts[c][price], c,
					    agree ? TRUST_HIGH : TRUST_MEDIUM };
}
