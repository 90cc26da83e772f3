/* Days of a market of equal bars, for the suites of prices-daily-bulk. */
#ifndef FINTRA_TESTS_SUPPORT_PRICES_H
#define FINTRA_TESTS_SUPPORT_PRICES_H

#include "tests/support_jobs.h"

/* A Monday; the five days before hold the sessions of 29 and 30 January. */
#define PRICES_DAY "2026-02-02"
#define PRICES_HEADER "symbol,date,open,low,high,close,adjClose,volume\n"
#define PRICES_TICKERS 120

/* Runs the job; `param` may be NULL. */
struct outcome prices_run(struct ground *g, const char *as_of, const char *param);
/* What the vendor answers for `day`. */
void prices_body(struct ground *g, const char *day, int status, const char *text);
/* Bars of T<from> .. T<to - 1> on `day`, all at `price`; their date says `dated`. */
void prices_market_at(struct ground *g, const char *day, const char *dated, int from, int to,
		      double price);
void prices_market(struct ground *g, const char *day, int from, int to); /* at 100 */
void prices_universe(struct ground *g, int n);				 /* T000 .. T<n - 1> */
/* A universe with the bars of the five sessions before those of PRICES_DAY's run, and bodies for
 * its three; in an empty database `name`. */
void prices_stand(struct ground *g, const char *name);
int64_t prices_stored(const struct ground *g, const char *day); /* bars of that day */

#endif
