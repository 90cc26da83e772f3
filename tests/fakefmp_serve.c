#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PART_ROWS = 25000, SALT_BAD = 77, BAD_ONE_IN = 3000, CSV_LINE = 160 };

static const char profile_header[] =
	"\"symbol\",\"price\",\"marketCap\",\"beta\",\"lastDividend\",\"range\",\"change\","
	"\"changePercentage\",\"volume\",\"averageVolume\",\"companyName\",\"currency\",\"cik\","
	"\"isin\",\"cusip\",\"exchangeFullName\",\"exchange\",\"industry\",\"website\","
	"\"description\",\"ceo\",\"sector\",\"country\",\"fullTimeEmployees\",\"phone\","
	"\"address\","
	"\"city\",\"state\",\"zip\",\"image\",\"ipoDate\",\"defaultImage\",\"isEtf\","
	"\"isActivelyTrading\",\"isAdr\",\"isFund\"";
static const char eod_header[] =
	"\"symbol\",\"date\",\"open\",\"low\",\"high\",\"close\",\"adjClose\",\"volume\"";

/* v / 10^digits without trailing zeros; much faster than printf, and a day is thousands of numbers.
 */
static char *
put_fixed(char *p, int64_t v, int digits)
{
	char buf[24] = "";
	int n = 0, kept = 0;
	uint64_t u = v < 0 ? (uint64_t)-v : (uint64_t)v;

	if (v < 0)
		*p++ = '-';
	for (; n < digits || u > 0 || n == digits; u /= 10)
		buf[n++] = (char)('0' + u % 10);
	while (kept < digits && buf[kept] == '0')
		kept++;
	while (n > digits)
		*p++ = buf[--n];
	if (kept < digits) {
		*p++ = '.';
		while (n > kept)
			*p++ = buf[--n];
	}
	return p;
}

static char *
put_text(char *p, const char *s)
{
	while (*s)
		*p++ = *s++;
	return p;
}

static int64_t
scaled(double v)
{
	return (int64_t)(v + 0.5);
}

/* One eod line for a bar of `session` as the vendor states it `today`, under the given date. */
static void
eod_line(struct str *out, const struct stock *s, const struct bar *b, double split, double all,
	 const char *iso)
{
	char line[CSV_LINE], *p = line;
	const int32_t price[] = { b->open, b->low, b->high, b->close };

	*p++ = '\n';
	*p++ = '"';
	p = put_text(p, s->symbol);
	p = put_text(p, "\",\"");
	p = put_text(p, iso);
	p = put_text(p, "\",");
	for (size_t i = 0; i < ARRAY_LEN(price); i++) {
		p = put_fixed(p, scaled(price[i] * split), 4);
		*p++ = ',';
	}
	if (all > 0)
		p = put_fixed(p, scaled(b->close * all * 100), 6);
	*p++ = ',';
	p = put_fixed(p, scaled((double)b->volume / split), 0);
	str_put(out, line, (size_t)(p - line));
}

/* Now and then a row that cannot be used: fmp.md section 8 and faults.md F32-F36. */
static void
eod_row(struct str *out, const struct market *m, const struct stock *s, const struct bar *b,
	int session, int today)
{
	uint64_t h = market_hash(m->o.seed ^ SALT_BAD, (uint64_t)s->id, (uint64_t)session);
	int bad = m->o.clean || h % BAD_ONE_IN != 0 ? -1 : (int)(h >> 32) % 5;
	struct bar odd = *b;
	double split, all;
	char iso[DATE_BUF];

	market_factors(s, session, today, &split, &all);
	date_iso(m->day[session], iso);
	if (bad == 0)
		odd.volume = 0;
	if (bad == 1) {
		odd.high = b->low;
		odd.low = b->high + 100;
	}
	eod_line(out, s, &odd, split, bad == 2 ? 0 : all, iso);
	if (bad == 3)
		eod_line(out, s, &odd, split, all, iso);
	if (bad == 4 && session > 0)
		eod_line(out, s, &odd, split, all, date_iso(m->day[session - 1], iso));
}

static void
serve_eod(const struct market *m, struct date today, const struct fake_req *q,
	  struct fake_answer *a)
{
	char *text = fake_param(q, "date");
	int now = market_session(m, today);
	struct date d;

