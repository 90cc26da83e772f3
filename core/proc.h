/* Child processes: arguments never pass through a shell. */
#ifndef FINTRA_CORE_PROC_H
#define FINTRA_CORE_PROC_H

#include "core/err.h"
#include "core/str.h"

#include <sys/types.h>

struct proc_user { /* whom the child runs as; set = false: as we do */
	bool set;
	uid_t uid;
	gid_t gid;
};

/* Runs argv (NULL-terminated, argv[0] a path or a name in PATH) to its end with output and errors
 * together in *out (may be NULL).  0 and *code filled, or -1 when it could not be started. */
int proc_run(const char *const *argv, const struct proc_user *user, struct str *out, int *code,
	     struct err *e) MUST_CHECK;
/* Starts argv and returns at once: *pid, and *fd, the reading end of its standard output (close()
 * it). */
int proc_start(const char *const *argv, pid_t *pid, int *fd, struct err *e) MUST_CHECK;
/* SIGTERM, then waits for its end. */
void proc_stop(pid_t pid);

/* A child with all its children: a session, and so a process group, of its own.  Owned by one
 * thread, which must not end before proc_group_end(). */
struct proc_group {
	pid_t pid;
	int out, err; /* what it writes; reading ends that do not block; -1 = closed */
};
struct proc_spec {
	const char *const *argv;      /* NULL-terminated; argv[0] a path or a name in PATH */
	const char *directory;	      /* where it runs; NULL = where we do */
	const char *const *forgotten; /* names of variables that it does not inherit; NULL ends */
	const char *const *added;     /* "NAME=value" on top; NULL ends, may be NULL */
	const char *input;	      /* its standard input; NULL = empty */
};
int proc_group_start(const struct proc_spec *s, struct proc_group *g, struct err *e) MUST_CHECK;
/* The child itself has ended; it stays a zombie, so that its group's number is not given away. */
bool proc_group_ended(const struct proc_group *g);
void proc_group_kill(const struct proc_group *g, int sig);
/* Kills what is left, waits for the child, closes.  Its exit code, or 128 + signal. */
int proc_group_end(struct proc_group *g);

/* Directory of this program's executable.  Owned: free(). */
char *proc_own_dir(void);
bool proc_executable(const char *path);

#endif
