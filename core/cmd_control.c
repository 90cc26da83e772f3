/* fintra cancel, fintra resume. */
#include "core/commands.h"
#include "core/session.h"

#include <inttypes.h>
#include <string.h>

const struct cli_option cancel_options[] = {
	{ "drain", 0, NULL, "end after the present batch (default)" },
	{ "now", 0, NULL, "stop the present statement or transfer" },
	{ NULL, 0, NULL, NULL },
};

int
cmd_cancel(struct app *app)
{
	char who[64], host[64];
	struct run_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	STR_AUTO job = { 0 };
	bool now;
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help cancel");
	if (app->g.read_only) {
		err_set(&e, ERR_PERMISSION, "cancel writes, and --read-only forbids it");
		return app_fail(&e, NULL);
	}
	now = cli_has(&cli, "now");
	DB_AUTO db = app_db(app, &e);
	if (!db || ledger_find(db, &app->conf, app->cat, cli.arg[0], &l, &e) < 0)
		return app_fail(&e, NULL);
	ledger_identity(who, host);
	rc = ledger_request_cancel(db, l.at[0].id, now ? CANCEL_ABORT : CANCEL_DRAIN, who,
				   app->g.reason, &e);
	if (rc == 0)
		printf("run %" PRId64 " %s: asked to %s\n", l.at[0].id,
		       out_clean(&job, l.at[0].job), now ? "stop now" : "drain");
	run_list_done(&l);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}

static int
resume(struct app *app, const struct run_info *r, struct err *e)
{
	struct launch l;
	struct session *s;

	memset(&l, 0, sizeof(l));
	l.job = catalogue_job(app->cat, r->job);
	if (!l.job)
		return err_set(e, ERR_USAGE,
			       "run %" PRId64 " is of %s, which this build does not have", r->id,
			       r->job);
	l.resume = r->id;
	l.as_of = r->as_of;
	l.as_of_given = true;
	l.gate = GATE_WARN;
	l.origin = app->g.cron ? "cron" : "cli";
	l.pause_is_fine = app->g.cron;
	l.reason = app->g.reason;
	s = session_new(app, false);
	return session_free(s, session_run(s, &l));
}

int
cmd_resume(struct app *app)
{
	struct run_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help resume");
	if (app->g.read_only) {
		err_set(&e, ERR_PERMISSION, "resume writes, and --read-only forbids it");
		return app_fail(&e, NULL);
	}
	{
		DB_AUTO db = app_db(app, &e);

		if (!db || ledger_find(db, &app->conf, app->cat, cli.arg[0], &l, &e) < 0)
			return app_fail(&e, NULL);
	}
	rc = resume(app, &l.at[0], &e);
	run_list_done(&l);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
