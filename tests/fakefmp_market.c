/* Prices walk forward from 1995 by chance that depends on seed, ticker and day alone: the same day
 * has the same bar whatever window is asked for.  No libm, so that every machine agrees to the last
 * digit. */
#include "tests/fakefmp_market.h"

#include "core/calendar.h"
#include "core/str.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_YEAR = 1995, SALT_SHOCK = 1, SALT_OHLC, SALT_LIFE, SALT_EVENT, SALT_HALT, SALT_TRAIT };
#define ID_MARKET 1000000001
#define ID_SECTOR 1000000100

struct chance {
	uint64_t seed;
	double *market; /* one return per session */
	double *sector[WORDS_SECTORS];
	unsigned char *month, *dom; /* of each session */
};

uint64_t
market_hash(uint64_t seed, uint64_t a, uint64_t b)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15U + a * 0xbf58476d1ce4e5b9U + b * 0x94d049bb133111ebU;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* About normal, deviation 1: the sum of four uniform numbers. */
static double
bell(uint64_t h)
{
	double sum = (double)(h & 0xffff) + (double)(h >> 16 & 0xffff) +
		     (double)(h >> 32 & 0xffff) + (double)(h >> 48);

	return (sum / 65536.0 - 2.0) * 1.7320508075688772;
}

static double
unit(uint64_t h)
{
	return (double)(h >> 11) / 9007199254740992.0;
}

int
market_session(const struct market *m, struct date d)
{
	int lo = 0, hi = m->nsessions;

	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;

		if (date_cmp(m->day[mid], d) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo - 1;
}

bool
market_listed(const struct stock *s, int session)
{
	return session >= s->ipo && session < s->gone;
}

const struct bar *
market_bar(const struct market *m, const struct stock *s, int session)
{
	if (!s->bars || session < m->first || session >= m->nsessions || !market_listed(s, session))
		return NULL;
	const struct bar *b = &s->bars[session - m->first];
	return b->volume < 0 ? NULL : b;
}

const struct stock *
market_find(const struct market *m, const char *symbol)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->stock[i].symbol, symbol) == 0)
			return &m->stock[i];
	return NULL;
}

double
market_shares(const struct stock *s, int session)
{
	double n = (double)s->shares;

	for (size_t i = 0; i < s->nevents; i++)
		if (s->events[i].ordered && s->events[i].session <= session)
			n = n * s->events[i].num / s->events[i].den;
	return n;
}

void
market_factors(const struct stock *s, int session, int today, double *split, double *all)
{
	*split = *all = 1;
	for (size_t i = 0; i < s->nevents; i++) {
		const struct event *e = &s->events[i];

		if (e->session <= session || e->session > today)
			continue;
		if (e->num > 0) {
			*split *= (double)e->den / e->num;
			*all *= (double)e->den / e->num;
		} else {
			*all *= 1 - (double)e->dividend / e->before;
		}
	}
}

/* Cents from one dollar on, 1/10000 below. */
static int32_t
tick(double price, int direction)
{
	double unit4 = price >= 1 ? 100 : 1;
	double v = price * 10000 / unit4;
	int64_t n = (int64_t)v;

	if (direction > 0)
		n = (double)n < v ? n + 1 : n;
	else if (direction == 0)
		n = (int64_t)(v + 0.5);
	return n < 1 ? (int32_t)unit4 : (int32_t)((double)n * unit4);
}

static void
event_push(struct stock *s, struct event e)
{
	s->events = mem_realloc(s->events, (s->nevents + 1) * sizeof(e));
	s->events[s->nevents++] = e;
}

/* The first session of its month from day `want` on. */
static bool
first_from(const struct chance *c, int session, int want)
{
	return c->dom[session] >= want &&
	       (c->month[session - 1] != c->month[session] || c->dom[session - 1] < want);
}

/* Every seventh once in three years, by what the price has come to; others when it is extreme. */
static bool
split_today(const struct market *m, const struct chance *c, const struct stock *s, int session,
	    double price, struct event *e)
{
	static const int ratio[][2] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 3, 2 } };
	bool due = s->id % 7 == 1 && c->month[session] == 6 && first_from(c, session, 10) &&
		   (date_year(m->day[session]) + s->id) % 3 == 0;

	*e = (struct event){ .session = session };
	if (s->kind >= KIND_ETF || (!due && price < 400 && price > 2))
		return false;
	uint64_t h = market_hash(c->seed ^ SALT_EVENT, (uint64_t)s->id, (uint64_t)session);
	if (!due && h % 60 != 0)
		return false;
	e->num = price < 8 ? 1 : ratio[h >> 8 & 3][0];
	e->den = price < 8 ? 10 : ratio[h >> 8 & 3][1];
	return true;
}

