/* FGOS: growth, profitability, efficiency and solvency of a company against its sector
 * (engines.md 3.1-3.3).  Pure: no I/O, no clock, no allocation. */
#ifndef FINTRA_JOBS_ENGINE_FGOS_H
#define FINTRA_JOBS_ENGINE_FGOS_H

#include "jobs/engine/competitive_advantage.h"
#include "jobs/engine/metric_score.h"
#include "jobs/engine/moat.h"
#include "jobs/engine/quality_brakes.h"
#include "jobs/engine/sentiment.h"

enum fgos_dimension {
	FGOS_GROWTH,
	FGOS_PROFITABILITY,
	FGOS_EFFICIENCY,
	FGOS_SOLVENCY,
	FGOS_COMPONENTS, /* the four that make the score */
	FGOS_MOAT = FGOS_COMPONENTS,
	FGOS_SENTIMENT,
	FGOS_DIMENSIONS
};

const char *fgos_dimension_name(enum fgos_dimension d); /* "growth", ... */

enum { FGOS_METRICS_MAX = 3 }; /* in one component */
/* What a component is made of: its weight in the score and its n metrics. */
struct fgos_component {
	double weight;
	size_t n;
	enum metric metric[FGOS_METRICS_MAX];
};
extern const struct fgos_component fgos_components[FGOS_COMPONENTS];

enum fgos_category { FGOS_PENDING, FGOS_LOW, FGOS_MEDIUM, FGOS_HIGH, FGOS_CATEGORY_COUNT };

const char *fgos_category_name(enum fgos_category c); /* "Pending", "Low", ... */

struct fgos_input {
	const char *sector;		     /* NULL or "" = none */
	struct num value[METRIC_FGOS_COUNT]; /* by enum metric */
	struct num altman_z, piotroski;
	const struct benchmark_set *benchmarks; /* of the sector; NULL = none found */
	const struct annual *history;		/* newest first; NULL = not given: no moat */
	size_t years;
	const struct multiples *multiples; /* [SENTIMENT_DATES]; NULL = not given: no sentiment */
};

/* A component that rests on a benchmark of low confidence. */
struct fgos_impact {
	bool has;
	double raw, effective; /* means over its scored metrics */
	int sample_size;       /* the smallest of them */
	double weight;	       /* the smallest of them */
};

struct fgos {
	bool incomplete;  /* no sector or a benchmark lacks: status Incomplete, all absent */
	struct num score; /* 0..100, whole, after the brakes */
	struct num base;  /* before rounding and brakes: weighted mean of the components */
	enum fgos_category category;
	int confidence; /* percent of the dimensions that are there, rounded down */
	enum trust confidence_label;
	struct num dimension[FGOS_DIMENSIONS];	       /* 0..100 */
	struct metric_score metric[METRIC_FGOS_COUNT]; /* what the components come from */
	struct fgos_impact impact[FGOS_COMPONENTS];
	bool low_confidence_benchmark; /* some benchmark of the sector is low */
	struct moat moat;
	struct sentiment sentiment;
	struct quality_brakes brakes; /* empty without a score */
	/* Of the moat score. */
	enum advantage_band advantage_band;
	struct num advantage_confidence;
};

const char *fgos_status_name(const struct fgos *f); /* "Incomplete" or "partial" */
void fgos(const struct fgos_input *in, struct fgos *out);

#endif
