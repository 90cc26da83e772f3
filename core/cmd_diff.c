/* fintra diff: what moved in the product between two dates. */
#include "core/commands.h"
#include "core/report_rows.h"

#include <string.h>

enum { LIST_ROWS = 20, LIST_MAX = 10000, COL_DATE = 0, COL_COUNT = 1, COL_NEAREST = 2 };

const struct cli_option diff_options[] = {
	{ "rows", 'n', "N", "how many tickers, movers, columns and runs to list (20)" },
	{ NULL, 0, NULL, NULL },
};

struct diff {
	struct date from, to;
	char from_text[DATE_BUF], to_text[DATE_BUF], rows[NUM_BUF];
	struct report text;
	struct json *json;
};

static int
parse(const struct cli *cli, struct diff *d, struct err *e)
{
	struct date at[2];
	const char *n = cli_value(cli, "rows");
	int64_t rows = LIST_ROWS;
	STR_AUTO s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		if (!date_parse(cli->arg[i], &at[i]))
			return err_set(e, ERR_USAGE, "%s is not a date (YYYY-MM-DD)",
				       out_clean(&s, cli->arg[i]));
	if (date_eq(at[0], at[1]))
		return err_set(e, ERR_USAGE, "diff wants two different dates");
	if (n && (!num_parse_i64(n, strlen(n), &rows) || rows < 1 || rows > LIST_MAX))
		return err_set(e, ERR_USAGE, "--rows %s is not a number from 1 to %d",
			       out_clean(&s, n), LIST_MAX);
	d->from = date_cmp(at[0], at[1]) < 0 ? at[0] : at[1];
	d->to = date_cmp(at[0], at[1]) < 0 ? at[1] : at[0];
	date_iso(d->from, d->from_text);
	date_iso(d->to, d->to_text);
	(void)num_int(rows, d->rows);
	return 0;
}

/* Both dates have snapshots; else the nearest day that has is named. */
static int
check_dates(struct db *db, const struct section *dates, const struct diff *d, struct err *e)
{
	const char *args[] = { d->from_text, d->to_text };
	ROWS_AUTO r = db_query(db, (enum query)dates->query, args, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++) {
		const char *near = rows_text(r, i, COL_NEAREST);

		if (rows_int(r, i, COL_COUNT) == 0)
			return err_set(e, ERR_USAGE, "there are no snapshots of %s%s%s",
				       rows_text(r, i, COL_DATE),
				       near ? "; the nearest day with some is "
					    : " and of no other day",
				       str_or(near, ""));
	}
	return 0;
}

static int
tell(const struct app *app, struct db *db, struct diff *d, struct err *e)
{
	const char *args[] = { d->from_text, d->to_text, d->rows };
	const struct section *s = app->cat->diff;

	if (check_dates(db, s, d, e) < 0)
		return -1;
	d->json = json_new_object();
	json_set_int(d->json, "v", 1);
	json_set_date(d->json, "from", d->from);
	json_set_date(d->json, "to", d->to);
	for (s++; s->name; s++) {
		struct json *value = NULL;
		struct told told = { .text = &d->text, .json = &value };

		report_title(&d->text, "%s", s->title);
		if (report_query(db, (enum query)s->query, args, &told, e) < 0)
			return err_wrap(e, "%s", s->name);
		json_set(d->json, s->name, value ? value : json_new_null());
	}
	return 0;
}

int
cmd_diff(struct app *app)
{
	struct cli cli;
	struct diff d = { .json = NULL };
	struct err e = ERR_INIT;
	struct db *db = NULL;
	int rc = command_parse(app, &cli, false, 2, 2, &e);

	if (rc == 0)
		rc = parse(&cli, &d, &e);
	if (rc == 0) {
		db = app_look(app, &e);
		rc = db ? tell(app, db, &d, &e) : -1;
	}
	db_close(db);
	if (rc == 0 && app->g.json) {
		out_json(d.json);
		d.json = NULL;
	} else if (rc == 0) {
		out_report(&d.text);
	}
	report_done(&d.text);
	json_free(d.json);
	return rc < 0 ? app_fail(&e, e.cls == ERR_USAGE ? "fintra help diff" : NULL) : 0;
}
