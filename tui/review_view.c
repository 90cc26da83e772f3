/* What a run with --diff would change, and whether it is to be written.  Leaving leaves the
 * question open until its time is over. */
#include "tui/lines.h"
#include "tui/review.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/num.h"

#include <string.h>

struct review_view {
	int64_t run; /* 0 = the oldest that waits */
	size_t line;
	int skip;
};

const struct review *
view_review_of(const struct model *m, int64_t run)
{
	const struct review_list *l = m->reviews;

	for (size_t i = 0; l && i < l->at.n; i++)
		if (run == 0 || l->at.at[i].run == run)
			return &l->at.at[i];
	return NULL;
}

bool
view_run_diff(const struct run_info *r)
{
	struct err e = ERR_INIT;
	struct json *j = r && r->params ? json_parse(r->params, strlen(r->params), &e) : NULL;
	bool diff = str_same(json_text(j, "diff"), "1");

	json_free(j);
	return diff;
}

/* After the one of this run; from the last to the first. */
static const struct review *
next_of(const struct model *m, int64_t run)
{
	const struct review_list *l = m->reviews;

	for (size_t i = 0; l && i < l->at.n; i++)
		if (l->at.at[i].run == run)
			return &l->at.at[(i + 1) % l->at.n];
	return view_review_of(m, 0);
}

static void
show_next(struct review_view *s, const struct model *m, struct action *out)
{
	const struct review *next = next_of(m, s->run);

	if (next && next->run != s->run)
		*s = (struct review_view){ .run = next->run };
	else
		view_message(out, LVL_INFO, "no other diff waits for an answer");
}

static void
build(struct lines *l, const struct review *r)
{
	if (r)
		lines_text(l, ST_NORMAL, r->text);
	else
		lines_add(l, NULL, ST_DIM, "nothing waits for an answer here any more");
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct review_view *s = v->state;
	const struct review *q = view_review_of(m, s->run);
	LINES_AUTO l = { .skip = s->skip };
	char title[160] = "Diff", span[CLOCK_BUF], n[NUM_BUF];
	int64_t rows = q && q->changes > 0 ? q->changes : q ? q->touched : 0;

	if (q)
		fmt_buf(title, sizeof(title), "Diff > run %lld %s", (long long)q->run, q->job);
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	if (q)
		canvas_fmt(c, SPAN(r.x + 1, r.y + 1, r.w - 1), ST_WARN,
			   "Nothing is written yet. %s row%s would %s. %s are left to answer.",
			   num_group(rows, n), num_s(rows),
			   q->changes > 0 ? "change" : "be stamped anew",
			   clock_span(q->until_ms > m->now_ms ? q->until_ms - m->now_ms : 0, span));
	build(&l, q);
	canvas_rule(c, SPAN(r.x, r.y + 2, r.w), "What would change", NULL);
	lines_draw(&l, c, (struct rect){ r.x, r.y + 3, r.w, r.h - 4 }, s->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
ask(const struct review *q, const struct input *in, struct action *out)
{
	bool keep = in->act == ACT_KEEP;
	char iso[DATE_BUF], n[NUM_BUF];

	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = keep ? DO_KEEP : DO_DISCARD;
	out->run = q->run;
	out->key = in->key;
	fmt_buf(out->text, sizeof(out->text),
		keep ? "Write these rows?" : "Throw these rows away?");
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "run %lld %s as of %s", (long long)q->run,
		q->job, date_iso(q->as_of, iso));
	if (q->changes > 0)
		fmt_buf(out->detail[1], sizeof(out->detail[1]),
			"%s row%s inserted, updated or deleted%s", num_group(q->changes, n),
			num_s(q->changes), keep ? ", in one transaction" : ":");
	else
		fmt_buf(out->detail[1], sizeof(out->detail[1]),
			"%s row%s stamped anew (updated_at and the like)%s",
			num_group(q->touched, n), num_s(q->touched),
			keep ? ", in one transaction" : ":");
	str_copy(out->detail[2], sizeof(out->detail[2]),
		 keep ? "refused if somebody has changed them since"
		      : "nothing is written, the run ends; another one computes them again");
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct review_view *s = v->state;
	const struct review *q = view_review_of(m, s->run);
	LINES_AUTO l = { .skip = 0 };

	build(&l, q);
	if (in->act == ACT_BACK) {
		out->intent = DO_BACK;
	} else if (q && (in->act == ACT_KEEP || in->act == ACT_DISCARD)) {
		ask(q, in, out);
	} else if (in->act == ACT_REVIEW_NEXT) {
		show_next(s, m, out);
	} else if (!lines_sideways(&l, &s->skip, in->act, m->w)) {
		scroll_move(&s->line, in->act, l.at.n, m->h > 6 ? (size_t)m->h - 5 : 1);
	}
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	const struct review *q = view_review_of(m, how ? how->run : 0);

	((struct review_view *)v->state)->run = q ? q->run : how ? how->run : 0;
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_REVIEW;
}

const struct view_ops view_review = {
	.title = "Diff",
	.screen = screen,
	.state_size = sizeof(struct review_view),
	.init = init,
	.draw = draw,
	.handle = handle,
};
