#include "core/retry.h"

#include <inttypes.h>

int
retry_decide(const struct run_info *r, bool force, struct err *e)
{
	if (!run_state_ended(r->state))
		return err_set(e, ERR_LOCK, "run %" PRId64 " is still %s: fintra wait %" PRId64,
			       r->id, run_state_name(r->state), r->id);
	if (force)
		return 0;
	if (run_state_resumable(r->state))
		return err_set(e, ERR_USAGE,
			       "run %" PRId64 " is %s and can go on: fintra resume %" PRId64
			       " (--force launches it anew)",
			       r->id, run_state_name(r->state), r->id);
	return r->state == RUN_SUCCESS;
}

int
retry_launch(const struct catalogue *cat, const struct run_info *r, bool force, bool failed,
	     struct launch *l, struct err *e)
{
	l->job = catalogue_job(cat, r->job);
	if (!l->job)
		return err_set(e, ERR_USAGE,
			       "run %" PRId64 " is of %s, which this build does not have", r->id,
			       r->job);
	if (params_from_json(&l->params, l->job->params, str_or(r->params, "{}"), e) < 0 ||
	    (force && params_set(&l->params, l->job->params, "force", NULL, e) < 0))
		return err_wrap(e, "parameters of run %" PRId64, r->id);
	l->as_of = r->as_of;
	l->as_of_given = true;
	l->gate = str_same(r->gate, "strict") ? GATE_STRICT
		  : str_same(r->gate, "off")  ? GATE_OFF
					      : GATE_WARN;
	l->parent = r->id;
	l->keep_from = failed ? r->id : 0;
	return 0;
}
