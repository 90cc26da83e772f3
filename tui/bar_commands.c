/* What the words of the command line mean in the console.  A row per word; one that is not here
 * does its work in a shell only, and the bar says so. */
#include "tui/bar.h"

#include "core/num.h"

#include <stdlib.h>
#include <string.h>

static int
in_a_shell(const struct bar_call *c, const char *what, struct err *e)
{
	return err_set(e, ERR_USAGE, "%s; in a shell: %s %s", what, c->m->command, c->line);
}

int
bar_only_option(const struct bar_call *c, const struct cli *cli, const char *name, struct err *e)
{
	char what[120];

	for (size_t i = 0; i < cli->nopt; i++)
		if (!str_same(cli->opt[i].name, name)) {
			fmt_buf(what, sizeof(what), "--%.60s has no meaning in the console",
				cli->opt[i].name);
			return in_a_shell(c, what, e);
		}
	return 0;
}

int
bar_parse(const struct bar_call *c, struct cli *cli, size_t least, size_t most, struct err *e)
{
	static const struct cli_option none[] = { { NULL, 0, NULL, NULL } };
	const struct command *known = command_find(c->app->argv[0]);

	if (known) {
		if (command_parse(c->app, cli, false, least, most, e) < 0)
			return -1;
	} else if (cli_parse(cli, none, false, c->app->argc, c->app->argv, e) < 0) {
		return -1;
	}
	if (cli->narg < least || cli->narg > most)
		return err_set(e, ERR_USAGE, "%s takes %s", c->app->argv[0],
			       most ? "one name" : "nothing more");
	return bar_only_option(c, cli, NULL, e);
}

int
bar_press(const struct bar_call *c, enum act act)
{
	c->out->intent = DO_ACT;
	c->out->act = act;
	c->out->key = c->in->key;
	return 0;
}

/* One job at a time has a form; rows of jobs are for a shell and for cron. */
static int
do_launch(const struct bar_call *c, struct err *e)
{
	struct launch_set *set = &c->bar->launch;
	const char *why = model_why_read_only(c->m);

	launch_set_done(set);
	if (launch_set_parse(c->app, set, e) < 0) {
		set->n = set->n > 0 ? set->n : 0;
		return -1;
	}
	if (set->list) {
		c->out->intent = DO_OPEN;
		c->out->open = &view_jobs;
		str_copy(c->out->text, sizeof(c->out->text), "layer=b");
		return 0;
	}
	if (why)
		return err_set(e, ERR_PERMISSION, "launching is off: %s", why);
	if (set->n > 1)
		return in_a_shell(c, "several jobs run one after the other", e);
	if (set->yes)
		return in_a_shell(c, "here a diff is answered when it is seen", e);
	str_copy(c->bar->reason, sizeof(c->bar->reason), str_or(set->all.reason, ""));
	set->all.reason = c->bar->reason[0] ? c->bar->reason : NULL;
	set->all.params = set->params[0];
	set->all.as_of_given = c->as_of_given;
	c->out->intent = DO_FORM;
	c->out->job = set->job[0];
	c->out->as_of = set->all.as_of;
	c->out->launch = &set->all;
	return 0;
}

static int
no_such(const struct model *m, const char *name, bool jobs, bool tables, struct err *e)
{
	const char *words[256], *near;
	size_t n = 0;

	for (size_t i = 0; jobs && m->cat->jobs[i] && n < ARRAY_LEN(words); i++)
		words[n++] = m->cat->jobs[i]->name;
	for (const struct table *t = m->cat->tables; tables && t->name && n < ARRAY_LEN(words); t++)
		words[n++] = t->name;
	near = cli_nearest(name, words, n);
	return err_set(e, ERR_USAGE, "no %s is called \"%.60s\"%s%s%s",
		       jobs && tables ? "table or job"
		       : jobs	      ? "job"
				      : "table",
		       name, near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
}

static int
do_tree(const struct bar_call *c, struct err *e)
{
	bool impact = str_same(c->app->argv[0], "impact");
	const struct table_status *first = c->m->s->fresh ? c->m->s->fresh->f.cause : NULL;
	const char *target;
	struct cli cli;

	if (bar_parse(c, &cli, 0, 1, e) < 0)
		return -1;
	target = cli.narg ? cli.arg[0] : first ? first->table->name : NULL;
	if (!target)
		return err_set(e, ERR_USAGE, "%s: of which table or job?", c->app->argv[0]);
	if (!catalogue_table(c->m->cat, target) && !catalogue_job(c->m->cat, target))
		return no_such(c->m, target, true, true, e);
	view_ask_tree(c->m, target, impact, c->out);
	return 0;
}

static int
do_jobs(const struct bar_call *c, struct err *e)
{
	const struct job *job;
	const char *layer;
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 1, e) < 0)
		return -1;
	layer = cli_value(&cli, "layer");
	if (!cli.narg && !layer)
		return bar_press(c, ACT_JOBS);
	c->out->intent = DO_OPEN;
	c->out->open = &view_jobs;
	if (layer)
		fmt_buf(c->out->text, sizeof(c->out->text), "layer=%.40s", layer);
	if (!cli.narg)
		return 0;
	job = catalogue_job(c->m->cat, cli.arg[0]);
	if (!job)
		return no_such(c->m, cli.arg[0], true, false, e);
	c->out->open = &view_job;
	c->out->job = job;
	return 0;
}

