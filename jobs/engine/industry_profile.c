#include "jobs/engine/industry_profile.h"

#include "core/str.h"

enum {
	FAST = 1u << WIN_3M | 1u << WIN_6M | 1u << WIN_1Y | 1u << WIN_2Y,
	MEDIUM = 1u << WIN_6M | 1u << WIN_1Y | 1u << WIN_2Y | 1u << WIN_3Y,
	SLOW = 1u << WIN_2Y | 1u << WIN_3Y | 1u << WIN_5Y,
};

const struct industry_profile industry_profile_default = {
	NULL, CADENCE_MEDIUM, { true, MEDIUM }, 3
};

const struct industry_profile industry_profiles[] = {
	{ "Software - Infrastructure", CADENCE_FAST, { true, FAST }, 2 },
	{ "Software - Application", CADENCE_FAST, { true, FAST }, 2 },
	{ "Semiconductors", CADENCE_FAST, { true, FAST }, 2 },
	{ "Utilities - Regulated Electric", CADENCE_SLOW, { true, SLOW }, 5 },
	{ "Utilities - Diversified", CADENCE_SLOW, { true, SLOW }, 5 },
	{ "Utilities - Independent Power Producers", CADENCE_SLOW, { true, SLOW }, 5 },
	{ "Industrial Distribution", CADENCE_MEDIUM, { true, MEDIUM }, 3 },
	{ "Farm & Heavy Construction Machinery", CADENCE_MEDIUM, { true, MEDIUM }, 3 },
	{ "Banks - Regional", CADENCE_MEDIUM, { true, MEDIUM }, 3 },
	{ "Asset Management", CADENCE_MEDIUM, { true, MEDIUM }, 3 },
};

const size_t industry_profiles_n = ARRAY_LEN(industry_profiles);

static const char *const cadences[CADENCE_COUNT] = {
	[CADENCE_FAST] = "fast",
	[CADENCE_MEDIUM] = "medium",
	[CADENCE_SLOW] = "slow",
};

const char *
cadence_name(enum industry_cadence c)
{
	return cadences[c];
}

int
cadence_find(const char *name)
{
	for (int c = 0; c < CADENCE_COUNT; c++)
		if (str_same(cadences[c], name))
			return c;
	return -1;
}

const struct industry_profile *
industry_profile_find(const struct industry_profile *p, size_t n, const char *industry)
{
	for (size_t i = 0; industry && i < n; i++)
		if (str_same(p[i].industry, industry))
			return &p[i];
	return &industry_profile_default;
}
