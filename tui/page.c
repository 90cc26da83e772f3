#include "tui/page.h"

#include "core/report.h"

#include <string.h>

enum { FOLD_IN = 9 };

static const enum style styles[] = { [REPORT_PLAIN] = ST_NORMAL,
				     [REPORT_DIM] = ST_DIM,
				     [REPORT_GOOD] = ST_OK,
				     [REPORT_WARN] = ST_WARN,
				     [REPORT_BAD] = ST_BAD };

void
page_report(struct lines *l, const struct report *r)
{
	for (size_t i = 0; i < r->line.n; i++) {
		const struct report_line *p = &r->line.at[i];

		if (p->title)
			lines_rule(l, p->text, NULL);
		else
			lines_add(l, p->label, styles[p->tone], "%s", p->text);
	}
}

/* NULL: it is none. */
static const char *
command_of(const char *text)
{
	text += str_starts(text, "$ ") ? 2 : 0;
	return str_starts(text, "fintra ") ? text : NULL;
}

void
page_folded(struct lines *l, const struct report *r, int w)
{
	for (size_t i = 0; i < r->line.n; i++) {
		const struct report_line *p = &r->line.at[i];

		if (p->title)
			lines_rule(l, p->text, NULL);
		else if (p->label || command_of(p->text + strspn(p->text, " ")))
			lines_add(l, p->label, styles[p->tone], "%s", p->text);
		else
			lines_fold(l, styles[p->tone], w, FOLD_IN, p->text);
	}
}

void
page_draw(const struct page *p, struct lines *l, const struct model *m, struct canvas *c,
	  struct rect r, const char *crumbs)
{
	l->skip = p->skip;
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), crumbs);
	lines_draw(l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 2 }, p->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static const char *
text_of(const struct page *p, const struct lines *l)
{
	const struct page_line *at = p->line < l->at.n ? &l->at.at[p->line] : NULL;
	const char *text = !at ? NULL : at->rule ? at->label : at->text;

	return text ? text + strspn(text, " ") : "";
}

void
page_copy_command(struct page *p, const struct model *m, const char *words, struct action *out)
{
	fmt_buf(p->copied, sizeof(p->copied), "%s %s", str_or(m->command, "fintra"), words);
	out->intent = DO_COPY;
	out->copy = p->copied;
}

bool
page_handle(struct page *p, struct lines *l, const struct model *m, const struct input *in,
	    struct action *out)
{
	const char *text;

	if (p->line >= l->at.n)
		p->line = l->at.n ? l->at.n - 1 : 0;
	text = text_of(p, l);
	if (in->act == ACT_BACK) {
		out->intent = DO_BACK;
	} else if (in->act == ACT_LAUNCH) {
		view_ask_launch(m, NULL, out);
	} else if (in->act == ACT_OPEN && command_of(text)) {
		view_ask_command(command_of(text), out);
	} else if (in->act == ACT_COPY) {
		str_copy(p->copied, sizeof(p->copied), str_or(command_of(text), text));
		out->intent = DO_COPY;
		out->copy = p->copied;
	} else {
		return lines_sideways(l, &p->skip, in->act, m->w) ||
		       scroll_move(&p->line, in->act, l->at.n, m->h > 6 ? (size_t)m->h - 5 : 1);
	}
	return true;
}
