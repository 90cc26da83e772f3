/* Returns, volatility and drawdown over calendar windows of a price series, and compounding of
 * daily returns (engines.md 7.1-7.3, jobs.md 2.15).  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_WINDOW_H
#define FINTRA_JOBS_ENGINE_WINDOW_H

#include "core/date.h"
#include "core/num.h"

enum window {
	WIN_1D,
	WIN_1W,
	WIN_1M,
	WIN_3M,
	WIN_6M,
	WIN_YTD,
	WIN_1Y,
	WIN_2Y,
	WIN_3Y,
	WIN_5Y,
	WIN_COUNT
};

const char *window_code(enum window w); /* "1D" */
int window_find(const char *code);	/* -1 when it is none */
bool window_is_canonical(enum window w);
/* First day that the window ending on `last` may start with; not for 1D, which starts with the row
 * before. */
struct date window_target(enum window w, struct date last);

struct window_sum;
struct window_span;

/* A series prepared once and asked about many end dates.  Sums are anchored at its first row and
 * spans at fixed places, so an answer depends only on the rows up to its end: one date or a rolling
 * pass over many give the same bits. */
struct window_series {
	const int32_t *day;  /* borrowed, ascending, distinct */
	const double *price; /* borrowed */
	size_t n;
	struct window_sum *sum;	  /* owned */
	struct window_span *span; /* owned */
	size_t cap, leaves;
};

struct window_stats {
	struct num ret, abs; /* percent; price points */
	struct num vol; /* sample deviation of daily returns, percent; absent under two returns */
	struct num dd;	/* positive percent */
};

struct window_row {
	bool has;
	struct date start;
	struct window_stats stats;
};

void window_series_init(struct window_series *s);
void window_series_done(struct window_series *s);
/* Replaces the content; memory is reused.  `day` may be NULL when only window_stats() is asked. */
void window_series_load(struct window_series *s, const int32_t *day, const double *price, size_t n);
/* Rows first..last, both included. */
void window_stats(const struct window_series *s, size_t first, size_t last,
		  struct window_stats *out);
/* Index of the newest row on or before `day`, or -1. */
long window_last(const struct window_series *s, struct date day);
/* All windows ending with row `last`.  With `guard` a window whose first row is more than ten days
 * after its target, or is `last` itself, is absent (jobs.md 2.11); volatility and drawdown as
 * in 7.1. */
void window_returns(const struct window_series *s, size_t last, bool guard,
		    struct window_row out[WIN_COUNT]);

/* One window over closes, oldest first, n >= 2. */
void price_window(const double *close, size_t n, struct window_stats *out);

struct window_day {
	struct date day;
	struct num ret; /* percent */
};

/* Canonical windows at as_of by compounding daily returns; the others stay absent.  A window needs
 * min_share of its usual number of trading days (0 = any). */
void sector_windows(const struct window_day *d, size_t n, struct date as_of, double min_share,
		    struct num out[WIN_COUNT]);

enum { TRAILING_DAYS_MAX = 1260 };
/* Canonical windows by compounding the last 21, 63, 126, 252, 504, 756 and 1260 valid returns of d,
 * whatever days they are of; a window for which there are fewer is absent. */
void trailing_windows(const struct window_day *d, size_t n, struct num out[WIN_COUNT]);

#endif
