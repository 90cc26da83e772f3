#include "jobs/fmp/statements.h"

#include <math.h>
#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199 };

const char *const statement_periods[STATEMENT_PERIODS] = { "FY", "Q1", "Q2", "Q3", "Q4" };

/* A figure that is stored must not vanish unseen: its column is required. */
#define COMMON(dated)                                                                         \
	[STATEMENT_SYMBOL] = { "symbol|ticker", true }, [STATEMENT_DATE] = { "date", dated }, \
	[STATEMENT_PERIOD] = { "period", dated },                                             \
	[STATEMENT_YEAR] = { "calendarYear|fiscalYear", false }
#define FIGURE(i) [STATEMENT_FIGURES + (i)]

const struct csv_column statement_income_columns[STATEMENT_FIGURES + INCOME_BASIC + 1] = {
	COMMON(true),
	FIGURE(INCOME_REVENUE) = { "revenue", true },
	FIGURE(INCOME_NET) = { "netIncome", true },
	FIGURE(INCOME_OPERATING) = { "operatingIncome", true },
	FIGURE(INCOME_INTEREST) = { "interestExpense", true },
	FIGURE(INCOME_GROSS) = { "grossProfit", true },
	FIGURE(INCOME_EBITDA) = { "ebitda", true },
	FIGURE(INCOME_DILUTED) = { "weightedAverageShsOutDil", true },
	FIGURE(INCOME_BASIC) = { "weightedAverageShsOut", true },
};
const struct csv_column statement_balance_columns[STATEMENT_FIGURES + BALANCE_CASH + 1] = {
	COMMON(true),
	FIGURE(BALANCE_EQUITY) = { "totalStockholdersEquity", true },
	FIGURE(BALANCE_DEBT) = { "totalDebt", true },
	FIGURE(BALANCE_ASSETS) = { "totalCurrentAssets", true },
	FIGURE(BALANCE_LIABILITIES) = { "totalCurrentLiabilities", true },
	FIGURE(BALANCE_CASH) = { "cashAndCashEquivalents", true },
};
const struct csv_column statement_cash_columns[STATEMENT_FIGURES + CASH_CAPEX + 1] = {
	COMMON(true),
	FIGURE(CASH_OPERATING) = { "operatingCashFlow", true },
	FIGURE(CASH_CAPEX) = { "capitalExpenditure", true },
};
static const struct csv_column metrics[] = {
	COMMON(false),
	FIGURE(METRICS_ROIC) = { "roicTTM|returnOnInvestedCapitalTTM", true },
	FIGURE(METRICS_WACC) = { "waccTTM|wacc", false },
};
static const struct csv_column ratios[] = { COMMON(false) };

#define COLUMNS(a) .columns = (a), .n = ARRAY_LEN(a)

static const struct {
	const char *path, *key;
	const struct csv_column *columns;
	size_t n;
} kinds[STATEMENT_KINDS] = {
	[STATEMENT_INCOME] = { "/stable/income-statement-bulk", "income",
			       COLUMNS(statement_income_columns) },
	[STATEMENT_BALANCE] = { "/stable/balance-sheet-statement-bulk", "balance",
				COLUMNS(statement_balance_columns) },
	[STATEMENT_CASH] = { "/stable/cash-flow-statement-bulk", "cashflow",
			     COLUMNS(statement_cash_columns) },
	[STATEMENT_METRICS] = { "/stable/key-metrics-ttm-bulk", "metrics_ttm.csv",
				COLUMNS(metrics) },
	[STATEMENT_RATIOS] = { "/stable/ratios-ttm-bulk", "ratios_ttm.csv", COLUMNS(ratios) },
};

size_t
statement_figures(enum statement_kind kind)
{
	return kinds[kind].n - STATEMENT_FIGURES;
}

const struct csv_column *
statement_columns(enum statement_kind kind, size_t *n)
{
	*n = kinds[kind].n;
	return kinds[kind].columns;
}

const char *
statement_path(enum statement_kind kind)
{
	return kinds[kind].path;
}

