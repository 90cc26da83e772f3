/* Panes from the size of the screen.  Pure arithmetic. */
#ifndef FINTRA_TUI_LAYOUT_H
#define FINTRA_TUI_LAYOUT_H

#include "tui/canvas.h"

enum { LAYOUT_MIN_W = 60, LAYOUT_MIN_H = 15, LAYOUT_TWO_COLUMNS = 120, LAYOUT_TALL = 40 };

/* Each pane begins with its rule (not when compact: checks, running and log then are lines only).
 */
struct overview_layout {
	struct rect layers, checks, running, log;
	struct rect notes; /* h 0 = no room for them */
	bool compact, tables;
	bool some; /* tables: only those that count, for want of room */
	int split; /* column of the line between the halves, 0 = one column */
};

/* r: below the verdict, above the status line.  tall: the whole screen has LAYOUT_TALL rows. */
struct overview_layout layout_overview(struct rect r, bool tall, int tables, int checks, int runs);
/* A box in the middle of r, at most w x h. */
struct rect layout_popup(struct rect r, int w, int h);

#endif
