/* Postconditions: what must hold of a job's tables once it has done its work, as rows of the job's
 * table.  The runner measures them after run() has succeeded and before the ending (run_post.c);
 * the values are kept in the run's result, where the next run finds those of the last good one. */
#ifndef FINTRA_CORE_POST_H
#define FINTRA_CORE_POST_H

#include "core/json.h"

enum post_kind {
	POST_OF_LAST,  /* value >= bound x the measure; before there is one: >= first */
	POST_RISE,     /* a share 0..1: <= the measure + bound; before there is one: no bound */
	POST_NULLS,    /* a share 0..1: <= bound */
	POST_AT_LEAST, /* value >= bound */
	POST_AT_MOST,  /* value <= bound */
	POST_NEWEST,   /* a date: the newest session up to the as-of date, or later */
	POST_REPORTED  /* value >= the run's own result `reported` (rows stored = rows told) */
};

/* The measure is the median of the last five good sessions (of a session the newest good run), or
 * of as many as there are.  Bounds are those of faults.md section 4.  Runs with ticker, tickers,
 * limit, start, end or windows, dry runs and runs of the old system are exempt: nothing is
 * measured, and they are no last good run. A value that cannot be measured (or is NULL) ends the
 * run PARTIAL.  With force a broken one is PARTIAL, and the value is accepted: what was measured
 * before it counts no more. */
struct post {
	const char *name; /* key in the result, and with blanks what people read: "prices_rows" */
	int query;	  /* enum query: no parameter or $1 as-of date; one row, one column */
	enum post_kind kind;
	double bound, first;
	const char *reported;
	bool fails; /* broken: FAILURE 65 instead of PARTIAL */
};

#define POSTS(...) ((const struct post[]){ __VA_ARGS__, { .name = NULL } })

/* Takes the postconditions out of a run's result (JSON text, may be NULL): an object by name, each
 * {value, last, last_run, median, sessions, verdict: ok|first|broken|accepted|unmeasured, says};
 * owned, json_free().
 * NULL: it has none.  *rest: the result without them, "" when nothing is left. */
struct json *posts_split(const char *result, struct str *rest);
/* Worth a look: anything but "ok" and "first". */
bool post_is_trouble(const struct json *post);

#endif
