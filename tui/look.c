#include "tui/look_desk.h"
#include "tui/ticker.h"

#include "core/clock.h"
#include "tui/scatter.h"

#include <stdlib.h>
#include <string.h>

static void
jobs_done(struct part *p)
{
	free(((struct jobs_part *)p)->at);
	free(p);
}

static void
locks_done(struct part *p)
{
	struct locks_part *l = (struct locks_part *)p;

	vec_done(&l->lock);
	vec_done(&l->wait);
	free(p);
}

static void
tables_done(struct part *p)
{
	free(((struct tables_part *)p)->at);
	free(p);
}

static void
system_done(struct part *p)
{
	vec_done(&((struct system_part *)p)->session);
	free(p);
}

static void
job_runs_done(struct part *p)
{
	run_list_done(&((struct job_runs_part *)p)->l);
	free(p);
}

static void
scatter_part_done(struct part *p)
{
	scatter_done(&((struct scatter_part *)p)->s);
	free(p);
}

static void
ticker_done(struct part *p)
{
	ticker_look_done(&((struct ticker_part *)p)->look);
	free(p);
}

static void
days_done(struct part *p)
{
	vec_done(&((struct days_part *)p)->day);
	free(p);
}

static void
audit_done(struct part *p)
{
	audit_list_done(&((struct audit_part *)p)->l);
	free(p);
}

static void
alerts_done(struct part *p)
{
	report_done(&((struct alerts_part *)p)->text);
	free(p);
}

static void
moved_part_done(struct part *p)
{
	report_done(&((struct moved_part *)p)->text);
	free(p);
}

static void
plain_done(struct part *p)
{
	free(p);
}

void *
look_part_new(enum look_part which)
{
	static const struct {
		size_t size;
		void (*done)(struct part *p);
	} kind[] = {
		[LOOK_PART_JOBS] = { sizeof(struct jobs_part), jobs_done },
		[LOOK_PART_LOCKS] = { sizeof(struct locks_part), locks_done },
		[LOOK_PART_TABLES] = { sizeof(struct tables_part), tables_done },
		[LOOK_PART_SYSTEM] = { sizeof(struct system_part), system_done },
		[LOOK_PART_RUNS] = { sizeof(struct job_runs_part), job_runs_done },
		[LOOK_PART_GRID] = { sizeof(struct grid_part), plain_done },
		[LOOK_PART_SCATTER] = { sizeof(struct scatter_part), scatter_part_done },
		[LOOK_PART_TICKER] = { sizeof(struct ticker_part), ticker_done },
		[LOOK_PART_DAYS] = { sizeof(struct days_part), days_done },
		[LOOK_PART_AUDIT] = { sizeof(struct audit_part), audit_done },
		[LOOK_PART_ALERTS] = { sizeof(struct alerts_part), alerts_done },
		[LOOK_PART_MOVED] = { sizeof(struct moved_part), moved_part_done },
	};
	struct part *p = mem_zalloc(kind[which].size);

	part_init(p, kind[which].done);
	return p;
}

const struct jobs_part *
look_jobs(const struct model *m)
{
	return (const struct jobs_part *)m->s->look[LOOK_PART_JOBS];
}

const struct locks_part *
look_locks(const struct model *m)
{
	return (const struct locks_part *)m->s->look[LOOK_PART_LOCKS];
}

const struct tables_part *
look_tables(const struct model *m)
{
	return (const struct tables_part *)m->s->look[LOOK_PART_TABLES];
}

const struct system_part *
look_system(const struct model *m)
{
	return (const struct system_part *)m->s->look[LOOK_PART_SYSTEM];
}

const struct days_part *
look_days(const struct model *m)
{
	return (const struct days_part *)m->s->look[LOOK_PART_DAYS];
}

const struct audit_part *
look_audit(const struct model *m)
{
	return (const struct audit_part *)m->s->look[LOOK_PART_AUDIT];
}

const struct alerts_part *
look_alerts(const struct model *m)
{
	return (const struct alerts_part *)m->s->look[LOOK_PART_ALERTS];
}

const struct moved_part *
look_moved(const struct model *m)
{
	return (const struct moved_part *)m->s->look[LOOK_PART_MOVED];
}

