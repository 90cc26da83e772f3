/* How the answers of each endpoint are read, for `replay`: one row per endpoint. */
#include "jobs/fmp/readers.h"

#include "jobs/fmp/eod.h"
#include "jobs/fmp/profile.h"

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

const struct answer_reader fintra_readers[] = {
	{ "/stable/eod-bulk", eod_columns, EOD_COLUMNS, judge_eod },
	{ "/stable/profile-bulk", profile_columns, PROFILE_COLUMNS, judge_profile },
	{ NULL, NULL, 0, NULL },
};
