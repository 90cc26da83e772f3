/* What Health and a check's detail say of a check. */
#ifndef FINTRA_TUI_HEALTH_H
#define FINTRA_TUI_HEALTH_H

#include "tui/view.h"

enum { HEALTH_TEXT = 600 };

/* Results are new with each measurement; the key of a check stays. */
const void *health_key(const struct model *m, const struct check_result *r);
const struct check_result *health_of(const struct model *m, const void *key); /* NULL = gone */
/* "CRIT A": suffix A for an acknowledgement that covers it; returns its style. */
enum style health_state_text(const struct check_result *r, char buf[16]);
/* "_..-^" of the recorded figures of its last sessions, of their states "..WC?" where there are no
 * figures; "not recorded", or why it is not known. */
void health_history(const struct model *m, const struct check_result *r, size_t room, char *buf,
		    size_t n);
/* The keys that act on a check alike in the list and in its detail. */
void health_act(const struct model *m, const struct check_result *r, const struct input *in,
		struct action *out);

#endif
