/* The scatter chart: the rows that it is made of, what of them a plot shows, and what is to be said
 * when it shows nothing.  A scatter is immutable once read; what is made of it is pure, any thread.
 */
#ifndef FINTRA_CORE_SCATTER_H
#define FINTRA_CORE_SCATTER_H

#include "core/db.h"
#include "core/plot.h"
#include "core/vec.h"

struct catalogue;

enum scatter_column { SCATTER_NAME_OF, SCATTER_GROUP_OF, SCATTER_Y, SCATTER_X, SCATTER_COLUMNS };

/* The chart of a build: catalogue.scatter. */
struct scatter_spec {
	const char *check;	       /* health check about the same rows */
	const char *version;	       /* of the engine whose rows are meant */
	const char *title, *x, *y;     /* words: of the chart, of one value */
	const char *x_short, *y_short; /* beside a number */
	const char *x_unit;	       /* "pp" */
	const char *rows;	       /* what a row is: "snapshot" */
	const char *const *columns;    /* in the table and in JSON: enum scatter_column */
	double y_lo, y_hi;
	const char *const *remedy; /* jobs that fill x, in order, the last writes the rows; NULL
				      ends */
	int query; /* enum query: $1 as-of, $2 version; returns date, group, name, y, x by name */
};

enum { SCATTER_NAME = 32, SCATTER_TEXT = 400, SCATTER_COMMAND = 160 };

struct scatter_row {
	char name[SCATTER_NAME];
	size_t group;
	struct num x, y;
};
struct scatter_group {
	char *name;	 /* owned */
	size_t first, n; /* its rows */
};
struct scatter {
	struct date date; /* of the rows; DATE_NONE = there are none */
	VEC(struct scatter_row) row;
	VEC(struct scatter_group) group; /* the rows without a group, if any, come last */
};

/* *out is to be freed also after -1. */
int scatter_read(struct db *db, const struct scatter_spec *spec, struct date as_of,
		 struct scatter *out, struct err *e) MUST_CHECK;
void scatter_done(struct scatter *s);
/* Place of the group, whatever its case; SIZE_MAX = there is none. */
size_t scatter_group_find(const struct scatter *s, const char *name);

/* The rows of one group as a plot.  Each is counted once: plot.count[] and the three below add up
 * to `rows`. */
struct scatter_cut {
	size_t rows, no_x, no_y, neither;
	size_t at_zero;		  /* points with x exactly 0 */
	struct plot_point *point; /* owned; plot.n of them */
	size_t *row;		  /* owned: of each point its place in s->row */
	struct plot plot;
};
struct scatter_size {
	int w, h; /* cells of the plot */
	enum plot_glyphs glyphs;
};
/* group SIZE_MAX = all.  Owned: scatter_cut_done(). */
void scatter_cut(struct scatter_cut *out, const struct scatter *s, const struct scatter_spec *spec,
		 size_t group, struct scatter_size size);
/* Another height; the range of x stays, so what is off-scale does. */
void scatter_cut_height(struct scatter_cut *c, const struct scatter_spec *spec, int h);
void scatter_cut_done(struct scatter_cut *c);
size_t scatter_off_scale(const struct scatter_cut *c);

/* "40 rows: 20 plotted, 3 off-scale (1 left, 2 right), 17 without relative return". */
void scatter_counts(const struct scatter_cut *c, const struct scatter_spec *spec,
		    char buf[SCATTER_TEXT]);

/* What makes the chart as a whole worthless. */
enum scatter_trouble {
	SCATTER_FINE,
	SCATTER_NO_ROWS,
	SCATTER_NO_X,	 /* none has a value of x: the seed's "all points at x = 0" */
	SCATTER_NO_Y,	 /* some have, but none of those a value of y */
	SCATTER_ALL_ZERO /* every x is 0 */
};
enum scatter_trouble scatter_trouble(const struct scatter_cut *c);
/* The same in words, "" when it is fine. */
void scatter_trouble_text(const struct scatter_cut *c, const struct scatter *s,
			  const struct scatter_spec *spec, struct date as_of,
			  char buf[SCATTER_TEXT]);
/* The n-th command that mends it; false past the last. */
bool scatter_remedy(const struct catalogue *cat, enum scatter_trouble t, struct date as_of,
		    size_t n, char buf[SCATTER_COMMAND]);

#endif
