/* What snapshots are made of: immutable, counted pieces that the feed's threads build and any
 * number of snapshots share. */
#ifndef FINTRA_TUI_PART_H
#define FINTRA_TUI_PART_H

#include "core/audit.h"
#include "core/health.h"
#include "core/ledger.h"
#include "core/ledger_detail.h"
#include "core/runner.h"
#include "core/vec.h"

#include <stdatomic.h>

/* First member of everything that is shared between snapshots. */
struct part {
	atomic_int refs;
	void (*done)(struct part *p);
};

void part_init(struct part *p, void (*done)(struct part *p)); /* one reference, the caller's */
void part_unref(struct part *p);			      /* NULL is fine */
void *part_ref(struct part *p);				      /* returns p; NULL is fine */

struct fresh_part {
	struct part part;
	struct freshness f;
	int64_t measured_ms;
};
struct health_part {
	struct part part;
	struct health h;
};
/* What operators have left for each other; acks are the health's. */
enum { STANDING_NEWEST = 20 };
struct standing_part {
	struct part part;
	struct notice_list pauses, notes; /* of the notes the newest */
	struct audit_list audit;	  /* the newest */
	char error[200];		  /* why it could not be read; then nothing is here */
};
struct runs_part {
	struct part part;
	struct run_list l; /* newest first: the active ones and the recent ones */
};
struct log_line {
	struct part part;
	int64_t seq, ts_ms;
	enum level lvl;
	char text[]; /* as in the ledger, cut at LOG_LINE_MAX; cleaned where it is drawn */
};
struct log_part {
	struct part part;
	int64_t run;
	VEC(struct log_line *) line; /* by seq, without the oldest when there are too many */
	bool complete;		     /* everything committed so far is here */
};
struct detail_part {
	struct part part;
	int64_t run;
	int64_t read_ms; /* when it was read */
	struct run_detail d;
};
struct gates_part {
	struct part part;
	const struct job *job;
	struct date as_of;
	bool failed; /* could not be measured: text */
	char text[200];
	struct gate_report report;
};

/* The ceilings are of one log; at most LOG_PANES are kept, so four times as much in all. */
enum {
	LOG_LINE_MAX = 4096,
	LOG_LINES_MAX = 20000,
	LOG_BYTES_MAX = 16 << 20,
	LOG_PANES = 4,
	LOG_MORE = LOG_PANES - 1
};

struct fresh_part *fresh_part_new(void);
struct health_part *health_part_new(void);
struct standing_part *standing_part_new(void);
struct runs_part *runs_part_new(void);
struct log_part *log_part_new(int64_t run);
struct detail_part *detail_part_new(int64_t run);
struct gates_part *gates_part_new(const struct job *job, struct date as_of);
struct log_line *log_line_new(const struct event *ev);
/* A log with the lines of `old` (may be NULL, or of another run: then without them) and those of
 * `add`, inside the ceilings.  Owned: part_unref. */
struct log_part *log_part_extend(const struct log_part *old, int64_t run,
				 const struct event_list *add);

#endif
