/* Statements of the synthetic market: a company's revenue, margins and growth follow from the seed,
 * its number and the quarter alone.  Years are the sums of their quarters, balance sheets balance,
 * and cash flows lead from one year's cash to the next; every figure is a whole number. */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include <stdlib.h>
#include <string.h>

enum {
	SALT_TRAITS = 501,
	SALT_QUARTER,
	SALT_BAD_STATEMENT,
	BAD_STATEMENT_ONE_IN = 4000,
	QUARTERS = 4,
	FILED_AFTER = 45, /* days after the end of a quarter */
	BEFORE_IPO = 3,	  /* years of statements in a prospectus */
	BEFORE_START = 4  /* and before the first price */
};

/* What columns are made of. */
enum item {
	ZERO,
	REVENUE,
	COST,
	GROSS,
	RESEARCH,
	SELLING,
	EXPENSES,
	COSTS_AND_EXPENSES,
	INTEREST,
	INTEREST_NET,
	DEPRECIATION,
	EBITDA,
	OPERATING,
	PRETAX,
	TAX,
	NET,
	SHARES,
	SHARES_DILUTED,
	CASH,
	RECEIVABLES,
	INVENTORY,
	CURRENT_ASSETS,
	PLANT,
	OTHER_ASSETS,
	FIXED_ASSETS,
	ASSETS,
	PAYABLES,
	SHORT_DEBT,
	CURRENT_LIABILITIES,
	LONG_DEBT,
	LIABILITIES,
	EQUITY,
	RETAINED,
	COMMON,
	DEBT,
	NET_DEBT,
	WORKING,
	OPERATING_FLOW,
	CAPEX,
	FREE_FLOW,
	DIVIDENDS,
	BUYBACK,
	FINANCING,
	CASH_CHANGE,
	CASH_BEFORE,
	ITEMS,
	EPS, /* those that follow are no amounts */
	EPS_DILUTED
};

struct column {
	const char *name;
	int item;
};

static const struct column income[] = {
	{ "revenue", REVENUE },
	{ "costOfRevenue", COST },
	{ "grossProfit", GROSS },
	{ "researchAndDevelopmentExpenses", RESEARCH },
	{ "generalAndAdministrativeExpenses", ZERO },
	{ "sellingAndMarketingExpenses", ZERO },
	{ "sellingGeneralAndAdministrativeExpenses", SELLING },
	{ "otherExpenses", ZERO },
	{ "operatingExpenses", EXPENSES },
	{ "costAndExpenses", COSTS_AND_EXPENSES },
	{ "netInterestIncome", INTEREST_NET },
	{ "interestIncome", ZERO },
	{ "interestExpense", INTEREST },
	{ "depreciationAndAmortization", DEPRECIATION },
	{ "ebitda", EBITDA },
	{ "ebit", OPERATING },
	{ "nonOperatingIncomeExcludingInterest", ZERO },
	{ "operatingIncome", OPERATING },
	{ "totalOtherIncomeExpensesNet", INTEREST_NET },
	{ "incomeBeforeTax", PRETAX },
	{ "incomeTaxExpense", TAX },
	{ "netIncomeFromContinuingOperations", NET },
	{ "netIncomeFromDiscontinuedOperations", ZERO },
	{ "otherAdjustmentsToNetIncome", ZERO },
	{ "netIncome", NET },
	{ "netIncomeDeductions", ZERO },
	{ "bottomLineNetIncome", NET },
	{ "eps", EPS },
	{ "epsDiluted", EPS_DILUTED },
	{ "weightedAverageShsOut", SHARES },
	{ "weightedAverageShsOutDil", SHARES_DILUTED },
};

