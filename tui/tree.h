/* The trees of why and impact: one screen for both directions, its state shared by tree.c (keys)
 * and tree_draw.c. */
#ifndef FINTRA_TUI_TREE_H
#define FINTRA_TUI_TREE_H

#include "core/why.h"
#include "tui/fix.h"
#include "tui/view.h"

enum { TREE_NAME = 128, TREE_ROWS = 512 };

struct tree {
	char target[TREE_NAME]; /* table or job; "" = everything */
	bool down;		/* impact */
	size_t sel;		/* row */
	char copied[240];	/* the command that y gives away */
	struct launch launch;	/* the step that is asked for; borrowed by the question */
	struct fix_plan plan;	/* the same of all steps */
};

struct tree_row {
	const struct why_node *node;
	int level;
};

/* The tree of the present snapshot: owned, tree_done().  NULL while nothing is measured, or with
 * the reason in *e. */
struct why *tree_build(const struct tree *t, const struct model *m, struct err *e);
void tree_done(struct why *w);
size_t tree_rows(const struct why *w, struct tree_row out[TREE_ROWS]);
void tree_draw(const struct tree *t, const struct model *m, struct canvas *c, struct rect r);

#endif
