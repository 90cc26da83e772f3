/* Why, and until when.  A note and an acknowledgement are done with Enter; a pause, which stops
 * what others rely on, is asked about once more. */
#include "core/text.h"
#include "tui/layout.h"
#include "tui/view.h"

#include <string.h>

enum { FIELDS = 2, UNTIL_TYPED = 40, LABEL = 8 };

struct form {
	struct notice_call call;
	char about[240], until[UNTIL_TYPED], error[240];
	size_t field; /* 0 the words, 1 until */
};

static const struct {
	const char *title, *words, *done;
} kinds[] = {
	[NOTICE_ACK] = { "Acknowledge", "reason", "until it is ok again" },
	[NOTICE_PAUSE] = { "Pause", "reason", "until it is taken back" },
	[NOTICE_NOTE] = { "Handover note", "note", "" },
};

/* The end of what is typed is what must be seen. */
static void
draw_field(const struct form *s, struct canvas *c, struct span at, size_t i)
{
	const char *value = i == 0 ? s->call.words : s->until;
	bool here = s->field == i;
	int room = at.w - LABEL - 3, cols = text_columns(value);

	canvas_put(c, SPAN(at.x, at.y, LABEL), here ? ST_BOLD : ST_NORMAL,
		   i == 0 ? kinds[s->call.kind].words : "until");
	canvas_put(c, SPAN(at.x + LABEL, at.y, 2), ST_DIM, here ? "> " : "  ");
	canvas_put_from(c, SPAN(at.x + LABEL + 2, at.y, room), here ? ST_BOLD : ST_NORMAL, value,
			cols > room ? cols - room : 0);
	if (here)
		canvas_put(c, SPAN(at.x + LABEL + 2 + (cols < room ? cols : room), at.y, 1),
			   ST_BOLD, "_");
}

static void
draw_until(const struct form *s, const struct model *m, struct canvas *c, struct span at)
{
	struct err e = ERR_INIT;
	char text[64];
	int64_t ms;

	if (!s->until[0])
		canvas_fmt(c, at, ST_DIM, "empty: %s; 2h, 3d, 06:00 (NY), a date",
			   kinds[s->call.kind].done);
	else if (notice_until(s->until, m->now_ms, &ms, &e) < 0)
		canvas_put(c, at, ST_WARN, e.text);
	else
		canvas_fmt(c, at, ST_NORMAL, "= %s",
			   notice_until_text(s->call.kind, ms, text, sizeof(text)));
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct form *s = v->state;
	bool note = s->call.kind == NOTICE_NOTE;
	struct rect box = layout_popup(r, 76, 9);
	int x = box.x + 2, w = box.w - 4, y = box.y + 1;
	char title[120];

	fmt_buf(title, sizeof(title), "%s%s%s", kinds[s->call.kind].title, note ? "" : " ",
		s->call.target);
	canvas_frame(c, box, title);
	canvas_put(c, SPAN(x, y, w), ST_DIM, s->about);
	draw_field(s, c, SPAN(x, y + 2, w), 0);
	if (!note) {
		draw_field(s, c, SPAN(x, y + 3, w), 1);
		draw_until(s, m, c, SPAN(x + LABEL + 2, y + 4, w - LABEL - 2));
	}
	canvas_put(c, SPAN(x, y + 6, w), ST_BAD, s->error);
}

static void
finish(struct form *s, const struct model *m, const struct input *in, struct action *out)
{
	struct err e = ERR_INIT;

	s->error[0] = '\0';
	s->call.until_ms = 0;
	if (s->call.words[strspn(s->call.words, " ")] == '\0')
		fmt_buf(s->error, sizeof(s->error), "the %s is missing", kinds[s->call.kind].words);
	else if (s->until[0] && notice_until(s->until, m->now_ms, &s->call.until_ms, &e) < 0)
		str_copy(s->error, sizeof(s->error), "correct until, or leave it empty");
	if (s->error[0])
		return;
	if (s->call.kind == NOTICE_PAUSE) {
		notice_confirm_pause(m, &s->call, in, out);
		return;
	}
	out->intent = DO_NOTICE;
	out->notice = s->call;
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct form *s = v->state;
	size_t fields = s->call.kind == NOTICE_NOTE ? 1 : FIELDS;
	char *text = s->field == 0 ? s->call.words : s->until;
	size_t room = s->field == 0 ? sizeof(s->call.words) : sizeof(s->until);

	if (in->pasted)
		view_type(text, room, in->key);
	else if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (in->act == ACT_OPEN)
		finish(s, m, in, out);
	else if (in->act == ACT_DOWN || in->act == ACT_UP)
		s->field = (s->field + 1) % fields;
	else if (in->key == TK_BACKSPACE)
		view_erase(text);
	else
		view_type(text, room, in->key);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct form *s = v->state;

	(void)m;
	s->call = how->notice;
	str_copy(s->about, sizeof(s->about), how->text);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_NOTICE;
}

static bool
wants_text(const struct view *v)
{
	(void)v;
	return true;
}

const struct view_ops view_notice = {
	.title = "Notice",
	.screen = screen,
	.state_size = sizeof(struct form),
	.popup = true,
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
};
