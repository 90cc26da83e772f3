/* Orchestrators: jobs whose work is other jobs in turn. */
#ifndef FINTRA_CORE_RUN_STEPS_H
#define FINTRA_CORE_RUN_STEPS_H

#include "core/job.h"

struct job_step {
	const char *job, *param; /* a step when this parameter is true; NULL = always */
};

#define STEPS(...) ((const struct job_step[]){ __VA_ARGS__, { NULL, NULL } })

/* The run function of a job with `steps`.  Each step is a run of its own, with this one as parent
 * and this run's gate, overlap, reason and those parameters that it knows.  The first that ends
 * neither SUCCESS nor PARTIAL ends this run with its error; a PARTIAL one makes it PARTIAL.  A step
 * is a unit, its counts go to the totals; a wish to cancel is passed on to it. */
job_run run_steps;

#endif
