/* A line of a run: number and queue for the ledger first, then at once the log file and the sink.
 * Nothing here waits for the database. */
#include "core/clock.h"
#include "core/log.h"
#include "core/run_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 16 << 10, CUT_NOTE = 64 };

void
run_event_init(struct run *r, struct event *ev, enum level lvl, const char *name)
{
	*ev = (struct event){ .run = atomic_load(&r->id), .ts_ms = clock_wall_ms(), .lvl = lvl };
	str_copy(ev->ev, sizeof(ev->ev), name);
	if (r->job)
		str_copy(ev->job, sizeof(ev->job), r->job->name);
}

/* A log file that fails is told once, as an event of its own right behind the line that was lost.
 */
static void
tell_trouble(struct runner *r, const struct event *cause, const char *text)
{
	struct event ev = *cause;
	STR_AUTO msg = { 0 };

	str_init(&msg, ERR_TEXT_MAX + 64);
	str_fmt(&msg, "%s: the run goes on without the log file", text);
	ev.lvl = LVL_WARN;
	ev.seq = 0; /* not in the ledger: it is this host's affair */
	str_copy(ev.ev, sizeof(ev.ev), "warn");
	ev.msg = mem_dup(str_c(&msg));
	ev.data = NULL;
	if (r->sink)
		r->sink(r->sink_arg, &ev);
	free(ev.msg);
}

void
runner_deliver(struct runner *r, const struct event *ev)
{
	struct err e = ERR_INIT;
	char early[ERR_TEXT_MAX];

	pthread_mutex_lock(&r->lock);
	str_copy(early, sizeof(early), r->log_trouble);
	r->log_trouble[0] = '\0';
	pthread_mutex_unlock(&r->lock);
	if (*early)
		tell_trouble(r, ev, early);
	if (r->log && log_write(r->log, ev, &e) < 0)
		tell_trouble(r, ev, e.text);
	if (r->sink)
		r->sink(r->sink_arg, ev);
}

/* A line longer than LINE_BYTES is cut, and says so. */
static PRINTF_FMT(1, 0) char *message(const char *fmt, va_list ap)
{
	char buf[LINE_BYTES];
	int n = vsnprintf(buf, sizeof(buf) - CUT_NOTE, fmt, ap);

	if (n >= LINE_BYTES - CUT_NOTE)
		snprintf(buf + LINE_BYTES - CUT_NOTE - 1, CUT_NOTE, " ... (cut, %d bytes)", n);
	return mem_dup(buf);
}

static void
deliver(struct run *r, struct event *ev, const char *unit)
{
	if (r->runner && !atomic_load(&r->closing)) {
		str_copy(ev->unit, sizeof(ev->unit), unit);
		if (atomic_load(&r->owned))
			outbox_event(&r->out, ev);
		runner_deliver(r->runner, ev);
	}
	event_done(ev);
}

void
run_emit(struct run *r, enum level lvl, const char *name, const char *fmt, ...)
{
	struct event ev;
	va_list ap;

	run_event_init(r, &ev, lvl, name);
	va_start(ap, fmt);
	ev.msg = message(fmt, ap);
	va_end(ap);
	deliver(r, &ev, "");
}

void
run_emit_unit(struct run *r, enum level lvl, const char *name, const char *unit, const char *fmt,
	      ...)
{
	struct event ev;
	va_list ap;

	run_event_init(r, &ev, lvl, name);
	va_start(ap, fmt);
	ev.msg = message(fmt, ap);
	va_end(ap);
	deliver(r, &ev, unit);
}

void
run_log(struct job_ctx *c, enum level lvl, const char *fmt, ...)
{
	struct event ev;
	va_list ap;

	run_event_init(c->run, &ev, lvl,
		       lvl == LVL_ERROR	 ? "error"
		       : lvl == LVL_WARN ? "warn"
					 : "log");
	va_start(ap, fmt);
	ev.msg = message(fmt, ap);
	va_end(ap);
	deliver(c->run, &ev, "");
}

void
run_emit_progress(struct run *r)
{
	int64_t done = atomic_load(&r->done), total = atomic_load(&r->total);
	char what[sizeof(r->waits_for) + 16], share[32] = "", n[4][NUM_BUF];
	struct tally t;

	pthread_mutex_lock(&r->lock);
	t = r->sum;
	if (*r->waits_for)
		fmt_buf(what, sizeof(what), "waits for %s", r->waits_for);
	else
		str_copy(what, sizeof(what), *r->phase ? r->phase : "start");
	pthread_mutex_unlock(&r->lock);
	if (total > 0)
		fmt_buf(share, sizeof(share), "/%" PRId64 " (%d%%)", total,
			(int)((double)done * 100.0 / (double)total));
	atomic_store(&r->last_progress, clock_mono_ms());
	run_emit(r, LVL_INFO, "progress",
		 "PROGRESS %s %" PRId64 "%s read=%s written=%s skipped=%s errors=%s", what, done,
		 share, num_count(t.read, n[0]),
		 num_count(t.inserted < 0 || t.updated < 0 ? -1 : t.inserted + t.updated, n[1]),
		 num_count(t.skipped, n[2]), num_count(t.errors, n[3]));
}
