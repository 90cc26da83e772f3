/* What one company filed, put together to its periods.  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_LAYER1_FINANCIALS_PERIODS_H
#define FINTRA_JOBS_LAYER1_FINANCIALS_PERIODS_H

#include "core/vec.h"
#include "jobs/fmp/statements.h"

/* A row of a statement file.  The figures are exact texts joined by commas, in the order of
 * statement_columns(); one that is not reported is empty.  Borrowed. */
struct filed {
	size_t company; /* its number */
	enum statement_kind kind;
	int64_t seq; /* the higher one was sent later */
	struct date end;
	int year, quarter; /* as in struct statement_row */
	const char *figures;
};

struct period {
	char label[24]; /* "2024", the year of its end, or "2024Q1", the fiscal one */
	struct date end;
	int year, quarter;
	bool has[STATEMENTS];
	struct csv_cell figure[STATEMENTS][FIGURES_MAX]; /* borrowed; p NULL: not reported */
};

struct filings {
	VEC(struct period) periods;	       /* newest first, one per label */
	struct csv_cell trailing[FIGURES_MAX]; /* of STATEMENT_METRICS */
	int64_t complete;		       /* periods with all three statements */
	int64_t repeated;  /* income rows that came again for their day: the last one counts */
	int64_t differing; /* of them those with other figures */
};

/* row[] is of one company, and sorted; *out may have been used before.  A period is made of the
 * income statement of a day and the two others of that day, where there are any; of several under
 * one label the one with all three counts, then the newest.  Free with vec_done(&out->periods). */
void filings_of(struct filed *row, size_t n, struct filings *out);

/* The figure as a number; absent when it is not reported. */
struct num figure_num(const struct csv_cell *figure);

#endif
