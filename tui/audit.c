/* Who did what, when and why, and the notes among it; newest first. */
#include "core/headless.h"
#include "core/num.h"
#include "core/sheet.h"
#include "tui/jobs.h"
#include "tui/list.h"
#include "tui/look_desk.h"

#include <string.h>

enum { WIDTHS = 4, AUDIT_CELL = 500 };

struct audit_view {
	struct list list;
};

/* Lines are read anew all the time; a row is its id. */
static const void *
row(const struct model *m, size_t i)
{
	const struct audit_part *p = look_audit(m);

	return p && i < p->l.n ? (const void *)(uintptr_t)p->l.at[i].id : NULL;
}

static const struct audit_line *
line_of(const struct model *m, const void *key)
{
	const struct audit_part *p = look_audit(m);

	for (size_t i = 0; p && i < p->l.n; i++)
		if ((uintptr_t)p->l.at[i].id == (uintptr_t)key)
			return &p->l.at[i];
	return NULL;
}

enum { BY_TIME, BY_WHO, BY_ACTION, BY_TARGET };
static const char *const columns[] = { "time", "who", "action", "on what", NULL };

static int
compare(const struct model *m, size_t column, const void *a, const void *b)
{
	const struct audit_line *x = line_of(m, a), *y = line_of(m, b);

	switch (column) {
	case BY_WHO:
		return strcmp(x->who, y->who);
	case BY_ACTION:
		return strcmp(x->action, y->action);
	case BY_TARGET:
		return strcmp(x->target, y->target);
	default:
		return 0;
	}
}

static void
words(const struct model *m, const void *key, char buf[LIST_HAYSTACK])
{
	const struct audit_line *l = line_of(m, key);

	fmt_buf(buf, LIST_HAYSTACK, "%s %s user=%s host=%s action=%s run=%lld %s %s", l->action,
		l->target, l->who, l->host, l->action, (long long)l->run, l->reason, l->detail);
}

typedef enum style cell_fn(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL]);

static enum style
cell_when(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	char when[CLOCK_BUF];

	str_copy(buf, AUDIT_CELL, job_when(m, l->at_ms, when));
	return ST_DIM;
}

static enum style
cell_who(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	(void)m;
	str_copy(buf, AUDIT_CELL, l->who);
	return ST_BOLD;
}

static enum style
cell_action(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	(void)m;
	str_copy(buf, AUDIT_CELL, l->action);
	return str_starts(l->action, "gate-off") || str_same(l->action, "force") ? ST_WARN
										 : ST_NORMAL;
}

static enum style
cell_target(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	(void)m;
	str_copy(buf, AUDIT_CELL, l->target);
	return ST_NORMAL;
}

static enum style
cell_run(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	(void)m;
	buf[0] = '\0';
	if (l->run)
		fmt_buf(buf, AUDIT_CELL, "%lld %s", (long long)l->run, l->run_state);
	return ST_DIM;
}

static enum style
cell_why(const struct model *m, const struct audit_line *l, char buf[AUDIT_CELL])
{
	(void)m;
	str_copy(buf, AUDIT_CELL, l->reason[0] ? l->reason : l->detail);
	return l->reason[0] ? ST_NORMAL : ST_DIM;
}

static const struct {
	const char *head;
	int w[WIDTHS];
	cell_fn *text;
} cells[] = {
	{ "when", { 5, 5, 5, 5 }, cell_when },
	{ "who", { 8, 8, 10, 12 }, cell_who },
	{ "action", { 9, 9, 10, 10 }, cell_action },
	{ "on what", { 20, 28, 32, 36 }, cell_target },
	{ "run", { 0, 0, 14, 18 }, cell_run },
	{ "reason, or what it was", { 99, 99, 99, 199 }, cell_why },
};

static void
draw_row(const struct model *m, struct canvas *c, struct span at, size_t width, const void *key)
{
	const struct audit_line *l = key ? line_of(m, key) : NULL;
	char buf[AUDIT_CELL];
	int x = 0;

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		struct span cell = list_cell(at, &x, cells[i].w[width]);
		enum style st = ST_DIM;

		if (cell.w == 0)
			continue;
		if (l)
			st = cells[i].text(m, l, buf);
		else
			str_copy(buf, sizeof(buf), cells[i].head);
		canvas_put(c, cell, st, buf);
	}
}

