#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* setgroups */
#endif
#include "core/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool
proc_executable(const char *path)
{
	return access(path, X_OK) == 0;
}

char *
proc_own_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		return mem_dup(".");
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash && slash != path)
		*slash = '\0';
	return mem_dup(path);
}

/* Between fork and exec: only async-signal-safe calls but for the group list. */
static NORETURN void
become(const char *const *argv, const struct proc_user *user, int out, bool both)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN);
	if (user && user->set)
		if (setgroups(0, NULL) || setgid(user->gid) || setuid(user->uid) || chdir("/"))
			_exit(126);
	int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || (both && dup2(out, 2) < 0))
		_exit(126);
	execvp(argv[0], (char *const *)(unsigned long)argv);
	_exit(127);
}

static int
spawn(const char *const *argv, const struct proc_user *user, bool both, pid_t *pid, struct err *e)
{
	int fds[2];

	if (pipe(fds) < 0)
		return err_errno(e, ERR_INTERNAL, errno, "pipe");
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	*pid = fork();
	if (*pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return err_errno(e, ERR_INTERNAL, errno, "fork");
	}
	if (*pid == 0)
		become(argv, user, fds[1], both);
	close(fds[1]);
	return fds[0];
}

int
proc_run(const char *const *argv, const struct proc_user *user, struct str *out, int *code,
	 struct err *e)
{
	pid_t pid;
	char buf[4096];
	ssize_t n;
	int status = 0;
	int fd = spawn(argv, user, true, &pid, e);

	if (fd < 0)
		return err_wrap(e, "%s", argv[0]);
	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && out)
			str_put(out, buf, (size_t)n);
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (*code == 127)
		return err_set(e, ERR_CONFIG, "%s: cannot be started: not installed?", argv[0]);
	return 0;
}

int
proc_start(const char *const *argv, pid_t *pid, int *fd, struct err *e)
{
	*fd = spawn(argv, NULL, false, pid, e);
	return *fd < 0 ? err_wrap(e, "%s", argv[0]) : 0;
}

void
proc_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
