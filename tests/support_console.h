/* A console on a pseudo-terminal over a fresh database and the vendor stand-in. */
#ifndef FINTRA_TESTS_SUPPORT_CONSOLE_H
#define FINTRA_TESTS_SUPPORT_CONSOLE_H

#include "tests/pty.h"
#include "tests/support.h"

enum { CONSOLE_WAIT_MS = 20000 };

struct console_test {
	const char *info;    /* its database */
	const char *url;     /* of the stand-in; "" = none */
	const char *env[24]; /* of the program */
	char text[10][300];  /* what env points to */
	char home[64];	     /* removed at the end */
	struct pty *pty;
};

/* Database `name` with our schema; starts nothing.  `fake`: arguments of the stand-in, NULL = none
 * runs. */
void console_open(struct console_test *t, const char *name, const char *const *fake);
/* The same on a database that is there; borrows its conninfo. */
void console_open_on(struct console_test *t, const char *info, const char *const *fake);
void console_env(struct console_test *t, const char *setting); /* "K=V" or "K" */
/* $BUILD/fintra with these arguments (NULL = none) on its own terminal. */
struct pty *console_spawn(const struct console_test *t, const char *const *args, int w, int h);
void console_start(struct console_test *t, int w,
		   int h); /* t->pty: the console, its first frame seen */
void console_close(struct console_test *t);
/* One row of the ledger, by SQL, as another host would have written it; returns its id. */
int64_t console_foreign_run(const struct console_test *t, const char *job);
/* The same with parameters, an object of JSON. */
int64_t console_foreign_run_with(const struct console_test *t, const char *job, const char *params);
void console_foreign_line(const struct console_test *t, int64_t run, int64_t seq, const char *msg);
/* Polls a query until it gives the text; fails the test after CONSOLE_WAIT_MS. */
void console_sql_until(const struct console_test *t, const char *sql, const char *want);

/* Ends the console with Q, and it with it. */
void console_quit(struct console_test *t);

/* Until the text is on the screen, or is gone. */
#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))
#define GONE(t, text) assert_true(pty_wait_gone((t)->pty, text, CONSOLE_WAIT_MS))

#endif
