/* The screen that is open at three in the morning: is it ready, what is not, what runs, what it
 * says. */
#include "tui/overview.h"
#include "tui/health.h"

#include "core/scatter.h"

#include <stdlib.h>

enum pane { PANE_LAYERS, PANE_CHECKS, PANE_RUNNING, PANE_COUNT };

struct overview {
	enum pane pane;
	size_t layer;
	const void *check; /* health_key(): it stays when the order changes; NULL = the worst */
	int64_t run;	   /* 0 = the default one */
};

/* Place of the selected check, 0 when it is not there. */
static size_t
check_at(const struct overview *o, const struct model *m)
{
	const struct check_result *r;

	for (size_t i = 0; (r = model_check(m, i)) != NULL; i++)
		if (health_key(m, r) == o->check)
			return i;
	return 0;
}

static void
choose_check(struct overview *o, const struct model *m, size_t i)
{
	const struct check_result *r = model_check(m, i);

	o->check = r ? health_key(m, r) : NULL;
}

static struct overview_layout
layout_of(const struct model *m, struct rect r)
{
	int all = 0, counting = 0, runs = model_active_runs(m);
	int checks = m->s->health ? (int)m->s->health->h.n : 1;
	struct rect body = { r.x, r.y + 2, r.w, r.h - 3 };
	bool tall = r.h + 1 >= LAYOUT_TALL;
	struct overview_layout l;

	for (; m->cat->tables[all].name; all++)
		counting += overview_counts(m, all);
	l = layout_overview(body, tall, all, checks, runs);
	/* Where they do not all fit, the tables that nothing writes yet go first. */
	if (l.tables && l.layers.h < 2 + LAYER_COUNT + all) {
		l = layout_overview(body, tall, counting, checks, runs);
		l.some = true;
	}
	return l;
}

static size_t
rows_of(const struct model *m, struct layer_row rows[LAYER_ROWS_MAX])
{
	struct overview_layout l = layout_of(m, (struct rect){ 0, 0, m->w, m->h - 1 });

	return overview_rows(m, &l, rows);
}

