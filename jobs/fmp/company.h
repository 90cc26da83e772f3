/* What the vendor says about a company, in bulk (profile-bulk) or one by one (profile). */
#ifndef FINTRA_JOBS_FMP_COMPANY_H
#define FINTRA_JOBS_FMP_COMPANY_H

#include "core/csv.h"
#include "jobs/common.h"

enum company_column {
	COMPANY_SYMBOL,
	COMPANY_NAME,
	COMPANY_DESCRIPTION,
	COMPANY_SECTOR,
	COMPANY_INDUSTRY,
	COMPANY_COUNTRY,
	COMPANY_WEBSITE,
	COMPANY_CEO,
	COMPANY_EMPLOYEES,
	COMPANY_COLUMNS
};

extern const struct csv_column company_columns[COMPANY_COLUMNS];

struct company { /* texts are borrowed from the row; NULL = absent */
	char ticker[TICKER_BUF];
	struct csv_cell text[COMPANY_COLUMNS]; /* NAME .. CEO; the description as sent */
	int64_t employees;		       /* -1 = unknown */
};

/* False when the symbol is no ticker. */
bool company_decode(const struct csv_row *row, struct company *p);

/* `profile` of one ticker, laid out as a row of the bulk file.  `fn` is called once, or never when
 * the vendor does not know the ticker; *known tells.  ERR_DATA when the answer is about another
 * one. */
int company_get(struct job_ctx *c, const char *ticker, csv_row_fn *fn, void *arg, bool *known,
		struct err *e) MUST_CHECK;

#endif
