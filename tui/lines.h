/* A page of lines built from the model: details and System.  Some lines stand for a run. */
#ifndef FINTRA_TUI_LINES_H
#define FINTRA_TUI_LINES_H

#include "core/vec.h"
#include "tui/view.h"

enum { LINE_LABEL = 16 /* columns of a label */ };

struct page_line {
	bool rule; /* `label` is a title on a line, `text` a note near its end */
	enum style style;
	char *label, *text; /* owned; label NULL = the text begins at the left */
	int64_t run;	    /* Enter opens its log; 0 = none */
};
struct lines {
	VEC(struct page_line) at;
	int skip; /* columns of the texts scrolled to the right */
};
#define LINES_AUTO CLEANUP(lines_done) struct lines

void lines_done(struct lines *l);
void lines_rule(struct lines *l, const char *title, const char *note); /* note may be NULL */
/* label NULL = none, "" = as far in as after a label. */
void lines_add(struct lines *l, const char *label, enum style st, const char *fmt, ...)
	PRINTF_FMT(4, 5);
void lines_run(struct lines *l, int64_t run, enum style st, const char *fmt, ...) PRINTF_FMT(4, 5);
/* Several lines of at most w columns, broken at blanks. */
void lines_wrap(struct lines *l, int w, const char *text);
/* The same in a style, later lines further in. */
void lines_fold(struct lines *l, enum style st, int w, int in, const char *text);
/* Each line of a text of several. */
void lines_text(struct lines *l, enum style st, const char *text);
/* "a, b, c" of names; "none". */
void lines_names(struct lines *l, const char *label, int w, const char *const *names);
/* Scrolls the texts of a page that is w columns wide; true when the key was one of those. */
bool lines_sideways(const struct lines *l, int *skip, enum act act, int w);
/* sel: the line in view, marked.  What does not fit is told in the bar
 * above r, left of the clock. */
void lines_draw(const struct lines *l, struct canvas *c, struct rect r, size_t sel);
/* The same in columns beside each other, to be read one after the other. */
void lines_flow(const struct lines *l, struct canvas *c, struct rect r, size_t sel, int columns);

#endif
