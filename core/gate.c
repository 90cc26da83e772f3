/* Gates: are the tables that a job reads fresh for its as-of date, and what follows from it. */
#include "core/audit.h"
#include "core/clock.h"
#include "core/freshness.h"
#include "core/run_private.h"

#include <string.h>

enum gate_mode
gate_default(const struct job *job)
{
	/* Gates measure whole tables: of a single ticker they tell little. */
	return job->steps && !(job->flags & JOB_NEEDS_TICKER) ? GATE_STRICT : GATE_WARN;
}

const char *
gate_name(enum gate_mode g)
{
	return g == GATE_STRICT ? "strict" : g == GATE_WARN ? "warn" : "off";
}

static void
add_line(struct gate_report *out, const struct job *job, const struct table_status *st,
	 struct date as_of)
{
	char day[DATE_BUF];
	struct gate_line *l;
	STR_AUTO says = { 0 };

	if (out->n == ARRAY_LEN(out->at))
		return;
	l = &out->at[out->n++];
	l->mild = str_has(job->mild, st->table->name);
	str_copy(l->table, sizeof(l->table), st->table->name);
	date_iso(st->have, l->have);
	if (st->state == TABLE_UNKNOWN)
		str_copy(l->have, sizeof(l->have), "?");
	date_iso(st->want, l->want);
	str_copy(l->state, sizeof(l->state), table_state_name(st->state));
	str_init(&says, sizeof(l->says) - 1);
	table_status_want(st, &says);
	str_copy(l->says, sizeof(l->says), str_c(&says));
	fmt_buf(l->command, sizeof(l->command), "fintra run %s --as-of %s", st->writer->name,
		date_iso(as_of, day));
}

static const char *
param_given(const void *params, const char *name)
{
	return params_text(params, name);
}

/* Mixed, but its readers leave those rows out: no reason to stop all others. */
static bool
passes(const struct table_status *s)
{
	return s->state == TABLE_MIXED && s->table->mend &&
	       (s->coverage < 0 || s->coverage >= s->floor);
}

/* Tables that no job of this build writes do not count, nor those the job itself writes, nor those
 * that it reads under other parameters.  `r` may be NULL; else what was found is recorded as the
 * run's inputs. */
static int
measure(struct db *db, const struct conf *conf, const struct catalogue *cat, const struct job *job,
	struct date as_of, struct gate_report *out, struct run *r, struct err *e)
{
	const char *reads[INPUTS_MAX + 1];
	size_t n = job_inputs(job, r ? param_given : NULL, r ? &r->params : NULL, reads);
	struct table_status st;

	*out = (struct gate_report){ .n = 0 };
	for (size_t i = 0; i < n; i++) {
		const struct table *t = catalogue_table(cat, reads[i]);

		if (!t || str_has(job->writes, t->name) || !catalogue_writer(cat, t->name))
			continue;
		if (freshness_measure_one(db, conf, cat, t, as_of, clock_wall_ms(), &st, e) < 0)
			return err_wrap(e, "gate: %s", t->name);
		if (r)
			outbox_input(&r->out, t->name, st.have, st.rows);
		if (st.state != TABLE_FRESH && !passes(&st))
			add_line(out, job, &st, as_of);
	}
	return 0;
}

int
gate_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
	     const struct job *job, struct date as_of, struct gate_report *out, struct err *e)
{
	return measure(db, conf, cat, job, as_of, out, NULL, e);
}

static int
audit(struct run *r, const char *action, const char *detail, struct err *e)
{
	struct audit_entry a = { .run = atomic_load(&r->id),
				 .who = r->who,
				 .action = action,
				 .target = r->job->name,
				 .detail = detail,
				 .reason = r->reason };

	return audit_put(r->ledger, &a, e);
}

/* The first line that is no mere warning; g->n when there is none. */
static size_t
first_hard(const struct gate_report *g)
{
	size_t i = 0;

	while (i < g->n && g->at[i].mild)
		i++;
	return i;
}

int
run_gate(struct run *r, struct err *e)
{
	struct gate_report g;
	char why[sizeof(r->taint)];
	size_t hard;
	STR_AUTO all = { 0 };

	str_init(&all, ERR_TEXT_MAX - 1);
	if (measure(r->ledger, r->conf, r->cat, r->job, r->ctx.as_of, &g, r, e) < 0)
		return -1;
	for (size_t i = 0; i < g.n; i++) {
		const struct gate_line *l = &g.at[i];

		run_emit(r, LVL_WARN, "gate", "gate %s: %s: %s", gate_name(r->l.gate), l->says,
			 l->command);
		str_fmt(&all, "%s%s: %s", i ? "; " : "", l->says, l->command);
	}
	if (r->l.gate == GATE_OFF && audit(r, "gate-off", str_c(&all), e) < 0)
		return -1;
	if (!g.n)
		return 0;
	hard = first_hard(&g);
	if (r->l.gate == GATE_STRICT && hard < g.n)
		return err_set(e, ERR_GATE, "gate refused: %s", str_c(&all));
	if (r->l.gate != GATE_OFF)
		return audit(r, "gate-warn", str_c(&all), e);
	if (hard == g.n)
		return 0;
	fmt_buf(why, sizeof(why), "gate forced: %s has %s, needs %s%s", g.at[hard].table,
		g.at[hard].have, g.at[hard].want, g.n > hard + 1 ? ", and more" : "");
	run_taint(&r->ctx, why);
	return 0;
}
