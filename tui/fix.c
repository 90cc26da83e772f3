/* The plan of `fintra fix`, carried out by this console: one step after the other, each once and
 * under strict gates, until one does not end well. */
#include "tui/console.h"

#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 16 };

/* What `fintra fix` would type, with its options. */
static int
launch_step(struct console *k, const char *command, struct err *e)
{
	struct fixing *x = &k->fix;
	struct app app = { .cat = k->m.cat, .g = { .as_of = DATE_NONE, .color = "auto" } };
	struct launch_set set = { .n = 0 };
	struct words w = { .n = 0 };
	char line[200], *argv[WORDS];
	size_t n;
	int rc = -1;

	str_copy(line, sizeof(line), command);
	if (cli_split(line, argv, WORDS, &n, e) == 0 &&
	    globals_split(&app.g, &w, (int)n, argv, e) == 0) {
		app.argc = w.n;
		app.argv = w.at;
		if (!date_is_set(app.g.as_of))
			app.g.as_of = x->plan.as_of;
		rc = launch_set_parse(&app, &set, e);
	}
	if (rc == 0) {
		set.all.job = set.job[0];
		set.all.params = set.params[0];
		set.all.as_of = x->plan.as_of;
		set.all.as_of_given = true;
		set.all.gate = GATE_STRICT;
		set.all.origin = "console";
		set.all.reason = x->reason;
		console_launch(k, &set.all);
	}
	launch_set_done(&set);
	free(w.at);
	return rc;
}

static void
finish(struct console *k, const char *stopped)
{
	k->fix.on = false;
	k->fix.ended_ms = clock_wall_ms();
	str_copy(k->fix.stopped, sizeof(k->fix.stopped), stopped);
	feed_refresh(k->feed);
}

static void
stop(struct console *k, const char *why)
{
	struct fixing *x = &k->fix;

	console_message(k, LVL_WARN, "fix stops after %zu of %zu steps: %s", x->done, x->plan.n,
			why);
	finish(k, why);
}

/* Starts the step that is next, or says that all is done. */
static void
next(struct console *k)
{
	struct fixing *x = &k->fix;
	const struct fix_step *s = &x->plan.step[x->done];
	struct err e = ERR_INIT;
	size_t before = k->own.n;

	if (x->done == x->plan.n) {
		console_message(k, LVL_INFO, "fix: all %zu step%s done; measuring again", x->plan.n,
				num_s((int64_t)x->plan.n));
		finish(k, "");
		return;
	}
	if (!s->launchable) {
		stop(k, "the next one is not launched from here");
		return;
	}
	if (s->resume)
		console_go_on(k, &(struct action){
					 .run = s->resume, .job = s->job, .as_of = x->plan.as_of });
	else if (launch_step(k, s->command, &e) < 0)
		stop(k, e.text);
	if (k->own.n > before)
		x->own = k->own.n - 1;
	else if (x->on)
		stop(k, "the next one could not be started");
	if (x->on)
		console_message(k, LVL_INFO, "fix: step %zu of %zu: %s", x->done + 1, x->plan.n,
				s->job->name);
}

void
console_fix(struct console *k, const struct fix_plan *p)
{
	struct fixing *x = &k->fix;

	if (x->on) {
		console_message(k, LVL_WARN, "a plan is under way: step %zu of %zu", x->done + 1,
				x->plan.n);
		return;
	}
	*x = (struct fixing){ .on = true, .plan = *p };
	fmt_buf(x->reason, sizeof(x->reason), "fix %s", *p->target ? p->target : "all");
	next(k);
}

void
console_fix_goes_on(struct console *k)
{
	struct fixing *x = &k->fix;
	const struct own_run *r = x->on ? &k->own.at[x->own] : NULL;

	if (!r || !r->ended)
		return;
	if (r->outcome.state != RUN_SUCCESS && r->outcome.state != RUN_PARTIAL) {
		stop(k, r->outcome.err.cls != ERR_NONE ? r->outcome.err.text
						       : run_state_name(r->outcome.state));
		return;
	}
	if (r->outcome.state == RUN_PARTIAL)
		x->partial = r->job;
	x->done++;
	if (r->told && x->done < x->plan.n)
		stop(k, "you asked it to stop");
	else
		next(k);
}

void
console_fix_measured(struct console *k)
{
	struct fixing *x = &k->fix;
	const struct fresh_part *p = k->m.s->fresh;
	const char *target = x->plan.target, *what = *target ? target : "the product";
	char missing[160];
	struct err e = ERR_INIT;
	struct why *w;

	if (!x->ended_ms || !p || p->measured_ms < x->ended_ms)
		return;
	x->ended_ms = 0;
	w = mem_zalloc(sizeof(*w));
	if (plan_build(k->m.cat, &p->f, *target ? target : NULL, w, &e) < 0)
		str_copy(missing, sizeof(missing), e.text);
	else
		why_missing(w, missing, sizeof(missing));
	if (!*missing)
		console_message(k, LVL_INFO, "%s is repaired; %s", what, p->f.verdict);
	else if (*x->stopped)
		console_message(k, LVL_WARN,
				"fix stopped after %zu of %zu steps; still missing: %s; %s",
				x->done, x->plan.n, missing, x->stopped);
	else
		console_message(k, LVL_WARN, "%s is not repaired; still missing: %s%s%s", what,
				missing, x->partial ? "; done in part: " : "",
				x->partial ? x->partial->name : "");
	why_done(w);
	free(w);
}

void
console_fix_ends(struct console *k)
{
	if (k->fix.on)
		stop(k, "the console is left");
}
