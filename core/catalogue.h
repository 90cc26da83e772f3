/* What there is: every job, table, check and engine, as built and as configured.  Rows are const;
 * any thread may read them. */
#ifndef FINTRA_CORE_CATALOGUE_H
#define FINTRA_CORE_CATALOGUE_H

#include "core/conf.h"
#include "core/err.h"

#include <stddef.h>

struct job; /* core/job.h, like struct table */
struct table;
struct check;

struct catalogue {
	const struct job *const *jobs;	/* NULL-terminated, in canonical order, backfills last */
	const struct table *tables;	/* name NULL ends */
	const struct check *checks;	/* core/health.h; name NULL ends */
	const struct section *ticker;	/* name NULL ends; NULL = none */
	const struct section *diff;	/* of two snapshot dates; name NULL ends; NULL = none */
	int ticker_like;		/* enum query: $1 a word; returns tickers like it */
	const char *const *ticker_jobs; /* that renew one ticker, best first; NULL = none */
	const char *const *layer_names; /* 0..6 */
	const char *build;		/* version text */
	const struct job *const *known; /* and those that only lineage knows; NULL = jobs */
	const struct answer_reader *readers; /* core/replay.h; path NULL ends; NULL = none */
	const struct engine *engines;	     /* core/engine.h; name NULL ends; NULL = none */
	const struct scatter_spec *scatter;  /* core/scatter.h; NULL = none */
	const struct incident *incidents;    /* core/incident.h; name NULL ends; NULL = none */
};

/* A catalogue as the configuration makes it (compose.c): the jobs of `base` and those of
 * base->known that [job NAME] gives a runner.  *out borrows from base and conf;
 * catalogue_compose_done() it. */
struct composed {
	struct catalogue cat;
	struct job *made; /* copies with another runner */
	char **help;
	size_t n;
	const struct job **jobs, **known;
};
/* ERR_CONFIG names the place of a [job] or [table] that does not exist, or of a runner without what
 * it needs. */
int catalogue_compose(const struct catalogue *base, const struct conf *conf, struct composed *out,
		      struct err *e) MUST_CHECK;
void catalogue_compose_done(struct composed *c);

const struct job *catalogue_job(const struct catalogue *cat,
				const char *name); /* with or without "backfill-" */
const struct table *catalogue_table(const struct catalogue *cat, const char *name);
/* Its usual writer: first in order, not a backfill; NULL if this build has none. */
const struct job *catalogue_writer(const struct catalogue *cat, const char *table);
/* The same among all known jobs: who makes the table, here or in the system beside this one. */
const struct job *catalogue_source(const struct catalogue *cat, const char *table);
/* Jobs of "NAME", "layer:2" or "layer:0-5" in canonical order into out[]; number, or -1 with
 * ERR_USAGE (naming the nearest names). */
int catalogue_select(const struct catalogue *cat, const char *target, const struct job **out,
		     int max, struct err *e) MUST_CHECK;

#endif
