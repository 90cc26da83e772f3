/* An FGOS in words for display (engines.md 3.6).  Secondary.  Pure. */
#ifndef FINTRA_JOBS_ENGINE_FGOS_STATE_H
#define FINTRA_JOBS_ENGINE_FGOS_STATE_H

#include "jobs/engine/fgos.h"

enum fgos_stage { STAGE_PENDING, STAGE_PARTIAL, STAGE_COMPUTED, STAGE_COUNT };
enum fgos_bucket {
	BUCKET_UNKNOWN,
	BUCKET_WEAK,
	BUCKET_AVERAGE,
	BUCKET_STRONG,
	BUCKET_ELITE,
	BUCKET_COUNT
};
enum fgos_mood { MOOD_UNKNOWN, MOOD_HOSTILE, MOOD_NEUTRAL, MOOD_SUPPORTIVE, MOOD_COUNT };

const char *fgos_stage_name(enum fgos_stage s);	  /* "pending", "partial", "computed" */
const char *fgos_bucket_name(enum fgos_bucket b); /* "unknown", "weak", ... */
const char *fgos_mood_name(enum fgos_mood m);	  /* "unknown", "hostile", ... */

struct fgos_state_input {
	struct num score;
	const struct num *dimension; /* [FGOS_DIMENSIONS]; NULL = there is no breakdown */
	struct num confidence;	     /* percent */
	int label;		     /* enum trust; -1 = from the percent */
};

struct fgos_state {
	enum fgos_stage stage;
	struct num score;
	enum fgos_bucket bucket;
	double confidence;
	enum trust confidence_label;
	int computed, total;
	struct codes missing; /* dimensions; "all" without a breakdown */
	enum fgos_mood context;
};

void fgos_state(const struct fgos_state_input *in, struct fgos_state *out);

#endif
