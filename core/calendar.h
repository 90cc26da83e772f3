/* US exchange sessions 1990-2050 (NYSE rules and one-off closures), half days, New York time.
 * Pure: the caller brings the time.  "ms" are milliseconds since 1970-01-01 UTC. */
#ifndef FINTRA_CORE_CALENDAR_H
#define FINTRA_CORE_CALENDAR_H

#include "core/date.h"

bool calendar_covers(struct date d); /* within 1990..2050 */
struct date calendar_last(void);     /* 2050-12-31 */
bool calendar_is_session(struct date d);
bool calendar_is_half_day(struct date d);
/* Why a weekday is no session ("Independence Day", "Hurricane Sandy", ...), "weekend", or NULL. */
const char *calendar_closed_why(struct date d);
struct date calendar_floor(struct date d); /* newest session <= d */
struct date calendar_prev(struct date d);  /* newest session < d */
struct date calendar_next(struct date d);  /* oldest session > d */
/* Sessions s with a < s <= b; negative when b < a. */
int calendar_sessions_between(struct date a, struct date b);
struct date calendar_add_sessions(struct date d,
				  int n); /* n may be negative; d need not be a session */

int calendar_ny_offset_min(int64_t utc_ms); /* -300 or -240 */
/* UTC instant of a New York wall time (minutes after midnight, may exceed 1440). */
int64_t calendar_ny_to_utc_ms(struct date d, int minutes);
/* New York date and minutes after midnight of an instant. */
struct date calendar_ny_date(int64_t utc_ms, int *minutes);
int calendar_close_minutes(struct date session); /* 960, half day 780 */
int64_t calendar_close_ms(struct date session);
enum { PUBLISH_LAG_MIN = 120 }; /* from the close until its data should be there (design.md 7) */
/* Newest session whose close + lag_min has passed. */
struct date calendar_published(int64_t now_utc_ms, int lag_min);

#endif