static bool
read_period(const struct csv_cell *cell, int *quarter)
{
	size_t n = cell->len;
	const char *p = cell_trim(cell->p, &n);

	for (int i = 0; i < STATEMENT_PERIODS; i++)
		if (n == 2 && strncmp(p, statement_periods[i], 2) == 0) {
			*quarter = i;
			return true;
		}
	return false;
}

/* The company's own year; where it is not sent, that of the period's end. */
static int
read_year(const struct csv_cell *cell, struct date end)
{
	int64_t year;

	if (cell->p && num_parse_i64(cell->p, cell->len, &year) && year >= YEAR_MIN &&
	    year <= YEAR_MAX)
		return (int)year;
	return date_year(end);
}

static const char *
decode_period(const struct csv_cell *cell, struct date as_of, struct statement_row *out)
{
	size_t n = cell[STATEMENT_DATE].len;
	const char *p = cell_text(cell[STATEMENT_DATE].p, &n);

	if (!p || !date_parse_n(p, n, &out->end))
		return "date is missing or unreadable";
	if (date_cmp(out->end, as_of) > 0)
		return "the period ends after the as-of date";
	if (!read_period(&cell[STATEMENT_PERIOD], &out->quarter))
		return "period is none of FY, Q1 .. Q4";
	out->year = read_year(&cell[STATEMENT_YEAR], out->end);
	return NULL;
}

const char *
statement_decode(enum statement_kind kind, const struct csv_row *row, struct date as_of,
		 struct statement_row *out)
{
	const struct csv_cell *cell = row->cell;
	const char *bad;

	if (!ticker_normal(cell[STATEMENT_SYMBOL].p, cell[STATEMENT_SYMBOL].len, out->ticker))
		return "symbol is no ticker";
	out->end = DATE_NONE;
	out->year = out->quarter = 0;
	bad = kind < STATEMENTS ? decode_period(cell, as_of, out) : NULL;
	for (size_t i = 0; !bad && i < statement_figures(kind); i++)
		if (!cell_figure(&cell[STATEMENT_FIGURES + i], &out->figure[i]))
			bad = "a figure is no number of usable size";
	return bad;
}

const char *
statement_key(const struct statement_file *s, char buf[STATEMENT_KEY])
{
	if (s->kind >= STATEMENTS)
		fmt_buf(buf, STATEMENT_KEY, "%s", kinds[s->kind].key);
	else
		fmt_buf(buf, STATEMENT_KEY, "%s_%d_%s.csv", kinds[s->kind].key, s->year,
			statement_periods[s->period]);
	return buf;
}

struct request { /* an http_req with what it borrows */
	char year[16];
	struct http_arg args[3];
	struct http_req q;
};

static const struct http_req *
request_of(const struct statement_file *s, struct request *r)
{
	*r = (struct request){
		.q = { .path = kinds[s->kind].path, .kind = HTTP_CSV, .bulk = true }
	};
	if (s->kind >= STATEMENTS)
		return &r->q;
	fmt_buf(r->year, sizeof(r->year), "%d", s->year);
	r->args[0] = (struct http_arg){ "year", r->year };
	r->args[1] = (struct http_arg){ "period", statement_periods[s->period] };
	r->q.args = r->args;
	return &r->q;
}

bool
statement_find(struct job_ctx *c, const struct statement_file *s, struct cache_file *f)
{
	char key[STATEMENT_KEY];
	struct request r;

	return cache_find(c, statement_key(s, key), request_of(s, &r), CACHE_ANY_AGE, f);
}

int
statement_fetch(struct job_ctx *c, const struct statement_file *s, struct cache_file *f,
		int64_t *rows, struct err *e)
{
	char key[STATEMENT_KEY];
	struct request r;
	const struct http_req *q = request_of(s, &r);

	*rows = 0;
	if (cache_fetch(c, statement_key(s, key), q, f, e) < 0)
		return -1;
	if (f->empty)
		return 0;
	if (csv_read_file(f->path, kinds[s->kind].columns, kinds[s->kind].n, NULL, c, rows, e) < 0)
		return err_wrap(e, "%s (%s, status %d, \"%.120s\")", q->path, key, f->resp.status,
				f->resp.head);
	return 0;
}
