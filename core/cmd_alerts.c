/* fintra alerts, and the occasions at which alerts are sent. */
#include "core/alert.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/http.h"

#include <string.h>

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

/* What a role may not do is no trouble: it is said where the command ends. */
static void
no_ledger(const struct app *app, const struct err *e, struct alert_outcome *out)
{
	if (e->cls != ERR_PERMISSION)
		alert_trouble(&app->conf, &alert_no_ledger, e->text, out);
}

static int
occasion(const struct app *app, struct alert_outcome *out, struct err *e)
{
	const char *error = *app->watch.error ? app->watch.error : NULL;
	DB_AUTO db = app_db(app, e);

	if (!db) {
		no_ledger(app, e, out);
		return -1;
	}
	if ((app->watch.pinged && alert_note(db, "ping", error, e) < 0) ||
	    alert_occasion(db, &app->conf, app->cat, out, e) < 0)
		return -1;
	alert_trouble(&app->conf, &alert_no_ledger, NULL, out);
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
	alert_trouble(&app->conf, &alert_no_conf, NULL, &out);
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
		alert_trouble(&app->conf, &alert_no_conf, why->text, &out);
	say_failed(&out);
}

/* What is wrong now, beside what the ledger remembers of it. */
struct seen {
	struct alert_causes causes;
	struct alert_book book;
};

static const struct alert_row *
row_of(const struct seen *s, const char *key)
{
	for (size_t i = 0; i < s->book.n_rows; i++)
		if (s->book.row[i].open && str_same(s->book.row[i].key, key))
			return &s->book.row[i];
	return NULL;
}

static const char *
delivery_word(const struct alert_delivery *d)
{
	return d->state == DELIVERY_FAILED    ? "failed"
	       : d->state == DELIVERY_SENDING ? "sending"
					      : "sent";
}

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
		json_set_text(o, "state", delivery_word(d));
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
		const struct alert_row *a = row_of(s, k->key);
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
print_deliveries(const struct seen *s, const char *key)
{
	char at[CLOCK_BUF];

	for (size_t i = 0; i < s->book.n_deliveries; i++) {
		const struct alert_delivery *d = &s->book.delivery[i];
		STR_AUTO error = { 0 };

		if (str_same(d->key, key))
			printf("          %s %s %s%s%s\n", d->channel, delivery_word(d),
			       clock_iso(d->state == DELIVERY_SENT ? d->sent_ms : d->tried_ms, at),
			       *d->error ? ": " : "", out_clean(&error, d->error));
	}
}

static void
print_cause(const struct app *app, const struct seen *s, const struct alert_cause *k)
{
	static const int severity[] = { 0, 2, 3, 2 };
	const struct alert_row *a = row_of(s, k->key);
	bool color = out_color(app, stdout);
	char since[CLOCK_BUF];
	STR_AUTO text = { 0 };

	printf(" %s%-8s%s%c %s: %s\n", out_sgr(color, severity[k->severity]),
	       check_state_name(k->severity), out_sgr(color, 0), k->acked ? 'A' : ' ', k->key,
	       out_clean(&text, k->text));
	if (a)
		printf("          since %s\n", clock_iso(a->first_ms, since));
	if (*k->remedy)
		printf("          $ %s\n", k->remedy);
	print_deliveries(s, k->key);
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
		else if (s.causes.n == 0 && !app->g.quiet && !app->g.cron)
			printf("nothing is wrong\n");
		for (size_t i = 0; i < s.causes.n && !app->g.json; i++)
			print_cause(app, &s, &s.causes.at[i]);
		if (!app->g.json)
			print_deliveries(&s, "");
	}
	alert_book_done(&s.book);
	alert_causes_done(&s.causes);
	return rc;
}

static int
test_channel(const struct app *app, struct db *db, const struct alert_channel *c, struct err *e)
{
	static const struct alert_row about = { .key = "test",
						.open = true,
						.text = "this is a test, nothing is wrong" };
	struct alert_message m = { ALERT_TEST, &about, clock_wall_ms() };
	struct err note = ERR_INIT;
	int rc = c->send(&app->conf, &m, e);

	if (alert_note(db, c->name, rc < 0 ? e->text : NULL, &note) < 0)
		say(note.text);
	if (rc < 0)
		return err_wrap(e, "%s", c->name);
	if (!app->g.quiet && !app->g.cron)
		printf("%s: sent\n", c->name);
	return 0;
}

/* Every channel is tried; the first that fails gives the exit code. */
static int
test(const struct app *app, struct err *e)
{
	int tried = 0, failed = 0;

	if (app->g.read_only)
		return err_set(e, ERR_PERMISSION,
			       "alerts --test sends and records, and "
			       "--read-only forbids it");
	say_incomplete(&app->conf);
	DB_AUTO db = app_db(app, e);
	if (!db)
		return -1;
	http_global_init();
	for (const struct alert_channel *c = alert_channels; c->name; c++) {
		struct err own = ERR_INIT;

		if (!c->configured(&app->conf))
			continue;
		tried++;
		if (test_channel(app, db, c, &own) == 0)
			continue;
		if (failed++)
			say(own.text);
		else
			*e = own;
	}
	if (tried == 0)
		say("no channel is configured in [alert]");
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
