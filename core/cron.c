#include "core/cron.h"

#include "core/alert.h"

#include <stdio.h>

/* A ping that does not arrive stops nothing; it is told and recorded at the end of the command. */
static void
ping(struct app *app, enum alert_ping what)
{
	struct watch *w = &app->watch;
	struct err e = ERR_INIT;

	if (!*str_or(app->conf.alert.ping_url, ""))
		return;
	w->pinged = true;
	if (alert_ping(&app->conf, what, w->run, &e) < 0)
		(void)fmt_buf(w->error, sizeof(w->error), "the ping did not arrive: %.250s",
			      e.text);
}

void
cron_began(struct app *app, int64_t run)
{
	app->watch.run = run;
	ping(app, PING_START);
}

/* The command itself has said why. */
static void
report_nothing_begun(int exit_code)
{
	static const int from_outside[] = { 69, 77, 78 };

	fflush(stdout);
	for (size_t i = 0; i < ARRAY_LEN(from_outside); i++)
		if (exit_code == from_outside[i])
			fprintf(stderr, "$ fintra doctor\n");
	fprintf(stderr, "no run was started, exit %d\n", exit_code);
}

void
cron_ended(struct app *app, int exit_code)
{
	if (!app->watch.on)
		return;
	if (exit_code && !app->watch.run)
		report_nothing_begun(exit_code);
	ping(app, exit_code ? PING_FAIL : app->watch.held ? PING_LOG : PING_SUCCESS);
}
