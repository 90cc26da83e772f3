#include "tui/jobs.h"

#include "core/calendar.h"
#include "core/headless.h"

#include <string.h>

char
job_layer(const struct job *job)
{
	if (job->flags & JOB_BACKFILL)
		return 'b';
	return job->layer >= 0 ? (char)('0' + job->layer) : 'o';
}

static struct date
day_of(const struct model *m, int64_t ms)
{
	int minutes;

	return m->ny ? calendar_ny_date(ms, &minutes) : (struct date){ (int32_t)(ms / 86400000) };
}

const char *
job_when(const struct model *m, int64_t ms, char buf[CLOCK_BUF])
{
	char iso[DATE_BUF];

	if (ms <= 0) {
		str_copy(buf, CLOCK_BUF, "-");
	} else if (date_eq(day_of(m, ms), day_of(m, m->now_ms))) {
		view_clock(m, ms, buf);
		buf[5] = '\0';
	} else {
		str_copy(buf, CLOCK_BUF, date_iso(day_of(m, ms), iso) + 5);
	}
	return buf;
}

enum style
job_state_text(const struct job_facts *f, char buf[40])
{
	if (f->unknown)
		str_copy(buf, 40, "? unknown");
	else if (f->never)
		str_copy(buf, 40, "- never");
	else
		fmt_buf(buf, 40, "%c %s", theme_run_letter(f->state), run_state_name(f->state));
	return f->unknown ? ST_WARN : f->never ? ST_DIM : theme_run(f->state);
}

static void
from_live(const struct model *m, const struct run_info *r, struct job_facts *f)
{
	f->run = r->id;
	f->state = r->state;
	f->as_of = r->as_of;
	f->who = str_same(r->origin, "cron") ? "cron" : r->who;
	f->host = r->host;
	f->when_ms = r->ended_ms ? r->ended_ms : r->started_ms ? r->started_ms : r->created_ms;
	if (r->started_ms)
		f->took_ms = (r->ended_ms ? r->ended_ms : m->now_ms) - r->started_ms;
}

static void
from_stat(const struct model *m, const struct job_stat *s, struct job_facts *f)
{
	f->run = s->last;
	f->state = s->state;
	f->as_of = s->as_of;
	f->who = str_same(s->origin, "cron") ? "cron" : s->who;
	f->host = s->host;
	f->when_ms = s->ended_ms ? s->ended_ms : s->started_ms ? s->started_ms : s->created_ms;
	if (s->started_ms)
		f->took_ms = (s->ended_ms ? s->ended_ms : m->now_ms) - s->started_ms;
}

static void
fill_lock(const struct model *m, const struct job *job, struct job_facts *f)
{
	const struct locks_part *p = look_locks(m);
	const struct lock_info *l = look_job_lock(m, job);
	const struct run_info *r = l ? model_run(m, l->run) : NULL;

	f->locked = l != NULL;
	if (!p)
		str_copy(f->lock, sizeof(f->lock), "? not read yet");
	else if (p->error[0])
		fmt_buf(f->lock, sizeof(f->lock), "? not known: %s", p->error);
	else if (!l)
		str_copy(f->lock, sizeof(f->lock), "free");
	else if (r)
		fmt_buf(f->lock, sizeof(f->lock), "run %lld (%s@%s)", (long long)l->run, r->who,
			r->host);
	else if (l->run)
		fmt_buf(f->lock, sizeof(f->lock), "run %lld", (long long)l->run);
	else
		fmt_buf(f->lock, sizeof(f->lock), "pid %d (%s)", l->pid,
			l->app[0] ? l->app : "unknown program");
}

/* The first input that would make the gate ask. */
static const struct table_status *
input_behind(const struct model *m, const struct job *job)
{
	for (size_t i = 0; m->s->fresh && job->reads && job->reads[i]; i++) {
		const struct table_status *t = freshness_find(&m->s->fresh->f, job->reads[i]);

		if (t && t->writer && t->state != TABLE_FRESH)
			return t;
	}
	return NULL;
}

static void
fill_launch(const struct model *m, const struct job *job, struct job_facts *f)
{
	const char *why = model_why_read_only(m);
	const struct notice *n = notice_pause_of(m, job);
	const struct table_status *t = input_behind(m, job);
	char phrase[160];

	if (n) {
		f->mark = '=';
		str_copy(f->launch, sizeof(f->launch), "paused ");
		notice_phrase(NOTICE_PAUSE, n, f->launch + strlen(f->launch),
			      sizeof(f->launch) - strlen(f->launch));
	} else if (why) {
		f->mark = '-';
		fmt_buf(f->launch, sizeof(f->launch), "off: %s", why);
	} else if (f->locked) {
		f->mark = '#';
		fmt_buf(f->launch, sizeof(f->launch), "locked by %s", f->lock);
	} else if (t) {
		f->mark = '!';
		fmt_buf(f->launch, sizeof(f->launch), "asks: %s %s", t->table->name,
			table_status_phrase(t, phrase, sizeof(phrase)));
	} else if (!m->s->fresh && job->reads && job->reads[0]) {
		f->mark = '?';
		str_copy(f->launch, sizeof(f->launch), "gates are not measured yet");
	} else {
		f->mark = ' ';
		str_copy(f->launch, sizeof(f->launch), "ready");
	}
}

void
job_facts(const struct model *m, const struct job *job, struct job_facts *f)
{
	const struct jobs_part *p = look_jobs(m);
	const struct job_stat *s = look_job(m, job);
	const struct run_info *live = look_live_run(m, job);

	*f = (struct job_facts){ .as_of = DATE_NONE, .who = "-", .host = "", .took_ms = -1 };
	/* A ledger that is not there reads as an empty one: that is not "never". */
	if (str_same(m->s->ledger_why, no_ledger_text))
		f->unknown = "this database has no ledger";
	else if (live)
		from_live(m, live, f);
	else if (s && s->last)
		from_stat(m, s, f);
	else if (s)
		f->never = true;
	else
		f->unknown = p && p->error[0] ? p->error : "not read yet";
	if (s) {
		f->p50_ms = s->p50_ms;
		f->p50_n = s->p50_n;
	}
	fill_lock(m, job, f);
	fill_launch(m, job, f);
}
