/* eod-bulk: the bars of one day, every security of every exchange (fmp.md 4). */
#ifndef FINTRA_JOBS_FMP_EOD_H
#define FINTRA_JOBS_FMP_EOD_H

#include "core/csv.h"
#include "jobs/common.h"
#include "jobs/fmp/cache.h"

enum eod_column {
	EOD_SYMBOL,
	EOD_DATE,
	EOD_OPEN,
	EOD_HIGH,
	EOD_LOW,
	EOD_CLOSE,
	EOD_ADJ_CLOSE,
	EOD_VOLUME,
	EOD_COLUMNS
};

extern const struct csv_column eod_columns[EOD_COLUMNS];

struct eod_bar {
	struct csv_cell text[EOD_COLUMNS]; /* OPEN .. ADJ_CLOSE trimmed: stored as sent */
	double open, high, low, close, adj_close;
	int64_t volume;
	struct date date; /* the cell, else the day that was asked for */
};

/* Reads and judges the figures of a row in the order of jobs.md 2.3.  NULL, or why it is refused.
 */
const char *eod_decode(const struct csv_row *row, struct date day, struct eod_bar *b);

/* The file of `day`; the cached one when it is younger than that (0 = never). */
int eod_fetch(struct job_ctx *c, struct date day, int64_t max_age_ms, struct cache_file *f,
	      struct err *e) MUST_CHECK;

extern const char eod_path[];

#endif
