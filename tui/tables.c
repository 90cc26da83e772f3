/* Every table: how fresh, how whole, how big, and who wrote it last. */
#include "tui/tables.h"

#include "core/sheet.h"
#include "tui/list.h"

#include <string.h>

enum { WIDTHS = 4 };

struct tables {
	struct list list;
};

static const void *
row(const struct model *m, size_t i)
{
	return m->cat->tables[i].name ? &m->cat->tables[i] : NULL;
}

enum { BY_CATALOGUE, BY_NAME, BY_STATE, BY_AS_OF, BY_ROWS, BY_COVER, BY_SIZE };
static const char *const columns[] = { "layer", "name",	    "state", "as-of",
				       "rows",	"coverage", "size",  NULL };

static int
sign(double v)
{
	return v < 0 ? -1 : v > 0;
}

static int
compare_status(size_t column, const struct table_status *a, const struct table_status *b)
{
	if (!a || !b)
		return (b != NULL) - (a != NULL);
	switch (column) {
	case BY_STATE: /* worst first, what does not count last */
		if (!a->writer != !b->writer)
			return a->writer ? -1 : 1;
		return table_state_rank(b->state) - table_state_rank(a->state);
	case BY_AS_OF:
		return date_cmp(a->have, b->have);
	case BY_ROWS:
		return sign((double)(b->rows - a->rows));
	default: /* least first, what has none last */
		return sign((a->coverage < 0 ? 9 : a->coverage) -
			    (b->coverage < 0 ? 9 : b->coverage));
	}
}

static int
compare(const struct model *m, size_t column, const void *a, const void *b)
{
	const struct table *x = a, *y = b;
	const struct table_size *s = look_table(m, x), *t = look_table(m, y);

	if (column == BY_NAME)
		return strcmp(x->name, y->name);
	if (column == BY_SIZE)
		return sign((double)(t ? t->bytes : -1) - (double)(s ? s->bytes : -1));
	return compare_status(column, table_status_of(m, x), table_status_of(m, y));
}

static void
words(const struct model *m, const void *what, char buf[LIST_HAYSTACK])
{
	const struct table *t = what;
	const struct job *writer = catalogue_writer(m->cat, t->name);
	char state[TABLE_TEXT], run[TABLE_TEXT];

	table_state_cell(m, t, state);
	table_run_cell(m, t, run);
	fmt_buf(buf, LIST_HAYSTACK, "%s layer=%d state=%s job=%s %s", t->name, t->layer, state + 2,
		writer ? writer->name : "none", run);
}

static enum style
cell_layer(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	(void)m;
	fmt_buf(buf, TABLE_TEXT, "%d", t->layer);
	return ST_DIM;
}

static enum style
cell_name(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	(void)m;
	str_copy(buf, TABLE_TEXT, t->name);
	return ST_NORMAL;
}

/* The widths are those of the four kinds of screen, 0 = no room for it there. */
static const struct {
	const char *head;
	int w[WIDTHS];
	bool right;
	table_cell *text;
} cells[] = {
	{ "L", { 1, 1, 1, 1 }, false, cell_layer },
	{ "table", { 23, 23, 26, 26 }, false, cell_name },
	{ "state", { 9, 9, 9, 9 }, false, table_state_cell },
	{ "as-of", { 10, 10, 10, 10 }, false, table_have_cell },
	{ "rows", { 0, 10, 11, 12 }, true, table_rows_cell },
	{ "cover", { 6, 6, 6, 6 }, true, table_cover_cell },
	{ "in all", { 0, 0, 13, 13 }, true, table_about_cell },
	{ "size", { 0, 8, 8, 8 }, true, table_size_cell },
	{ "last writer", { 0, 0, 24, 24 }, false, table_run_cell },
	{ "", { 0, 0, 0, 60 }, false, table_detail_cell },
};

/* t NULL: the heads. */
static void
draw_row(const struct model *m, struct canvas *c, struct span at, size_t width, const void *row_)
{
	const struct table *t = row_;
	char buf[TABLE_TEXT];
	int x = 0;

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		struct span cell = list_cell(at, &x, cells[i].w[width]);
		enum style st = ST_DIM;

		if (cell.w == 0)
			continue;
		if (t)
			st = cells[i].text(m, t, buf);
		else
			str_copy(buf, sizeof(buf), cells[i].head);
		if (cells[i].right)
			canvas_right(c, cell, st, buf);
		else
			canvas_put(c, cell, st, buf);
	}
}

/* What the row has no room for, of the selected table. */
static void
draw_selected(const struct model *m, struct canvas *c, struct rect r, const void *row_)
{
	const struct table *t = row_;
	char detail[TABLE_TEXT], run[TABLE_TEXT], about[TABLE_TEXT], size[TABLE_TEXT];
	enum style st;
	int y = r.y;

	st = table_detail_cell(m, t, detail);
	table_run_cell(m, t, run);
	table_about_text(m, t, about);
	table_size_cell(m, t, size);
	if (r.h > 1) {
		canvas_rule(c, SPAN(r.x, y++, r.w), t->name, NULL);
		canvas_fmt(c, SPAN(r.x + 1, y++, r.w - 1), ST_NORMAL,
			   "last writer %s  size %s  rows in all: %s", run, size, about);
	}
	canvas_put(c, SPAN(r.x + 1, y, r.w - 1), st, detail);
}

static const struct list_ops ops = {
	.columns = columns,
	.row = row,
	.compare = compare,
	.words = words,
	.draw_row = draw_row,
	.pin = { 27, 27, 30, 30 }, /* up to the name */
	.draw_selected = draw_selected,
};

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "layer",	    "table",  "state",	"as-of",
					     "rows",	    "cover",  "in all", "size",
					     "last writer", "detail", NULL };
	const struct tables *s = v->state;
	const void *rows[LIST_ROWS];
	size_t n = list_rows(&s->list, &ops, m, rows);
	char buf[TABLE_TEXT];

	_Static_assert(ARRAY_LEN(heads) == ARRAY_LEN(cells) + 1, "a head for each cell");
	sheet_init(out, heads);
	str_copy(out->filter, sizeof(out->filter), s->list.filter);
	out->selected = list_selected(&s->list, rows, n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(cells); k++) {
			cells[k].text(m, rows[i], buf);
			sheet_cell(out, buf);
		}
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct tables *s = v->state;
	const struct tables_part *p = look_tables(m);
	char title[160];

	look_title(m, "Tables", p ? p->measured_ms : 0, p ? p->error : "", title, sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Tables");
	list_draw(&(struct list_page){ &s->list, &ops, title, NULL }, m, c,
		  (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct tables *s = v->state;
	const struct table *t;

	if (list_handle(&s->list, &ops, m, in))
		return;
	t = list_chosen(&s->list, &ops, m);
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (t && in->act == ACT_OPEN)
		*out = (struct action){ .intent = DO_OPEN, .open = &view_table, .table = t };
	else if (t)
		table_act(m, t, in, out);
}

static unsigned
screen(const struct view *v)
{
	return list_screen(&((const struct tables *)v->state)->list, SCREEN_TABLES);
}

static bool
wants_text(const struct view *v)
{
	return screen(v) != SCREEN_TABLES;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_TABLES;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct table *t = list_chosen(&((const struct tables *)v->state)->list, &ops, m);

	str_copy(out, LOOK_NAME, t ? t->name : "");
	return t != NULL;
}

const struct view_ops view_tables = {
	.title = "Tables",
	.command = "tables",
	.screen = screen,
	.state_size = sizeof(struct tables),
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.look = look,
	.about = about,
	.sheet = sheet,
};