static bool
dividend_today(const struct chance *c, const struct stock *s, int session, double price)
{
	return s->yield > 0 && price >= 2 && c->month[session] % 3 == s->id % 3 &&
	       first_from(c, session, 5 + s->id % 20);
}

static double
daily_return(const struct chance *c, const struct stock *s, int session, double price)
{
	uint64_t h = market_hash(c->seed ^ SALT_SHOCK, (uint64_t)s->id, (uint64_t)session);
	double r = s->beta * c->market[session] + s->vol * bell(h);

	if (s->kind <= KIND_ADR)
		r += c->sector[s->id % WORDS_SECTORS][session];
	if (h % 1500 == 7)
		r += h >> 20 & 1 ? 0.15 : -0.12;
	if (price > s->start_price * 12)
		r -= 0.002;
	if (price < s->start_price / 12)
		r += 0.003;
	return r < -0.4 ? -0.4 : r > 0.6 ? 0.6 : r;
}

static bool
halted(uint64_t seed, const struct stock *s, int session)
{
	for (int back = 0; back < 4; back++) {
		uint64_t h =
			market_hash(seed ^ SALT_HALT, (uint64_t)s->id, (uint64_t)(session - back));

		if (h % 1800 == 0 && (int)(h >> 20 & 3) >= back)
			return s->kind != KIND_ETF;
	}
	return false;
}

static void
make_bar(uint64_t seed, const struct stock *s, int session, double before, double close,
	 struct bar *b)
{
	uint64_t h = market_hash(seed ^ SALT_OHLC, (uint64_t)s->id, (uint64_t)session);
	double open = before + (close - before) * unit(h * 3) * 0.6;
	double top = open > close ? open : close, bottom = open > close ? close : open;
	double move = close / before - 1;

	b->close = tick(close, 0);
	b->open = tick(open, 0);
	b->high = tick(top * (1 + s->vol * 0.5 * unit(h)), 1);
	b->low = tick(bottom * (1 - s->vol * 0.5 * unit(h * 5)), -1);
	if (b->high < b->open || b->high < b->close)
		b->high = b->open > b->close ? b->open : b->close;
	if (b->low > b->open || b->low > b->close)
		b->low = b->open < b->close ? b->open : b->close;
	b->volume = (int64_t)(market_shares(s, session) / 400 * (0.4 + unit(h * 7)) *
			      (1 + 12 * (move < 0 ? -move : move))) +
		    100;
	if (halted(seed, s, session))
		b->volume = -1;
}

static bool
ordered_today(const struct market *m, const struct stock *s, int session, struct event *e)
{
	for (size_t i = 0; i < m->o.nsplits; i++) {
		const struct split *x = &m->o.split[i];

		if (strcmp(x->symbol, s->symbol) != 0 || !date_eq(x->day, m->day[session]))
			continue;
		*e = (struct event){
			.session = session, .num = x->num, .den = x->den, .ordered = true
		};
		return true;
	}
	return false;
}

/* Moves the price (and what the one before is worth now) from the session before to this one. */
static double
step(const struct market *m, const struct chance *c, struct stock *s, int i, double *before)
{
	double price = *before * (1 + daily_return(c, s, i, *before));
	struct event e;
	bool ordered = ordered_today(m, s, i, &e);

	if (!ordered && dividend_today(c, s, i, *before)) {
		e = (struct event){ .session = i, .before = tick(*before, 0) };
		e.dividend = tick(*before * s->yield / 4, 0);
		price -= (double)e.dividend / 10000;
	} else if (ordered || split_today(m, c, s, i, *before, &e)) {
		*before = *before * e.den / e.num;
		price = price * e.den / e.num;
	} else {
		return price;
	}
	if (i > m->first)
		event_push(s, e);
	return price;
}

static void
walk(const struct market *m, const struct chance *c, struct stock *s)
{
	int end = s->gone < m->nsessions ? s->gone : m->nsessions;
	double price = s->start_price;

	if (end <= m->first || s->ipo >= m->nsessions)
		return;
	s->bars = mem_alloc((size_t)(m->nsessions - m->first) * sizeof(*s->bars));
	for (int i = s->ipo; i < end; i++) {
		double before = price;

		if (i > s->ipo)
			price = step(m, c, s, i, &before);
		if (price < 0.05)
			price = 0.05;
		if (i >= m->first)
			make_bar(c->seed, s, i, before, price, &s->bars[i - m->first]);
	}
}

