/* fintra fix: the plan of `fintra plan`, carried out one step after the other. */
#include "core/plan.h"

#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"
#include "core/signals.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_PARTIAL = 4, EXIT_TIMEOUT = 124, EXIT_SIGNAL = 128, WORDS = 16, MISSING = 512 };

const struct cli_option fix_options[] = {
	{ "step", 0, NULL, "ask before every step" },
	{ "yes", 'y', NULL, "do not ask" },
	{ NULL, 0, NULL, NULL },
};

struct fix {
	struct app *app;
	const char *target; /* NULL: all that counts */
	bool ask_each, yes;
	size_t done, steps; /* carried out, of the plan */
	int64_t until;	    /* monotonic end of --timeout, 0 = none */
	char failed[160];   /* the command that did not end well, "" = none */
	char partial[160];  /* the last one that ended PARTIAL, "" = none */
	int code;	    /* its exit code */
};

/* The words of a step's command behind "fintra", as if they had been typed. */
static int
type(struct app *app, const char *command, struct err *e)
{
	char *text = mem_dup(command), *rest = NULL, *argv[WORDS], **own = app->argv;
	struct words w = { NULL, 0, false, false };
	int argc = 0, rc = -1, own_n = app->argc;

	for (char *p = strtok_r(text, " ", &rest); p && argc < WORDS;
	     p = strtok_r(NULL, " ", &rest))
		argv[argc++] = p;
	if (globals_split(&app->g, &w, argc, argv, e) == 0) {
		app->argc = w.n;
		app->argv = w.at;
		rc = command_find(w.at[0])->run(app);
	}
	app->argc = own_n;
	app->argv = own;
	free(w.at);
	free(text);
	return rc;
}

/* As the plan shows it; what it launches waits for nothing that is not there. */
static void
step_command(const struct why_step *s, char *out, size_t n)
{
	bool launches = s->launchable && !s->under_way && !s->resume;

	fmt_buf(out, n, "%s%s", s->command, launches ? " --gate strict" : "");
}

/* Each command gives the alarm up at its end, and `wait` has a clock of its own: what is left of
 * --timeout is set anew. */
static void
set_deadline(const struct fix *x)
{
	int64_t left = x->until - clock_mono_ms();

	if (!x->until)
		return;
	x->app->g.timeout_ms = left > 0 ? left : 1;
	signals_deadline(x->app->g.timeout_ms);
}

/* 0 = nobody has asked to stop, and the time is not over. */
static int
stop_code(const struct fix *x)
{
	int sig = signals_stop();

	if (sig && sig != SIGALRM)
		return EXIT_SIGNAL + sig;
	return x->until && clock_mono_ms() >= x->until ? EXIT_TIMEOUT : 0;
}

/* False: no, or no answer before a stop. */
static bool
agreed(struct fix *x, bool yes, const char *what)
{
	if (!stop_code(x) && out_agreed(x->app, yes, what))
		return true;
	x->code = stop_code(x) ? stop_code(x) : EXIT_PARTIAL;
	return false;
}

static int
carry_out_step(const struct fix *x, const char *command, struct err *e)
{
	if (stop_code(x))
		return stop_code(x);
	set_deadline(x);
	if (!x->app->g.json && !x->app->g.cron) {
		printf("$ %s\n", command);
		fflush(stdout);
	}
	return type(x->app, command, e);
}

/* False: the rest is not to be tried. */
static bool
do_step(struct fix *x, const struct why_step *s, struct err *e)
{
	char command[200], what[240];
	int rc;

	step_command(s, command, sizeof(command));
	if (!s->launchable) {
		x->code = EXIT_PARTIAL;
		str_copy(x->failed, sizeof(x->failed), command);
		return false;
	}
	fmt_buf(what, sizeof(what), "step %zu of %zu: %s", x->done + 1, x->steps, command);
	if (x->ask_each && !agreed(x, false, what))
		return false;
	rc = carry_out_step(x, command, e);
	if (rc == EXIT_PARTIAL)
		str_copy(x->partial, sizeof(x->partial), command);
	if (rc == 0 || rc == EXIT_PARTIAL) {
		x->done++;
		return true;
	}
	x->code = rc < 0 ? err_exit_code(e) : rc;
	str_copy(x->failed, sizeof(x->failed), command);
	return false;
}

/* By a signal or by --timeout. */
static bool
stopped(const struct fix *x)
{
	return x->code > EXIT_SIGNAL || x->code == EXIT_TIMEOUT;
}