static const struct column balance[] = {
	{ "cashAndCashEquivalents", CASH },
	{ "shortTermInvestments", ZERO },
	{ "cashAndShortTermInvestments", CASH },
	{ "netReceivables", RECEIVABLES },
	{ "accountsReceivables", RECEIVABLES },
	{ "otherReceivables", ZERO },
	{ "inventory", INVENTORY },
	{ "prepaids", ZERO },
	{ "otherCurrentAssets", ZERO },
	{ "totalCurrentAssets", CURRENT_ASSETS },
	{ "propertyPlantEquipmentNet", PLANT },
	{ "goodwill", ZERO },
	{ "intangibleAssets", ZERO },
	{ "goodwillAndIntangibleAssets", ZERO },
	{ "longTermInvestments", ZERO },
	{ "taxAssets", ZERO },
	{ "otherNonCurrentAssets", OTHER_ASSETS },
	{ "totalNonCurrentAssets", FIXED_ASSETS },
	{ "otherAssets", ZERO },
	{ "totalAssets", ASSETS },
	{ "totalPayables", PAYABLES },
	{ "accountPayables", PAYABLES },
	{ "otherPayables", ZERO },
	{ "accruedExpenses", ZERO },
	{ "shortTermDebt", SHORT_DEBT },
	{ "capitalLeaseObligationsCurrent", ZERO },
	{ "taxPayables", ZERO },
	{ "deferredRevenue", ZERO },
	{ "otherCurrentLiabilities", ZERO },
	{ "totalCurrentLiabilities", CURRENT_LIABILITIES },
	{ "longTermDebt", LONG_DEBT },
	{ "capitalLeaseObligationsNonCurrent", ZERO },
	{ "deferredRevenueNonCurrent", ZERO },
	{ "deferredTaxLiabilitiesNonCurrent", ZERO },
	{ "otherNonCurrentLiabilities", ZERO },
	{ "totalNonCurrentLiabilities", LONG_DEBT },
	{ "otherLiabilities", ZERO },
	{ "capitalLeaseObligations", ZERO },
	{ "totalLiabilities", LIABILITIES },
	{ "treasuryStock", ZERO },
	{ "preferredStock", ZERO },
	{ "commonStock", COMMON },
	{ "retainedEarnings", RETAINED },
	{ "additionalPaidInCapital", ZERO },
	{ "accumulatedOtherComprehensiveIncomeLoss", ZERO },
	{ "otherTotalStockholdersEquity", ZERO },
	{ "totalStockholdersEquity", EQUITY },
	{ "totalEquity", EQUITY },
	{ "minorityInterest", ZERO },
	{ "totalLiabilitiesAndTotalEquity", ASSETS },
	{ "totalInvestments", ZERO },
	{ "totalDebt", DEBT },
	{ "netDebt", NET_DEBT },
};

static const struct column cash[] = {
	{ "netIncome", NET },
	{ "depreciationAndAmortization", DEPRECIATION },
	{ "deferredIncomeTax", ZERO },
	{ "stockBasedCompensation", ZERO },
	{ "changeInWorkingCapital", WORKING },
	{ "accountsReceivables", ZERO },
	{ "inventory", ZERO },
	{ "accountsPayables", ZERO },
	{ "otherWorkingCapital", WORKING },
	{ "otherNonCashItems", ZERO },
	{ "netCashProvidedByOperatingActivities", OPERATING_FLOW },
	{ "investmentsInPropertyPlantAndEquipment", CAPEX },
	{ "acquisitionsNet", ZERO },
	{ "purchasesOfInvestments", ZERO },
	{ "salesMaturitiesOfInvestments", ZERO },
	{ "otherInvestingActivities", ZERO },
	{ "netCashProvidedByInvestingActivities", CAPEX },
	{ "netDebtIssuance", ZERO },
	{ "longTermNetDebtIssuance", ZERO },
	{ "shortTermNetDebtIssuance", ZERO },
	{ "netStockIssuance", BUYBACK },
	{ "netCommonStockIssuance", BUYBACK },
	{ "commonStockIssuance", ZERO },
	{ "commonStockRepurchased", BUYBACK },
	{ "netPreferredStockIssuance", ZERO },
	{ "netDividendsPaid", DIVIDENDS },
	{ "commonDividendsPaid", DIVIDENDS },
	{ "preferredDividendsPaid", ZERO },
	{ "otherFinancingActivities", ZERO },
	{ "netCashProvidedByFinancingActivities", FINANCING },
	{ "effectOfForexChangesOnCash", ZERO },
	{ "netChangeInCash", CASH_CHANGE },
	{ "cashAtEndOfPeriod", CASH },
	{ "cashAtBeginningOfPeriod", CASH_BEFORE },
	{ "operatingCashFlow", OPERATING_FLOW },
	{ "capitalExpenditure", CAPEX },
	{ "freeCashFlow", FREE_FLOW },
	{ "incomeTaxesPaid", TAX },
	{ "interestPaid", INTEREST },
};