	if (!text || !date_parse(text, &d)) {
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - date");
		free(text);
		return;
	}
	free(text);
	fake_set(a, 200, "text/csv", eod_header);
	int session = market_session(m, d);
	if (session < m->first || !date_eq(m->day[session], d) || session > now)
		return;
	for (size_t i = 0; i < m->n; i++) {
		const struct bar *b = market_bar(m, &m->stock[i], session);

		if (b)
			eod_row(&a->body, m, &m->stock[i], b, session, now);
	}
}

static void
put_quoted(struct str *out, const char *s)
{
	str_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			str_putc(out, '"');
		str_putc(out, *s);
	}
	str_putc(out, '"');
}

void
fake_json_text(struct str *out, const char *s)
{
	str_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			str_putc(out, '\\');
		if ((unsigned char)*s < 0x20)
			str_fmt(out, "\\u%04x", (unsigned)*s);
		else
			str_putc(out, *s);
	}
	str_putc(out, '"');
}

enum { COLUMNS = 36 };

struct profile {
	char *cell[COLUMNS]; /* owned; NULL = missing */
	bool text[COLUMNS];
};

static void
cell_text(struct profile *p, int i, const char *s)
{
	p->cell[i] = s[0] ? mem_dup(s) : NULL;
	p->text[i] = true;
}

static void
cell_fixed(struct profile *p, int i, int64_t v, int digits)
{
	char buf[40];

	*put_fixed(buf, v, digits) = '\0';
	p->cell[i] = mem_dup(buf);
}

static void
cell_bool(struct profile *p, int i, bool v)
{
	p->cell[i] = mem_dup(v ? "true" : "false");
}

struct figures { /* 1/10000, as restated today */
	int32_t last, before, low, high;
	int64_t volume, average, dividend;
};

static void
measure(const struct market *m, const struct stock *s, int now, struct figures *f)
{
	int n = 0;

	*f = (struct figures){ 0 };
	for (int i = now; i > now - 252 && i >= m->first; i--) {
		const struct bar *b = market_bar(m, s, i);
		double split, all;

		if (!b)
			continue;
		market_factors(s, i, now, &split, &all);
		int32_t close = (int32_t)scaled(b->close * split);
		if (n == 0) {
			f->last = f->low = f->high = close;
			f->volume = b->volume;
		} else if (n == 1) {
			f->before = close;
		}
		f->low = close < f->low ? close : f->low;
		f->high = close > f->high ? close : f->high;
		f->average += b->volume;
		n++;
	}
	f->average = n > 0 ? f->average / n : 0;
	for (size_t i = 0; i < s->nevents; i++)
		if (s->events[i].num == 0 && s->events[i].session <= now)
			f->dividend = s->events[i].dividend;
}

static void
profile_words(const struct stock *s, struct profile *p)
{
	char buf[160];

	fmt_buf(buf, sizeof(buf), "%010d", 1000000 + s->id);
	cell_text(p, 12, s->kind == KIND_CRYPTO ? "" : buf);
	fmt_buf(buf, sizeof(buf), "US%09d0", 100000000 + s->id);
	cell_text(p, 13, buf);
	fmt_buf(buf, sizeof(buf), "%09d", 100000000 + s->id);
	cell_text(p, 14, buf);
	cell_text(p, 15, s->exchange_name);
	cell_text(p, 16, s->exchange);
	cell_text(p, 17, s->industry);
	fmt_buf(buf, sizeof(buf), "https://www.example.com/%s", s->symbol);
	cell_text(p, 18, buf);
	fmt_buf(buf, sizeof(buf),
		"Synthetic company number %d, made for tests,\nwith \"quotes\", commas and a "
		"second line.",
		s->id);
	cell_text(p, 19, buf);
	cell_text(p, 20, s->id % 3 ? "Ms. Ada Example" : "");
	cell_text(p, 21, s->sector);
	cell_text(p, 22, s->country);
	fmt_buf(buf, sizeof(buf), "%d", 40 + s->id % 9000);
	cell_text(p, 23, s->id % 11 ? buf : "12,300");
	cell_text(p, 24, "212 555 0100");
	cell_text(p, 25, "1 Main Street, Suite 4");
	cell_text(p, 26, "New York");
	cell_text(p, 27, "NY");
	cell_text(p, 28, "10004");
	cell_text(p, 29, "");
}

