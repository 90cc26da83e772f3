/* The keeper of a run: a thread with a connection of its own that beats, stores the lines of the
 * outbox, reads requests to stop, and watches the locks. */
#ifndef FINTRA_CORE_KEEPER_H
#define FINTRA_CORE_KEEPER_H

#include "core/cancel.h"
#include "core/err.h"

#include <pthread.h>

struct run;

struct keeper {
	pthread_t thread;
	bool started;
	struct cancel cancel; /* of its own statements, when the fence has fallen */
	pthread_mutex_t lock; /* guards stop, hurry */
	pthread_cond_t wake;
	bool stop, hurry;
};

void keeper_init(struct keeper *k);
void keeper_done(struct keeper *k);
/* After the run's row is ours. */
int keeper_start(struct run *r, struct err *e) MUST_CHECK;
void keeper_hurry(struct keeper *k); /* beat now */
void keeper_stop(struct keeper *k);  /* joins; fine when it never started */

#endif
