/* Reads a kept answer again as today's program would: the door's verdict, then the reader of its
 * endpoint.  No network, no database. */
#ifndef FINTRA_CORE_REPLAY_H
#define FINTRA_CORE_REPLAY_H

#include "core/date.h"
#include "core/evidence.h"

/* How an endpoint's answers are read; a row of the catalogue's table. */
struct answer_reader {
	const char *path;
	const struct csv_column *columns; /* NULL: JSON */
	size_t n;
	/* NULL when the row is taken, else why not.  day: that of the request, or of the run. */
	const char *(*judge)(const struct csv_row *row, struct date day);
};

enum { REPLAY_REASONS = 12, REPLAY_REASON = 80 };

struct replayed {
	struct err refused;	      /* ERR_NONE: taken */
	bool known, cut;	      /* the catalogue has its reader; the body was kept in part */
	size_t wanted, found, others; /* columns: asked for, of them present, not asked for */
	char lacking[256];	      /* wanted names that are absent */
	int64_t rows, rejected;	      /* JSON: members of its list */
	struct {
		char why[REPLAY_REASON];
		int64_t n, first; /* first: number of its first row, from 1 */
	} reason[REPLAY_REASONS];
	size_t nreasons;
};

/* readers: path NULL ends.  as_of: the run's. */
void replay(const struct answer_reader *readers, const struct evidence *v, struct date as_of,
	    struct replayed *out);

#endif
