/* The JSONB columns of fintra_snapshots as text (engines.md 1.2, jobs.md 2.22).  Any thread. */
#ifndef FINTRA_JOBS_ENGINE_SNAPSHOT_JSON_H
#define FINTRA_JOBS_ENGINE_SNAPSHOT_JSON_H

#include "core/str.h"
#include "jobs/engine/appraisal.h"

/* `source` in profile_structural of what the vendor was asked for just then. */
#define SNAPSHOT_ASKED_SOURCE "on_demand"

/* Those up to SNAPSHOT_DATA_CONFIDENCE are NOT NULL: what is not computed is an object with a
 * status. */
enum snapshot_column {
	SNAPSHOT_PROFILE_STRUCTURAL,
	SNAPSHOT_MARKET_SNAPSHOT,
	SNAPSHOT_VALUATION_JSON,
	SNAPSHOT_MARKET_POSITION,
	SNAPSHOT_INVESTMENT_VERDICT,
	SNAPSHOT_DATA_CONFIDENCE,
	SNAPSHOT_FUNDAMENTALS_GROWTH,
	SNAPSHOT_STRATEGIC_STATE, /* the verdict once more */
	SNAPSHOT_RELATIVE_RETURN,
	SNAPSHOT_INDUSTRY_PERFORMANCE,
	SNAPSHOT_SECTOR_PERFORMANCE,
	SNAPSHOT_SECTOR_PE,
	SNAPSHOT_CLASSIFICATION,
	SNAPSHOT_IFS_JSON,
	SNAPSHOT_IFS_FY,
	SNAPSHOT_FGOS_COMPONENTS,
	SNAPSHOT_COLUMNS
};

const char *snapshot_column_name(enum snapshot_column c); /* "profile_structural", ... */

/* Who it is; texts may be NULL. */
struct snapshot_company {
	const char *ticker, *name;
	bool has_profile; /* a row of company_profiles: */
	const char *country, *website, *ceo;
	struct num employees;
	bool sector_of_profile; /* the universe has none */
	const char *asked_at;	/* the vendor was asked, then (ISO, UTC); NULL = of the tables */
	const char *industry;	/* that it named then */
};

/* The newest row of sector_pe that is not after the date. */
struct snapshot_sector_pe {
	struct date date; /* DATE_NONE = there is none */
	struct num pe;
};

/* Borrowed for the call. */
struct snapshot_view {
	const struct snapshot_input *rows;
	const struct snapshot *snapshot; /* not skipped */
	const struct appraisal *appraisal;
	struct snapshot_company company;
	struct snapshot_sector_pe sector_pe;
};

/* Appends the text of a column; false, and nothing appended, when it is SQL NULL. */
bool snapshot_json(const struct snapshot_view *v, enum snapshot_column c, struct str *out);

#endif
