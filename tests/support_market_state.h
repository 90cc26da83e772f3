/* Runs of market-state-bulk for its suites, on the ground of support_layer2.h. */
#ifndef FINTRA_TESTS_SUPPORT_MARKET_STATE_H
#define FINTRA_TESTS_SUPPORT_MARKET_STATE_H

#include "tests/support_layer2.h"

/* Sessions beside AS_OF. */
#define EARLIER "2026-01-29"
#define BEFORE "2026-01-30"
#define AFTER "2026-02-03"

/* Parameters as "name=value", NULL = none. */
struct outcome state_run(const char *param, const char *other);
struct outcome state_made(void); /* must end SUCCESS */

#endif
