/* Statement files written by hand for the suites of financials-bulk, on the ground of
 * support_layer2.h. */
#ifndef FINTRA_TESTS_SUPPORT_FINANCIALS_H
#define FINTRA_TESTS_SUPPORT_FINANCIALS_H

#include "tests/support_layer2.h"

enum { INCOME, BALANCE, CASH, FAMILIES };

extern const struct financials_family {
	const char *path, *header;
} financials_family[FAMILIES];

/* The ground, on which every file that a test does not write has a header and no row. */
void financials_open(const char *database);
/* `rows`: "date,symbol,year,period,figure,..." per line. */
void financials_file(int which, int year, const char *period, const char *rows);
/* A period of one company: the three statements of a day in files of their own. */
void financials_period(int year, const char *p, const char *day_and_symbol, const char *income,
		       const char *balance);
/* An active stock with the four quarters of 2025: revenue 100, 200, 300, 400. */
void financials_quarters(const char *ticker);
/* financials-bulk on AS_OF; parameters as "name=value", NULL = none. */
struct outcome financials_load(const char *years, const char *more);

#endif
