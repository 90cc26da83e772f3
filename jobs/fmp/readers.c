/* How the answers of each endpoint are read, for `replay`: one row per endpoint. */
#include "jobs/fmp/readers.h"

#include "jobs/fmp/eod.h"
#include "jobs/fmp/peers.h"
#include "jobs/fmp/profile.h"
#include "jobs/fmp/ratios.h"
#include "jobs/fmp/statements.h"

static const char *
judge_eod(const struct csv_row *row, struct date day)
{
	char ticker[TICKER_BUF];
	struct eod_bar b;

	if (!ticker_normal(row->cell[EOD_SYMBOL].p, row->cell[EOD_SYMBOL].len, ticker))
		return "symbol is no ticker";
	return eod_decode(row, day, &b);
}

static const char *
judge_profile(const struct csv_row *row, struct date day)
{
	struct profile p;

	(void)day;
	return profile_decode(row, &p) ? NULL : "symbol is no ticker";
}

static const char *
judge_income(const struct csv_row *row, struct date day)
{
	struct statement_row r;

	return statement_decode(STATEMENT_INCOME, row, day, &r);
}

static const char *
judge_balance(const struct csv_row *row, struct date day)
{
	struct statement_row r;

	return statement_decode(STATEMENT_BALANCE, row, day, &r);
}

static const char *
judge_cash(const struct csv_row *row, struct date day)
{
	struct statement_row r;

	return statement_decode(STATEMENT_CASH, row, day, &r);
}

/* The reason lives until the thread's next one. */
static const char *
judge_feed(enum ratio_feed_id id, const struct csv_row *row)
{
	static _Thread_local struct ratio_row r;

	return ratio_decode(&ratio_feeds[id], row, &r) ? NULL : r.why;
}

static const char *
judge_ratios(const struct csv_row *row, struct date day)
{
	(void)day;
	return judge_feed(RATIO_FEED_RATIOS, row);
}

static const char *
judge_metrics(const struct csv_row *row, struct date day)
{
	(void)day;
	return judge_feed(RATIO_FEED_METRICS, row);
}

static const char *
judge_peers(const struct csv_row *row, struct date day)
{
	char ticker[TICKER_BUF];
	const struct csv_cell *symbol = &row->cell[PEERS_SYMBOL];

	(void)day;
	return ticker_normal(symbol->p, symbol->len, ticker) ? NULL : "symbol is no ticker";
}

#define READ_BY(columns_) .columns = (columns_), .n = ARRAY_LEN(columns_)

const struct answer_reader fintra_readers[] = {
	{ "/stable/eod-bulk", READ_BY(eod_columns), judge_eod },
	{ "/stable/profile-bulk", READ_BY(profile_columns), judge_profile },
	{ "/stable/income-statement-bulk", READ_BY(statement_income_columns), judge_income },
	{ "/stable/balance-sheet-statement-bulk", READ_BY(statement_balance_columns),
	  judge_balance },
	{ "/stable/cash-flow-statement-bulk", READ_BY(statement_cash_columns), judge_cash },
	{ "/stable/ratios-ttm-bulk", READ_BY(ratio_columns), judge_ratios },
	{ "/stable/key-metrics-ttm-bulk", READ_BY(metric_columns), judge_metrics },
	{ "/stable/peers-bulk", READ_BY(peers_columns), judge_peers },
	{ NULL, NULL, 0, NULL },
};
