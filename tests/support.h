/* What the suites share.  Expected values never come from here.
 * Failures of the support itself end the process with a message: a suite without its ground is red.
 */
#ifndef FINTRA_TESTS_SUPPORT_H
#define FINTRA_TESTS_SUPPORT_H

#include "core/attr.h"
#include "core/conf.h"
#include "core/db.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* support_db.c */

/* A fresh database in the cluster of FINTRA_TEST_PG; its conninfo, kept until the process ends. The
 * name gets the process id, so suites may share names.  At most 64 per process. */
const char *support_db(const char *name, bool migrated);
/* The same, a copy of one made here that nobody is connected to. */
const char *support_db_copy(const char *name, const char *of);
/* A configuration that holds only what db_open() needs; borrows conninfo. */
struct conf support_conf(const char *conninfo);
struct db *support_open(const char *conninfo); /* db_open() that cannot fail; owned: db_close() */
/* Runs one statement; the text of the first cell ("" for NULL or no rows), owned: free(). */
char *support_psql(const char *conninfo, const char *sql);
int64_t support_psql_int(const char *conninfo, const char *sql);

/* Waits until the server's processes have added what they counted: each does when it ends, which is
 * after its client has gone.  A connection that the test keeps open is not waited for long. */
void support_counted(const char *conninfo);

/* support_exec.c */

struct support_out {
	int code;	 /* exit code; 128 + signal when killed by one, -1 on timeout */
	char *out, *err; /* owned: support_out_done(); never NULL */
};

/* Runs argv (NULL-terminated; argv[0] searched in PATH) with `env` ("K=V" or "K" to unset; may be
 * NULL) on top of ours, stdin from /dev/null, for at most 400 s.  Returns the exit code, too. */
int support_exec(const char *const *argv, const char *const *env, struct support_out *out);
void support_out_done(struct support_out *out);

/* support_fake.c */

/* Starts $BUILD/fakefmp on a free port with the arguments (NULL-terminated, may be NULL) and
 * returns its base URL, kept until the next call; killed at exit.  One runs at a time: the one
 * before is stopped. */
const char *support_fake(const char *const *args);
void support_fake_stop(void);
/* Body of GET path?query from it, whatever the status; owned: free().  Control paths:
 * tests/fakefmp.c. */
char *support_fake_get(const char *path);

/* support_real.c: the recorded data, in the folder that FINTRA_REAL_DATA names */

const char *support_real_dir(void); /* as given; borrowed */
/* The absolute path of NAME in it ("." = the folder itself; static), or NULL after saying SKIP. */
const char *support_real(const char *name);
/* The file as text, owned: free(); NULL after saying SKIP. */
char *support_real_text(const char *name);

#endif
