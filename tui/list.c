#include "tui/list.h"

#include <regex.h>
#include <string.h>

static size_t
column_count(const struct list_ops *ops)
{
	size_t n = 0;

	while (ops->columns[n])
		n++;
	return n;
}

/* A filter that is no expression yet (half typed) hides nothing. */
static bool
compile(const struct list *l, regex_t *re)
{
	const char *text = l->filter + (l->filter[0] == '!');

	return *text && regcomp(re, text, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0;
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

size_t
list_rows(const struct list *l, const struct list_ops *ops, const struct model *m,
	  const void *out[LIST_ROWS])
{
	char words[LIST_HAYSTACK];
	bool inverse = l->filter[0] == '!', filtered;
	const void *row;
	regex_t re;
	size_t n = 0;

	filtered = compile(l, &re);
	for (size_t i = 0; (row = ops->row(m, i)) != NULL && n < LIST_ROWS; i++) {
		if (filtered) {
			words[0] = '\0';
			ops->words(m, row, words);
			if ((regexec(&re, words, 0, NULL, 0) == 0) == inverse)
				continue;
		}
		out[n++] = row;
	}
	if (filtered)
		regfree(&re);
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

static bool
handle_menu(struct list *l, const struct list_ops *ops, const struct input *in)
{
	if (in->act == ACT_BACK) {
		l->menu = false;
	} else if (in->act == ACT_OPEN) {
		order_by(l, l->menu_sel);
		l->menu = false;
	} else {
		scroll_move(&l->menu_sel, in->act, column_count(ops), 5);
	}
	return true;
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
	size_t n = column_count(ops);

	if (l->typing)
		return handle_typing(l, ops, m, in);
	if (l->menu)
		return handle_menu(l, ops, in);
	switch (in->act) {
	case ACT_SEARCH:
		l->typing = true;
		return true;
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
	case ACT_BACK:
		if (!l->filter[0])
			return false;
		l->filter[0] = '\0';
		return true;
	default:
		return move(l, ops, m, in->act);
	}
}

unsigned
list_screen(const struct list *l, unsigned base)
{
	return l->typing ? SCREEN_FILTER : l->menu ? SCREEN_SORT : base;
}

void
list_note(const struct list *l, const struct list_ops *ops, size_t shown, size_t all, char *buf,
	  size_t n)
{
	char filter[LIST_FILTER + 24] = "", order[64] = "";
	const char *text = l->filter + (l->filter[0] == '!');
	regex_t re;
	bool ok = compile(l, &re);

	if (ok)
		regfree(&re);
	if (l->typing || l->filter[0])
		fmt_buf(filter, sizeof(filter), "/%s%s%s  ", l->filter, l->typing ? "_" : "",
			*text && !ok ? " (no expression)" : "");
	if (l->sort > 0)
		fmt_buf(order, sizeof(order), "by %s%s  ", ops->columns[l->sort],
			l->reverse ? ", reversed" : "");
	if (shown == all)
		fmt_buf(buf, n, "%s%s%zu", filter, order, all);
	else
		fmt_buf(buf, n, "%s%s%zu of %zu", filter, order, shown, all);
}

void
list_draw_menu(const struct list *l, const struct list_ops *ops, struct canvas *c, struct rect r)
{
	size_t n = column_count(ops);
	struct rect box = layout_popup(r, 34, (int)n + 2);

	if (!l->menu)
		return;
	canvas_frame(c, box, "Order by");
	for (size_t i = 0; i < n && (int)i < box.h - 2; i++) {
		int y = box.y + 1 + (int)i;

		canvas_fmt(c, SPAN(box.x + 2, y, box.w - 4), ST_NORMAL, "%s%s", ops->columns[i],
			   i == l->sort && i > 0 ? l->reverse ? "  (reversed now)" : "  (now)"
						 : "");
		if (i == l->menu_sel)
			canvas_select(c, (struct rect){ box.x + 1, y, box.w - 2, 1 });
	}
}
