#include "tui/list.h"

#include "tui/filter.h"
#include "tui/sideways.h"

#include <string.h>

/* A screen of at least TALL rows has room for what the selected row did not show. */
enum { TALL = 19, DETAIL_ROWS = 3 };

static size_t
column_count(const char *const *columns)
{
	size_t n = 0;

	while (columns[n])
		n++;
	return n;
}

static void
sort(const struct list *l, const struct list_ops *ops, const struct model *m, const void **at,
     size_t n)
{
	/* Stable, and short lists: equal rows keep the catalogue's order. */
	for (size_t i = 1; i < n; i++) {
		const void *x = at[i];
		size_t k = i;

		for (; k > 0; k--) {
			int c = ops->compare(m, l->sort, at[k - 1], x);

			if (l->reverse ? c >= 0 : c <= 0)
				break;
			at[k] = at[k - 1];
		}
		at[k] = x;
	}
}

/* "layer=2 state=stale" of "-l layer=2 state=stale"; NULL = it is an expression. */
static const char *
labels_of(const struct list *l)
{
	return str_starts(l->filter, "-l ") ? l->filter + 3 : NULL;
}

struct span
list_cell(struct span row, int *x, int w)
{
	int from = *x + 1, room = row.w - from; /* a blank before each */

	if (w <= 0 || room <= 0)
		return SPAN(row.x, row.y, 0);
	w = w < room ? w : room;
	*x = from + w;
	return SPAN(row.x + from, row.y, w);
}

size_t
list_rows(const struct list *l, const struct list_ops *ops, const struct model *m,
	  const void *out[LIST_ROWS])
{
	const char *labels = labels_of(l);
	char words[LIST_HAYSTACK], why[FILTER_WHY];
	struct line_filter f = { .re = NULL };
	const void *row;
	size_t n = 0;

	if (!labels)
		(void)!line_filter_set(&f, l->filter, true, why); /* half typed, it hides nothing */
	for (size_t i = 0; (row = ops->row(m, i)) != NULL && n < LIST_ROWS; i++) {
		words[0] = '\0';
		if (f.re || labels)
			ops->words(m, row, words);
		if (labels ? !filter_labels(labels, words) : !line_filter_passes(&f, words))
			continue;
		out[n++] = row;
	}
	line_filter_done(&f);
	if (l->sort > 0)
		sort(l, ops, m, out, n);
	return n;
}

size_t
list_selected(const struct list *l, const void *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i] == l->chosen)
			return i;
	return 0;
}

const void *
list_chosen(const struct list *l, const struct list_ops *ops, const struct model *m)
{
	const void *rows[LIST_ROWS];
	size_t n = list_rows(l, ops, m, rows);

	return n > 0 ? rows[list_selected(l, rows, n)] : NULL;
}

static void
order_by(struct list *l, size_t column)
{
	l->reverse = column == l->sort && column > 0 && !l->reverse;
	l->sort = column;
}

static void
handle_menu(struct list *l, const char *const *columns, const struct input *in)
{
	if (in->act == ACT_BACK) {
		l->menu = false;
	} else if (in->act == ACT_OPEN) {
		order_by(l, l->menu_sel);
		l->menu = false;
	} else {
		scroll_move(&l->menu_sel, in->act, column_count(columns), 5);
	}
}

bool
list_order_key(struct list *l, const char *const *columns, const struct input *in)
{
	size_t n = column_count(columns);

	if (l->menu) {
		handle_menu(l, columns, in);
		return true;
	}
	switch (in->act) {
	case ACT_SORT:
		l->menu = true;
		l->menu_sel = l->sort;
		return true;
	case ACT_SORT_PREV:
		l->sort = (l->sort + n - 1) % n;
		l->reverse = false;
		return true;
	case ACT_SORT_NEXT:
		l->sort = (l->sort + 1) % n;
		l->reverse = false;
		return true;
	default:
		return false;
	}
}

