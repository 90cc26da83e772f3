/* What is wrong now, one root cause each, and who was told of it; and a test of the way there. */
#include "tui/look_desk.h"
#include "tui/page.h"

#include "core/headless.h"

static void
build(struct lines *l, const struct model *m)
{
	const struct alerts_part *p = look_alerts(m);

	if (p && !p->error[0]) {
		lines_add(l, "told by", m->channels[0] ? ST_NORMAL : ST_WARN, "%s",
			  m->channels[0] ? m->channels : "nobody: no channel is set in [alert]");
		if (m->incomplete)
			lines_add(l, "", ST_WARN, "%s", m->incomplete);
		lines_rule(l, "Wrong now", NULL);
		page_folded(l, &p->text, m->w - 2);
		return;
	}
	if (!p)
		lines_add(l, NULL, ST_WARN, "? not read yet");
	else
		lines_add(l, NULL, ST_WARN, "? not known: %s",
			  str_same(m->s->ledger_why, no_ledger_text) ? "this database has no ledger"
								     : p->error);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct alerts_part *p = look_alerts(m);
	LINES_AUTO l = { .skip = 0 };
	char title[160];

	look_title(m, "Alerts", p ? p->measured_ms : 0, p ? p->error : "", title, sizeof(title));
	build(&l, m);
	page_draw(v->state, &l, m, c, r, title);
}

void
view_ask_alert_test(const struct model *m, const struct input *in, struct action *out)
{
	const char *why = model_why_read_only(m);

	if (why) {
		view_message(out, LVL_WARN, "nothing is sent, read only: %s", why);
	} else if (!m->channels[0]) {
		view_message(out, LVL_WARN, "nothing to send by: no channel is set in [alert]");
	} else {
		out->intent = DO_OPEN;
		out->open = &view_confirm;
		out->then = DO_ALERT_TEST;
		out->key = in->key;
		fmt_buf(out->text, sizeof(out->text), "Send a test message by %s?", m->channels);
		str_copy(out->detail[0], sizeof(out->detail[0]),
			 "it reaches the phones of those on call, now");
		str_copy(out->detail[1], sizeof(out->detail[1]),
			 "it says: TEST, this is a test, nothing is wrong");
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	LINES_AUTO l = { .skip = 0 };

	build(&l, m);
	if (in->act == ACT_TEST)
		view_ask_alert_test(m, in, out);
	else
		(void)page_handle(v->state, &l, m, in, out);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_ALERTS;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_ALERTS;
}

const struct view_ops view_alerts = {
	.title = "Alerts",
	.command = "alerts",
	.screen = screen,
	.state_size = sizeof(struct page),
	.draw = draw,
	.handle = handle,
	.look = look,
};
