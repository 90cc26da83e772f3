/* Who the vendor thinks resembles a company: peers-bulk (all) and stock-peers (one). */
#ifndef FINTRA_JOBS_FMP_PEERS_H
#define FINTRA_JOBS_FMP_PEERS_H

#include "core/csv.h"
#include "jobs/common.h"
#include "jobs/fmp/cache.h"

enum peers_column { PEERS_SYMBOL, PEERS_LIST, PEERS_COLUMNS };

extern const struct csv_column peers_columns[PEERS_COLUMNS];

/* peers-bulk; `fresh` ignores the cache of the last hour.  Held: cache_keep() or cache_drop() it.
 */
int peers_fetch(struct job_ctx *c, bool fresh, struct cache_file *f, struct err *e) MUST_CHECK;

/* Each peer of a comma list, trimmed and in capitals; `ok` false: it is no ticker, p[0..n) is what
 * was sent. -1 with *e filled stops. */
typedef int peers_fn(void *arg, bool ok, const char *p, size_t n, struct err *e);
int peers_each(const struct csv_cell *list, peers_fn *fn, void *arg, struct err *e) MUST_CHECK;

/* stock-peers of one ticker, the same way; *n = how many came, 0 when the vendor names none. */
int peers_get(struct job_ctx *c, const char *ticker, peers_fn *fn, void *arg, int64_t *n,
	      struct err *e) MUST_CHECK;

#endif
