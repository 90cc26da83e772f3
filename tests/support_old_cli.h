/* The ground of the suites of the old system's jobs: for every test a database and a configuration
 * of its own, with the routes of support_old and the script old_job.sh, and the real binary on it.
 */
#ifndef FINTRA_TESTS_SUPPORT_OLD_CLI_H
#define FINTRA_TESTS_SUPPORT_OLD_CLI_H

#include "core/job.h"
#include "tests/support_console.h"
#include "tests/support_old.h"

#define OLD_CANARY "CANARY" /* how the secret begins: what nothing may say */
#define OLD_RUN(...) NAMES("run", __VA_ARGS__, "--as-of", "2026-02-02")
#define OLD_LAST_RUN " FROM fintra_ops.run ORDER BY id DESC LIMIT 1"
#define OLD_LINES(like) "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '" like "'"

/* Database `name`, the secret, and a configuration with these [job] sections; "@" stands for the
 * script.  console_close() it. */
void old_cli_open(struct console_test *t, const char *name, const char *jobs);
/* A file of its home, anew: "conf" or "secret". */
void old_cli_write(const struct console_test *t, const char *name, const char *text);
/* $BUILD/fintra with this configuration and these arguments: its exit code; one of the two streams
 * says `says` (may be NULL), and neither the secret. */
void old_cli_expect(const struct console_test *t, const char *const *args, int code,
		    const char *says);
/* Starts what goes on in the background, on a terminal of its own; without arguments (NULL) the
 * console.  Owned: pty_free(). */
struct pty *old_cli_spawn(const struct console_test *t, const char *const *args, int w, int h);
int64_t old_cli_int(const struct console_test *t, const char *sql); /* first cell of a query */
void old_cli_expect_sql(const struct console_test *t, const char *sql, const char *want);
void old_cli_answers(int status, const char *body, enum old_way way); /* the routes, from now on */
/* The process that the script of this run has started; waits until it has. */
int64_t old_cli_grandchild(const struct console_test *t, int64_t run);
bool old_cli_is_gone(int64_t pid); /* or dead and not yet fetched by its parent */
void old_cli_await_gone(int64_t pid);

#endif
