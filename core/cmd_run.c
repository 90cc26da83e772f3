/* fintra run, fintra backfill. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/run_diff.h"
#include "core/session.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

#define DIFF_OPTIONS                                                                \
	{ "diff", 0, NULL, "show what would change, then ask whether to keep it" }, \
	{                                                                           \
		"yes", 0, NULL, "with --diff: keep it without asking"               \
	}

#define LAUNCH_OPTIONS                                                                    \
	{ "dry-run", 0, NULL, "compute and log, write nothing" },                         \
		{ "force", 0, NULL, "run although it is done" },                          \
		{ "limit", 0, "N", "only the first N tickers" },                          \
		{ "ticker", 't', "SYM", "only this ticker" },                             \
		{ "gate", 0, "MODE", "strict, warn or off: when an input is not fresh" }, \
	{                                                                                 \
		"overlap", 0, "MODE", "fail, skip or wait=30m: when it runs already"      \
	}

const struct cli_option run_options[] = {
	DIFF_OPTIONS,
	LAUNCH_OPTIONS,
	{ "from", 0, "DATE", "first day of a range, where the job has one" },
	{ "to", 0, "DATE", "last day of it" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option plan_options[] = {
	{ "dot", 0, NULL, "as a graph for graphviz" },
	LAUNCH_OPTIONS,
	{ "from", 0, "DATE", "first day of a range, where the job has one" },
	{ "to", 0, "DATE", "last day of it" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option backfill_options[] = {
	DIFF_OPTIONS,
	LAUNCH_OPTIONS,
	{ "from", 0, "DATE", "first day" },
	{ "to", 0, "DATE", "last day" },
	{ "list", 0, NULL, "print the catalogue of backfills" },
	{ NULL, 0, NULL, NULL },
};

static bool
is_launch_option(const char *name)
{
	static const char *const own[] = { "gate", "overlap", "list", "yes", "dot", NULL };

	return str_has(own, name);
}

/* In canonical order, each once. */
static int
select_jobs(const struct app *app, const struct cli *cli, const struct job **out, struct err *e)
{
	const struct job *chosen[LAUNCH_JOBS];
	int n = 0;

	for (size_t i = 0; i < cli->narg; i++) {
		int k = catalogue_select(app->cat, cli->arg[i], chosen + n, LAUNCH_JOBS - n, e);

		if (k < 0)
			return -1;
		n += k;
	}
	int kept = 0;
	for (size_t i = 0; app->cat->jobs[i]; i++) {
		bool want = false;

		for (int k = 0; k < n; k++)
			want = want || chosen[k] == app->cat->jobs[i];
		if (want)
			out[kept++] = app->cat->jobs[i];
	}
	return kept;
}

static int
unknown_param(const struct job *job, const char *name, struct err *e)
{
	const char *words[PARAMS_MAX + 8], *near;
	size_t n = 0;

	for (const struct param_def *d = job->params; d && d->name && n < PARAMS_MAX; d++)
		words[n++] = d->name;
	for (size_t i = 0; i < params_common_count; i++)
		words[n++] = params_common[i].name;
	words[n++] = "diff";
	words[n++] = "gate";
	words[n++] = "overlap";
	near = cli_nearest(name, words, n);
	return err_set(e, ERR_USAGE, "%s has no option --%s%s%s%s", job->name, name,
		       near ? "; did you mean --" : "", str_or(near, ""), near ? "?" : "");
}

/* An option is given to every chosen job that has it; none having it is an error. */
static int
set_params(const struct cli *cli, const struct job *const *jobs, int n, struct params *params,
	   struct err *e)
{
	for (size_t i = 0; i < cli->nopt; i++) {
		const char *name = cli->opt[i].name;
		bool known = is_launch_option(name);

		for (int k = 0; k < n; k++) {
			if (is_launch_option(name) || !params_find(jobs[k]->params, name))
				continue;
			known = true;
			if (params_set(&params[k], jobs[k]->params, name, cli->opt[i].value, e) < 0)
				return err_wrap(e, "%s", jobs[k]->name);
		}
		if (!known)
			return unknown_param(jobs[0], name, e);
	}
	return 0;
}

static int
check_tickers(const struct cli *cli, const struct launch_set *set, struct err *e)
{
	for (int i = 0; i < set->n; i++)
		if ((set->job[i]->flags & JOB_NEEDS_TICKER) && !cli_has(cli, "ticker"))
			return err_set(e, ERR_USAGE, "%s needs a ticker: --ticker SYM",
				       set->job[i]->name);
	return 0;
}

