/* Quality against the year's relative return: every snapshot a point, the cursor names it. */
#include "tui/scatter.h"

#include "core/sheet.h"

#include <string.h>

static struct rect
whole(const struct model *m)
{
	return (struct rect){ 0, 0, m->w, m->h - 1 };
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	struct scatter_page p;

	scatter_page_init(&p, v->state, m, r);
	scatter_page_draw(&p, m, c, r);
	scatter_page_done(&p);
}

static void
put_cursor(struct scatter_state *s, const struct scatter_page *p, size_t point)
{
	if (point < p->cut.plot.n)
		str_copy(s->name, sizeof(s->name), p->part->s.row.at[p->cut.row[point]].name);
}

static void
move(struct scatter_state *s, const struct scatter_page *p, int dx, int dy)
{
	const struct plot *plot = &p->cut.plot;
	const struct plot_point *at = &plot->at[p->at];

	put_cursor(s, p,
		   plot_nearest(plot, plot_column(plot, at->x), plot_row(plot, at->y), dx, dy));
}

/* The furthest to one side: the nearest to what lies outside of it. */
static void
jump(struct scatter_state *s, const struct scatter_page *p, bool right)
{
	const struct plot *plot = &p->cut.plot;
	size_t best = p->at;

	for (size_t i = 0; i < plot->n; i++)
		if (plot->place[i] == PLOT_SHOWN &&
		    (right ? plot->at[i].x > plot->at[best].x : plot->at[i].x < plot->at[best].x))
			best = i;
	put_cursor(s, p, best);
}

static void
next_here(struct scatter_state *s, const struct scatter_page *p, bool back)
{
	size_t n, i = 0;
	const size_t *in = scatter_page_cell(p, &n);

	while (i < n && in[i] != p->at)
		i++;
	put_cursor(s, p, in[(i + (back ? n - 1 : 1)) % n]);
}

static bool
cursor_key(struct scatter_state *s, const struct scatter_page *p, enum act act)
{
	static const struct {
		enum act act;
		int dx, dy;
	} moves[] = {
		{ ACT_LEFT, -1, 0 },
		{ ACT_RIGHT, 1, 0 },
		{ ACT_UP, 0, -1 },
		{ ACT_DOWN, 0, 1 },
	};

	if (!scatter_page_row(p))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++)
		if (moves[i].act == act) {
			move(s, p, moves[i].dx, moves[i].dy);
			return true;
		}
	if (act == ACT_FIRST || act == ACT_LAST)
		jump(s, p, act == ACT_LAST);
	else if (act == ACT_MATCH_NEXT || act == ACT_MATCH_PREV)
		next_here(s, p, act == ACT_MATCH_PREV);
	else
		return false;
	return true;
}

/* all, the first, ..., the last, all again. */
static void
next_group(struct scatter_state *s, const struct scatter_page *p, bool back)
{
	size_t n = p->part ? p->part->s.group.n : 0, i = p->group == SIZE_MAX ? n : p->group;

	if (!p->part)
		return;
	i = (i + (back ? n : 1)) % (n + 1);
	str_copy(s->group, sizeof(s->group), i < n ? p->part->s.group.at[i].name : "");
}

/* Quoted for a shell. */
static void
copy_command(struct scatter_state *s, const struct model *m, struct action *out)
{
	STR_AUTO line = { 0 };

	str_init(&line, sizeof(s->command) - 1);
	str_fmt(&line, "%s %s", m->command, "scatter");
	if (*s->group)
		str_puts(&line, " --sector '");
	for (const char *p = s->group; *p; p++)
		if (*p == '\'')
			str_puts(&line, "'\\''");
		else
			str_putc(&line, *p);
	if (*s->group)
		str_putc(&line, '\'');
	str_copy(s->command, sizeof(s->command), str_c(&line));
	out->intent = DO_COPY;
	out->copy = s->command;
}

static void
open_ticker(const struct scatter_page *p, struct action *out)
{
	const struct scatter_row *r = scatter_page_row(p);

	if (!r) {
		view_message(out, LVL_WARN, "no ticker is under the cursor");
		return;
	}
	out->intent = DO_OPEN;
	out->open = &view_ticker;
	str_copy(out->text, sizeof(out->text), r->name);
}

/* What is not the cursor's. */
static void
act(struct scatter_state *s, const struct scatter_page *p, const struct model *m,
    const struct input *in, struct action *out)
{
	switch (in->act) {
	case ACT_GROUP_NEXT:
	case ACT_GROUP_PREV:
		next_group(s, p, in->act == ACT_GROUP_PREV);
		break;
	case ACT_OPEN:
		open_ticker(p, out);
		break;
	case ACT_BACKFILL:
		view_ask_form(m, catalogue_job(m->cat, p->spec->remedy[0]), out);
		break;
	case ACT_LAUNCH:
		view_ask_launch(m, NULL, out);
		break;
	case ACT_COPY_COMMAND:
		copy_command(s, m, out);
		break;
	case ACT_BACK:
		if (*s->group)
			s->group[0] = '\0';
		else
			out->intent = DO_BACK;
		break;
	default:
		break;
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct scatter_state *s = v->state;
	struct scatter_page p;

	scatter_page_init(&p, s, m, whole(m));
	if (!cursor_key(s, &p, in->act))
		act(s, &p, m, in, out);
	scatter_page_done(&p);
}

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	const struct scatter_state *s = v->state;
	struct scatter_page p;
	char x[NUM_BUF], y[NUM_BUF];

	sheet_init(out, m->cat->scatter->columns);
	str_copy(out->filter, sizeof(out->filter), s->group);
	scatter_page_init(&p, s, m, whole(m));
	out->selected = p.at;
	for (size_t i = 0; i < p.cut.plot.n; i++) {
		const struct scatter_row *r = &p.part->s.row.at[p.cut.row[i]];

		sheet_cell(out, r->name);
		sheet_cell(out, p.part->s.group.at[r->group].name);
		sheet_cell(out, num_text(r->y.v, y));
		sheet_cell(out, num_text(r->x.v, x));
	}
	scatter_page_done(&p);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct scatter_state *s = v->state;

	(void)m;
	if (how)
		str_copy(s->group, sizeof(s->group), how->text);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_SCATTER;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_SCATTER;
}

static bool
ticker(const struct view *v, const struct model *m, char out[TICKER_MAX + 1])
{
	struct scatter_page p;
	const struct scatter_row *r;

	scatter_page_init(&p, v->state, m, whole(m));
	r = scatter_page_row(&p);
	if (r)
		str_copy(out, TICKER_MAX + 1, r->name);
	scatter_page_done(&p);
	return r != NULL;
}

const struct view_ops view_scatter = {
	.title = "Scatter",
	.screen = screen,
	.state_size = sizeof(struct scatter_state),
	.init = init,
	.draw = draw,
	.handle = handle,
	.look = look,
	.ticker = ticker,
	.sheet = sheet,
};
