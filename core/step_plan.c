#include "core/step_plan.h"

#include "core/cli.h"
#include "core/clock.h"
#include "core/freshness.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>

enum { WEEK_DAYS = 7, DAY_MS = 86400000 };

static bool
reads(const struct job *job, const char *table)
{
	for (const struct input_case *k = job->cases; k && k->table; k++)
		if (str_same(k->table, table))
			return true;
	return str_has(job->reads, table);
}

bool
step_feeds(const struct job *earlier, const struct job *later)
{
	for (size_t i = 0; earlier->writes && earlier->writes[i]; i++)
		if (reads(later, earlier->writes[i]))
			return true;
	return str_has(later->after, earlier->name);
}

static bool
disturbs(const struct job *earlier, const struct job *later)
{
	for (size_t i = 0; later->writes && later->writes[i]; i++)
		if (reads(earlier, later->writes[i]) || str_has(earlier->writes, later->writes[i]))
			return true;
	return step_feeds(earlier, later);
}

bool
step_must_wait(const struct step_plan *p, const struct step *s)
{
	for (const struct step *k = p->at; k < s; k++)
		if ((k->state == STEP_WAITS || k->state == STEP_RUNS) && disturbs(k->job, s->job))
			return true;
	return false;
}

bool
step_is_spoilt(const struct step_plan *p, const struct step *s)
{
	for (const struct step *k = p->at; k < s; k++)
		if ((k->state == STEP_FAILED || k->state == STEP_BLOCKED) &&
		    step_feeds(k->job, s->job))
			return true;
	return false;
}

const char *
step_lacks(const struct step_plan *p, const struct step *s)
{
	for (size_t i = 0; s->job->writes && s->job->writes[i]; i++) {
		const char *table = s->job->writes[i];

		for (const struct step *k = p->at; k < s && reads(s->job, table); k++)
			if ((k->state == STEP_FAILED || k->state == STEP_BLOCKED) &&
			    str_has(k->job->writes, table))
				return table;
	}
	return NULL;
}

bool
step_has_news(const struct step_plan *p, const struct step *s)
{
	for (const struct step *k = p->at; k < s; k++)
		if (k->state == STEP_GOOD && !k->kept && step_feeds(k->job, s->job))
			return true;
	return false;
}

static bool
is_wanted(const struct job_ctx *c, const struct job_step *row)
{
	if (!row->param)
		return true;
	return row->value ? str_same(params_text(c->params, row->param), row->value)
			  : params_bool(c->params, row->param);
}

static int
list_steps(const struct job_ctx *c, struct step_plan *p, struct err *e)
{
	for (const struct job_step *row = c->job->steps; row->job; row++) {
		struct step *s = &p->at[p->n];

		if (!is_wanted(c, row))
			continue;
		if (p->n == STEPS_MAX)
			return err_set(e, ERR_INTERNAL, "more than %d steps", STEPS_MAX);
		*s = (struct step){ .row = row, .handle = -1 };
		s->job = catalogue_job(c->run->cat, row->job);
		if (!s->job)
			return err_set(e, ERR_CONFIG, "step %s: this build has no such job",
				       row->job);
		p->n++;
	}
	return 0;
}

static void
order_by_catalogue(const struct catalogue *cat, struct step_plan *p)
{
	size_t n = 0;

	for (size_t i = 0; cat->jobs[i]; i++)
		for (size_t k = n; k < p->n; k++) {
			struct step s = p->at[k];

			if (s.job != cat->jobs[i])
				continue;
			p->at[k] = p->at[n];
			p->at[n++] = s;
		}
}

static void
pass_over(struct step *s, const char *why)
{
	s->state = STEP_PASSED_OVER;
	str_copy(s->why, sizeof(s->why), why);
}

/* Those before the one that from_step names. */
static int
leave_out(const struct job_ctx *c, struct step_plan *p, struct err *e)
{
	const char *from = params_text(c->params, "from_step"), *words[STEPS_MAX], *near;
	size_t first = 0;
	char why[STEP_WHY];

	if (!from)
		return 0;
	while (first < p->n && !str_same(p->at[first].job->name, from))
		first++;
	for (size_t i = 0; i < p->n; i++)
		words[i] = p->at[i].job->name;
	if (first == p->n) {
		near = cli_nearest(from, words, p->n);
		return err_set(e, ERR_USAGE,
			       "from_step: %s has no step %.100s%s%s%s: fintra jobs %s lists them",
			       c->job->name, from, near ? "; did you mean " : "", str_or(near, ""),
			       near ? "?" : "", c->job->name);
	}
	fmt_buf(why, sizeof(why), "before %s", from);
	for (size_t i = 0; i < first; i++)
		pass_over(&p->at[i], why);
	return 0;
}