static struct stock *
stock_new(struct market *m, unsigned id, enum kind kind)
{
	uint64_t h = market_hash(m->o.seed ^ SALT_TRAIT, id, 0);
	static const char *const places[][2] = { { "NASDAQ", "NASDAQ Global Select" },
						 { "NYSE", "New York Stock Exchange" },
						 { "NASDAQ", "NASDAQ Capital Market" },
						 { "NYSE", "New York Stock Exchange" },
						 { "AMEX", "New York Stock Exchange Arca" } };
	struct stock *s = &m->stock[m->n++];
	const char *const *place = places[id % ARRAY_LEN(places)];

	*s = (struct stock){ .kind = kind,
			     .id = (int)id,
			     .exchange = place[0],
			     .exchange_name = place[1],
			     .currency = "USD",
			     .country = "US",
			     .gone = INT32_MAX };
	words_symbol(id, s->symbol);
	s->name = words_name(id, m->o.hostile);
	s->sector = id % 97 == 13 ? "" : words_sector((int)(id % WORDS_SECTORS));
	s->industry =
		id % 97 == 13 ? "" : words_industry((int)(id % WORDS_SECTORS), id / WORDS_SECTORS);
	s->start_price = 6 + unit(h) * unit(h * 3) * 220;
	s->vol = 0.007 + unit(h * 5) * 0.022;
	s->beta = 0.4 + unit(h * 7) * 1.2;
	s->yield = id % 5 < 2 && kind <= KIND_ADR ? 0.008 + unit(h * 11) * 0.035 : 0;
	s->shares = 20000000 + (int64_t)(unit(h * 13) * unit(h * 17) * 3e9);
	return s;
}

static void
add_core(struct market *m)
{
	static const char *const homes[] = { "GB", "JP", "NL", "BR", "CN" };

	for (int i = 0; i < m->o.tickers; i++) {
		struct stock *s = stock_new(m, (unsigned)i, i % 25 == 7 ? KIND_ADR : KIND_STOCK);

		if (s->kind == KIND_ADR)
			s->country = homes[i / 25 % (int)ARRAY_LEN(homes)];
	}
}

/* Each year some companies come and, two to five years later, go. */
static void
add_comers(struct market *m)
{
	int each = m->o.tickers / 100 > 0 ? m->o.tickers / 100 : 1;
	int last_year = date_year(m->day[m->nsessions - 1]);

	for (int y = FIRST_YEAR + 1; y <= last_year; y++)
		for (int k = 0; k < each; k++) {
			unsigned id = 200000 + (unsigned)(y - FIRST_YEAR) * 2000 + (unsigned)k;
			uint64_t h = market_hash(m->o.seed ^ SALT_LIFE, id, 0);
			int ipo = market_session(m, date_of(y, 1, 1)) + 1 + (int)(h % 240);
			int gone = ipo + 450 + (int)(h >> 20) % 800;

			if (ipo >= m->nsessions || gone <= m->first)
				continue;
			struct stock *s = stock_new(m, id, KIND_STOCK);
			s->ipo = ipo;
			s->gone = gone;
		}
}

static struct stock *
add_special(struct market *m, unsigned id, enum kind kind, const char *symbol)
{
	struct stock *s = stock_new(m, id, kind);

	str_copy(s->symbol, sizeof(s->symbol), symbol);
	s->sector = "Financial Services";
	s->industry = "Asset Management";
	return s;
}

static void
rename_to(struct stock *s, const char *name)
{
	free(s->name);
	s->name = mem_dup(name);
}

static void
add_funds(struct market *m)
{
	struct stock *spy = add_special(m, 300000, KIND_ETF, "SPY");
	char text[64];

	rename_to(spy, "SPDR S&P 500 ETF Trust (synthetic)");
	spy->exchange = "AMEX";
	spy->exchange_name = "New York Stock Exchange Arca";
	spy->start_price = 45;
	spy->vol = 0.0004;
	spy->beta = 1;
	spy->yield = 0.014;
	spy->shares = 900000000;
	for (int i = 0; i < m->o.tickers / 100 + 1; i++) {
		fmt_buf(text, sizeof(text), "ETF%c%c", 'A' + i / 26 % 26, 'A' + i % 26);
		struct stock *s = add_special(m, 301000 + (unsigned)i, KIND_ETF, text);
		fmt_buf(text, sizeof(text), "Synthetic Index ETF %d", i + 1);
		rename_to(s, text);
	}
	for (int i = 0; i < m->o.tickers / 50 + 1; i++) {
		fmt_buf(text, sizeof(text), "FD%c%cX", 'A' + i / 26 % 26, 'A' + i % 26);
		struct stock *s = add_special(m, 302000 + (unsigned)i, KIND_FUND, text);
		fmt_buf(text, sizeof(text), "Synthetic Growth Fund, Class %c", 'A' + i % 26);
		rename_to(s, text);
	}
}

