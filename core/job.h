/* What a job is, what a table is, and the one argument through which a job reaches the world. */
#ifndef FINTRA_CORE_JOB_H
#define FINTRA_CORE_JOB_H

#include "core/cancel.h"
#include "core/catalogue.h"
#include "core/conf.h"
#include "core/date.h"
#include "core/db.h"
#include "core/err.h"
#include "core/http.h"
#include "core/json.h"
#include "core/params.h"
#include "core/post.h"
#include "core/section.h"
#include "core/tally.h"

#include <stdint.h>

enum { LAYER_OPS = -1, LAYER_BACKFILL = -2, LAYER_COUNT = 7 }; /* layers are 0..6 */
enum cadence { DAILY, WEEKLY, ON_DEMAND };
enum job_flag {
	JOB_CRITICAL = 1,
	JOB_USES_API = 2,
	JOB_BACKFILL = 4,
	JOB_RANGE = 8,
	JOB_OLD_LOCKS = 16,    /* the old system's route takes the job lock itself */
	JOB_NEEDS_TICKER = 32, /* ERR_USAGE without one */
	JOB_COMPLETES = 64     /* adds to rows that another job writes: again when they are new */
};

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

enum { INPUTS_MAX = 24 }; /* tables that one job reads */
/* An input that not every run reads. */
struct input_case {
	const char *table;
	const char *param, *value; /* read when the parameter has this value; param NULL: a
				      fallback, no gate and no cause unless a run used it */
	const char *source;	   /* `source` of the rows made from it; NULL = they do not tell */
};

#define CASES(...) ((const struct input_case[]){ __VA_ARGS__, { NULL, NULL, NULL, NULL } })

struct job_ctx;
typedef int job_run(struct job_ctx *c, struct err *e);

struct job {
	const char *name, *title;
	int layer, phase, step; /* step = number in the daily order; 0 = outside */
	enum cadence cadence;
	int minutes[2]; /* what the seed's report gives it, least and most; 0 = it gives none */
	unsigned flags;
	const char *const *after;		  /* upstream jobs; NULL = none */
	const char *const *reads, *const *writes; /* tables */
	const struct input_case *cases;		  /* which of them depend; NULL = none */
	const char *const *mild; /* of reads: the gate only warns, even when strict; NULL = none */
	const struct param_def
		*params;	   /* besides the common ones; NULL-name terminated; may be NULL */
	const char *const *phases; /* names given to run_phase(), for the form and tests */
	const char *help;	   /* two or three sentences for `jobs NAME` and the dialog */
	const struct post *posts;  /* POSTS(...): what must hold afterwards; NULL = nothing */
	const struct job_step *steps; /* run_steps.h; NULL = it works itself */
	/* Of its dated tables it reads and writes rows only from so many days before its first date
	 * (`start`, else the as-of date) to the as-of date: a diff copies no others.  0 = any. */
	int own_days;
	job_run *run;
	enum job_runner runner; /* who does the work; catalogue_compose() sets it */
};

struct table {
	const char *name;
	int layer;
	const char *date_column; /* NULL: as-of of the last successful run */
	enum cadence cadence;
	int deadline_min;     /* New York minutes of the morning after: 240 = 04:00 */
	double floor;	      /* coverage below it: partial */
	const char *coverage; /* what the fraction counts, for people */
	int measure;	      /* enum query: filled, newest, rows, num, den, basis */
	int mixed; /* enum query: groups, matching, other date, ledger date; -1 = it cannot be */
	/* The job that makes mixed rows whole, which readers leave out until then: gates pass. */
	const char *mend, *mend_options;
	/* The backfill that makes the sessions before again when all is gone, and the enum query
	 * (first, last) of those that its inputs still have. */
	const char *refill;
	int refillable;
	const char *const *volatile_columns; /* left out of checksums and of "really differs" */
	const char *const *key;
	const char *score;   /* column whose largest moves --diff shows; NULL = none */
	const char *view_of; /* a view: the table below it; NULL = a table of its own */
	bool additive;	     /* a database of the old system need not have it: then not counted */
	bool relative;	     /* a move of `score` is large beside the old value: prices */
};

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };
/* The tables that a run reads, in the row's order, NULL at the end; texts of the catalogue.  of():
 * the run's value of a parameter, NULL = not given; of NULL = no parameter is given. */
typedef const char *param_of(const void *from, const char *param);
size_t job_inputs(const struct job *job, param_of *of, const void *from,
		  const char *out[INPUTS_MAX + 1]);
/* False when the table has cases and none of them holds. */
bool job_input_holds(const struct job *job, const char *table, param_of *of, const void *from);
struct run; /* runner's side of a running job (core/run.h) */

/* All borrowed from the runner, valid until run() returns. */
struct job_ctx {
	const struct job *job;
	const struct cancel *cancel;
	struct db *db;
	struct http *http; /* NULL unless JOB_USES_API */
	const struct params *params;
	const struct conf *conf;
	struct date as_of;
	int64_t now_ms;	    /* wall clock at start: created_at, "before publication" */
	bool dry_run, diff; /* nothing is kept, files included; a diff works all the same */
	struct run *run;    /* runner's side of it (core/run.h) */
};

#endif
