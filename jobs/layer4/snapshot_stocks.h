/* Which companies get a snapshot, in units of whole industries: what is ranked among its industry
 * finds all of it in one place. */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_STOCKS_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_STOCKS_H

#include "core/map.h"
#include "core/run.h"

enum { UNIT_NAME = 64 };

/* Texts are borrowed from the list. */
struct stock {
	const char *ticker;
	const char *sector, *industry; /* NULL = not known */
	bool fallback; /* the universe does not know its sector: a profile or snapshot does */
	bool asked;    /* this run is to make its snapshot */
};

struct snapshot_stocks {
	struct rows *rows;
	struct stock *at; /* every active stock: industry after industry, tickers in byte order */
	size_t n;
	size_t asked, missing_sector; /* of them asked for; of these without a sector */
	struct date newest;	      /* last_seen */
};

/* For the tickers of `only`; NULL: for those of `ticker`, `limit` and `offset`.  Owned:
 * snapshot_stocks_done(), also after a failure.  ERR_EMPTY when none of them is an active stock. */
int snapshot_stocks_read(struct job_ctx *c, const struct map *only, struct snapshot_stocks *s,
			 struct err *e) MUST_CHECK;
void snapshot_stocks_done(struct snapshot_stocks *s);

/* End of the unit that begins with stock `from`: whole industries of at least `most` companies
 * together, at most one industry more; companies without an industry are cut anywhere. */
size_t snapshot_unit_end(const struct snapshot_stocks *s, size_t from, size_t most);
void snapshot_unit_name(const struct snapshot_stocks *s, size_t from, size_t to,
			char out[UNIT_NAME]);

#endif
