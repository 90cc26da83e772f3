/* The program itself in a process of its own, on the ground of a suite, to be killed. */
#ifndef FINTRA_TESTS_SUPPORT_KILL_H
#define FINTRA_TESTS_SUPPORT_KILL_H

#include "tests/support_jobs.h"

#include <sys/types.h>

/* `args` without the program's name, NULL-terminated. */
pid_t kill_start(const struct ground *g, const char *const *args);
/* Units that its run has done. */
int64_t kill_done_by(const struct ground *g, pid_t pid);
/* kill -9; waits until its connections are gone, and makes its last beat old enough for a rescue.
 */
void kill_program(const struct ground *g, pid_t pid);

#endif
