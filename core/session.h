/* Launching runs from the command line: prints their events, sums up, reports for cron. */
#ifndef FINTRA_CORE_SESSION_H
#define FINTRA_CORE_SESSION_H

#include "core/headless.h"

struct session;

/* Owned: session_free().  Takes over the signals of the process until then.  `yes`: what a run with
 * --diff shows is kept without asking. */
struct session *session_new(struct app *app, bool yes);
/* Starts one run, waits for its end, prints its summary or run.end.  Returns the exit code. */
int session_run(struct session *s, const struct launch *launch);
/* Exit code of several runs, and the report when --cron has something to tell. */
int session_free(struct session *s, int exit_code);

#endif
