/* The synthetic market (fakefmp_market.c): immutable once made, the same bars for any end; and the
 * words it speaks. */
#ifndef FINTRA_TESTS_FAKEFMP_MARKET_H
#define FINTRA_TESTS_FAKEFMP_MARKET_H

#include "core/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind { KIND_STOCK, KIND_ADR, KIND_ETF, KIND_FUND, KIND_WARRANT, KIND_CRYPTO };

struct bar { /* as traded, in 1/10000; volume < 0: no bar that day */
	int32_t open, high, low, close;
	int64_t volume;
};

struct event { /* ex-date = session; a split when num > 0, else a dividend */
	int session;
	int num, den;
	int32_t dividend, before; /* 1/10000 as traded: amount, close of the session before */
	bool ordered;		  /* a split of market_opts: it multiplies the shares, too */
};

struct split { /* on demand: from `day` on the shares are num for den */
	char symbol[24];
	struct date day;
	int num, den;
};

struct stock {
	char symbol[24];
	char *name;
	const char *exchange, *exchange_name, *currency, *country;
	const char *sector, *industry; /* "" = the vendor does not say */
	enum kind kind;
	int id, ipo, gone; /* sessions: first, and first one without it */
	double start_price, vol, beta, yield;
	int64_t shares;
	struct bar *bars; /* [session - market.first]; NULL outside its life */
	struct event *events;
	size_t nevents;
};

struct market_opts {
	int tickers, years;
	uint64_t seed;
	struct date start, end;	   /* start unset: end - years */
	bool hostile, clean;	   /* control bytes in a name; no bad rows */
	const struct split *split; /* borrowed for the call of market_new */
	size_t nsplits;
};

struct market {
	struct market_opts o;
	struct date *day; /* sessions since 1995 */
	int nsessions, first;
	struct stock *stock;
	size_t n;
};

struct market *market_new(const struct market_opts *o);
/* Newest session on or before d; -1 if before all. */
int market_session(const struct market *m, struct date d);
const struct stock *market_find(const struct market *m, const char *symbol);
bool market_listed(const struct stock *s, int session);
const struct bar *market_bar(const struct market *m, const struct stock *s,
			     int session); /* or NULL */
/* Shares outstanding on `session`. */
double market_shares(const struct stock *s, int session);
/* Restatement of a price of `session` by the events up to `today`: by splits alone, and by all. */
void market_factors(const struct stock *s, int session, int today, double *split, double *all);
/* A hash of everything named: the source of all chance. */
uint64_t market_hash(uint64_t seed, uint64_t a, uint64_t b);

/* --- splits on demand (fakefmp_splits.c) --- */
/* Of a file with one a line, "SYMBOL DATE NUM:DEN", which need not be there yet; false: not such a
 * file. */
bool splits_open(const char *path);
/* One more, in the file, too; false: no such line, or no such share or session in `m`, or it is
 * split on that day already. */
bool splits_add(const struct market *m, const char *line);
void splits_clear(void);
/* A market like `o` with the splits; owned by the process. */
struct market *splits_market(const struct market_opts *o);

/* --- words (fakefmp_words.c) --- */
enum { WORDS_SECTORS = 11 };
const char *words_sector(int i);
const char *words_industry(int sector, unsigned i);
char *words_name(unsigned i, bool hostile); /* owned */
void words_symbol(unsigned i, char out[24]);

#endif
