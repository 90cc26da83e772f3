/* The program itself in a process of its own, to be killed. */
#ifndef FINTRA_TESTS_SUPPORT_PROGRAM_H
#define FINTRA_TESTS_SUPPORT_PROGRAM_H

#include "tests/support_jobs.h"

#include <sys/types.h>

/* Starts fintra with these words (NULL-terminated) on the ground's database, vendor (also as the
 * host of documents), cache, clock and guard, without pauses. */
pid_t program_start(const struct ground *g, const char *const *args);
/* Units that its run has done. */
int64_t program_units(const struct ground *g, pid_t pid);
/* kill -9; waits until the database has let go of it; its beat is then an hour old. */
void program_kill(const struct ground *g, pid_t pid);

#endif
