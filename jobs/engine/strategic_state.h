/* Whether the mood of the market fits the standing of a company (engines.md 8.5).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_STRATEGIC_STATE_H
#define FINTRA_JOBS_ENGINE_STRATEGIC_STATE_H

#include "jobs/engine/competitive_advantage.h"
#include "jobs/engine/market_position.h"
#include "jobs/engine/sentiment.h"

enum strategic_state { STATE_ALIGNED, STATE_IN_TENSION, STATE_OUT_OF_STEP, STRATEGIC_STATE_COUNT };

const char *strategic_state_name(enum strategic_state s); /* "aligned", ... */

/* position: NULL or pending = not known, the advantage alone decides. */
enum strategic_state strategic_state(enum advantage_band advantage,
				     const struct market_position *position,
				     enum sentiment_band mood);

#endif
