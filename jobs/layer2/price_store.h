/* Adjusted closes of many tickers in memory, 12 bytes a row: read in physical order over several
 * connections that share one snapshot, put into one bucket per ticker, handed out in date order. */
#ifndef FINTRA_JOBS_LAYER2_PRICE_STORE_H
#define FINTRA_JOBS_LAYER2_PRICE_STORE_H

#include "core/map.h"
#include "core/run.h"

struct price_store;

struct price_series { /* buffers are reused from call to call; owned: price_series_done() */
	int32_t *day;
	double *price;
	size_t n, cap;
};

/* `tickers` is borrowed until price_store_free(); a ticker's dense number is its index here. */
struct price_store *price_store_new(struct job_ctx *c, const struct map *tickers);
void price_store_free(struct price_store *s);
/* Rows with price_date <= last of the tickers from..to-1; what was stored before is dropped. *full:
 * they would need more than conf perf_memory_mb, nothing is stored; without `full` there is no
 * limit. */
int price_store_read(struct price_store *s, size_t from, size_t to, struct date last, bool *full,
		     struct err *e) MUST_CHECK;
/* Ascending by date; n = 0 when there is no usable row. */
void price_store_series(const struct price_store *s, size_t ticker, struct price_series *out);
void price_series_done(struct price_series *p);
/* Less than half of the budget was needed. */
bool price_store_roomy(const struct price_store *s);
/* Rows of the asked tickers so far, and how many of them were left out: adj_close absent or <= 0.
 */
int64_t price_store_rows(const struct price_store *s);
int64_t price_store_unusable(const struct price_store *s);
struct date price_store_newest(const struct price_store *s);

#endif
