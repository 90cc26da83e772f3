/* The end of the console while runs are under way: they drain, and with a hand-over a process of
 * their own goes on with each from its checkpoint. */
#include "tui/console.h"

#include "core/clock.h"
#include "core/num.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool
console_may_hand_over(const struct console *k)
{
	(void)k;
	/* The demo's server ends with the demo: there is nothing to go on with. */
	return !getenv("FINTRA_DEMO");
}

/* A run that the operator has stopped stays stopped; one with --diff would have nobody to ask. */
static void
decide(struct console *k, enum leave how)
{
	k->leave = how == LEAVE_HAND_OVER && !console_may_hand_over(k) ? LEAVE_DRAIN : how;
	for (size_t i = 0; i < k->own.n; i++)
		k->own.at[i].hand_over = k->leave == LEAVE_HAND_OVER && !k->own.at[i].ended &&
					 !k->own.at[i].told && !k->own.at[i].diff;
}

void
console_begin_drain(struct console *k, enum leave how)
{
	decide(k, how);
	console_fix_ends(k);
	k->m.draining = true;
	k->abort_at_ms = clock_mono_ms() + k->app->conf.drain_ms;
	runner_cancel_all(k->runner, CANCEL_DRAIN);
	console_message(k, LVL_INFO, "draining %d run%s, then quit%s", k->m.own_runs,
			num_s(k->m.own_runs), k->leave == LEAVE_HAND_OVER ? " and hand over" : "");
}

void
console_drain(struct console *k)
{
	int64_t abort_at = clock_mono_ms() + k->app->conf.drain_ms;
	struct pollfd p[2] = { { .fd = k->wake, .events = POLLIN },
			       { .fd = k->signals, .events = POLLIN } };
	struct signalfd_siginfo s;
	uint64_t n;

	console_fix_ends(k);
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

void
console_hang_up(struct console *k)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3 && null >= 0; fd++)
		if (isatty(fd) || fd == STDERR_FILENO)
			dup2(null, fd);
	/* Who has chosen already is not overruled. */
	if (k->leave == LEAVE_NOT)
		decide(k,
		       str_same(k->app->conf.on_hangup, "drain") ? LEAVE_DRAIN : LEAVE_HAND_OVER);
	console_drain(k);
}

/* Detached from us and from the terminal.  The connection text goes by the environment: it may hold
 * a password, and everyone can read a command line. */
static pid_t
spawn_resume(const struct console *k, int64_t run)
{
	char self[] = "/proc/self/exe", resume[] = "resume", config[] = "-c", id[24];
	char *conf = mem_dup(k->app->g.conf_path);
	char *with[] = { self, config, conf, resume, id, NULL };
	char *without[] = { self, resume, id, NULL };
	sigset_t none;
	pid_t pid;
	int null;

	fmt_buf(id, sizeof(id), "%lld", (long long)run);
	pid = fork();
	if (pid == 0) {
		setsid();
		signal(SIGPIPE, SIG_DFL);
		/* The terminal's last SIGHUP may have reached us before setsid(): it is pending. */
		signal(SIGHUP, SIG_IGN);
		sigemptyset(&none);
		pthread_sigmask(SIG_SETMASK, &none, NULL);
		null = open("/dev/null", O_RDWR);
		for (int fd = 0; fd < 3 && null >= 0; fd++)
			dup2(null, fd);
		if (k->app->g.conninfo)
			setenv("FINTRA_DB_CONNINFO", k->app->g.conninfo, 1);
		execv(self, conf ? with : without);
		_exit(127);
	}
	free(conf);
	return pid;
}

/* Of runs that ended because the console did. */
static void
say_diff(const struct console *k, const struct own_run *r)
{
	if (r->diff && r->ended && !r->told && r->outcome.run && r->outcome.state == RUN_CANCELLED)
		fprintf(stderr,
			"fintra: run %lld %s: nothing is kept, nobody is left to answer its "
			"diff; ask again with: %s resume %lld\n",
			(long long)r->outcome.run, r->job->name, k->command,
			(long long)r->outcome.run);
}

void
console_resume_elsewhere(struct console *k)
{
	for (size_t i = 0; i < k->own.n; i++) {
		const struct own_run *r = &k->own.at[i];
		pid_t pid;

		say_diff(k, r);

		/* A job of the old system has no checkpoint: it would be done twice. */
		if (!r->hand_over || !r->ended || r->outcome.state != RUN_CANCELLED ||
		    r->job->runner != RUNNER_NATIVE)
			continue;
		pid = spawn_resume(k, r->outcome.run);
		if (pid < 0)
			fprintf(stderr,
				"fintra: run %lld was not handed over: no process could be had; go "
				"on with: fintra resume %lld\n",
				(long long)r->outcome.run, (long long)r->outcome.run);
		else
			fprintf(stderr,
				"fintra: run %lld %s goes on in process %ld; follow it with: "
				"fintra logs -f %lld\n",
				(long long)r->outcome.run, r->job->name, (long)pid,
				(long long)r->outcome.run);
	}
}
