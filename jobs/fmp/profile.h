/* profile-bulk: every instrument the vendor knows, in parts (fmp.md 4, jobs.md 0.2). */
#ifndef FINTRA_JOBS_FMP_PROFILE_H
#define FINTRA_JOBS_FMP_PROFILE_H

#include "core/csv.h"
#include "jobs/common.h"
#include "jobs/fmp/cache.h"

enum profile_column {
	PROFILE_SYMBOL,
	PROFILE_NAME,
	PROFILE_EXCHANGE,
	PROFILE_EXCHANGE_SHORT,
	PROFILE_CURRENCY,
	PROFILE_SECTOR,
	PROFILE_INDUSTRY,
	PROFILE_COUNTRY,
	PROFILE_IS_ETF,
	PROFILE_IS_ADR,
	PROFILE_IS_FUND,
	PROFILE_COLUMNS
};

extern const struct csv_column profile_columns[PROFILE_COLUMNS];

struct profile { /* texts are borrowed from the row; NULL = absent */
	char ticker[TICKER_BUF];
	struct csv_cell text[PROFILE_COLUMNS]; /* NAME .. COUNTRY, trimmed */
	bool is_etf, is_adr, is_fund;
};

/* False when the symbol is no ticker. */
bool profile_decode(const struct csv_row *row, struct profile *p);

enum { PROFILE_CACHE_MS = 60 * 60 * 1000, PROFILE_LAST_PART = 50 };

/* All parts in one file with one header, each part checked as a whole.  A refusal of any part fails
 * the call: only the ends of jobs.md 0.2 are ends.  `fresh` ignores the cache.  The file is held,
 * and until then each part: cache_keep() or cache_drop() it. */
int profile_fetch(struct job_ctx *c, bool fresh, struct cache_file *f, struct err *e) MUST_CHECK;

#endif
