/* An orchestrator's run: other jobs, each a run of its own that names this one as parent.  All here
 * happens on the run's own thread: it starts the steps and looks at how they ended. */
#include "core/run_steps.h"

#include "core/clock.h"
#include "core/look.h"
#include "core/step_plan.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

enum { LOOK_MS = 25, ALIVE_MS = 500 };

struct steps {
	struct job_ctx *c;
	struct step_plan plan;
	int64_t began, over;
	int64_t room;	/* steps at the same time */
	struct err bad; /* what ends the run; cls ERR_NONE = nothing yet */
};

/* What was asked of the whole is asked of each step that knows it. */
static int
child_params(const struct job_ctx *c, const struct step *s, struct params *out, struct err *e)
{
	static const char *const part[] = { "ticker", "limit", NULL };

	for (size_t i = 0; i < c->params->n; i++) {
		const char *name = c->params->at[i].def->name;

		if ((s->row->flags & STEP_WHOLE) && str_has(part, name))
			continue;
		if (params_find(s->job->params, name) &&
		    params_set(out, s->job->params, name, c->params->at[i].value, e) < 0)
			return err_wrap(e, "%s", s->job->name);
	}
	return 0;
}

/* Units of a run before this one stay, unless what they were made from is new or they proved bad.
 */
static void
take_over(const struct steps *t, const struct step *s, struct launch *l)
{
	if (!s->last.run)
		return;
	if (s->last.own && (run_state_resumable(s->last.state) || !run_state_ended(s->last.state)))
		l->resume = s->last.run;
	else if (!s->last.broken && !step_has_news(&t->plan, s))
		l->keep_from = s->last.run;
}

static int
launch(struct steps *t, struct step *s, struct err *e)
{
	struct run *run = t->c->run;
	struct launch l = run->l;

	l.job = s->job;
	l.params = (struct params){ .n = 0 };
	l.origin = run->origin;
	l.reason = run->reason;
	l.as_of = t->c->as_of;
	l.parent = run_number(t->c);
	l.step = l.pause_is_fine = true;
	l.keep_from = l.resume = 0;
	take_over(t, s, &l);
	if (child_params(t->c, s, &l.params, e) == 0)
		s->handle = runner_start(run->runner, &l, e);
	params_done(&l.params);
	return s->handle < 0 ? -1 : 0;
}

static int
count(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	(void)c;
	(void)e;
	*t = *(const struct tally *)arg;
	return 0;
}

/* The first word decides how the run ends. */
static void
stop(struct steps *t, const struct err *why)
{
	if (t->bad.cls == ERR_NONE)
		t->bad = *why;
}

static void
stop_for(struct steps *t, struct step *s)
{
	struct err e = s->o.err;

	/* A feed that is not ready yet skips its own run; what waits for it was refused. */
	if (e.cls == ERR_NOT_READY)
		e.cls = ERR_GATE;
	err_wrap(&e, "step %s (run %" PRId64 " ended %s)", s->job->name, s->o.run,
		 run_state_name(s->o.state));
	stop(t, &e);
}

/* Only what failed is done again; that something good was made before it is said. */
static void
tell_older(struct steps *t, const struct step *s)
{
	if (!s->last.run || s->o.counts.inserted + s->o.counts.updated <= 0)
		return;
	for (const struct step *k = s + 1; k < t->plan.at + t->plan.n; k++)
		if (k->kept && k->state == STEP_GOOD && step_feeds(s->job, k->job))
			run_log(t->c, LVL_WARN,
				"%s is kept, but was made before %s was whole: fintra run %s",
				k->job->name, s->job->name, k->job->name);
}

static void
taint_partial(struct steps *t, const struct step *s)
{
	char why[STEP_WHY];

	fmt_buf(why, sizeof(why), "step %s ended partial", s->job->name);
	run_taint(t->c, why);
}

/* A step that ended well is a unit: a resume goes on behind it. */
static void
settle(struct steps *t, struct step *s)
{
	struct err e = ERR_INIT;

	s->state = STEP_GOOD;
	tell_older(t, s);
	str_copy(s->why, sizeof(s->why), s->o.state == RUN_PARTIAL ? s->o.why : "");
	if (s->o.state == RUN_PARTIAL)
		taint_partial(t, s);
	if (run_transaction(t->c, s->job->name, count, &s->o.counts, &e) < 0)
		stop(t, &e);
}

static void
fall(struct steps *t, struct step *s)
{
	bool gate = s->o.err.cls == ERR_GATE, critical = s->row->flags & STEP_CRITICAL;

	if (s->o.err.cls == ERR_NONE)
		err_set(&s->o.err, s->o.state == RUN_SKIPPED ? ERR_LOCK : ERR_INTERNAL, "%s",
			s->o.why);
	s->state = gate && step_is_spoilt(&t->plan, s) ? STEP_BLOCKED : STEP_FAILED;
	str_copy(s->why, sizeof(s->why), s->o.err.text);
	if (s->o.err.cls == ERR_CANCELLED || (critical && s->state == STEP_FAILED))
		stop_for(t, s);
}

