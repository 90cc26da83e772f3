/* What Jobs, Tables, System and their details show besides the live snapshot.  It is read only
 * while such a screen is open (tui/feed_look.c) and published like everything else: immutable,
 * counted. */
#ifndef FINTRA_TUI_LOOK_H
#define FINTRA_TUI_LOOK_H

#include "tui/model.h"
#include "tui/wish.h"

enum { LOOK_GRID = 20 /* sessions of a table's detail */, LOOK_DISKS = 2 };

/* First members of each part; error = why it could not be read, "" = it was. */
#define LOOK_HEAD            \
	struct part part;    \
	int64_t measured_ms; \
	char error[240]

struct job_stat {     /* of one job; ms are wall clock, 0 = not yet */
	int64_t last; /* its newest run, 0 = it never ran */
	enum run_state state;
	struct date as_of;
	char who[64], host[64], origin[16], good_who[64];
	int64_t created_ms, started_ms, ended_ms;
	int64_t good; /* newest run that wrote, 0 = none among its last ones */
	struct date good_as_of;
	int64_t good_ms; /* its end */
	int64_t p50_ms;	 /* of p50_n whole successes, p50_n 0 = unknown */
	int p50_n;
};
struct jobs_part {
	LOOK_HEAD;
	size_t n;
	struct job_stat *at; /* one per catalogue job, same order; owned */
};

struct lock_info {
	int64_t key;
	bool granted;
	int pid;
	int64_t run; /* of its session, 0 = no run of ours */
	char app[LOOK_NAME], user[LOOK_NAME];
	char name[120]; /* "cron-JOB-2026-02-02"; "" = not one of ours */
};
struct wait_info { /* a run that waits for a lock, as it says itself */
	int64_t run;
	char job[LOOK_NAME], what[200];
};
struct locks_part {
	LOOK_HEAD;
	VEC(struct lock_info) lock;
	VEC(struct wait_info) wait;
	char wait_error[200];
};

struct table_size {
	char kind;	 /* pg_class.relkind, 0 = the table is not there */
	bool readable;	 /* by this role */
	int64_t bytes;	 /* < 0 = has none (a view) */
	int64_t n_about; /* the planner's estimate, < 0 = never analysed */
};
struct tables_part {
	LOOK_HEAD;
	size_t n;
	struct table_size *at; /* one per catalogue table, same order; owned */
};

struct session_info {
	int pid;
	char app[LOOK_NAME], user[LOOK_NAME], host[LOOK_NAME];
	char state[24], wait[64]; /* state "" = hidden from this role */
	int64_t since_ms, xact_ms;
};
struct fact { /* one figure; error says why it is not known */
	char text[160], error[200];
};
struct disk_info {
	const char *what; /* "download cache" */
	char path[200];	  /* "" = none is configured */
	int64_t free, size;
	char error[160];
};
struct system_part {
	LOOK_HEAD;
	struct fact server, size, connections, pooler, schema;
	VEC(struct session_info) session;
	char session_error[200];
	struct disk_info disk[LOOK_DISKS];
	int threads; /* of this process, 0 = unknown */
	char role[LOOK_NAME];
};

struct job_runs_part { /* the last runs of one job, newest first */
	LOOK_HEAD;
	char job[LOOK_NAME];
	struct run_list l;
};

struct grid_cell {
	struct date session;
	bool measured;
	struct table_status s;
};
struct grid_part { /* one table at its last sessions, newest first */
	LOOK_HEAD;
	char table[LOOK_NAME];
	size_t n;
	struct grid_cell at[LOOK_GRID];
};

void *look_part_new(enum look_part which); /* one reference, the caller's */
/* The newest, NULL = not read yet. */
const struct jobs_part *look_jobs(const struct model *m);
const struct locks_part *look_locks(const struct model *m);
const struct tables_part *look_tables(const struct model *m);
const struct system_part *look_system(const struct model *m);
const struct job_runs_part *look_job_runs(const struct model *m, const char *job);
const struct grid_part *look_grid(const struct model *m, const char *table);
/* Figures of a job and of a table by their place in the catalogue; NULL = not read yet. */
const struct job_stat *look_job(const struct model *m, const struct job *job);
const struct table_size *look_table(const struct model *m, const struct table *t);
/* The newest run of the job: from the live runs when they know it or a newer one (*live), else as
 * read. */
const struct run_info *look_live_run(const struct model *m, const struct job *job);
/* Who holds the job's lock for the session shown or for today, NULL = nobody. */
const struct lock_info *look_job_lock(const struct model *m, const struct job *job);
/* The job whose run wrote the table last, among those that may; NULL = unknown. */
const struct job_stat *look_writer(const struct model *m, const struct table *t,
				   const struct job **job);
/* "Tables  age 2s", "Tables: database lost 40s ago", "Tables: not read yet": never better than what
 * was read. */
void look_title(const struct model *m, const char *what, int64_t measured_ms, const char *error,
		char *buf, size_t n);
const char *look_bytes(int64_t bytes, char buf[24]); /* "12.3 GB" */

#endif
