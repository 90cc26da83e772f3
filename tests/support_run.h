/* A runner with jobs of its own for the runner's suites: what a job does is told by one struct
 * script, so that a test can hold it at a step, fail it, or look at what it has reached. */
#ifndef FINTRA_TESTS_SUPPORT_RUN_H
#define FINTRA_TESTS_SUPPORT_RUN_H

#include "core/clock.h"
#include "core/runner.h"
#include "core/vec.h"
#include "tests/support.h"

#include <pthread.h>
#include <stdatomic.h>

struct script {
	int steps; /* of t-steps: one unit and one row of sector_performance each */
	atomic_int
		hold;  /* t-steps waits before this step (1-based) until it is changed; 0 = never */
	atomic_int at; /* the step it has reached */
	atomic_int worked; /* steps whose transaction ran */
	int64_t errors;	   /* counted by t-end, which then returns `cls` */
	enum err_class cls;
	const char *taint;
	bool talk; /* t-end rejects, flags, results, long and broken lines */
};

struct bench {
	const char *info; /* of its database */
	struct conf conf;
	struct runner *runner;
	pthread_mutex_t lock; /* guards seen */
	VEC(struct event) seen;
};

extern struct script script;
extern const struct catalogue bench_catalogue;
/* t-steps, t-steps-too (the same table), t-sleep (one long statement), t-merge (steps bars R01.. of
 * prices_daily), t-look (one query), t-end, t-reads (reads sector_performance), t-reads-if-any (the
 * same, its gate only warns), t-api (JOB_USES_API). */

enum { BENCH_WAIT_MS = 20000 };

void bench_open(struct bench *b, const char *info);
void bench_close(struct bench *b);
struct launch bench_launch(const char *job);
int bench_start(struct bench *b, const struct launch *l);
struct outcome bench_run(struct bench *b, const struct launch *l); /* start and wait */
struct outcome bench_wait(struct bench *b, int handle);
/* Lines of the ledger or of the sink whose text starts with `prefix`. */
int bench_lines(struct bench *b, int64_t run, const char *prefix);
int bench_seen(struct bench *b, const char *prefix);
struct run_info bench_row(struct bench *b, int64_t run); /* texts are not kept */
int64_t bench_int(struct bench *b, const char *fmt, ...) PRINTF_FMT(2, 3);
void bench_sql(struct bench *b, const char *fmt, ...) PRINTF_FMT(2, 3);
int bench_rows(struct bench *b); /* of sector_performance */

/* Polls until the condition holds; false after BENCH_WAIT_MS. */
#define EVENTUALLY(cond)                                                           \
	for (int64_t end_ = clock_mono_ms() + BENCH_WAIT_MS; !(cond); bench_nap()) \
		if (clock_mono_ms() > end_)                                        \
	fail_msg("never: %s", #cond)
void bench_nap(void);

#endif