/* By policy: no unit, so a resume does it.  What works over its tables waits, too; what only reads
 * them is stopped by its own gate. */
static void
pass_over(struct steps *t, struct step *s)
{
	s->state = STEP_BLOCKED;
	fmt_buf(s->why, sizeof(s->why), "step %s is paused", s->job->name);
	run_taint(t->c, s->why);
}

static void
judge(struct steps *t, struct step *s)
{
	if (s->o.paused)
		pass_over(t, s);
	else if (s->o.state == RUN_SUCCESS || s->o.state == RUN_PARTIAL)
		settle(t, s);
	else
		fall(t, s);
	run_log(t->c, s->state == STEP_GOOD ? LVL_INFO : LVL_WARN, "%s: run %" PRId64 " ended %s%s",
		s->job->name, s->o.run, run_state_name(s->o.state),
		s->state == STEP_BLOCKED ? ": blocked by a step before it" : "");
	run_progress(t->c, ++t->over);
}

/* Ended well under an earlier epoch, which died before it could say so. */
static bool
adopt(struct steps *t, struct step *s)
{
	if (!s->last.own || (s->last.state != RUN_SUCCESS && s->last.state != RUN_PARTIAL))
		return false;
	s->o.run = s->last.run;
	s->o.state = s->last.state;
	s->o.counts = s->last.counts;
	s->o.duration_ms = s->last.duration_ms;
	judge(t, s);
	return true;
}

static bool
rests(struct steps *t, struct step *s)
{
	const char *table = step_lacks(&t->plan, s);

	if (!table || t->c->run->l.gate != GATE_STRICT)
		return false;
	s->state = STEP_BLOCKED;
	fmt_buf(s->why, sizeof(s->why), "works over %s, which a step before it did not make",
		table);
	run_log(t->c, LVL_WARN, "%s: skipped: %s", s->job->name, s->why);
	run_progress(t->c, ++t->over);
	return true;
}

static void
begin(struct steps *t, struct step *s)
{
	struct runner *r = t->c->run->runner;
	struct err e = ERR_INIT;

	if (run_check(t->c, &e) < 0 || launch(t, s, &e) < 0) {
		stop(t, &e);
		return;
	}
	s->state = STEP_RUNS;
	/* Numbered in the order of the steps, whichever thread is quicker. */
	while (t->room > 1 && runner_run_id(r, s->handle) == 0 && !runner_poll(r, s->handle, &s->o))
		(void)poll(NULL, 0, 1);
}

static size_t
running(const struct steps *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->plan.n; i++)
		n += t->plan.at[i].state == STEP_RUNS;
	return n;
}

static void
begin_ready(struct steps *t)
{
	for (size_t i = 0; i < t->plan.n && t->bad.cls == ERR_NONE; i++) {
		struct step *s = &t->plan.at[i];

		if ((int64_t)running(t) >= t->room)
			return;
		if (s->state == STEP_WAITS && !step_must_wait(&t->plan, s) && !adopt(t, s) &&
		    !rests(t, s))
			begin(t, s);
	}
}

/* The process that died held this step's locks until just now: its last beat may be younger than
 * that of this run.  Bounded by the proof itself. */
static bool
still_warm(struct steps *t, struct step *s)
{
	const struct run *run = t->c->run;

	return s->last.own && !run_state_ended(s->last.state) && s->o.err.cls == ERR_LOCK &&
	       s->o.state == RUN_SKIPPED && t->bad.cls == ERR_NONE &&
	       clock_mono_ms() - t->began < run->conf->abandoned_ms &&
	       !cancel_wait(t->c->cancel, ALIVE_MS);
}

static bool
look(struct steps *t)
{
	bool any = false;

	for (size_t i = 0; i < t->plan.n; i++) {
		struct step *s = &t->plan.at[i];

		if (s->state != STEP_RUNS || !runner_poll(t->c->run->runner, s->handle, &s->o))
			continue;
		any = true;
		if (still_warm(t, s))
			s->state = STEP_WAITS;
		else
			judge(t, s);
	}
	return any;
}

/* A wish to stop is passed on, then the steps are waited for: their last batch counts. */
static void
pass_on(struct steps *t)
{
	struct run *run = t->c->run;
	struct err e = ERR_INIT;

	if (run_check(t->c, &e) == 0)
		return;
	stop(t, &e);
	for (size_t i = 0; i < t->plan.n; i++)
		if (t->plan.at[i].state == STEP_RUNS)
			runner_cancel(run->runner, t->plan.at[i].handle,
				      cancel_level(t->c->cancel));
	(void)poll(NULL, 0, LOOK_MS); /* the token stays raised: it cannot be waited on */
}

