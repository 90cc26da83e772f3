/* One page of staged companies to rows of datos_financieros. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_ROWS_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_ROWS_H

#include "core/db_copy.h"
#include "core/job.h"

enum page_kind { PAGE_PERIODS, PAGE_TTM };

/* A row was written for the ticker. */
typedef void page_built_fn(void *arg, const char *ticker, bool quarterly);

struct page {
	enum page_kind kind;
	int64_t after, to; /* companies by their number */
	struct date as_of;
	page_built_fn *built;
	void *arg;
};

/* Reads the companies and their stored fiscal years, computes, and copies into stage_financials. */
int page_write(struct db *db, const struct page *p, struct err *e) MUST_CHECK;

#endif
