/* What runs with --diff would change, on its way from their threads to the operator and the answer
 * back.  A run's thread waits in review_ask(); the UI thread never waits for one. */
#ifndef FINTRA_TUI_REVIEW_H
#define FINTRA_TUI_REVIEW_H

#include "core/runner.h"
#include "core/vec.h"

#include <pthread.h>

enum review_end {
	REVIEW_OPEN, /* not answered */
	REVIEW_KEPT,
	REVIEW_DROPPED,
	REVIEW_EMPTY,	/* nothing would change: it was not asked */
	REVIEW_LATE,	/* its time was over */
	REVIEW_STOPPED, /* the run was told to stop */
	REVIEW_NONE	/* of a run that has not asked */
};

/* A question as the screens see it; a copy. */
struct review {
	int64_t run;
	const char *job;
	struct date as_of;
	int64_t until_ms; /* wall clock; then it is answered with no */
	int64_t changes;  /* rows that would be inserted, updated or deleted */
	int64_t touched;  /* further ones, of which only volatile columns would change */
	char *text;	  /* diff_text(); owned */
};
struct review_list {
	VEC(struct review) at;
};
void review_list_done(struct review_list *l);

struct review_wait;
struct reviews {
	int wake;	      /* eventfd: a question has come or gone */
	int wait_ms;	      /* how long one stays open */
	pthread_mutex_t lock; /* guards all below */
	struct review_wait *first;
	VEC(struct review_past) past;
	unsigned serial; /* goes up with every change */
};
struct review_past {
	int64_t run;
	enum review_end end;
};

void reviews_init(struct reviews *r, int wake, int wait_ms);
void reviews_done(struct reviews *r); /* no run is left */
/* A launch_review_fn; arg is the struct reviews. */
bool review_ask(void *arg, const struct diff *d, const struct cancel *cancel);
/* The open questions, oldest first, when they have changed since *serial; *out is replaced. */
bool reviews_take(struct reviews *r, unsigned *serial, struct review_list *out);
/* False: it is open no more. */
bool reviews_answer(struct reviews *r, int64_t run, bool keep);
enum review_end reviews_past(struct reviews *r, int64_t run);

#endif