static int
parse_gate(const struct app *app, const struct cli *cli, struct launch_set *set, struct err *e)
{
	const char *v = cli_value(cli, "gate");
	enum gate_mode *out = &set->all.gate;
	bool layers = set->n > 1 || gate_default(set->job[0]) == GATE_STRICT;

	for (size_t i = 0; i < cli->narg; i++)
		layers = layers || str_starts(cli->arg[i], "layer:");
	/* Gates measure whole tables: a run over a part would refuse its own next step. */
	layers = layers && !cli_has(cli, "ticker") && !cli_has(cli, "limit");
	*out = layers || app->g.cron ? GATE_STRICT : GATE_WARN;
	if (!v)
		return 0;
	*out = str_same(v, "strict") ? GATE_STRICT : str_same(v, "warn") ? GATE_WARN : GATE_OFF;
	if (*out == GATE_OFF && !str_same(v, "off"))
		return err_set(e, ERR_USAGE, "--gate is strict, warn or off");
	return 0;
}

static int
parse_overlap(const struct app *app, const struct cli *cli, struct launch *l, struct err *e)
{
	const char *v = cli_value(cli, "overlap");
	int64_t ms;

	l->overlap = app->g.cron ? OVERLAP_SKIP : OVERLAP_FAIL;
	if (!v)
		return 0;
	if (str_starts(v, "wait=")) {
		ms = span_parse(v + 5);
		l->overlap = OVERLAP_WAIT;
		l->wait_ms = (int)(ms > INT32_MAX ? INT32_MAX : ms);
		if (ms >= 0)
			return 0;
	}
	if (!str_same(v, "skip") && !str_same(v, "fail"))
		return err_set(e, ERR_USAGE, "--overlap is fail, skip or wait=30m");
	l->overlap = str_same(v, "skip") ? OVERLAP_SKIP : OVERLAP_FAIL;
	return 0;
}

/* One after the other; the first that does not end well stops the row. */
static int
launch_all(struct app *app, const struct launch_set *set)
{
	struct session *s = session_new(app, set->yes);
	struct launch l = set->all;
	int worst = 0;

	for (int i = 0; i < set->n; i++) {
		l.job = set->job[i];
		l.params = set->params[i];
		l.pause_is_fine = set->all.pause_is_fine || set->n > 1;
		int rc = session_run(s, &l);
		if (rc != 0)
			worst = rc;
		if (rc != 0 && rc != 4)
			break;
	}
	return session_free(s, worst);
}

/* All jobs that are named, before the first one starts. */
static int
check_diff(const struct cli *cli, struct launch_set *set, struct err *e)
{
	set->yes = cli_has(cli, "yes");
	if (!cli_has(cli, "diff"))
		return set->yes ? err_set(e, ERR_USAGE, "--yes is the answer to --diff") : 0;
	if (cli_has(cli, "dry-run"))
		return err_set(e, ERR_USAGE,
			       "--diff keeps nothing until you say yes: leave --dry-run away");
	for (int i = 0; i < set->n; i++)
		if (diff_possible(set->job[i], e) < 0)
			return -1;
	return 0;
}

static int
prepare(const struct app *app, const struct cli *cli, bool starts, struct launch *l, struct err *e)
{
	if (starts && app->g.read_only)
		return err_set(e, ERR_PERMISSION, "%s writes, and --read-only forbids it",
			       app->argv[0]);
	if (app_as_of(app, &l->as_of, e) < 0)
		return -1;
	l->as_of_given = date_is_set(app->g.as_of);
	l->origin = app->g.cron ? "cron" : "cli";
	l->pause_is_fine = app->g.cron;
	l->reason = app->g.reason;
	return parse_overlap(app, cli, l, e);
}

