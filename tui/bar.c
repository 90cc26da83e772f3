/* The command bar's lines at the bottom of the screen, and its keys. */
#include "tui/bar.h"

#include "core/text.h"
#include "tui/lines.h"

#include <string.h>

/* What is said above the line: as many rows as it needs, up to a third of the screen. */
static int
draw_hint(const struct bar *b, struct canvas *c, struct rect r)
{
	char usage[BAR_HINT];
	const char *text = b->hint;
	LINES_AUTO l = { .skip = 0 };
	int rows;

	if (!*text) {
		bar_usage(b, usage, sizeof(usage));
		text = usage[0] ? usage : "what would stand behind fintra in a shell; Tab lists it";
	}
	lines_wrap(&l, r.w - 2, text);
	rows = (int)l.at.n < r.h / 3 ? (int)l.at.n : r.h / 3;
	canvas_fill(c, (struct rect){ r.x, r.y + r.h - 2 - rows, r.w, rows + 2 }, ST_NORMAL, ' ');
	for (int i = 0; i < rows; i++)
		canvas_fmt(c, SPAN(r.x + 1, r.y + r.h - 1 - rows + i, r.w - 1),
			   b->hint[0] ? b->style : ST_DIM, "%s%s", l.at.at[i].text,
			   i + 1 == rows && (int)l.at.n > rows ? " ..." : "");
	return rows;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct bar *b = v->state;
	int y = r.y + r.h - 1, cols = text_columns(b->line), room = r.w - 3;

	(void)m;
	canvas_rule(c, SPAN(r.x, y - 1 - draw_hint(b, c, r), r.w), "Command", NULL);
	/* The end of a long line is what is being typed. */
	canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ":");
	if (cols > room)
		canvas_put_from(c, SPAN(r.x + 1, y, room), ST_BOLD, b->line, cols - room);
	else
		canvas_put(c, SPAN(r.x + 1, y, room), ST_BOLD, b->line);
	canvas_put(c, SPAN(r.x + 1 + (cols < room ? cols : room), y, 1), ST_KEY, "_");
}

static void
recall(struct bar *b, const struct bar_history *h, bool older)
{
	size_t n = h ? h->n : 0;

	if (b->back == 0)
		str_copy(b->own, sizeof(b->own), b->line);
	if (older && b->back < n)
		b->back++;
	else if (!older && b->back > 0)
		b->back--;
	str_copy(b->line, sizeof(b->line), b->back ? h->at[n - b->back] : b->own);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct bar *b = v->state;

	if (!in->pasted && in->act == ACT_OPEN) {
		bar_execute(b, m, in, out);
		return;
	}
	b->hint[0] = '\0';
	if (in->pasted)
		view_type(b->line, sizeof(b->line), in->key);
	else if (in->act == ACT_BACK || (in->key == TK_BACKSPACE && !b->line[0]))
		out->intent = DO_BACK;
	else if (in->act == ACT_COMPLETE)
		bar_complete(b, m);
	else if (in->act == ACT_UP || in->act == ACT_DOWN)
		recall(b, m->history, in->act == ACT_UP);
	else if (in->key == TK_BACKSPACE)
		view_erase(b->line);
	else
		view_type(b->line, sizeof(b->line), in->key);
}

/* how->text: a line to begin with. */
static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct bar *b = v->state;

	(void)m;
	if (how)
		str_copy(b->line, sizeof(b->line), how->text);
}

static void
done(struct view *v)
{
	launch_set_done(&((struct bar *)v->state)->launch);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_BAR;
}

static bool
wants_text(const struct view *v)
{
	(void)v;
	return true;
}

const struct view_ops view_bar = {
	.title = "Command",
	.screen = screen,
	.state_size = sizeof(struct bar),
	.popup = true,
	.init = init,
	.done = done,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
};
