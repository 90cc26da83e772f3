/* Which layers of a snapshot are computed, and why the others are not (engines.md 6.2).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_LAYER_STATUS_H
#define FINTRA_JOBS_ENGINE_LAYER_STATUS_H

#include "jobs/engine/context.h"

enum snapshot_layer {
	SNAPSHOT_IFS,
	SNAPSHOT_GROWTH,
	SNAPSHOT_VALUATION,
	SNAPSHOT_INDUSTRY,
	SNAPSHOT_LAYERS
};

enum layer_state { LAYER_COMPUTED, LAYER_PENDING, LAYER_UNAVAILABLE, LAYER_STATE_COUNT };

const char *snapshot_layer_name(enum snapshot_layer l); /* "ifs", "fundamentals_growth", ... */
const char *layer_state_name(enum layer_state s); /* "computed", "pending_recalculation", ... */

enum availability { AVAILABLE_NOT, AVAILABLE_PARTLY, AVAILABLE_FULLY, AVAILABILITY_COUNT };

const char *availability_name(enum availability a);    /* "missing", "partial", "full" */
enum availability availability_find(const char *name); /* AVAILABLE_NOT if none */

struct layer_status_input {
	enum maturity maturity;
	bool has_ifs;
	int missing_horizons; /* dominant ones without a relative return */
	bool has_growth;      /* one of the three growth rates is there */
	bool has_valuation;   /* neither its stage nor its legacy status is pending */
	bool has_sector;
	enum availability industry_performance;
};

struct layer_mark {
	enum layer_state state;
	const char *version, *reason; /* static; NULL = none */
};

struct layer_status {
	struct layer_mark of[SNAPSHOT_LAYERS];
};

void layer_status(const struct layer_status_input *in, struct layer_status *out);

#endif
