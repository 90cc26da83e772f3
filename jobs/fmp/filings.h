/* Lists of filings and the yearly reports: /stable/sec-filings-8k, /stable/sec-filings-search/
 * form-type and /stable/financial-reports-json (fmp.md 6). */
#ifndef FINTRA_JOBS_FMP_FILINGS_H
#define FINTRA_JOBS_FMP_FILINGS_H

#include "core/vec.h"
#include "jobs/common.h"

enum { FILINGS_PAGE_MAX = 1000, FORM_BUF = 12 };

struct filing {
	char ticker[TICKER_BUF];
	char form[FORM_BUF]; /* "8-K", "8-K/A" */
	char *link;	     /* owned: the final document */
	struct date filed;
	int64_t accepted_ms; /* UTC; -1 = unknown */
	bool document;	     /* a page or text that can be asked for */
};

struct filing_list {
	const char *path, *form;
	bool ask_form;	      /* the path serves several forms */
	struct date from, to; /* accepted on */
	int limit;	      /* rows of a page, 1..FILINGS_PAGE_MAX */
};

struct filing_page {
	VEC(struct filing) rows; /* usable, newest first, each (ticker, link) once */
	int64_t sent;		 /* rows of the answer */
};

#define FILING_PAGE_INIT  \
	{                 \
		.sent = 0 \
	}

/* One page of the list, added to out->rows.  Rows that cannot be used are rejected, repeated ones
 * and those of another form skipped; *t counts.  ERR_PROTOCOL: a field that no row has. */
int filings_fetch(struct job_ctx *c, const struct filing_list *list, int page,
		  struct filing_page *out, struct tally *t, struct err *e) MUST_CHECK;
void filing_page_done(struct filing_page *p);

struct report {
	bool found;	    /* false: the vendor has none for this symbol and year */
	int year;	    /* fiscal */
	struct date period; /* its last day, DATE_NONE if it does not say */
};

int report_fetch(struct job_ctx *c, const char *ticker, int year, struct report *out,
		 struct err *e) MUST_CHECK;

#endif
