/* Ratios and key metrics of the trailing year: in bulk and for one symbol, of the synthetic market
 * or from recorded files. */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include <stdlib.h>
#include <string.h>

enum { SALT_RATIO = 501, QUARTER = 63, PATH_BUF = 1024, NUMBER = 40 };

/* What the figures of a company hang together by; the rest of the columns is chance. */
enum figure {
	OTHER,
	SYMBOL,
	CAP,
	EV,
	PE,
	PEG,
	PB,
	PS,
	PFCF,
	YIELD,
	EV_SALES,
	EV_EBITDA,
	EV_FCF,
	FIGURES
};

struct column {
	const char *name; /* in the header without the quotes */
	enum figure figure;
};

static const struct column ratios[] = {
	{ "symbol", SYMBOL },
	{ "grossProfitMarginTTM", OTHER },
	{ "ebitMarginTTM", OTHER },
	{ "ebitdaMarginTTM", OTHER },
	{ "operatingProfitMarginTTM", OTHER },
	{ "pretaxProfitMarginTTM", OTHER },
	{ "continuousOperationsProfitMarginTTM", OTHER },
	{ "netProfitMarginTTM", OTHER },
	{ "bottomLineProfitMarginTTM", OTHER },
	{ "receivablesTurnoverTTM", OTHER },
	{ "payablesTurnoverTTM", OTHER },
	{ "inventoryTurnoverTTM", OTHER },
	{ "fixedAssetTurnoverTTM", OTHER },
	{ "assetTurnoverTTM", OTHER },
	{ "currentRatioTTM", OTHER },
	{ "quickRatioTTM", OTHER },
	{ "solvencyRatioTTM", OTHER },
	{ "cashRatioTTM", OTHER },
	{ "priceToEarningsRatioTTM", PE },
	{ "priceToEarningsGrowthRatioTTM", PEG },
	{ "forwardPriceToEarningsGrowthRatioTTM", OTHER },
	{ "priceToEarningsDilutedRatioTTM", PE },
	{ "priceToEarningsDilutedGrowthRatioTTM", PEG },
	{ "priceToBookRatioTTM", PB },
	{ "priceToSalesRatioTTM", PS },
	{ "priceToFreeCashFlowRatioTTM", PFCF },
	{ "priceToOperatingCashFlowRatioTTM", OTHER },
	{ "debtToAssetsRatioTTM", OTHER },
	{ "debtToEquityRatioTTM", OTHER },
	{ "debtToCapitalRatioTTM", OTHER },
	{ "longTermDebtToCapitalRatioTTM", OTHER },
	{ "financialLeverageRatioTTM", OTHER },
	{ "workingCapitalTurnoverRatioTTM", OTHER },
	{ "operatingCashFlowRatioTTM", OTHER },
	{ "operatingCashFlowSalesRatioTTM", OTHER },
	{ "freeCashFlowOperatingCashFlowRatioTTM", OTHER },
	{ "debtServiceCoverageRatioTTM", OTHER },
	{ "interestCoverageRatioTTM", OTHER },
	{ "shortTermOperatingCashFlowCoverageRatioTTM", OTHER },
	{ "operatingCashFlowCoverageRatioTTM", OTHER },
	{ "capitalExpenditureCoverageRatioTTM", OTHER },
	{ "dividendPaidAndCapexCoverageRatioTTM", OTHER },
	{ "dividendPayoutRatioTTM", OTHER },
	{ "dividendYieldTTM", YIELD },
	{ "enterpriseValueTTM", EV },
	{ "revenuePerShareTTM", OTHER },
	{ "netIncomePerShareTTM", OTHER },
	{ "interestDebtPerShareTTM", OTHER },
	{ "cashPerShareTTM", OTHER },
	{ "bookValuePerShareTTM", OTHER },
	{ "tangibleBookValuePerShareTTM", OTHER },
	{ "shareholdersEquityPerShareTTM", OTHER },
	{ "operatingCashFlowPerShareTTM", OTHER },
	{ "capexPerShareTTM", OTHER },
	{ "freeCashFlowPerShareTTM", OTHER },
	{ "netIncomePerEBTTTM", OTHER },
	{ "ebtPerEbitTTM", OTHER },
	{ "priceToFairValueTTM", PB },
	{ "debtToMarketCapTTM", OTHER },
	{ "effectiveTaxRateTTM", OTHER },
	{ "enterpriseValueMultipleTTM", EV_EBITDA },
	{ "dividendPerShareTTM", OTHER },
};
static const struct column metrics[] = {
	{ "symbol", SYMBOL },
	{ "marketCap", CAP },
	{ "enterpriseValueTTM", EV },
	{ "evToSalesTTM", EV_SALES },
	{ "evToOperatingCashFlowTTM", OTHER },
	{ "evToFreeCashFlowTTM", EV_FCF },
	{ "evToEBITDATTM", EV_EBITDA },
	{ "netDebtToEBITDATTM", OTHER },
	{ "currentRatioTTM", OTHER },
	{ "incomeQualityTTM", OTHER },
	{ "grahamNumberTTM", OTHER },
	{ "grahamNetNetTTM", OTHER },
	{ "taxBurdenTTM", OTHER },
	{ "interestBurdenTTM", OTHER },
	{ "workingCapitalTTM", OTHER },
	{ "investedCapitalTTM", OTHER },
	{ "returnOnAssetsTTM", OTHER },
	{ "operatingReturnOnAssetsTTM", OTHER },
	{ "returnOnTangibleAssetsTTM", OTHER },
	{ "returnOnEquityTTM", OTHER },
	{ "returnOnInvestedCapitalTTM", OTHER },
	{ "returnOnCapitalEmployedTTM", OTHER },
	{ "earningsYieldTTM", OTHER },
	{ "freeCashFlowYieldTTM", OTHER },
	{ "capexToOperatingCashFlowTTM", OTHER },
	{ "capexToDepreciationTTM", OTHER },
	{ "capexToRevenueTTM", OTHER },
	{ "salesGeneralAndAdministrativeToRevenueTTM", OTHER },
	{ "researchAndDevelopementToRevenueTTM", OTHER },
	{ "stockBasedCompensationToRevenueTTM", OTHER },
	{ "intangiblesToTotalAssetsTTM", OTHER },
	{ "averageReceivablesTTM", OTHER },
	{ "averagePayablesTTM", OTHER },
	{ "averageInventoryTTM", OTHER },
	{ "daysOfSalesOutstandingTTM", OTHER },
	{ "daysOfPayablesOutstandingTTM", OTHER },
	{ "daysOfInventoryOutstandingTTM", OTHER },
	{ "operatingCycleTTM", OTHER },
	{ "cashConversionCycleTTM", OTHER },
	{ "freeCashFlowToEquityTTM", OTHER },
	{ "freeCashFlowToFirmTTM", OTHER },
	{ "tangibleAssetValueTTM", OTHER },
	{ "netCurrentAssetValueTTM", OTHER },
};