static int
do_tables(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (bar_parse(c, &cli, 0, 1, e) < 0)
		return -1;
	if (!cli.narg)
		return bar_press(c, ACT_TABLES);
	c->out->table = catalogue_table(c->m->cat, cli.arg[0]);
	if (!c->out->table)
		return no_such(c->m, cli.arg[0], false, true, e);
	c->out->intent = DO_OPEN;
	c->out->open = &view_table;
	return 0;
}

static int
do_scatter(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 0, e) < 0 ||
	    bar_only_option(c, &cli, "sector", e) < 0)
		return -1;
	if (!c->m->cat->scatter)
		return err_set(e, ERR_USAGE, "this build has no chart");
	c->out->intent = DO_OPEN;
	c->out->open = &view_scatter;
	str_copy(c->out->text, sizeof(c->out->text), str_or(cli_value(&cli, "sector"), ""));
	return 0;
}

static int
do_system(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	return bar_parse(c, &cli, 0, 0, e) < 0 ? -1 : bar_press(c, ACT_SYSTEM);
}

static int
do_ticker(const struct bar_call *c, struct err *e)
{
	char symbol[TICKER_MAX + 1];
	struct cli cli;

	if (bar_parse(c, &cli, 0, 1, e) < 0)
		return -1;
	if (!cli.narg)
		return bar_press(c, ACT_TICKER);
	if (ticker_symbol(cli.arg[0], symbol, e) < 0)
		return -1;
	c->out->intent = DO_OPEN;
	c->out->open = &view_ticker;
	str_copy(c->out->text, sizeof(c->out->text), symbol);
	return 0;
}

static int
do_overview(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	return bar_parse(c, &cli, 0, 0, e) < 0 ? -1 : bar_press(c, ACT_OVERVIEW);
}

static int
do_runs(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	return bar_parse(c, &cli, 0, 0, e) < 0 ? -1 : bar_press(c, ACT_RUNS);
}

/* A run by number, or the newest one of a job. */
int
bar_find_run(const struct bar_call *c, const char *word, int64_t *run, struct err *e)
{
	const struct job *job = catalogue_job(c->m->cat, word);
	const struct run_info *live = job ? look_live_run(c->m, job) : NULL;
	const struct job_stat *s = job ? look_job(c->m, job) : NULL;

	*run = live ? live->id : s ? s->last : 0;
	if (job && *run == 0)
		return err_set(e, ERR_USAGE, "%s has no run that is known here", job->name);
	if (job || (num_parse_i64(word, strlen(word), run) && *run > 0))
		return 0;
	return no_such(c->m, word, true, false, e);
}

static int
do_logs(const struct bar_call *c, struct err *e)
{
	int64_t run = 0;
	struct cli cli;

	if (command_find(c->app->argv[0]) == NULL)
		return bar_parse(c, &cli, 0, 0, e) < 0 ? -1 : bar_press(c, ACT_LOG);
	if (command_parse(c->app, &cli, false, 0, 1, e) < 0)
		return -1;
	if (bar_only_option(c, &cli, "follow", e) < 0)
		return -1;
	if (cli.narg && bar_find_run(c, cli.arg[0], &run, e) < 0)
		return -1;
	c->out->intent = DO_OPEN;
	c->out->open = &view_log;
	c->out->run = run;
	return 0;
}

