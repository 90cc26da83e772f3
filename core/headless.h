/* The command line: everything that works without a terminal. */
#ifndef FINTRA_CORE_HEADLESS_H
#define FINTRA_CORE_HEADLESS_H

#include "core/runner.h"

struct globals { /* options before or after the command */
	const char *conf_path, *conninfo, *reason;
	struct date as_of;  /* DATE_NONE = default */
	int64_t timeout_ms; /* 0 = none */
	bool json, quiet, verbose, cron, read_only, no_input;
	const char *color; /* auto always never */
};

/* Of a command that launches runs under --cron (core/cron.h). */
struct watch {
	bool on;
	int64_t run;	 /* number of its first run; 0 = none has begun */
	bool held;	 /* one was skipped for a reason: not done, though it is no failure */
	bool pinged;	 /* at least once */
	char error[300]; /* of a ping that did not arrive, "" = each did */
};

struct app {
	struct conf conf;
	const struct catalogue *cat;   /* set by main: what is built; then as configured */
	const struct catalogue *built; /* what is built */
	struct composed composed;
	struct globals g;
	int argc; /* of the command: argv[0] is its name */
	char **argv;
	bool occasion; /* its end is one to alert, as with --cron: a row of jobs was run */
	struct watch watch;
	bool one_of_many; /* a step of `fix`, which tells of PARTIAL ones at its end */
	/* Set by tui/main.c: opens the console.  Returns the exit code. */
	int (*console)(struct app *app);
};

struct command {
	const char *name, *args, *summary;
	const struct cli_option *options; /* core/cli.h; NULL = none */
	int (*run)(struct app *app);
};

extern const struct command
	commands[]; /* name NULL ends; the one table for help, completion, docs */

struct words {
	char **at; /* owned: free(); the texts are argv's */
	int n;
	bool help, version; /* asked for */
};
/* Global options may stand before or after the command, argv[0] is skipped; the rest, the command's
 * own, goes to *w.  w->at is owned also on failure. */
int globals_split(struct globals *g, struct words *w, int argc, char **argv,
		  struct err *e) MUST_CHECK;
/* Parses globals, finds the command, runs it.  Without a command: the console when stdin and stdout
 * are terminals, else `status`. */
int headless_main(struct app *app, int argc, char **argv);
/* The configuration with what the options change; without the vendor's key when `key` is false. */
int app_configure(struct app *app, bool key, struct err *e) MUST_CHECK;
void app_release(struct app *app); /* undoes it, also after a failure; may be called again */
/* As-of of this process: --as-of (must be a session, else ERR_USAGE naming the previous one) or the
 * newest published session. */
int app_as_of(const struct app *app, struct date *out, struct err *e) MUST_CHECK;
extern const char no_ledger_text[]; /* what is missing, and the command that adds it */
/* A connection for looking: FINTRA's tables, ours or not, with or without a ledger. */
struct db *app_look(const struct app *app, struct err *e) MUST_CHECK;
/* A connection for what needs the ledger and a session: ERR_PERMISSION says what is missing. */
struct db *app_db(const struct app *app, struct err *e) MUST_CHECK;
/* Prints "fintra: text" (cleaned) and a hint, returns err_exit_code(e). */
int app_fail(const struct err *e, const char *hint);

#endif
