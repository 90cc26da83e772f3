/* The statement files: income, balance sheet and cash flow of one fiscal period of every company,
 * and the trailing metrics and ratios (fmp.md 4, jobs.md 0.2). */
#ifndef FINTRA_JOBS_FMP_STATEMENTS_H
#define FINTRA_JOBS_FMP_STATEMENTS_H

#include "core/csv.h"
#include "jobs/common.h"
#include "jobs/fmp/cache.h"

enum statement_kind {
	STATEMENT_INCOME,
	STATEMENT_BALANCE,
	STATEMENT_CASH,
	STATEMENTS,			/* those above come per year and period */
	STATEMENT_METRICS = STATEMENTS, /* trailing: one file each */
	STATEMENT_RATIOS,
	STATEMENT_KINDS
};

enum { STATEMENT_FY, STATEMENT_PERIODS = 5 }; /* FY, Q1 .. Q4 */
extern const char *const statement_periods[STATEMENT_PERIODS];

enum statement_column {
	STATEMENT_SYMBOL,
	STATEMENT_DATE,
	STATEMENT_PERIOD,
	STATEMENT_YEAR,
	STATEMENT_FIGURES, /* first figure */
	FIGURES_MAX = 8,
	STATEMENT_COLUMNS = STATEMENT_FIGURES + FIGURES_MAX
};

/* Which of the figures is which, per kind. */
enum {
	INCOME_REVENUE,
	INCOME_NET,
	INCOME_OPERATING,
	INCOME_INTEREST,
	INCOME_GROSS,
	INCOME_EBITDA,
	INCOME_DILUTED,
	INCOME_BASIC
};
enum { BALANCE_EQUITY, BALANCE_DEBT, BALANCE_ASSETS, BALANCE_LIABILITIES, BALANCE_CASH };
enum { CASH_OPERATING, CASH_CAPEX };
enum { METRICS_ROIC, METRICS_WACC };

extern const struct csv_column statement_income_columns[STATEMENT_FIGURES + INCOME_BASIC + 1];
extern const struct csv_column statement_balance_columns[STATEMENT_FIGURES + BALANCE_CASH + 1];
extern const struct csv_column statement_cash_columns[STATEMENT_FIGURES + CASH_CAPEX + 1];

/* Number of figures of the kind. */
size_t statement_figures(enum statement_kind kind);
const struct csv_column *statement_columns(enum statement_kind kind, size_t *n);

struct statement_row {
	char ticker[TICKER_BUF];
	struct date end;
	int year, quarter;		     /* of the label: fiscal year; 0 = the whole year */
	struct csv_cell figure[FIGURES_MAX]; /* exact text, borrowed; p NULL = not reported */
};

/* NULL, or why the row cannot be used.  Periods that end after as_of are not over yet. */
const char *statement_decode(enum statement_kind kind, const struct csv_row *row, struct date as_of,
			     struct statement_row *out);

struct statement_file { /* which one: year and period are not looked at for trailing files */
	enum statement_kind kind;
	int year, period;
};

enum { STATEMENT_KEY = 48 };
/* "income_2015_Q1.csv": its name in the cache. */
const char *statement_key(const struct statement_file *s, char buf[STATEMENT_KEY]);
const char *statement_path(enum statement_kind kind);
/* What the cache has of it, whatever its age. */
bool statement_find(struct job_ctx *c, const struct statement_file *s, struct cache_file *f);
/* Downloads and reads it to its end; nothing is kept yet.  *rows: data rows.  A refusal, a cut file
 * and a header that lacks a column that is needed (ERR_PROTOCOL) are errors. */
int statement_fetch(struct job_ctx *c, const struct statement_file *s, struct cache_file *f,
		    int64_t *rows, struct err *e) MUST_CHECK;

#endif
