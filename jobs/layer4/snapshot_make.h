/* Makes and writes the snapshots of some active stocks: the inputs of a unit, the engines on them,
 * one transaction.  What fmp-bulk, bulk-update and update-mvp have in common.  On the run's thread.
 */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_MAKE_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_MAKE_H

#include "jobs/layer4/snapshot_inputs.h"
#include "jobs/layer4/snapshot_rows.h"
#include "jobs/layer4/snapshot_shared.h"

struct snapshot_make {
	struct job_ctx *c;
	struct snapshot_stocks stocks;
	struct snapshot_shared shared;
	struct input_read read[SNAPSHOT_INPUTS];
	/* Snapshots written, refused by the database, new to the table; with a score, with a
	 * position, with a return against the sector of one year; of old windows. */
	int64_t processed, failed, inserted, fgos, ifs, relative, old_windows;
	/* Of the one company of the next unit; NULL = the tables alone. */
	const struct snapshot_news *news;
	/* The unit at work. */
	struct snapshot_unit unit;
	struct snapshot_row *row;
	int64_t refused, fresh;
};

/* Whom it is for (snapshot_stocks_read()), and what all of them share.  snapshot_make_end() it,
 * also after a failure. */
int snapshot_make_begin(struct snapshot_make *m, struct job_ctx *c, const struct map *only,
			struct err *e) MUST_CHECK;
void snapshot_make_end(struct snapshot_make *m);

/* Those asked for, in units that a resumed run does not make again. */
int snapshot_make_all(struct snapshot_make *m, struct err *e) MUST_CHECK;
/* Those asked for among the stocks of one span of whole industries, as unit `name`. */
int snapshot_make_unit(struct snapshot_make *m, struct span which, const char *name,
		       struct err *e) MUST_CHECK;
/* Records the inputs, and says who has no sector and which inputs are thin. */
int snapshot_make_report(struct snapshot_make *m, struct err *e) MUST_CHECK;

#endif
