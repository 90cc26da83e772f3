/* Where a company stands in its sector by size, return, margin and growth (engines.md 8.3). Pure.
 */
#ifndef FINTRA_JOBS_ENGINE_MARKET_POSITION_H
#define FINTRA_JOBS_ENGINE_MARKET_POSITION_H

#include "jobs/engine/benchmark.h"

enum market_summary { MARKET_AVERAGE, MARKET_WEAK, MARKET_STRONG, MARKET_LEADER, MARKET_COUNT };

const char *market_summary_name(enum market_summary s); /* "average", ... */

struct market_position_input {
	const char *sector; /* NULL or "" = none: pending */
	struct num market_cap, roic, operating_margin, revenue_growth;
	const struct benchmark_set *benchmarks; /* may be NULL */
};

struct market_position {
	bool computed;			       /* false: pending, no bucket */
	struct num size, roic, margin, growth; /* buckets: 10, 25, 50, 75 or 90 */
	enum market_summary summary;
	enum benchmark_confidence confidence; /* low when pending */
};

void market_position(const struct market_position_input *in, struct market_position *out);

#endif
