/* Every check: how it stands, since when, how it stood, what helps, who knows of it. */
#include "tui/health.h"

#include "core/sheet.h"
#include "tui/jobs.h"
#include "tui/list.h"

#include <string.h>

enum { WIDTHS = 4, HISTORY = 20 };

struct health_view {
	struct list list;
};

static const void *
row(const struct model *m, size_t i)
{
	const struct check_result *r = model_check(m, i);

	return r ? health_key(m, r) : NULL;
}

enum { BY_WORST, BY_NAME, BY_SINCE, BY_TABLE };
static const char *const columns[] = { "worst", "name", "since", "table", NULL };

/* Newest first; unknown last. */
static int
by_since(const struct check_result *a, const struct check_result *b)
{
	return a->since_ms < b->since_ms ? 1 : a->since_ms > b->since_ms ? -1 : 0;
}

static int
compare(const struct model *m, size_t column, const void *a, const void *b)
{
	const struct check_result *x = health_of(m, a), *y = health_of(m, b);

	switch (column) {
	case BY_NAME:
		return strcmp(x->name, y->name);
	case BY_SINCE:
		return by_since(x, y);
	case BY_TABLE:
		return strcmp(str_or(x->table, "~"), str_or(y->table, "~"));
	default:
		return 0;
	}
}

static void
words(const struct model *m, const void *key, char buf[LIST_HAYSTACK])
{
	const struct check_result *r = health_of(m, key);

	fmt_buf(buf, LIST_HAYSTACK, "%s %s state=%s table=%s%s%s %s %s", r->name,
		str_or(r->title, ""), r->idle ? "idle" : check_state_name(r->state),
		str_or(r->table, "-"), r->acked ? " acknowledged ack=" : "",
		r->acked ? r->ack->who : "", r->value, r->remedy[0]);
}

static enum style
cell_state(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	(void)m;
	return health_state_text(r, buf);
}

static enum style
cell_name(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	(void)m;
	str_copy(buf, HEALTH_TEXT, r->name);
	return r->idle ? ST_DIM : ST_NORMAL;
}

static enum style
cell_value(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	(void)m;
	str_copy(buf, HEALTH_TEXT, r->idle ? "not built: does not count" : r->value);
	return r->idle ? ST_DIM : ST_BOLD;
}

static enum style
cell_bound(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	(void)m;
	str_copy(buf, HEALTH_TEXT, r->bound);
	return ST_DIM;
}

static enum style
cell_since(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	char when[CLOCK_BUF];

	str_copy(buf, HEALTH_TEXT, r->since_ms > 0 ? job_when(m, r->since_ms, when) : "?");
	return ST_DIM;
}

static enum style
cell_history(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	health_history(m, r, HISTORY, buf, HEALTH_TEXT);
	return ST_DIM;
}

static enum style
cell_more(const struct model *m, const struct check_result *r, char buf[HEALTH_TEXT])
{
	size_t n;

	(void)m;
	str_copy(buf, HEALTH_TEXT, r->ack && !r->acked ? "worse than acknowledged " : "");
	n = strlen(buf);
	if (r->ack)
		notice_phrase(NOTICE_ACK, r->ack, buf + n, HEALTH_TEXT - n);
	else if (r->state != CHECK_OK)
		str_copy(buf, HEALTH_TEXT, r->remedy[0]);
	return ST_NORMAL;
}

/* Widths of the four kinds of screen, 0 = no room for it there. */
static const struct {
	const char *head;
	int w[WIDTHS];
	enum style (*text)(const struct model *m, const struct check_result *r,
			   char buf[HEALTH_TEXT]);
} cells[] = {
	{ "state", { 6, 6, 6, 6 }, cell_state },
	{ "check", { 29, 30, 32, 32 }, cell_name },
	{ "value", { 15, 18, 26, 32 }, cell_value },
	{ "since", { 5, 5, 5, 5 }, cell_since },
	{ "want", { 0, 14, 20, 26 }, cell_bound },
	{ "history", { 0, 0, 20, 20 }, cell_history },
	{ "acknowledged, or remedy", { 0, 0, 0, 99 }, cell_more },
};

