#include "core/job_runs.h"

#include "core/calendar.h"
#include "core/num.h"

#include <stdlib.h>
#include <string.h>

enum { COL_JOB, COL_NEWEST, COL_BAD, COL_STATE, COL_AS_OF, COL_CLASS, COL_ERROR };

static void
fill(struct job_runs *j, const struct rows *r, int row)
{
	j->newest = rows_date(r, row, COL_NEWEST);
	j->bad = rows_int(r, row, COL_BAD);
	j->bad_as_of = rows_date(r, row, COL_AS_OF);
	str_copy(j->bad_state, sizeof(j->bad_state), str_or(rows_text(r, row, COL_STATE), ""));
	str_copy(j->bad_class, sizeof(j->bad_class), str_or(rows_text(r, row, COL_CLASS), ""));
	str_copy(j->bad_error, sizeof(j->bad_error), str_or(rows_text(r, row, COL_ERROR), ""));
}

int
job_runs_read(struct db *db, const struct conf *conf, const struct catalogue *cat,
	      struct job_runs_list *out, struct err *e)
{
	char gone[NUM_BUF];
	STR_AUTO names = { 0 };

	*out = (struct job_runs_list){ NULL, 0 };
	str_init(&names, 16 << 10);
	str_putc(&names, '{');
	while (cat->jobs[out->n]) {
		str_fmt(&names, "%s%s", out->n ? "," : "", cat->jobs[out->n]->name);
		out->n++;
	}
	str_putc(&names, '}');
	const char *args[] = { str_c(&names), num_int(conf->abandoned_ms, gone) };
	ROWS_AUTO r = db_query(db, Q_HEALTH_JOB_RUNS, args, e);
	if (!r) {
		out->n = 0;
		return -1;
	}
	out->at = mem_zalloc((out->n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++) {
		out->at[i] = (struct job_runs){ .job = cat->jobs[i],
						.newest = DATE_NONE,
						.bad_as_of = DATE_NONE };
		for (int k = 0; k < rows_count(r); k++)
			if (str_same(rows_text(r, k, COL_JOB), cat->jobs[i]->name))
				fill(&out->at[i], r, k);
	}
	return 0;
}

static const struct job_runs *
runs_of(const struct job_runs_list *l, const struct job *job)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].job == job)
			return &l->at[i];
	return NULL;
}

/* A weekly table may be as many sessions behind as its expected one is. */
bool
job_run_missed(const struct freshness *f, const struct table_status *s,
	       const struct job_runs_list *runs, struct missed_run *out)
{
	int lag, minutes = 0;

	if (!s->writer || !date_is_set(s->want) || s->state == TABLE_FRESH ||
	    s->state == TABLE_DUE || s->state == TABLE_UNKNOWN)
		return false;
	out->of = runs_of(runs, s->writer);
	if (!out->of)
		return false;
	lag = calendar_sessions_between(s->want, f->as_of);
	calendar_ny_date(s->deadline_ms, &minutes);
	if (date_is_set(out->of->newest))
		out->session = calendar_add_sessions(out->of->newest, lag + 1);
	else
		out->session = f->now_ms > s->deadline_ms ? f->as_of : calendar_prev(f->as_of);
	out->deadline_ms = calendar_ny_to_utc_ms(date_add_days(out->session, 1), minutes);
	return date_cmp(out->session, f->as_of) <= 0 && out->deadline_ms < f->now_ms;
}