static const struct set {
	const char *one, *bulk; /* paths */
	const struct column *columns;
	size_t n;
} sets[] = {
	{ "/stable/ratios-ttm", "/stable/ratios-ttm-bulk", ratios, ARRAY_LEN(ratios) },
	{ "/stable/key-metrics-ttm", "/stable/key-metrics-ttm-bulk", metrics, ARRAY_LEN(metrics) },
};

struct company {
	const struct stock *stock;
	uint64_t chance;
	double figure[FIGURES];
	bool missing[FIGURES];
};

static double
between(uint64_t h, double low, double high)
{
	return low + (double)(h >> 40) / 16777216.0 * (high - low);
}

/* Restated price of the last bar up to `session`; 0 if there is none near it. */
static double
price_at(const struct market *m, const struct stock *s, int session, int now)
{
	for (int i = session; i > session - 10 && i >= m->first; i--) {
		const struct bar *b = market_bar(m, s, i);
		double split, all;

		if (!b)
			continue;
		market_factors(s, i, now, &split, &all);
		return b->close / 1e4 * split;
	}
	return 0;
}

/* Earnings change with the quarter, prices daily: so do the multiples.  One company in seven loses
 * money, one in nine burns cash, and now and then a figure is not reported. */
static void
company_of(const struct market *m, const struct stock *s, int now, struct company *c)
{
	uint64_t q =
		market_hash(m->o.seed ^ SALT_RATIO, (uint64_t)s->id, (uint64_t)(now / QUARTER));
	uint64_t h[6];
	double then = price_at(m, s, now - now % QUARTER, now), price = price_at(m, s, now, now);
	double *f = c->figure, moved = then > 0 ? price / then : 1;

	*c = (struct company){ .stock = s, .chance = q };
	for (size_t i = 0; i < ARRAY_LEN(h); i++)
		h[i] = market_hash(q, i, SALT_RATIO);
	f[CAP] = price * market_shares(s, now);
	f[EV] = f[CAP] * between(h[0], 0.85, 1.6);
	f[PE] = moved * between(h[1], 6, 45) * (q % 7 == 0 ? -1 : 1);
	f[PEG] = f[PE] / between(h[2], 3, 25);
	f[PB] = moved * between(h[3], 0.6, 12);
	f[PS] = moved * between(h[4], 0.3, 9);
	f[PFCF] = moved * between(h[5], 7, 60) * (q / 7 % 9 == 0 ? -1 : 1);
	f[YIELD] = s->yield / moved;
	f[EV_SALES] = f[PS] * f[EV] / (f[CAP] > 0 ? f[CAP] : 1);
	f[EV_EBITDA] = f[PE] / between(h[2], 1.4, 2.6);
	f[EV_FCF] = f[PFCF] * f[EV] / (f[CAP] > 0 ? f[CAP] : 1);
	for (int i = CAP; i < FIGURES; i++)
		c->missing[i] = i != CAP && (q >> 20) % 97 == (uint64_t)i;
}

