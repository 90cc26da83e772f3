/* The newest events that a pane shows: bounded by bytes, the oldest go first and are counted.
 * Lines are numbered from 0 in order of arrival and keep their number.  Any thread. */
#ifndef FINTRA_CORE_LOGRING_H
#define FINTRA_CORE_LOGRING_H

#include "core/event.h"

struct logring;

struct logring *logring_new(size_t max_bytes);		      /* owned: logring_free() */
void logring_free(struct logring *r);			      /* NULL is fine */
void logring_push(struct logring *r, const struct event *ev); /* copies */
int64_t
logring_first(struct logring *r); /* number of the oldest line kept = lines dropped before it */
int64_t logring_end(struct logring *r);	    /* number of the next line; end - first are kept */
int64_t logring_dropped(struct logring *r); /* how many were pushed out or were too long */
/* Copy of line i into *out (event_done() it); false when it is not (or no longer) there. */
bool logring_get(struct logring *r, int64_t i, struct event *out);
void logring_clear(struct logring *r); /* numbers go on */

#endif