static const struct kind_of {
	const char *path;
	const struct column *column;
	size_t n;
} kinds[] = {
	{ "/stable/income-statement-bulk", income, ARRAY_LEN(income) },
	{ "/stable/balance-sheet-statement-bulk", balance, ARRAY_LEN(balance) },
	{ "/stable/cash-flow-statement-bulk", cash, ARRAY_LEN(cash) },
};

/* What a company is like for good. */
struct traits {
	double margin, operating, growth, tax, season, debt;
	double revenue; /* a quarter of 2010 */
	int year_end;	/* month */
	bool research;
};

struct books {
	double item[ITEMS];
};

static double
unit_of(uint64_t h)
{
	return (double)(h >> 11) / 9007199254740992.0;
}

static double
whole(double v)
{
	return v < 0 ? -(double)(int64_t)(0.5 - v) : (double)(int64_t)(v + 0.5);
}

static struct traits
traits_of(const struct market *m, const struct stock *s)
{
	uint64_t h = market_hash(m->o.seed ^ SALT_TRAITS, (uint64_t)s->id, 0);
	struct traits t = { .margin = 0.2 + 0.5 * unit_of(h),
			    .growth = -0.03 + 0.18 * unit_of(h * 3),
			    .tax = 0.15 + 0.12 * unit_of(h * 5),
			    .season = 0.25 * unit_of(h * 7),
			    .debt = 1.5 * unit_of(h * 11),
			    .year_end = s->id % 9 == 4	  ? 6
					: s->id % 11 == 3 ? 9
							  : 12,
			    .research = s->id % 3 == 0 };

	t.operating = t.margin * (0.1 + 0.7 * unit_of(h * 13)) - (s->id % 17 == 5 ? 0.2 : 0);
	t.revenue = (double)s->shares * s->start_price * (0.04 + 0.16 * unit_of(h * 17));
	return t;
}

/* Quarters are counted from year 0: 4 * fiscal year + 0..3. */
static double
revenue_of(const struct market *m, const struct stock *s, const struct traits *t, int quarter)
{
	uint64_t h = market_hash(m->o.seed ^ SALT_QUARTER, (uint64_t)s->id, (uint64_t)quarter);
	int since = quarter - 2010 * QUARTERS;
	double level = t->revenue;

	for (int i = 0; i < since; i++)
		level *= 1 + t->growth / QUARTERS;
	for (int i = since; i < 0; i++)
		level /= 1 + t->growth / QUARTERS;
	level *= 1 + t->season * (quarter % QUARTERS == 3 ? 1 : -1.0 / 3);
	return whole(level * (0.94 + 0.12 * unit_of(h)));
}

static void
quarter_flows(const struct market *m, const struct stock *s, const struct traits *t, int quarter,
	      struct books *b)
{
	uint64_t h = market_hash(m->o.seed ^ SALT_QUARTER, (uint64_t)s->id, (uint64_t)quarter);
	double *v = b->item, r = revenue_of(m, s, t, quarter);
	double operating = t->operating + 0.06 * (unit_of(h * 3) - 0.5);

	memset(b, 0, sizeof(*b));
	v[REVENUE] = r;
	v[COST] = whole(r * (1 - t->margin));
	v[GROSS] = r - v[COST];
	v[OPERATING] = whole(r * operating);
	v[EXPENSES] = v[GROSS] - v[OPERATING];
	v[RESEARCH] = t->research ? whole(v[EXPENSES] * 0.3) : 0;
	v[SELLING] = v[EXPENSES] - v[RESEARCH];
	v[COSTS_AND_EXPENSES] = v[COST] + v[EXPENSES];
	v[DEPRECIATION] = whole(r * 0.05);
	v[EBITDA] = v[OPERATING] + v[DEPRECIATION];
	v[INTEREST] = s->id % 13 == 6 ? 0 : whole(r * t->debt * 0.012);
	v[INTEREST_NET] = -v[INTEREST];
	v[PRETAX] = v[OPERATING] - v[INTEREST];
	v[TAX] = v[PRETAX] > 0 ? whole(v[PRETAX] * t->tax) : 0;
	v[NET] = v[PRETAX] - v[TAX];
	v[WORKING] = whole(r * 0.04 * (unit_of(h * 5) - 0.5));
	v[OPERATING_FLOW] = v[NET] + v[DEPRECIATION] + v[WORKING];
	v[CAPEX] = -whole(r * (0.03 + 0.05 * unit_of(h * 7)));
	v[FREE_FLOW] = v[OPERATING_FLOW] + v[CAPEX];
	v[DIVIDENDS] = s->yield > 0 ? -whole((double)s->shares * s->start_price * s->yield / 4) : 0;
	v[BUYBACK] = s->id % 4 == 1 && v[FREE_FLOW] > 0 ? -whole(v[FREE_FLOW] * 0.2) : 0;
	v[FINANCING] = v[DIVIDENDS] + v[BUYBACK];
	v[CASH_CHANGE] = v[FREE_FLOW] + v[FINANCING];
}

