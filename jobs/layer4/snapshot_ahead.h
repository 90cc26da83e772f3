/* Reads the unit that comes next while the present one is computed and written: on a thread and a
 * connection of its own.  Where these are not to be had a unit is read when it is asked for. */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_AHEAD_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_AHEAD_H

#include "jobs/layer4/snapshot_inputs.h"

struct snapshot_ahead;

/* Both borrowed until snapshot_ahead_free(). */
struct snapshot_ahead *snapshot_ahead_new(struct job_ctx *c, const struct snapshot_stocks *stocks);
void snapshot_ahead_free(struct snapshot_ahead *a); /* waits for a unit that nobody took */

/* Each unit is started once and taken before the next one is started. */
void snapshot_ahead_start(struct snapshot_ahead *a, struct span which);
/* *u is owned: snapshot_unit_done(), also after a failure. */
int snapshot_ahead_take(struct snapshot_ahead *a, struct snapshot_unit *u,
			struct err *e) MUST_CHECK;

#endif
