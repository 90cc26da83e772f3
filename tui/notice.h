/* Acknowledging a check, pausing a job, leaving a note: the questions before it, and what the
 * header says of what holds. */
#ifndef FINTRA_TUI_NOTICE_H
#define FINTRA_TUI_NOTICE_H

#include "core/notice.h"

#include <stdbool.h>

struct action;
struct check_result;
struct input;
struct job;
struct model;

/* What the ledger is to be told; handed over by value. */
struct notice_call {
	enum notice_kind kind;
	bool end;
	char target[NOTICE_NAME], state[12], words[NOTICE_WORDS];
	int64_t until_ms;
};

/* The form; or, for what is acknowledged or paused already, the question whether to take it back;
 * or the message why not. */
void notice_ask_ack(const struct model *m, const struct check_result *r, const struct input *in,
		    struct action *out);
void notice_ask_pause(const struct model *m, const struct job *job, const struct input *in,
		      struct action *out);
void notice_ask_note(const struct model *m, const struct input *in, struct action *out);
/* What a pause does is told before it is done. */
void notice_confirm_pause(const struct model *m, const struct notice_call *c,
			  const struct input *in, struct action *out);
/* The pause of a job that holds now, NULL = none is known. */
const struct notice *notice_pause_of(const struct model *m, const struct job *job);
/* "by lucia until Thu 2026-02-05 06:00 NY: why" */
void notice_phrase(enum notice_kind kind, const struct notice *n, char *buf, size_t size);
/* "1 paused  2 acknowledged  1 forced gate", or short "P1 A2 F1"; "" when nothing is.  What could
 * not be read has a "?". */
void notice_counts(const struct model *m, bool brief, char *buf, size_t n);

#endif
