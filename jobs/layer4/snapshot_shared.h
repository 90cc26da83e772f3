/* What the snapshots of one day share: benchmarks and price-earnings ratios of the sectors, and how
 * fast each industry moves.  Read once per run; then only looked at, by any thread. */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_SHARED_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_SHARED_H

#include "core/run.h"
#include "jobs/engine/benchmark_lookup.h"
#include "jobs/engine/industry_profile.h"
#include "jobs/layer4/snapshot_stocks.h"

/* What is known of a sector. */
struct sector_facts {
	const char *name;		 /* borrowed from `sectors` */
	bool compared;			 /* it has benchmarks */
	struct benchmark_set benchmarks; /* its own or those of General */
	struct date pe_date;		 /* DATE_NONE = none */
	struct num pe;
};

struct snapshot_shared {
	struct map *sectors;
	struct sector_facts *facts;		/* by number in `sectors` */
	const struct industry_profile *profile; /* the table's, else those it starts with */
	size_t profiles;
	struct industry_profile *owned;
	struct rows *rows;		      /* of the profiles: their texts */
	struct date benchmarks_date, pe_date; /* newest that was found */
	int64_t benchmarks, pes;	      /* rows */
};

/* Owned: snapshot_shared_done(), also after a failure.  */
int snapshot_shared_read(struct job_ctx *c, const struct snapshot_stocks *stocks,
			 struct snapshot_shared *s, struct err *e) MUST_CHECK;
void snapshot_shared_done(struct snapshot_shared *s);
/* Of one of the eleven sectors, or one that a stock has; NULL for others. */
const struct sector_facts *snapshot_sector(const struct snapshot_shared *s, const char *sector);

#endif
