/* From broken tables to the commands that repair them, in canonical order: causes come before what
 * they spoil. */
#include "core/why_internal.h"

#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SELECTED_MAX = 128 };

static const struct job *
maker(const struct table_status *s)
{
	return s->writer ? s->writer : s->source;
}

/* Its writer would only write it as it is. */
static bool
mends(const struct table_status *s)
{
	return s->state == TABLE_MIXED && s->table->mend;
}

/* A second writer of a table (one that reads it, too: it fills gaps) is named only when the date is
 * right and rows are missing; one that completes all rows, always; a backfill when it vanished half
 * way. */
static bool
repairs(const struct freshness *f, const struct job *job, const struct table_status *s)
{
	const char *table = s->table->name;
	const struct job_record *rec;

	if (mends(s))
		return false; /* has a step of its own */
	if (maker(s) == job)
		return true;
	if (!str_has(job->writes, table))
		return false;
	if (job->flags & JOB_COMPLETES)
		return true;
	if (!(job->flags & JOB_BACKFILL))
		return s->state == TABLE_PARTIAL && str_has(job->reads, table);
	rec = freshness_job(f, job);
	return rec && rec->vanished && date_eq(rec->last_as_of, f->as_of);
}

static bool
is_needed(const struct freshness *f, const struct job *job, const bool *broken)
{
	for (size_t i = 0; i < f->n; i++)
		if (broken[i] && repairs(f, job, &f->at[i]))
			return true;
	return false;
}

static bool
launchable(const struct catalogue *cat, const struct job *job)
{
	for (size_t i = 0; cat->jobs[i]; i++)
		if (cat->jobs[i] == job)
			return true;
	return false;
}

static void
set_command(const struct freshness *f, struct why_step *s)
{
	char as_of[DATE_BUF];

	date_iso(f->as_of, as_of);
	if (!s->launchable)
		fmt_buf(s->command, sizeof(s->command), "# %s: not launched from here (as of %s)",
			s->job->name, as_of);
	else if (s->under_way)
		fmt_buf(s->command, sizeof(s->command), "fintra wait %" PRId64, s->under_way);
	else if (s->resume)
		fmt_buf(s->command, sizeof(s->command), "fintra resume %" PRId64, s->resume);
	else if (*s->options)
		fmt_buf(s->command, sizeof(s->command), "fintra backfill %s %s", s->job->name,
			s->options);
	else
		fmt_buf(s->command, sizeof(s->command), "fintra run %s --as-of %s", s->job->name,
			as_of);
}

static const char *
param_given(const void *params, const char *name)
{
	return params_text(params, name);
}

static void
set_gate(const struct freshness *f, struct why_step *s)
{
	const char *reads[INPUTS_MAX + 1];
	STR_AUTO out = { 0 };

	str_init(&out, sizeof(s->gate) - 1);
	s->gate_ok = true;
	job_inputs(s->job, s->params ? param_given : NULL, s->params, reads);
	for (size_t i = 0; reads[i]; i++) {
		const struct table_status *in = freshness_find(f, reads[i]);

		if (!in || in->state == TABLE_FRESH || str_has(s->job->writes, reads[i]) ||
		    (!in->writer && s->launchable))
			continue;
		s->gate_ok = str_has(s->job->mild, reads[i]) && s->gate_ok;
		str_puts(&out, out.len ? "; " : "");
		table_status_want(in, &out);
	}
	str_copy(s->gate, sizeof(s->gate), str_c(&out));
}

static void
set_figures(const struct freshness *f, struct why_step *s)
{
	const struct job_record *rec = freshness_job(f, s->job);

	s->f = (struct forecast)FORECAST_NONE;
	s->rows = s->ms = s->last_ms = -1;
	s->calls = s->launchable && !(s->job->flags & JOB_USES_API) ? 0 : -1;
	if (!rec)
		return;
	s->rows = rec->rows;
	s->ms = rec->ms;
	s->last_ms = rec->last_ms;
	if (s->calls < 0)
		s->calls = rec->calls;
	if (!date_eq(rec->last_as_of, f->as_of))
		return;
	s->under_way = rec->under_way ? rec->last : 0;
	s->resume = rec->resumable ? rec->last : 0;
}

