/* One job: what it is, its parameters, its inputs and outputs, its last runs. */
#include "tui/jobs.h"

#include "core/num.h"
#include "tui/lines.h"

#include <string.h>

struct job_detail {
	const struct job *job;
	size_t line;
	int skip; /* columns scrolled to the right */
};

void
job_act(const struct model *m, const struct job *job, const struct input *in, struct action *out)
{
	struct job_facts f;

	job_facts(m, job, &f);
	switch (in->act) {
	case ACT_LAUNCH:
		view_ask_form(m, job, out);
		break;
	case ACT_BACKFILL:
		view_ask_backfill(m, job, NULL, out);
		break;
	case ACT_PAUSE:
		notice_ask_pause(m, job, in, out);
		break;
	case ACT_LOG:
	case ACT_LOG_ADD:
		view_ask_log(f.run, job->name, out);
		out->add = in->act == ACT_LOG_ADD;
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		view_ask_tree(m, job->name, in->act == ACT_IMPACT, out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		if (f.run)
			view_ask_cancel(m, f.run, in, out);
		else
			view_message(out, LVL_WARN, "%s has no run to cancel", job->name);
		break;
	default:
		break;
	}
}

static void
add_state(struct lines *l, const struct model *m, const struct job *job)
{
	struct job_facts f;
	char state[40], iso[DATE_BUF], span[CLOCK_BUF], when[CLOCK_BUF];
	enum style st;

	job_facts(m, job, &f);
	st = job_state_text(&f, state);
	if (f.unknown)
		lines_add(l, "last run", st, "%s: %s", state, f.unknown);
	else if (f.never)
		lines_add(l, "last run", st, "%s", state);
	else
		lines_add(l, "last run", st, "%s  run %lld as of %s by %s@%s, %s", state,
			  (long long)f.run, date_iso(f.as_of, iso), f.who, f.host,
			  job_when(m, f.when_ms, when));
	if (f.p50_n > 0)
		lines_add(l, "usually takes", ST_NORMAL, "%s (median of its last %d good run%s)",
			  clock_span(f.p50_ms, span), f.p50_n, num_s(f.p50_n));
	else
		lines_add(l, "usually takes", ST_DIM, "? %s",
			  f.unknown ? "not known" : "no whole good run yet");
	lines_add(l, "lock", f.locked ? ST_WARN : ST_NORMAL, "%s", f.lock);
	lines_add(l, "launch", f.mark == ' ' ? ST_OK : ST_WARN, "%c %s",
		  f.mark == ' ' ? '.' : f.mark, f.launch);
}

static void
add_table(struct lines *l, const struct model *m, const char *label, const char *name)
{
	const struct table_status *t = m->s->fresh ? freshness_find(&m->s->fresh->f, name) : NULL;
	char have[DATE_BUF];

	if (t)
		lines_add(l, label, theme_table(t->state), "%-28s %c %-8s %s", name,
			  table_state_letter(t->state), table_state_name(t->state),
			  date_iso(t->have, have));
	else
		lines_add(l, label, ST_DIM, "%-28s ? not measured", name);
}

static void
add_tables(struct lines *l, const struct model *m, const char *label, const char *const *names)
{
	if (!names || !names[0])
		lines_add(l, label, ST_NORMAL, "no table");
	for (size_t i = 0; names && names[i]; i++)
		add_table(l, m, i ? "" : label, names[i]);
}

static void
add_param(struct lines *l, const struct param_def *d)
{
	lines_add(l, d->name, ST_NORMAL, "%s%s%s%s%s%s", str_or(d->help, ""),
		  d->choices ? " [" : "", str_or(d->choices, ""), d->choices ? "]" : "",
		  d->dflt ? "; else " : "", str_or(d->dflt, ""));
}

static void
add_run(struct lines *l, const struct model *m, const struct run_info *r)
{
	char iso[DATE_BUF], span[CLOCK_BUF] = "-", when[CLOCK_BUF], ins[NUM_BUF], upd[NUM_BUF];
	int64_t end = r->ended_ms ? r->ended_ms : m->now_ms;

	if (r->started_ms)
		clock_span(end - r->started_ms, span);
	job_when(m, end, when);
	if (r->error && r->error[0])
		lines_run(l, r->id, theme_run(r->state), "%6lld %c %-9s %s %7s %5s %-8s %s",
			  (long long)r->id, theme_run_letter(r->state), run_state_name(r->state),
			  date_iso(r->as_of, iso), span, when,
			  str_same(r->origin, "cron") ? "cron" : r->who, r->error);
	else
		lines_run(l, r->id, theme_run(r->state), "%6lld %c %-9s %s %7s %5s %-8s +%s ~%s",
			  (long long)r->id, theme_run_letter(r->state), run_state_name(r->state),
			  date_iso(r->as_of, iso), span, when,
			  str_same(r->origin, "cron") ? "cron" : r->who,
			  num_rows(r->counts.inserted, ins), num_rows(r->counts.updated, upd));
}

static void
add_runs(struct lines *l, const struct model *m, const struct job *job)
{
	const struct job_runs_part *p = look_job_runs(m, job->name);
	char note[40] = "";

	if (p && !p->error[0])
		fmt_buf(note, sizeof(note), "%zu", p->l.n);
	lines_rule(l, "Last runs", note);
	if (!p || p->error[0])
		lines_add(l, NULL, ST_WARN, "? %s", p ? p->error : "not read yet");
	else if (p->l.n == 0)
		lines_add(l, NULL, ST_DIM, "it has not run yet: r launches it");
	else
		lines_add(l, NULL, ST_DIM, "%6s   %-9s %-10s %7s %5s %-8s %s", "run", "state",
			  "as-of", "took", "end", "by", "+new ~changed rows, or the error");
	for (size_t i = 0; p && i < p->l.n; i++)
		add_run(l, m, &p->l.at[i]);
}

static void
build(struct lines *l, const struct model *m, const struct job *job, int w)
{
	lines_add(l, NULL, ST_BOLD, "%s", str_or(job->title, job->name));
	lines_wrap(l, w - 2, str_or(job->help, ""));
	lines_rule(l, "Now", NULL);
	add_state(l, m, job);
	add_tables(l, m, "reads", job->reads);
	add_tables(l, m, "writes", job->writes);
	lines_names(l, "after", w - 2, job->after);
	add_runs(l, m, job);
	lines_rule(l, "Parameters", NULL);
	for (const struct param_def *d = job->params; d && d->name; d++)
		add_param(l, d);
	for (size_t i = 0; i < params_common_count; i++)
		add_param(l, &params_common[i]);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct job_detail *s = v->state;
	LINES_AUTO l = { .skip = 0 };
	char title[120];

	fmt_buf(title, sizeof(title), "Jobs > %s", s->job->name);
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	build(&l, m, s->job, r.w);
	l.skip = s->skip;
	lines_draw(&l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 2 }, s->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct job_detail *s = v->state;
	LINES_AUTO l = { .skip = 0 };
	int64_t run;

	build(&l, m, s->job, m->w);
	if (s->line >= l.at.n)
		s->line = l.at.n - 1;
	run = l.at.at[s->line].run;
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (run && (in->act == ACT_OPEN || in->act == ACT_LOG || in->act == ACT_LOG_ADD)) {
		view_ask_log(run, s->job->name, out);
		out->add = in->act == ACT_LOG_ADD;
	} else if (!lines_sideways(&l, &s->skip, in->act, m->w) &&
		   !scroll_move(&s->line, in->act, l.at.n, m->h > 6 ? (size_t)m->h - 5 : 1))
		job_act(m, s->job, in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	((struct job_detail *)v->state)->job = how->job;
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_DETAIL;
}

static void
look(const struct view *v, struct wish *out)
{
	out->what = LOOK_JOB;
	str_copy(out->name, sizeof(out->name), ((const struct job_detail *)v->state)->job->name);
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	(void)m;
	str_copy(out, LOOK_NAME, ((const struct job_detail *)v->state)->job->name);
	return true;
}

const struct view_ops view_job = {
	.title = "Job",
	.screen = screen,
	.state_size = sizeof(struct job_detail),
	.init = init,
	.draw = draw,
	.handle = handle,
	.look = look,
	.about = about,
};
