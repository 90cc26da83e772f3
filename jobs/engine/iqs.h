/* IQS: where a company stood within its industry in each of its last fiscal years
 * (engines.md 4.1).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_IQS_H
#define FINTRA_JOBS_ENGINE_IQS_H

#include "jobs/engine/financial_row.h"
#include "jobs/engine/ifs.h"

#define IQS_MODE "fy_industry_structural"

enum { IQS_YEARS_MAX = 5 };

/* A company of the industry.  Rows are borrowed, newest end first; those that are no fiscal years
 * are passed over.  A fiscal year belongs to the calendar year of its end. */
struct iqs_company {
	const struct financial_row *row;
	size_t n;
};

struct iqs_year {
	int fiscal_year;
	enum ifs_position position;
	int percentile; /* 0..100 */
};

struct iqs {
	size_t years;			     /* 0: nothing can be said */
	struct iqs_year year[IQS_YEARS_MAX]; /* oldest first; the last one is the current */
	int confidence;			     /* percent */
};

/* company[self] against all others of company[n]; years that ended after as_of are not looked
 * at. */
void iqs(const struct iqs_company *company, size_t n, size_t self, struct date as_of,
	 struct iqs *out);

#endif
