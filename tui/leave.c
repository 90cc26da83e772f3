/* The end of the console while runs are under way. */
#include "tui/console.h"

#include "core/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

void
console_drain(struct console *k)
{
	int64_t abort_at = clock_mono_ms() + k->app->conf.drain_ms;
	struct pollfd p[2] = { { .fd = k->wake, .events = POLLIN },
			       { .fd = k->signals, .events = POLLIN } };
	struct signalfd_siginfo s;
	uint64_t n;

	runner_cancel_all(k->runner, CANCEL_DRAIN);
	while (runner_active(k->runner) > 0) {
		poll(p, 2, 200);
		(void)!read(k->wake, &n, sizeof(n));
		/* The second signal: at once. */
		if (read(k->signals, &s, sizeof(s)) == sizeof(s) &&
		    (s.ssi_signo == SIGINT || s.ssi_signo == SIGTERM))
			abort_at = 0;
		if (clock_mono_ms() >= abort_at)
			runner_cancel_all(k->runner, CANCEL_ABORT);
	}
	console_poll_runs(k);
}

/* Detached from us and from the terminal.  The connection text goes by the environment: it may hold
 * a password, and everyone can read a command line. */
static void
spawn_resume(const struct console *k, int64_t run)
{
	char self[] = "/proc/self/exe", resume[] = "resume", config[] = "-c", id[24];
	char *conf = mem_dup(k->app->g.conf_path);
	char *with[] = { self, config, conf, resume, id, NULL };
	char *without[] = { self, resume, id, NULL };
	sigset_t none;
	pid_t pid;

	fmt_buf(id, sizeof(id), "%lld", (long long)run);
	pid = fork();
	if (pid == 0) {
		setsid();
		sigemptyset(&none);
		pthread_sigmask(SIG_SETMASK, &none, NULL);
		if (k->app->g.conninfo)
			setenv("FINTRA_DB_CONNINFO", k->app->g.conninfo, 1);
		execv(self, conf ? with : without);
		_exit(127);
	}
	free(conf);
}

void
console_hand_over(struct console *k)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3 && null >= 0; fd++)
		if (isatty(fd) || fd == STDERR_FILENO)
			dup2(null, fd);
	console_drain(k);
	/* The demo's server ends with the demo: there is nothing to go on with. */
	for (size_t i = 0; i < k->own.n && !getenv("FINTRA_DEMO"); i++)
		/* A job of the old system has no checkpoint: it would be done twice. */
		if (k->own.at[i].ended && k->own.at[i].outcome.state == RUN_CANCELLED &&
		    k->own.at[i].job->runner == RUNNER_NATIVE)
			spawn_resume(k, k->own.at[i].outcome.run);
}