static void
draw_row(const struct model *m, struct canvas *c, struct span at, size_t width, const void *key)
{
	const struct check_result *r = key ? health_of(m, key) : NULL;
	char buf[HEALTH_TEXT];
	int x = 0;

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		struct span cell = list_cell(at, &x, cells[i].w[width]);
		enum style st = ST_DIM;

		if (cell.w == 0)
			continue;
		if (r)
			st = cells[i].text(m, r, buf);
		else
			str_copy(buf, sizeof(buf), cells[i].head);
		canvas_put(c, cell, st, buf);
	}
}

static void
draw_selected(const struct model *m, struct canvas *c, struct rect r, const void *key)
{
	const struct check_result *k = health_of(m, key);
	char buf[HEALTH_TEXT];
	int y = r.y;

	if (r.h > 1) {
		canvas_rule(c, SPAN(r.x, y++, r.w), k->name, NULL);
		canvas_fmt(c, SPAN(r.x + 1, y++, r.w - 1), ST_NORMAL, "%s   want %s", k->value,
			   str_or(k->bound, "-"));
	}
	cell_more(m, k, buf);
	if (!buf[0] || k->idle)
		str_copy(buf, sizeof(buf), str_or(k->title, "nothing to do"));
	canvas_put(c, SPAN(r.x + 1, y, r.w - 1), k->acked ? ST_NOTE : ST_NORMAL, buf);
}

static const struct list_ops ops = {
	.columns = columns,
	.row = row,
	.compare = compare,
	.words = words,
	.draw_row = draw_row,
	.pin = { 37, 38, 40, 40 }, /* up to the name */
	.draw_selected = draw_selected,
};

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "state", "check",	 "value", "since",
					     "want",  "history", "more",  NULL };
	const struct health_view *s = v->state;
	const void *rows[LIST_ROWS];
	size_t n = list_rows(&s->list, &ops, m, rows);
	char buf[HEALTH_TEXT];

	_Static_assert(ARRAY_LEN(heads) == ARRAY_LEN(cells) + 1, "a head for each cell");
	sheet_init(out, heads);
	str_copy(out->filter, sizeof(out->filter), s->list.filter);
	out->selected = list_selected(&s->list, rows, n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(cells); k++) {
			cells[k].text(m, health_of(m, rows[i]), buf);
			sheet_cell(out, buf);
		}
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct health_view *s = v->state;
	const struct health_part *h = m->s->health;
	char title[160], what[120] = "Checks";

	if (h)
		fmt_buf(what, sizeof(what), "Checks: %d bad, %d acknowledged", h->h.bad,
			h->h.acked);
	look_title(m, what, m->s->fresh ? m->s->fresh->measured_ms : 0, m->s->fresh_error, title,
		   sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Health");
	list_draw(&(struct list_page){ &s->list, &ops, title, h ? NULL : "? not read yet" }, m, c,
		  (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct health_view *s = v->state;
	const void *key;

	if (list_handle(&s->list, &ops, m, in))
		return;
	key = list_chosen(&s->list, &ops, m);
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (key && in->act == ACT_OPEN)
		*out = (struct action){ .intent = DO_OPEN, .open = &view_check, .row = key };
	else if (key)
		health_act(m, health_of(m, key), in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	if (how)
		str_copy(((struct health_view *)v->state)->list.filter, LIST_FILTER, how->text);
}

static unsigned
screen(const struct view *v)
{
	return list_screen(&((const struct health_view *)v->state)->list, SCREEN_HEALTH);
}

static bool
wants_text(const struct view *v)
{
	return screen(v) != SCREEN_HEALTH;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_HEALTH;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const void *key = list_chosen(&((const struct health_view *)v->state)->list, &ops, m);
	const struct check_result *r = key ? health_of(m, key) : NULL;

	str_copy(out, LOOK_NAME, r ? r->name : "");
	return r != NULL;
}

const struct view_ops view_health = {
	.title = "Health",
	.command = "health",
	.screen = screen,
	.state_size = sizeof(struct health_view),
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.look = look,
	.sheet = sheet,
	.about = about,
};
