/* What the engines on a company say together (engines.md 8.6).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_VERDICT_H
#define FINTRA_JOBS_ENGINE_VERDICT_H

#include "jobs/engine/competitive_advantage.h"
#include "jobs/engine/dividend_quality.h"
#include "jobs/engine/relative_return.h"
#include "jobs/engine/sentiment.h"

enum verdict_label {
	VERDICT_INCONCLUSIVE,
	VERDICT_EXCEPTIONAL,
	VERDICT_SPECULATIVE,
	VERDICT_STRONG,
	VERDICT_FRAGILE,
	VERDICT_BALANCED,
	VERDICT_LABEL_COUNT
};

const char *verdict_label_name(enum verdict_label l); /* "inconclusive", ... */

/* Score and confidence of an engine, 0..100; both absent when it was not asked. */
struct verdict_module {
	struct num score, confidence;
};

struct verdict_input {
	struct verdict_module fgos, advantage, sentiment, dividend, relative;
	/* fgos_band: of its category, High strong, Medium defendable, Low weak. */
	enum advantage_band fgos_band, advantage_band;
	enum sentiment_band sentiment_band;
	enum dividend_band dividend_band;
	enum return_band return_band;
};

struct verdict {
	enum verdict_label label;
	struct num score, confidence; /* 0..100; absent without an FGOS */
	struct codes positives, negatives, tensions;
};

void verdict(const struct verdict_input *in, struct verdict *out);

#endif
