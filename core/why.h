/* Trees of tables, up to the first causes or down to what is made from one, and the commands that
 * repair what is broken.  Pure: everything comes from a measured freshness. */
#ifndef FINTRA_CORE_WHY_H
#define FINTRA_CORE_WHY_H

#include "core/forecast.h"
#include "core/freshness.h"
#include "core/params.h"

enum { WHY_STEPS = 64, WHY_CAUSES = 32 };

struct why_node {
	const struct table_status *status; /* borrowed from the freshness; NULL: of a root over
					      several targets */
	bool cause;			   /* not fresh, and none of its inputs explains it */
	bool again;		 /* shown with all below it further up: no children here */
	struct why_node **child; /* owned */
	size_t n;
};

struct why_step {
	const struct job *job;
	bool launchable;	     /* false: a job of the system beside this one */
	int64_t resume;		     /* run that is gone on with, 0 = a new one */
	int64_t under_way;	     /* run that does it already, 0 = none */
	char options[48];	     /* that it needs, "" = none */
	const struct params *params; /* of a launch that was asked for; borrowed; NULL = none */
	char command[400]; /* "fintra run JOB --as-of D"; a comment when it is not launchable */
	int64_t rows, ms;  /* median of its last good runs, -1 = unknown */
	int64_t last_ms;   /* of the newest of them, -1 = unknown */
	int64_t calls;	   /* requests to the vendor, as rows */
	struct forecast f; /* what it would do (core/plan.h); nothing known until then */
	bool gate_ok;	   /* its inputs are fresh now */
	char gate[200];	   /* else which are not */
};

struct why {
	bool down;				      /* children = made from it, not made of it */
	struct why_node *root;			      /* owned; NULL in a plan */
	const struct table_status *cause[WHY_CAUSES]; /* first causes, tables' order */
	size_t n_causes;
	struct why_step plan[WHY_STEPS]; /* canonical order */
	size_t plan_n;
	/* "performance_windows is MIXED. First cause: sector_performance late 1 session" */
	char text[640];
};

/* target: a table, a job (its first written table), or NULL = all that counts and is not fresh
 * ("everything is fresh" when nothing is).  All return -1 with ERR_USAGE for an unknown target;
 * why_done() *out in any case. */
int why_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	      struct why *out, struct err *e) MUST_CHECK;
/* The same tree downwards: children are the tables made from it. */
int impact_build(const struct catalogue *cat, const struct freshness *f, const char *target,
		 struct why *out, struct err *e) MUST_CHECK;
/* No tree: the steps that make the target fresh.  target: as above, and layer:N-M.  NULL: what is
 * computed from what is repaired is made again, too. */
int plan_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	       struct why *out, struct err *e) MUST_CHECK;
/* One step more: a launch with these parameters (borrowed).  mode: the options besides them, as
 * typed
 * (" --gate strict"). */
void why_add_launch(const struct catalogue *cat, const struct freshness *f, const struct job *job,
		    const struct params *params, const char *mode, struct why *out);
/* Parameters that make another run of it than the usual one; p may be NULL. */
bool why_is_part(const struct params *p);
/* "3 steps, ~4 min", "nothing to do for TARGET": out->text. */
void why_plan_sentence(const char *target, struct why *out);
/* The tables that the steps write, each once: "A, B", with " ..." when there are more. */
void why_missing(const struct why *w, char *out, size_t n);
void why_done(struct why *w);

/* "~4 min", "41 s", "unknown" for -1. */
const char *why_duration(int64_t ms, char *buf, size_t n);

#endif
