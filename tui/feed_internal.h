/* What the threads of the feed share. */
#ifndef FINTRA_TUI_FEED_INTERNAL_H
#define FINTRA_TUI_FEED_INTERNAL_H

#include "tui/feed.h"

#include <pthread.h>
#include <stdatomic.h>

enum { FEED_CANCELS = 16, FEED_NOTICES = 8 };

struct cancel_request {
	int64_t run;
	enum cancel_level level;
	bool own;
};

struct worker {
	struct feed *feed;
	const char *name; /* application_name */
	pthread_t thread;
	bool started;
	struct db *db;
	int wake; /* eventfd: something to do, or stop */
	int backoff_ms;
};

struct feed {
	const struct app *app;
	struct cancel stop;
	struct worker live, slow, look;
	atomic_int refresh_ms;	  /* least time between two measurements */
	int ui;			  /* eventfd: a new snapshot */
	atomic_llong answered_ms; /* monotonic: when the server last answered the live thread */
	pthread_mutex_t lock;	  /* guards all below */
	struct snapshot *now;
	int64_t follow, more[LOG_MORE], detail;
	bool refresh, look_again, alert_test;
	struct wish want;
	const struct job *gates_job;
	struct date gates_as_of;
	bool gates_asked;
	struct cancel_request cancel[FEED_CANCELS];
	size_t ncancel;
	struct notice_call notice[FEED_NOTICES];
	size_t nnotice;
};

void *feed_live_main(void *worker);
/* feed_logs.c: of the live thread; run[0] is the one that is followed, 0 = none. */
struct live_logs {
	struct log_part *at[LOG_PANES]; /* owned; as last published */
};
/* Reads what is new of these runs and publishes it.  1 = there is more to read, -1 fills *e. */
int feed_logs_read(struct worker *w, struct live_logs *l, const int64_t run[LOG_PANES],
		   struct err *e) MUST_CHECK;
void feed_logs_done(struct live_logs *l);
int feed_detail_read(struct worker *w, int64_t run, struct err *e) MUST_CHECK;
void *feed_slow_main(void *worker);
void *feed_look_main(void *worker);
/* feed_told.c, of the look thread: fills *part, of its own kind; `name` is that of the wish.  -1
 * fills *e. */
typedef int feed_read(struct worker *w, const char *name, void *part, struct err *e);
feed_read feed_audit_read, feed_alerts_read, feed_moved_read;
bool feed_alerts_asked(struct feed *f);
/* If it was asked for: sends a test message and notes what came of it. */
void feed_alerts_test(struct worker *w);

bool feed_stopping(const struct feed *f);
void feed_wake(struct worker *w);
/* Waits for the worker's eventfd (emptied), the connection if there is one, or ms. */
void feed_wait(struct worker *w, int ms);
/* Publishes a copy of the present snapshot changed by edit(). */
typedef void feed_edit(struct snapshot *s, void *arg);
void feed_publish(struct feed *f, feed_edit *edit, void *arg);
/* The same without waking the screen: it will see it at its next tick. */
void feed_publish_quietly(struct feed *f, feed_edit *edit, void *arg);
/* Owned: the present snapshot. */
struct snapshot *feed_now(struct feed *f);
void feed_note(struct feed *f, enum level l, const char *fmt, ...) PRINTF_FMT(3, 4);

#endif
