/* A fiscal year of a company as the engines on quality look at it (engines.md 9).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_ANNUAL_H
#define FINTRA_JOBS_ENGINE_ANNUAL_H

#include "core/date.h"
#include "core/num.h"

/* Always handed over newest first, fiscal years only. */
struct annual {
	struct date end;
	struct num roic, roe, gross_margin, operating_margin, net_margin; /* fractions */
	struct num revenue, invested_capital, weighted_shares_out;
};

#endif
