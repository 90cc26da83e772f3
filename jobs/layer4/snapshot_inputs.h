/* The rows from which the snapshots of one unit are made: one query per table for all companies of
 * the unit, typed, in memory.  Read by the run's thread; then only looked at, by any thread. */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_INPUTS_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_INPUTS_H

#include "core/vec.h"
#include "jobs/engine/snapshot_json.h"
#include "jobs/layer4/snapshot_stocks.h"

struct span {
	size_t at, n; /* n elements from `at` */
};

/* A company whose snapshot is to be made. */
struct unit_company {
	const struct stock *stock;
	size_t place;		       /* among the stocks of the unit */
	struct snapshot_company shown; /* texts borrowed from the unit */
	struct span valuation, performance, dividend;
	struct date newest_window; /* against the sector; DATE_NONE = none */
};

/* How much of an input was read, and up to when. */
struct input_read {
	int64_t rows;
	struct date newest;
};

enum snapshot_input_table {
	INPUT_FINANCIALS,
	INPUT_VALUATION,
	INPUT_WINDOWS,
	INPUT_DIVIDENDS,
	INPUT_PROFILES,
	SNAPSHOT_INPUTS
};

struct snapshot_unit {
	const struct stock *stock; /* of whole industries; borrowed */
	size_t stocks;
	VEC(struct unit_company) company; /* those asked for that have a sector */
	VEC(struct financial_row) financial;
	struct iqs_company *filed; /* per stock: its rows of `financial` */
	VEC(struct valuation_at) valuation;
	VEC(struct performance_row) performance;
	VEC(struct dividend_year) dividend;
	struct rows *profiles; /* their texts */
	struct input_read read[SNAPSHOT_INPUTS];
};

/* What the vendor says of a company at the moment, in place of what the tables say.  Texts are
 * borrowed; NULL and absent numbers: not said, so the tables count. */
struct snapshot_news {
	const char *at; /* ISO, UTC */
	const char *name, *country, *website, *ceo, *industry;
	struct num employees;
	struct valuation_at now; /* of the as-of date */
};

/* Stocks from..to-1 of the list.  Owned: snapshot_unit_done(), also after a failure. */
int snapshot_unit_read(struct job_ctx *c, const struct snapshot_stocks *list, struct span which,
		       struct snapshot_unit *u, struct err *e) MUST_CHECK;
void snapshot_unit_done(struct snapshot_unit *u);
/* Of the one company asked for; `news` must live as long as the unit. */
void snapshot_unit_news(struct snapshot_unit *u, const struct snapshot_news *news);
/* Records the tables as inputs of the run. */
int snapshot_inputs_record(struct job_ctx *c, const struct input_read read[SNAPSHOT_INPUTS],
			   struct err *e) MUST_CHECK;
/* The companies of the same industry among the unit's stocks; n = 0 when it has none. */
struct span snapshot_industry(const struct snapshot_unit *u, size_t place);

#endif
