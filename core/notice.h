/* What operators leave for each other in the ledger: an acknowledged check, a paused job, a note.
 * Times are wall clock ms.  One whose time is over holds no more, without anybody ending it. */
#ifndef FINTRA_CORE_NOTICE_H
#define FINTRA_CORE_NOTICE_H

#include "core/db.h"

enum notice_kind { NOTICE_ACK, NOTICE_PAUSE, NOTICE_NOTE };
enum { NOTICE_NAME = 80, NOTICE_WORDS = 400, NOTICE_MOST = 500 };

struct notice {
	int64_t id;
	char target[NOTICE_NAME]; /* a check, a job; "" for a note */
	char state[12];		  /* of the check when it was acknowledged */
	char who[64], host[64];
	char words[NOTICE_WORDS]; /* the reason, or the note itself */
	int64_t at_ms, until_ms;  /* until 0 = until it is ended */
};
struct notice_list {
	struct notice *at; /* owned: notice_list_done() */
	size_t n;
};

void notice_list_done(struct notice_list *l);
/* Those that hold at `now_ms`, newest first, at most `limit`; none without a ledger. */
int notice_read(struct db *db, enum notice_kind kind, int64_t now_ms, int limit,
		struct notice_list *out, struct err *e) MUST_CHECK;
const struct notice *notice_find(const struct notice_list *l, const char *target); /* NULL = none */

/* What is to be left or ended; texts are borrowed for the call. */
struct notice_wish {
	enum notice_kind kind;
	bool end; /* take it back */
	const char *target, *state, *words;
	int64_t now_ms, until_ms;
	bool by_itself; /* an ack whose check has recovered: nobody's doing */
};
/* Records it together with its line of the audit, or neither.  ERR_USAGE without words, with a
 * time that is over, or when there is nothing to end; ERR_PERMISSION for a role that may not. */
int notice_do(struct db *db, const struct notice_wish *w, struct err *e) MUST_CHECK;
/* Whether this session may; false also when that cannot be found out. */
bool notice_allowed(struct db *db);

/* "2h", "3d": from now on; "06:00": the next time that the clock in New York shows it; a date: its
 * beginning there; RFC 3339.  ERR_USAGE names the text. */
int notice_until(const char *text, int64_t now_ms, int64_t *out, struct err *e) MUST_CHECK;
/* "Thu 2026-02-05 06:00 NY"; for 0 what ends it: "it is ok again", "it is taken back". */
const char *notice_until_text(enum notice_kind kind, int64_t until_ms, char *buf, size_t n);

#endif
