#include "tui/lines.h"

#include "core/text.h"
#include "tui/sideways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_TEXT = 500, LINES_GAP = 2 };

void
lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->at.n; i++) {
		free(l->at.at[i].label);
		free(l->at.at[i].text);
	}
	vec_done(&l->at);
}

static struct page_line *push(struct lines *l, const char *label, enum style st, const char *fmt,
			      va_list ap) PRINTF_FMT(4, 0);

static struct page_line *
push(struct lines *l, const char *label, enum style st, const char *fmt, va_list ap)
{
	char text[LINE_TEXT];
	struct page_line p = { .style = st, .label = mem_dup(label) };

	vsnprintf(text, sizeof(text), fmt, ap);
	p.text = mem_dup(text);
	vec_push(&l->at, p);
	return &l->at.at[l->at.n - 1];
}

void
lines_rule(struct lines *l, const char *title, const char *note)
{
	struct page_line p = { .rule = true, .label = mem_dup(title), .text = mem_dup(note) };

	vec_push(&l->at, p);
}

void
lines_add(struct lines *l, const char *label, enum style st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push(l, label, st, fmt, ap);
	va_end(ap);
}

void
lines_run(struct lines *l, int64_t run, enum style st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push(l, NULL, st, fmt, ap)->run = run;
	va_end(ap);
}

/* Bytes of `text` that make a line of at most w columns, broken behind a blank where there is one.
 */
static size_t
fitting(const char *text, int w)
{
	size_t n = 0, blank = 0, len = strlen(text);
	int cols = 0;
	uint32_t cp;

	while (n < len) {
		size_t k = text_decode(text + n, len - n, &cp);

		cols += text_width(cp);
		if (cols > w)
			return blank > 0 ? blank : n > 0 ? n : k;
		n += k;
		if (cp == ' ')
			blank = n;
	}
	return n;
}

void
lines_wrap(struct lines *l, int w, const char *text)
{
	while (*text) {
		size_t n = fitting(text, w);

		lines_add(l, NULL, ST_NORMAL, "%.*s", (int)n, text);
		text += n;
	}
}

void
lines_fold(struct lines *l, enum style st, int w, int in, const char *text)
{
	for (int x = 0; *text; x = in) {
		size_t n = fitting(text, w - x);

		lines_add(l, NULL, st, "%*s%.*s", x, "", (int)n, text);
		text += n;
	}
}

void
lines_text(struct lines *l, enum style st, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		lines_add(l, NULL, st, "%.*s", (int)n, text);
		text += n;
		text += *text == '\n';
	}
}

void
lines_names(struct lines *l, const char *label, int w, const char *const *names)
{
	STR_AUTO s = { 0 };
	const char *text, *head = label;

	str_init(&s, 4096);
	for (size_t i = 0; names && names[i]; i++)
		str_fmt(&s, "%s%s", i ? ", " : "", names[i]);
	text = s.len ? str_c(&s) : "none";
	for (size_t n; *text; text += n, head = "") {
		n = fitting(text, w - LINE_LABEL);
		lines_add(l, head, ST_NORMAL, "%.*s", (int)n, text);
	}
}

bool
lines_sideways(const struct lines *l, int *skip, enum act act, int w)
{
	int longest = 0;

	for (size_t i = 0; i < l->at.n; i++) {
		const struct page_line *p = &l->at.at[i];
		int cols = p->rule ? 0 : text_columns(p->text) + (p->label ? LINE_LABEL : 0);

		longest = cols > longest ? cols : longest;
	}
	return sideways_move(skip, act, w - 1, longest);
}

static void
draw_line(const struct page_line *p, struct canvas *c, struct span at, int skip, bool chosen)
{
	int x = at.x + 1;

	if (p->rule) {
		canvas_rule(c, at, p->label, p->text);
		if (chosen)
			canvas_put(c, SPAN(at.x, at.y, 1), ST_BOLD, ">");
		return;
	}
	if (p->label) {
		canvas_put(c, SPAN(x, at.y, LINE_LABEL - 1), ST_DIM, p->label);
		x += LINE_LABEL;
	}
	if (skip > 0)
		canvas_put_from(c, SPAN(x, at.y, at.x + at.w - x), p->style, p->text, skip);
	else
		canvas_put(c, SPAN(x, at.y, at.x + at.w - x), p->style, p->text);
	if (chosen)
		canvas_put(c, SPAN(at.x, at.y, 1), ST_BOLD, ">");
	if (chosen && p->run)
		canvas_select(c, (struct rect){ at.x, at.y, at.w, 1 });
}

void
lines_draw(const struct lines *l, struct canvas *c, struct rect r, size_t sel)
{
	lines_flow(l, c, r, sel, 1);
}

void
lines_flow(const struct lines *l, struct canvas *c, struct rect r, size_t sel, int columns)
{
	size_t high = (size_t)(r.h > 0 ? r.h : 0), rows = high * (size_t)columns, n = l->at.n;
	size_t top = scroll_top(sel < n ? sel : 0, n, rows);
	int w = (r.w + LINES_GAP) / columns - LINES_GAP;

	for (size_t i = 0; i < rows && top + i < n; i++)
		draw_line(&l->at.at[top + i], c,
			  SPAN(r.x + (int)(i / high) * (w + LINES_GAP), r.y + (int)(i % high), w),
			  l->skip, top + i == sel);
	if (n > rows) {
		char more[48];

		fmt_buf(more, sizeof(more), " %zu-%zu of %zu ", top + 1, top + rows, n);
		canvas_right(c, SPAN(r.x + r.w - 30, r.y - 1, 20), ST_BAR, more);
	}
}
