/* fintra alerts, and the occasions at which alerts are sent. */
#include "core/alert.h"
#include "core/alert_trouble.h"
#include "core/clock.h"
#include "core/commands.h"

#include <string.h>

enum { ADDRESS = 4096 };

const struct cli_option alerts_options[] = {
	{ "test", 0, NULL, "send a test message by every configured channel" },
	{ NULL, 0, NULL, NULL },
};

static void
say(const char *text)
{
	STR_AUTO clean = { 0 };

	fflush(stdout);
	fprintf(stderr, "fintra: %s\n", out_clean(&clean, text));
}

static void
say_incomplete(const struct conf *conf)
{
	if (alert_incomplete(conf))
		say(alert_incomplete(conf));
}

/* `why` NULL: it can be used. */
static void
ledger(const struct app *app, const char *why, struct alert_outcome *out)
{
	STR_AUTO of = { 0 };

	str_init(&of, ADDRESS);
	db_address(&app->conf, &of);
	alert_trouble(&app->conf,
		      &(struct alert_trouble){ "database", "the ledger cannot be used",
					       "nothing could be looked up in the ledger",
					       str_c(&of) },
		      why, out);
}

/* `why` NULL: it loads. */
static void
configuration(const struct app *app, const char *why, struct alert_outcome *out)
{
	STR_AUTO of = { 0 };

	str_init(&of, ADDRESS);
	conf_file_path(app->g.conf_path, &of);
	alert_trouble(&app->conf,
		      &(struct alert_trouble){ "configuration", "the configuration does not load",
					       "the configuration did not load", str_c(&of) },
		      why, out);
}

static int
occasion(const struct app *app, struct alert_outcome *out, struct err *e)
{
	const char *error = *app->watch.error ? app->watch.error : NULL;
	DB_AUTO db = app_db(app, e);

	if (!db) {
		/* What a role may not do is no trouble: it is said where the command ends. */
		if (e->cls != ERR_PERMISSION)
			ledger(app, e->text, out);
		return -1;
	}
	if ((app->watch.pinged && alert_note(db, "ping", error, e) < 0) ||
	    alert_occasion(db, &app->conf, app->cat, out, e) < 0)
		return -1;
	ledger(app, NULL, out);
	return 0;
}

static void
say_failed(const struct alert_outcome *out)
{
	char text[ERR_TEXT_MAX];

	if (!out->failed)
		return;
	(void)fmt_buf(text, sizeof(text), "%d alert%s not delivered; %s", out->failed,
		      out->failed == 1 ? "" : "s", out->error);
	say(text);
}

void
alerts_after(const struct app *app, bool asked)
{
	struct alert_outcome out = { .channels = 0 };
	struct err e = ERR_INIT;
	char text[ERR_TEXT_MAX];

	STR_AUTO channels = { 0 };

	str_init(&channels, 128);
	if (app->g.read_only)
		return;
	say_incomplete(&app->conf);
	if (*app->watch.error)
		say(app->watch.error);
	/* Who has configured nothing is not told so every night. */
	if (!asked && alert_configured(&app->conf, &channels) == 0 && !app->watch.pinged)
		return;
	/* A command without a database has said so itself. */
	if (occasion(app, &out, &e) < 0 && !out.sent && (asked || !e.disconnected)) {
		(void)fmt_buf(text, sizeof(text), "no alert was sent: %.900s", e.text);
		say(text);
	}
	configuration(app, NULL, &out);
	say_failed(&out);
	if (asked && e.cls == ERR_NONE && out.channels == 0)
		say("no alert was sent: no channel is configured in [alert]");
}

void
alerts_unconfigured(const struct app *app, const struct err *why)
{
	struct alert_outcome out = { .channels = 0 };

	if (*app->watch.error)
		say(app->watch.error);
	if (!app->g.read_only)
		configuration(app, why->text, &out);
	say_failed(&out);
}

/* What is wrong now, beside what the ledger remembers of it. */
struct seen {
	struct alert_causes causes;
	struct alert_book book;
};

