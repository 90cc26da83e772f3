/* The command line's own parts: one function per command, and what they share for output. */
#ifndef FINTRA_CORE_COMMANDS_H
#define FINTRA_CORE_COMMANDS_H

#include "core/cli.h"
#include "core/headless.h"
#include "core/health.h"
#include "core/json.h"
#include "core/report.h"

#include <stdio.h>

extern const struct cli_option global_options[];
extern const struct cli_option why_options[], impact_options[], plan_options[];
extern const struct cli_option run_options[], backfill_options[], logs_options[], runs_options[],
	jobs_options[], health_options[], ticker_options[], cancel_options[], calendar_options[],
	demo_options[], db_options[], tables_options[], retry_options[], doctor_options[],
	show_options[], engine_options[], fix_options[], scatter_options[], diff_options[];
extern const struct cli_option ack_options[], pause_options[], audit_options[], alerts_options[];

int cmd_run(struct app *app);
int cmd_backfill(struct app *app);
int cmd_pipeline(struct app *app);
int cmd_status(struct app *app);
int cmd_health(struct app *app);
int cmd_ack(struct app *app);
int cmd_pause(struct app *app);
int cmd_unpause(struct app *app);
int cmd_note(struct app *app);
int cmd_notes(struct app *app);
int cmd_audit(struct app *app);
int cmd_alerts(struct app *app);
int cmd_why(struct app *app);
int cmd_impact(struct app *app);
int cmd_plan(struct app *app);
int cmd_fix(struct app *app);
int cmd_jobs(struct app *app);
int cmd_tables(struct app *app);
int cmd_runs(struct app *app);
int cmd_show(struct app *app);
int cmd_replay(struct app *app);
int cmd_logs(struct app *app);
int cmd_cancel(struct app *app);
int cmd_resume(struct app *app);
int cmd_retry(struct app *app);
int cmd_wait(struct app *app);
int cmd_doctor(struct app *app);
int cmd_db(struct app *app);
int cmd_ticker(struct app *app);
int cmd_scatter(struct app *app);
int cmd_diff(struct app *app);
int cmd_calendar(struct app *app);
int cmd_engine(struct app *app);
int cmd_demo(struct app *app);
int cmd_playbook(struct app *app);
int cmd_help(struct app *app);
int cmd_version(struct app *app);
int cmd_tui(struct app *app);

/* Names and titles of the playbooks; `practised`: of those that demo --incident makes. */
void playbook_list(const struct app *app, bool practised);
/* show RUN --evidence (cmd_evidence.c); the exit code. */
int show_evidence(const struct app *app, struct db *db, const struct run_info *r);

/* Prints what the database is and what we may do there.  The exit code: 0, 10 with migrations
 * pending, 78 made by a newer program. */
int db_status(const struct app *app, struct db *db);

/* Parses the command's own options; `unknown` as in cli_parse().  With fewer than `least` or more
 * than `most` arguments: ERR_USAGE that shows the usage line. */
int command_parse(const struct app *app, struct cli *cli, bool unknown, size_t least, size_t most,
		  struct err *e) MUST_CHECK;
/* What `run`, `backfill` or `pipeline` asks for, or `plan` of one of them; nothing has started. */
enum { LAUNCH_JOBS = 64 };
struct launch_set {
	const struct job *job[LAUNCH_JOBS]; /* in canonical order */
	struct params params[LAUNCH_JOBS];  /* of each; owned: launch_set_done() */
	int n;
	struct launch all; /* the rest; its job and params are not set, its texts are app's */
	char mode[80];	   /* of it what was typed: " --gate strict --overlap skip" */
	const struct catalogue *cat;
	bool yes;	  /* whatever --diff shows is to be kept */
	bool list;	  /* backfill --list: no job */
	const char *hint; /* after a failure: what to type, NULL = nothing */
};
/* argv of `app` is the command with its words.  *out is to be freed also on failure. */
int launch_set_parse(const struct app *app, struct launch_set *out, struct err *e) MUST_CHECK;
void launch_set_done(struct launch_set *s);
/* Measures all tables for the process's as-of on a connection of its own. */
int command_freshness(const struct app *app, struct freshness *f, struct err *e) MUST_CHECK;
/* The checks on that connection; `f` gets what they stand on. */
int command_health(const struct app *app, struct db *db, struct freshness *f, struct health *h,
		   struct err *e) MUST_CHECK;
