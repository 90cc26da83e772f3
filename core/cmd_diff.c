/* fintra diff: what moved in the product between two dates. */
#include "core/commands.h"
#include "core/moved.h"

#include <string.h>

enum { LIST_MAX = 10000 };

const struct cli_option diff_options[] = {
	{ "rows", 'n', "N", "how many tickers, movers, columns and runs to list (20)" },
	{ NULL, 0, NULL, NULL },
};

static int
parse(const struct app *app, struct cli *cli, struct moved *d, struct err *e)
{
	const char *n;
	STR_AUTO s = { 0 };

	if (command_parse(app, cli, false, 0, 2, e) < 0)
		return -1;
	if (cli->narg == 1)
		return err_set(e, ERR_USAGE, "usage: fintra diff [DATE1 DATE2]");
	n = cli_value(cli, "rows");
	d->rows = MOVED_ROWS;
	if (n && (!num_parse_i64(n, strlen(n), &d->rows) || d->rows < 1 || d->rows > LIST_MAX))
		return err_set(e, ERR_USAGE, "--rows %s is not a number from 1 to %d",
			       out_clean(&s, n), LIST_MAX);
	return cli->narg ? moved_dates(d, cli->arg[0], cli->arg[1], e) : 0;
}

static int
tell(struct app *app, struct db *db, struct moved *d, struct err *e)
{
	const struct section *s = app->cat->diff;
	struct date as_of;

	if (!date_is_set(d->from) &&
	    (app_as_of(app, &as_of, e) < 0 || moved_last(db, s, as_of, d, e) < 0))
		return -1;
	return moved_read(db, s, d, e);
}

int
cmd_diff(struct app *app)
{
	struct cli cli;
	struct moved d = { .from = DATE_NONE, .to = DATE_NONE };
	struct err e = ERR_INIT;
	struct db *db = NULL;
	int rc = parse(app, &cli, &d, &e);

	if (rc == 0) {
		db = app_look(app, &e);
		rc = db ? tell(app, db, &d, &e) : -1;
	}
	db_close(db);
	if (rc == 0 && app->g.json) {
		json_set_int(d.json, "v", 1);
		out_json(d.json);
		d.json = NULL;
	} else if (rc == 0) {
		out_report(&d.text);
	}
	moved_done(&d);
	return rc < 0 ? app_fail(&e, e.cls == ERR_USAGE ? "fintra help diff" : NULL) : 0;
}
