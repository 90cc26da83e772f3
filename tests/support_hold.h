/* Runs held at their end, so that something may happen just then: a signal, a cancel. */
#ifndef FINTRA_TESTS_SUPPORT_HOLD_H
#define FINTRA_TESTS_SUPPORT_HOLD_H

#include "tests/pty.h"

#include <stdint.h>

/* What its holder takes, in a transaction of its own: SELECT pg_advisory_xact_lock(-7). */
#define HOLD "BEGIN; SELECT pg_advisory_xact_lock(-7)"

/* The end of a run of `job` waits for the holder's lock, within its transaction. */
void hold_the_end_of(const char *info, const char *job);
/* Until one session waits for such a lock: a condition on pg_locks l, pg_stat_activity a. */
void hold_await(const char *info, const char *what);
/* SIGTERM, and the program has taken it. */
void hold_terminate(struct pty *p);
int64_t hold_last_run(const char *info);
/* "job state, ..." of the runs behind that one; owned: free(). */
char *hold_states_after(const char *info, int64_t run);

#endif
