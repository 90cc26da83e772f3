/* How fast an industry moves, and so which windows count for its companies (engines.md 1.1).
 * Pure. */
#ifndef FINTRA_JOBS_ENGINE_INDUSTRY_PROFILE_H
#define FINTRA_JOBS_ENGINE_INDUSTRY_PROFILE_H

#include "jobs/engine/context.h"

enum industry_cadence { CADENCE_FAST, CADENCE_MEDIUM, CADENCE_SLOW, CADENCE_COUNT };

const char *cadence_name(enum industry_cadence c);
int cadence_find(const char *name); /* -1 when it is none */

/* A row of industry_metadata. */
struct industry_profile {
	const char *industry; /* its name; borrowed */
	enum industry_cadence cadence;
	struct horizons dominant;
	int min_years; /* of growth before a young company is told apart */
};

/* Of an industry that is not known. */
extern const struct industry_profile industry_profile_default;
/* The rows that the table starts with (version v1, effective 2020-01-01). */
extern const struct industry_profile industry_profiles[];
extern const size_t industry_profiles_n;

/* The row of that industry among p[n]; else, and for NULL, the default.  Borrowed from p, or
 * static. */
const struct industry_profile *industry_profile_find(const struct industry_profile *p, size_t n,
						     const char *industry);

#endif