static void
profile_make(const struct market *m, const struct stock *s, int now, struct profile *p)
{
	struct figures f;
	char buf[80], iso[DATE_BUF];

	*p = (struct profile){ 0 };
	measure(m, s, now, &f);
	cell_text(p, 0, s->symbol);
	cell_fixed(p, 1, f.last, 4);
	cell_fixed(p, 2, (int64_t)((double)f.last / 10000 * market_shares(s, now)), 0);
	cell_fixed(p, 3, scaled(s->beta * 100), 2);
	cell_fixed(p, 4, f.dividend, 4);
	fmt_buf(buf, sizeof(buf), "%.2f-%.2f", f.low / 1e4, f.high / 1e4);
	cell_text(p, 5, buf);
	cell_fixed(p, 6, f.last - f.before, 4);
	cell_fixed(p, 7, f.before ? (int64_t)((f.last - f.before) * 1e7 / f.before) : 0, 5);
	cell_fixed(p, 8, f.volume, 0);
	cell_fixed(p, 9, f.average, 0);
	cell_text(p, 10, s->name);
	cell_text(p, 11, s->currency);
	profile_words(s, p);
	cell_text(p, 30, s->ipo > 0 ? date_iso(m->day[s->ipo], iso) : "1990-06-29");
	cell_bool(p, 31, true);
	cell_bool(p, 32, s->kind == KIND_ETF);
	cell_bool(p, 33, true);
	cell_bool(p, 34, s->kind == KIND_ADR);
	cell_bool(p, 35, s->kind == KIND_FUND);
}

static void
profile_done(struct profile *p)
{
	for (int i = 0; i < COLUMNS; i++)
		free(p->cell[i]);
}

static void
profile_csv(struct str *out, const struct profile *p)
{
	for (int i = 0; i < COLUMNS; i++) {
		str_putc(out, i == 0 ? '\n' : ',');
		if (p->cell[i] && p->text[i])
			put_quoted(out, p->cell[i]);
		else if (p->cell[i])
			str_puts(out, p->cell[i]);
	}
}

static void
profile_json(struct str *out, const struct profile *p)
{
	const char *h = profile_header;

	for (int i = 0; i < COLUMNS; i++) {
		size_t len = strcspn(h, ",");

		str_putc(out, i == 0 ? '{' : ',');
		str_put(out, h, len);
		str_putc(out, ':');
		if (!p->cell[i])
			str_puts(out, "null");
		else if (p->text[i])
			fake_json_text(out, p->cell[i]);
		else
			str_puts(out, p->cell[i]);
		h += len + 1;
	}
	str_putc(out, '}');
}

static void
serve_profiles(const struct market *m, struct date today, const struct fake_req *q,
	       struct fake_answer *a)
{
	char *text = fake_param(q, "part"), *end = NULL;
	long part = text ? strtol(text, &end, 10) : -1;
	int now = market_session(m, today);
	long row = 0, from = part * PART_ROWS;

	if (text && (*end || end == text))
		part = -1;
	free(text);
	fake_set(a, 200, "text/csv", profile_header);
	for (size_t i = 0; part >= 0 && i < m->n; i++) {
		struct profile p;

		if (!market_listed(&m->stock[i], now))
			continue;
		if (row++ < from || row > from + PART_ROWS)
			continue;
		profile_make(m, &m->stock[i], now, &p);
		profile_csv(&a->body, &p);
		profile_done(&p);
	}
	if (part < 0 || (part > 0 && row <= from))
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - part");
}

static void
serve_profile(const struct market *m, int now, const struct stock *s, struct fake_answer *a)
{
	struct profile p;

	fake_set(a, 200, "application/json", "[");
	if (s && market_listed(s, now)) {
		profile_make(m, s, now, &p);
		profile_json(&a->body, &p);
		profile_done(&p);
	}
	str_putc(&a->body, ']');
}

/* The first columns of the profile are all that a quote needs here. */
static void
serve_quote(const struct market *m, int now, const struct stock *s, struct fake_answer *a)
{
	struct profile p;

	fake_set(a, 200, "application/json", "[");
	if (s && market_listed(s, now)) {
		profile_make(m, s, now, &p);
		str_puts(&a->body, "{\"symbol\":");
		fake_json_text(&a->body, s->symbol);
		str_fmt(&a->body, ",\"price\":%s,\"marketCap\":%s}", str_or(p.cell[1], "null"),
			str_or(p.cell[2], "null"));
		profile_done(&p);
	}
	str_putc(&a->body, ']');
}