static struct json *
json_deliveries(const struct seen *s, const char *key)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < s->book.n_deliveries; i++) {
		const struct alert_delivery *d = &s->book.delivery[i];
		struct json *o;

		if (!str_same(d->key, key))
			continue;
		o = json_new_object();
		json_set_text(o, "channel", d->channel);
		json_set_text(o, "state", alert_delivery_word(d));
		json_set_time(o, "sent", d->sent_ms);
		json_set_time(o, "tried", d->tried_ms);
		json_set_text(o, "error", *d->error ? d->error : NULL);
		json_push(all, o);
	}
	return all;
}

static void
print_json(const struct seen *s)
{
	struct json *o = json_new_object(), *all = json_new_array();

	json_set_int(o, "v", 1);
	for (size_t i = 0; i < s->causes.n; i++) {
		const struct alert_cause *k = &s->causes.at[i];
		const struct alert_row *a = alert_book_open(&s->book, k->key);
		struct json *j = json_new_object();

		json_set_text(j, "key", k->key);
		json_set_text(j, "severity", check_state_name(k->severity));
		json_set_text(j, "cause", k->text);
		json_set_text(j, "remedy", *k->remedy ? k->remedy : NULL);
		json_set_bool(j, "acknowledged", k->acked);
		json_set_time(j, "since", a ? a->first_ms : 0);
		json_set(j, "delivery", json_deliveries(s, k->key));
		json_push(all, j);
	}
	json_set(o, "alerts", all);
	json_set(o, "other", json_deliveries(s, ""));
	out_json(o);
}

static void
print_text(const struct app *app, const struct seen *s)
{
	static const int severity[] = { 0, 0, 1, 2, 3 };
	bool color = out_color(app, stdout);
	REPORT_AUTO r = { .head = "" };

	alert_report(&s->causes, &s->book, &r);
	for (size_t i = s->causes.n == 0 && (app->g.quiet || app->g.cron); i < r.line.n; i++) {
		const struct report_line *l = &r.line.at[i];
		STR_AUTO text = { 0 };
		bool title = color && severity[l->tone] && l->text[0] != ' ';

		printf(" %s%s%s\n", title ? out_sgr(color, severity[l->tone]) : "",
		       out_clean(&text, l->text), title ? out_sgr(color, 0) : "");
	}
}

static int
list(const struct app *app, struct err *e)
{
	struct seen s = { .book = { .row = NULL } };
	DB_AUTO db = app_look(app, e);
	int rc = -1;

	if (db && alert_look(db, &app->conf, app->cat, &s.causes, e) == 0 &&
	    alert_book_read(db, &s.book, e) == 0) {
		rc = 0;
		if (app->g.json)
			print_json(&s);
		else
			print_text(app, &s);
	}
	alert_book_done(&s.book);
	alert_causes_done(&s.causes);
	return rc;
}

/* Every channel is tried; the first that fails gives the exit code. */
static int
test(const struct app *app, struct err *e)
{
	struct alert_tried tried[ALERT_CHANNELS];
	struct err note = ERR_INIT;
	int n, failed = 0;

	if (app->g.read_only)
		return err_set(e, ERR_PERMISSION,
			       "alerts --test sends and records, and "
			       "--read-only forbids it");
	say_incomplete(&app->conf);
	DB_AUTO db = app_db(app, e);
	if (!db)
		return -1;
	n = alert_test(db, &app->conf, NULL, tried, &note);
	if (n == 0)
		say("no channel is configured in [alert]");
	for (int i = 0; i < n; i++) {
		struct err own = tried[i].err;

		if (tried[i].unnoted)
			say(note.text);
		if (!tried[i].failed && !app->g.quiet && !app->g.cron)
			printf("%s: sent\n", tried[i].channel);
		if (!tried[i].failed)
			continue;
		(void)err_wrap(&own, "%s", tried[i].channel);
		if (failed++)
			say(own.text);
		else
			*e = own;
	}
	return failed ? -1 : 0;
}

int
cmd_alerts(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;
	int rc = command_parse(app, &cli, false, 0, 0, &e);

	if (rc == 0)
		rc = cli_has(&cli, "test") ? test(app, &e) : list(app, &e);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}