static int64_t
selected_run(const struct overview *o, const struct model *m)
{
	const struct run_info *r = o->run ? model_run(m, o->run) : NULL;

	if (!r)
		r = model_default_run(m);
	return r ? r->id : 0;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct overview *o = v->state;
	struct overview_layout l = layout_of(m, r);

	view_header(m, c, SPAN(r.x, r.y, r.w));
	view_verdict(m, c, SPAN(r.x, r.y + 1, r.w));
	overview_draw_layers(m, c, &l, o->pane == PANE_LAYERS ? (int)o->layer : -1);
	overview_draw_checks(m, c, &l, o->pane == PANE_CHECKS ? (int)check_at(o, m) : -1);
	overview_draw_running(m, c, &l, o->pane == PANE_RUNNING ? selected_run(o, m) : 0);
	overview_draw_log(m, c, &l);
	if (l.split > 0)
		canvas_fill(c,
			    (struct rect){ l.split, l.layers.y, 1,
					   r.y + r.h - 1 - l.notes.h - l.layers.y },
			    ST_RULE, 0x2502);
	overview_draw_notes(m, c, &l);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
move_run(struct overview *o, const struct model *m, enum act act)
{
	int64_t now = selected_run(o, m);
	size_t n = 0, sel = 0;
	const struct run_info *r;

	for (; (r = overview_run(m, n)) != NULL; n++)
		if (r->id == now)
			sel = n;
	if (scroll_move(&sel, act, n, 5) && (r = overview_run(m, sel)) != NULL)
		o->run = r->id;
}

static void
move(struct overview *o, const struct model *m, enum act act)
{
	struct layer_row rows[LAYER_ROWS_MAX];
	size_t check = check_at(o, m);

	if (o->pane == PANE_LAYERS)
		scroll_move(&o->layer, act, rows_of(m, rows), 7);
	else if (o->pane == PANE_CHECKS &&
		 scroll_move(&check, act, m->s->health ? m->s->health->h.n : 0, 5))
		choose_check(o, m, check);
	else if (o->pane != PANE_CHECKS)
		move_run(o, m, act);
}

/* Enter: the details of a run or of a check; of a layer, the launch of its job. */
static void
open_row(const struct overview *o, const struct model *m, struct action *out)
{
	struct layer_row rows[LAYER_ROWS_MAX];
	const struct check_result *k;

	if (o->pane == PANE_CHECKS) {
		k = model_check(m, check_at(o, m));
		if (k && m->cat->scatter && str_same(k->name, m->cat->scatter->check))
			*out = (struct action){ .intent = DO_OPEN, .open = &view_scatter };
		else if (k)
			*out = (struct action){ .intent = DO_OPEN,
						.open = &view_check,
						.row = health_key(m, k) };
	} else if (o->pane == PANE_LAYERS) {
		size_t n = rows_of(m, rows);
		const struct job *job = o->layer < n ? overview_row_job(m, &rows[o->layer]) : NULL;

		view_ask_launch(m, job, out);
	} else if (selected_run(o, m)) {
		out->intent = DO_OPEN;
		out->open = &view_run;
		out->run = selected_run(o, m);
	}
}

static const struct job *
row_job(const struct overview *o, const struct model *m)
{
	struct layer_row rows[LAYER_ROWS_MAX];
	const struct run_info *r = model_run(m, selected_run(o, m));
	size_t n = rows_of(m, rows);

	if (o->pane == PANE_LAYERS && o->layer < n)
		return overview_row_job(m, &rows[o->layer]);
	return o->pane == PANE_RUNNING && r ? catalogue_job(m->cat, r->job) : NULL;
}

/* The table or job that the selected row is about, NULL = none. */
static const char *
row_target(const struct overview *o, const struct model *m)
{
	struct layer_row rows[LAYER_ROWS_MAX];
	const struct run_info *r = model_run(m, selected_run(o, m));
	const struct check_result *k = model_check(m, check_at(o, m));
	size_t n = rows_of(m, rows);

	if (o->pane == PANE_CHECKS)
		return k ? k->table : NULL;
	if (o->pane == PANE_RUNNING)
		return r ? r->job : NULL;
	return o->layer < n ? overview_row_table(m, &rows[o->layer]) : NULL;
}

/* Of a layer where all is well: what the verdict is about. */
static const char *
why_target(const struct overview *o, const struct model *m)
{
	const struct freshness *f = m->s->fresh ? &m->s->fresh->f : NULL;
	struct layer_row rows[LAYER_ROWS_MAX];
	size_t n = rows_of(m, rows);

	if (o->pane == PANE_LAYERS && f && o->layer < n && rows[o->layer].table < 0 &&
	    f->layer[rows[o->layer].layer].state == TABLE_FRESH)
		return "";
	return row_target(o, m);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct overview *o = v->state;

	switch (in->act) {
	case ACT_NEXT_PANE:
		o->pane = (o->pane + 1) % PANE_COUNT;
		break;
	case ACT_PREV_PANE:
		o->pane = (o->pane + PANE_COUNT - 1) % PANE_COUNT;
		break;
	case ACT_OPEN:
		open_row(o, m, out);
		break;
	case ACT_LOG:
	case ACT_LOG_ADD:
		view_open_log(model_run(m, selected_run(o, m)), in->act, out);
		break;
	case ACT_LAUNCH:
		view_ask_launch(m, row_job(o, m), out);
		break;
	case ACT_WHY:
		view_ask_tree(m, why_target(o, m), false, out);
		break;
	case ACT_IMPACT:
		view_ask_tree(m, row_target(o, m), true, out);
		break;
	case ACT_ACK:
		choose_check(o, m, check_at(o, m)); /* it goes down the list then */
		notice_ask_ack(m, o->pane == PANE_CHECKS ? model_check(m, check_at(o, m)) : NULL,
			       in, out);
		break;
	case ACT_PAUSE:
		notice_ask_pause(m, row_job(o, m), in, out);
		break;
	case ACT_NOTE:
		notice_ask_note(m, in, out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		view_ask_cancel(m, selected_run(o, m), in, out);
		break;
	case ACT_BACK:
		out->intent = DO_QUIT;
		break;
	default:
		move(o, m, in->act);
	}
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_OVERVIEW;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	const struct overview *o = v->state;

	return o->run && model_run(m, o->run) ? o->run : 0;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct overview *o = v->state;
	const struct check_result *k =
		o->pane == PANE_CHECKS ? model_check(m, check_at(o, m)) : NULL;
	const char *name = k ? k->name : o->pane == PANE_LAYERS ? NULL : row_target(o, m);

	str_copy(out, LOOK_NAME, str_or(name, ""));
	return name != NULL;
}

const struct view_ops view_overview = {
	.title = "Overview",
	.command = "status",
	.screen = screen,
	.state_size = sizeof(struct overview),
	.draw = draw,
	.handle = handle,
	.follow = follow,
	.about = about,
};
