/* splits and dividends of one ticker (fmp.md 6). */
#ifndef FINTRA_JOBS_FMP_ACTIONS_H
#define FINTRA_JOBS_FMP_ACTIONS_H

#include "core/run.h"
#include "core/vec.h"

struct action {
	struct date day;     /* ex-date */
	double num, den;     /* of a split: num new shares for den old ones; 0 = a dividend */
	struct num dividend; /* per share, as paid; old rows may lack it */
};

struct actions { /* by ex-date, oldest first */
	VEC(struct action) list;
};

/* Those of ex-date after..to, both days left out resp. taken in.  actions_done() in any case. */
int actions_fetch(struct job_ctx *c, const char *ticker, struct date after, struct date to,
		  struct actions *out, struct err *e) MUST_CHECK;
void actions_done(struct actions *a);
/* "split 2:1 on 2026-06-10, dividend 0.27 on 2026-06-24". */
void actions_text(const struct actions *a, char *buf, size_t n);

#endif
