/* A page of lines to be read: scrolling, and commands in it that Enter puts into the command bar.
 */
#ifndef FINTRA_TUI_PAGE_H
#define FINTRA_TUI_PAGE_H

#include "tui/lines.h"

struct report;

struct page {
	size_t line;
	int skip; /* columns scrolled to the right */
	char copied[400];
};

void page_report(struct lines *l, const struct report *r);
/* The same with lines of at most w columns, but for commands. */
void page_folded(struct lines *l, const struct report *r, int w);
/* Below the crumbs at r.y; the status line is the last one. */
void page_draw(const struct page *p, struct lines *l, const struct model *m, struct canvas *c,
	       struct rect r, const char *crumbs);
/* To the clipboard: "WORDS" after the command that leads to the same configuration. */
void page_copy_command(struct page *p, const struct model *m, const char *words,
		       struct action *out);
/* True when the key was one of the page's: moves, Enter on a command ("fintra ..."), y, back. */
bool page_handle(struct page *p, struct lines *l, const struct model *m, const struct input *in,
		 struct action *out);

#endif
