/* Who did what, when and why: lines of the ledger that are only ever added.  Times are wall clock
 * ms. */
#ifndef FINTRA_CORE_AUDIT_H
#define FINTRA_CORE_AUDIT_H

#include "core/db.h"

enum { AUDIT_TTY = 32, AUDIT_TEXT = 400 };

/* What is written down; texts are borrowed, NULL = nothing to say. */
struct audit_entry {
	int64_t run;	 /* 0 = none */
	const char *who; /* NULL = this process's user */
	const char *action, *target, *detail, *reason;
};
int audit_put(struct db *db, const struct audit_entry *a, struct err *e) MUST_CHECK;
/* The terminal of this process, NULL = none. */
const char *audit_tty(char buf[AUDIT_TTY]);

struct audit_line {
	int64_t id, at_ms, run; /* run 0 = none */
	char who[64], host[64], role[64], tty[AUDIT_TTY];
	char action[24], target[80], run_state[16];
	char reason[AUDIT_TEXT], detail[AUDIT_TEXT]; /* cut where they are longer */
};
struct audit_list {
	struct audit_line *at; /* owned: audit_list_done() */
	size_t n;
};
void audit_list_done(struct audit_list *l);
/* Newest first; user NULL and since 0 = all. */
int audit_read(struct db *db, const char *user, int64_t since_ms, int limit, struct audit_list *out,
	       struct err *e) MUST_CHECK;
/* "pause fmp-peers-bulk until 2026-02-05", without the reason. */
void audit_phrase(const struct audit_line *l, char *buf, size_t n);

#endif
