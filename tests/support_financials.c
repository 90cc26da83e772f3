#include "tests/support_financials.h"

#include "jobs/jobs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

const struct financials_family financials_family[FAMILIES] = {
	{ "/stable/income-statement-bulk",
	  "date,symbol,fiscalYear,period,revenue,netIncome,operatingIncome,interestExpense,"
	  "grossProfit,ebitda,weightedAverageShsOutDil,weightedAverageShsOut" },
	{ "/stable/balance-sheet-statement-bulk",
	  "date,symbol,fiscalYear,period,totalStockholdersEquity,totalDebt,totalCurrentAssets,"
	  "totalCurrentLiabilities,cashAndCashEquivalents" },
	{ "/stable/cash-flow-statement-bulk",
	  "date,symbol,fiscalYear,period,operatingCashFlow,capitalExpenditure" },
};

/* Every file that a test does not write has a header and no row. */
static void
header_only(const char *name, const char *header)
{
	char path[300];
	FILE *f;

	(void)fmt_buf(path, sizeof(path), "%s/fmp-shape/%s", ground.dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(header, f);
	(void)fclose(f);
}

void
financials_open(const char *database)
{
	char path[200];

	ground_open(&ground, database);
	(void)fmt_buf(path, sizeof(path), "%s/fmp-shape", ground.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	header_only("income-statement-bulk_1.csv", financials_family[INCOME].header);
	header_only("balance-sheet-statement-bulk_1.csv", financials_family[BALANCE].header);
	header_only("cash-flow-statement-bulk_1.csv", financials_family[CASH].header);
	header_only("key-metrics-ttm-bulk.csv", "symbol,returnOnInvestedCapitalTTM");
	header_only("ratios-ttm-bulk.csv", "symbol,dividendYieldTTM");
}

void
financials_file(int which, int year, const char *period, const char *rows)
{
	char request[200], *text;
	struct str s;

	str_init(&s, 1 << 20);
	str_fmt(&s, "%s\n%s", financials_family[which].header, rows);
	text = str_take(&s);
	(void)fmt_buf(request, sizeof(request), "%s?period=%s&year=%d",
		      financials_family[which].path, period, year);
	ground_body(&ground, request, 200, text);
	free(text);
}

void
financials_period(int year, const char *p, const char *day_and_symbol, const char *income,
		  const char *balance)
{
	char row[300];
	const char *cash = "30,-10\n";

	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, income);
	financials_file(INCOME, year, p, row);
	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, balance);
	financials_file(BALANCE, year, p, row);
	(void)fmt_buf(row, sizeof(row), "%s,%d,%s,%s\n", day_and_symbol, year, p, cash);
	financials_file(CASH, year, p, row);
}

void
financials_quarters(const char *ticker)
{
	static const char *const day[] = { "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31" };
	char who[64], p[4], income[80];

	for (int i = 0; i < 4; i++) {
		(void)fmt_buf(who, sizeof(who), "%s,%s", day[i], ticker);
		(void)fmt_buf(p, sizeof(p), "Q%d", i + 1);
		(void)fmt_buf(income, sizeof(income), "%d,10,20,2,40,25,%d,100", 100 * (i + 1),
			      105 + i);
		financials_period(2025, p, who, income,
				  i == 3 ? "500,300,80,40,60" : "400,200,70,35,50");
	}
	stock(ticker, "Technology");
}

struct outcome
financials_load(const char *years, const char *more)
{
	return GROUND_RUN(&ground, &job_financials_bulk, AS_OF, years, more, NULL);
}
