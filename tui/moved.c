/* What moved in the product between two days: the text of fintra diff. */
#include "tui/look_desk.h"
#include "tui/page.h"

#include "core/moved.h"

struct moved_view {
	struct page page;
	char days[LOOK_NAME]; /* "2026-01-30 2026-02-02"; "" = the last two */
};

static const struct moved_part *
part_of(const struct moved_view *s, const struct model *m)
{
	const struct moved_part *p = look_moved(m);

	return p && str_same(p->days, s->days) ? p : NULL;
}

static void
build(struct lines *l, const struct moved_view *s, const struct model *m)
{
	const struct moved_part *p = part_of(s, m);

	if (!p)
		lines_add(l, NULL, ST_WARN, "? not read yet");
	else if (p->error[0])
		lines_add(l, NULL, ST_WARN, "? %s", p->error);
	else
		page_report(l, &p->text);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct moved_view *s = v->state;
	const struct moved_part *p = part_of(s, m);
	LINES_AUTO l = { .skip = 0 };
	char title[160], what[80] = "Moved", from[DATE_BUF], to[DATE_BUF];

	if (p && !p->error[0])
		fmt_buf(what, sizeof(what), "Moved from %s to %s", date_iso(p->from, from),
			date_iso(p->to, to));
	look_title(m, what, p ? p->measured_ms : 0, "", title, sizeof(title));
	build(&l, s, m);
	page_draw(&s->page, &l, m, c, r, title);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct moved_view *s = v->state;
	const struct moved_part *p = part_of(s, m);
	LINES_AUTO l = { .skip = 0 };
	char words[60], from[DATE_BUF], to[DATE_BUF];

	build(&l, s, m);
	if (in->act == ACT_COPY_COMMAND) {
		if (p && !p->error[0])
			fmt_buf(words, sizeof(words), "diff %s %s", date_iso(p->from, from),
				date_iso(p->to, to));
		else
			fmt_buf(words, sizeof(words), "diff %.40s", s->days);
		page_copy_command(&s->page, m, words, out);
		return;
	}
	(void)page_handle(&s->page, &l, m, in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct moved_view *s = v->state;

	(void)m;
	str_copy(s->days, sizeof(s->days), how ? how->text : "");
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_PAGE;
}

static void
look(const struct view *v, struct wish *out)
{
	out->what = LOOK_MOVED;
	str_copy(out->name, sizeof(out->name), ((const struct moved_view *)v->state)->days);
}

const struct view_ops view_moved = {
	.title = "Moved",
	.screen = screen,
	.state_size = sizeof(struct moved_view),
	.init = init,
	.draw = draw,
	.handle = handle,
	.look = look,
};