static int
look_back(struct job_ctx *c, struct step *s, struct err *e)
{
	struct step_last *l = &s->last;
	char own[NUM_BUF], retried[NUM_BUF];
	const char *args[] = { num_int(run_number(c), own), num_int(c->run->l.keep_from, retried),
			       s->job->name };
	ROWS_AUTO r = db_query(c->db, Q_STEP_LAST, args, e);

	if (!r)
		return -1;
	if (rows_count(r) == 0)
		return 0;
	l->run = rows_int(r, 0, 0);
	if (!run_state_parse(rows_text(r, 0, 1), &l->state))
		return err_set(e, ERR_INTERNAL, "run %" PRId64 ": state %s", l->run,
			       rows_text(r, 0, 1));
	l->own = rows_bool(r, 0, 2);
	l->broken = rows_bool(r, 0, 3);
	l->duration_ms = rows_int(r, 0, 4);
	l->counts = (struct tally){ rows_int(r, 0, 5), rows_int(r, 0, 6), rows_int(r, 0, 7),
				    rows_int(r, 0, 8), rows_int(r, 0, 9), rows_int(r, 0, 10),
				    rows_int(r, 0, 11) };
	return 0;
}

static int
measure(struct job_ctx *c, const char *table, struct table_status *out, struct err *e)
{
	const struct catalogue *cat = c->run->cat;

	return freshness_measure_one(c->db, c->conf, cat, catalogue_table(cat, table), c->as_of,
				     clock_wall_ms(), out, e);
}

/* An emptied table does not wait for its day. */
static int
any_empty(struct job_ctx *c, const struct job *job, bool *out, struct err *e)
{
	struct table_status st;

	*out = false;
	for (size_t i = 0; !*out && job->writes && job->writes[i]; i++) {
		if (measure(c, job->writes[i], &st, e) < 0)
			return -1;
		*out = st.state == TABLE_EMPTY;
	}
	return 0;
}

static int
check_week(struct job_ctx *c, struct step *s, struct err *e)
{
	const char *args[] = { s->job->name };
	ROWS_AUTO r = db_query(c->db, Q_STEP_LAST_GOOD, args, e);
	struct date today = { (int32_t)(c->now_ms / DAY_MS) }, last;
	char why[STEP_WHY], iso[DATE_BUF];
	bool empty;

	if (!r)
		return -1;
	last = rows_date(r, 0, 0);
	if (!date_is_set(last) || today.days - last.days >= WEEK_DAYS)
		return 0;
	if (any_empty(c, s->job, &empty, e) < 0)
		return -1;
	fmt_buf(why, sizeof(why), "not due: weekly, last good run %s", date_iso(last, iso));
	if (!empty)
		pass_over(s, why);
	return 0;
}

static int
check_missing(struct job_ctx *c, struct step *s, struct err *e)
{
	struct table_status st;

	for (size_t i = 0; s->job->writes && s->job->writes[i]; i++) {
		if (measure(c, s->job->writes[i], &st, e) < 0)
			return -1;
		if (st.state == TABLE_EMPTY || !date_eq(st.have, c->as_of))
			return 0;
	}
	pass_over(s, "not needed: there are rows of the date");
	return 0;
}

static int
nothing(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	(void)c;
	(void)arg;
	(void)t;
	(void)e;
	return 0;
}

/* Decided once: a resume on another day does not find it due. */
static int
decide(struct job_ctx *c, struct step *s, struct err *e)
{
	bool all = params_bool(c->params, "weekly");

	if (s->job->cadence == WEEKLY && !all && check_week(c, s, e) < 0)
		return -1;
	if ((s->row->flags & STEP_IF_MISSING) && check_missing(c, s, e) < 0)
		return -1;
	if (s->state != STEP_PASSED_OVER)
		return 0;
	return run_transaction(c, s->job->name, nothing, NULL, e);
}

static void
keep(struct step *s)
{
	s->kept = true;
	s->o.run = s->last.run;
	s->o.state = s->last.state;
	if (s->last.run)
		s->state = STEP_GOOD;
	else
		pass_over(s, "done or not due before");
}

int
step_plan_make(struct job_ctx *c, bool by_catalogue, struct step_plan *out, struct err *e)
{
	*out = (struct step_plan){ .n = 0 };
	if (list_steps(c, out, e) < 0)
		return -1;
	if (by_catalogue)
		order_by_catalogue(c->run->cat, out);
	if (leave_out(c, out, e) < 0)
		return -1;
	for (size_t i = 0; i < out->n; i++) {
		struct step *s = &out->at[i];

		if (s->state != STEP_WAITS)
			continue;
		if (look_back(c, s, e) < 0)
			return -1;
		if (run_unit_done(c, s->job->name))
			keep(s);
		else if (!s->last.run && decide(c, s, e) < 0)
			return -1;
	}
	return 0;
}
