/* How old and how complete each table is, measured on the table itself (design.md section 7). */
#ifndef FINTRA_CORE_FRESHNESS_H
#define FINTRA_CORE_FRESHNESS_H

#include "core/job.h"

enum table_state {
	TABLE_FRESH,
	TABLE_DUE,
	TABLE_LATE,
	TABLE_STALE,
	TABLE_PARTIAL,
	TABLE_MIXED,
	TABLE_EMPTY,
	TABLE_BLOCKED,
	TABLE_UNKNOWN
};

const char *table_state_name(enum table_state s); /* "fresh" */
char table_state_letter(enum table_state s);	  /* . d L S P M E B ? */
int table_state_rank(enum table_state s);	  /* worse is higher; fresh is 0 */

/* The newest run of any job that writes a table. */
struct last_run {
	int64_t id; /* 0 = none */
	char job[64], state[12], who[64], err_class[16];
	char error[200]; /* its last error line; "" when it did not fail */
	int64_t at_ms;	 /* its end, or its beginning while it goes on */
};

/* What the ledger knows of a job. */
struct job_record {
	const struct job *job;
	int64_t good;			    /* newest good run of whole tables, 0 = none */
	const char *inputs[INPUTS_MAX + 1]; /* what it read; texts of the catalogue */
	int n_good;			    /* runs behind the medians, at most 5 */
	int64_t rows, ms, calls;	    /* medians of good runs, -1 = unknown */
	int64_t last_ms;		    /* how long the newest of them took, -1 = unknown */
	int64_t last;			    /* newest run of all, 0 = none */
	struct date last_as_of;
	bool under_way; /* it still goes on */
	bool resumable; /* it was stopped half way: `fintra resume` goes on with it */
	bool vanished;	/* resumable, and nobody stopped it: its process is gone */
};

struct table_status {
	const struct table *table;
	const struct job *writer; /* NULL: no job launched from here writes it, it does not count */
	const struct job
		*source; /* who makes it, here or elsewhere; NULL: nobody in the pipeline */
	enum table_state state;
	struct date have, want; /* newest as-of <= the asked one; the expected session */
	struct date mixed_with; /* mixed: as-of of the other input */
	char mixed_table[64];
	char mixed_text[128];		/* "" = two dates tell it */
	struct date lost_from, lost_to; /* empty: earlier sessions that table->refill makes */
	char blocked_by[64];		/* blocked: the input that is not fresh */
	int64_t rows;			/* at `have`; -1 = not measured */
	int64_t num, den;		/* coverage at `want`, den <= 0 = none */
	double coverage;		/* num / den, < 0 = not measured */
	double floor;	/* coverage below it: partial; the configuration's, else the catalogue's */
	char basis[64]; /* what den is ("median of 5 good sessions", "universe: no history yet") */
	int64_t deadline_ms; /* UTC instant; 0 = none */
	char run[12];	     /* "running", "failed" or "" of its last writer */
	int64_t run_id;	     /* last run that wrote it, 0 = unknown */
	struct last_run last;
	int64_t made_by;     /* the good run whose rows it has, 0 = unknown */
	char row_source[40]; /* `source` of its newest rows, where that tells what they are made of
			      */
	/* What it was last made from, as far as that is known: [0] NULL = not. */
	const char *inputs[INPUTS_MAX + 1];
	char detail[160]; /* error text of unknown, or the sentence to show */
};

struct layer_status {
	enum table_state state; /* worst of its counting tables; of all when none counts */
	int n_tables, n_counting, n_fresh;
	struct date have; /* oldest `have` of the counting tables */
	double coverage;  /* lowest measured, < 0 none */
	int64_t deadline_ms;
};

struct freshness {
	struct date as_of; /* expected session */
	int64_t now_ms;
	struct table_status *at; /* one per catalogue table, same order; owned */
	size_t n;
	struct job_record *job; /* of all known jobs, canonical order; owned; NULL = not asked */
	size_t n_jobs;
	struct layer_status layer[LAYER_COUNT];
	bool ready;
	int exit_code;	   /* 0 ready, 1 warning, 2 not ready, 3 unknown */
	char verdict[256]; /* "NOT READY: sector_performance late 1 session -> 1 table blocked" */
	const struct table_status *cause; /* first cause, NULL when ready */
};

/* Measures all tables on one connection.  A table that cannot be measured is UNKNOWN, the call goes
 * on; -1 only when the connection is gone. */
int freshness_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
		      struct date as_of, int64_t now_ms, struct freshness *out,
		      struct err *e) MUST_CHECK;
void freshness_done(struct freshness *f);
/* The i-th table that `s` is made from, NULL past the last: what its last good run read; where the
 * ledger knows none, what the `source` of its rows tells; else what the job's row says (then what
 * does not count is no input of what counts).  A view is made from its table. */
const struct table_status *freshness_input(const struct freshness *f, const struct table_status *s,
					   size_t i);
/* "late 1 session", "mixed: 2026-02-02 with sector_performance of 2026-01-30", "due 04:00 NY", ...
 */
const char *table_status_phrase(const struct table_status *s, char *buf, size_t n);
/* What a gate says of it: "prices_daily has 2026-02-02, needs 2026-02-02 (partial): coverage 40.0%,
 * 8 of 20 (active stocks), needs 95.0%". */
void table_status_want(const struct table_status *s, struct str *out);
/* Whether what is wrong with `in` is reason enough for what is wrong with `s`, made from it. */
bool freshness_explains(const struct table_status *in, const struct table_status *s);
/* Down from `s` along the worst inputs that explain it, to one that none of its inputs explains. */
const struct table_status *freshness_first_cause(const struct freshness *f,
						 const struct table_status *s);
/* lineage.c: reads f->job from the ledger and fills the inputs of each table.  Without a ledger
 * nothing is known and it is no error; -1 only when the connection is gone. */
int lineage_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
		    struct freshness *f, struct err *e) MUST_CHECK;
const struct job_record *freshness_job(const struct freshness *f, const struct job *job);
/* Fills the states that depend on other tables, layers and verdict from what was measured. */
void freshness_judge(struct freshness *f);
const struct table_status *freshness_find(const struct freshness *f, const char *table);
/* One table only (gates). */
int freshness_measure_one(struct db *db, const struct conf *conf, const struct catalogue *cat,
			  const struct table *t, struct date as_of, int64_t now_ms,
			  struct table_status *out, struct err *e) MUST_CHECK;

#endif
