/* The band of handover notes and audit: what the last ones on call knew and did. */
#include "tui/overview.h"

#include "tui/jobs.h"

#include <string.h>

enum { NOTES_FIRST = 2 /* before what was done fills the rest */, LINE_TEXT = 1000 };

static void
draw_note(const struct model *m, struct canvas *c, struct span at, const struct notice *n)
{
	char when[CLOCK_BUF];

	canvas_fmt(c, at, ST_NOTE, "note (%s %s): %s", n->who, job_when(m, n->at_ms, when),
		   n->words);
}

static void
draw_done(const struct model *m, struct canvas *c, struct span at, const struct audit_line *l)
{
	char when[CLOCK_BUF], what[LINE_TEXT];
	int x = at.x;

	audit_phrase(l, what, sizeof(what));
	x += canvas_fmt(c, at, ST_DIM, "%s ", job_when(m, l->at_ms, when));
	canvas_put(c, SPAN(x, at.y, 8), ST_BOLD, l->who);
	x += 9;
	x += canvas_put(c, SPAN(x, at.y, l->reason[0] ? 80 : at.x + at.w - x), ST_NORMAL, what) + 2;
	if (l->reason[0])
		canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_DIM, "reason: %s", l->reason);
}

/* Notes stand above already. */
static const struct audit_line *
done(const struct standing_part *p, size_t n)
{
	for (size_t i = 0; i < p->audit.n; i++)
		if (!str_same(p->audit.at[i].action, "note") && n-- == 0)
			return &p->audit.at[i];
	return NULL;
}

void
overview_draw_notes(const struct model *m, struct canvas *c, const struct overview_layout *l)
{
	const struct standing_part *p = m->s->standing;
	struct rect r = l->notes;
	int y = r.y + 1, end = r.y + r.h;

	if (r.h == 0)
		return;
	canvas_rule(c, SPAN(r.x, r.y, r.w), "Handover notes and audit", "A = all  N = note");
	if (!p || p->error[0]) {
		canvas_fmt(c, SPAN(r.x + 1, y, r.w - 1), ST_DIM, "? %s",
			   p ? p->error : "not read yet");
		return;
	}
	for (size_t i = 0; i < p->notes.n && i < NOTES_FIRST && y < end; i++)
		draw_note(m, c, SPAN(r.x + 1, y++, r.w - 1), &p->notes.at[i]);
	for (size_t i = 0; y < end && done(p, i); i++)
		draw_done(m, c, SPAN(r.x + 1, y++, r.w - 1), done(p, i));
	if (p->notes.n == 0 && p->audit.n == 0)
		canvas_put(c, SPAN(r.x + 1, y, r.w - 1), ST_DIM,
			   m->s->may_write ? "nothing yet" : "nothing that is known here");
}
