/* One day of prices-daily-bulk: fetch, check the whole file, guard, store. */
#ifndef FINTRA_JOBS_LAYER1_PRICES_DAY_H
#define FINTRA_JOBS_LAYER1_PRICES_DAY_H

#include "core/map.h"
#include "core/run.h"
#include "core/vec.h"
#include "jobs/engine/restated.h"

enum { GUARD_DAYS = 5, GUARD_DAYS_MIN = 3, GUARD_EXCHANGE_MIN = 50 };

struct day_count { /* tickers of one stored session */
	struct date day;
	int64_t total;
	int64_t *exchange; /* owned; by number of the exchange */
};

struct price_mark { /* a bar that the vendor states otherwise than it is stored */
	size_t at;  /* number of the ticker */
	struct date day;
	struct restated_bar bar;
};

/* What the days of a run share.  Arrays are indexed by the ticker's number in `tickers`. */
struct price_run {
	struct job_ctx *c;
	bool full; /* neither ticker nor limit: guards apply */
	bool force;
	struct map *tickers, *exchanges;
	size_t n;
	size_t *exchange;		   /* of each ticker */
	double *prev_close, *prev_adj;	   /* of the newest stored session, 0 = none */
	int64_t *row;			   /* row of the present file that counts, 0 = none */
	double *close, *adj;		   /* of that row */
	struct day_count past[GUARD_DAYS]; /* oldest first */
	int npast;
	int64_t processed;
	struct date first;	      /* day of the run: bars from it on are on one footing */
	bool *known;		      /* an earlier day of the run has the ticker */
	VEC(struct price_mark) marks; /* of this process; the flags in the database outlive it */
};

/* Universe; history is loaded by price_run_history() before the first day. */
int price_run_open(struct price_run *r, struct job_ctx *c, struct err *e) MUST_CHECK;
int price_run_history(struct price_run *r, struct date first, struct err *e) MUST_CHECK;
void price_run_close(struct price_run *r);
/* 0 = stored; else the day is untouched and *e says why (ERR_NOT_READY, ERR_EMPTY, ERR_DATA ...).
 */
int price_day(struct price_run *r, struct date day, struct err *e) MUST_CHECK;

/* In the transaction that stores `day`, before the merge: marks the staged tickers whose stored
 * bars are restated, and those with nothing to compare with (prices_marks.c). */
int price_marks_restated(struct price_run *r, struct date day, struct err *e) MUST_CHECK;
int price_marks_paused(struct price_run *r, struct date day, struct err *e) MUST_CHECK;
void price_marks_stored(struct price_run *r); /* the day is committed */
/* Asks the vendor about marked tickers, and reads the history again of those that need it
 * (prices_actions.c).  What stays marked makes the run PARTIAL; -1 only when it must end. */
int price_actions(struct price_run *r, struct err *e) MUST_CHECK;

/* G1: tickers of a day, in total and by exchange, against the sessions before (prices_guard.c). */
int price_guard_counts(struct price_run *r, struct date day, struct err *e) MUST_CHECK;
/* G2: moves against the session before; flags single ones. */
int price_guard_moves(struct price_run *r, struct err *e) MUST_CHECK;
void price_guard_flag(struct price_run *r, struct date day);
/* The day is stored: it becomes the newest past one. */
void price_guard_push(struct price_run *r, struct date day);

#endif