static void
add_odd(struct market *m)
{
	static const char *const coins[] = { "BTCUSD", "ETHUSD", "CORGIBUSD", "SOLUSD", "XRPUSD" };
	char text[160], base[24];

	for (int i = 0; i < m->o.tickers / 100 + 1; i++) {
		words_symbol((unsigned)i * 3 + 4, base);
		fmt_buf(text, sizeof(text), "%s-WT", base);
		struct stock *s = add_special(m, 303000 + (unsigned)i, KIND_WARRANT, text);
		fmt_buf(text, sizeof(text), "%.100s Warrant", s->name);
		rename_to(s, text);
		s->start_price = 6;
	}
	for (int i = 0; i < m->o.tickers / 50 + 1; i++) {
		words_symbol(310000 + (unsigned)i * 3, base);
		fmt_buf(text, sizeof(text), "%.4s.TO", base);
		struct stock *s = stock_new(m, 304000 + (unsigned)i, KIND_STOCK);
		str_copy(s->symbol, sizeof(s->symbol), text);
		s->exchange = "TSX";
		s->exchange_name = "Toronto Stock Exchange";
		s->currency = "CAD";
		s->country = "CA";
	}
	for (int i = 0; i < (int)ARRAY_LEN(coins); i++) {
		struct stock *s = add_special(m, 305000 + (unsigned)i, KIND_CRYPTO, coins[i]);
		fmt_buf(text, sizeof(text), "%.3s USD", coins[i]);
		rename_to(s, text);
		s->exchange = i % 2 ? "CCC" : "CRYPTO";
		s->exchange_name = "CRYPTO";
		s->sector = s->industry = s->country = "";
		s->vol = 0.03;
	}
}

/* The vendor's files are in no order. */
static int
by_chance(const void *a, const void *b)
{
	const struct stock *x = a, *y = b;
	uint64_t hx = market_hash(99, (uint64_t)x->id, 1), hy = market_hash(99, (uint64_t)y->id, 1);

	return hx < hy ? -1 : hx > hy;
}

static void
make_days(struct market *m)
{
	struct date d = date_of(FIRST_YEAR, 1, 1);
	int span = m->o.end.days - d.days + 1;

	m->day = mem_alloc((size_t)(span > 1 ? span : 1) * sizeof(*m->day));
	for (; date_cmp(d, m->o.end) <= 0; d = date_add_days(d, 1))
		if (calendar_is_session(d))
			m->day[m->nsessions++] = d;
	m->first = market_session(m, date_add_days(m->o.start, -1)) + 1;
}

static void
make_chance(const struct market *m, struct chance *c)
{
	c->seed = m->o.seed;
	c->month = mem_alloc((size_t)m->nsessions);
	c->dom = mem_alloc((size_t)m->nsessions);
	for (int i = 0, y, month, day; i < m->nsessions; i++) {
		date_split(m->day[i], &y, &month, &day);
		c->month[i] = (unsigned char)month;
		c->dom[i] = (unsigned char)day;
	}
	c->market = mem_alloc((size_t)m->nsessions * sizeof(double));
	for (int i = 0; i < m->nsessions; i++)
		c->market[i] = 0.0004 + 0.0095 * bell(market_hash(c->seed, ID_MARKET, (uint64_t)i));
	for (int k = 0; k < WORDS_SECTORS; k++) {
		c->sector[k] = mem_alloc((size_t)m->nsessions * sizeof(double));
		for (int i = 0; i < m->nsessions; i++)
			c->sector[k][i] = 0.005 * bell(market_hash(c->seed, ID_SECTOR + (uint64_t)k,
								   (uint64_t)i));
	}
}

struct market *
market_new(const struct market_opts *o)
{
	struct market *m = mem_zalloc(sizeof(*m));
	struct chance c;
	size_t most = (size_t)o->tickers * 2 + 6000;

	m->o = *o;
	if (!date_is_set(m->o.start))
		m->o.start = date_add_months(o->end, -12 * o->years);
	make_days(m);
	m->stock = mem_zalloc(most * sizeof(*m->stock));
	add_core(m);
	add_comers(m);
	add_funds(m);
	add_odd(m);
	make_chance(m, &c);
	for (size_t i = 0; i < m->n; i++)
		walk(m, &c, &m->stock[i]);
	qsort(m->stock, m->n, sizeof(*m->stock), by_chance);
	m->o.split = NULL;
	m->o.nsplits = 0;
	free(c.market);
	free(c.month);
	free(c.dom);
	for (int k = 0; k < WORDS_SECTORS; k++)
		free(c.sector[k]);
	return m;
}
