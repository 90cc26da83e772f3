/* What the runs of the old system's jobs have in common. */
#include "core/old.h"
#include "core/run_private.h"

#include <inttypes.h>

void
old_begin(struct job_ctx *c, const char *source)
{
	struct run *r = c->run;

	run_result_text(c, "source", source);
	run_log(c, LVL_INFO, "source: %s", source);
	if (c->dry_run)
		return;
	pthread_mutex_lock(&r->lock);
	r->sum = (struct tally){ -1, -1, -1, -1, -1, -1, 0 };
	pthread_mutex_unlock(&r->lock);
	if (r->epoch > 1)
		run_log(c, LVL_WARN,
			"this job has no checkpoint here: it is launched again from its start");
}

int
run_yield_job_lock(struct run *r, struct err *e)
{
	if (!old_locks_itself(r->job) || r->ctx.dry_run)
		return 0;
	run_emit(r, LVL_INFO, "log",
		 "the job lock was free and is given up: the old system takes it itself");
	return guard_drop_jobs(&r->guard, e);
}
