/* The vendor's three answers on valuation: ratios-ttm, key-metrics-ttm and profile, in bulk (CSV)
 * and for one symbol (JSON), read by the same names (fmp.md 4 to 6). */
#ifndef FINTRA_JOBS_FMP_RATIOS_H
#define FINTRA_JOBS_FMP_RATIOS_H

#include "core/csv.h"
#include "jobs/common.h"
#include "jobs/fmp/cache.h"

enum { RATIO_FEED_COLUMNS_MAX = 8, RATIO_FEED_CACHE_MS = 60 * 60 * 1000 };

enum ratio_feed_id { RATIO_FEED_RATIOS, RATIO_FEED_METRICS, RATIO_FEED_QUOTES, RATIO_FEED_COUNT };

struct ratio_feed {
	const char *name; /* "ratios" */
	const char *bulk; /* "/stable/ratios-ttm-bulk" */
	const char *one;  /* "/stable/ratios-ttm", takes `symbol` */
	const char *key;  /* in the cache */
	const struct csv_column *columns;
	size_t n;
	size_t text; /* the column that is text; 0 = none: all but the symbol are numbers */
};

enum { RATIO_COLUMNS = 7, METRIC_COLUMNS = 4 };
extern const struct csv_column ratio_columns[RATIO_COLUMNS], metric_columns[METRIC_COLUMNS];

extern const struct ratio_feed ratio_feeds[RATIO_FEED_COUNT];

/* Cells that are no value have p == NULL.  Texts are borrowed from the row. */
struct ratio_row {
	char ticker[TICKER_BUF];
	struct csv_cell cell[RATIO_FEED_COLUMNS_MAX];
	char why[96]; /* "" or why the row cannot be used */
};

/* False, with the reason in out->why, when the symbol is no ticker or a number is none. */
bool ratio_decode(const struct ratio_feed *f, const struct csv_row *row, struct ratio_row *out);

/* The whole file, from the cache when younger than max_age_ms (0: never), else downloaded.
 * ERR_EMPTY when the answer has nothing in it.  Not for RATIO_FEED_QUOTES: profile_fetch(). */
int ratio_fetch(struct job_ctx *c, const struct ratio_feed *f, int64_t max_age_ms,
		struct cache_file *file, struct err *e) MUST_CHECK;

/* One symbol, its fields handed to `fn` as the row that the bulk file would have had.  ERR_EMPTY
 * when the vendor has nothing on it, ERR_PROTOCOL when a mandatory field is not there. */
int ratio_one(struct job_ctx *c, const struct ratio_feed *f, const char *symbol, csv_row_fn *fn,
	      void *arg, struct err *e) MUST_CHECK;

#endif
