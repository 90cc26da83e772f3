/* What a company returned against a benchmark over one, three and five years (engines.md 8.2).
 * Pure. */
#ifndef FINTRA_JOBS_ENGINE_RELATIVE_RETURN_H
#define FINTRA_JOBS_ENGINE_RELATIVE_RETURN_H

#include "jobs/engine/figures.h"
#include "jobs/engine/window.h"

enum { RETURN_WINDOWS = 3 };
extern const enum window return_windows[RETURN_WINDOWS]; /* 1Y, 3Y, 5Y */

/* Percent; drawdowns are positive. */
struct return_pair {
	struct num asset, benchmark;
	struct num asset_drawdown, benchmark_drawdown;
};

enum return_band {
	RETURN_NONE,
	RETURN_UNDERPERFORMER,
	RETURN_NEUTRAL,
	RETURN_OUTPERFORMER,
	RETURN_BAND_COUNT
};

const char *return_band_name(enum return_band b); /* "underperformer", ...; NULL for NONE */
enum return_band return_band_find(const char *name);

struct relative_return {
	struct num score, confidence; /* 0..100; absent without any window, as is all below */
	enum return_band band;
	struct num alpha[RETURN_WINDOWS];	/* percentage points */
	struct num alpha_score[RETURN_WINDOWS]; /* 0..100 */
	struct num consistency;			/* 0..100 */
	struct num drawdown_penalty;		/* 0..20 */
};

/* in[i]: over return_windows[i]. */
void relative_return(const struct return_pair in[RETURN_WINDOWS], struct relative_return *out);

#endif