/* The question comes from the view; what it has to say instead stays in the bar. */
static int
do_cancel(const struct bar_call *c, struct err *e)
{
	struct input in = *c->in;
	int64_t run;
	struct cli cli;

	if (command_parse(c->app, &cli, false, 1, 1, e) < 0 ||
	    bar_find_run(c, cli.arg[0], &run, e) < 0)
		return -1;
	if (!model_run(c->m, run)) {
		char what[120];

		fmt_buf(what, sizeof(what), "run %lld is not among the runs shown here",
			(long long)run);
		return in_a_shell(c, what, e);
	}
	in.act = cli_has(&cli, "now") ? ACT_ABORT : ACT_DRAIN;
	view_ask_cancel(c->m, run, &in, c->out);
	return 0;
}

static int
do_resume(const struct bar_call *c, struct err *e)
{
	const struct run_info *r;
	int64_t run;
	struct cli cli;

	if (bar_parse(c, &cli, 1, 1, e) < 0 || bar_find_run(c, cli.arg[0], &run, e) < 0)
		return -1;
	r = model_run(c->m, run);
	if (!r)
		return in_a_shell(c, "that run is not among the runs shown here", e);
	view_ask_resume(c->m, r, c->in, c->out);
	return 0;
}

static int
do_help(const struct bar_call *c, struct err *e)
{
	const struct command *known;
	struct cli cli;

	if (bar_parse(c, &cli, 0, 1, e) < 0)
		return -1;
	if (!cli.narg)
		return bar_press(c, ACT_HELP);
	known = command_find(cli.arg[0]);
	if (!known)
		return err_set(e, ERR_USAGE, "there is no command %.60s", cli.arg[0]);
	view_message(c->out, LVL_INFO, "%s%s%s%s: %s", known->name,
		     known->options ? " [options]" : "", *known->args ? " " : "", known->args,
		     known->summary);
	return 0;
}

static int
do_version(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (bar_parse(c, &cli, 0, 0, e) < 0)
		return -1;
	view_message(c->out, LVL_INFO, "fintra %s", c->m->cat->build);
	return 0;
}

static int
do_quit(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (bar_parse(c, &cli, 0, 0, e) < 0)
		return -1;
	c->out->intent = DO_QUIT;
	c->out->key = c->in->key;
	return 0;
}

const struct bar_command bar_commands[] = {
	{ "run", BAR_JOBS, NULL, do_launch },
	{ "backfill", BAR_BACKFILLS, NULL, do_launch },
	{ "pipeline", 0, NULL, do_launch },
	{ "overview", 0, "screen 1: verdict, layers, checks, running", do_overview },
	{ "jobs", BAR_JOBS, NULL, do_jobs },
	{ "runs", 0, NULL, do_runs },
	{ "tables", BAR_TABLES, NULL, do_tables },
	{ "scatter", 0, NULL, do_scatter },
	{ "system", 0, "database, sessions, locks, disk, this process", do_system },
	{ "ticker", 0, NULL, do_ticker },
	{ "log", 0, "the log of the selected run", do_logs },
	{ "status", 0, NULL, do_overview },
	{ "health", BAR_CHECKS, NULL, bar_health },
	{ "check", BAR_CHECKS, NULL, bar_health },
	{ "ack", BAR_CHECKS, NULL, bar_notice },
	{ "pause", BAR_JOBS, NULL, bar_notice },
	{ "unpause", BAR_JOBS, NULL, bar_notice },
	{ "note", 0, NULL, bar_notice },
	{ "notes", 0, NULL, bar_notes },
	{ "audit", 0, NULL, bar_audit },
	{ "alerts", 0, NULL, bar_alerts },
	{ "diff", 0, NULL, bar_diff },
	{ "playbook", BAR_PLAYBOOKS, NULL, bar_playbook },
	{ "why", BAR_TABLES | BAR_JOBS, NULL, do_tree },
	{ "impact", BAR_TABLES | BAR_JOBS, "what is made from a table or job", do_tree },
	{ "logs", BAR_RUNS | BAR_JOBS, NULL, do_logs },
	{ "plan", BAR_TABLES | BAR_JOBS, NULL, bar_plan },
	{ "fix", BAR_TABLES | BAR_JOBS, NULL, bar_fix },
	{ "retry", BAR_RUNS | BAR_JOBS, NULL, bar_retry },
	{ "cancel", BAR_RUNS | BAR_JOBS, NULL, do_cancel },
	{ "resume", BAR_RUNS, NULL, do_resume },
	{ "help", BAR_COMMANDS, NULL, do_help },
	{ "version", 0, NULL, do_version },
	{ "q", 0, "quit; asks when runs are under way", do_quit },
	{ "quit", 0, "the same as q", do_quit },
	{ NULL, 0, NULL, NULL },
};

