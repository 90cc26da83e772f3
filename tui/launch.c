/* Launch dialog, first step: which job or backfill.  The second is launch_form.c. */
#include "tui/launch.h"

#include "tui/layout.h"

#include <stdlib.h>

static size_t
job_count(const struct model *m)
{
	size_t n = 0;

	while (m->cat->jobs[n])
		n++;
	return n;
}

static void
draw_job(struct canvas *c, struct span at, const struct job *j)
{
	char layer[16] = "backfill";

	if (!(j->flags & JOB_BACKFILL))
		fmt_buf(layer, sizeof(layer), j->layer >= 0 ? "layer %d" : "ops", j->layer);
	canvas_put(c, SPAN(at.x, at.y, 8), ST_DIM, layer);
	canvas_put(c, SPAN(at.x + 9, at.y, 38), ST_NORMAL, j->name);
	canvas_put(c, SPAN(at.x + 48, at.y, at.w - 48), ST_DIM, str_or(j->title, ""));
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct launch_state *s = v->state;
	size_t n = job_count(m), rows, top;
	struct rect box;

	if (s->job) {
		form_draw(s, m, c, layout_popup(r, 100, 30));
		return;
	}
	box = layout_popup(r, 100, (int)n + 2);
	canvas_frame(c, box, "Run a job or backfill");
	rows = (size_t)(box.h > 2 ? box.h - 2 : 0);
	top = scroll_top(s->sel, n, rows);
	for (size_t i = 0; i < rows && top + i < n; i++) {
		int y = box.y + 1 + (int)i;

		draw_job(c, SPAN(box.x + 2, y, box.w - 4), m->cat->jobs[top + i]);
		if (top + i == s->sel)
			canvas_select(c, (struct rect){ box.x + 1, y, box.w - 2, 1 });
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct launch_state *s = v->state;
	size_t n = job_count(m);

	if (s->job) {
		form_handle(s, m, in, out);
	} else if (in->act == ACT_BACK) {
		out->intent = DO_BACK;
	} else if (in->act == ACT_OPEN && s->sel < n) {
		form_open(s, m, m->cat->jobs[s->sel]);
		out->intent = DO_GATES;
		out->job = s->job;
		out->as_of = s->as_of;
	} else {
		scroll_move(&s->sel, in->act, n, 10);
	}
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct launch_state *s = v->state;

	for (size_t i = 0; m->cat->jobs[i]; i++)
		if (how && m->cat->jobs[i] == how->job)
			s->sel = i;
	if (!how || how->intent != DO_FORM)
		return;
	form_open(s, m, how->job);
	s->direct = true;
	if (how->launch)
		form_fill(s, m, how->launch);
}

static void
done(struct view *v)
{
	params_done(&((struct launch_state *)v->state)->launch.params);
}

static unsigned
screen(const struct view *v)
{
	return ((const struct launch_state *)v->state)->job ? SCREEN_FORM : SCREEN_LAUNCH;
}

static bool
wants_text(const struct view *v)
{
	return ((const struct launch_state *)v->state)->job != NULL;
}

const struct view_ops view_launch = {
	.title = "Launch",
	.screen = screen,
	.state_size = sizeof(struct launch_state),
	.popup = true,
	.init = init,
	.done = done,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
};
