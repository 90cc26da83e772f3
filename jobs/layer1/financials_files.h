/* The files of financials-bulk: which ones a run wants, and getting those that the cache lacks or
 * that may have changed.  The cache is the checkpoint of the downloads: a file is kept as soon as
 * it was read to its end, so a resumed run asks only for the others. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_FILES_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_FILES_H

#include "jobs/fmp/statements.h"

enum { YEAR_FIRST = 1980, YEAR_LAST = 2100, YEARS = YEAR_LAST - YEAR_FIRST + 1 };

struct statement_files {
	struct job_ctx *c;
	bool wanted[YEARS];
	int current;		   /* year of the as-of date */
	struct cache_file *period; /* [(year - YEAR_FIRST) * 15 + period * 3 + kind]; path NULL =
				      there is none */
	struct cache_file trailing[STATEMENT_KINDS - STATEMENTS];
	int64_t asked, reused, refused, empty;
	int in_a_row;		      /* refusals, one after the other */
	bool barred[STATEMENT_KINDS]; /* not asked for again */
	struct err first;	      /* why the first refused file was refused */
	struct map *known;	      /* of a look ahead: units of good runs; NULL = not read */
};

/* "2022-2026", "2015,2016,2018", NULL = 2010 to the year after the as-of date's.  ERR_USAGE. */
int statement_files_open(struct statement_files *f, struct job_ctx *c, const char *years,
			 struct err *e) MUST_CHECK;
void statement_files_close(struct statement_files *f);
/* The year's statements may still change. */
bool statement_files_mutable(const struct statement_files *f, int year);
/* NULL when there is none. */
const struct cache_file *statement_files_at(const struct statement_files *f,
					    const struct statement_file *s);
/* Behind its header there is something. */
bool statement_file_filled(const struct cache_file *file);
/* Of a look ahead: an earlier run had this unit of the year, 0 = of none, or none asked for it. */
bool statement_files_likely(const struct statement_files *f, const char *unit, int year);
/* Refusals are logged and counted; what the cache has stays in use.  -1: nothing usable at all, a
 * column that is needed is gone, or the run must end. */
int statement_files_get(struct statement_files *f, struct err *e) MUST_CHECK;

#endif
