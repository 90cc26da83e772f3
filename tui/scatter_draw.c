#include "tui/scatter.h"

#include "core/num.h"
#include "core/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	HEAD = 2,
	DATES = 32 /* columns of "  of DATE, want DATE" */,
	LEAST = 3 /* rows of a plot that still says something */
};

static int
wrapped(const char *text, int w)
{
	return *text ? canvas_wrap(NULL, (struct rect){ 0, 0, w, 1 }, ST_NORMAL, text) : 0;
}

/* The n-th line of the remedy; false past the last. */
static bool
remedy_line(const struct scatter_page *p, const struct model *m, size_t n, char buf[SCATTER_TEXT])
{
	char command[SCATTER_COMMAND];

	return scatter_remedy(m->cat, scatter_trouble(&p->cut), m->as_of, n, command) &&
	       fmt_buf(buf, SCATTER_TEXT, "%s %s", n ? "then:  " : "repair:", command);
}

static int
remedy_rows(const struct scatter_page *p, const struct model *m, int w)
{
	char line[SCATTER_TEXT];
	int rows = 0;

	for (size_t n = 0; remedy_line(p, m, n, line); n++)
		rows += wrapped(line, w);
	return rows;
}

/* The cursor stays on its ticker; where it is not shown, it is in the middle. */
static size_t
find_cursor(const struct scatter_page *p, const char *name)
{
	const struct plot *plot = &p->cut.plot;

	for (size_t i = 0; *name && i < plot->n; i++)
		if (plot->place[i] == PLOT_SHOWN &&
		    str_same(p->part->s.row.at[p->cut.row[i]].name, name))
			return i;
	return plot_nearest(plot, plot->w / 2, plot->h / 2, 0, 0);
}

/* Text takes what it needs, the picture the rest. */
static void
lay_out(struct scatter_page *p, const struct model *m, struct rect r)
{
	int w = r.w - 2, rows;

	rows = 1 + wrapped(p->counts, w) + wrapped(p->trouble, w) + remedy_rows(p, m, w);
	p->text = (struct rect){ r.x + 1, r.y + HEAD, w, rows };
	p->status = (struct rect){ r.x + 1, r.y + r.h - 2, w, 1 };
	p->picture = (struct rect){ r.x, p->text.y + rows, r.w, p->status.y - p->text.y - rows };
	if (p->picture.h < LEAST + PICTURE_BELOW)
		p->picture.h = 0;
}

void
scatter_page_init(struct scatter_page *p, const struct scatter_state *s, const struct model *m,
		  struct rect r)
{
	struct scatter_size size = { r.w - PICTURE_LEFT, 1, m->glyphs };

	*p = (struct scatter_page){ .part = look_scatter(m), .spec = m->cat->scatter };
	if (!p->part || p->part->error[0]) {
		p->part = NULL;
		return;
	}
	p->group = *s->group ? scatter_group_find(&p->part->s, s->group) : SIZE_MAX;
	p->lost = *s->group && p->group == SIZE_MAX ? s->group : NULL;
	scatter_cut(&p->cut, &p->part->s, p->spec, p->group, size);
	scatter_counts(&p->cut, p->spec, p->counts);
	scatter_trouble_text(&p->cut, &p->part->s, p->spec, m->as_of, p->trouble);
	lay_out(p, m, r);
	if (p->picture.h > 0)
		scatter_cut_height(&p->cut, p->spec, p->picture.h - PICTURE_BELOW);
	p->at = find_cursor(p, s->name);
}

void
scatter_page_done(struct scatter_page *p)
{
	scatter_cut_done(&p->cut);
}

const struct scatter_row *
scatter_page_row(const struct scatter_page *p)
{
	if (!p->part || p->at >= p->cut.plot.n)
		return NULL;
	return &p->part->s.row.at[p->cut.row[p->at]];
}

const size_t *
scatter_page_cell(const struct scatter_page *p, size_t *n)
{
	const struct plot_point *at = &p->cut.plot.at[p->at];

	return plot_cell(&p->cut.plot, plot_column(&p->cut.plot, at->x),
			 plot_row(&p->cut.plot, at->y), n);
}

static void
draw_group(const struct scatter_page *p, const struct model *m, struct canvas *c, struct span at)
{
	const struct scatter *s = &p->part->s;
	char date[DATE_BUF], want[DATE_BUF];
	int x = at.x;

	if (p->lost)
		x += canvas_fmt(c, SPAN(x, at.y, at.w - DATES), ST_WARN, "no %s %s: all %zu",
				p->spec->columns[SCATTER_GROUP_OF], p->lost, s->group.n);
	else if (p->group == SIZE_MAX)
		x += canvas_fmt(c, at, ST_NORMAL, "%s: all %zu", p->spec->columns[SCATTER_GROUP_OF],
				s->group.n);
	else
		x += canvas_fmt(c, SPAN(x, at.y, at.w - DATES), ST_MATCH, "%s: %s (%zu of %zu)",
				p->spec->columns[SCATTER_GROUP_OF], s->group.at[p->group].name,
				p->group + 1, s->group.n);
	x += 2;
	if (!date_is_set(s->date))
		return;
	x += canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_DIM, "of %s",
			date_iso(s->date, date));
	if (!date_eq(s->date, m->as_of))
		canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_WARN, ", want %s",
			   date_iso(m->as_of, want));
}

