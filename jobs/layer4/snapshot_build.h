/* From the rows of a unit to snapshots: the engines over worker threads, nothing read or written.
 */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_BUILD_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_BUILD_H

#include "jobs/layer4/snapshot_inputs.h"
#include "jobs/layer4/snapshot_rows.h"
#include "jobs/layer4/snapshot_shared.h"

/* What one snapshot is made of, and what the engines make of it. */
struct snapshot_made {
	struct snapshot_input rows; /* borrowed from the unit and `shared`, as is what follows */
	struct snapshot snapshot;
	struct appraisal appraisal;
	const struct sector_facts *sector;
};
/* Of the i-th company of the unit. */
void snapshot_derive(const struct snapshot_unit *u, const struct snapshot_shared *shared,
		     struct date as_of, size_t i, struct snapshot_made *out);

/* One row per company of the unit, in its order, into row[u->company.n]; texts are borrowed from
 * the unit and `shared`, objects owned: snapshot_row_done().  `workers`: threads, 0 = as many as
 * there are processors. */
void snapshot_build(const struct snapshot_unit *u, const struct snapshot_shared *shared,
		    struct date as_of, int workers, struct snapshot_row *row);

#endif
