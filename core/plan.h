/* What `plan` and `fix` add to the steps of a plan (why.h): figures, and launches that were asked
 * for. */
#ifndef FINTRA_CORE_PLAN_H
#define FINTRA_CORE_PLAN_H

#include "core/commands.h"
#include "core/foresee.h"
#include "core/why.h"

enum { PLAN_PASSED = 32 };

/* A plan with what its steps borrow. */
struct plan {
	struct freshness f;
	struct why why;
	struct launch_set set; /* whose launches it is; n = 0: steps that make a target fresh */
	struct planned_steps steps;			/* of the orchestrator among them */
	const struct planned_step *passed[PLAN_PASSED]; /* of these: not to be done */
	size_t npassed;
};

/* Owned: free() after plan_done().  target: as plan_build().  figures: each step is foreseen, too.
 * *hint: what to type after a failure, NULL = nothing. */
struct plan *plan_of_target(const struct app *app, const char *target, bool figures,
			    struct err *e) MUST_CHECK;
/* argv of `app` is `plan` with a target and options of `run`, `backfill` or `pipeline`: that
 * launch, of an orchestrator its steps. */
struct plan *plan_of_launch(const struct app *app, const char **hint, struct err *e) MUST_CHECK;
void plan_done(struct plan *p);

bool plan_feeds(const struct job *earlier, const struct job *later);
/* As people read it. */
void plan_print(const struct plan *p);
void plan_print_json(const struct plan *p);

#endif