static void
draw_text(const struct scatter_page *p, const struct model *m, struct canvas *c)
{
	struct rect t = p->text;
	char line[SCATTER_TEXT];

	draw_group(p, m, c, SPAN(t.x, t.y++, t.w));
	t.y += canvas_wrap(c, t, ST_NORMAL, p->counts);
	if (*p->trouble)
		t.y += canvas_wrap(c, t, ST_BAD, p->trouble);
	for (size_t n = 0; remedy_line(p, m, n, line); n++)
		t.y += canvas_wrap(c, t, ST_BOLD, line);
}

/* Marked in its cell and on both axes: colour alone would say nothing. */
static void
draw_cursor(const struct scatter_page *p, struct canvas *c)
{
	const struct plot_point *at = &p->cut.plot.at[p->at];
	int x = p->picture.x + PICTURE_LEFT + plot_column(&p->cut.plot, at->x);
	int y = p->picture.y + plot_row(&p->cut.plot, at->y);

	canvas_select(c, (struct rect){ x, y, 1, 1 });
	canvas_put(c, SPAN(p->picture.x + PICTURE_LEFT - 1, y, 1), ST_BOLD, ">");
	canvas_put(c, SPAN(x, p->picture.y + p->cut.plot.h, 1), ST_BOLD, "^");
}

static void
draw_picture(const struct scatter_page *p, struct canvas *c)
{
	static const enum style styles[] = {
		[PICTURE_EMPTY] = ST_NORMAL, [PICTURE_AXIS] = ST_RULE,	  [PICTURE_LABEL] = ST_DIM,
		[PICTURE_ZERO] = ST_RULE,    [PICTURE_POINT] = ST_NORMAL,
	};
	struct picture picture;

	picture_draw(&picture, &p->cut.plot);
	for (int y = 0; y < picture.h; y++)
		for (int x = 0; x < picture.w; x++) {
			const struct picture_cell *cell = &picture.at[y * picture.w + x];

			canvas_fill(c, (struct rect){ p->picture.x + x, p->picture.y + y, 1, 1 },
				    styles[cell->part], cell->cp);
		}
	picture_done(&picture);
	if (scatter_page_row(p))
		draw_cursor(p, c);
}

/* "AAPL  Technology  FGOS 78.5  relative 1Y +12.34 pp  2 of 4 here: MSFT NVDA ORCL" */
static void
draw_point(const struct scatter_page *p, struct canvas *c)
{
	const struct scatter_row *r = scatter_page_row(p);
	const size_t *in;
	size_t n, here = 0;
	STR_AUTO s = { 0 };

	if (!r)
		return;
	in = scatter_page_cell(p, &n);
	while (here < n && in[here] != p->at)
		here++;
	str_init(&s, SCATTER_TEXT);
	str_fmt(&s, "%s %.1f  %s ", p->spec->y_short, r->y.v, p->spec->x_short);
	str_fmt(&s, fabs(r->x.v) < 1e7 ? "%+.2f" : "%+.3g", r->x.v);
	str_fmt(&s, " %s", p->spec->x_unit);
	if (n > 1)
		str_fmt(&s, "  %zu of %zu here:", here + 1, n);
	/* What does not fit is cut, so no more names than fit are put. */
	for (size_t i = 1; i < n && !s.overflow && i < 40; i++)
		str_fmt(&s, " %s", p->part->s.row.at[p->cut.row[in[(here + i) % n]]].name);
	int x = p->status.x;
	x += canvas_put(c, SPAN(x, p->status.y, 20), ST_BOLD, r->name) + 2;
	x += canvas_put(c, SPAN(x, p->status.y, 24), ST_NORMAL,
			p->part->s.group.at[r->group].name) +
	     2;
	canvas_put(c, SPAN(x, p->status.y, p->status.x + p->status.w - x), ST_NORMAL, str_c(&s));
}

void
scatter_page_draw(const struct scatter_page *p, const struct model *m, struct canvas *c,
		  struct rect r)
{
	const struct scatter_part *part = look_scatter(m);
	char title[300];

	look_title(m, "Scatter", part ? part->measured_ms : 0, part ? part->error : "", title,
		   sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	fmt_buf(title, sizeof(title), "%s (%s)", p->spec->title, p->spec->x_unit);
	canvas_rule(c, SPAN(r.x, r.y + 1, r.w), title, NULL);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	if (!p->part) {
		canvas_fmt(c, SPAN(r.x + 1, r.y + 2, r.w - 1), ST_WARN, "? %s",
			   part ? part->error : "not read yet");
		return;
	}
	draw_text(p, m, c);
	if (p->picture.h == 0 || p->cut.plot.n == 0)
		return;
	draw_picture(p, c);
	draw_point(p, c);
}
