/* ack, pause, unpause and note in the command bar: with a reason they are done as in a shell (a
 * pause after a question), without one their form opens. */
#include "tui/bar.h"

#include "core/clock.h"

#include <string.h>

/* The screen that lists them. */
static void
show(const struct bar_call *c, const struct view_ops *ops, const char *filter)
{
	c->out->intent = DO_OPEN;
	c->out->open = ops;
	str_copy(c->out->text, sizeof(c->out->text), filter);
}

static int
fill(const struct bar_call *c, const struct cli *cli, struct notice_call *call, struct err *e)
{
	const char *until = cli_value(cli, "until"), *why = model_why_read_only(c->m);
	const char *reason = str_or(c->app->g.reason, "");

	if (why)
		return err_set(e, ERR_PERMISSION, "nothing can be recorded: %s", why);
	if (strlen(reason) >= sizeof(call->words))
		return err_set(e, ERR_USAGE, "the reason is longer than %zu bytes",
			       sizeof(call->words) - 1);
	str_copy(call->words, sizeof(call->words), reason);
	return until ? notice_until(until, c->m->now_ms, &call->until_ms, e) : 0;
}

static int
do_ack(const struct bar_call *c, const struct cli *cli, struct err *e)
{
	struct notice_call call = { .kind = NOTICE_ACK };
	const struct check_result *r;

	if (!c->m->s->health)
		return err_set(e, ERR_USAGE, "the checks are not measured yet");
	r = command_check(&c->m->s->health->h, cli->arg[0], e);
	if (!r || fill(c, cli, &call, e) < 0)
		return -1;
	if (cli_has(cli, "clear") && !r->ack)
		return err_set(e, ERR_USAGE, "%s is not acknowledged", r->name);
	if (!call.words[0] || cli_has(cli, "clear") || r->state == CHECK_OK) {
		notice_ask_ack(c->m, r, c->in, c->out);
		return 0;
	}
	str_copy(call.target, sizeof(call.target), r->name);
	str_copy(call.state, sizeof(call.state), check_state_name(r->state));
	c->out->intent = DO_NOTICE;
	c->out->notice = call;
	return 0;
}

static int
do_pause(const struct bar_call *c, const struct cli *cli, struct err *e)
{
	struct notice_call call = { .kind = NOTICE_PAUSE };
	const struct job *job = catalogue_job(c->m->cat, cli->arg[0]), *one[1];
	bool end = str_same(c->app->argv[0], "unpause");

	if (!job && catalogue_select(c->m->cat, cli->arg[0], one, 1, e) >= 0)
		err_set(e, ERR_USAGE, "%s is no single job", cli->arg[0]);
	if (!job || fill(c, cli, &call, e) < 0)
		return -1;
	if (end && !notice_pause_of(c->m, job))
		return err_set(e, ERR_USAGE, "%s is not paused", job->name);
	str_copy(call.target, sizeof(call.target), job->name);
	if (end || !call.words[0])
		notice_ask_pause(c->m, job, c->in, c->out);
	else
		notice_confirm_pause(c->m, &call, c->in, c->out);
	return 0;
}

static int
do_note(const struct bar_call *c, const struct cli *cli, struct err *e)
{
	struct notice_call call = { .kind = NOTICE_NOTE };

	if (fill(c, cli, &call, e) < 0)
		return -1;
	call.words[0] = '\0';
	for (size_t i = 0; i < cli->narg; i++)
		fmt_buf(call.words + strlen(call.words), sizeof(call.words) - strlen(call.words),
			"%s%s", i ? " " : "", cli->arg[i]);
	if (call.words[strspn(call.words, " ")] == '\0') {
		notice_ask_note(c->m, c->in, c->out);
		return 0;
	}
	c->out->intent = DO_NOTICE;
	c->out->notice = call;
	return 0;
}

int
bar_notice(const struct bar_call *c, struct err *e)
{
	const char *verb = c->app->argv[0];
	bool note = str_same(verb, "note");
	struct cli cli;

	/* "note" alone opens the form, which a shell does not have. */
	if (note && c->app->argc == 1) {
		cli.narg = cli.nopt = 0;
		return do_note(c, &cli, e);
	}
	if (command_parse(c->app, &cli, false, 0, note ? CLI_MAX : 1, e) < 0)
		return -1;
	if (note)
		return do_note(c, &cli, e);
	if (cli_has(&cli, "list")) {
		if (str_same(verb, "ack"))
			show(c, &view_health, "acknowledged");
		else
			show(c, &view_jobs, "paused");
		return 0;
	}
	if (cli.narg == 0)
		return err_set(e, ERR_USAGE, "%s: which %s?", verb,
			       str_same(verb, "ack") ? "check" : "job");
	return str_same(verb, "ack") ? do_ack(c, &cli, e) : do_pause(c, &cli, e);
}
