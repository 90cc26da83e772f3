/* What a job may do besides its own SQL: say things, count, keep checkpoints, open connections.
 * All functions are called on the run's own threads; those marked (any) from several. */
#ifndef FINTRA_CORE_RUN_H
#define FINTRA_CORE_RUN_H

#include "core/event.h"
#include "core/job.h"

/* (any) One log line.  LVL_ERROR does not end the run: count it with run_count_error(). */
void run_log(struct job_ctx *c, enum level lvl, const char *fmt, ...) PRINTF_FMT(3, 4);
/* Names the phase ("download", "read", "merge") and its size (0 = unknown); logged. */
void run_phase(struct job_ctx *c, const char *phase, int64_t total);
/* (any) done of the phase's total; the PROGRESS line is emitted from it at least every progress_ms.
 */
void run_progress(struct job_ctx *c, int64_t done);
void run_progress_add(struct job_ctx *c, int64_t n); /* (any) */

/* A unit: the step, ticker range, day or batch that is resumed on its own. */
bool run_unit_done(struct job_ctx *c, const char *unit); /* done by an earlier epoch of this run */
/* The only way to write.  One transaction on c->db: BEGIN, the fence (faults.md P3; ERR_LOST when
 * fenced off), fn, the unit's row with *t, COMMIT; with c->dry_run ROLLBACK instead.  Redone whole
 * on 40001, 40P01 (5 times) and after a lost connection (reconnect, fence, unit row read: P2): fn
 * fills *t afresh each time and reads c->db anew.  *t goes to the run's totals once it is
 * committed. */
typedef int run_txn_fn(struct job_ctx *c, void *arg, struct tally *t, struct err *e);
int run_transaction(struct job_ctx *c, const char *unit, run_txn_fn *fn, void *arg,
		    struct err *e) MUST_CHECK;

/* Runs a *_merge query (columns distinct_rows, inserted, updated) in the present transaction and
 * adds inserted, updated and unchanged to *t.  When it names its stage ("-- rows of"), rows that
 * the server refuses (SQLSTATE 22, 23) are looked for, taken out of the stage, kept as rejects and
 * counted (the batch as one error); and what statement_timeout ends is done once more in two
 * halves. */
int run_merge(struct job_ctx *c, enum query merge, const char *const *args, struct tally *t,
	      struct err *e) MUST_CHECK;

/* Counts that belong to no transaction (rows read, skipped, rejected before staging). */
void run_tally(struct job_ctx *c, const struct tally *t);
void run_count_error(struct job_ctx *c,
		     int64_t n); /* a unit, ticker or batch that failed: ends PARTIAL */
/* Keeps a refused row (raw cut to 4 KiB) for fintra_ops.reject; counted by the caller. At most
 * 1,000 a run are kept. */
void run_reject(struct job_ctx *c, const char *reason, const char *raw, size_t n);
/* As-of date and rows of an input that this run read; feeds mixed / why. */
void run_input(struct job_ctx *c, const char *table, struct date as_of, int64_t rows);
/* Job-specific result fields (jobs.md): shown in the summary and in run.end's `result`. */
void run_result_int(struct job_ctx *c, const char *name, int64_t v);
void run_result_text(struct job_ctx *c, const char *name, const char *v);
void run_result_null(struct job_ctx *c, const char *name);		   /* not known */
void run_result_json(struct job_ctx *c, const char *name, struct json *v); /* v consumed */
/* This run can end PARTIAL at best, and why (forced gate, guard overridden). */
void run_taint(struct job_ctx *c, const char *why);
/* For checks, which may run well and find that something is not: the run ends with this exit code
 * (console.md section 5) instead of that of its state, SUCCESS or FAILURE, and says why. */
void run_finding(struct job_ctx *c, int exit_code, const char *why);
/* The run's number, for rows of the job's own that name it. */
int64_t run_number(const struct job_ctx *c);
/* A flag row for fintra_ops.flag (G2, F34). */
void run_flag(struct job_ctx *c, const char *ticker, const char *kind, const char *detail);

/* A look ahead (core/foresee.h) goes through run() without working: run_transaction() counts its
 * unit and does nothing, the vendor's answers are empty, c->db reads only.  What would follow from
 * rows and answers, or would take long, is then left out. */
bool run_looks(const struct job_ctx *c);
/* Of a look: about so many requests more, the vendor alone knows it for sure; -1 = no idea. */
void run_look_calls(struct job_ctx *c, int64_t about);
/* Its units depend on what the vendor answers: an estimate, or (false) not even that. */
void run_look_units(struct job_ctx *c, bool known);
/* Rows of a unit that was counted, where its last ones do not tell; of another nothing happens. */
void run_look_rows(struct job_ctx *c, const char *unit, int64_t rows);
/* Both are as in the last good run with these parameters; unknown without one. */
int run_look_as_last(struct job_ctx *c, struct err *e) MUST_CHECK;
/* A file that the cache would have from here on, for this look and those behind it. */
void run_look_kept(struct job_ctx *c, const char *path);
bool run_look_keeps(const struct job_ctx *c, const char *path);

/* Another connection under the same run (application_name, cancel); the caller closes it.  At most
 * conf->connections in all; ERR_DB beyond. */
struct db *run_db_open(struct job_ctx *c, struct err *e) MUST_CHECK;
/* Rests conf batch_pause_ms; -1 ERR_CANCELLED when asked to stop.  Call between batches. */
int run_breathe(struct job_ctx *c, struct err *e) MUST_CHECK;
/* ERR_CANCELLED when asked to stop, else 0: between HTTP requests and batches. */
int run_check(struct job_ctx *c, struct err *e) MUST_CHECK;

#endif
