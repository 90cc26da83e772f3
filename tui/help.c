/* Keys of the screen below, from the key table. */
#include "tui/layout.h"
#include "tui/view.h"

#include <stdlib.h>

struct help {
	size_t sel;
};

static unsigned
about(const struct view *v)
{
	return v->below ? v->below->ops->screen(v->below) : SCREEN_OVERVIEW;
}

static const struct binding *
entry(unsigned screen, size_t n)
{
	for (size_t i = 0; i < keymap_count; i++)
		if ((keymap[i].screens & screen) && n-- == 0)
			return &keymap[i];
	return NULL;
}

static size_t
entries(unsigned screen)
{
	size_t n = 0;

	while (entry(screen, n))
		n++;
	return n;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct help *h = v->state;
	unsigned screen = about(v);
	size_t n = entries(screen), rows, top;
	struct rect box = layout_popup(r, 76, (int)n + 2);
	char title[64];

	(void)m;
	fmt_buf(title, sizeof(title), "Keys: %s", v->below ? v->below->ops->title : "Overview");
	canvas_frame(c, box, title);
	rows = (size_t)(box.h > 2 ? box.h - 2 : 0);
	top = scroll_top(h->sel, n, rows);
	for (size_t i = 0; i < rows && top + i < n; i++) {
		const struct binding *b = entry(screen, top + i);
		int y = box.y + 1 + (int)i;

		canvas_put(c, SPAN(box.x + 2, y, 10), ST_BOLD, b->label);
		canvas_put(c, SPAN(box.x + 13, y, box.w - 15), ST_NORMAL, b->help);
		if (top + i == h->sel)
			canvas_select(c, (struct rect){ box.x + 1, y, box.w - 2, 1 });
	}
	if (n > rows) {
		char more[32];

		fmt_buf(more, sizeof(more), " %zu of %zu ", h->sel + 1, n);
		canvas_right(c, SPAN(box.x + 2, box.y + box.h - 1, box.w - 4), ST_RULE, more);
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct help *h = v->state;
	size_t n = entries(about(v));

	if (in->act == ACT_BACK) {
		out->intent = DO_BACK;
	} else if (in->act == ACT_OPEN && entry(about(v), h->sel)) {
		out->intent = DO_ACT;
		out->act = entry(about(v), h->sel)->act;
		out->key = in->key;
	} else {
		scroll_move(&h->sel, in->act, n, m->h > 6 ? (size_t)m->h - 5 : 1);
	}
}

static unsigned
screen_of(const struct view *v)
{
	(void)v;
	return SCREEN_HELP;
}

const struct view_ops view_help = {
	.title = "Help",
	.screen = screen_of,
	.state_size = sizeof(struct help),
	.popup = true,
	.draw = draw,
	.handle = handle,
};
