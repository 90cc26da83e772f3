/* Rows and columns of text, to be written as text, CSV or JSON. */
#ifndef FINTRA_CORE_SHEET_H
#define FINTRA_CORE_SHEET_H

#include "core/vec.h"

enum sheet_format { SHEET_TXT, SHEET_CSV, SHEET_JSON };

struct sheet {
	const char *const *heads; /* borrowed; NULL ends */
	size_t columns;
	size_t selected;  /* row of the cursor */
	char filter[120]; /* that the rows have passed; "" = none */
	VEC(size_t) cell; /* where each one begins in text, row by row */
	struct str text;  /* cells, each with its NUL */
};
#define SHEET_AUTO CLEANUP(sheet_done) struct sheet

void sheet_init(struct sheet *s, const char *const *heads); /* sheet_done() */
void sheet_done(struct sheet *s);
/* The next cell of the present row; control bytes and the like become visible text (core/text.h).
 */
void sheet_cell(struct sheet *s, const char *text);
size_t sheet_rows(const struct sheet *s);
/* Appends the cells of one row that are not empty, two blanks between them. */
void sheet_row(const struct sheet *s, size_t row, struct str *out);
/* By the end of the name: ".csv", ".json", else text. */
enum sheet_format sheet_format_of(const char *path);
/* Appends the whole document.  Text: aligned columns, without blanks at the ends of lines; CSV as
 * of RFC 4180 with LF; JSON: {"v":1,"view","filter","rows":[{head: cell}]} in one line.  -1: it is
 * longer than `out` may be. */
int sheet_write(const struct sheet *s, const char *view, enum sheet_format f,
		struct str *out) MUST_CHECK;

#endif