/* The text of a cell; "" = missing. */
static const char *
cell(const struct company *c, const struct set *set, size_t i, char buf[NUMBER])
{
	enum figure f = set->columns[i].figure;
	uint64_t h = market_hash(c->chance, i, (uint64_t)set->n);

	if (f == SYMBOL)
		return c->stock->symbol;
	if (f == OTHER && h % 23 == 0)
		return "";
	if (f != OTHER && c->missing[f])
		return "";
	if (f == OTHER)
		fmt_buf(buf, NUMBER, "%d.%04d", (int)(h >> 8) % 9, (int)(h >> 24 & 8191) % 10000);
	else if (f == CAP || f == EV)
		fmt_buf(buf, NUMBER, "%.0f", c->figure[f]);
	else
		fmt_buf(buf, NUMBER, "%.12g", c->figure[f]);
	return buf;
}

static bool
reports(const struct stock *s, int now)
{
	return (s->kind == KIND_STOCK || s->kind == KIND_ADR) && market_listed(s, now);
}

static void
serve_bulk(const struct market *m, int now, const struct set *set, struct fake_answer *a)
{
	char buf[NUMBER];
	struct company c;

	fake_set(a, 200, "text/csv", "");
	for (size_t i = 0; i < set->n; i++)
		str_fmt(&a->body, "%s\"%s\"", i ? "," : "", set->columns[i].name);
	for (size_t k = 0; k < m->n; k++) {
		if (!reports(&m->stock[k], now))
			continue;
		company_of(m, &m->stock[k], now, &c);
		str_fmt(&a->body, "\n\"%s\"", c.stock->symbol);
		for (size_t i = 1; i < set->n; i++) {
			str_putc(&a->body, ',');
			str_puts(&a->body, cell(&c, set, i, buf));
		}
	}
}

