#include "core/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

enum { TIMED_OUT = 124, GRACE_S = 60 };

/* What handlers may touch: the one place where a global is allowed (style.md, "the signal flag").
 */
static _Atomic(struct runner *) target;
static atomic_int stop_signal;
static atomic_bool hup_is_reopen;

static void
on_signal(int sig)
{
	int saved = errno;
	struct runner *r = atomic_load(&target);

	if (sig == SIGHUP && atomic_load(&hup_is_reopen)) {
		if (r)
			runner_log_reopen(r);
	} else if (!r && atomic_load(&hup_is_reopen) && atomic_load(&stop_signal)) {
		_exit(128 + sig); /* it has been asked before, and nothing is to be drained */
	} else {
		if (r)
			runner_stop(r, sig,
				    atomic_load(&stop_signal) ? CANCEL_ABORT : CANCEL_DRAIN);
		atomic_store(&stop_signal, sig);
	}
	errno = saved;
}

/* Nothing writes outside a runner, so what is open may be dropped where nobody looks for a stop. */
static void
on_alarm(int sig)
{
	static const char text[] = "fintra: the time given by --timeout is over\n";
	int none = 0;

	if (atomic_load(&target)) {
		on_signal(sig);
		return;
	}
	if (atomic_load(&hup_is_reopen) &&
	    atomic_compare_exchange_strong(&stop_signal, &none, sig)) {
		alarm(GRACE_S);
		return;
	}
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(TIMED_OUT);
	_exit(TIMED_OUT);
}

void
signals_deadline(int64_t ms)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval t = { .it_value = { ms / 1000, ms % 1000 * 1000 } };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

void
signals_install(struct runner *r, bool hup_reopens)
{
	struct sigaction sa = { .sa_handler = on_signal };

	atomic_store(&target, r);
	atomic_store(&hup_is_reopen, hup_reopens);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	/* Asked to stop while there was no runner: what would start now is not wanted. */
	if (r && atomic_load(&stop_signal))
		runner_stop(r, atomic_load(&stop_signal), CANCEL_DRAIN);
}

int
signals_stop(void)
{
	return atomic_load(&stop_signal);
}

void
signals_block_in_thread(void)
{
	sigset_t all;

	/* Faults of the thread itself (SIGSEGV ...) stay deliverable. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}
