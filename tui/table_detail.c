/* One table: its measure, its size, who makes it and who needs it, and its last sessions. */
#include "tui/tables.h"

#include "core/num.h"
#include "tui/lines.h"

#include <string.h>

enum { GRID_BAR = 20 };

struct table_detail {
	const struct table *table;
	size_t line;
	int skip; /* columns scrolled to the right */
};

static void
add_cell(struct lines *l, const struct model *m, const struct table *t, const char *label,
	 table_cell *cell)
{
	char buf[TABLE_TEXT];
	enum style st = cell(m, t, buf);

	lines_add(l, label, st, "%s", buf);
}

static void
add_measure(struct lines *l, const struct model *m, const struct table *t)
{
	const struct table_status *s = table_status_of(m, t);
	char have[DATE_BUF], want[DATE_BUF];

	add_cell(l, m, t, "state", table_state_cell);
	add_cell(l, m, t, "", table_detail_cell);
	if (s)
		lines_add(l, "as-of", ST_NORMAL, "have %s  want %s", date_iso(s->have, have),
			  date_iso(s->want, want));
	add_cell(l, m, t, "rows at as-of", table_rows_cell);
	add_cell(l, m, t, "coverage", table_cover_cell);
	if (s && s->den > 0)
		lines_add(l, "", ST_DIM, "%lld of %lld: %s", (long long)s->num, (long long)s->den,
			  s->basis);
	if (t->coverage)
		lines_add(l, "", ST_DIM, "%s; floor %.0f%%", t->coverage,
			  (s ? s->floor : t->floor) * 100);
	add_cell(l, m, t, "rows in all", table_about_text);
	add_cell(l, m, t, "size", table_size_cell);
	add_cell(l, m, t, "last writer", table_run_cell);
}

static void
add_jobs(struct lines *l, const struct model *m, const struct table *t, bool writers)
{
	const char *label = writers ? "written by" : "read by";

	for (size_t i = 0; m->cat->jobs[i]; i++) {
		const struct job *j = m->cat->jobs[i];

		if (!str_has(writers ? j->writes : j->reads, t->name))
			continue;
		lines_add(l, label, ST_NORMAL, "%s", j->name);
		label = "";
	}
	if (*label)
		lines_add(l, label, ST_DIM, "no job of this build");
}

static void
add_session(struct lines *l, const struct table *t, const struct grid_cell *c)
{
	const struct table_status *s = &c->s;
	char day[DATE_BUF], rows[NUM_BUF], cover[16] = "-", bar[GRID_BAR + 1] = "";
	double floor = s->floor > 0 ? s->floor : t->floor;
	bool partial = s->coverage >= 0 && s->coverage < floor;
	int n;

	date_iso(c->session, day);
	if (!c->measured || s->state == TABLE_UNKNOWN) {
		lines_add(l, NULL, ST_DIM, "%s  ? %s", day,
			  c->measured ? s->detail : "not measured");
		return;
	}
	if (!date_eq(s->have, c->session)) {
		lines_add(l, NULL, ST_BAD, "%s  x missing", day);
		return;
	}
	if (s->coverage >= 0) {
		fmt_buf(cover, sizeof(cover), "%.1f%%", s->coverage * 100);
		n = (int)((s->coverage < 1 ? s->coverage : 1) * GRID_BAR + 0.5);
		memset(bar, '#', (size_t)n);
		memset(bar + n, '-', (size_t)(GRID_BAR - n));
		bar[GRID_BAR] = '\0';
	}
	lines_add(l, NULL, partial ? ST_WARN : ST_NORMAL, "%s  %c %12s rows  %6s  %s", day,
		  partial ? 'P' : '.', s->rows < 0 ? "?" : num_group(s->rows, rows), cover, bar);
}

static void
add_grid(struct lines *l, const struct model *m, const struct table *t)
{
	const struct grid_part *p = look_grid(m, t->name);

	lines_rule(l, "Last sessions", p && p->error[0] ? p->error : NULL);
	if (!t->date_column) {
		lines_add(l, NULL, ST_DIM, "- it has no date column: its as-of is that of its run");
		return;
	}
	if (!p)
		lines_add(l, NULL, ST_WARN, "? not read yet");
	for (size_t i = 0; p && i < p->n; i++)
		add_session(l, t, &p->at[i]);
}

static void
build(struct lines *l, const struct model *m, const struct table *t)
{
	add_measure(l, m, t);
	add_jobs(l, m, t, true);
	add_jobs(l, m, t, false);
	add_grid(l, m, t);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct table_detail *s = v->state;
	LINES_AUTO l = { .skip = 0 };
	char title[120];

	fmt_buf(title, sizeof(title), "Tables > %s", s->table->name);
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	build(&l, m, s->table);
	l.skip = s->skip;
	lines_draw(&l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 2 }, s->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct table_detail *s = v->state;
	LINES_AUTO l = { .skip = 0 };

	build(&l, m, s->table);
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (!lines_sideways(&l, &s->skip, in->act, m->w) &&
		 !scroll_move(&s->line, in->act, l.at.n, m->h > 6 ? (size_t)m->h - 5 : 1))
		table_act(m, s->table, in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	((struct table_detail *)v->state)->table = how->table;
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
	out->what = LOOK_TABLE;
	str_copy(out->name, sizeof(out->name),
		 ((const struct table_detail *)v->state)->table->name);
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	(void)m;
	str_copy(out, LOOK_NAME, ((const struct table_detail *)v->state)->table->name);
	return true;
}

const struct view_ops view_table = {
	.title = "Table",
	.screen = screen,
	.state_size = sizeof(struct table_detail),
	.init = init,
	.draw = draw,
	.handle = handle,
	.look = look,
	.about = about,
};
