/* What is wider than the screen. */
#ifndef FINTRA_TUI_SIDEWAYS_H
#define FINTRA_TUI_SIDEWAYS_H

#include "tui/canvas.h"
#include "tui/keys.h"

enum { SIDEWAYS_WIDE = 240 /* columns that rows are drawn in to be seen in parts */ };

/* Moves *skip (columns hidden at the left) by the sideways keys, so that of `longest` columns no
 * less than `room` are shown; true when the key was one of them. */
bool sideways_move(int *skip, enum act act, int room, int longest);
/* Columns of row 0 of the canvas up to its last one that is not empty. */
int sideways_used(const struct canvas *c);

#endif
