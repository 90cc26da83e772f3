#include "jobs/engine/lifecycle.h"

enum { DEVELOPING_FROM = 3, ESTABLISHED_FROM = 5 };

static bool
is_valid(const struct financial_row *r)
{
	return r->type == PERIOD_FY && r->revenue.has && r->net_income.has && r->free_cash_flow.has;
}

static enum maturity
maturity_of(int years)
{
	if (years >= ESTABLISHED_FROM)
		return MATURITY_ESTABLISHED;
	return years >= DEVELOPING_FROM ? MATURITY_DEVELOPING : MATURITY_EARLY;
}

void
lifecycle(const struct financial_row *row, size_t n, struct lifecycle *out)
{
	*out = (struct lifecycle){ .years = 0 };
	for (size_t i = 0; i < n; i++) {
		int year = row[i].fiscal_year, back = out->first_year - year;

		if (!is_valid(&row[i]))
			continue;
		/* The same year once more, restated or with another end, tells nothing new. */
		if (out->years > 0 && back == 0)
			continue;
		if (out->years > 0 && back != 1)
			break;
		if (out->years++ == 0)
			out->last_year = year;
		out->first_year = year;
	}
	out->maturity = maturity_of(out->years);
}
