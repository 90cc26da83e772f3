/* The terminal: the one file that speaks curses.  Used by the UI thread alone, except for the
 * rescue that runs in whatever thread crashes.  One terminal at a time. */
#ifndef FINTRA_TUI_TERM_H
#define FINTRA_TUI_TERM_H

#include "core/err.h"
#include "tui/canvas.h"

struct term;

/* NULL with *e (ERR_USAGE): this terminal cannot address its cursor, or is not one.  After success
 * every way out of the process puts the terminal back, crashes included. */
struct term *term_open(bool mono, struct err *e) MUST_CHECK;
void term_close(struct term *t); /* puts the terminal back; NULL is fine */
/* The terminal is gone: nothing is written to it any more. */
void term_abandon(struct term *t);

int term_fd(const struct term *t);
void term_size(const struct term *t, int *w, int *h);
void term_resized(struct term *t); /* after SIGWINCH */
/* Copies the cells that differ from what is on the screen. */
void term_draw(struct term *t, const struct canvas *c);
void term_redraw(struct term *t); /* the next draw paints everything */

enum { TERM_COPY_MAX = 16 << 10 };
/* Into the terminal's clipboard (OSC 52): base64, so whatever the text holds, the terminal sees
 * letters.  Whether it obeys cannot be known.  False: longer than TERM_COPY_MAX, or a console
 * without a clipboard. */
bool term_copy(struct term *t, const char *text);

/* Next key (tui/keymap.h) without waiting; false when there is none.  *pasted: between the brackets
 * of a paste. */
bool term_read(struct term *t, int *key, bool *pasted);
void term_drop_input(struct term *t); /* forgets what was typed ahead */
/* Puts the terminal back, stops the process group, and takes the terminal again when continued. */
void term_suspend(struct term *t);

/* Gives the terminal's ordinary screen back while the program goes on: lines are printed, keys are
 * not echoed.  Nothing is drawn and no key is read until term_return(). */
void term_leave(struct term *t);
void term_return(struct term *t);
void term_print(struct term *t, const char *text, size_t n); /* cleaned text and newlines only */
bool term_any_key(struct term *t); /* away: takes what was typed; true if any */

/* What libraries write to stderr while the screen is up: a descriptor to poll (-1 = not caught),
 * and the next line of it.  All of it is written to the real stderr at the end. */
int term_stderr_fd(const struct term *t);
bool term_stderr_line(struct term *t, char *buf, size_t n);

#endif
