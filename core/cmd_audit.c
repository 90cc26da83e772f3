/* fintra audit: who did what, when and why. */
#include "core/audit.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"

#include <inttypes.h>
#include <string.h>

enum { AUDIT_DEFAULT = 100, AUDIT_MOST = 10000 };

const struct cli_option audit_options[] = {
	{ "user", 0, "NAME", "only what this user did" },
	{ "since", 0, "WHEN", "a span (2h, 7d), a date, or a time" },
	{ "number", 'n', "N", "how many (default 100)" },
	{ NULL, 0, NULL, NULL },
};

static void
set_text(struct json *o, const char *key, const char *text)
{
	json_set_text(o, key, *text ? text : NULL);
}

static struct json *
json_line(const struct audit_line *l)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", l->id);
	json_set_time(o, "at", l->at_ms);
	set_text(o, "who", l->who);
	set_text(o, "host", l->host);
	set_text(o, "role", l->role);
	set_text(o, "tty", l->tty);
	set_text(o, "action", l->action);
	set_text(o, "target", l->target);
	if (l->run)
		json_set_int(o, "run", l->run);
	else
		json_set_null(o, "run");
	set_text(o, "run_state", l->run_state);
	set_text(o, "reason", l->reason);
	set_text(o, "detail", l->detail);
	return o;
}

static void
print_json(const struct audit_list *l, bool ledger)
{
	struct json *o = json_new_object(), *lines = json_new_array();

	json_set_int(o, "v", 1);
	for (size_t i = 0; i < l->n; i++)
		json_push(lines, json_line(&l->at[i]));
	json_set(o, "audit", lines);
	json_set_bool(o, "ledger", ledger);
	out_json(o);
}

static void
print_line(const struct audit_line *l)
{
	char at[CLOCK_BUF], what[AUDIT_TEXT * 2];
	STR_AUTO who = { 0 }, host = { 0 }, clean = { 0 }, why = { 0 };

	audit_phrase(l, what, sizeof(what));
	printf("%s  %s@%s  %s%s%s\n", clock_iso(l->at_ms, at), out_clean(&who, l->who),
	       out_clean(&host, l->host), out_clean(&clean, what), *l->reason ? "   reason: " : "",
	       out_clean(&why, l->reason));
}

static int
limit_of(const struct cli *cli, int64_t *out, struct err *e)
{
	const char *n = cli_value(cli, "number");

	*out = AUDIT_DEFAULT;
	if (n && (!num_parse_i64(n, strlen(n), out) || *out < 1 || *out > AUDIT_MOST))
		return err_set(e, ERR_USAGE, "-n takes a number from 1 to %d", AUDIT_MOST);
	return 0;
}

int
cmd_audit(struct app *app)
{
	struct cli cli;
	struct audit_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	int64_t since = 0, limit;
	const char *when;
	DB_AUTO db = NULL;
	bool ledger;

	if (command_parse(app, &cli, false, 0, 0, &e) < 0 || limit_of(&cli, &limit, &e) < 0)
		return app_fail(&e, "fintra help audit");
	when = cli_value(&cli, "since");
	if (when && command_since(when, &since, &e) < 0)
		return app_fail(&e, "fintra help audit");
	db = app_look(app, &e);
	if (!db || db_has_ledger(db, &ledger, &e) < 0 ||
	    audit_read(db, cli_value(&cli, "user"), since, (int)limit, &l, &e) < 0)
		return app_fail(&e, NULL);
	if (app->g.json)
		print_json(&l, ledger);
	else if (!ledger)
		fprintf(stderr, "fintra: %s\n", no_ledger_text);
	for (size_t i = 0; i < l.n && !app->g.json; i++)
		print_line(&l.at[i]);
	audit_list_done(&l);
	return 0;
}
