/* An orchestrator's run: other jobs in turn, each a run of its own that names this one as parent.
 */
#include "core/run_steps.h"

#include "core/clock.h"
#include "core/run_private.h"

#include <inttypes.h>
#include <poll.h>

enum { LOOK_MS = 100 };

struct steps {
	struct job_ctx *c;
	struct json *told; /* [{step, run, state, duration_ms}] */
	int64_t began, done;
};

/* What was asked of the whole is asked of each step that knows it. */
static int
child_params(const struct job_ctx *c, const struct job *job, struct params *out, struct err *e)
{
	for (size_t i = 0; i < c->params->n; i++) {
		const char *name = c->params->at[i].def->name;

		if (params_find(job->params, name) &&
		    params_set(out, job->params, name, c->params->at[i].value, e) < 0)
			return err_wrap(e, "%s", job->name);
	}
	return 0;
}

/* A wish to stop is passed on, then the child is waited for: its last batch counts. */
static void
await(const struct job_ctx *c, int handle, struct outcome *out)
{
	struct runner *r = c->run->runner;

	while (!runner_poll(r, handle, out)) {
		if (!cancel_asked(c->cancel)) {
			(void)cancel_wait(c->cancel, LOOK_MS);
			continue;
		}
		runner_cancel(r, handle, cancel_level(c->cancel));
		(void)poll(NULL, 0, LOOK_MS); /* the token stays raised: it cannot be waited on */
	}
}

static int
run_child(const struct job_ctx *c, const struct job *job, struct outcome *out, struct err *e)
{
	struct run *run = c->run;
	struct launch l = run->l;
	int handle = -1;

	l.job = job;
	l.params = (struct params){ .n = 0 };
	l.origin = run->origin;
	l.reason = run->reason;
	l.as_of = c->as_of;
	l.parent = run_number(c);
	l.keep_done = false;
	l.resume = 0;
	if (child_params(c, job, &l.params, e) == 0)
		handle = runner_start(run->runner, &l, e);
	params_done(&l.params);
	if (handle < 0)
		return -1;
	await(c, handle, out);
	return 0;
}

static void
tell(struct steps *s, const char *name, const struct outcome *o)
{
	struct json *j = json_new_object();

	json_set_text(j, "step", name);
	json_set_int(j, "run", o->run);
	json_set_text(j, "state", run_state_name(o->state));
	json_set_int(j, "duration_ms", o->duration_ms);
	json_push(s->told, j);
	run_log(s->c, LVL_INFO, "%s: run %" PRId64 " ended %s", name, o->run,
		run_state_name(o->state));
}

static int
count(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	(void)c;
	(void)e;
	*t = ((const struct outcome *)arg)->counts;
	return 0;
}

/* A step that ended well is a unit: a resume goes on behind it. */
static int
judge(struct steps *s, const char *name, struct outcome *o, struct err *e)
{
	char why[120];

	if (o->state != RUN_SUCCESS && o->state != RUN_PARTIAL) {
		*e = o->err;
		if (e->cls == ERR_NONE)
			err_set(e, o->state == RUN_SKIPPED ? ERR_LOCK : ERR_INTERNAL, "%s", o->why);
		return err_wrap(e, "step %s (run %" PRId64 " ended %s)", name, o->run,
				run_state_name(o->state));
	}
	if (o->state == RUN_PARTIAL) {
		fmt_buf(why, sizeof(why), "step %s ended partial", name);
		run_taint(s->c, why);
	}
	return run_transaction(s->c, name, count, o, e);
}

static int
do_step(struct steps *s, const struct job_step *step, struct err *e)
{
	const struct job *job = catalogue_job(s->c->run->cat, step->job);
	struct outcome o;

	if (!job)
		return err_set(e, ERR_CONFIG, "step %s: this build has no such job", step->job);
	if (run_check(s->c, e) < 0 || run_child(s->c, job, &o, e) < 0)
		return -1;
	tell(s, step->job, &o);
	return judge(s, step->job, &o, e);
}

static bool
wanted(const struct job_ctx *c, const struct job_step *step)
{
	return !step->param || params_bool(c->params, step->param);
}

int
run_steps(struct job_ctx *c, struct err *e)
{
	struct steps s = { .c = c, .told = json_new_array(), .began = clock_mono_ms() };
	int64_t total = 0;
	int rc = 0;

	for (const struct job_step *step = c->job->steps; step->job; step++)
		total += wanted(c, step);
	run_phase(c, "steps", total);
	for (const struct job_step *step = c->job->steps; rc == 0 && step->job; step++) {
		if (!wanted(c, step))
			continue;
		if (!run_unit_done(c, step->job))
			rc = do_step(&s, step, e);
		if (rc == 0)
			run_progress(c, ++s.done);
	}
	run_result_text(c, "mode", "steps");
	run_result_json(c, "steps", s.told);
	run_result_int(c, "total_duration_ms", clock_mono_ms() - s.began);
	return rc;
}
