/* fintra ack, pause, unpause, note, notes. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/notice.h"

#include <string.h>

const struct cli_option ack_options[] = {
	{ "until", 0, "WHEN",
	  "2h, 3d, 06:00 (New York), a date, a time; else until it is ok again" },
	{ "clear", 0, NULL, "take the acknowledgement back" },
	{ "list", 0, NULL, "what is acknowledged now" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option pause_options[] = {
	{ "until", 0, "WHEN", "2h, 3d, 06:00 (New York), a date, a time; else until unpause" },
	{ "list", 0, NULL, "what is paused now" },
	{ NULL, 0, NULL, NULL },
};

struct json *
json_notice(const struct notice *n)
{
	struct json *o = json_new_object();

	json_set_text(o, "target", *n->target ? n->target : NULL);
	json_set_text(o, "state", *n->state ? n->state : NULL);
	json_set_text(o, "who", n->who);
	json_set_text(o, "host", n->host);
	json_set_text(o, "text", n->words);
	json_set_time(o, "at", n->at_ms);
	json_set_time(o, "until", n->until_ms);
	return o;
}

/* What holds now, read on a connection of its own. */
static int
standing(const struct app *app, enum notice_kind kind, struct notice_list *l, struct err *e)
{
	DB_AUTO db = app_look(app, e);

	*l = (struct notice_list){ NULL, 0 };
	return db ? notice_read(db, kind, clock_wall_ms(), NOTICE_MOST, l, e) : -1;
}

static struct json *
json_notices(const struct notice_list *l)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push(all, json_notice(&l->at[i]));
	return all;
}

struct json *
json_standing(const struct app *app, enum notice_kind kind)
{
	struct notice_list l;
	struct err e = ERR_INIT;
	struct json *all = standing(app, kind, &l, &e) < 0 ? json_new_null() : json_notices(&l);

	notice_list_done(&l);
	return all;
}

void
out_standing(const struct app *app, enum notice_kind kind)
{
	static const char *const words[] = { "acknowledged", "paused" };
	struct notice_list l;
	struct err e = ERR_INIT;
	char until[64];
	STR_AUTO clean = { 0 };

	fflush(stdout);
	if (standing(app, kind, &l, &e) < 0)
		fprintf(stderr, "fintra: what is %s is not known: %s\n", words[kind],
			out_clean(&clean, e.text));
	for (size_t i = 0; i < l.n; i++) {
		const struct notice *n = &l.at[i];
		STR_AUTO who = { 0 }, why = { 0 }, target = { 0 };

		printf("%s: %s by %s until %s: %s\n", words[kind], out_clean(&target, n->target),
		       out_clean(&who, n->who),
		       notice_until_text(kind, n->until_ms, until, sizeof(until)),
		       out_clean(&why, n->words));
	}
	notice_list_done(&l);
}

static void
print_json(const char *key, const struct notice_list *l, bool ledger)
{
	struct json *o = json_new_object();

	json_set_int(o, "v", 1);
	json_set(o, key, json_notices(l));
	json_set_bool(o, "ledger", ledger);
	out_json(o);
}

static void
print_notice(enum notice_kind kind, const struct notice *n)
{
	char at[CLOCK_BUF], until[64];
	STR_AUTO target = { 0 }, who = { 0 }, words = { 0 };

	printf("%s  %-10s ", clock_iso(n->at_ms, at), out_clean(&who, n->who));
	if (kind != NOTICE_NOTE)
		printf(" %-32s until %-24s ", out_clean(&target, n->target),
		       notice_until_text(kind, n->until_ms, until, sizeof(until)));
	printf(" %s\n", out_clean(&words, n->words));
}

/* Looking needs no right to write; a database without a ledger is said. */
static int
list(const struct app *app, enum notice_kind kind, const char *key)
{
	struct notice_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	DB_AUTO db = app_look(app, &e);
	bool ledger;

	if (!db || db_has_ledger(db, &ledger, &e) < 0 ||
	    notice_read(db, kind, clock_wall_ms(), NOTICE_MOST, &l, &e) < 0)
		return app_fail(&e, NULL);
	if (app->g.json)
		print_json(key, &l, ledger);
	else if (!ledger)
		fprintf(stderr, "fintra: %s\n", no_ledger_text);
	else if (l.n == 0 && !app->g.quiet)
		printf("none\n");
	for (size_t i = 0; i < l.n && !app->g.json; i++)
		print_notice(kind, &l.at[i]);
	notice_list_done(&l);
	return 0;
}

/* One clear word before anything is written. */
static struct db *
writable(const struct app *app, struct err *e)
{
	if (!app->g.read_only)
		return app_db(app, e);
	err_set(e, ERR_PERMISSION, "%s writes, and --read-only forbids it", app->argv[0]);
	return NULL;
}

static int
until_of(const struct cli *cli, int64_t now_ms, int64_t *out, struct err *e)
{
	const char *text = cli_value(cli, "until");

	*out = 0;
	return text ? notice_until(text, now_ms, out, e) : 0;
}

