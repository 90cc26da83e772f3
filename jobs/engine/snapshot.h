/* The snapshot of a company on a date: which of its rows count, and the mandatory engines on them
 * (engines.md 1).  Pure: no I/O, no clock, no allocation; any thread. */
#ifndef FINTRA_JOBS_ENGINE_SNAPSHOT_H
#define FINTRA_JOBS_ENGINE_SNAPSHOT_H

#include "jobs/engine/fgos.h"
#include "jobs/engine/ifs.h"
#include "jobs/engine/industry_profile.h"
#include "jobs/engine/layer_status.h"
#include "jobs/engine/lifecycle.h"
#include "jobs/engine/market_position.h"
#include "jobs/engine/valuation.h"

#define SNAPSHOT_MARKET "SPY" /* the benchmark that stands for the whole market */

/* A row of performance_windows. */
struct performance_row {
	struct date as_of;
	enum window window;
	const char *benchmark;	   /* a sector, an industry or SNAPSHOT_MARKET; borrowed */
	struct num asset, against; /* returns of the ticker and of the benchmark, percent */
	struct num max_drawdown;   /* of the ticker, positive percent */
};

/* A row of datos_valuacion, denominator TTM. */
struct valuation_at {
	struct date date;
	struct num price, market_cap;
	struct num multiple[MULTIPLE_COUNT];
};

/* Everything is borrowed until the snapshot is no longer used.  Arrays are newest first; rows after
 * the date and rows that do not count may be among them.  An array may be NULL when its n is 0. */
struct snapshot_input {
	struct date date;
	const char *sector, *industry; /* NULL or "" = not known */
	const struct financial_row *financial;
	size_t financials;
	const struct valuation_at *valuation;
	size_t valuations;
	const struct performance_row *performance;
	size_t performances;
	struct num altman_z, piotroski, market_cap; /* where the store has them */
	const struct industry_profile *profile;	    /* industry_profile_find() */
	const struct benchmark_set *benchmarks;	    /* benchmark_lookup(); NULL = none found */
};

/* The returns that count: of each window the newest row that has both. */
struct relative_rows {
	bool any; /* a row was found, be it without returns */
	const struct performance_row *row[WIN_COUNT];
	struct num points[WIN_COUNT]; /* ticker less benchmark, percentage points */
};

struct snapshot {
	const char *skipped; /* reason, static: nothing else is set then; NULL = to be written */
	const struct financial_row *current;   /* NULL = none: FGOS did not run */
	const struct financial_row *financial; /* those not after the date */
	size_t financials;
	const struct valuation_at *valued; /* of the very date; NULL = none */
	struct relative_rows sector, market;
	struct ifs ifs;
	struct fgos fgos; /* zero, so pending, without a current row; as is the next */
	struct market_position position;
	struct lifecycle lifecycle;
	struct valuation valuation;
	int missing_horizons; /* dominant ones without a return against the sector */
	struct layer_status layers;
};

void snapshot(const struct snapshot_input *in, struct snapshot *out);

const char *snapshot_fgos_status(const struct snapshot *s); /* "pending", "Incomplete", "partial" */

#endif
