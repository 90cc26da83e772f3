/* The real binary on a pseudo-terminal, its output decoded by libvterm: what an operator would see.
 */
#ifndef FINTRA_TESTS_PTY_H
#define FINTRA_TESTS_PTY_H

#include "core/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pty;

/* `env` ("K=V", or "K" to unset; NULL = none) on top of ours and TERM=xterm-256color.  Owned:
 * pty_free(), which kills the program if it still runs. */
struct pty *pty_start(const char *const *argv, const char *const *env, int w, int h);
void pty_free(struct pty *p);

void pty_send(struct pty *p, const char *bytes);
void pty_resize(struct pty *p, int w, int h);
void pty_signal(struct pty *p, int sig);
void pty_hang_up(struct pty *p); /* closes our end */
pid_t pty_pid(const struct pty *p);

/* Read the program's output until the condition holds; false after ms. */
bool pty_wait_text(struct pty *p, const char *text, int ms);
bool pty_wait_gone(struct pty *p, const char *text, int ms);
bool pty_wait_row(struct pty *p, int row, const char *text, int ms);
/* Exit code, 128 + signal, or -1 when it still runs after ms. */
int pty_wait_exit(struct pty *p, int ms);
void pty_pump(struct pty *p, int ms); /* reads for so long */

const char *pty_row(struct pty *p,
		    int row);		 /* without trailing blanks; valid until the next call */
char *pty_screen(struct pty *p);	 /* owned: free() */
bool pty_alternate(const struct pty *p); /* on the alternate screen */
bool pty_cursor(const struct pty *p);	 /* the cursor shows */
bool pty_echoes(const struct pty *p);	 /* the terminal is in its ordinary, echoing mode */
const struct str *pty_raw(const struct pty *p);

/* The first thing in a raw stream that a console of ours never writes: another escape sequence than
 * those that move, colour and erase, a control or bidi character, a broken byte.  NULL = none.
 * Static buffer. */
const char *pty_foreign(const char *raw, size_t n);

#endif