/* A check by name; NULL is ERR_USAGE with the nearest name. */
const struct check_result *command_check(const struct health *h, const char *name,
					 struct err *e) MUST_CHECK;
/* An occasion to alert (cmd_alerts.c): tells on stderr what went wrong with it; that changes no
 * exit code.  `asked`: also that there is no channel.  Unconfigured: of conf_load_alert(). */
void alerts_after(const struct app *app, bool asked);
void alerts_unconfigured(const struct app *app, const struct err *why);
/* When `--since` is: a span back from now, a date, a time. */
int command_since(const char *text, int64_t *out, struct err *e) MUST_CHECK;
struct json *json_notice(const struct notice *n);
/* What is acknowledged or paused now, one line each; what is not known is said on stderr. */
void out_standing(const struct app *app, enum notice_kind kind);
struct json *json_standing(const struct app *app, enum notice_kind kind); /* null = not known */
/* The catalogue: jobs (of one layer when not NULL; as JSON backfills too), or backfills alone. */
int jobs_print(const struct app *app, const char *layer, bool backfills);
/* A table of the catalogue; NULL is ERR_USAGE with the nearest name. */
const struct table *command_table(const struct app *app, const char *name,
				  struct err *e) MUST_CHECK;
const struct command *command_find(const char *name);
bool command_launches(const struct command *c); /* runs: under --cron it is watched */
void command_help(const struct command *c, FILE *f);
void commands_help(FILE *f);

/* Prints on one line, with what a terminal would act upon escaped, and frees. */
void out_json(struct json *j);
void out_json_line(const char *line); /* the same for a line that is JSON already */
/* Cleaned for a terminal, in `s` (initialised here); borrowed until str_done(). */
const char *out_clean(struct str *s, const char *text);
enum { OUT_SIZE_BUF = 24 };
/* "812 B", "14.2 MiB". */
const char *out_size(int64_t bytes, char buf[OUT_SIZE_BUF]);
void out_report(const struct report *r);
/* Whether somebody is there to answer; the answer to "WHAT? [y/N]", true at once with `yes`. */
bool out_can_ask(void);
bool out_agreed(const struct app *app, bool yes, const char *what);
/* The same on another thread than the one that gets the signals: no, once `cancel` is asked. */
bool out_agreed_until(const struct app *app, bool yes, const char *what,
		      const struct cancel *cancel);
bool out_color(const struct app *app, FILE *f);
/* "\033[31m" or "" : bad, warn, good, none (0). */
const char *out_sgr(bool color, int severity);
void json_set_date(struct json *o, const char *key, struct date d); /* null when not set */
void json_set_time(struct json *o, const char *key, int64_t ms);    /* RFC 3339; null for 0 */
/* A table as `status --json` shows it; how bad its state is for out_sgr(). */
struct json *json_table_status(const struct table_status *s);
int table_state_severity(enum table_state s);
/* "04:00 NY", "weekly" or "-"; "98.1%" or "-". */
const char *status_deadline(const struct table_status *s, char buf[16]);
const char *status_percent(double c, char buf[16]);
/* A run as `runs --json` shows it; units and inputs are read with `db` when that is not NULL. */
struct json *json_run(struct db *db, const struct run_info *r);
/* "SUCCESS sync-universe run 12 as-of ...: read 3 ...", with the error or the reason. */
void out_run_summary(const char *job, const struct outcome *o, struct str *out);
/* What the ledger says of a run's end, as the runner would have told it. */
void out_run_outcome(const struct run_info *r, struct outcome *o);

#endif
