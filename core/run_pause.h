/* A job that an operator has paused is not started, whoever asks: cron, a shell, a console, an
 * orchestrator's step.  Runs in the run's own thread. */
#ifndef FINTRA_CORE_RUN_PAUSE_H
#define FINTRA_CORE_RUN_PAUSE_H

#include "core/err.h"

struct run;

/* ERR_LOCK and r->paused when it is; also an error when that cannot be found out. */
int run_check_pause(struct run *r, struct err *e) MUST_CHECK;

#endif
