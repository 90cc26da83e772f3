/* Checksum of a table's content: equal rows give equal sums, whatever their order on disk, the
 * order of the columns or the display scale of a numeric (1.50 equals 1.5).  The catalogue's
 * volatile columns are left out. */
#ifndef FINTRA_CORE_CHECKSUM_H
#define FINTRA_CORE_CHECKSUM_H

#include "core/job.h"

enum { CHECKSUM_BUF = 33 };

/* Computed on the server in one pass, in constant memory.  `sum` becomes 32 hex digits, zeros for
 * no rows. */
int checksum_table(struct db *db, const struct table *t, int64_t *rows, char sum[CHECKSUM_BUF],
		   struct err *e) MUST_CHECK;

#endif