static void
serve_events(const struct market *m, int now, const struct stock *s, bool splits,
	     struct fake_answer *a)
{
	char iso[DATE_BUF], sep = '[';

	fake_set(a, 200, "application/json", "");
	for (size_t i = s ? s->nevents : 0; i-- > 0;) {
		const struct event *e = &s->events[i];
		double split, all;

		if ((e->num > 0) != splits || e->session > now)
			continue;
		date_iso(m->day[e->session], iso);
		str_fmt(&a->body, "%c{\"symbol\":\"%s\",\"date\":\"%s\",", sep, s->symbol, iso);
		market_factors(s, e->session, now, &split, &all);
		if (splits)
			str_fmt(&a->body, "\"numerator\":%d,\"denominator\":%d}", e->num, e->den);
		else
			str_fmt(&a->body,
				"\"recordDate\":\"%s\",\"paymentDate\":\"\",\"declarationDate\":"
				"\"\","
				"\"adjDividend\":%.10g,\"dividend\":%.10g,\"yield\":%.10g,"
				"\"frequency\":\"Quarterly\"}",
				iso, e->dividend / 1e4 * split, e->dividend / 1e4,
				400.0 * e->dividend / e->before);
		sep = ',';
	}
	str_puts(&a->body, sep == '[' ? "[]" : "]");
}

/* Shortest of the figures a vendor would send: no more than `digits` decimals. */
static double
rounded(double v, double scale)
{
	return floor(v * scale + 0.5) / scale;
}

static void
serve_history(const struct market *m, int now, const struct stock *s, const struct fake_req *q,
	      struct fake_answer *a)
{
	struct hist *row = mem_alloc((size_t)(m->nsessions - m->first + 1) * sizeof(*row));
	size_t n = 0;

	for (int i = m->first; s && i <= now; i++) {
		const struct bar *b = market_bar(m, s, i);
		double split, all;

		if (!b)
			continue;
		market_factors(s, i, now, &split, &all);
		row[n++] = (struct hist){ .d = m->day[i],
					  .open = rounded(b->open / 1e4 * split, 1e4),
					  .high = rounded(b->high / 1e4 * split, 1e4),
					  .low = rounded(b->low / 1e4 * split, 1e4),
					  .close = rounded(b->close / 1e4 * split, 1e4),
					  .adj = rounded(b->close / 1e4 * all, 1e6),
					  .adj_factor = all / split,
					  .volume = rounded((double)b->volume / split, 1) };
	}
	fake_history(q, s ? s->symbol : "", row, n, a);
	free(row);
}

bool
serve_market(const struct market *m, struct date today, const struct fake_req *q,
	     struct fake_answer *a)
{
	int now = market_session(m, today);
	char v3[24] = "";
	bool history = fake_history_path(q->path, v3);
	bool splits = strcmp(q->path, "/stable/splits") == 0;
	bool quote = strcmp(q->path, "/stable/quote") == 0;

	if (serve_statements(m, today, q, a) || serve_ratios(m, today, q, a))
		return true;
	if (strcmp(q->path, "/stable/eod-bulk") == 0) {
		serve_eod(m, today, q, a);
		return true;
	}
	if (strcmp(q->path, "/stable/profile-bulk") == 0) {
		serve_profiles(m, today, q, a);
		return true;
	}
	if (serve_peers(m, now, q, a) || filings_market(m, today, q, a))
		return true;
	if (!history && !splits && !quote && strcmp(q->path, "/stable/dividends") != 0 &&
	    strcmp(q->path, "/stable/profile") != 0)
		return false;
	char *symbol = v3[0] ? mem_dup(v3) : fake_param(q, "symbol");
	const struct stock *s = symbol ? market_find(m, symbol) : NULL;
	if (!symbol)
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - symbol");
	else if (history)
		serve_history(m, now, s, q, a);
	else if (quote)
		serve_quote(m, now, s, a);
	else if (strcmp(q->path, "/stable/profile") == 0)
		serve_profile(m, now, s, a);
	else
		serve_events(m, now, s, splits, a);
	free(symbol);
	return true;
}
