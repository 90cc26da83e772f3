/* What there is to say of one thing: titles and lines below them, as text for people.  Who shows it
 * decides how: the command line prints it, the console draws it.  One thread at a time. */
#ifndef FINTRA_CORE_REPORT_H
#define FINTRA_CORE_REPORT_H

#include "core/vec.h"

enum report_tone { REPORT_PLAIN, REPORT_DIM, REPORT_GOOD, REPORT_WARN, REPORT_BAD };

struct report_line {
	bool title; /* `text` stands over the lines that follow */
	enum report_tone tone;
	char *label, *text; /* owned; label NULL = the text begins at the left */
};
struct report {
	VEC(struct report_line) line;
	char head[200]; /* the whole in one line; "" = none */
};
#define REPORT_AUTO CLEANUP(report_done) struct report

void report_done(struct report *r);
void report_title(struct report *r, const char *fmt, ...) PRINTF_FMT(2, 3);
/* label NULL = none, "" = as far in as after a label. */
void report_add(struct report *r, enum report_tone tone, const char *label, const char *fmt, ...)
	PRINTF_FMT(4, 5);

#endif
