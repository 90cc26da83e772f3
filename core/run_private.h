/* The runner's side of a running job; for core/run*.c, runner.c, pacer.c, gate.c and keeper.c. */
#ifndef FINTRA_CORE_RUN_PRIVATE_H
#define FINTRA_CORE_RUN_PRIVATE_H

#include "core/guard.h"
#include "core/json.h"
#include "core/keeper.h"
#include "core/map.h"
#include "core/outbox.h"
#include "core/run.h"
#include "core/run_block.h"
#include "core/runner.h"

#include <pthread.h>
#include <stdatomic.h>

enum run_locks {
	LOCKS_NONE,    /* not all taken yet, or given back */
	LOCKS_HELD,    /* the keeper watches them */
	LOCKS_RETAKING /* their connection is lost: nobody writes until they are held again */
};

struct run {
	/* Fixed before the thread starts. */
	struct runner *runner;
	const struct conf *conf;
	const struct catalogue *cat;
	struct launch l; /* l.params is not used */
	struct params params;
	char *origin, *reason;

	/* Of the run's own thread. */
	const struct job *job;
	struct job_ctx ctx;
	char app[64]; /* application_name of its connections */
	char who[64], host[64];
	struct db *ledger;
	struct http *http;
	struct evidence_watch *evidence;  /* run_evidence.c; NULL without http */
	struct run_diff *diff;		  /* run_diff.c; NULL = not in diff mode */
	struct look *look;		  /* look.h; NULL = it works */
	struct run_refused *refused_rows; /* run_refused.c; NULL = none in this batch */
	int epoch, finding_code;	  /* run_finding(); 0 = none */
	int64_t began_mono, began_wall;
	bool refused, paused;	/* a lock is held by another run; an operator has paused the job */
	bool finished;		/* the run to resume has ended well */
	struct map *units_done; /* names; NULL when none was done before */
	struct guard guard;	/* the keeper's while locks is not LOCKS_NONE */

	/* Any thread. */
	struct cancel cancel;
	struct outbox out;
	struct keeper keeper;
	atomic_llong id;
	atomic_bool owned;   /* the ledger row is ours: lines are stored */
	atomic_bool closing; /* the last line is on its way */
	atomic_bool lost;
	atomic_int locks; /* enum run_locks */
	atomic_llong done, total;
	atomic_llong last_beat, last_progress; /* monotonic ms, 0 = not yet */

	pthread_mutex_t lock; /* guards what follows */
	char phase[40], waits_for[GUARD_HOLDER + 64];
	struct tally sum;
	struct json *result;
	char taint[200], lost_why[160], finding[200];
	struct run_block block;

	/* Of the pacer. */
	enum cancel_level level_said;
	int64_t drain_since;

	/* Guarded by the runner's lock. */
	pthread_t thread;
	bool paced, ended, joined;
	struct outcome outcome;
};

struct runner {
	const struct conf *conf;
	const struct catalogue *cat;
	runner_sink_fn *sink;
	void *sink_arg;
	struct log *log; /* NULL = none */

	/* What a signal handler may touch. */
	atomic_int want;      /* cancel level for all present runs, taken by the pacer */
	atomic_int stop, sig; /* cancel level for all runs for good, and the signal that asked */
	int wake;	      /* eventfd of the pacer */

	pthread_mutex_t lock; /* guards what follows, and the last fields of each run */
	pthread_cond_t change;
	VEC(struct run *) runs; /* index = handle; freed with the runner */
	int active;
	pthread_t pacer;
	bool pacing, done;
	char log_trouble[ERR_TEXT_MAX]; /* said with the next event */
};

/* run_emit.c: to the log file and the sink. */
void runner_deliver(struct runner *r, const struct event *ev);
int runner_stop_signal(struct runner *r); /* of runner_stop(), 0 = none */

/* pacer.c: one thread for all runs; wakes every PACE_MS while there are any. */
enum { PACE_MS = 100 };
void *pacer_main(void *runner);
void pacer_wake(struct runner *r); /* async-signal-safe */
void pacer_leave(struct run *r);   /* it leaves the run alone from now on */

/* run_life.c: from the ledger row to the outcome; run_end.c: its last line, its final state. */
void run_life(struct run *r);
void run_end(struct run *r, int rc, struct err *e);

/* run_open.c: row and locks of a new run or of a resumed one. */
int run_open_new(struct run *r, struct err *e) MUST_CHECK;
int run_open_resumed(struct run *r, struct err *e) MUST_CHECK;
int run_take_locks(struct run *r, struct err *e) MUST_CHECK;
int run_mark_started(struct run *r, struct err *e) MUST_CHECK;

/* run_old.c: gives up the job locks of a job that locks itself in the old system; before
 * LOCKS_HELD. */
int run_yield_job_lock(struct run *r, struct err *e) MUST_CHECK;

/* run_resume.c: the next epoch of a stopped run whose locks we hold; names and counts of the units
 * in the ledger that are done, which run_unit_done() knows then. */
int run_load_units(struct run *r, struct err *e) MUST_CHECK;
int run_rescue(struct run *r, struct err *e) MUST_CHECK;

/* gate.c: measures, logs, audits; ERR_GATE when refused. */
int run_gate(struct run *r, struct err *e) MUST_CHECK;
const char *gate_name(enum gate_mode g);

/* run_emit.c */
void run_emit(struct run *r, enum level lvl, const char *ev, const char *fmt, ...) PRINTF_FMT(4, 5);
void run_emit_unit(struct run *r, enum level lvl, const char *ev, const char *unit, const char *fmt,
		   ...) PRINTF_FMT(5, 6);
void run_emit_progress(struct run *r);
void run_event_init(struct run *r, struct event *ev, enum level lvl, const char *name);

/* (any) The run has lost its right to write: everything stops, the ending is LOST. */
void run_lost(struct run *r, const char *fmt, ...) PRINTF_FMT(2, 3);
/* (any) */
void run_set_waits_for(struct run *r, const char *text);
void tally_add(struct tally *to, const struct tally *t);
struct tally_text { /* for the count parameters of a query */
	char at[7][24];
};
void tally_args(const struct tally *t, struct tally_text *text, const char **args);

#endif
