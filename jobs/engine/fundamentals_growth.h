/* How a company's figures grew from year to year, told as far as its history allows
 * (engines.md 8.1).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_FUNDAMENTALS_GROWTH_H
#define FINTRA_JOBS_ENGINE_FUNDAMENTALS_GROWTH_H

#include "jobs/engine/context.h"
#include "jobs/engine/figures.h"
#include "jobs/engine/financials.h"

enum growth_status {
	GROWTH_PENDING,
	GROWTH_EMERGING,
	GROWTH_INCONSISTENT,
	GROWTH_STABLE,
	GROWTH_IMPROVING,
	GROWTH_VOLATILE,
	GROWTH_WEAK,
	GROWTH_MODERATE,
	GROWTH_STRONG,
	GROWTH_STATUS_COUNT
};

const char *growth_status_name(enum growth_status s); /* "pending", "emerging_growth", ... */

struct fundamentals_growth_input {
	const struct growth_row *row; /* newest first; NULL when n is 0 */
	size_t n;
	enum maturity maturity;
	struct horizons dominant;
	int min_years; /* of the industry */
};

struct fundamentals_growth {
	/* Fractions: means of the three newest yearly growths, despite the name. */
	struct num revenue_cagr, earnings_cagr, fcf_cagr;
	enum growth_status status;
	enum degree confidence;
	int valid_windows, required_windows;
};

void fundamentals_growth(const struct fundamentals_growth_input *in,
			 struct fundamentals_growth *out);

#endif