const struct job_runs_part *
look_job_runs(const struct model *m, const char *job)
{
	const struct job_runs_part *p = (const struct job_runs_part *)m->s->look[LOOK_PART_RUNS];

	return p && str_same(p->job, job) ? p : NULL;
}

const struct grid_part *
look_grid(const struct model *m, const char *table)
{
	const struct grid_part *p = (const struct grid_part *)m->s->look[LOOK_PART_GRID];

	return p && str_same(p->table, table) ? p : NULL;
}

const struct scatter_part *
look_scatter(const struct model *m)
{
	return (const struct scatter_part *)m->s->look[LOOK_PART_SCATTER];
}

const struct ticker_part *
look_ticker(const struct model *m, const char *symbol)
{
	const struct ticker_part *p = (const struct ticker_part *)m->s->look[LOOK_PART_TICKER];

	return p && str_same(p->symbol, symbol) ? p : NULL;
}

const struct job_stat *
look_job(const struct model *m, const struct job *job)
{
	const struct jobs_part *p = look_jobs(m);

	for (size_t i = 0; p && i < p->n && m->cat->jobs[i]; i++)
		if (m->cat->jobs[i] == job)
			return &p->at[i];
	return NULL;
}

const struct table_size *
look_table(const struct model *m, const struct table *t)
{
	const struct tables_part *p = look_tables(m);
	size_t i = (size_t)(t - m->cat->tables);

	return p && i < p->n ? &p->at[i] : NULL;
}

const struct run_info *
look_live_run(const struct model *m, const struct job *job)
{
	const struct job_stat *s = look_job(m, job);

	for (size_t i = 0; m->s->runs && i < m->s->runs->l.n; i++) {
		const struct run_info *r = &m->s->runs->l.at[i];

		if (str_same(r->job, job->name))
			return !s || r->id >= s->last ? r : NULL;
	}
	return NULL;
}

const struct lock_info *
look_job_lock(const struct model *m, const struct job *job)
{
	const struct locks_part *p = look_locks(m);
	struct date days[] = { m->as_of, { (int32_t)(m->now_ms / 86400000) } };
	char name[160], iso[DATE_BUF];

	for (size_t d = 0; p && d < ARRAY_LEN(days); d++) {
		int64_t key;

		if (!date_is_set(days[d]))
			continue;
		fmt_buf(name, sizeof(name), "cron-%s-%s", job->name, date_iso(days[d], iso));
		key = guard_key(name);
		for (size_t i = 0; i < p->lock.n; i++)
			if (p->lock.at[i].granted && p->lock.at[i].key == key)
				return &p->lock.at[i];
	}
	return NULL;
}

const struct job_stat *
look_writer(const struct model *m, const struct table *t, const struct job **job)
{
	const struct jobs_part *p = look_jobs(m);
	const struct job_stat *best = NULL;

	for (size_t i = 0; p && i < p->n && m->cat->jobs[i]; i++) {
		const struct job_stat *s = &p->at[i];

		if (s->good == 0 || !str_has(m->cat->jobs[i]->writes, t->name) ||
		    (best && best->good > s->good))
			continue;
		best = s;
		*job = m->cat->jobs[i];
	}
	return best;
}

void
look_title(const struct model *m, const char *what, int64_t measured_ms, const char *error,
	   char *buf, size_t n)
{
	char span[CLOCK_BUF];
	int64_t age = m->now_ms - measured_ms;

	if (m->s->conn == CONN_DOWN)
		fmt_buf(buf, n, "%s: database lost %s ago", what,
			clock_span(m->now_ms - m->s->conn_since_ms, span));
	else if (*error)
		fmt_buf(buf, n, "%s: not known: %s", what, error);
	else if (measured_ms == 0)
		fmt_buf(buf, n, "%s: not read yet", what);
	else if (model_silent(m))
		fmt_buf(buf, n, "%s: no answer for %s, age %llds", what,
			clock_span(m->silent_ms, span), (long long)(age > 0 ? age / 1000 : 0));
	else
		fmt_buf(buf, n, "%s  age %llds", what, (long long)(age > 0 ? age / 1000 : 0));
}

const char *
look_bytes(int64_t bytes, char buf[24])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < ARRAY_LEN(units)) {
		v /= 1024;
		u++;
	}
	fmt_buf(buf, 24, u > 0 && v < 100 ? "%.1f %s" : "%.0f %s", v, units[u]);
	return buf;
}
