/* Runs of all processes, newest first. */
#include "tui/overview.h"

#include <stdlib.h>

struct runs {
	int64_t run; /* selected by id: the list moves, the choice stays */
};

static size_t
count(const struct model *m)
{
	return m->s->runs ? m->s->runs->l.n : 0;
}

static size_t
selected(const struct runs *s, const struct model *m)
{
	for (size_t i = 0; i < count(m); i++)
		if (m->s->runs->l.at[i].id == s->run)
			return i;
	return 0;
}

static int64_t
run_at(const struct model *m, size_t i)
{
	return i < count(m) ? m->s->runs->l.at[i].id : 0;
}

static void
draw_run(const struct model *m, struct canvas *c, struct span at, const struct run_info *r)
{
	char iso[DATE_BUF], id[24];
	int x = at.x + 8, job = at.w >= 100 ? 38 : at.w >= 80 ? 28 : 18;

	fmt_buf(id, sizeof(id), "%lld", (long long)r->id);
	canvas_right(c, SPAN(at.x + 1, at.y, 6), ST_BOLD, id);
	canvas_put(c, SPAN(x, at.y, job), ST_NORMAL, r->job);
	x += job + 1;
	canvas_put(c, SPAN(x, at.y, 10), ST_NORMAL, date_iso(r->as_of, iso));
	x += 11;
	canvas_put(c, SPAN(x, at.y, 8), ST_DIM, str_same(r->origin, "cron") ? "cron" : r->who);
	x += 9;
	overview_draw_run_state(m, c, SPAN(x, at.y, at.x + at.w - x), r);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct runs *s = v->state;
	size_t n = count(m), sel = selected(s, m), rows = (size_t)(r.h > 4 ? r.h - 4 : 1);
	size_t top = scroll_top(sel, n, rows);
	char note[64];
	int job = r.w >= 100 ? 38 : r.w >= 80 ? 28 : 18;

	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Runs");
	fmt_buf(note, sizeof(note), "%d running, %zu listed", model_active_runs(m), n);
	canvas_rule(c, SPAN(r.x, r.y + 1, r.w), "Runs of all processes", note);
	canvas_right(c, SPAN(r.x + 1, r.y + 2, 6), ST_DIM, "run");
	canvas_put(c, SPAN(r.x + 8, r.y + 2, job), ST_DIM, "job");
	canvas_put(c, SPAN(r.x + 9 + job, r.y + 2, 10), ST_DIM, "as-of");
	canvas_put(c, SPAN(r.x + 20 + job, r.y + 2, 8), ST_DIM, "by");
	canvas_put(c, SPAN(r.x + 29 + job, r.y + 2, r.w), ST_DIM, "state, progress");
	if (n == 0)
		canvas_put(c, SPAN(r.x + 1, r.y + 3, r.w), ST_DIM,
			   m->s->runs ? "no runs yet: r starts one" : "? runs: not read yet");
	for (size_t i = 0; i < rows && top + i < n; i++) {
		int y = r.y + 3 + (int)i;

		draw_run(m, c, SPAN(r.x, y, r.w), &m->s->runs->l.at[top + i]);
		if (top + i == sel) {
			canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, y, r.w, 1 });
		}
	}
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct runs *s = v->state;
	size_t sel = selected(s, m);
	const struct run_info *r = model_run(m, run_at(m, sel));

	switch (in->act) {
	case ACT_OPEN:
	case ACT_LOG:
		if (!r)
			break;
		out->intent = DO_OPEN;
		out->open = &view_log;
		out->run = r->id;
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		view_ask_tree(m, r ? r->job : NULL, in->act == ACT_IMPACT, out);
		break;
	case ACT_LAUNCH:
		view_ask_launch(m, r ? catalogue_job(m->cat, r->job) : NULL, out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		view_ask_cancel(m, run_at(m, sel), in, out);
		break;
	case ACT_BACK:
		out->intent = DO_BACK;
		break;
	default:
		if (scroll_move(&sel, in->act, count(m), m->h > 8 ? (size_t)m->h - 6 : 1))
			s->run = run_at(m, sel);
	}
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_RUNS;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	(void)m;
	return ((const struct runs *)v->state)->run;
}

const struct view_ops view_runs = {
	.title = "Runs",
	.screen = screen,
	.state_size = sizeof(struct runs),
	.draw = draw,
	.handle = handle,
	.follow = follow,
};
