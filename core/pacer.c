#include "core/clock.h"
#include "core/run_private.h"
#include "core/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* One thread for all runs of the process: progress lines, cancel, fence.  What must go on while the
 * run's thread sits in one long statement and the keeper waits for a dead server: nothing in here
 * touches the database. */

void
run_lost(struct run *r, const char *fmt, ...)
{
	va_list ap;
	char why[sizeof(r->lost_why)];

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&r->lock);
	if (!*r->lost_why)
		str_copy(r->lost_why, sizeof(r->lost_why), why);
	pthread_mutex_unlock(&r->lock);
	atomic_store(&r->lost, true);
	cancel_raise(&r->cancel, CANCEL_ABORT);
}

static void
pace_cancel(struct run *r, int64_t now)
{
	enum cancel_level level = cancel_level(&r->cancel);
	char span[CLOCK_BUF];

	if (level > r->level_said && !atomic_load(&r->lost))
		run_emit(r, LVL_WARN, "warn", "%s: %s",
			 runner_stop_signal(r->runner) == SIGALRM
				 ? "the time given by --timeout is over"
				 : "stop asked",
			 level == CANCEL_DRAIN ? "ends after the present batch" : "at once");
	if (level == CANCEL_DRAIN && r->level_said != CANCEL_DRAIN)
		r->drain_since = now;
	r->level_said = level;
	if (level != CANCEL_DRAIN || now - r->drain_since < r->conf->drain_ms)
		return;
	run_emit(r, LVL_WARN, "warn", "the batch did not end within %s: it is aborted",
		 clock_span(r->conf->drain_ms, span));
	cancel_raise(&r->cancel, CANCEL_ABORT);
	r->level_said = CANCEL_ABORT;
}

static void
pace_fence(struct run *r, int64_t now)
{
	int64_t beat = atomic_load(&r->last_beat);
	char span[CLOCK_BUF];

	if (!beat || now - beat <= r->conf->fence_ms || atomic_load(&r->lost))
		return;
	run_lost(r, "no heartbeat reached the ledger for %s", clock_span(now - beat, span));
	cancel_raise(&r->keeper.cancel, CANCEL_ABORT);
}

static void
run_pace(struct run *r, int64_t now)
{
	int64_t said = atomic_load(&r->last_progress);
	int64_t due = r->conf->progress_ms - 2 * PACE_MS; /* "at least every": not a tick late */

	if (!said || atomic_load(&r->closing))
		return; /* nothing may be said before START */
	pace_cancel(r, now);
	pace_fence(r, now);
	if (now - said >= (due > PACE_MS ? due : PACE_MS))
		run_emit_progress(r);
}

void
pacer_wake(struct runner *r)
{
	const uint64_t one = 1;
	int saved = errno;
	ssize_t n = write(r->wake, &one, sizeof(one));

	(void)n; /* full = readable anyway */
	errno = saved;
}

/* A run that may be paced now, or NULL; its ending waits until unpick(). */
static struct run *
pick(struct runner *r, size_t i, bool *more)
{
	struct run *run = NULL;

	pthread_mutex_lock(&r->lock);
	*more = i < r->runs.n;
	if (*more && !r->runs.at[i]->ended && !atomic_load(&r->runs.at[i]->closing)) {
		run = r->runs.at[i];
		run->paced = true;
	}
	pthread_mutex_unlock(&r->lock);
	return run;
}

static void
unpick(struct runner *r, struct run *run)
{
	pthread_mutex_lock(&r->lock);
	run->paced = false;
	pthread_cond_broadcast(&r->change);
	pthread_mutex_unlock(&r->lock);
}

static void
pace_all(struct runner *r)
{
	enum cancel_level level = (enum cancel_level)atomic_exchange(&r->want, CANCEL_NONE);
	enum cancel_level stop = (enum cancel_level)atomic_load(&r->stop);
	bool more = true;

	if (stop > level)
		level = stop;
	for (size_t i = 0; more; i++) {
		struct run *run = pick(r, i, &more);

		if (!run)
			continue;
		if (level != CANCEL_NONE)
			cancel_raise(&run->cancel, level);
		run_pace(run, clock_mono_ms());
		unpick(r, run);
	}
}

/* Joins what has ended, so that a console of many days keeps no dead threads. */
static void
reap(struct runner *r)
{
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->runs.n; i++) {
		struct run *run = r->runs.at[i];

		if (!run->ended || run->joined)
			continue;
		pthread_join(run->thread, NULL); /* it holds no lock any more: at once */
		run->joined = true;
	}
	pthread_mutex_unlock(&r->lock);
}

void *
pacer_main(void *arg)
{
	struct runner *r = arg;
	uint64_t drained;
	bool done = false, busy = false;

	signals_block_in_thread();
	while (!done || busy) {
		struct pollfd p = { .fd = r->wake, .events = POLLIN };

		/* Nothing runs: no wake-ups. */
		if (poll(&p, 1, busy || r->wake < 0 ? PACE_MS : -1) > 0) {
			ssize_t n = read(r->wake, &drained, sizeof(drained));
			(void)n;
		}
		pace_all(r);
		reap(r);
		pthread_mutex_lock(&r->lock);
		done = r->done;
		busy = r->active > 0;
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

void
pacer_leave(struct run *run)
{
	struct runner *r = run->runner;

	pthread_mutex_lock(&r->lock);
	atomic_store(&run->closing, true);
	while (run->paced)
		pthread_cond_wait(&r->change, &r->lock);
	pthread_mutex_unlock(&r->lock);
}
