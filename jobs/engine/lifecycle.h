/* Life Cycle: how many fiscal years in a row a company has told about (engines.md 6.1).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_LIFECYCLE_H
#define FINTRA_JOBS_ENGINE_LIFECYCLE_H

#include "jobs/engine/context.h"
#include "jobs/engine/financial_row.h"

struct lifecycle {
	int years;		   /* from the newest back to the first gap */
	int first_year, last_year; /* mean nothing when years is 0 */
	enum maturity maturity;
};

/* row[0] is the newest; rows other than fiscal years, and years without revenue, net income or free
 * cash flow, are passed over. */
void lifecycle(const struct financial_row *row, size_t n, struct lifecycle *out);

#endif
