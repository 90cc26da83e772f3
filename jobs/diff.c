/* What moved in the product between two dates. */
#include "jobs/catalogue.h"

#include "queries.h"

const struct section fintra_diff[] = {
	{ "dates", "Dates", Q_DIFF_DATES, NULL },
	{ "last", "The last two dates", Q_DIFF_LAST_DATES, NULL },
	{ "totals", "Snapshots", Q_DIFF_TOTALS, NULL },
	{ "tickers", "Tickers gained and lost", Q_DIFF_TICKERS, NULL },
	{ "moved", "FGOS scores that moved by more than 10", Q_DIFF_MOVED, NULL },
	{ "sectors", "Sectors of the movers", Q_DIFF_SECTORS, NULL },
	{ "nulls", "Share of empty values", Q_DIFF_NULLS, NULL },
	{ "runs", "Runs that changed rows since", Q_DIFF_RUNS, NULL },
	{ NULL, NULL, -1, NULL },
};
