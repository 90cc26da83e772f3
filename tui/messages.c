/* What the message line has said, newest first: it keeps a message for some seconds only. */
#include "tui/layout.h"
#include "tui/view.h"

#include <string.h>

enum { TEXT_X = 11 /* time, level */ };

struct messages {
	size_t top; /* newest ones scrolled away */
};

static size_t
kept(const struct model *m)
{
	size_t n = m->said ? m->said->n : 0;

	return n < MESSAGES ? n : MESSAGES;
}

static const struct message *
newest(const struct model *m, size_t i)
{
	return &m->said->at[(m->said->n - 1 - i) % MESSAGES];
}

static int
draw_message(const struct model *m, struct canvas *c, struct rect r, const struct message *said)
{
	enum style st = theme_level(said->level);
	char hms[CLOCK_BUF];

	canvas_put(c, SPAN(r.x, r.y, 8), ST_DIM, view_clock(m, said->ms, hms));
	canvas_fmt(c, SPAN(r.x + 9, r.y, 1), st, "%c", level_letter(said->level));
	return canvas_wrap(c, (struct rect){ r.x + TEXT_X, r.y, r.w - TEXT_X, r.h }, st,
			   said->text);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct messages *s = v->state;
	struct rect box = layout_popup(r, r.w - 4, r.h - 2);
	struct rect in = { box.x + 2, box.y + 1, box.w - 4, box.h - 2 };
	size_t n = kept(m);
	char title[60];
	int y = 0;

	fmt_buf(title, sizeof(title), "Messages, newest first: %zu", n);
	canvas_frame(c, box, title);
	if (n == 0)
		canvas_put(c, SPAN(in.x, in.y, in.w), ST_DIM, "none yet");
	for (size_t i = s->top; i < n && y < in.h; i++)
		y += draw_message(m, c, (struct rect){ in.x, in.y + y, in.w, in.h - y },
				  newest(m, i));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct messages *s = v->state;

	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else
		scroll_move(&s->top, in->act, kept(m), m->h > 8 ? (size_t)m->h - 6 : 1);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_MESSAGES;
}

const struct view_ops view_messages = {
	.title = "Messages",
	.screen = screen,
	.state_size = sizeof(struct messages),
	.popup = true,
	.draw = draw,
	.handle = handle,
};