static const struct job *
find_backfill(const struct app *app, const char *name, struct err *e)
{
	const struct job *job = catalogue_job(app->cat, name);
	const char *words[LAUNCH_JOBS], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };

	if (job && (job->flags & JOB_BACKFILL))
		return job;
	for (size_t i = 0; app->cat->jobs[i] && n + 2 < LAUNCH_JOBS; i++) {
		if (!(app->cat->jobs[i]->flags & JOB_BACKFILL))
			continue;
		words[n++] = app->cat->jobs[i]->name;
		if (str_starts(app->cat->jobs[i]->name, "backfill-"))
			words[n++] = app->cat->jobs[i]->name + strlen("backfill-");
	}
	near = cli_nearest(name, words, n);
	err_set(e, ERR_USAGE, "unknown backfill %s%s%s%s", out_clean(&s, name),
		near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

static const struct {
	const char *name, *job;
} pipelines[] = { { "daily", "master-all" } };

static int
choose_pipeline(const struct app *app, const struct cli *cli, struct launch_set *out, struct err *e)
{
	STR_AUTO s = { 0 };

	out->hint = "fintra pipeline daily";
	for (size_t i = 0; i < ARRAY_LEN(pipelines); i++)
		if (str_same(pipelines[i].name, cli->arg[0]))
			out->n = catalogue_select(app->cat, pipelines[i].job, out->job, 1, e);
	if (out->n)
		return out->n < 0 ? -1 : 0;
	return err_set(e, ERR_USAGE, "there is no pipeline %s", out_clean(&s, cli->arg[0]));
}

static int
choose_jobs(const struct app *app, const struct cli *cli, struct launch_set *out, struct err *e)
{
	out->hint = "fintra jobs lists the jobs";
	out->n = select_jobs(app, cli, out->job, e);
	return out->n < 0 ? -1 : 0;
}

static int
choose_backfill(const struct app *app, const struct cli *cli, struct launch_set *out, struct err *e)
{
	out->hint = "fintra backfill --list";
	out->list = cli_has(cli, "list");
	if (out->list)
		return 0;
	if (cli->narg == 0)
		return err_set(e, ERR_USAGE, "usage: fintra backfill NAME");
	out->job[0] = find_backfill(app, cli->arg[0], e);
	out->n = out->job[0] != NULL;
	return out->n ? 0 : -1;
}

/* As `run` or `backfill` name jobs, or "pipeline NAME". */
static int
choose_planned(const struct app *app, const struct cli *cli, struct launch_set *out, struct err *e)
{
	struct cli rest = *cli;

	if (cli_has(cli, "diff"))
		return err_set(e, ERR_USAGE, "plan starts nothing: leave --diff away");
	if (str_same(cli->arg[0], "pipeline") && cli->narg == 2) {
		rest.arg[0] = cli->arg[1];
		return choose_pipeline(app, &rest, out, e);
	}
	if (cli->narg > 1)
		return err_set(e, ERR_USAGE, "usage: fintra plan TARGET, or plan pipeline NAME");
	if (catalogue_table(app->cat, cli->arg[0]))
		return err_set(e, ERR_USAGE,
			       "%s is a table: options are those of a job, as of fintra run",
			       cli->arg[0]);
	return choose_jobs(app, cli, out, e);
}

/* How the words of each launching command name jobs. */
static const struct launcher {
	int (*command)(struct app *app);
	size_t least, most; /* words */
	int (*choose)(const struct app *app, const struct cli *cli, struct launch_set *out,
		      struct err *e);
	const char *hint;
} launchers[] = {
	{ cmd_run, 1, CLI_MAX, choose_jobs, "fintra help run" },
	{ cmd_backfill, 0, 1, choose_backfill, "fintra help backfill" },
	{ cmd_pipeline, 1, 1, choose_pipeline, "fintra help pipeline" },
	{ cmd_plan, 1, 2, choose_planned, "fintra help plan" },
};

static void
say_mode(const struct cli *cli, struct launch_set *out)
{
	static const char *const of_a_launch[] = { "gate", "overlap" };

	for (size_t i = 0; i < ARRAY_LEN(of_a_launch); i++) {
		const char *v = cli_value(cli, of_a_launch[i]);
		size_t n = strlen(out->mode);

		if (v)
			fmt_buf(out->mode + n, sizeof(out->mode) - n, " --%s %s", of_a_launch[i],
				v);
	}
}

int
launch_set_parse(const struct app *app, struct launch_set *out, struct err *e)
{
	const struct launcher *how = launchers;
	struct cli cli;

	while (how->command != command_find(app->argv[0])->run)
		how++;
	memset(out, 0, sizeof(*out));
	out->cat = app->cat;
	out->hint = how->hint;
	if (command_parse(app, &cli, true, how->least, how->most, e) < 0)
		return -1;
	if (how->choose(app, &cli, out, e) < 0)
		return -1;
	if (out->list)
		return 0;
	out->hint = NULL;
	say_mode(&cli, out);
	if (prepare(app, &cli, how->command != cmd_plan, &out->all, e) == 0 &&
	    check_tickers(&cli, out, e) == 0 && parse_gate(app, &cli, out, e) == 0 &&
	    set_params(&cli, out->job, out->n, out->params, e) == 0 &&
	    check_diff(&cli, out, e) == 0)
		return 0;
	if (e->cls == ERR_USAGE)
		out->hint = "fintra jobs NAME lists a job's options";
	return -1;
}

void
launch_set_done(struct launch_set *s)
{
	for (int i = 0; i < s->n; i++)
		params_done(&s->params[i]);
}

int
cmd_run(struct app *app)
{
	struct launch_set set;
	struct err e = ERR_INIT;
	int rc = launch_set_parse(app, &set, &e);

	if (rc == 0 && !set.list) {
		DB_AUTO db = app_db(app, &e); /* one clear word before anything starts */

		rc = db ? 0 : -1;
		set.hint = NULL;
	}
	app->watch.on = app->watch.on && !set.list;
	rc = rc < 0	? app_fail(&e, set.hint)
	     : set.list ? jobs_print(app, NULL, true)
			: launch_all(app, &set);
	launch_set_done(&set);
	return rc;
}

int
cmd_backfill(struct app *app)
{
	return cmd_run(app);
}

int
cmd_pipeline(struct app *app)
{
	return cmd_run(app);
}
