/* fintra runs, fintra show. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_DEFAULT = 20, RUNS_MOST = 10000, RESULT_MAX = 1 << 20 };

const struct cli_option runs_options[] = {
	{ "job", 0, "NAME", "only runs of this job" },
	{ "state", 0, "STATE", "only runs in this state" },
	{ "user", 0, "NAME", "only this user's runs" },
	{ "since", 0, "WHEN", "a span (2h, 7d), a date, or a time" },
	{ "active", 0, NULL, "only queued and running ones" },
	{ "number", 'n', "N", "how many (default 20)" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option show_options[] = {
	{ "evidence", 0, NULL, "what the vendor sent: refused answers, headers" },
	{ NULL, 0, NULL, NULL },
};

int
command_since(const char *text, int64_t *out, struct err *e)
{
	int64_t span = span_parse(text);
	struct date d;
	STR_AUTO s = { 0 };

	if (span >= 0)
		*out = clock_wall_ms() - span;
	else if (date_parse(text, &d))
		*out = (int64_t)d.days * 86400000;
	else if (clock_parse(text, out) < 0)
		return err_set(e, ERR_USAGE, "--since %s is no span, date or time",
			       out_clean(&s, text));
	return 0;
}

static int
parse_filter(const struct app *app, const struct cli *cli, struct run_filter *f, struct err *e)
{
	const char *n = cli_value(cli, "number"), *job = cli_value(cli, "job"),
		   *since = cli_value(cli, "since");
	const struct job *known = job ? catalogue_job(app->cat, job) : NULL;
	enum run_state st;
	int64_t limit = RUNS_DEFAULT;

	memset(f, 0, sizeof(*f));
	f->job = known ? known->name : job; /* a job of another build may be in the ledger, too */
	f->state = cli_value(cli, "state");
	f->user = cli_value(cli, "user");
	f->active_only = cli_has(cli, "active");
	if (f->state && !run_state_parse(f->state, &st))
		return err_set(e, ERR_USAGE,
			       "--state is queued, running, success, partial, failure, cancelled, "
			       "skipped, abandoned or lost");
	if (n && (!num_parse_i64(n, strlen(n), &limit) || limit < 1 || limit > RUNS_MOST))
		return err_set(e, ERR_USAGE, "-n takes a number from 1 to %d", RUNS_MOST);
	f->limit = (int)limit;
	return since ? command_since(since, &f->since_ms, e) : 0;
}

static void
print_line(const struct run_info *r)
{
	char day[DATE_BUF], span[CLOCK_BUF], when[CLOCK_BUF], n[4][NUM_BUF];
	STR_AUTO job = { 0 }, who = { 0 }, error = { 0 };
	int64_t end = r->ended_ms ? r->ended_ms : clock_wall_ms();

	printf("%7" PRId64 "  %-9s %-36s %s  %s  %8s  %-10s +%s ~%s =%s !%s%s%s\n", r->id,
	       run_state_name(r->state), out_clean(&job, r->job), date_iso(r->as_of, day),
	       clock_iso(r->created_ms, when),
	       r->started_ms ? clock_span(end - r->started_ms, span) : "-", out_clean(&who, r->who),
	       num_count(r->counts.inserted, n[0]), num_count(r->counts.updated, n[1]),
	       num_count(r->counts.unchanged, n[2]), num_count(r->counts.rejected, n[3]),
	       r->error ? "  " : "", out_clean(&error, str_or(r->error, "")));
}

int
cmd_runs(struct app *app)
{
	struct cli cli;
	struct run_filter f;
	struct run_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	bool ledger;

	if (command_parse(app, &cli, false, 0, 0, &e) < 0 || parse_filter(app, &cli, &f, &e) < 0)
		return app_fail(&e, "fintra help runs");
	db = app_look(app, &e);
	if (!db || db_has_ledger(db, &ledger, &e) < 0 ||
	    ledger_runs(db, &app->conf, &f, &l, &e) < 0)
		return app_fail(&e, NULL);
	if (app->g.json) {
		struct json *o = json_new_object(), *runs = json_new_array();

		json_set_int(o, "v", 1);
		for (size_t i = 0; i < l.n; i++)
			json_push(runs, json_run(db, &l.at[i]));
		json_set(o, "runs", runs);
		json_set_bool(o, "ledger", ledger);
		out_json(o);
	} else if (!ledger) {
		fprintf(stderr, "fintra: %s\n", no_ledger_text);
	}
	for (size_t i = 0; i < l.n && !app->g.json; i++)
		print_line(&l.at[i]);
	run_list_done(&l);
	return 0;
}

static void
print_field(const char *label, const char *value)
{
	STR_AUTO s = { 0 };

	if (value && *value)
		printf("%-10s %s\n", label, out_clean(&s, value));
}

