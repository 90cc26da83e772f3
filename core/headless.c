/* Entry of the command line: global options, configuration, dispatch. */
#include "core/headless.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/cron.h"
#include "core/migrate.h"
#include "core/signals.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 64 };

const char no_ledger_text[] =
	"this database has no ledger that this role may read: nothing can be launched or recorded "
	"here; fintra db init --adopt adds schema fintra_ops and nothing else";

static const struct cli_option *
global_of(const char *word, const char **value)
{
	*value = NULL;
	for (const struct cli_option *o = global_options; o->name; o++) {
		size_t n = strlen(o->name);

		if (str_starts(word, "--") && strncmp(word + 2, o->name, n) == 0 &&
		    (word[2 + n] == '\0' || (word[2 + n] == '=' && o->value))) {
			*value = word[2 + n] == '=' ? word + 3 + n : NULL;
			return o;
		}
		if (o->letter && word[0] == '-' && word[1] == o->letter &&
		    (word[2] == '\0' || o->value)) {
			*value = word[2] ? word + 2 : NULL;
			return o;
		}
	}
	return NULL;
}

static int
set_as_of(struct globals *g, const char *value, struct err *e)
{
	STR_AUTO s = { 0 };

	if (date_parse(value, &g->as_of))
		return 0;
	return err_set(e, ERR_USAGE, "--as-of %s is not a date (YYYY-MM-DD)", out_clean(&s, value));
}

static int
set_color(struct globals *g, const char *value, struct err *e)
{
	static const char *const when[] = { "auto", "always", "never", NULL };

	g->color = value;
	return str_has(when, value) ? 0 : err_set(e, ERR_USAGE, "--color is auto, always or never");
}

static int
set_timeout(struct globals *g, const char *value, struct err *e)
{
	STR_AUTO s = { 0 };

	g->timeout_ms = span_parse(value);
	if (g->timeout_ms > 0)
		return 0;
	return err_set(e, ERR_USAGE, "--timeout %s is no span of time (30s, 10m, 2h)",
		       out_clean(&s, value));
}

static int
set_global(struct globals *g, struct words *w, const char *name, const char *value, struct err *e)
{
	const struct {
		const char *name;
		bool *flag;
		const char **text;
	} plain[] = {
		{ "config", NULL, &g->conf_path },  { "db", NULL, &g->conninfo },
		{ "json", &g->json, NULL },	    { "quiet", &g->quiet, NULL },
		{ "verbose", &g->verbose, NULL },   { "read-only", &g->read_only, NULL },
		{ "reason", NULL, &g->reason },	    { "cron", &g->cron, NULL },
		{ "no-input", &g->no_input, NULL }, { "version", &w->version, NULL },
		{ "help", &w->help, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (strcmp(plain[i].name, name) != 0)
			continue;
		if (plain[i].flag)
			*plain[i].flag = true;
		else
			*plain[i].text = value;
		return 0;
	}
	if (strcmp(name, "timeout") == 0)
		return set_timeout(g, value, e);
	return strcmp(name, "as-of") == 0 ? set_as_of(g, value, e) : set_color(g, value, e);
}

int
globals_split(struct globals *g, struct words *w, int argc, char **argv, struct err *e)
{
	bool ended = false;

	w->at = mem_zalloc(((size_t)argc + 1) * sizeof(*w->at));
	for (int i = 1; i < argc; i++) {
		const char *value;
		const struct cli_option *o = ended ? NULL : global_of(argv[i], &value);

		ended = ended || strcmp(argv[i], "--") == 0;
		if (!o) {
			w->at[w->n++] = argv[i];
			continue;
		}
		if (o->value && !value) {
			if (++i >= argc)
				return err_set(e, ERR_USAGE, "option --%s needs a value (%s)",
					       o->name, o->value);
			value = argv[i];
		}
		if (set_global(g, w, o->name, value, e) < 0)
			return -1;
	}
	return 0;
}

static int
unknown_command(const char *name, struct err *e)
{
	const char *names[WORDS_MAX], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };

	for (const struct command *c = commands; c->name && n < WORDS_MAX; c++)
		names[n++] = c->name;
	near = cli_nearest(name, names, n);
	return err_set(e, ERR_USAGE, "unknown %s %s%s%s%s", name[0] == '-' ? "option" : "command",
		       out_clean(&s, name), near ? "; did you mean " : "", str_or(near, ""),
		       near ? "?" : "");
}

/* conf_load() has looked at it. */
static void
rehearse(const struct conf *conf)
{
	int64_t now;

	if (*conf->rehearse_now && clock_parse(conf->rehearse_now, &now) == 0)
		clock_rehearse(now);
}

int
app_configure(struct app *app, bool key, struct err *e)
{
	app->built = app->cat;
	if (key ? conf_load(&app->conf, app->g.conf_path, e) < 0
		: conf_load_keyless(&app->conf, app->g.conf_path, e) < 0)
		return -1;
	if (catalogue_compose(app->built, &app->conf, &app->composed, e) < 0)
		return -1;
	app->cat = &app->composed.cat;
	if (app->g.conninfo && conf_set(&app->conf, "db", "conninfo", app->g.conninfo, e) < 0)
		return -1;
	rehearse(&app->conf);
	return 0;
}

void
app_release(struct app *app)
{
	if (app->built)
		app->cat = app->built;
	catalogue_compose_done(&app->composed);
	conf_done(&app->conf);
}

/* Commands that launch runs take the alarm over (session_new), `wait` has a clock of its own. */
static int
limit_time(const struct app *app, const struct command *c, struct err *e)
{
	if (app->g.timeout_ms == 0 || c->run == cmd_wait)
		return 0;
	if (c->run == cmd_tui || c->run == cmd_demo)
		return err_set(e, ERR_USAGE, "%s takes no --timeout", c->name);
	signals_deadline(app->g.timeout_ms);
	return 0;
}

