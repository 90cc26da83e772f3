/* What Jobs and a job's detail say of a job. */
#ifndef FINTRA_TUI_JOBS_H
#define FINTRA_TUI_JOBS_H

#include "tui/view.h"

enum { JOB_TEXT = 200 };

struct job_facts {
	const char *unknown; /* why nothing is known of its runs; NULL = known */
	bool never;	     /* it has not run */
	int64_t run;	     /* the newest; 0 = none */
	enum run_state state;
	struct date as_of;
	const char *who, *host; /* borrowed from the model; cron for the scheduler's */
	int64_t took_ms;	/* so far, when it runs; < 0 = not started */
	int64_t when_ms;	/* its end, else its start */
	int64_t p50_ms;
	int p50_n;	     /* 0 = no whole success to compare with */
	char lock[JOB_TEXT]; /* "free", whose it is, or why that is not known */
	bool locked;
	char mark;	       /* ' ' launches, '!' asks first, '#' locked, '=' paused, '-' off,
				  '?' unknown */
	char launch[JOB_TEXT]; /* the same in words */
};

void job_facts(const struct model *m, const struct job *job, struct job_facts *f);
/* The keys that act on a job alike in the list and in its detail. */
void job_act(const struct model *m, const struct job *job, const struct input *in,
	     struct action *out);
/* "0".."6", "o" for operations, "b" for backfills. */
char job_layer(const struct job *job);
/* "03:41" of today, else "01-30". */
const char *job_when(const struct model *m, int64_t ms, char buf[CLOCK_BUF]);
/* ". success", "? not read" ...; returns its style. */
enum style job_state_text(const struct job_facts *f, char buf[40]);

#endif
