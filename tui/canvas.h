/* A grid of styled cells that screens draw on; knows nothing of terminals.  Every text put on it
 * passes the sanitiser, so no cell ever holds a character that a terminal acts upon (faults.md T7).
 */
#ifndef FINTRA_TUI_CANVAS_H
#define FINTRA_TUI_CANVAS_H

#include "core/str.h"
#include "tui/theme.h"

#include <stdint.h>

struct cell {
	uint32_t cp;	/* ' ' when empty */
	uint16_t style; /* enum style, perhaps with ST_SELECTED */
	uint8_t cols;	/* 1, 2 = wide, 0 = right half of the wide one before it */
};

struct canvas {
	int w, h;
	struct cell *at; /* owned; w * h, row by row */
};

struct rect {
	int x, y, w, h;
};

/* Where a text goes: at most w columns from (x, y). */
struct span {
	int x, y, w;
};
#define SPAN(x, y, w) ((struct span){ (x), (y), (w) })

void canvas_init(struct canvas *c, int w, int h);
void canvas_done(struct canvas *c);
void canvas_resize(struct canvas *c, int w, int h); /* content is lost */
void canvas_clear(struct canvas *c);
const struct cell *canvas_at(const struct canvas *c, int x, int y);

/* All clip to the canvas and return the columns used.  A text that does not fit ends in an
 * ellipsis. */
int canvas_put(struct canvas *c, struct span at, unsigned style, const char *text);
int canvas_fmt(struct canvas *c, struct span at, unsigned style, const char *fmt, ...)
	PRINTF_FMT(4, 5);
/* Aligned to the right end of the span. */
int canvas_right(struct canvas *c, struct span at, unsigned style, const char *text);
/* Leaves out the first `skip` columns (sideways scrolling), no ellipsis. */
int canvas_put_from(struct canvas *c, struct span at, unsigned style, const char *text, int skip);
/* Broken at r.w columns, r.h rows at most are drawn; c NULL only counts.  Returns the rows that the
 * text takes, at least 1. */
int canvas_wrap(struct canvas *c, struct rect r, unsigned style, const char *text);
void canvas_fill(struct canvas *c, struct rect r, unsigned style, uint32_t cp);
/* Adds ST_SELECTED to what is there. */
void canvas_select(struct canvas *c, struct rect r);
/* A line across the span with a title near its left end and a note near its right end (NULL =
 * none). */
void canvas_rule(struct canvas *c, struct span at, const char *title, const char *note);
/* A frame with cleared inside. */
void canvas_frame(struct canvas *c, struct rect r, const char *title);
/* Row 0 of another canvas, from column `from` on. */
void canvas_paste(struct canvas *c, struct span at, const struct canvas *src, int from);
/* "[#####---]" in w columns; share 0..1. */
void canvas_gauge(struct canvas *c, struct span at, double share);

/* Rows as UTF-8, trailing blanks cut, each with a newline: what screen tests compare. */
void canvas_export(const struct canvas *c, struct str *out);
/* The nearest ASCII character, '?' if there is none: terminals without UTF-8. */
uint32_t canvas_ascii(uint32_t cp);

#endif
