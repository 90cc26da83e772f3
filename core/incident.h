/* Known troubles: what an operator sees, what is behind it, which commands tell and repair it; and
 * how the demo makes them, by the same means as in life.  One table (jobs/incidents.c) for the
 * practice and for the playbook, so that they cannot differ. */
#ifndef FINTRA_CORE_INCIDENT_H
#define FINTRA_CORE_INCIDENT_H

#include "core/report.h"
#include "core/runner.h"

enum incident_act {
	INCIDENT_SQL,	/* rows that are not there (yet) */
	INCIDENT_FAULT, /* the vendor stand-in answers so from now on */
	INCIDENT_SPLIT, /* the stand-in's market splits the share that the query names, two for
			   one on the session, for good */
	INCIDENT_RUN,	/* a job really runs, for the session, and ends as told */
	INCIDENT_KILL	/* a job runs from the session before on and is killed (SIGKILL) while it
			   waits for what the query has changed but not committed */
};

struct incident_step {
	enum incident_act act;
	int query;	     /* SQL, SPLIT, KILL: enum query; $1 the session, $2 the one before */
	const char *text;    /* FAULT: a rule of tests/fakefmp.c, NULL = good answers again; RUN,
				KILL: the job */
	enum run_state ends; /* RUN: SUCCESS, PARTIAL or FAILURE */
	bool all;	     /* RUN: of all sessions that performance_windows had */
	bool last;
};

struct incident {
	const char *name, *title; /* name NULL ends the table */
	const char *symptom, *cause;
	/* Commands; DATE stands for the session, FIRST and LAST for the ends of the sessions before
	 * it that are gone, RUN for the run that vanished. */
	const char *const *diagnose, *const *remedy;
	bool seed;			   /* a problem of the report's section 8 */
	bool yesterday;			   /* needs the rows of the session before */
	const struct incident_step *steps; /* .last ends; NULL: it cannot be made any more */
};

/* NULL fills *e (ERR_USAGE) with the nearest name; `practised`: one with steps. */
const struct incident *incident_find(const struct catalogue *cat, const char *name, bool practised,
				     struct err *e) MUST_CHECK;

/* Whether one of its diagnosing commands is about that check, table or job. */
bool incident_about(const struct incident *in, const char *name);
/* Symptom, cause, commands; DATE becomes `day` when that is set. */
void incident_report(const struct incident *in, struct date day, struct report *out);

struct incident_env {		 /* all borrowed for the call */
	const struct conf *conf; /* database and stand-in */
	const struct catalogue *cat;
	struct date as_of;
	runner_sink_fn *sink;
	void *arg;
};

/* Breaks the database, which must be a private cluster that listens on no network (else
 * ERR_PERMISSION and nothing is touched).  Call with no other thread running: a step may fork. */
int incident_make(const struct incident *in, const struct incident_env *env,
		  struct err *e) MUST_CHECK;

#endif
