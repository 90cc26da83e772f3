/* Signals become cancel: the first SIGINT or SIGTERM drains every run, the second aborts; SIGHUP
 * reopens the log file (headless) or ends like SIGTERM; SIGPIPE is ignored. */
#ifndef FINTRA_CORE_SIGNALS_H
#define FINTRA_CORE_SIGNALS_H

#include "core/runner.h"

#include <stdbool.h>

/* Without a runner the first signal is remembered, for what is to come next and so that what is
 * done is told; the second one ends the process.  `r` is borrowed until signals_install(NULL, ...)
 * or the end of the process.  Handlers do not restart system calls, so a poll in the main thread
 * wakes up. */
void signals_install(struct runner *r, bool hup_reopens);
/* After that long (0 = never) the runs drain as for a signal, and end 124 where they do not end
 * by themselves; with no runner it is remembered like a signal and the process ends a minute
 * later, 124; before the first signals_install() at once. */
void signals_deadline(int64_t ms);
int signals_stop(void); /* SIGINT, SIGTERM (SIGHUP, SIGALRM) once one asked to stop, else 0 */
/* Blocks all of them in the calling thread and what it starts, so that the main thread gets them.
 */
void signals_block_in_thread(void);

#endif
