/* A period of a company's statements as the snapshot looks at it: one row of datos_financieros.
 * Pure. */
#ifndef FINTRA_JOBS_ENGINE_FINANCIAL_ROW_H
#define FINTRA_JOBS_ENGINE_FINANCIAL_ROW_H

#include "core/date.h"
#include "jobs/engine/benchmark.h"

enum period_type { PERIOD_OTHER, PERIOD_FY, PERIOD_TTM };

/* Always handed over newest end first. */
struct financial_row {
	struct date end;
	enum period_type type;
	int fiscal_year; /* fiscal_year_of(): by its label */
	struct num revenue, net_income, free_cash_flow;
	struct num metric[METRIC_FGOS_COUNT]; /* by enum metric; fractions and ratios */
	struct num roe, gross_margin, invested_capital, weighted_shares_out;
};

enum period_type period_type_find(const char *name); /* "FY", "TTM"; else PERIOD_OTHER */
/* The whole number that the label starts with, after blanks; else the year of the end.  label may
 * be NULL. */
int fiscal_year_of(const char *label, struct date end);

#endif
