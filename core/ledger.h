/* Schema fintra_ops: runs, units, log lines, requests.  Everything a console of another host knows
 * of a run comes from here; NOTIFY "fintra" is only a hint to look now. */
#ifndef FINTRA_CORE_LEDGER_H
#define FINTRA_CORE_LEDGER_H

#include "core/event.h"
#include "core/job.h"

enum run_state {
	RUN_QUEUED, /* waits for a lock */
	RUN_RUNNING,
	RUN_SUCCESS,
	RUN_PARTIAL,
	RUN_FAILURE,
	RUN_CANCELLED,
	RUN_SKIPPED,
	RUN_ABANDONED,
	RUN_LOST
};

const char *run_state_name(enum run_state s); /* lower case */
bool run_state_parse(const char *s, enum run_state *out);
bool run_state_ended(enum run_state s);
bool run_state_resumable(enum run_state s); /* cancelled, abandoned, lost: `resume` goes on */

struct run_info {
	int64_t id, parent;
	char job[64];
	enum run_state state; /* a running row without beat and with a free lock reads ABANDONED */
	int epoch;
	struct date as_of;
	char who[64], host[64], origin[16]; /* origin: cli cron console */
	int pid;
	char gate[8];
	char *reason, *params, *error,
		*result; /* owned; JSON texts for params and result; may be NULL */
	char err_class[16], sqlstate[8];
	int http, exit_code;
	char phase[40]; /* of a running one, from its beat */
	int64_t done, total;
	int64_t created_ms, started_ms, ended_ms, beat_ms; /* 0 = not yet */
	struct tally counts;
	char taint[160];
	char build[32];
	char waits_for[200]; /* "sector_performance, held by run 8812 (...)"; "" = nothing */
};

/* Exit code of a run that has ended: its own, and 1 for one that left none (abandoned, lost). */
int ledger_exit_code(const struct run_info *r);

struct run_list {
	struct run_info *at;
	size_t n;
};

struct run_filter {
	int64_t id;	   /* 0 = any */
	const char *job;   /* NULL = any */
	const char *state; /* NULL = any */
	const char *user;
	bool active_only;
	int64_t since_ms;
	int64_t parent; /* 0 = any */
	int limit;
};

void run_list_done(struct run_list *l);
/* Newest first. */
int ledger_runs(struct db *db, const struct conf *conf, const struct run_filter *f,
		struct run_list *out, struct err *e) MUST_CHECK;
/* One run by id ("8812") or the newest of a job name; ERR_USAGE when there is none. */
int ledger_find(struct db *db, const struct conf *conf, const struct catalogue *cat,
		const char *what, struct run_list *out, struct err *e) MUST_CHECK;

struct unit_info {
	char unit[80], state[12];
	int attempts;
	struct tally counts;
	int64_t ended_ms;
};
struct unit_list {
	struct unit_info *at;
	size_t n;
};
int ledger_units(struct db *db, int64_t run, struct unit_list *out,
		 struct err *e) MUST_CHECK; /* free(out->at) */

struct input_info {
	char table[64];
	struct date as_of;
	int64_t rows;
};
struct input_list {
	struct input_info *at;
	size_t n;
};
int ledger_inputs(struct db *db, int64_t run, struct input_list *out,
		  struct err *e) MUST_CHECK; /* free(out->at) */

struct event_list {
	struct event *at;
	size_t n;
};
void event_list_done(struct event_list *l);
/* Lines with seq > after, oldest first, at most limit.  With after < 0: the newest `limit`. */
int ledger_events(struct db *db, int64_t run, int64_t after, int limit, struct event_list *out,
		  struct err *e) MUST_CHECK;

/* The same for up to EVENT_RUNS runs in one query: for each the lines with seq > after[i] (< 0: the
 * newest), at most `limit`, msg cut at EVENT_LETTERS.  Without ev, job and data. */
enum { EVENT_RUNS = 8, EVENT_LETTERS = 4100 };
int ledger_events_of(struct db *db, const int64_t *runs, const int64_t *after, size_t n, int limit,
		     struct event_list *out, struct err *e) MUST_CHECK;

/* Asks a run, wherever it works, to stop; audited with the reason (may be NULL).  ERR_USAGE when it
 * has ended. */
int ledger_request_cancel(struct db *db, int64_t run, enum cancel_level level, const char *who,
			  const char *reason, struct err *e) MUST_CHECK;

/* "user" of the operating system, and the host name. */
void ledger_identity(char who[64], char host[64]);

/* Lock id of jobs.md 0.3 for "cron-JOB-YYYY-MM-DD" (h = 31 h + byte in wrapping 32 bits, |h| mod
 * 2147483647). */
int64_t guard_key(const char *name);

#endif