static void
report_json(const struct fix *x, const char *missing)
{
	struct json *o = json_new_object();

	json_set_int(o, "v", 1);
	json_set_text(o, "ev", "fix.end");
	json_set_text(o, "target", x->target);
	json_set_bool(o, "ok", !*missing);
	json_set_int(o, "steps", (int64_t)x->steps);
	json_set_int(o, "done", (int64_t)x->done);
	json_set_text(o, "failed", *x->failed ? x->failed : NULL);
	json_set_int(o, "code", x->code);
	json_set_text(o, "missing", *missing ? missing : NULL);
	out_json(o);
}

static void
report_text(const struct fix *x, const char *missing, const char *verdict)
{
	const char *what = str_or(x->target, "the product");

	if (!*missing) {
		if (!x->app->g.cron)
			printf("%s is repaired; %s\n", what, verdict);
		return;
	}
	fprintf(stderr, "fintra: %s is not repaired; still missing: %s\n", what, missing);
	if (*x->failed)
		fprintf(stderr, "fintra: not done: %s (exit %d)\n", x->failed, x->code);
	else if (*x->partial)
		fprintf(stderr, "fintra: done in part: %s (exit %d)\n", x->partial, EXIT_PARTIAL);
	fprintf(stderr, "fintra: fintra why%s%s tells what is behind it\n", x->target ? " " : "",
		str_or(x->target, ""));
}

/* What is still to be done, measured afresh: 0 when nothing is. */
static int
report(struct fix *x, struct err *e)
{
	struct why *w;
	struct freshness f;
	char missing[MISSING] = "";
	int rc;

	if (command_freshness(x->app, &f, e) < 0)
		return -1;
	w = mem_zalloc(sizeof(*w));
	rc = plan_build(x->app->cat, &f, x->target, w, e);
	why_missing(w, missing, sizeof(missing));
	if (!*missing) /* measured: whoever did it */
		x->app->watch.held = false;
	if (rc == 0 && x->app->g.json)
		report_json(x, missing);
	else if (rc == 0)
		report_text(x, missing, f.verdict);
	if (rc == 0 && *missing)
		rc = stopped(x) ? x->code : EXIT_PARTIAL;
	why_done(w);
	free(w);
	freshness_done(&f);
	return rc;
}

/* Each step once: a step that fails is not tried again, and nothing that comes after it. */
static int
carry_out(struct fix *x, const struct why *w, struct err *e)
{
	char reason[200], question[80];

	x->steps = w->plan_n;
	fmt_buf(question, sizeof(question), "run %s%zu step%s", w->plan_n > 1 ? "these " : "this ",
		w->plan_n, num_s((int64_t)w->plan_n));
	if ((x->app->g.no_input || !out_can_ask()) && (x->ask_each || !x->yes))
		return err_set(e, ERR_USAGE,
			       "fix asks before it runs: without a terminal say --yes");
	if (!x->ask_each && !agreed(x, x->yes, question))
		return report(x, e);
	fmt_buf(reason, sizeof(reason), "fix %s", str_or(x->target, "all"));
	if (!x->app->g.reason)
		x->app->g.reason = reason;
	x->app->one_of_many = true;
	for (size_t i = 0; i < w->plan_n && do_step(x, &w->plan[i], e); i++)
		;
	x->app->one_of_many = false;
	return report(x, e);
}

static int
fix(struct fix *x, struct err *e)
{
	bool shown = !x->app->g.json && !x->app->g.cron;
	struct plan *p;
	int rc;

	if (x->app->g.read_only)
		return err_set(e, ERR_PERMISSION, "fix writes, and --read-only forbids it");
	p = plan_of_target(x->app, x->target, shown, e);
	if (!p)
		return -1;
	x->app->g.as_of = p->f.as_of; /* of the question, also after midnight */
	if (shown)
		plan_print(p);
	rc = p->why.plan_n ? carry_out(x, &p->why, e) : report(x, e);
	plan_done(p);
	free(p);
	return rc;
}

int
cmd_fix(struct app *app)
{
	struct cli cli;
	struct fix x = { .app = app };
	struct err e = ERR_INIT;
	int rc;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help fix");
	x.target = cli.narg ? cli.arg[0] : NULL;
	x.ask_each = cli_has(&cli, "step");
	x.yes = cli_has(&cli, "yes");
	x.until = app->g.timeout_ms ? clock_mono_ms() + app->g.timeout_ms : 0;
	signals_install(NULL, true); /* a stop, or the end of --timeout, is told at the end */
	rc = fix(&x, &e);
	signals_deadline(0);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