static void
draw_selected(const struct model *m, struct canvas *c, struct rect r, const void *key)
{
	const struct audit_line *l = line_of(m, key);
	char iso[CLOCK_BUF];
	int y = r.y;

	if (r.h > 1) {
		canvas_rule(c, SPAN(r.x, y++, r.w), l->target[0] ? l->target : l->action, NULL);
		canvas_fmt(c, SPAN(r.x + 1, y++, r.w - 1), ST_NORMAL, "%s %s@%s%s%s  role %s",
			   clock_iso(l->at_ms, iso), l->who, l->host, l->tty[0] ? " " : "", l->tty,
			   l->role);
	}
	canvas_fmt(c, SPAN(r.x + 1, y, r.w - 1), ST_NORMAL, "%s%s%s", l->detail,
		   l->detail[0] && l->reason[0] ? "   reason: " : "", l->reason);
}

static const struct list_ops ops = {
	.columns = columns,
	.row = row,
	.compare = compare,
	.words = words,
	.draw_row = draw_row,
	.pin = { 46, 54, 61, 67 }, /* up to what it was done to */
	.draw_selected = draw_selected,
};

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "at",     "who",	 "host",   "role",
					     "tty",    "action", "target", "run",
					     "result", "reason", "detail", NULL };
	const struct audit_view *s = v->state;
	const void *rows[LIST_ROWS];
	size_t n = list_rows(&s->list, &ops, m, rows);
	char iso[CLOCK_BUF], run[NUM_BUF];

	sheet_init(out, heads);
	str_copy(out->filter, sizeof(out->filter), s->list.filter);
	out->selected = list_selected(&s->list, rows, n);
	for (size_t i = 0; i < n; i++) {
		const struct audit_line *l = line_of(m, rows[i]);
		const char *cell[] = { clock_iso(l->at_ms, iso),
				       l->who,
				       l->host,
				       l->role,
				       l->tty,
				       l->action,
				       l->target,
				       l->run ? num_int(l->run, run) : "",
				       l->run_state,
				       l->reason,
				       l->detail };

		for (size_t k = 0; k < ARRAY_LEN(cell); k++)
			sheet_cell(out, cell[k]);
	}
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct audit_view *s = v->state;
	const struct audit_part *p = look_audit(m);
	const char *why = str_same(m->s->ledger_why, no_ledger_text) ? "this database has no ledger"
			  : p					     ? p->error
								     : "";
	bool known = p && !*why;
	char title[160], what[60] = "Audit";

	if (p && p->l.n == LOOK_AUDITED)
		fmt_buf(what, sizeof(what), "Audit: the newest %d", LOOK_AUDITED);
	look_title(m, what, p ? p->measured_ms : 0, why, title, sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Audit");
	list_draw(&(struct list_page){ &s->list, &ops, title, known ? NULL : "? not known" }, m, c,
		  (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct audit_view *s = v->state;
	const struct audit_line *l;

	if (list_handle(&s->list, &ops, m, in))
		return;
	l = line_of(m, list_chosen(&s->list, &ops, m));
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (in->act == ACT_NOTE)
		notice_ask_note(m, in, out);
	else if (in->act == ACT_LAUNCH)
		view_ask_launch(m, NULL, out);
	else if (l && in->act == ACT_OPEN && l->run)
		*out = (struct action){ .intent = DO_OPEN, .open = &view_run, .run = l->run };
	else if (l && in->act == ACT_OPEN)
		view_message(out, LVL_INFO, "%s", l->reason[0] ? l->reason : l->detail);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	if (how)
		str_copy(((struct audit_view *)v->state)->list.filter, LIST_FILTER, how->text);
}

static unsigned
screen(const struct view *v)
{
	return list_screen(&((const struct audit_view *)v->state)->list, SCREEN_AUDIT);
}

static bool
wants_text(const struct view *v)
{
	return screen(v) != SCREEN_AUDIT;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_AUDIT;
}

const struct view_ops view_audit = {
	.title = "Audit",
	.command = "audit",
	.screen = screen,
	.state_size = sizeof(struct audit_view),
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.look = look,
	.sheet = sheet,
};