static void
print_units(struct db *db, int64_t run)
{
	struct unit_list l = { NULL, 0 };
	struct err e = ERR_INIT;

	if (ledger_units(db, run, &l, &e) < 0)
		return;
	if (l.n)
		printf("units\n");
	for (size_t i = 0; i < l.n; i++) {
		STR_AUTO name = { 0 };

		printf("  %-40s %-7s attempts %d  read %" PRId64 " inserted %" PRId64
		       " updated %" PRId64 "\n",
		       out_clean(&name, l.at[i].unit), l.at[i].state, l.at[i].attempts,
		       l.at[i].counts.read, l.at[i].counts.inserted, l.at[i].counts.updated);
	}
	free(l.at);
}

static void
print_rejects(struct db *db, int64_t run)
{
	struct err e = ERR_INIT;
	char id[NUM_BUF];
	const char *args[] = { num_int(run, id) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_REJECTS, args, &e);

	if (!r || !rows_count(r))
		return;
	printf("rejected\n");
	for (int i = 0; i < rows_count(r); i++) {
		STR_AUTO why = { 0 }, raw = { 0 };

		printf("  %5" PRId64 "  %s: %s\n", rows_int(r, i, 1),
		       out_clean(&why, rows_text(r, i, 0)),
		       out_clean(&raw, str_or(rows_text(r, i, 2), "")));
	}
}

static void
print_inputs(struct db *db, int64_t run)
{
	struct input_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	char day[DATE_BUF], n[NUM_BUF];

	if (ledger_inputs(db, run, &l, &e) < 0)
		return;
	if (l.n)
		printf("inputs\n");
	for (size_t i = 0; i < l.n; i++) {
		STR_AUTO name = { 0 };

		printf("  %-28s %s  %s row%s\n", out_clean(&name, l.at[i].table),
		       date_iso(l.at[i].as_of, day), num_group(l.at[i].rows, n),
		       num_s(l.at[i].rows));
	}
	free(l.at);
}

/* The result without the postconditions, which get lines of their own. */
static void
print_result(const char *result)
{
	STR_AUTO rest = { 0 };
	const char *name;

	str_init(&rest, RESULT_MAX);
	struct json *posts = posts_split(result, &rest);

	print_field("result", str_c(&rest));
	if (posts)
		printf("postconditions\n");
	for (size_t i = 0; posts && i < json_len(posts); i++) {
		const struct json *p = json_member(posts, i, &name);
		STR_AUTO verdict = { 0 }, says = { 0 };

		printf("  %-10s %s\n", out_clean(&verdict, str_or(json_text(p, "verdict"), "?")),
		       out_clean(&says, str_or(json_text(p, "says"), name)));
	}
	json_free(posts);
}

static void
print_run(struct db *db, const struct run_info *r)
{
	char text[CLOCK_BUF], day[DATE_BUF], id[NUM_BUF];
	STR_AUTO job = { 0 }, phase = { 0 }, counts = { 0 };

	str_init(&counts, 512);
	printf("run %" PRId64 "  %s  %s  as-of %s  epoch %d\n", r->id, out_clean(&job, r->job),
	       run_state_name(r->state), date_iso(r->as_of, day), r->epoch);
	print_field("who", r->who);
	print_field("host", r->host);
	print_field("origin", r->origin);
	print_field("parent", r->parent ? num_int(r->parent, id) : NULL);
	print_field("reason", r->reason);
	print_field("params", r->params);
	print_field("gate", r->gate);
	print_field("started", r->started_ms ? clock_iso(r->started_ms, text) : NULL);
	print_field("ended", r->ended_ms ? clock_iso(r->ended_ms, text) : NULL);
	print_field("waits for", run_state_ended(r->state) ? NULL : r->waits_for);
	if (!run_state_ended(r->state))
		printf("%-10s %s %" PRId64 " of %" PRId64 "\n", "phase",
		       out_clean(&phase, r->phase), r->done, r->total);
	else
		printf("%-10s %d\n", "exit code", ledger_exit_code(r));
	tally_put(&r->counts, ' ', &counts);
	printf("%-10s %s\n", "counts", str_c(&counts));
	print_field("taint", r->taint);
	print_field("class", r->err_class);
	print_field("error", r->error);
	print_result(r->result);
	print_inputs(db, r->id);
	print_units(db, r->id);
	print_rejects(db, r->id);
}

int
cmd_show(struct app *app)
{
	struct cli cli;
	struct run_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	int rc = 0;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help show");
	db = app_look(app, &e);
	if (!db || ledger_find(db, &app->conf, app->cat, cli.arg[0], &l, &e) < 0)
		return app_fail(&e, NULL);
	if (cli_has(&cli, "evidence")) {
		rc = show_evidence(app, db, &l.at[0]);
	} else if (app->g.json) {
		struct json *o = json_run(db, &l.at[0]);

		json_set_int(o, "v", 1);
		out_json(o);
	} else {
		print_run(db, &l.at[0]);
	}
	run_list_done(&l);
	return rc;
}
