/* Starts runs in threads of their own and tells how they end.  A run: ledger row, gates, job lock
 * and table locks on a guard connection, keeper thread (heartbeat, log lines to the ledger, cancel
 * requests, fence), the job's function, the ending. */
#ifndef FINTRA_CORE_RUNNER_H
#define FINTRA_CORE_RUNNER_H

#include "core/ledger.h"

enum gate_mode { GATE_STRICT, GATE_WARN, GATE_OFF };
enum overlap { OVERLAP_FAIL, OVERLAP_SKIP, OVERLAP_WAIT };

struct diff;
/* Shows what a run with --diff would change (core/run_diff.h); true = keep it.  Called on the run's
 * own thread; returns false as soon as `cancel` is asked. */
typedef bool launch_review_fn(void *arg, const struct diff *d, const struct cancel *cancel);

struct launch {
	const struct job *job;
	struct params params; /* copied */
	struct date as_of;
	bool as_of_given; /* false: the lock of today's UTC date is taken too */
	enum gate_mode gate;
	enum overlap overlap;
	int wait_ms;		  /* OVERLAP_WAIT */
	const char *origin;	  /* "cli" "cron" "console" */
	const char *reason;	  /* may be NULL */
	int64_t parent;		  /* 0 = none */
	bool step;		  /* of an orchestrator: refused by its gate it ends SKIPPED */
	int64_t keep_from;	  /* a run whose good units are not done again, 0 = none */
	bool pause_is_fine;	  /* a paused job is skipped by policy, exit 0, not refused */
	launch_review_fn *review; /* of a diff; NULL: it goes to the log, and nothing is kept */
	void *review_arg;
	int64_t resume; /* run id to go on with, 0 = a new run; job and params then come from it */
};

struct outcome {
	int64_t run; /* 0: refused before it had a row */
	enum run_state state;
	int exit_code;
	struct tally counts;
	struct date as_of;
	int64_t duration_ms;
	struct err err; /* cls ERR_NONE when fine */
	char why[200];	/* taint or reason of SKIPPED / PARTIAL */
	bool paused;	/* SKIPPED because an operator has paused the job */
};

/* Every event of every run of this process, from any thread; quick, no locks of the caller's held.
 */
typedef void runner_sink_fn(void *arg, const struct event *ev);

struct runner;

struct runner *runner_new(const struct conf *conf, const struct catalogue *cat,
			  runner_sink_fn *sink, void *arg);
/* Waits for all runs; raises drain first if any is left. */
void runner_free(struct runner *r);
/* Returns a handle >= 0 at once (the thread does the rest), -1 when no thread could be had. */
int runner_start(struct runner *r, const struct launch *l, struct err *e) MUST_CHECK;
/* Blocks until that run has ended. */
void runner_wait(struct runner *r, int handle, struct outcome *out);
bool runner_poll(struct runner *r, int handle, struct outcome *out); /* true when ended */
int runner_active(struct runner *r);
int64_t runner_run_id(struct runner *r, int handle); /* 0 until the ledger row exists */
void runner_cancel(struct runner *r, int handle, enum cancel_level level);
void runner_cancel_all(struct runner *r, enum cancel_level level); /* async-signal-safe */
/* The same for good: runs started later end CANCELLED at once, exit 143 when sig is SIGTERM (or
 * SIGHUP), 124 when it is SIGALRM, else 130.  Async-signal-safe. */
void runner_stop(struct runner *r, int sig, enum cancel_level level);
void runner_log_reopen(struct runner *r); /* the log file; async-signal-safe */

/* Of a job that an operator names: warn, strict for one of other jobs that works on all tickers. */
enum gate_mode gate_default(const struct job *job);

/* Gates of a job: inputs not fresh for as_of. */
struct gate_line {
	char table[64];
	char have[DATE_BUF], want[DATE_BUF];
	char state[12];
	char says[240];	   /* date, coverage and what is needed: table_status_want() */
	char command[160]; /* "fintra run sector-performance-aggregator --as-of 2026-02-02" */
	bool mild;	   /* warns, but refuses nothing */
};
struct gate_report {
	struct gate_line at[16];
	size_t n; /* failed ones */
};
int gate_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
		 const struct job *job, struct date as_of, struct gate_report *out,
		 struct err *e) MUST_CHECK;

#endif
