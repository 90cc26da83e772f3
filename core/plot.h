/* Points on a grid of character cells: which range, which dot, which cell, and what is in it.  Pure
 * arithmetic: no terminal, no I/O, any thread.  Columns count from the left, rows from the top. */
#ifndef FINTRA_CORE_PLOT_H
#define FINTRA_CORE_PLOT_H

#include <stddef.h>
#include <stdint.h>

/* Dots of a cell: braille 2 x 4, half blocks 1 x 2; ASCII has one, which tells how many points. */
enum plot_glyphs { PLOT_BRAILLE, PLOT_HALF, PLOT_ASCII, PLOT_GLYPHS };

/* What this process's terminal can show, by locale and TERM: ASCII without UTF-8, half blocks on
 * the Linux console, whose fonts have no braille. */
enum plot_glyphs plot_glyphs_here(void);

struct plot_point {
	double x, y; /* finite */
};

/* From lo to hi, both multiples of step: tick i is at i * step. */
struct plot_scale {
	double lo, hi, step;
	int first, last; /* ticks */
};

enum plot_place { PLOT_SHOWN, PLOT_LEFT, PLOT_RIGHT, PLOT_BELOW, PLOT_ABOVE, PLOT_PLACES };

struct plot {
	enum plot_glyphs glyphs;
	int w, h; /* cells */
	struct plot_scale x, y;
	const struct plot_point *at; /* borrowed; n of them */
	size_t n;
	size_t count[PLOT_PLACES]; /* their sum is n */
	uint8_t *place;		   /* enum plot_place of each point; owned, as the following */
	uint8_t *dots;		   /* of each cell, one bit per dot */
	size_t *start, *order; /* points of cell c: order[start[c]] .. order[start[c + 1] - 1] */
};

/* Outwards to steps of 1, 2 or 5 times a power of ten, about `ticks` of them; always with 0. */
struct plot_scale plot_scale_round(double lo, double hi, int ticks);
/* Of all points but the hundredth part at either end, so that few outliers do not press the rest
 * together. */
struct plot_scale plot_scale_robust(const struct plot_point *at, size_t n, int ticks);

/* p->glyphs, w, h, x, y, at and n are set; the rest is filled.  plot_done() frees it. */
void plot_fill(struct plot *p);
void plot_done(struct plot *p);

/* Cell of a value inside the scale (the upper end belongs to the last cell). */
int plot_column(const struct plot *p, double x);
int plot_row(const struct plot *p, double y);
/* Points of a cell in their order; *n may be 0. */
const size_t *plot_cell(const struct plot *p, int column, int row, size_t *n);
/* Code point of a cell, 0 = no point in it. */
uint32_t plot_glyph(const struct plot *p, int column, int row);

/* A point of the nearest cell that has one; in the half-plane towards (dx, dy) when that is not
 * (0, 0), and then what lies straight ahead comes before what lies aside.  p->n = there is none. */
size_t plot_nearest(const struct plot *p, int column, int row, int dx, int dy);

#endif
