/* What becomes of our runs when the console is left.  As with every question, the key that opened
 * it does not answer it. */
#include "tui/layout.h"
#include "tui/view.h"

#include <string.h>

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct action *a = v->state;
	struct rect box = layout_popup(r, 76, 8);
	int x = box.x + 2, y = box.y + 3, w = box.w - 4;

	(void)m;
	canvas_frame(c, box, "Quit");
	canvas_put(c, SPAN(x, box.y + 1, w), ST_BOLD, a->text);
	canvas_put(c, SPAN(x, box.y + 2, w), ST_WARN, a->detail[0]);
	if (a->detail[1][0])
		canvas_put(c, SPAN(x, y++, w), ST_WARN, a->detail[1]);
	if (a->may_hand_over) {
		canvas_put(c, SPAN(x, y, w), ST_NORMAL,
			   "h  hand over: they stop at a checkpoint, other processes go on");
		canvas_put(c, SPAN(x, y + 1, w), ST_NORMAL,
			   "d  drain: they stop at a checkpoint; go on with: fintra resume RUN");
	} else {
		canvas_put(c, SPAN(x, y, w), ST_DIM,
			   "h  hand over: not in a demo, its database ends with it");
		canvas_put(c, SPAN(x, y + 1, w), ST_NORMAL, "d  drain: they stop at a checkpoint");
	}
	canvas_put(c, SPAN(x, y + 2, w), ST_NORMAL, "s  stay here, they go on");
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	const struct action *a = v->state;

	(void)m;
	if (in->pasted || in->key == a->key)
		return;
	if (in->act == ACT_HAND_OVER && a->may_hand_over)
		out->intent = DO_HAND_OVER_AND_QUIT;
	else if (in->act == ACT_DRAIN_ALL)
		out->intent = DO_DRAIN_AND_QUIT;
	else if (in->act == ACT_NO)
		out->intent = DO_BACK;
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	memcpy(v->state, how, sizeof(*how));
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_LEAVE;
}

const struct view_ops view_leave = {
	.title = "Quit",
	.screen = screen,
	.state_size = sizeof(struct action),
	.popup = true,
	.init = init,
	.draw = draw,
	.handle = handle,
};
