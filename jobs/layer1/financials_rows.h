/* One page of companies to rows of datos_financieros. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_ROWS_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_ROWS_H

#include "core/db_copy.h"
#include "core/job.h"
#include "core/map.h"
#include "jobs/layer1/financials_periods.h"

enum page_kind { PAGE_PERIODS, PAGE_TTM };

/* A row was written for the company, by its number in the universe. */
typedef void page_built_fn(void *arg, size_t company, bool quarterly);

struct page {
	enum page_kind kind;
	const struct map *universe;
	struct filed *row; /* borrowed, company by company; of each they are put in order */
	size_t n;
	struct date as_of;
	page_built_fn *built;
	void *arg;
	/* Added to: */
	int64_t companies, complete; /* with a period; periods with all three statements */
	int64_t repeated, differing; /* income rows that came again, of them with other figures */
	const char *example;	     /* a company with such rows; borrowed from the universe */
};

/* Reads the stored fiscal years of the companies, computes, and copies into stage_financials. */
int page_write(struct db *db, struct page *p, struct err *e) MUST_CHECK;

#endif
