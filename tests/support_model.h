/* Hand-built models for screen tests: the tables of FINTRA, a catalogue of a few jobs, and
 * mornings. */
#ifndef FINTRA_TESTS_SUPPORT_MODEL_H
#define FINTRA_TESTS_SUPPORT_MODEL_H

#include "tui/model.h"

/* Tuesday 2026-02-03 04:12:07 in New York, the seed's morning. */
#define SUPPORT_NOW_MS INT64_C(1770109927000)

extern const struct catalogue support_catalogue;

enum support_morning {
	MORNING_CONNECTING, /* nothing answered yet */
	MORNING_DOWN,	    /* no database */
	MORNING_READY,	    /* all of layers 0-2 fresh */
	MORNING_SEED,	    /* windows of 02-02 with benchmarks of 01-30; two runs under way */
	MORNING_HOSTILE	    /* names too long, wide, and full of escape sequences */
};

/* Owned: support_model_done(). */
struct model support_model(enum support_morning which);
void support_model_done(struct model *m);
/* Five lines; hostile: wide, broken, full of escape sequences.  Owned. */
struct log_part *support_log(int64_t id, bool hostile);

#endif
