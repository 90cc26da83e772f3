#include "jobs/layer2/range.h"

#include "core/calendar.h"
#include "core/vec.h"

enum step { STEP_SESSION, STEP_WEEK, STEP_MONTH };

static enum step
step_of(const struct params *p)
{
	const char *s = params_text(p, "step");

	if (str_same(s, "week"))
		return STEP_WEEK;
	return str_same(s, "month") ? STEP_MONTH : STEP_SESSION;
}

/* Is session d the last one of its week or month? */
static bool
closes(struct date d, enum step step)
{
	struct date next = calendar_next(d);
	int y, m, day, ny, nm;

	if (step == STEP_WEEK)
		return next.days - d.days >= 7 || date_weekday(next) <= date_weekday(d);
	date_split(d, &y, &m, &day);
	date_split(next, &ny, &nm, &day);
	return step == STEP_SESSION || nm != m || ny != y;
}

static void
fill(struct range *out, struct date from, struct date to, enum step step)
{
	VEC(struct date) v = { 0 };

	for (struct date d = calendar_floor(from); date_cmp(d, to) <= 0; d = calendar_next(d))
		if (date_cmp(d, from) >= 0 && (closes(d, step) || date_eq(d, calendar_floor(to))))
			vec_push(&v, d);
	out->at = v.at;
	out->n = v.n;
}

int
range_of(const struct job_ctx *c, struct range *out, struct err *e)
{
	struct date from = params_date(c->params, "start"), to = params_date(c->params, "end");
	char a[DATE_BUF], b[DATE_BUF];

	*out = (struct range){ NULL, 0, date_is_set(from) || date_is_set(to) };
	if (!out->given) {
		out->at = mem_alloc(sizeof(*out->at));
		out->at[out->n++] = c->as_of;
		return 0;
	}
	if (!date_is_set(from))
		return err_set(e, ERR_USAGE, "a range needs its start");
	if (!date_is_set(to))
		to = c->as_of;
	if (!calendar_covers(from) || date_cmp(to, c->as_of) > 0 || date_cmp(from, to) > 0)
		return err_set(e, ERR_USAGE,
			       "no range: %s to %s (as-of %s is the last possible end)",
			       date_iso(from, a), date_iso(to, b),
			       date_iso(c->as_of, (char[DATE_BUF]){ 0 }));
	fill(out, from, to, step_of(c->params));
	if (out->n == 0)
		return err_set(e, ERR_USAGE, "no session from %s to %s", date_iso(from, a),
			       date_iso(to, b));
	return 0;
}

void
range_done(struct range *r)
{
	free(r->at);
	r->at = NULL;
	r->n = 0;
}

int
range_each(struct job_ctx *c, const struct range *r, struct range_walk *w, void *arg, struct err *e)
{
	w->last = DATE_NONE;
	run_phase(c, w->phase, (int64_t)r->n);
	for (size_t i = 0; i < r->n; i++) {
		struct date day;

		if (w->find(arg, r->at[i], &day, e) < 0)
			return -1;
		if (date_is_set(day) && !date_eq(day, w->last)) {
			w->last = day;
			if (w->write(arg, day, e) < 0)
				return -1;
		}
		run_progress(c, (int64_t)i + 1);
		if (i + 1 < r->n && run_breathe(c, e) < 0)
			return -1;
	}
	return 0;
}
