/* Rows for the suites of layer 3's jobs, on the ground of support_layer2.h, and what each of these
 * jobs must hold. */
#ifndef FINTRA_TESTS_SUPPORT_LAYER3_H
#define FINTRA_TESTS_SUPPORT_LAYER3_H

#include "tests/support_layer2.h"

/* A row of datos_financieros: period "TTM" or "FY", its last day, figures as "roic = 1, ...". */
void period(const char *ticker, const char *type, const char *end, const char *figures);
/* A row of datos_valuacion; figures as texts of SQL. */
void multiples(const char *ticker, const char *date, const char *pe, const char *ev,
	       const char *fcf);
/* An active stock whose universe row names this industry. */
void member(const char *ticker, const char *sector, const char *industry);

struct outcome benchmark_run(const struct job *job, const char *param); /* on AS_OF; or NULL */
/* By force once more on what is there: rows are read, none is written, not by the server's own
 * counters either. */
void changes_nothing(const struct job *job);
/* With dry_run: a success, and not a row is written. */
void writes_nothing(const struct job *job);
/* Ends 64 and says `why` when it is asked for one ticker. */
void refuses_a_ticker(const struct job *job, const char *why);
/* Ends 6 and says `why`. */
void ends_empty(const struct job *job, const char *why);
/* Killed while it waits to write `table`, which it has written before, and resumed: the same rows
 * as of an undisturbed run. */
void survives_a_kill(const struct job *job, const char *table);
/* The same of any job, while it waits for what the statement `hold` holds; `nothing` brings its
 * tables back to where it begins. */
void survives_a_kill_at(const struct job *job, const char *hold, const char *nothing);

#endif