/* The command itself has ended with `rc`: what it owes to those who watch. */
static int
conclude(struct app *app, int rc)
{
	struct err e = ERR_INIT;

	if (fflush(stdout) != 0 && rc == 0) {
		err_set(&e, ERR_INTERNAL, "the output could not be written");
		rc = app_fail(&e, NULL);
	}
	cron_ended(app, rc);
	if (app->g.cron || app->occasion)
		alerts_after(app, false);
	app_release(app);
	return rc;
}

/* Cron's command is missed all the same: who is to be told may be known. */
static int
unconfigured(struct app *app, const struct err *e)
{
	int rc = app_fail(e, NULL);

	app_release(app);
	if (!app->g.cron)
		return rc;
	conf_load_alert(&app->conf, app->g.conf_path);
	rehearse(&app->conf);
	cron_ended(app, rc);
	alerts_unconfigured(app, e);
	app_release(app);
	return rc;
}

static int
run_command(struct app *app, const struct command *c)
{
	struct err e = ERR_INIT;

	if (c->run == cmd_help || c->run == cmd_version)
		return c->run(app);
	if (limit_time(app, c, &e) < 0)
		return app_fail(&e, NULL);
	app->watch.on = app->g.cron && command_launches(c);
	/* The doctor looks at a configuration that does not load, too. */
	if (c->run != cmd_doctor && app_configure(app, true, &e) < 0)
		return unconfigured(app, &e);
	return conclude(app, c->run(app));
}

static int
dispatch(struct app *app, struct words *w)
{
	static char status[] = "status", tui[] = "tui";
	const struct command *c;
	struct err e = ERR_INIT;

	if (w->version) {
		app->argc = 0;
		return cmd_version(app);
	}
	if (w->help && w->n == 0) {
		commands_help(stdout);
		return 0;
	}
	if (w->n == 0)
		w->at[w->n++] = app->console && isatty(0) && isatty(1) ? tui : status;
	c = command_find(w->at[0]);
	if (!c) {
		unknown_command(w->at[0], &e);
		return app_fail(&e, "fintra help lists the commands");
	}
	if (w->help) {
		command_help(c, stdout);
		return 0;
	}
	app->argc = w->n;
	app->argv = w->at;
	return run_command(app, c);
}

int
headless_main(struct app *app, int argc, char **argv)
{
	struct words w = { NULL, 0, false, false };
	struct err e = ERR_INIT;
	int rc;

	app->g = (struct globals){ .as_of = DATE_NONE, .color = "auto" };
	if (globals_split(&app->g, &w, argc, argv, &e) < 0)
		rc = app_fail(&e, "fintra help lists the options");
	else
		rc = dispatch(app, &w);
	free(w.at);
	return rc;
}

int
app_as_of(const struct app *app, struct date *out, struct err *e)
{
	struct date d = app->g.as_of;
	char day[DATE_BUF], prev[DATE_BUF];
	const char *why;

	*out = d;
	if (!date_is_set(d)) {
		*out = calendar_published(clock_wall_ms(), PUBLISH_LAG_MIN);
		return 0;
	}
	if (!calendar_covers(d))
		return err_set(e, ERR_USAGE,
			       "--as-of %s is outside the exchange calendar (1990-2050)",
			       date_iso(d, day));
	if (calendar_is_session(d))
		return 0;
	why = calendar_closed_why(d);
	return err_set(e, ERR_USAGE, "%s is no exchange session (%s); the previous session is %s",
		       date_iso(d, day), str_or(why, "closed"), date_iso(calendar_prev(d), prev));
}

static int
check_schema(struct db *db, bool ledger, struct err *e)
{
	enum schema_state state;
	int version;

	if (migrate_state(db, &state, &version, e) < 0)
		return -1;
	switch (state) {
	case SCHEMA_ABSENT:
		return err_set(e, ERR_CONFIG,
			       "this database has no FINTRA schema: run fintra db init");
	case SCHEMA_FOREIGN:
		return ledger ? err_set(e, ERR_PERMISSION, "%s", no_ledger_text) : 0;
	case SCHEMA_OLD:
		return err_set(
			e, ERR_CONFIG,
			"the schema has version %d, this program needs %d: run fintra db migrate",
			version, migrate_latest());
	case SCHEMA_NEWER:
		return err_set(
			e, ERR_CONFIG,
			"the schema has version %d, this program knows %d: use the newer program",
			version, migrate_latest());
	default:
		return 0;
	}
}

static int
check_session(struct db *db, struct err *e)
{
	bool pooled;

	if (db_pooled(db, &pooled, e) < 0)
		return -1;
	return pooled ? err_set(e, ERR_PERMISSION, "%s", db_pooled_text) : 0;
}

static struct db *
open_checked(const struct app *app, bool ledger, struct err *e)
{
	struct db *db = db_open(&app->conf, "fintra", NULL, e);

	if (db && (check_schema(db, ledger, e) < 0 || (ledger && check_session(db, e) < 0))) {
		db_close(db);
		return NULL;
	}
	return db;
}

struct db *
app_look(const struct app *app, struct err *e)
{
	return open_checked(app, false, e);
}

struct db *
app_db(const struct app *app, struct err *e)
{
	return open_checked(app, true, e);
}

int
app_fail(const struct err *e, const char *hint)
{
	STR_AUTO s = { 0 };

	fflush(stdout);
	fprintf(stderr, "fintra: %s\n", out_clean(&s, e->text));
	if (hint)
		fprintf(stderr, "fintra: %s\n", hint);
	return err_exit_code(e);
}
