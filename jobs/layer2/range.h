/* The as-of dates of a run: one, or the sessions of a range (parameters start, end, step). */
#ifndef FINTRA_JOBS_LAYER2_RANGE_H
#define FINTRA_JOBS_LAYER2_RANGE_H

#include "core/run.h"

#define RANGE_PARAMS                                                                              \
	{ "start", PARAM_DATE, NULL, NULL, "first as-of date of a range", 0, 0 },                 \
		{ "end", PARAM_DATE, NULL, NULL, "last as-of date of a range", 0, 0 },            \
	{                                                                                         \
		"step", PARAM_CHOICE, "session|week|month", "session",                            \
			"which sessions of the range: each, or the last of a week or month", 0, 0 \
	}

struct range {
	struct date *at; /* owned: range_done(); ascending sessions */
	size_t n;
	bool given; /* false: at[0] is the run's own as-of date */
};

int range_of(const struct job_ctx *c, struct range *out, struct err *e) MUST_CHECK;
void range_done(struct range *r);

struct range_walk {
	const char *phase;
	/* The date that the data has for an as-of date; DATE_NONE = nothing. */
	int (*find)(void *arg, struct date as_of, struct date *day, struct err *e);
	int (*write)(void *arg, struct date day, struct err *e);
	struct date last; /* out: the last date given to write(), DATE_NONE = none */
};

/* Calls write() once for each distinct date that find() gives for the as-of dates of r, in order:
 * a session without data of its own has the date of the one before. */
int range_each(struct job_ctx *c, const struct range *r, struct range_walk *w, void *arg,
	       struct err *e) MUST_CHECK;

#endif
