/* What the screen Scatter shows of its state and the model: keys and drawing need the same. */
#ifndef FINTRA_TUI_SCATTER_H
#define FINTRA_TUI_SCATTER_H

#include "core/scatter.h"
#include "tui/view.h"

struct scatter_part {
	LOOK_HEAD;
	struct scatter s;
};
const struct scatter_part *look_scatter(const struct model *m); /* NULL = not read yet */

enum { SCATTER_GROUP = 120 };

struct scatter_state {
	char group[SCATTER_GROUP]; /* "" = all */
	char name[SCATTER_NAME];   /* under the cursor; "" = nobody moved it yet */
	char command[300];	   /* copied last */
};

struct scatter_page {
	const struct scatter_part *part; /* NULL = not read, nothing else is set then */
	const struct scatter_spec *spec;
	size_t group;		/* SIZE_MAX = all */
	const char *lost;	/* the group that was asked for and is not there; NULL = none */
	struct scatter_cut cut; /* owned */
	char counts[SCATTER_TEXT], trouble[SCATTER_TEXT];
	struct rect text, picture, status; /* picture.h 0 = no room, or nothing to show */
	size_t at;			   /* point under the cursor; cut.plot.n = none */
};

/* r: the whole screen without its keys. */
void scatter_page_init(struct scatter_page *p, const struct scatter_state *s, const struct model *m,
		       struct rect r);
void scatter_page_done(struct scatter_page *p);
void scatter_page_draw(const struct scatter_page *p, const struct model *m, struct canvas *c,
		       struct rect r);
/* The row of the point under the cursor, NULL = none; the points of its cell. */
const struct scatter_row *scatter_page_row(const struct scatter_page *p);
const size_t *scatter_page_cell(const struct scatter_page *p, size_t *n);

#endif
