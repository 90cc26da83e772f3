#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2, execvpe, memfd_create */
#endif
#include "core/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { READ, WRITE };

struct pipes {
	int out[2], err[2];
	int word[2]; /* the child's errno when it cannot become the program; exec closes it */
};

static void
close_all(struct pipes *p)
{
	int *const fds[] = { p->out, p->err, p->word };

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		for (int end = READ; end <= WRITE; end++)
			if (fds[i][end] >= 0)
				close(fds[i][end]);
}

/* All close on exec from the start: another thread may fork in between. */
static int
open_all(struct pipes *p, struct err *e)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->err, O_CLOEXEC) == 0 &&
	    pipe2(p->word, O_CLOEXEC) == 0)
		return 0;
	err_errno(e, ERR_INTERNAL, errno, "pipe");
	close_all(p);
	return -1;
}

static bool
is_forgotten(const char *entry, const char *const *names)
{
	for (; names && *names; names++) {
		size_t n = strlen(*names);

		if (strncmp(entry, *names, n) == 0 && entry[n] == '=')
			return true;
	}
	return false;
}

/* Borrowed entries; owned array: free(). */
static const char **
environment(const struct proc_spec *s)
{
	size_t n = 0, more = 0, kept = 0;
	const char **env;

	while (environ[n])
		n++;
	while (s->added && s->added[more])
		more++;
	env = mem_zalloc((n + more + 1) * sizeof(*env));
	for (size_t i = 0; i < n; i++)
		if (!is_forgotten(environ[i], s->forgotten))
			env[kept++] = environ[i];
	for (size_t i = 0; i < more; i++)
		env[kept++] = s->added[i];
	return env;
}

/* A file without a name that holds the text: unlike a pipe it never makes the writer wait. */
static int
input_file(const char *text)
{
	size_t n = strlen(text);
	int fd = memfd_create("input", MFD_CLOEXEC);

	for (size_t done = 0; fd >= 0 && done < n;) {
		ssize_t k = write(fd, text + done, n - done);

		if (k > 0)
			done += (size_t)k;
		else if (errno != EINTR)
			break;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Between fork and exec: only async-signal-safe calls (execvpe of glibc and musl allocates
 * nothing). */
static NORETURN void
become(const struct proc_spec *s, const char **env, const struct pipes *p, int input)
{
	sigset_t none;
	int null, why;

	sigemptyset(&none);
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* No terminal to write on or to be stopped by; and it does not outlive a killed fintra. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	null = input >= 0 ? input : open("/dev/null", O_RDONLY);
	if (null >= 0 && dup2(null, 0) == 0 && dup2(p->out[WRITE], 1) == 1 &&
	    dup2(p->err[WRITE], 2) == 2 && (!s->directory || chdir(s->directory) == 0))
		execvpe(s->argv[0], (char *const *)(unsigned long)s->argv,
			(char *const *)(unsigned long)env);
	why = errno;
	while (write(p->word[WRITE], &why, sizeof(why)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* 0 when the program runs, else what stopped it. */
static int
hear(int fd)
{
	int why = 0;
	ssize_t n;

	while ((n = read(fd, &why, sizeof(why))) < 0 && errno == EINTR)
		;
	return n == (ssize_t)sizeof(why) ? why : 0;
}

int
proc_group_start(const struct proc_spec *s, struct proc_group *g, struct err *e)
{
	struct pipes p;
	const char **env;
	int why, input = s->input ? input_file(s->input) : -1;

	if (open_all(&p, e) < 0) {
		if (input >= 0)
			close(input);
		return -1;
	}
	env = environment(s);
	g->pid = fork();
	if (g->pid == 0)
		become(s, env, &p, input);
	why = g->pid < 0 ? errno : 0;
	free(env);
	if (input >= 0)
		close(input);
	for (int *const *w = (int *const[]){ p.out, p.err, p.word, NULL }; *w; w++) {
		close((*w)[WRITE]);
		(*w)[WRITE] = -1;
	}
	if (!why)
		why = hear(p.word[READ]);
	if (why) {
		while (g->pid > 0 && waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close_all(&p);
		err_errno(e, ERR_CONFIG, why, s->directory ? s->directory : s->argv[0]);
		return err_wrap(e, "%s cannot be started", s->argv[0]);
	}
	close(p.word[READ]);
	g->out = p.out[READ];
	g->err = p.err[READ];
	fcntl(g->out, F_SETFL, O_NONBLOCK);
	fcntl(g->err, F_SETFL, O_NONBLOCK);
	return 0;
}

bool
proc_group_ended(const struct proc_group *g)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)g->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == g->pid;
}

void
proc_group_kill(const struct proc_group *g, int sig)
{
	kill(-g->pid, sig);
}

int
proc_group_end(struct proc_group *g)
{
	int status = 0;

	proc_group_kill(g, SIGKILL); /* the zombie keeps the number: no stranger is hit */
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (g->out >= 0)
		close(g->out);
	if (g->err >= 0)
		close(g->err);
	*g = (struct proc_group){ -1, -1, -1 };
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