/* As wide as it wants to be, on a canvas of its own. */
static void
draw_wide(const struct list_ops *ops, const struct model *m, const void *row, struct canvas *wide)
{
	canvas_clear(wide);
	ops->draw_row(m, wide, SPAN(0, 0, wide->w), LIST_WIDTHS - 1, row);
}

static bool
scroll_sideways(struct list *l, const struct list_ops *ops, const struct model *m, enum act act)
{
	int skip = l->skip, pin = ops->pin[LIST_WIDTHS - 1], longest = 0;
	const void *rows[LIST_ROWS];
	size_t n;
	struct canvas wide;

	if (!sideways_move(&skip, act, 0, 0))
		return false;
	n = list_rows(l, ops, m, rows);
	canvas_init(&wide, SIDEWAYS_WIDE, 1);
	for (size_t i = 0; i < n; i++) {
		int used;

		draw_wide(ops, m, rows[i], &wide);
		used = sideways_used(&wide);
		longest = used > longest ? used : longest;
	}
	canvas_done(&wide);
	return sideways_move(&l->skip, act, m->w - ops->pin[list_width(m->w)], longest - pin);
}

static bool
move(struct list *l, const struct list_ops *ops, const struct model *m, enum act act)
{
	const void *rows[LIST_ROWS];
	size_t n = list_rows(l, ops, m, rows), sel = list_selected(l, rows, n);

	if (!scroll_move(&sel, act, n, m->h > 10 ? (size_t)m->h - 8 : 1))
		return false;
	l->chosen = n > 0 ? rows[sel] : NULL;
	return true;
}

static bool
handle_typing(struct list *l, const struct list_ops *ops, const struct model *m,
	      const struct input *in)
{
	if (in->pasted) {
		view_type(l->filter, LIST_FILTER, in->key);
	} else if (in->act == ACT_OPEN) {
		l->typing = false;
	} else if (in->act == ACT_BACK) {
		l->typing = false;
		l->filter[0] = '\0';
	} else if (in->key == TK_BACKSPACE) {
		view_erase(l->filter);
	} else if (!move(l, ops, m, in->act)) {
		view_type(l->filter, LIST_FILTER, in->key);
	}
	return true;
}

bool
list_handle(struct list *l, const struct list_ops *ops, const struct model *m,
	    const struct input *in)
{
	if (l->typing)
		return handle_typing(l, ops, m, in);
	if (list_order_key(l, ops->columns, in))
		return true;
	switch (in->act) {
	case ACT_SEARCH:
		l->typing = true;
		return true;
	case ACT_BACK:
		if (!l->filter[0])
			return false;
		l->filter[0] = '\0';
		return true;
	default:
		return move(l, ops, m, in->act) || scroll_sideways(l, ops, m, in->act);
	}
}

unsigned
list_screen(const struct list *l, unsigned base)
{
	return l->typing ? SCREEN_FILTER : l->menu ? SCREEN_SORT : base;
}

static bool
filter_compiles(const struct list *l, char why[FILTER_WHY])
{
	struct line_filter f = { .re = NULL };
	bool ok = labels_of(l) || line_filter_set(&f, l->filter, true, why);

	line_filter_done(&f);
	return ok;
}

void
list_note(const struct list *l, const struct list_ops *ops, size_t shown, size_t all, char *buf,
	  size_t n)
{
	char filter[LIST_FILTER + 24] = "", order[64] = "", why[FILTER_WHY], from[24] = "";

	if (l->typing || l->filter[0])
		fmt_buf(filter, sizeof(filter), "/%s%s%s  ", l->filter, l->typing ? "_" : "",
			filter_compiles(l, why) ? "" : " (no expression)");
	if (l->sort > 0)
		fmt_buf(order, sizeof(order), "by %s%s  ", ops->columns[l->sort],
			l->reverse ? ", reversed" : "");
	if (l->skip > 0)
		fmt_buf(from, sizeof(from), "from column %d  ", l->skip + 1);
	if (shown == all)
		fmt_buf(buf, n, "%s%s%s%zu", filter, order, from, all);
	else
		fmt_buf(buf, n, "%s%s%s%zu of %zu", filter, order, from, shown, all);
}

