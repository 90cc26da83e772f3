/* The only source of "now".  Jobs never call it: as-of comes in. */
#ifndef FINTRA_CORE_CLOCK_H
#define FINTRA_CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void); /* UTC since 1970, shifted by clock_rehearse() */
int64_t clock_mono_ms(void); /* never goes back */
/* Lets the wall clock run on from `wall_ms` instead of the true time (configuration
 * `run.rehearse_now`, tests).  Call before threads start. */
void clock_rehearse(int64_t wall_ms);

enum { CLOCK_BUF = 32 };
/* RFC 3339 UTC with milliseconds, "2026-02-03T09:12:07.123Z". */
const char *clock_iso(int64_t ms, char buf[CLOCK_BUF]);
/* Parses the same (fraction optional, Z or +hh:mm); -1 when it is not a time. */
int clock_parse(const char *s, int64_t *ms);
/* "hh:mm:ss" in New York (ny != 0) or UTC. */
const char *clock_hms(int64_t ms, int ny, char buf[CLOCK_BUF]);
/* "850ms", "12.3s", "4m07s", "2h05m". */
const char *clock_span(int64_t ms, char buf[CLOCK_BUF]);
/* "30m", "90", "2h", "7d" into milliseconds; -1 when it is not a span of time. */
int64_t span_parse(const char *s);

#endif
