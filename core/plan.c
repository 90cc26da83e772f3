/* A plan with its figures: each step is foreseen by its own job, on the database as it is now. */
#include "core/plan.h"

#include "core/num.h"
#include "core/words.h"

#include <stdlib.h>
#include <string.h>

bool
plan_feeds(const struct job *earlier, const struct job *later)
{
	const char *reads[INPUTS_MAX + 1];

	job_inputs(later, NULL, NULL, reads);
	for (size_t i = 0; reads[i]; i++)
		if (str_has(earlier->writes, reads[i]))
			return true;
	return false;
}

/* What an earlier step makes may decide it. */
static bool
is_fed(const struct why *w, size_t step)
{
	for (size_t i = 0; i < step; i++)
		if (plan_feeds(w->plan[i].job, w->plan[step].job))
			return true;
	return false;
}

/* Where the job itself cannot tell: what is so by nature, else what the last good runs were like.
 */
static void
fall_back(struct why_step *s)
{
	bool part = *s->options || why_is_part(s->params);

	if (s->f.calls < 0 && !(part && s->job->flags & JOB_USES_API)) {
		s->f.calls = s->calls;
		s->f.calls_exact = s->launchable && !(s->job->flags & JOB_USES_API);
	}
	if (s->f.rows < 0 && s->f.units < 0 && !part && !s->resume)
		s->f.rows = s->rows;
}

/* "--restated", "--tickers A,B": as the step's command has them. */
static int
read_options(const struct why_step *s, struct params *out, struct err *e)
{
	struct word_list w;
	int rc = words_split(s->options, &w);

	if (rc < 0)
		return err_set(e, ERR_INTERNAL, "options of %s: %s", s->job->name, s->options);
	for (size_t i = 0; rc == 0 && i < w.word.n; i++) {
		const char *name = w.word.at[i] + strspn(w.word.at[i], "-");
		bool flag = i + 1 == w.word.n || *w.word.at[i + 1] == '-';

		rc = params_set(out, s->job->params, name, flag ? NULL : w.word.at[++i], e);
	}
	words_done(&w);
	return rc;
}

static int
ask_job(const struct plan *p, struct foresight *sight, struct why_step *s, struct err *e)
{
	struct params own = { .n = 0 };
	struct launch l = { .job = s->job, .as_of = p->f.as_of, .resume = s->resume };
	int rc = *s->options ? read_options(s, &own, e) : 0;

	l.params = s->params ? *s->params : own;
	if (rc == 0)
		rc = foresee(sight, &l, &s->f, NULL, e);
	params_done(&own);
	return rc;
}

/* What refuses the only launch refuses the plan; of several the others would be done. */
static bool
stands_alone(const struct plan *p)
{
	return p->set.n == 1 && !p->set.job[0]->steps;
}

/* A step that cannot be foreseen says why; the plan stands all the same. */
static int
foresee_step(struct plan *p, struct foresight *sight, size_t i, struct err *e)
{
	struct why_step *s = &p->why.plan[i];
	int rc = 0;

	if (s->launchable && !s->under_way)
		rc = ask_job(p, sight, s, e);
	if (rc < 0 && (e->disconnected || (stands_alone(p) && e->cls == ERR_USAGE)))
		return -1;
	*e = (struct err)ERR_INIT;
	if (is_fed(&p->why, i)) {
		s->f.units_exact = false;
		s->f.calls_exact = s->f.calls_exact && !(s->job->flags & JOB_USES_API);
	}
	fall_back(s);
	return 0;
}

static void
add_calls(struct why *w)
{
	int64_t calls = 0;
	bool known = true, exact = true;
	char n[NUM_BUF], *end = w->text + strlen(w->text);
	size_t room = sizeof(w->text) - strlen(w->text);

	for (size_t i = 0; i < w->plan_n; i++) {
		known = known && w->plan[i].f.calls >= 0;
		exact = exact && w->plan[i].f.calls_exact;
		calls += w->plan[i].f.calls;
	}
	if (w->plan_n && known)
		fmt_buf(end, room, ", %s%s API call%s", exact ? "" : "~", num_group(calls, n),
			num_s(calls));
	else if (w->plan_n)
		fmt_buf(end, room, ", API calls unknown");
}

static int
foresee_steps(struct plan *p, struct foresight *sight, struct err *e)
{
	for (size_t i = 0; i < p->why.plan_n; i++)
		if (foresee_step(p, sight, i, e) < 0)
			return -1;
	add_calls(&p->why);
	return 0;
}

static int
add_figures(const struct app *app, struct plan *p,
	    int (*fn)(struct plan *, struct foresight *, struct err *), struct err *e)
{
	DB_AUTO db = app_look(app, e);
	struct foresight *sight;
	int rc;

	if (!db)
		return -1;
	sight = foresee_begin(&app->conf, app->cat, db);
	rc = fn(p, sight, e);
	foresee_end(sight);
	return rc;
}

struct plan *
plan_of_target(const struct app *app, const char *target, bool figures, struct err *e)
{
	struct plan *p = mem_zalloc(sizeof(*p));

	if (command_freshness(app, &p->f, e) == 0 &&
	    plan_build(app->cat, &p->f, target, &p->why, e) == 0 &&
	    (!figures || p->why.plan_n == 0 || add_figures(app, p, foresee_steps, e) == 0))
		return p;
	plan_done(p);
	free(p);
	return NULL;
}

/* --- launches --- */

static void
add_launch(struct plan *p, const struct job *job, const struct params *params)
{
	why_add_launch(p->set.cat, &p->f, job, params, p->set.mode, &p->why);
}

/* Its steps take its place. */
static int
add_steps_of(struct plan *p, struct foresight *sight, int at, struct err *e)
{
	struct launch l = { .job = p->set.job[at],
			    .params = p->set.params[at],
			    .as_of = p->f.as_of };
	struct forecast whole;

	if (foresee(sight, &l, &whole, &p->steps, e) < 0)
		return -1;
	for (size_t i = 0; i < p->steps.n; i++) {
		struct planned_step *s = &p->steps.at[i];

		if (!s->why)
			add_launch(p, s->job, &s->params);
		else if (p->npassed < PLAN_PASSED)
			p->passed[p->npassed++] = s;
	}
	return 0;
}

static int
foresee_launches(struct plan *p, struct foresight *sight, struct err *e)
{
	for (int i = 0; i < p->set.n; i++)
		if (p->set.job[i]->steps && p->steps.n == 0) {
			if (add_steps_of(p, sight, i, e) < 0)
				return -1;
		} else {
			add_launch(p, p->set.job[i], &p->set.params[i]);
		}
	why_plan_sentence(NULL, &p->why);
	return foresee_steps(p, sight, e);
}

struct plan *
plan_of_launch(const struct app *app, const char **hint, struct err *e)
{
	struct plan *p = mem_zalloc(sizeof(*p));
	int rc = launch_set_parse(app, &p->set, e);

	*hint = p->set.hint;
	if (rc == 0 && command_freshness(app, &p->f, e) == 0 &&
	    add_figures(app, p, foresee_launches, e) == 0)
		return p;
	plan_done(p);
	free(p);
	return NULL;
}

void
plan_done(struct plan *p)
{
	why_done(&p->why);
	planned_steps_done(&p->steps);
	launch_set_done(&p->set);
	freshness_done(&p->f);
}
