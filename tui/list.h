/* A list of catalogue rows with filter and order, for the screens that have one.  The state holds
 * no copy of the rows: filter and order are applied to the model each time. */
#ifndef FINTRA_TUI_LIST_H
#define FINTRA_TUI_LIST_H

#include "tui/layout.h"
#include "tui/view.h"

enum { LIST_FILTER = 80, LIST_ROWS = 256, LIST_HAYSTACK = 600, LIST_WIDTHS = 4 };

struct list {
	char filter[LIST_FILTER]; /* an expression, or "-l key=value ..."; "!" = not */
	bool typing, menu;
	size_t menu_sel, sort; /* a column; 0 = as in the catalogue */
	bool reverse;
	int skip;	    /* columns scrolled to the right, behind the pinned ones */
	const void *chosen; /* the selected row: it stays selected when the list moves */
};

struct list_ops {
	const char *const *columns; /* that can be sorted by; NULL ends, [0] is the own order */
	const void *(*row)(const struct model *m, size_t i); /* NULL past the last */
	int (*compare)(const struct model *m, size_t column, const void *a, const void *b);
	/* What the filter looks at. */
	void (*words)(const struct model *m, const void *row, char buf[LIST_HAYSTACK]);
	/* `width` as of list_width(); row NULL: the heads. */
	void (*draw_row)(const struct model *m, struct canvas *c, struct span at, size_t width,
			 const void *row);
	int pin[LIST_WIDTHS]; /* columns of the row that stay when it is scrolled sideways */
	/* What the row has no room for; one line in `r`, or three with a rule. */
	void (*draw_selected)(const struct model *m, struct canvas *c, struct rect r,
			      const void *row);
};

/* The four kinds of screen by their columns: 60, 80, 120, 160. */
size_t list_width(int columns);
/* The place of the next cell of a row that is drawn from left to right, at most w columns wide; *x
 * begins at 0.  Its w is 0 when it has no room. */
struct span list_cell(struct span row, int *x, int w);

size_t list_rows(const struct list *l, const struct list_ops *ops, const struct model *m,
		 const void *out[LIST_ROWS]);
/* Place of the selected row among them; 0 when it is not there. */
size_t list_selected(const struct list *l, const void *const *rows, size_t n);
const void *list_chosen(const struct list *l, const struct list_ops *ops, const struct model *m);
/* True when the key was the list's own: moves, filter, order.  Esc takes an active filter away
 * first. */
bool list_handle(struct list *l, const struct list_ops *ops, const struct model *m,
		 const struct input *in);
/* The order alone, for lists whose rows are not of this kind: true when the key was its own. */
bool list_order_key(struct list *l, const char *const *columns, const struct input *in);
void list_draw_menu(const struct list *l, const char *const *columns, struct canvas *c,
		    struct rect r);
unsigned list_screen(const struct list *l, unsigned base);
/* "/perf_  by duration, reversed  12 of 43": a filter that is active is always visible. */
void list_note(const struct list *l, const struct list_ops *ops, size_t shown, size_t all,
	       char *buf, size_t n);
/* The page below its first line: title, heads, rows, the selected row, status line, order menu. */
struct list_page {
	const struct list *list;
	const struct list_ops *ops;
	const char *title;
	const char
		*empty; /* instead of rows, when there are none without a filter; NULL = "none" */
};
void list_draw(const struct list_page *p, const struct model *m, struct canvas *c, struct rect r);

#endif
