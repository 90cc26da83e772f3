#include "jobs/engine/financial_row.h"

#include "core/str.h"

#include <ctype.h>

enum { YEAR_DIGITS_MAX = 9 };

enum period_type
period_type_find(const char *name)
{
	if (str_same(name, "FY"))
		return PERIOD_FY;
	return str_same(name, "TTM") ? PERIOD_TTM : PERIOD_OTHER;
}

int
fiscal_year_of(const char *label, struct date end)
{
	int year = 0, digits = 0;

	while (label && isspace((unsigned char)*label))
		label++;
	for (; label && isdigit((unsigned char)*label) && digits < YEAR_DIGITS_MAX; label++) {
		year = year * 10 + (*label - '0');
		digits++;
	}
	if (digits > 0)
		return year;
	return date_is_set(end) ? date_year(end) : 0;
}
