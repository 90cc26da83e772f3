/* Reads the database for the console, on threads with a connection each: one for what must be live
 * (runs, the followed log, cancel requests), one for what takes longer (freshness, checks, gates),
 * one for what only the open screen needs; it connects when the first such screen opens. Every
 * change becomes a new snapshot and a readable descriptor. */
#ifndef FINTRA_TUI_FEED_H
#define FINTRA_TUI_FEED_H

#include "core/headless.h"
#include "tui/look.h"
#include "tui/notice.h"

struct feed;

struct feed *feed_new(const struct app *app); /* `app` is borrowed until feed_free() */
void feed_free(struct feed *f);		      /* stops the threads; NULL is fine */
int feed_fd(const struct feed *f);	      /* readable: feed_take() has something new */
struct snapshot *feed_take(struct feed *f);   /* the newest; owned: part_unref(&s->part) */
/* How long ago the server last answered; means something while the connection is up. */
int64_t feed_silent_ms(const struct feed *f);

/* Requests; they return at once. */
void feed_follow(struct feed *f, int64_t run); /* 0 = the default run (model_default_run) */
/* Further runs (0 = none) whose logs are kept beside that one. */
void feed_follow_more(struct feed *f, const int64_t runs[LOG_MORE]);
void feed_detail(struct feed *f, int64_t run); /* the run whose details are needed, 0 = none */
void feed_refresh(struct feed *f);
void feed_interval(struct feed *f, int ms);		 /* least time between two measurements */
void feed_look(struct feed *f, const struct wish *what); /* from now on, until told otherwise */
void feed_gates(struct feed *f, const struct job *job, struct date as_of);
/* Asks a run of any process to stop; the answer comes as a note.  `own`: it was told already, the
 * request is only written to the audit. */
void feed_cancel(struct feed *f, int64_t run, enum cancel_level level, bool own);
/* Sends a test message by every channel; what came of it is told by a note. */
void feed_alert_test(struct feed *f);
/* Writes it to the ledger; the answer comes as a note, and everything is measured again. */
void feed_notice(struct feed *f, const struct notice_call *c);

#endif
