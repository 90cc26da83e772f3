/* Days of the synthetic market, one after the other: the stand-in's today and the clock move, the
 * daily jobs run.  For suites of what happens between two days. */
#ifndef FINTRA_TESTS_SUPPORT_DAILY_H
#define FINTRA_TESTS_SUPPORT_DAILY_H

#include "tests/support_layer2.h"

/* The market that daily_open() serves: PWJ splits 2:1 on 2025-06-10; dividends go ex of AAA and SPY
 * on 2025-06-05, GOT on 06-11, PWJ on 06-20, NA on 07-07. */
#define DAILY_TICKERS "AAA", "DUW", "GOT", "NA", "PWJ", "SPY"

void daily_open(const char *name);
/* A database of its own with the universe above; becomes the present one.  Its conninfo. */
const char *daily_database(const char *name);
void daily_use(const char *conninfo);
/* It is 20:00 in New York on `day`, and the vendor knows all up to it. */
void daily_today(const char *day);
struct outcome daily_prices(const char *day, const char *param);
struct outcome daily_performance(const char *day);
/* Everything that the vendor has up to `day`, read afresh. */
void daily_fresh(const char *day);

#endif
