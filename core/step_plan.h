/* What an orchestrator has to do: its steps, which of them wait for which, and what was done
 * before.  For run_steps.c.  Of the run's own thread. */
#ifndef FINTRA_CORE_STEP_PLAN_H
#define FINTRA_CORE_STEP_PLAN_H

#include "core/run_private.h"
#include "core/run_steps.h"

enum { STEPS_MAX = 32, STEP_WHY = 300 };

enum step_state {
	STEP_WAITS,
	STEP_RUNS,
	STEP_GOOD,	  /* ended SUCCESS or PARTIAL */
	STEP_PASSED_OVER, /* nothing to do */
	STEP_FAILED,
	STEP_BLOCKED /* the gate refused it because of a step that failed or is blocked */
};

struct step_last {   /* the newest run of this step, of this run or of the one that it retries */
	int64_t run; /* 0 = none */
	enum run_state state;
	bool own;    /* of this run: an earlier epoch began it */
	bool broken; /* a postcondition did not hold: its units prove nothing */
	int64_t duration_ms;
	struct tally counts;
};

struct step {
	const struct job_step *row;
	const struct job *job;
	enum step_state state;
	bool kept; /* good before this run, or before this epoch */
	struct step_last last;
	int handle;	  /* of the runner, while it runs */
	struct outcome o; /* once it has ended; of a kept one run and state */
	char why[STEP_WHY];
};

struct step_plan {
	struct step at[STEPS_MAX];
	size_t n;
};

/* ERR_USAGE: from_step names no step; ERR_CONFIG: this build lacks a job. */
int step_plan_make(struct job_ctx *c, bool by_catalogue, struct step_plan *out,
		   struct err *e) MUST_CHECK;
/* `later` works on what `earlier` makes. */
bool step_feeds(const struct job *earlier, const struct job *later);
/* A step before this one is not over and may not be overtaken: it feeds this one, or one of them
 * writes what the other reads or writes. */
bool step_must_wait(const struct step_plan *p, const struct step *s);
/* A failed or blocked step before this one feeds it. */
bool step_is_spoilt(const struct step_plan *p, const struct step *s);
/* The table, else NULL, that this step works over (it reads and writes it) and that one of those
 * before it did not make: no gate tells, since it is the step's own table. */
const char *step_lacks(const struct step_plan *p, const struct step *s);
/* A step that feeds this one has been done anew. */
bool step_has_news(const struct step_plan *p, const struct step *s);

#endif
