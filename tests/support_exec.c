#include "core/clock.h"
#include "core/str.h"
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMEOUT_MS = 400000, OUTPUT_MAX = 256 * 1024 * 1024 };

static void
set_env(const char *const *env)
{
	for (; env && *env; env++) {
		const char *eq = strchr(*env, '=');
		char *key = mem_ndup(*env, eq ? (size_t)(eq - *env) : strlen(*env));

		if (eq)
			setenv(key, eq + 1, 1);
		else
			unsetenv(key);
		free(key);
	}
}

static NORETURN void
child(const char *const *argv, const char *const *env, const int out[2], const int err[2])
{
	int nothing = open("/dev/null", O_RDONLY);

	set_env(env);
	dup2(nothing, STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(127);
}

/* False at the end of file. */
static bool
drain(int fd, struct str *into)
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		str_put(into, buf, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* False when the time is up. */
static bool
collect(int out_fd, int err_fd, struct str *out, struct str *err)
{
	struct pollfd p[2] = { { .fd = out_fd, .events = POLLIN },
			       { .fd = err_fd, .events = POLLIN } };
	int64_t end = clock_mono_ms() + TIMEOUT_MS;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		int64_t left = end - clock_mono_ms();

		if (left <= 0)
			return false;
		poll(p, 2, (int)left);
		if (p[0].revents && !drain(out_fd, out))
			p[0].fd = -1;
		if (p[1].revents && !drain(err_fd, err))
			p[1].fd = -1;
	}
	return true;
}

static int
reap(pid_t pid, bool in_time)
{
	int status = 0;

	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
support_exec(const char *const *argv, const char *const *env, struct support_out *out)
{
	struct str so, se;
	int po[2], pe[2];
	bool in_time;
	pid_t pid;

	str_init(&so, OUTPUT_MAX);
	str_init(&se, OUTPUT_MAX);
	if (pipe(po) < 0 || pipe(pe) < 0 || (pid = fork()) < 0) {
		perror("test support");
		exit(70);
	}
	if (pid == 0)
		child(argv, env, po, pe);
	close(po[1]);
	close(pe[1]);
	in_time = collect(po[0], pe[0], &so, &se);
	close(po[0]);
	close(pe[0]);
	out->code = reap(pid, in_time);
	str_putc(&so, '\0'); /* str_take() of an empty one would be NULL */
	str_putc(&se, '\0');
	out->out = str_take(&so);
	out->err = str_take(&se);
	return out->code;
}

void
support_out_done(struct support_out *out)
{
	free(out->out);
	free(out->err);
	out->out = out->err = NULL;
}
