/* Plans and second attempts, by word: plan, fix, retry. */
#include "tui/bar.h"

#include "core/retry.h"

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

/* As `fintra retry` launches it, after a question. */
static int
ask_retry(const struct bar_call *c, const struct run_info *r, bool failed, struct err *e)
{
	struct launch_set *set = &c->bar->launch;
	struct action *out = c->out;
	char iso[DATE_BUF];
	int rc;

	launch_set_done(set);
	set->n = 0;
	set->all = (struct launch){ .origin = "console", .reason = c->bar->reason };
	rc = retry_launch(c->m->cat, r, false, failed, &set->all, e);
	set->params[set->n++] = set->all.params;
	if (rc < 0)
		return -1;
	fmt_buf(c->bar->reason, sizeof(c->bar->reason), "retry of run %lld", (long long)r->id);
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_LAUNCH;
	out->launch = &set->all;
	out->key = c->in->key;
	fmt_buf(out->text, sizeof(out->text), "Launch run %lld again, as a new run?",
		(long long)r->id);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "%s as of %s: %s", r->job,
		date_iso(r->as_of, iso), run_state_name(r->state));
	str_copy(out->detail[1], sizeof(out->detail[1]),
		 failed ? "units that are done stay done, the others are tried again"
			: "all of it; --failed: only what is not done");
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "the same by: %s retry %lld%s",
		str_or(c->m->command, "fintra"), (long long)r->id, failed ? " --failed" : "");
	return 0;
}

/* One that can go on, goes on. */
int
bar_retry(const struct bar_call *c, struct err *e)
{
	const char *why_not = model_why_read_only(c->m);
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
	if (why_not)
		return err_set(e, ERR_PERMISSION, "launching is off: %s", why_not);
	if (retry_decide(r, false, e) == 0)
		return ask_retry(c, r, cli_has(&cli, "failed"), e);
	view_ask_resume(c->m, r, c->in, c->out);
	return 0;
}
