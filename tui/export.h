/* The present view as a file: lists and logs as rows, all other screens as they are drawn. */
#ifndef FINTRA_TUI_EXPORT_H
#define FINTRA_TUI_EXPORT_H

#include "tui/view.h"

/* "fintra-jobs-20260203-041207.txt", the time in the zone shown. */
void export_name(const struct view *v, const struct model *m, char *buf, size_t n);
/* Appends what the file at `path` is to hold; *lines: how many of the view (rows, or lines of
 * text). -1 with *e: that format does not fit the view, or it is too long. */
int export_text(const struct view *v, const struct model *m, const char *path, struct str *out,
		size_t *lines, struct err *e) MUST_CHECK;

#endif
