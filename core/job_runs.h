/* What the ledger says of each job's runs where nobody was watching: which was missed, which run of
 * cron ended badly and was not made good. */
#ifndef FINTRA_CORE_JOB_RUNS_H
#define FINTRA_CORE_JOB_RUNS_H

#include "core/freshness.h"

struct job_runs {
	const struct job *job;
	struct date newest; /* as-of of its newest run of whole tables, skipped ones left out */
	int64_t bad;	    /* newest run of cron that ended badly, 0 = none */
	char bad_state[12], bad_class[16];
	struct date bad_as_of;
	char bad_error[300];
};
struct job_runs_list {
	struct job_runs *at; /* of every job of the catalogue, its order; owned: free() */
	size_t n;
};
/* Without a ledger nothing is known: newest unset, nothing bad. */
int job_runs_read(struct db *db, const struct conf *conf, const struct catalogue *cat,
		  struct job_runs_list *out, struct err *e) MUST_CHECK;

struct missed_run {
	const struct job_runs *of;
	struct date session; /* the first one it did not run for */
	int64_t deadline_ms; /* of that session; it has passed */
};
/* Whether the table's job has no run for a session whose deadline is over, and the table shows it.
 */
bool job_run_missed(const struct freshness *f, const struct table_status *s,
		    const struct job_runs_list *runs, struct missed_run *out);

#endif
