/* One ticker's snapshot explained: what is stored, what the same readers and engines make of the
 * inputs now, and whether both agree. */
#ifndef FINTRA_JOBS_LAYER4_TICKER_SNAPSHOT_H
#define FINTRA_JOBS_LAYER4_TICKER_SNAPSHOT_H

#include "core/report.h"
#include "core/section.h"
#include "jobs/engine/snapshot_trace.h"
#include "jobs/layer4/snapshot_build.h"

/* The newest snapshot by the as-of date, and its inputs as they were on its day. */
struct ticker_snapshot {
	const char *symbol;	    /* borrowed */
	struct date day;	    /* DATE_NONE = there is no snapshot */
	const struct json *row;	    /* all its columns, by name */
	const struct rows *differs; /* the columns that would be others now */
	/* Borrowed; NULL = it cannot be made, why_not says why. */
	const struct snapshot_made *made;
	const struct unit_company *company;
	const struct benchmark_set *benchmarks;
	const char *why_not;
	struct fgos_trace fgos;
	struct valuation_trace valuation;
};

/* Of a stored column; absent for SQL NULL and where there is none. */
struct num ticker_stored(const struct ticker_snapshot *t, const char *column);
/* Within `column`, an object. */
struct num ticker_stored_in(const struct ticker_snapshot *t, const char *column, const char *key);
/* It was made of what the vendor said on demand, which no table holds (update-mvp). */
bool ticker_asked_for(const struct ticker_snapshot *t);
/* The recombined score is the stored one, or both are absent. */
bool ticker_score_agrees(const struct ticker_snapshot *t);
enum absence ticker_window_absence(const struct ticker_snapshot *t, enum window w);
/* Why it has no rank; ABSENT_NOT = it has one. */
enum absence ticker_rank_absence(const struct ticker_snapshot *t, const char *column);

/* The modules of the verdict in their order. */
struct ticker_module {
	const char *name, *band; /* band NULL = none */
	struct verdict_module figures;
	enum absence absence;
};
enum { TICKER_MODULES = 5 };
void ticker_modules(const struct ticker_snapshot *t, struct ticker_module out[TICKER_MODULES]);

/* The two ways to tell it (ticker_text.c, ticker_json.c); the second is owned: json_free(). */
void ticker_snapshot_text(const struct ticker_snapshot *t, struct report *out);
struct json *ticker_snapshot_json(const struct ticker_snapshot *t);

#endif
