/* The plan of `fintra fix`, carried out by this console: one step after the other, each once and
 * under strict gates, until one does not end well. */
#include "tui/console.h"

#include "core/commands.h"
#include "core/why.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 16 };

/* The steps of `fintra plan TARGET`; owned, NULL fills *e. */
static struct why *
plan_of(const struct model *m, const char *target, struct err *e)
{
	struct why *w;

	if (!m->s->fresh) {
		err_set(e, ERR_USAGE, "nothing is measured yet");
		return NULL;
	}
	w = mem_zalloc(sizeof(*w));
	if (plan_build(m->cat, &m->s->fresh->f, *target ? target : NULL, w, e) == 0)
		return w;
	why_done(w);
	free(w);
	return NULL;
}

static void
free_plan(struct why *w)
{
	if (w)
		why_done(w);
	free(w);
}

static void
name_steps(const struct why *w, char *out, size_t n)
{
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < w->plan_n && len + 1 < n; i++) {
		fmt_buf(out + len, n - len, "%s%s", i ? ", " : "", w->plan[i].job->name);
		len = strlen(out);
	}
}

void
view_ask_fix(const struct model *m, const char *target, const struct input *in, struct action *out)
{
	const char *why_not = model_why_read_only(m);
	struct err e = ERR_INIT;
	struct why *w = why_not ? NULL : plan_of(m, target, &e);

	if (why_not) {
		view_message(out, LVL_WARN, "launching is off: %s", why_not);
	} else if (!w) {
		view_message(out, LVL_WARN, "%s", e.text);
	} else if (w->plan_n == 0) {
		view_message(out, LVL_INFO, "%s", w->text);
	} else {
		out->intent = DO_OPEN;
		out->open = &view_confirm;
		out->then = DO_FIX;
		out->key = in->key;
		fmt_buf(out->text, sizeof(out->text), "Run the whole plan, %zu step%s, for %s?",
			w->plan_n, num_s((int64_t)w->plan_n), *target ? target : "the product");
		name_steps(w, out->detail[0], sizeof(out->detail[0]));
		str_copy(out->detail[1], sizeof(out->detail[1]),
			 "each once, gates strict; a step that fails ends it");
		fmt_buf(out->detail[2], sizeof(out->detail[2]), "the same by: fintra fix%s%s",
			*target ? " " : "", target);
		str_copy(out->target, sizeof(out->target), target);
	}
	free_plan(w);
}

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
			app.g.as_of = x->as_of;
		rc = launch_set_parse(&app, &set, e);
	}
	if (rc == 0) {
		set.all.job = set.job[0];
		set.all.params = set.params[0];
		set.all.as_of = x->as_of;
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
stop(struct console *k, const char *why)
{
	struct fixing *x = &k->fix;

	console_message(k, LVL_WARN, "fix stops after %zu of %zu steps: %s", x->done, x->n, why);
	x->on = false;
}

/* Starts the step that is next, or says that all is done. */
static void
next(struct console *k)
{
	struct fixing *x = &k->fix;
	const struct fix_step *s = &x->step[x->done];
	struct err e = ERR_INIT;
	size_t before = k->own.n;

	if (x->done == x->n) {
		console_message(k, LVL_INFO, "fix: all %zu step%s done; measuring again", x->n,
				num_s((int64_t)x->n));
		x->on = false;
		feed_refresh(k->feed);
		return;
	}
	if (!s->launchable) {
		stop(k, "the next one is not launched from here");
		return;
	}
	if (s->resume)
		console_go_on(
			k, &(struct action){ .run = s->resume, .job = s->job, .as_of = x->as_of });
	else if (launch_step(k, s->command, &e) < 0)
		stop(k, e.text);
	if (k->own.n > before)
		x->own = k->own.n - 1;
	else if (x->on)
		stop(k, "the next one could not be started");
	if (x->on)
		console_message(k, LVL_INFO, "fix: step %zu of %zu: %s", x->done + 1, x->n,
				s->job->name);
}

void
console_fix(struct console *k, const char *target)
{
	struct fixing *x = &k->fix;
	struct err e = ERR_INIT;
	struct why *w;

	if (x->on) {
		console_message(k, LVL_WARN, "a plan is under way: step %zu of %zu", x->done + 1,
				x->n);
		return;
	}
	w = plan_of(&k->m, target, &e);
	if (!w) {
		console_message(k, LVL_WARN, "%s", e.text);
		return;
	}
	*x = (struct fixing){ .on = true, .n = w->plan_n, .as_of = k->m.s->fresh->f.as_of };
	str_copy(x->target, sizeof(x->target), target);
	fmt_buf(x->reason, sizeof(x->reason), "fix %s", *target ? target : "all");
	for (size_t i = 0; i < w->plan_n; i++) {
		const struct why_step *s = &w->plan[i];

		x->step[i].job = s->job;
		x->step[i].launchable = s->launchable && !s->under_way;
		x->step[i].resume = s->resume;
		str_copy(x->step[i].command, sizeof(x->step[i].command), s->command);
	}
	free_plan(w);
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
	x->done++;
	if (r->told && x->done < x->n)
		stop(k, "you asked it to stop");
	else
		next(k);
}

void
console_fix_ends(struct console *k)
{
	if (k->fix.on)
		stop(k, "the console is left");
}
