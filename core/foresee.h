/* What runs would do, counted by the jobs' own code: each job's run() goes its way in a look ahead
 * (core/look.h) on a read-only transaction, without lock, ledger row or request to the vendor. */
#ifndef FINTRA_CORE_FORESEE_H
#define FINTRA_CORE_FORESEE_H

#include "core/forecast.h"
#include "core/runner.h"

struct foresight;

/* For runs one after the other: what one would leave in the download cache the next one finds.
 * conf, cat and db are borrowed until foresee_end(). */
struct foresight *foresee_begin(const struct conf *conf, const struct catalogue *cat,
				struct db *db);
void foresee_end(struct foresight *f);

struct planned_step { /* one that an orchestrator would start, or passes over */
	const struct job *job;
	struct params params; /* owned */
	char *why;	      /* owned; passed over; NULL: started */
};

struct planned_steps {
	struct planned_step *at;
	size_t n;
};

void planned_steps_done(struct planned_steps *s);

/* l: job, params, as_of; or resume.  `steps` (may be NULL) gets those of an orchestrator.
 * -1: the run would end with this error before it does anything; *out then says so, too. */
int foresee(struct foresight *f, const struct launch *l, struct forecast *out,
	    struct planned_steps *steps, struct err *e) MUST_CHECK;

#endif
