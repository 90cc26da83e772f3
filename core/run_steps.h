/* Orchestrators: jobs whose work is other jobs, each a run of its own with this one as parent. */
#ifndef FINTRA_CORE_RUN_STEPS_H
#define FINTRA_CORE_RUN_STEPS_H

#include "core/job.h"

enum step_flag {
	STEP_CRITICAL = 1,  /* its failure ends the run; that of another is recorded */
	STEP_WHOLE = 2,	    /* is told neither ticker nor limit */
	STEP_IF_MISSING = 4 /* only when a table that it writes has no rows of the as-of date */
};

struct job_step {
	const char *job;
	unsigned flags;
	/* A step when this parameter has the value (value NULL: is true); param NULL = always. */
	const char *param, *value;
};

#define STEPS(...) ((const struct job_step[]){ __VA_ARGS__, { .job = NULL } })

/* The work of a job with `steps`.  Each step that is not yet a unit of this run is launched with
 * this run's gate, overlap, reason and those parameters that it knows, and its counts go to the
 * totals.  A step that ends SUCCESS or PARTIAL is a unit; one of a weekly job is passed over until
 * seven days after its last good run.  A critical step that fails ends the run with its error.
 * Another failing step, and each that the gate then refuses because of it, makes the run PARTIAL; a
 * refusal that no step of this run explains counts as a failure.
 * Parameters that the row may define: jobs (so many steps at the same time, as far as none reads
 * or writes what another one under way writes; 1), weekly (true: also those not due), from_step (a
 * name: those before it are left out).
 * A resumed run goes on with the step that was under way; one that retries another (keep_from)
 * takes over its good steps, and of a failed one its good units. */
job_run run_steps;
/* The same steps in the order of the catalogue. */
job_run run_steps_by_catalogue;

#endif