static void
put_member(struct str *out, const char *name, const char *value, bool text)
{
	str_fmt(out, "%c\"%s\":", out->len > 1 ? ',' : '{', name);
	if (!*value)
		str_puts(out, "null");
	else
		str_fmt(out, text ? "\"%s\"" : "%s", value);
}

static void
serve_one(const struct market *m, int now, const struct set *set, const char *symbol,
	  struct fake_answer *a)
{
	const struct stock *s = market_find(m, symbol);
	char buf[NUMBER];
	struct company c;

	fake_set(a, 200, "application/json", s && reports(s, now) ? "[" : "[]");
	if (a->body.len > 1)
		return;
	company_of(m, s, now, &c);
	for (size_t i = 0; i < set->n; i++)
		put_member(&a->body, set->columns[i].name, cell(&c, set, i, buf), i == 0);
	str_puts(&a->body, "}]");
}

/* The symbol that was asked for, owned; NULL after answering that it is missing. */
static char *
symbol_of(const struct fake_req *q, struct fake_answer *a)
{
	char *symbol = fake_param(q, "symbol");

	if (!symbol)
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - symbol");
	return symbol;
}

bool
serve_ratios(const struct market *m, struct date today, const struct fake_req *q,
	     struct fake_answer *a)
{
	int now = market_session(m, today);

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		if (strcmp(q->path, sets[i].bulk) == 0) {
			serve_bulk(m, now, &sets[i], a);
			return true;
		}
		if (strcmp(q->path, sets[i].one) != 0)
			continue;
		char *symbol = symbol_of(q, a);

		if (symbol)
			serve_one(m, now, &sets[i], symbol, a);
		free(symbol);
		return true;
	}
	return false;
}

/* The next cell of a recorded line (no commas or quotes inside these), without its quotes. */
static const char *
next_cell(const char *p, char *buf, size_t n, bool *quoted)
{
	size_t len = 0;

	*quoted = *p == '"';
	if (*quoted) {
		len = strcspn(p + 1, "\"");
		fmt_buf(buf, n, "%.*s", (int)len, p + 1);
		len += 2;
	} else {
		len = strcspn(p, ",\r\n");
		fmt_buf(buf, n, "%.*s", (int)len, p);
	}
	return p[len] == ',' ? p + len + 1 : p + len;
}

/* One recorded line as the API would send it. */
static void
line_as_json(const char *header, const char *line, struct str *out)
{
	char name[128], value[512];
	bool quoted;

	while (*header && *header != '\r' && *header != '\n') {
		header = next_cell(header, name, sizeof(name), &quoted);
		line = next_cell(line, value, sizeof(value), &quoted);
		put_member(out, name, value, quoted);
	}
	str_puts(out, "}]");
}

static void
replay_one(const char *file, const char *symbol, struct fake_answer *a)
{
	STR_AUTO csv = { 0 };
	char want[64];

	str_init(&csv, FAKE_BODY_MAX);
	fmt_buf(want, sizeof(want), "\n\"%s\",", symbol);
	fake_set(a, 200, "application/json", "[]");
	const char *line = fake_slurp(file, &csv) ? strstr(str_c(&csv), want) : NULL;

	if (!line)
		return;
	fake_set(a, 200, "application/json", "[");
	line_as_json(str_c(&csv), line + 1, &a->body);
}

bool
replay_ratios(const char *dir, const struct fake_req *q, struct fake_answer *a)
{
	static const char *const paths[] = { "/stable/ratios-ttm", "/stable/key-metrics-ttm" };
	char file[PATH_BUF];

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (strcmp(q->path, paths[i]) != 0)
			continue;
		char *symbol = symbol_of(q, a);

		if (symbol && fmt_buf(file, sizeof(file), "%s/fmp-shape/%s-bulk.csv", dir,
				      paths[i] + strlen("/stable/")))
			replay_one(file, symbol, a);
		free(symbol);
		return true;
	}
	return false;
}
