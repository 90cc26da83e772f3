/* Plans and second attempts, by word: plan, fix, retry. */
#include "tui/bar.h"

/* The tree of why with the plan below it. */
static int
open_plan(const struct bar_call *c, const char *target, struct err *e)
{
	if (*target && !catalogue_table(c->m->cat, target) && !catalogue_job(c->m->cat, target))
		return err_set(e, ERR_USAGE,
			       "no table or job is called \"%.60s\"; in a shell: %s %s", target,
			       c->m->command, c->line);
	view_ask_tree(c->m, target, false, c->out);
	return 0;
}

int
bar_plan(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (bar_parse(c, &cli, 0, 1, e) < 0)
		return -1;
	return open_plan(c, cli.narg ? cli.arg[0] : "", e);
}

/* --step: the plan, whose steps are asked for one by one. */
int
bar_fix(const struct bar_call *c, struct err *e)
{
	const char *target;
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 1, e) < 0 ||
	    bar_only_option(c, &cli, "step", e) < 0)
		return -1;
	target = cli.narg ? cli.arg[0] : "";
	if (cli_has(&cli, "step"))
		return open_plan(c, target, e);
	view_ask_fix(c->m, target, &c->bar->plan, c->in, c->out);
	return 0;
}

/* Only what is not done: all of it again is a launch. */
int
bar_retry(const struct bar_call *c, struct err *e)
{
	const struct run_info *r;
	int64_t run;
	struct cli cli;

	if (command_parse(c->app, &cli, false, 1, 1, e) < 0 ||
	    bar_only_option(c, &cli, "failed", e) < 0 || bar_find_run(c, cli.arg[0], &run, e) < 0)
		return -1;
	r = model_run(c->m, run);
	if (!r)
		return err_set(e, ERR_USAGE,
			       "that run is not among the runs shown here; in a shell: %s %s",
			       c->m->command, c->line);
	if (!cli_has(&cli, "failed"))
		return err_set(e, ERR_USAGE,
			       "say --failed to try again what is not done, or run %.60s for all "
			       "of it",
			       r->job);
	view_ask_resume(c->m, r, c->in, c->out);
	return 0;
}
