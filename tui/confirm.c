/* A question before something that cannot be taken back.  The key that opened it does not answer
 * it. */
#include "tui/layout.h"
#include "tui/view.h"

#include <string.h>

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct action *a = v->state;
	struct rect box;
	size_t n = 3;
	int w;

	(void)m;
	while (n < ARRAY_LEN(a->detail) && a->detail[n][0])
		n++;
	box = layout_popup(r, 70, (int)n + 5);
	w = box.w - 4;
	canvas_frame(c, box, "Confirm");
	canvas_put(c, SPAN(box.x + 2, box.y + 1, w), ST_BOLD, a->text);
	for (size_t i = 0; i < n; i++)
		canvas_put(c, SPAN(box.x + 2, box.y + 2 + (int)i, w), ST_NORMAL, a->detail[i]);
	canvas_put(c, SPAN(box.x + 2, box.y + (int)n + 3, w), ST_WARN, "y = yes    n, Esc = no");
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	const struct action *a = v->state;

	(void)m;
	if (in->pasted || in->key == a->key)
		return;
	if (in->act == ACT_YES) {
		*out = *a;
		out->intent = a->then;
	} else if (in->act == ACT_NO) {
		out->intent = DO_BACK;
	}
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
	return SCREEN_CONFIRM;
}

const struct view_ops view_confirm = {
	.title = "Confirm",
	.screen = screen,
	.state_size = sizeof(struct action),
	.popup = true,
	.init = init,
	.draw = draw,
	.handle = handle,
};
