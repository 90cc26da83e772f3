/* What is wrong, who knows of it, what helps: health, audit, notes, alerts, playbooks, by word. */
#include "tui/bar.h"
#include "tui/health.h"

#include "core/incident.h"
#include "core/moved.h"

#include <stdio.h>

enum { HEALTH_WORDS = 8 };

/* The list, filtered to what is named. */
static int
some_checks(const struct bar_call *c, const struct cli *cli)
{
	char *text = c->out->text;
	size_t n = 0;

	for (size_t i = 0; i < cli->narg && n < sizeof(c->out->text); i++)
		n += (size_t)snprintf(text + n, sizeof(c->out->text) - n, "%s%s", i ? "|" : "",
				      cli->arg[i]);
	c->out->intent = DO_OPEN;
	c->out->open = &view_health;
	return 0;
}

/* One check by name, or all of them. */
int
bar_health(const struct bar_call *c, struct err *e)
{
	const struct health_part *h = c->m->s->health;
	const struct check_result *r;
	struct cli cli;

	if (bar_parse(c, &cli, 0, HEALTH_WORDS, e) < 0)
		return -1;
	if (!cli.narg)
		return bar_press(c, ACT_HEALTH);
	if (cli.narg > 1)
		return some_checks(c, &cli);
	if (!h)
		return err_set(e, ERR_USAGE, "the checks are not measured yet");
	r = command_check(&h->h, cli.arg[0], e);
	if (!r)
		return -1;
	c->out->intent = DO_OPEN;
	c->out->open = &view_check;
	c->out->row = health_key(c->m, r);
	return 0;
}

int
bar_audit(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	return bar_parse(c, &cli, 0, 0, e) < 0 ? -1 : bar_press(c, ACT_AUDIT);
}

int
bar_alerts(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 0, e) < 0 ||
	    bar_only_option(c, &cli, "test", e) < 0)
		return -1;
	if (!cli_has(&cli, "test"))
		return bar_press(c, ACT_ALERTS);
	view_ask_alert_test(c->m, c->in, c->out);
	return 0;
}

/* Without dates the last two; what is no date is said here, what has no snapshots on the page. */
int
bar_diff(const struct bar_call *c, struct err *e)
{
	struct moved m = { .rows = 0 };
	char from[DATE_BUF], to[DATE_BUF];
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 2, e) < 0 ||
	    bar_only_option(c, &cli, NULL, e) < 0)
		return -1;
	if (cli.narg == 1)
		return err_set(e, ERR_USAGE, "diff takes two dates, or none for the last two");
	if (cli.narg && moved_dates(&m, cli.arg[0], cli.arg[1], e) < 0)
		return -1;
	if (cli.narg)
		fmt_buf(c->out->text, sizeof(c->out->text), "%s %s", date_iso(m.from, from),
			date_iso(m.to, to));
	c->out->intent = DO_OPEN;
	c->out->open = &view_moved;
	return 0;
}

int
bar_playbook(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (command_parse(c->app, &cli, false, 0, 1, e) < 0)
		return -1;
	c->out->intent = DO_OPEN;
	c->out->open = &view_playbook;
	if (cli.narg && !(c->out->row = incident_find(c->m->cat, cli.arg[0], false, e)))
		return -1;
	return 0;
}

int
bar_notes(const struct bar_call *c, struct err *e)
{
	struct cli cli;

	if (bar_parse(c, &cli, 0, 0, e) < 0)
		return -1;
	c->out->intent = DO_OPEN;
	c->out->open = &view_audit;
	str_copy(c->out->text, sizeof(c->out->text), "-l action=note");
	return 0;
}
