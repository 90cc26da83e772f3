/* The one table of commands: help and dispatch come from it. */
#include "core/commands.h"

#include <string.h>

enum { WORDS_MAX = 64 };

const struct command commands[] = {
	{ "run", "TARGET...", "run jobs by name, layer:2 or layer:0-5", run_options, cmd_run },
	{ "backfill", "NAME", "fill history; --list prints the catalogue", backfill_options,
	  cmd_backfill },
	{ "pipeline", "daily", "the daily pipeline: the same as run master-all", run_options,
	  cmd_pipeline },
	{ "status", "[LAYER]", "verdict and every table: date, state, coverage, deadline", NULL,
	  cmd_status },
	{ "health", "[NAME...]", "checks; exit 0 ok, 1 warning, 2 critical, 3 unknown",
	  health_options, cmd_health },
	{ "check", "[NAME...]", "the same as health", health_options, cmd_health },
	{ "ack", "CHECK",
	  "acknowledge a check: it is shown with A and raises no exit code; --list shows all",
	  ack_options, cmd_ack },
	{ "pause", "JOB", "let a job not be started, whoever asks; --list shows what is paused",
	  pause_options, cmd_pause },
	{ "unpause", "JOB", "let it be started again", NULL, cmd_unpause },
	{ "note", "TEXT...", "leave a handover note", NULL, cmd_note },
	{ "notes", "", "the handover notes, newest first", NULL, cmd_notes },
	{ "audit", "", "who did what, when and why, newest first", audit_options, cmd_audit },
	{ "alerts", "", "what is wrong, one line per root cause, and who was told of it",
	  alerts_options, cmd_alerts },
	{ "why", "[TABLE|JOB]", "first cause of what is not fresh, and the commands that repair it",
	  why_options, cmd_why },
	{ "impact", "TABLE|JOB", "what is made from it, with its state", impact_options,
	  cmd_impact },
	{ "plan", "[TARGET | JOB OPTIONS | pipeline NAME]",
	  "steps that make it fresh, or what a launch would do; exit 0 nothing to do, 10 work to "
	  "do",
	  plan_options, cmd_plan },
	{ "fix", "[TARGET]", "carry that plan out, each step once; 4 with what is still missing",
	  fix_options, cmd_fix },
	{ "jobs", "[NAME]", "the jobs and backfills of this build", jobs_options, cmd_jobs },
	{ "tables", "[NAME...]", "every table: state, dates, rows, coverage, last writer, size",
	  tables_options, cmd_tables },
	{ "runs", "", "the ledger, newest first", runs_options, cmd_runs },
	{ "show", "RUN|JOB", "one run: parameters, units, inputs, counts", show_options, cmd_show },
	{ "replay", "RUN|JOB",
	  "read the refused answers that a run kept once more, offline; exit code as refused", NULL,
	  cmd_replay },
	{ "logs", "[RUN|JOB]", "log lines of a run, of any host", logs_options, cmd_logs },
	{ "cancel", "RUN", "ask a run to stop, on any host", cancel_options, cmd_cancel },
	{ "resume", "RUN", "go on with a run where it stopped", NULL, cmd_resume },
	{ "wait", "RUN", "until it has ended; ends with its exit code, 124 after --timeout", NULL,
	  cmd_wait },
	{ "retry", "RUN", "launch a run that did not end well again", retry_options, cmd_retry },
	{ "db", "init|migrate|status|checksum [TABLE...]", "the database's schema", db_options,
	  cmd_db },
	{ "doctor", "",
	  "what is wrong around fintra, and what to do; exit 0 ok, 1 warning, 2 failure",
	  doctor_options, cmd_doctor },
	{ "ticker", "SYM", "one ticker through all layers", ticker_options, cmd_ticker },
	{ "scatter", "", "the chart of FGOS against relative return 1Y, and what it leaves out",
	  scatter_options, cmd_scatter },
	{ "diff", "[DATE1 DATE2]",
	  "what moved in the product between two snapshot dates (the last two)", diff_options,
	  cmd_diff },
	{ "engine", "[NAME]",
	  "a financial engine as a filter: {\"in\": ...} per line, {\"out\": ...} back; exit 65 "
	  "when a line cannot be read",
	  engine_options, cmd_engine },
	{ "calendar", "[DATE]", "exchange sessions", calendar_options, cmd_calendar },
	{ "playbook", "[NAME]", "known troubles: how to tell them, what repairs them", NULL,
	  cmd_playbook },
	{ "demo", "", "a private database with a synthetic market", demo_options, cmd_demo },
	{ "tui", "", "the console", NULL, cmd_tui },
	{ "help", "[COMMAND]", "this list, or one command's options", NULL, cmd_help },
	{ "version", "", "version of this program", NULL, cmd_version },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct cli_option global_options[] = {
	{ "config", 'c', "FILE", "configuration file" },
	{ "db", 'd', "CONNINFO", "database (else PG* variables, service file)" },
	{ "as-of", 0, "DATE", "session to work for (default: the newest published)" },
	{ "json", 0, NULL, "machine readable results" },
	{ "quiet", 'q', NULL, "no log lines" },
	{ "verbose", 'v', NULL, "debug log lines, too" },
	{ "color", 0, "WHEN", "auto, always or never" },
	{ "read-only", 0, NULL, "refuse everything that writes" },
	{ "reason", 0, "TEXT", "why, for the audit" },
	{ "timeout", 0, "SPAN", "at most that long (30m, 2h): a run drains then; exit 124" },
	{ "cron", 0, NULL, "silent when fine, a short report otherwise" },
	{ "no-input", 0, NULL, "never ask" },
	{ "version", 0, NULL, "print the version" },
	{ "help", 'h', NULL, "print help" },
	{ NULL, 0, NULL, NULL },
};

const struct command *
command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

bool
command_launches(const struct command *c)
{
	static int (*const who[])(struct app *) = { cmd_run, cmd_backfill, cmd_pipeline,
						    cmd_fix, cmd_resume,   cmd_retry };

	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		if (c->run == who[i])
			return true;
	return false;
}

void
commands_help(FILE *f)
{
	STR_AUTO s = { 0 };

	str_init(&s, 1 << 16);
	str_puts(&s, "usage: fintra [options] COMMAND [arguments]\n\ncommands:\n");
	for (const struct command *c = commands; c->name; c++)
		str_fmt(&s, "  %-10s %s\n", c->name, c->summary);
	str_puts(&s, "\noptions of every command:\n");
	cli_help_options(global_options, &s);
	str_puts(&s, "\nfintra help COMMAND shows a command's own options.\n");
	fputs(str_c(&s), f);
}

void
command_help(const struct command *c, FILE *f)
{
	STR_AUTO s = { 0 };

	str_init(&s, 1 << 16);
	str_fmt(&s, "usage: fintra [options] %s%s%s%s\n\n%s\n", c->name,
		c->options ? " [options]" : "", *c->args ? " " : "", c->args, c->summary);
	if (c->options) {
		str_puts(&s, "\noptions:\n");
		cli_help_options(c->options, &s);
	}
	str_puts(&s, "\noptions of every command:\n");
	cli_help_options(global_options, &s);
	fputs(str_c(&s), f);
}

int
command_parse(const struct app *app, struct cli *cli, bool unknown, size_t least, size_t most,
	      struct err *e)
{
	static const struct cli_option none[] = { { NULL, 0, NULL, NULL } };
	const struct command *c = command_find(app->argv[0]);

	if (cli_parse(cli, c->options ? c->options : none, unknown, app->argc, app->argv, e) < 0)
		return -1;
	if (cli->narg < least || cli->narg > most)
		return err_set(e, ERR_USAGE, "usage: fintra %s%s%s", c->name, *c->args ? " " : "",
			       c->args);
	return 0;
}

const struct table *
command_table(const struct app *app, const char *name, struct err *e)
{
	const struct table *found = catalogue_table(app->cat, name);
	const char *words[WORDS_MAX], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };

	if (found)
		return found;
	for (const struct table *t = app->cat->tables; t->name && n < WORDS_MAX; t++)
		words[n++] = t->name;
	near = cli_nearest(name, words, n);
	err_set(e, ERR_USAGE, "there is no table %s%s%s%s", out_clean(&s, name),
		near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

int
cmd_help(struct app *app)
{
	const struct command *c = app->argc > 1 ? command_find(app->argv[1]) : NULL;
	struct err e = ERR_INIT;

	if (app->argc > 1 && !c) {
		err_set(&e, ERR_USAGE, "there is no command %s", app->argv[1]);
		return app_fail(&e, "fintra help lists them");
	}
	if (c)
		command_help(c, stdout);
	else
		commands_help(stdout);
	return 0;
}

int
cmd_version(struct app *app)
{
	printf("fintra %s\n", app->cat->build);
	return 0;
}

int
cmd_tui(struct app *app)
{
	struct err e = ERR_INIT;

	if (app->console)
		return app->console(app);
	err_set(&e, ERR_USAGE, "this build has no console");
	return app_fail(&e, NULL);
}
