/* The bulk sets that the pipeline reads, as far as a diagnosis needs them: where they are, which
 * columns their readers cannot do without, where the cache keeps them. */
#ifndef FINTRA_JOBS_OPS_BULK_SETS_H
#define FINTRA_JOBS_OPS_BULK_SETS_H

#include "core/csv.h"
#include "jobs/fmp/cache.h"

enum bulk_income_column { SET_SYMBOL, SET_DATE, SET_PERIOD, SET_REVENUE, SET_NET };

struct bulk_set {
	const char *name; /* as results call it: "profiles" */
	const char *path;
	const struct csv_column *columns; /* the symbol first */
	size_t n;
	bool by_period; /* takes year and period; its second column is the date */
	bool in_parts;
	const char *cache_key; /* by_period: what stands before YEAR_PERIOD.csv */
};

extern const struct bulk_set bulk_sets[]; /* name NULL ends */
extern const struct bulk_set *const bulk_set_income;

struct bulk_period {
	int64_t year;
	const char *period; /* FY, Q1 .. Q4 */
};

#define BULK_PERIOD_PARAMS                                                                       \
	{ "year", PARAM_INT, NULL, NULL, "fiscal year of the statements; else that before",      \
	  1980,	  2100 },                                                                        \
	{                                                                                        \
		"period", PARAM_CHOICE, "FY|Q1|Q2|Q3|Q4", "FY", "period of the statements", 0, 0 \
	}

/* Of the run's parameters. */
struct bulk_period bulk_period_of(const struct job_ctx *c);
/* "income-statement-bulk 2025 FY", for people. */
void bulk_set_title(const struct bulk_set *s, const struct bulk_period *p, char *out, size_t n);
/* From the vendor, whatever the cache holds; cache_done() in any case. */
int bulk_set_fetch(struct job_ctx *c, const struct bulk_set *s, const struct bulk_period *p,
		   struct cache_file *f, struct err *e) MUST_CHECK;
/* The copy in the cache when it is younger than max_age_ms and fits its seal; cache_done() it. */
bool bulk_set_find(struct job_ctx *c, const struct bulk_set *s, const struct bulk_period *p,
		   int64_t max_age_ms, struct cache_file *f);
/* Minutes since the copy in the cache was fetched; -1 when there is none. */
int64_t bulk_set_cached_min(struct job_ctx *c, const struct bulk_set *s,
			    const struct bulk_period *p);

#endif
