/* What is known of one ticker, layer by layer. */
#include "jobs/catalogue.h"

#include "jobs/jobs.h"
#include "queries.h"

const struct section fintra_ticker[] = {
	{ "universe", "Universe", Q_TICKER_UNIVERSE, NULL },
	{ "snapshot", "Snapshot", -1, ticker_snapshot_tell },
	{ "market_state", "Market state", Q_TICKER_MARKET_STATE, NULL },
	{ "actions", "Splits, dividends and flags", Q_TICKER_ACTIONS, NULL },
	{ "stored", "Stored bars", Q_TICKER_STORED, NULL },
	{ "prices", "Newest bar", Q_TICKER_PRICES, NULL },
	{ "performance", "Returns", Q_TICKER_PERFORMANCE, NULL },
	{ "windows", "Against sector, market and industry", Q_TICKER_WINDOWS, NULL },
	{ "financials", "Financials", Q_TICKER_FINANCIALS, NULL },
	{ "valuation", "Valuation", Q_TICKER_VALUATION, NULL },
	{ NULL, NULL, -1, NULL },
};
