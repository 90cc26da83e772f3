/* fintra ticker: one ticker through all layers. */
#include "core/commands.h"
#include "core/ticker.h"

enum { HISTORY_ROWS = 30 };

const struct cli_option ticker_options[] = {
	{ "history", 0, NULL, "the newest thirty bars and dates, not one of each" },
	{ NULL, 0, NULL, NULL },
};

static int
look(struct app *app, struct ticker_ask *ask, struct err *e)
{
	struct ticker_look l = { .json = NULL };
	int rc;

	if (app_as_of(app, &ask->as_of, e) < 0)
		return -1;
	ask->db = app_look(app, e);
	if (!ask->db)
		return -1;
	rc = ticker_look(app->cat, ask, &l, e);
	if (rc == 0 && app->g.json) {
		out_json(l.json);
		l.json = NULL;
	} else if (rc == 0)
		out_report(&l.text);
	ticker_look_done(&l);
	return rc;
}

int
cmd_ticker(struct app *app)
{
	char symbol[TICKER_MAX + 1];
	struct cli cli;
	struct err e = ERR_INIT;
	struct ticker_ask ask = { .symbol = symbol };
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help ticker");
	ask.rows = cli_has(&cli, "history") ? HISTORY_ROWS : 1;
	rc = ticker_symbol(cli.arg[0], symbol, &e) < 0 ? -1 : look(app, &ask, &e);
	db_close(ask.db);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}
