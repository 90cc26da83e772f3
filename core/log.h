/* The log file: one cleaned line per event, 0600, never through a symbolic link.  Any thread may
 * write. A disk that fails costs one warning, never the run. */
#ifndef FINTRA_CORE_LOG_H
#define FINTRA_CORE_LOG_H

#include "core/err.h"
#include "core/event.h"

struct log;

/* Opens (or creates) the file.  Owned: log_close().  NULL fills *e. */
struct log *log_open(const char *path, struct err *e) MUST_CHECK;
void log_close(struct log *l); /* NULL is fine */
/* -1 with *e only for the first line that could not be written since it last worked; later ones are
 * dropped and counted until a reopen or a write succeeds. */
int log_write(struct log *l, const struct event *ev, struct err *e) MUST_CHECK;
int64_t log_dropped(struct log *l);
/* The next line goes to a freshly opened file (rotation).  Async-signal-safe. */
void log_reopen(struct log *l);

#endif