void
list_draw_menu(const struct list *l, const char *const *columns, struct canvas *c, struct rect r)
{
	size_t n = column_count(columns);
	struct rect box = layout_popup(r, 34, (int)n + 2);

	if (!l->menu)
		return;
	canvas_frame(c, box, "Order by");
	for (size_t i = 0; i < n && (int)i < box.h - 2; i++) {
		int y = box.y + 1 + (int)i;

		canvas_fmt(c, SPAN(box.x + 2, y, box.w - 4), ST_NORMAL, "%s%s", columns[i],
			   i == l->sort && i > 0 ? l->reverse ? "  (reversed now)" : "  (now)"
						 : "");
		if (i == l->menu_sel)
			canvas_select(c, (struct rect){ box.x + 1, y, box.w - 2, 1 });
	}
}

size_t
list_width(int columns)
{
	return columns >= 150 ? 3 : columns >= 110 ? 2 : columns >= 80 ? 1 : 0;
}

static void
draw_row(const struct list_page *p, const struct model *m, struct canvas *c, struct span at,
	 const void *row)
{
	size_t width = list_width(at.w);
	int pin = p->ops->pin[width];
	struct canvas wide;

	p->ops->draw_row(m, c, at, width, row);
	if (p->list->skip == 0)
		return;
	canvas_init(&wide, SIDEWAYS_WIDE, 1);
	draw_wide(p->ops, m, row, &wide);
	canvas_paste(c, SPAN(at.x + pin, at.y, at.w - pin), &wide,
		     p->ops->pin[LIST_WIDTHS - 1] + p->list->skip);
	canvas_done(&wide);
}

static void
draw_rows(const struct list_page *p, const struct model *m, struct canvas *c, struct rect r)
{
	const void *at[LIST_ROWS];
	size_t n = list_rows(p->list, p->ops, m, at), sel = list_selected(p->list, at, n);
	size_t rows = (size_t)(r.h > 1 ? r.h : 1), top = scroll_top(sel, n, rows);

	if (n == 0)
		canvas_put(c, SPAN(r.x + 1, r.y, r.w - 1), ST_DIM,
			   p->list->filter[0] ? "nothing matches the filter: Esc shows all"
					      : str_or(p->empty, "none"));
	for (size_t i = 0; i < rows && top + i < n; i++) {
		int y = r.y + (int)i;

		draw_row(p, m, c, SPAN(r.x, y, r.w), at[top + i]);
		if (top + i == sel) {
			canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, y, r.w, 1 });
		}
	}
}

void
list_draw(const struct list_page *p, const struct model *m, struct canvas *c, struct rect r)
{
	const void *at[LIST_ROWS], *chosen = list_chosen(p->list, p->ops, m);
	int detail = r.h >= TALL ? DETAIL_ROWS : 1;
	size_t all = 0;
	char note[160], why[FILTER_WHY];

	while (p->ops->row(m, all))
		all++;
	list_note(p->list, p->ops, list_rows(p->list, p->ops, m, at), all, note, sizeof(note));
	canvas_rule(c, SPAN(r.x, r.y, r.w), p->title, note);
	draw_row(p, m, c, SPAN(r.x, r.y + 1, r.w), NULL);
	draw_rows(p, m, c, (struct rect){ r.x, r.y + 2, r.w, r.h - 3 - detail });
	if (chosen)
		p->ops->draw_selected(
			m, c, (struct rect){ r.x, r.y + r.h - 1 - detail, r.w, detail }, chosen);
	if (filter_compiles(p->list, why))
		view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	else
		canvas_fmt(c, SPAN(r.x + 1, r.y + r.h - 1, r.w - 1), ST_WARN, "filter: %s", why);
	list_draw_menu(p->list, p->ops->columns, c, (struct rect){ r.x, r.y - 1, r.w, r.h + 1 });
}