/* The balance sheet at the end of a quarter, scaled by the revenue of the four that end there. */
static void
stand(const struct stock *s, const struct traits *t, double yearly, struct books *b)
{
	double *v = b->item;

	v[SHARES] = (double)s->shares;
	v[SHARES_DILUTED] = whole((double)s->shares * 1.015);
	v[CASH] = whole(yearly * 0.18);
	v[CASH_BEFORE] = v[CASH] - v[CASH_CHANGE];
	v[RECEIVABLES] = whole(yearly * 0.14);
	v[INVENTORY] = s->id % 5 == 3 ? 0 : whole(yearly * 0.1);
	v[CURRENT_ASSETS] = v[CASH] + v[RECEIVABLES] + v[INVENTORY];
	v[PLANT] = whole(yearly * 0.6);
	v[OTHER_ASSETS] = whole(yearly * 0.5);
	v[FIXED_ASSETS] = v[PLANT] + v[OTHER_ASSETS];
	v[ASSETS] = v[CURRENT_ASSETS] + v[FIXED_ASSETS];
	v[PAYABLES] = whole(yearly * 0.15);
	v[DEBT] = s->id % 13 == 6 ? 0 : whole(yearly * 0.5 * t->debt);
	v[SHORT_DEBT] = whole(v[DEBT] * 0.1);
	v[LONG_DEBT] = v[DEBT] - v[SHORT_DEBT];
	v[NET_DEBT] = v[DEBT] - v[CASH];
	v[CURRENT_LIABILITIES] = v[PAYABLES] + v[SHORT_DEBT];
	v[LIABILITIES] = v[CURRENT_LIABILITIES] + v[LONG_DEBT];
	v[EQUITY] = v[ASSETS] - v[LIABILITIES];
	v[COMMON] = whole(v[ASSETS] * 0.1);
	v[RETAINED] = v[EQUITY] - v[COMMON];
}

/* `quarters` that end with `last`: one, or the four of a year. */
static void
books_of(const struct market *m, const struct stock *s, int last, int quarters, struct books *out)
{
	struct traits t = traits_of(m, s);
	double yearly = 0;

	memset(out, 0, sizeof(*out));
	for (int q = last - QUARTERS + 1; q <= last; q++)
		yearly += revenue_of(m, s, &t, q);
	for (int q = last - quarters + 1; q <= last; q++) {
		struct books one;

		quarter_flows(m, s, &t, q, &one);
		for (int i = 0; i < ITEMS; i++)
			out->item[i] += one.item[i];
	}
	stand(s, &t, yearly, out);
}

/* Last day of the fiscal quarter. */
static struct date
end_of(const struct traits *t, int quarter)
{
	int back = 3 * (QUARTERS - 1 - quarter % QUARTERS);

	return date_add_days(date_add_months(date_of(quarter / QUARTERS, t->year_end, 1), 1 - back),
			     -1);
}

/* Filed by `today`, of a company that was or was about to be listed. */
static bool
filed(const struct market *m, const struct stock *s, struct date end, struct date today)
{
	struct date first = date_add_months(m->day[s->ipo], -12 * BEFORE_IPO);

	if (s->kind > KIND_ADR || date_cmp(date_add_days(end, FILED_AFTER), today) > 0)
		return false;
	if (s->ipo > 0 && date_cmp(end, first) < 0)
		return false;
	return s->gone >= m->nsessions || date_cmp(end, m->day[s->gone]) < 0;
}

static void
put_amount(struct str *out, const struct column *c, const struct books *b)
{
	const double *v = b->item;

	if (c->item == EPS)
		str_fmt(out, ",%.4f", v[NET] / v[SHARES]);
	else if (c->item == EPS_DILUTED)
		str_fmt(out, ",%.4f", v[NET] / v[SHARES_DILUTED]);
	else
		str_fmt(out, ",%.0f", v[c->item] + 0.0); /* no minus zero */
}

