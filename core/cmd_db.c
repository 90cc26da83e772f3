/* fintra db: schema and checksums. */
#include "core/checksum.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/migrate.h"
#include "core/num.h"

#include <inttypes.h>
#include <string.h>

static int
db_migrate(struct app *app, struct db *db, enum migrate_mode mode, struct err *e)
{
	int applied = 0;

	if (app->g.read_only)
		return err_set(e, ERR_PERMISSION, "db %s writes, and --read-only forbids it",
			       mode == MIGRATE_NEXT ? "migrate" : "init");
	if (migrate_run(db, mode, clock_wall_ms(), &applied, e) < 0)
		return -1;
	if (app->g.json) {
		struct json *o = json_new_object();

		json_set_int(o, "v", 1);
		json_set_int(o, "applied", applied);
		json_set_int(o, "version", migrate_latest());
		out_json(o);
	} else if (!app->g.cron && !app->g.quiet) {
		printf("schema version %d, %d migration%s applied\n", migrate_latest(), applied,
		       num_s(applied));
	}
	return 0;
}

static int
sum_one(const struct app *app, struct db *db, const struct table *t, struct json *out,
	struct err *e)
{
	char sum[CHECKSUM_BUF], n[NUM_BUF];
	int64_t rows = 0;

	if (checksum_table(db, t, &rows, sum, e) < 0)
		return err_wrap(e, "checksum of %s", t->name);
	if (app->g.json) {
		struct json *o = json_new_object();

		json_set_text(o, "name", t->name);
		json_set_int(o, "rows", rows);
		json_set_text(o, "sum", sum);
		json_push(out, o);
	} else {
		printf("%-32s %14s  %s\n", t->name, num_group(rows, n), sum);
	}
	return 0;
}

static int
db_checksum(const struct app *app, struct db *db, const struct cli *cli, struct err *e)
{
	struct json *o = json_new_object(), *tables = json_new_array();
	int rc = 0;

	for (size_t i = 1; i < cli->narg && rc == 0; i++) {
		const struct table *t = command_table(app, cli->arg[i], e);

		rc = t ? sum_one(app, db, t, tables, e) : -1;
	}
	for (const struct table *t = app->cat->tables; t->name && cli->narg == 1 && rc == 0; t++)
		rc = sum_one(app, db, t, tables, e);
	json_set_int(o, "v", 1);
	json_set(o, "tables", tables);
	if (app->g.json && rc == 0)
		out_json(o);
	else
		json_free(o);
	return rc;
}

const struct cli_option db_options[] = {
	{ "adopt", 0, NULL, "with init: beside existing FINTRA tables, the ledger alone" },
	{ NULL, 0, NULL, NULL },
};

int
cmd_db(struct app *app)
{
	struct cli cli;
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	const char *verb;
	int rc;

	if (command_parse(app, &cli, false, 1, CLI_MAX, &e) < 0)
		return app_fail(&e, "fintra help db");
	verb = cli.arg[0];
	if (!str_has(NAMES("init", "migrate", "status", "checksum"), verb)) {
		err_set(&e, ERR_USAGE, "fintra db knows init, migrate, status and checksum");
		return app_fail(&e, NULL);
	}
	db = str_same(verb, "checksum") ? app_look(app, &e)
					: db_open(&app->conf, "fintra db", NULL, &e);
	if (!db)
		return app_fail(&e, NULL);
	if (str_same(verb, "checksum"))
		rc = db_checksum(app, db, &cli, &e);
	else if (str_same(verb, "status"))
		rc = db_status(app, db);
	else
		rc = db_migrate(app, db,
				str_same(verb, "migrate") ? MIGRATE_NEXT
				: cli_has(&cli, "adopt")  ? MIGRATE_ADOPT
							  : MIGRATE_INIT,
				&e);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
