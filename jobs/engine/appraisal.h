/* What a snapshot shows beside its mandatory engines: mood, advantage, growth, dividend, returns
 * and the verdict on them (engines.md 4.1, 6.3, 8, 9).  The mandatory ones do not depend on it.
 * Pure: no I/O, no clock, no allocation; any thread. */
#ifndef FINTRA_JOBS_ENGINE_APPRAISAL_H
#define FINTRA_JOBS_ENGINE_APPRAISAL_H

#include "jobs/engine/dividend_quality.h"
#include "jobs/engine/fundamentals_growth.h"
#include "jobs/engine/investment_verdict.h"
#include "jobs/engine/iqs.h"
#include "jobs/engine/relative_return.h"
#include "jobs/engine/snapshot.h"
#include "jobs/engine/structural_coverage.h"
#include "jobs/engine/verdict.h"

enum { APPRAISAL_YEARS_MAX = 40 }; /* the newest fiscal years that are looked at */

/* Borrowed for the call. */
struct appraisal_input {
	const struct snapshot_input *rows;
	const struct snapshot *snapshot; /* made of rows; not skipped */
	/* Years that had ended by the date, newest first; NULL when there are none. */
	const struct dividend_year *dividend;
	size_t dividends;
	/* The companies of the industry, this one at self; NULL = not known. */
	const struct iqs_company *industry;
	size_t companies, self;
};

struct appraisal {
	struct sentiment sentiment;
	struct competitive_advantage advantage;
	struct fundamentals_growth growth;
	struct structural_coverage_input covered; /* windows of growth, multiples of valuation */
	struct structural_coverage coverage;
	struct relative_return relative; /* against the market */
	struct dividend_quality dividend;
	struct iqs iqs;
	struct verdict_input modules; /* of the verdict */
	struct verdict verdict;
	bool has_legacy; /* there are a score and a view of the price */
	struct investment_verdict legacy;
};

void appraisal(const struct appraisal_input *in, struct appraisal *out);

#endif
