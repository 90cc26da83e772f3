/* How far a company's dividend can be relied on (engines.md 9.4).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_DIVIDEND_QUALITY_H
#define FINTRA_JOBS_ENGINE_DIVIDEND_QUALITY_H

#include "jobs/engine/figures.h"

enum { DIVIDEND_YEARS_MAX = 10 };

/* A row of datos_dividendos with the figures of its fiscal year. */
struct dividend_year {
	int year;
	bool has_dividend;
	struct num per_share;
	struct num payout_eps, payout_fcf; /* percent */
	struct num net_income, free_cash_flow;
};

enum dividend_band {
	DIVIDEND_NONE,
	DIVIDEND_WEAK,
	DIVIDEND_ACCEPTABLE,
	DIVIDEND_HIGH,
	DIVIDEND_BAND_COUNT
};

const char *dividend_band_name(enum dividend_band b); /* "weak", ...; NULL for NONE */
enum dividend_band dividend_band_find(const char *name);

struct dividend_quality {
	struct num score, confidence; /* 0..100; absent without any year, as is all below */
	enum dividend_band band;
	struct num consistency, growth_reliability, payout_sustainability, capital_discipline;
	int years; /* that were looked at */
};

/* year[0] is the newest; the first ten are looked at.  year may be NULL when n is 0. */
void dividend_quality(const struct dividend_year *year, size_t n, struct dividend_quality *out);

#endif
