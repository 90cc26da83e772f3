/* The plain log: curses is left, and the lines of a pane go to the terminal as they are, so that
 * its own selection, search and scrollback work on them.  UI thread. */
#ifndef FINTRA_TUI_PLAIN_H
#define FINTRA_TUI_PLAIN_H

#include "tui/console.h"

/* The pane is borrowed until the plain log ends; its filter and level hold here, too. */
void plain_begin(struct console *k, const struct logpane *pane);
bool plain_is_on(const struct console *k);
/* Prints what is new since the last call. */
void plain_draw(struct console *k);
/* Any key: back to the screen.  Nothing when it is not on. */
void plain_end(struct console *k);

#endif
