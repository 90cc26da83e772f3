/* The terminal after a crash, and stderr while the screen is up. */
#ifndef FINTRA_TUI_RESCUE_H
#define FINTRA_TUI_RESCUE_H

#include <stdbool.h>
#include <stddef.h>

enum { RESCUE_MAX = 256 };

/* Remembers the terminal's settings as they are now. */
void rescue_keep(int fd);
/* From now on a crash (SEGV, BUS, FPE, ILL, ABRT, QUIT), exit() and want of memory write `seq` to
 * fd and put the settings back before they take their course. */
void rescue_arm(int fd, const char *seq, size_t n);
void rescue_disarm(void);

struct capture;

/* Catches stderr if it is a terminal; else NULL, which all of these take. */
struct capture *capture_start(void);
int capture_fd(const struct capture *c);
bool capture_line(struct capture *c, char *buf, size_t n);
void
capture_stop(struct capture *c); /* writes what was caught (its first 64 KiB) to the real stderr */

#endif
