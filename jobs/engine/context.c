#include "jobs/engine/context.h"

#include "core/str.h"

static const char *const maturities[MATURITY_COUNT] = {
	[MATURITY_EARLY] = "early",
	[MATURITY_DEVELOPING] = "developing",
	[MATURITY_ESTABLISHED] = "established",
	[MATURITY_INCOMPLETE] = "incomplete",
};

const char *
maturity_name(enum maturity m)
{
	return maturities[m];
}

enum maturity
maturity_find(const char *name)
{
	for (int m = MATURITY_EARLY; m < MATURITY_COUNT; m++)
		if (str_same(maturities[m], name))
			return (enum maturity)m;
	return MATURITY_NONE;
}

void
horizons_add(struct horizons *h, const char *code)
{
	int w = window_find(code);

	if (w >= 0)
		h->set |= 1u << w;
}

bool
horizons_has(const struct horizons *h, enum window w)
{
	return h->set >> w & 1;
}

size_t
horizons_years(const struct horizons *h, int out[HORIZON_YEARS_MAX])
{
	static const struct {
		enum window w;
		int years;
	} whole[HORIZON_YEARS_MAX] = { { WIN_1Y, 1 }, { WIN_2Y, 2 }, { WIN_3Y, 3 }, { WIN_5Y, 5 } };
	size_t n = 0;

	for (size_t i = 0; i < HORIZON_YEARS_MAX; i++)
		if (horizons_has(h, whole[i].w))
			out[n++] = whole[i].years;
	return n;
}
