/* What is known of one ticker, layer by layer. */
#include "jobs/catalogue.h"

#include "queries.h"

const struct section fintra_ticker[] = {
	{ "universe", "Universe", Q_TICKER_UNIVERSE },
	{ "actions", "Splits, dividends and flags", Q_TICKER_ACTIONS },
	{ "stored", "Stored bars", Q_TICKER_STORED },
	{ "prices", "Newest bar", Q_TICKER_PRICES },
	{ "performance", "Returns", Q_TICKER_PERFORMANCE },
	{ "windows", "Against sector, market and industry", Q_TICKER_WINDOWS },
	{ "financials", "Financials", Q_TICKER_FINANCIALS },
	{ "valuation", "Valuation", Q_TICKER_VALUATION },
	{ NULL, NULL, -1 },
};
