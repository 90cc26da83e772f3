/* What the runner does around a job besides running it.  Only core/run*.c include this. */
#ifndef FINTRA_CORE_RUN_AFTER_H
#define FINTRA_CORE_RUN_AFTER_H

#include "core/run_private.h"

/* runner.c: without a runner it can only look (core/look.h); l->params are copied. */
struct run *run_new(const struct conf *conf, const struct catalogue *cat, const struct launch *l);
void run_free(struct run *run);

/* run_post.c: measures the postconditions of a run whose job succeeded, taints or fails it. */
int run_posts(struct run *r, struct err *e) MUST_CHECK;

/* run_refused.c: rows of the present batch that the server refused.  They are rejects of the run
 * when the batch is kept, told once per reason; with a batch that fails they are forgotten. */
void run_refused_add(struct run *r, const char *reason, const char *row);
void run_refused_keep(struct run *r, const char *unit);
void run_refused_forget(struct run *r);

/* run_evidence.c: watches r->http; the end hands over what is kept, before run_end(). */
void run_evidence_watch(struct run *r);
void run_evidence_end(struct run *r, int rc, const struct err *e);

/* run_diff.c: a run in diff mode.  open: before its row is written; begin: before the job, makes
 * the shadows; end: after the job has succeeded, compares, asks, keeps or not.  A flag of such a
 * run waits for the answer. */
bool run_diff_asked(const struct run *r);
int run_diff_open(struct run *r, struct err *e) MUST_CHECK;
int run_diff_begin(struct run *r, struct err *e) MUST_CHECK;
int run_diff_end(struct run *r, struct err *e) MUST_CHECK;
/* An earlier epoch of this run has kept its rows already. */
bool run_diff_kept(struct run *r);
void run_diff_flag(struct run *r, const char *ticker, const char *kind, const char *detail);
void run_diff_free(struct run *r);

/* run_pace.c: an http_pace_fn over the ledger; arg is the run. */
int run_pace(void *arg, const char *key, bool bulk, int64_t hold_ms, struct err *e) MUST_CHECK;

#endif