static void
carry_out(struct steps *t)
{
	for (;;) {
		begin_ready(t);
		if (running(t) == 0)
			return;
		while (!look(t)) {
			(void)cancel_wait(t->c->cancel, LOOK_MS);
			pass_on(t);
		}
	}
}

static const char *
status_of(const struct step *s)
{
	bool skipped = s->state == STEP_PASSED_OVER || s->state == STEP_BLOCKED;

	return skipped ? "skipped" : run_state_name(s->o.state);
}

static void
tell(struct steps *t)
{
	struct json *all = json_new_array();
	int64_t completed = 0;

	for (size_t i = 0; i < t->plan.n; i++) {
		const struct step *s = &t->plan.at[i];
		struct json *j;

		if (s->state == STEP_WAITS)
			continue;
		j = json_new_object();
		json_set_text(j, "step", s->job->name);
		if (s->o.run)
			json_set_int(j, "run", s->o.run);
		json_set_text(j, "status", status_of(s));
		json_set_int(j, "duration_ms", s->kept ? 0 : s->o.duration_ms);
		if (s->kept)
			json_set_bool(j, "kept", true);
		if (*s->why)
			json_set_text(j, "why", s->why);
		json_push(all, j);
		completed += s->state == STEP_GOOD;
	}
	run_result_json(t->c, "steps", all);
	run_result_int(t->c, "steps_completed", completed);
	run_result_int(t->c, "total_duration_ms", clock_mono_ms() - t->began);
}

static void
list(const struct steps *t, enum step_state state, const char *word, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->plan.n; i++)
		if (t->plan.at[i].state == state && !t->plan.at[i].o.paused)
			str_fmt(out, "%s%s",
				n++	   ? ", "
				: out->len ? "; "
					   : "",
				t->plan.at[i].job->name);
	if (n > 0)
		str_fmt(out, " %s", word);
}

/* Failures of single steps, once all that can be done is done. */
static void
sum_up(struct steps *t)
{
	STR_AUTO why = { 0 };

	str_init(&why, STEP_WHY);
	list(t, STEP_FAILED, "failed", &why);
	list(t, STEP_BLOCKED, "blocked", &why);
	if (why.len)
		run_taint(t->c, str_c(&why));
}

static void
announce(struct steps *t)
{
	for (size_t i = 0; i < t->plan.n; i++) {
		const struct step *s = &t->plan.at[i];

		t->over += s->state != STEP_WAITS;
		if (s->state == STEP_PASSED_OVER)
			run_log(t->c, LVL_INFO, "%s: %s", s->job->name, s->why);
		else if (s->kept && s->o.state == RUN_PARTIAL)
			taint_partial(t, s);
	}
	run_progress(t->c, t->over);
}

/* What would be started is not: each step is a unit, and a run of its own to be looked at. */
static int
look_at(struct steps *t, struct err *e)
{
	struct run *run = t->c->run;

	for (size_t i = 0; i < t->plan.n; i++) {
		struct step *s = &t->plan.at[i];
		struct params params = { .n = 0 };
		int rc = 0;

		if (s->kept)
			continue;
		if (s->state == STEP_WAITS)
			rc = child_params(t->c, s, &params, e);
		if (rc == 0)
			rc = run_transaction(t->c, s->job->name, count, &s->o.counts, e);
		if (rc == 0)
			look_step(run, s->job, &params, s->state == STEP_WAITS ? NULL : s->why);
		params_done(&params);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* A wish to stop that came when all was done has stopped nothing. */
static bool
came_too_late(const struct steps *t)
{
	for (size_t i = 0; i < t->plan.n; i++)
		if (t->plan.at[i].state == STEP_WAITS || t->plan.at[i].o.err.cls == ERR_CANCELLED)
			return false;
	return t->bad.cls == ERR_CANCELLED;
}

static int
run_all(struct job_ctx *c, bool by_catalogue, struct err *e)
{
	struct steps *t = mem_zalloc(sizeof(*t));
	int rc;

	t->c = c;
	t->began = clock_mono_ms();
	t->room = params_int(c->params, "jobs", 1);
	rc = step_plan_make(c, by_catalogue, &t->plan, e);
	if (rc == 0 && run_looks(c)) {
		rc = look_at(t, e);
	} else if (rc == 0) {
		run_phase(c, "steps", (int64_t)t->plan.n);
		announce(t);
		carry_out(t);
		tell(t);
		if (came_too_late(t))
			t->bad = (struct err)ERR_INIT;
		if (t->bad.cls == ERR_NONE)
			sum_up(t);
		else
			*e = t->bad;
		rc = t->bad.cls == ERR_NONE ? 0 : -1;
	}
	free(t);
	return rc;
}

int
run_steps(struct job_ctx *c, struct err *e)
{
	return run_all(c, false, e);
}

int
run_steps_by_catalogue(struct job_ctx *c, struct err *e)
{
	return run_all(c, true, e);
}
