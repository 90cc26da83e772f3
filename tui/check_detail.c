/* One check: what it says, what it means, what helps, who knows of it, how it stood. */
#include "tui/health.h"
#include "tui/lines.h"
#include "tui/look_desk.h"

#include "core/num.h"

#include <string.h>

struct check_view {
	const void *key;
	size_t line;
	int skip;
};

static void
add_time(struct lines *l, const struct model *m, const char *label, int64_t ms)
{
	char text[64], span[CLOCK_BUF];

	if (m->ny)
		notice_until_text(NOTICE_ACK, ms, text, sizeof(text));
	else
		clock_iso(ms, text);
	if (ms > 0)
		lines_add(l, label, ST_NORMAL, "%s, %s ago", text,
			  clock_span(m->now_ms - ms, span));
	else
		lines_add(l, label, ST_WARN, "? unknown");
}

static void
add_ack(struct lines *l, const struct model *m, const struct check_result *r)
{
	const struct health_part *h = m->s->health;
	char text[HEALTH_TEXT];

	if (h->h.ack_error[0]) {
		lines_add(l, "ack", ST_WARN, "? not known: %s", h->h.ack_error);
	} else if (!r->ack) {
		lines_add(l, "ack", ST_DIM, "none%s", r->state == CHECK_OK ? "" : "  (a)");
	} else {
		notice_phrase(NOTICE_ACK, r->ack, text, sizeof(text));
		lines_add(l, "ack", r->acked ? ST_NOTE : ST_WARN, "%s%s",
			  r->acked ? "" : "worse than what was acknowledged ", text);
		add_time(l, m, "", r->ack->at_ms);
	}
}

static void
add_days(struct lines *l, const struct model *m, const struct check_result *r)
{
	const struct days_part *p = look_days(m);
	char iso[DATE_BUF], n[NUM_BUF], mark[LOOK_DAYS + 1];
	size_t shown = 0;

	health_history(m, r, LOOK_DAYS, mark, sizeof(mark));
	lines_rule(l, "History", p && !p->error[0] ? mark : NULL);
	for (size_t i = p ? p->day.n : 0; i-- > 0;) {
		const struct check_day *d = &p->day.at[i];

		if (!str_same(d->name, r->name))
			continue;
		lines_add(l, date_iso(d->as_of, iso), theme_check(d->state), "%-8s %s",
			  check_state_name(d->state),
			  d->figure.has ? num_text(d->figure.v, n) : "");
		shown++;
	}
	if (p && p->error[0])
		lines_add(l, NULL, ST_WARN, "? not known: %s", p->error);
	else if (shown == 0)
		lines_add(l, NULL, ST_DIM, "%s", p ? "not recorded" : "? not read yet");
}

static void
build(struct lines *l, const struct model *m, const struct check_result *r, int w)
{
	char state[16];
	enum style st;
	bool any = false;

	if (!r) {
		lines_add(l, NULL, ST_WARN, "this check is not measured now");
		return;
	}
	st = health_state_text(r, state);
	lines_add(l, NULL, ST_BOLD, "%s", str_or(r->title, r->name));
	if (r->means)
		lines_wrap(l, w - 2, r->means);
	lines_rule(l, "Now", NULL);
	lines_add(l, "state", st, "%s%s", state, r->idle ? " not built: does not count" : "");
	lines_add(l, "value", ST_NORMAL, "%s", r->value);
	lines_add(l, "want", ST_NORMAL, "%s", r->bound[0] ? r->bound : "-");
	if (r->has_strict)
		lines_add(l, "strict", theme_check(r->strict), "%s, %s: the seed's literal rule",
			  check_state_name(r->strict), r->strict_value);
	add_time(l, m, "since", r->since_ms);
	lines_add(l, "table", ST_NORMAL, "%s", str_or(r->table, "none"));
	add_ack(l, m, r);
	lines_rule(l, "Remedy", NULL);
	for (size_t i = 0; i < ARRAY_LEN(r->remedy); i++) {
		if (!r->remedy[i][0])
			continue;
		lines_add(l, NULL, ST_BOLD, "$ %s%s", r->remedy[i], any ? "" : "   (r)");
		any = true;
	}
	if (!any)
		lines_add(l, NULL, ST_DIM, "%s",
			  r->state == CHECK_OK ? "nothing to do" : "none is known: w = why");
	add_days(l, m, r);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct check_view *s = v->state;
	const struct check_result *k = health_of(m, s->key);
	LINES_AUTO l = { .skip = s->skip };
	char title[120];

	fmt_buf(title, sizeof(title), "Health > %s", k ? k->name : "?");
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	build(&l, m, k, r.w);
	l.skip = s->skip;
	lines_draw(&l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 2 }, s->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct check_view *s = v->state;
	const struct check_result *k = health_of(m, s->key);
	LINES_AUTO l = { .skip = 0 };

	build(&l, m, k, m->w);
	if (s->line >= l.at.n)
		s->line = l.at.n - 1;
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (!lines_sideways(&l, &s->skip, in->act, m->w) &&
		 !scroll_move(&s->line, in->act, l.at.n, m->h > 6 ? (size_t)m->h - 5 : 1) && k)
		health_act(m, k, in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	((struct check_view *)v->state)->key = how->row;
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_CHECK;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_HEALTH;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct check_result *r = health_of(m, ((const struct check_view *)v->state)->key);

	str_copy(out, LOOK_NAME, r ? r->name : "");
	return r != NULL;
}

const struct view_ops view_check = {
	.title = "Check",
	.screen = screen,
	.state_size = sizeof(struct check_view),
	.init = init,
	.draw = draw,
	.handle = handle,
	.look = look,
	.about = about,
};
