#include "tui/layout.h"

enum {
	LAYERS = 7,
	LAYER_HEAD = 2 /* rule and column heads */,
	ROOMY = LAYERS + LAYER_HEAD + 8,
	NOTES = 6,
	NOTES_W = 150,
	TABLES_W = 68
};

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
within(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static struct rect
take(struct rect *r, int h)
{
	struct rect top = { r->x, r->y, r->w, least(h, r->h) };

	r->y += top.h;
	r->h -= top.h;
	return top;
}

/* Room of 60x15: the layers without column heads, then one line each. */
static void
compact(struct overview_layout *l, struct rect r)
{
	l->compact = true;
	l->layers = take(&r, 1 + LAYERS);
	l->checks = take(&r, r.h > 3 ? r.h - 2 : 1);
	l->running = take(&r, 1);
	l->log = r;
}

static void
one_column(struct overview_layout *l, struct rect r, int tables, int checks, int runs)
{
	int spare = r.h - LAYER_HEAD - LAYERS - 3;
	int extra = l->tables ? least(tables, spare * 3 / 5) : 0;
	int rest = spare - extra;
	int n_checks = within(least(checks, rest * 3 / 8), 3, rest - 2);
	int n_runs = within(runs, 1, least(2 + rest / 10, rest - n_checks - 1));

	l->layers = take(&r, LAYER_HEAD + LAYERS + extra);
	l->checks = take(&r, 1 + n_checks);
	l->running = take(&r, 1 + n_runs);
	l->log = r;
}

static void
two_columns(struct overview_layout *l, struct rect r, int tables, int runs)
{
	int notes = l->tables && r.w >= NOTES_W && r.h >= LAYOUT_TALL ? NOTES : 0;
	int left = r.w >= 160 ? 84 : r.w * 4 / 7;

	l->notes = (struct rect){ r.x, r.y + r.h - notes, r.w, notes };
	r.h -= notes;
	struct rect a = { r.x, r.y, left, r.h };
	struct rect b = { r.x + left + 1, r.y, r.w - left - 1, r.h };
	int spare = r.h - LAYER_HEAD - LAYERS - 1;
	int extra = l->tables ? least(tables, spare - within(spare / 5, 4, spare)) : 0;

	l->split = left;
	l->layers = take(&a, LAYER_HEAD + LAYERS + extra);
	l->checks = a;
	l->running = take(&b, 1 + within(runs, 2, r.h / 4));
	l->log = b;
}

struct overview_layout
layout_overview(struct rect r, bool tall, int tables, int checks, int runs)
{
	struct overview_layout l = { .tables = tall && r.w >= TABLES_W };

	if (r.h < ROOMY)
		compact(&l, r);
	else if (r.w >= LAYOUT_TWO_COLUMNS)
		two_columns(&l, r, tables, runs);
	else
		one_column(&l, r, tables, checks, runs);
	return l;
}

struct rect
layout_popup(struct rect r, int w, int h)
{
	w = least(w, r.w);
	h = least(h, r.h);
	return (struct rect){ r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h };
}