/* The state in which it is acknowledged; a check that is ok needs no ack. */
static int
state_now(const struct app *app, struct db *db, const char *name, const char **state, struct err *e)
{
	struct freshness f = { .n = 0 };
	struct health h = { .n = 0 };
	const struct check_result *r = NULL;

	if (command_health(app, db, &f, &h, e) == 0)
		r = command_check(&h, name, e);
	if (r && r->state == CHECK_OK) {
		err_set(e, ERR_USAGE, "%s is ok (%s): there is nothing to acknowledge", name,
			r->value);
		r = NULL;
	}
	if (r)
		*state = check_state_name(r->state);
	health_done(&h);
	freshness_done(&f);
	return r ? 0 : -1;
}

static int
ack(const struct app *app, const struct cli *cli, struct err *e)
{
	struct notice_wish w = { .kind = NOTICE_ACK,
				 .end = cli_has(cli, "clear"),
				 .target = cli->arg[0],
				 .words = app->g.reason,
				 .now_ms = clock_wall_ms() };
	DB_AUTO db = writable(app, e);
	char until[64];

	if (!db || until_of(cli, w.now_ms, &w.until_ms, e) < 0 ||
	    (!w.end && state_now(app, db, w.target, &w.state, e) < 0) || notice_do(db, &w, e) < 0)
		return -1;
	if (app->g.quiet)
		return 0;
	if (w.end)
		printf("%s: no longer acknowledged\n", w.target);
	else
		printf("%s: %s, acknowledged until %s\n", w.target, w.state,
		       notice_until_text(NOTICE_ACK, w.until_ms, until, sizeof(until)));
	return 0;
}

int
cmd_ack(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help ack");
	if (cli_has(&cli, "list"))
		return list(app, NOTICE_ACK, "acks");
	if (cli.narg == 0)
		err_set(&e, ERR_USAGE, "usage: fintra ack CHECK --reason TEXT [--until WHEN]");
	if (cli.narg == 0 || ack(app, &cli, &e) < 0)
		return app_fail(&e, e.cls == ERR_USAGE ? "fintra health lists the checks" : NULL);
	return 0;
}

static const struct job *
job_named(const struct app *app, const char *name, struct err *e)
{
	const struct job *job = catalogue_job(app->cat, name), *one[1];

	/* The other way of looking it up names the nearest one. */
	if (!job && catalogue_select(app->cat, name, one, 1, e) >= 0)
		err_set(e, ERR_USAGE, "%s is no single job", name);
	return job;
}

static int
put_pause(const struct app *app, const struct cli *cli, bool end, struct err *e)
{
	const struct job *job = job_named(app, cli->arg[0], e);
	struct notice_wish w = {
		.kind = NOTICE_PAUSE, .end = end, .words = app->g.reason, .now_ms = clock_wall_ms()
	};
	DB_AUTO db = NULL;
	char until[64];

	if (!job || (!end && until_of(cli, w.now_ms, &w.until_ms, e) < 0))
		return -1;
	w.target = job->name;
	db = writable(app, e);
	if (!db || notice_do(db, &w, e) < 0)
		return -1;
	if (app->g.quiet)
		return 0;
	if (end)
		printf("%s: no longer paused\n", job->name);
	else
		printf("%s: paused until %s; what runs now goes on\n", job->name,
		       notice_until_text(NOTICE_PAUSE, w.until_ms, until, sizeof(until)));
	return 0;
}

int
cmd_pause(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help pause");
	if (cli_has(&cli, "list"))
		return list(app, NOTICE_PAUSE, "pauses");
	if (cli.narg == 0)
		err_set(&e, ERR_USAGE, "usage: fintra pause JOB --reason TEXT [--until WHEN]");
	if (cli.narg == 0 || put_pause(app, &cli, false, &e) < 0)
		return app_fail(&e, e.cls == ERR_USAGE ? "fintra jobs lists the jobs" : NULL);
	return 0;
}

int
cmd_unpause(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0 || put_pause(app, &cli, true, &e) < 0)
		return app_fail(&e,
				e.cls == ERR_USAGE ? "fintra pause --list shows what is" : NULL);
	return 0;
}

/* All words together are the note, so that nobody has to quote it. */
static int
put_note(const struct app *app, const struct cli *cli, struct err *e)
{
	struct notice_wish w = { .kind = NOTICE_NOTE, .now_ms = clock_wall_ms() };
	STR_AUTO text = { 0 };
	DB_AUTO db = NULL;

	str_init(&text, NOTICE_WORDS * 2);
	for (size_t i = 0; i < cli->narg; i++)
		str_fmt(&text, "%s%s", i ? " " : "", cli->arg[i]);
	if (text.overflow)
		return err_set(e, ERR_USAGE, "the note is longer than %d bytes", NOTICE_WORDS - 1);
	w.words = str_c(&text);
	db = writable(app, e);
	if (!db || notice_do(db, &w, e) < 0)
		return -1;
	if (!app->g.quiet)
		printf("noted\n");
	return 0;
}

int
cmd_note(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 1, CLI_MAX, &e) < 0 || put_note(app, &cli, &e) < 0)
		return app_fail(&e, NULL);
	return 0;
}

int
cmd_notes(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 0, 0, &e) < 0)
		return app_fail(&e, NULL);
	return list(app, NOTICE_NOTE, "notes");
}