struct period {
	int year, quarter; /* quarter 0 = the whole year */
	struct date today;
};

static void
put_row(struct str *out, const struct market *m, const struct stock *s, const struct kind_of *k,
	const struct period *p, const struct books *b)
{
	struct traits t = traits_of(m, s);
	int last = p->year * QUARTERS + (p->quarter ? p->quarter - 1 : QUARTERS - 1);
	struct date end = end_of(&t, last);
	char iso[DATE_BUF], sent[DATE_BUF], name[8];

	date_iso(end, iso);
	date_iso(date_add_days(end, FILED_AFTER), sent);
	(void)fmt_buf(name, sizeof(name), p->quarter ? "Q%d" : "FY", p->quarter);
	str_fmt(out, "\n\"%s\",\"%s\",\"%s\",\"%010d\",\"%s\",\"%s 16:05:00\",\"%d\",\"%s\"", iso,
		s->symbol, s->currency, 1000000 + s->id, sent, sent, p->year, name);
	for (size_t i = 0; i < k->n; i++)
		put_amount(out, &k->column[i], b);
}

/* A row whose date is none. */
static void
put_dated(struct str *out, const struct stock *s, const struct kind_of *k, int year)
{
	str_fmt(out, "\n\"2020-13-45\",\"%s\",\"USD\",\"0\",\"\",\"\",\"%d\",\"FY\"", s->symbol,
		year);
	for (size_t i = 0; i < k->n; i++)
		str_putc(out, ',');
}

/* Now and then what fmp.md section 8 tells of: a row sent twice, a date that is none, a cut row. */
static void
put_company(struct str *out, const struct market *m, const struct stock *s, const struct kind_of *k,
	    const struct period *p)
{
	int last = p->year * QUARTERS + (p->quarter ? p->quarter - 1 : QUARTERS - 1);
	uint64_t h = market_hash(m->o.seed ^ SALT_BAD_STATEMENT, (uint64_t)s->id,
				 (uint64_t)(last * 8 + p->quarter));
	int bad = m->o.clean || h % BAD_STATEMENT_ONE_IN ? -1 : (int)(h >> 32) % 3;
	struct books b;

	books_of(m, s, last, p->quarter ? 1 : QUARTERS, &b);
	if (bad == 0) {
		struct books other = b;

		other.item[REVENUE] -= 1;
		put_row(out, m, s, k, p, &other);
	}
	put_row(out, m, s, k, p, &b);
	if (bad == 1)
		put_dated(out, s, k, p->year);
	if (bad == 2)
		str_fmt(out, "\n\"%d-03-31\",\"%s\",\"USD\"", p->year, s->symbol);
}

static bool
read_period(const struct fake_req *q, struct period *p)
{
	char *year = fake_param(q, "year"), *name = fake_param(q, "period");
	bool ok = year && name;

	p->year = ok ? (int)strtol(year, NULL, 10) : 0;
	p->quarter = ok && name[0] == 'Q' ? name[1] - '0' : 0;
	ok = ok && (strcmp(name, "FY") == 0 || (name[0] == 'Q' && name[1] && !name[2])) &&
	     p->quarter <= QUARTERS;
	free(year);
	free(name);
	return ok;
}

bool
serve_statements(const struct market *m, struct date today, const struct fake_req *q,
		 struct fake_answer *a)
{
	const struct kind_of *k = NULL;
	struct period p = { .today = today };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(q->path, kinds[i].path) == 0)
			k = &kinds[i];
	if (!k)
		return false;
	if (!read_period(q, &p)) {
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - year");
		return true;
	}
	fake_set(a, 200, "text/csv",
		 "\"date\",\"symbol\",\"reportedCurrency\",\"cik\",\"filingDate\","
		 "\"acceptedDate\",\"fiscalYear\",\"period\"");
	for (size_t i = 0; i < k->n; i++)
		str_fmt(&a->body, ",\"%s\"", k->column[i].name);
	for (size_t i = 0; p.year >= date_year(m->o.start) - BEFORE_START && i < m->n; i++) {
		const struct stock *s = &m->stock[i];
		struct traits t = traits_of(m, s);
		int last = p.year * QUARTERS + (p.quarter ? p.quarter - 1 : QUARTERS - 1);

		if (filed(m, s, end_of(&t, last), today))
			put_company(&a->body, m, s, k, &p);
	}
	return true;
}