static void
add_step(const struct catalogue *cat, const struct freshness *f, const struct job *job,
	 const char *options, struct why *w)
{
	struct why_step *s;

	if (w->plan_n == WHY_STEPS)
		return;
	s = &w->plan[w->plan_n++];
	memset(s, 0, sizeof(*s));
	s->job = job;
	str_copy(s->options, sizeof(s->options), str_or(options, ""));
	s->launchable = launchable(cat, job);
	set_figures(f, s);
	set_command(f, s);
	set_gate(f, s);
}

static bool
has_step(const struct why *w, const struct job *job)
{
	for (size_t i = 0; i < w->plan_n; i++)
		if (w->plan[i].job == job)
			return true;
	return false;
}

/* The sessions before come first: what is made of the table may look back. */
static void
add_refills(const struct catalogue *cat, const struct freshness *f, const struct job *job,
	    const bool *broken, struct why *w)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *s = &f->at[i];
		const struct job *refill = why_known_job(cat, str_or(s->table->refill, ""));
		char from[DATE_BUF], to[DATE_BUF], options[48];

		if (!broken[i] || maker(s) != job || !refill || !date_is_set(s->lost_from))
			continue;
		fmt_buf(options, sizeof(options), "--from %s --to %s", date_iso(s->lost_from, from),
			date_iso(s->lost_to, to));
		add_step(cat, f, refill, options, w);
	}
}

bool
why_is_part(const struct params *p)
{
	for (size_t i = 0; p && i < p->n; i++)
		if (!str_same(p->at[i].def->name, "force"))
			return true;
	return false;
}

static void
set_launch_command(const struct freshness *f, const char *mode, struct why_step *s)
{
	char as_of[DATE_BUF];
	STR_AUTO words = { 0 };

	str_init(&words, sizeof(s->command) - 100);
	params_command(s->params, &words);
	str_puts(&words, mode);
	fmt_buf(s->command, sizeof(s->command), "fintra %s %s --as-of %s%s%s",
		s->job->flags & JOB_BACKFILL ? "backfill" : "run", s->job->name,
		date_iso(f->as_of, as_of), str_c(&words), words.overflow ? " ..." : "");
}

void
why_add_launch(const struct catalogue *cat, const struct freshness *f, const struct job *job,
	       const struct params *params, const char *mode, struct why *w)
{
	struct why_step *s = &w->plan[w->plan_n];

	if (w->plan_n == WHY_STEPS)
		return;
	add_step(cat, f, job, NULL, w);
	s->params = params;
	s->resume = s->under_way = 0; /* a run of its own */
	if (why_is_part(params))      /* the medians are of whole runs */
		s->ms = s->last_ms = -1;
	set_launch_command(f, mode, s);
	set_gate(f, s);
}

void
why_add_steps(const struct catalogue *cat, const struct freshness *f, const bool *broken,
	      struct why *w)
{
	const struct job *const *jobs = cat->known ? cat->known : cat->jobs;

	for (size_t i = 0; i < f->n; i++)
		if (broken[i] && mends(&f->at[i]) && why_known_job(cat, f->at[i].table->mend))
			add_step(cat, f, why_known_job(cat, f->at[i].table->mend),
				 f->at[i].table->mend_options, w);
	for (size_t i = 0; jobs[i]; i++)
		if (is_needed(f, jobs[i], broken) && !has_step(w, jobs[i])) {
			add_refills(cat, f, jobs[i], broken, w);
			add_step(cat, f, jobs[i], NULL, w);
		}
}

/* What a broken table makes broken when it is repaired: all that is computed from it, day by day,
 * has the right date and the wrong values then.  What the vendor sends does not depend on what we
 * hold. */
