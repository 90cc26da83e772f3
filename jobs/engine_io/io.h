/* The JSON faces of the engines, one per file, and what they share.  A face reads fields, calls the
 * pure function that the jobs call, and writes fields; keys are those of engines.md 11. */
#ifndef FINTRA_JOBS_ENGINE_IO_IO_H
#define FINTRA_JOBS_ENGINE_IO_IO_H

#include "core/date.h"
#include "core/engine.h"
#include "jobs/engine/annual.h"
#include "jobs/engine/benchmark.h"
#include "jobs/engine/context.h"
#include "jobs/engine/figures.h"
#include "jobs/engine/ifs.h"
#include "jobs/engine/lifecycle.h"
#include "jobs/engine/sentiment.h"

engine_run engine_metric_score, engine_quality_brakes, engine_fgos_confidence;
engine_run engine_fgos, engine_fgos_state, engine_market_position;
engine_run engine_valuation_percentile, engine_valuation, engine_valuation_sector;
engine_run engine_moat, engine_sentiment, engine_competitive_advantage, engine_sector_defaults;
engine_run engine_price_window, engine_window_returns, engine_sector_windows;
engine_run engine_sector_benchmark, engine_sector_stats;
engine_run engine_ttm, engine_derived_metrics, engine_growth_rows;
engine_run engine_fundamentals_growth, engine_relative_return, engine_sector_rank, engine_iqs;
engine_run engine_snapshot_local, engine_verdict, engine_investment_verdict,
	engine_dividend_quality;
engine_run engine_ifs, engine_lifecycle, engine_layer_status, engine_structural_coverage;

/* An array that the engine cannot do without; NULL is ERR_DATA naming the key. */
const struct json *io_array(const struct json *in, const char *key, struct err *e) MUST_CHECK;
/* The numbers of an array, *n of them; ERR_DATA naming the key when it is none or holds anything
 * else.  Owned: free(). */
double *io_numbers(const struct json *in, const char *key, size_t *n, struct err *e) MUST_CHECK;
/* A date, or ERR_DATA naming the key. */
int io_need_date(const struct json *in, const char *key, struct date *out,
		 struct err *e) MUST_CHECK;
/* 0 when it is absent or no whole number that an int holds. */
int io_int(const struct json *in, const char *key);
/* Position of a code in names[n]; -1 when it is absent or none of them. */
int io_code(const struct json *in, const char *key, const char *const *names, int n);

/* {p10 .. p90, sample_size, confidence}; false when j is no object. */
bool io_benchmark(const struct json *j, struct benchmark *out);
/* {metric: benchmark}; names that are no metric are passed over, j may be NULL. */
void io_benchmarks(const struct json *j, struct benchmark_set *out);

/* The fiscal years of an array (rows of another period_type are left out), newest first, *n of
 * them. Never NULL, owned: free(). */
struct annual *io_annuals(const struct json *rows, size_t *n);
/* The periods under a key that is needed, newest end first, *n of them.  NULL is ERR_DATA naming
 * the key; owned: free(). */
struct financial_row *io_financials(const struct json *in, const char *key, size_t *n,
				    struct err *e) MUST_CHECK;
/* {now, y1, y3, y5}; j may be NULL. */
void io_multiples(const struct json *j, struct multiples at[SENTIMENT_DATES]);
/* An array of horizon codes; not given when j is no array. */
void io_horizons(const struct json *j, struct horizons *out);
void io_set_codes(struct json *out, const char *key, const struct codes *c);
void io_set_lifecycle(struct json *out, const struct lifecycle *l);
struct json *io_ifs(const struct ifs *i); /* owned; a JSON null when there is no position */

/* Moves the last of n elements of that size up to its place among the others; equal ones stay in
 * the order they came. */
void io_settle(void *base, size_t n, size_t size, int (*order)(const void *a, const void *b));
int io_newest_period(const void *a, const void *b); /* an order of struct financial_row */

/* Figures of a struct by offset: the table of a face. */
struct io_field {
	const char *key;
	size_t at; /* offsetof a struct num */
};
void io_read(const struct json *in, const struct io_field *f, size_t n, void *into);
void io_write(struct json *out, const struct io_field *f, size_t n, const void *from);

#endif
