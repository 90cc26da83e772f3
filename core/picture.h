/* A plot with its axes as rows of characters, each with what it is, so that a screen can colour it
 * and a command just print it. */
#ifndef FINTRA_CORE_PICTURE_H
#define FINTRA_CORE_PICTURE_H

#include "core/plot.h"
#include "core/str.h"

enum picture_part { PICTURE_EMPTY, PICTURE_AXIS, PICTURE_LABEL, PICTURE_ZERO, PICTURE_POINT };

struct picture_cell {
	uint32_t cp;
	enum picture_part part;
};

/* Columns left of the plot, rows below it. */
enum { PICTURE_LEFT = 4, PICTURE_BELOW = 2 };

struct picture {
	int w, h;
	struct picture_cell *at; /* owned: picture_done(); row by row */
};

/* plot->w + PICTURE_LEFT columns, plot->h + PICTURE_BELOW rows.  Labels of y have room for three
 * columns; those of x get a sign. */
void picture_draw(struct picture *out, const struct plot *plot);
void picture_done(struct picture *p);
/* Appends the rows as UTF-8, without blanks at their ends. */
void picture_print(const struct picture *p, struct str *out);

#endif
