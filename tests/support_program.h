/* The program itself in a process of its own, to be killed. */
#ifndef FINTRA_TESTS_SUPPORT_PROGRAM_H
#define FINTRA_TESTS_SUPPORT_PROGRAM_H

#include "tests/support_jobs.h"

#include <sys/types.h>

/* Starts fintra with these words (NULL-terminated) on the ground's database, vendor and cache. */
pid_t program_start(const struct ground *g, const char *const *args);
/* Kills it and waits until the database has let go of it; its beat is then an hour old. */
void program_kill(const struct ground *g, pid_t pid);

#endif
