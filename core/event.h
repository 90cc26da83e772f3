/* One line of a run's log, and the levels.  The human line and the NDJSON object are renderings of
 * it. */
#ifndef FINTRA_CORE_EVENT_H
#define FINTRA_CORE_EVENT_H

#include "core/str.h"

#include <stdint.h>

enum level { LVL_DEBUG, LVL_INFO, LVL_WARN, LVL_ERROR };

struct event {
	int64_t run;
	int64_t seq; /* per run, from 1 */
	int64_t ts_ms;
	enum level lvl;
	char ev[20]; /* run.start batch retry gate checkpoint progress warn error run.end log ... */
	char job[64];
	char unit[80]; /* "" = the run itself */
	char *msg;     /* owned; "START ...", "PROGRESS ...", "SUCCESS ...": raw, not cleaned */
	char *data;    /* owned; JSON members without braces (counts, err), or NULL */
};

const char *level_name(enum level l); /* debug info warn error */
char level_letter(enum level l);      /* d i W E */
bool level_parse(const char *s, enum level *l);

void event_done(struct event *ev);
void event_copy(struct event *to, const struct event *from);
/* "04:12:07 i performance-bulk  message", cleaned; `ny` picks the time zone. */
void event_line(const struct event *ev, int ny, struct str *out);
/* {"v":1,"ts":...,"lvl":...,"run":...,"job":...,"ev":...,"msg":...,...} without newline. */
void event_json(const struct event *ev, struct str *out);

#endif
