/* fintra retry: a run that did not end well, launched again. */
#include "core/commands.h"
#include "core/retry.h"
#include "core/session.h"

#include <inttypes.h>

const struct cli_option retry_options[] = {
	{ "failed", 0, NULL, "only the units that are not done" },
	{ "force", 0, NULL, "also one that succeeded or could be resumed" },
	{ NULL, 0, NULL, NULL },
};

static int
say_nothing_to_do(const struct app *app, const struct run_info *r)
{
	if (app->g.json) {
		struct json *o = json_run(NULL, r);

		json_set_int(o, "v", 1);
		json_set_bool(o, "retried", false);
		out_json(o);
	} else if (!app->g.quiet && !app->g.cron) {
		printf("run %" PRId64 " succeeded: nothing to do (--force launches it again)\n",
		       r->id);
	}
	return 0;
}

static int
fill(const struct app *app, const struct run_info *r, const struct cli *cli, struct launch *l,
     struct err *e)
{
	if (retry_launch(app->cat, r, cli_has(cli, "force"), cli_has(cli, "failed"), l, e) < 0)
		return -1;
	if (app->g.cron)
		l->gate = GATE_STRICT;
	l->overlap = app->g.cron ? OVERLAP_SKIP : OVERLAP_FAIL;
	l->origin = app->g.cron ? "cron" : "cli";
	l->pause_is_fine = app->g.cron;
	return 0;
}

static int
launch(struct app *app, const struct run_info *r, const struct cli *cli, struct err *e)
{
	struct launch l = { .job = NULL };
	char reason[64];
	struct session *s;
	int rc = fill(app, r, cli, &l, e);

	if (rc == 0) {
		fmt_buf(reason, sizeof(reason), "retry of run %" PRId64, r->id);
		l.reason = app->g.reason ? app->g.reason : reason;
		s = session_new(app, false);
		rc = session_free(s, session_run(s, &l));
	}
	params_done(&l.params);
	return rc;
}

int
cmd_retry(struct app *app)
{
	struct run_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help retry");
	if (app->g.read_only) {
		err_set(&e, ERR_PERMISSION, "retry writes, and --read-only forbids it");
		return app_fail(&e, NULL);
	}
	{
		DB_AUTO db = app_db(app, &e);

		if (!db || ledger_find(db, &app->conf, app->cat, cli.arg[0], &l, &e) < 0)
			return app_fail(&e, NULL);
	}
	rc = retry_decide(&l.at[0], cli_has(&cli, "force"), &e);
	if (rc == 0)
		rc = launch(app, &l.at[0], &cli, &e);
	else if (rc == 1)
		rc = say_nothing_to_do(app, &l.at[0]);
	run_list_done(&l);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
