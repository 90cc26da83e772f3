/* Cancel token of a run: nothing, drain (end after the present batch), abort (stop the statement or
 * transfer now).  Any thread and a signal handler may raise it; waits poll its descriptor. */
#ifndef FINTRA_CORE_CANCEL_H
#define FINTRA_CORE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

enum cancel_level { CANCEL_NONE, CANCEL_DRAIN, CANCEL_ABORT };

struct cancel {
	atomic_int level;
	int fd; /* eventfd: readable once the level is above CANCEL_NONE; never drained */
};

void cancel_init(
	struct cancel *c); /* fd -1 when the process has no descriptor left: polling still works */
void cancel_done(struct cancel *c);
void cancel_raise(struct cancel *c, enum cancel_level level); /* never lowers; async-signal-safe */
enum cancel_level cancel_level(const struct cancel *c);
/* True when asked to stop at the next batch border (drain or abort).  NULL is never cancelled. */
bool cancel_asked(const struct cancel *c);
/* Waits ms milliseconds or until the token is raised; true when raised. */
bool cancel_wait(const struct cancel *c, int ms);

#endif