static void
spread(const struct freshness *f, bool *broken)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *s = &f->at[i], *in;

		if (!s->writer || s->writer->flags & JOB_USES_API || s->table->cadence != DAILY)
			continue;
		for (size_t k = 0; !broken[i] && (in = freshness_input(f, s, k)); k++)
			broken[i] = broken[in - f->at] && in->table->cadence == DAILY;
	}
}

static void
mark_job(const struct freshness *f, const struct job *job, bool *broken)
{
	for (size_t i = 0; job->writes && job->writes[i]; i++) {
		const struct table_status *s = freshness_find(f, job->writes[i]);

		if (s && s->state != TABLE_FRESH)
			why_mark(f, s, broken);
	}
}

static int
mark_target(const struct catalogue *cat, const struct freshness *f, const char *target,
	    bool *broken, struct err *e)
{
	const struct job *jobs[SELECTED_MAX], *job;
	const struct table_status *s = freshness_find(f, target);
	int n = 0;

	if (s) {
		why_mark(f, s, broken);
		broken[s - f->at] = s->state != TABLE_FRESH;
		return 0;
	}
	if (str_starts(target, "layer:")) {
		n = catalogue_select(cat, target, jobs, SELECTED_MAX, e);
		if (n < 0)
			return -1;
	} else if ((job = why_known_job(cat, target)) != NULL) {
		jobs[n++] = job;
	} else {
		return why_target(cat, f, target, e) ? 0 : -1;
	}
	for (int i = 0; i < n; i++)
		mark_job(f, jobs[i], broken);
	return 0;
}

void
why_plan_sentence(const char *target, struct why *w)
{
	int64_t ms = 0;
	bool known = true;
	char span[32];

	for (size_t i = 0; i < w->plan_n; i++) {
		known = known && w->plan[i].ms >= 0;
		ms += w->plan[i].ms;
	}
	if (w->plan_n == 0)
		fmt_buf(w->text, sizeof(w->text), "nothing to do%s%s", target ? " for " : "",
			str_or(target, ""));
	else
		fmt_buf(w->text, sizeof(w->text), "%zu step%s, %s", w->plan_n,
			num_s((int64_t)w->plan_n),
			known ? why_duration(ms, span, sizeof(span)) : "time unknown");
}

int
plan_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	   struct why *out, struct err *e)
{
	bool *broken = mem_zalloc(f->n + 1);
	int rc = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < f->n && !target; i++)
		if (f->at[i].writer && f->at[i].state != TABLE_FRESH)
			why_mark(f, &f->at[i], broken);
	if (target)
		rc = mark_target(cat, f, target, broken, e);
	else
		spread(f, broken);
	if (rc == 0) {
		why_add_steps(cat, f, broken, out);
		why_plan_sentence(target, out);
	}
	free(broken);
	return rc;
}

static bool
said_before(const struct why *w, size_t step, const char *table)
{
	for (size_t i = 0; i < step; i++)
		if (str_has(w->plan[i].job->writes, table))
			return true;
	return false;
}

void
why_missing(const struct why *w, char *out, size_t n)
{
	static const char more[] = " ...";
	STR_AUTO s = { 0 };

	str_init(&s, n - sizeof(more));
	for (size_t i = 0; i < w->plan_n; i++)
		for (const char *const *t = w->plan[i].job->writes; t && *t; t++)
			if (!s.overflow && !said_before(w, i, *t))
				str_fmt(&s, "%s%s", s.len ? ", " : "", *t);
	fmt_buf(out, n, "%s%s", str_c(&s), s.overflow ? more : "");
}

const char *
why_duration(int64_t ms, char *buf, size_t n)
{
	if (ms < 0)
		str_copy(buf, n, "unknown");
	else if (ms < 90000)
		fmt_buf(buf, n, "~%d s", (int)((ms + 999) / 1000));
	else
		fmt_buf(buf, n, "~%d min", (int)((ms + 30000) / 60000));
	return buf;
}