const struct bar_command *
bar_find(const char *name)
{
	for (const struct bar_command *b = bar_commands; b->name; b++)
		if (str_same(b->name, name))
			return b;
	return NULL;
}

static int
unknown(const struct bar_call *c, const char *name, struct err *e)
{
	const char *words[128], *near;
	size_t n = 0;

	if (command_find(name))
		return in_a_shell(c, "that works without the console only", e);
	for (const struct bar_command *b = bar_commands; b->name && n < ARRAY_LEN(words); b++)
		words[n++] = b->name;
	for (const struct command *k = commands; k->name && n < ARRAY_LEN(words); k++)
		words[n++] = k->name;
	near = cli_nearest(name, words, n);
	return err_set(e, ERR_USAGE, "unknown command %.60s%s%s%s", name,
		       near ? "; did you mean " : "; Tab lists the commands", str_or(near, ""),
		       near ? "?" : "");
}

/* Options of every command: two of them mean something here. */
static int
check_globals(const struct bar_call *c, const struct globals *g, struct err *e)
{
	const struct {
		bool given;
		const char *name;
	} useless[] = {
		{ g->conf_path != NULL, "config" },
		{ g->conninfo != NULL, "db" },
		{ g->json, "json" },
		{ g->quiet, "quiet" },
		{ g->verbose, "verbose" },
		{ g->cron, "cron" },
		{ g->no_input, "no-input" },
		{ g->read_only, "read-only" },
		{ !str_same(g->color, "auto"), "color" },
	};
	char what[80];

	for (size_t i = 0; i < ARRAY_LEN(useless); i++)
		if (useless[i].given) {
			fmt_buf(what, sizeof(what), "--%s has no meaning in the console",
				useless[i].name);
			return in_a_shell(c, what, e);
		}
	return 0;
}

static int
execute(struct bar_call *c, struct words *w, struct app *app, struct err *e)
{
	char copy[BAR_LINE + 8], *argv[BAR_WORDS];
	const struct bar_command *b;
	size_t n;

	fmt_buf(copy, sizeof(copy), "fintra %s", c->line);
	if (cli_split(copy, argv, BAR_WORDS, &n, e) < 0 ||
	    globals_split(&app->g, w, (int)n, argv, e) < 0 || check_globals(c, &app->g, e) < 0)
		return -1;
	if (w->n == 0 && !w->help && !w->version)
		return 0;
	if (w->n == 0)
		return bar_press(c, ACT_HELP);
	b = bar_find(w->at[0]);
	if (!b)
		return unknown(c, w->at[0], e);
	c->as_of_given = date_is_set(app->g.as_of) || c->m->as_of_given;
	if (date_is_set(app->g.as_of) && b->run != do_launch)
		return in_a_shell(c, "--as-of has a meaning for run and backfill only", e);
	if (!date_is_set(app->g.as_of))
		app->g.as_of = c->m->as_of;
	if (w->help) {
		view_message(c->out, LVL_INFO, "%s: %s", b->name,
			     command_find(b->name) ? command_find(b->name)->summary
						   : str_or(b->help, ""));
		return 0;
	}
	app->argc = w->n;
	app->argv = w->at;
	c->app = app;
	return b->run(c, e);
}

void
bar_execute(struct bar *b, const struct model *m, const struct input *in, struct action *out)
{
	struct app app = { .cat = m->cat, .g = { .as_of = DATE_NONE, .color = "auto" } };
	struct bar_call c = { .bar = b, .m = m, .in = in, .out = out, .line = b->line };
	struct words w = { .n = 0 };
	struct err e = ERR_INIT;

	b->hint[0] = '\0';
	b->style = ST_NORMAL;
	if (b->line[strspn(b->line, " ")] == '\0') {
		out->intent = DO_BACK;
		return;
	}
	str_copy(out->typed, sizeof(out->typed), b->line);
	if (execute(&c, &w, &app, &e) < 0) {
		out->intent = DO_NOTHING;
		b->style = ST_BAD;
		str_copy(b->hint, sizeof(b->hint), e.text);
	} else if (out->intent == DO_MESSAGE) {
		/* Said where one is looking. */
		out->intent = DO_NOTHING;
		b->style = theme_level(out->severity);
		str_copy(b->hint, sizeof(b->hint), out->text);
	}
	free(w.at);
}
