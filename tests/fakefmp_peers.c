/* Who resembles whom, and what is said of one symbol alone. */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include <stdlib.h>
#include <string.h>

enum { PEERS_MAX = 7, PRICE_BACK = 20, PATH_BUF = 1024, CELLS_MAX = 64 };

static const char missing_symbol[] = "Query Error: Invalid or missing query parameter - symbol";

/* The companies of the same industry that follow in the vendor's order; not the same number for
 * all, and none for funds, coins and companies without an industry. */
static size_t
peers_of(const struct market *m, int now, const struct stock *s, const struct stock *out[PEERS_MAX])
{
	size_t at = (size_t)(s - m->stock), n = 0, most = (size_t)(s->id % (PEERS_MAX + 1));

	if (s->kind > KIND_ADR || !s->industry[0])
		return 0;
	for (size_t i = 1; i < m->n && n < most; i++) {
		const struct stock *o = &m->stock[(at + i) % m->n];

		if (o->kind <= KIND_ADR && market_listed(o, now) &&
		    strcmp(o->industry, s->industry) == 0)
			out[n++] = o;
	}
	return n;
}

/* One row of the file; some name themselves, blanks or a company of another market. */
static void
peers_row(const struct market *m, int now, const struct stock *s, struct str *out)
{
	const struct stock *peer[PEERS_MAX];
	size_t n = peers_of(m, now, s, peer);

	str_fmt(out, "\n\"%s\",", s->symbol);
	if (n == 0)
		return;
	str_putc(out, '"');
	for (size_t i = 0; i < n; i++)
		str_fmt(out, "%s%s", i == 0 ? "" : s->id % 9 == 4 ? ", " : ",", peer[i]->symbol);
	if (s->id % 13 == 5)
		str_fmt(out, ",%s", s->symbol);
	if (s->id % 17 == 3)
		str_puts(out, ",0700.HK");
	str_putc(out, '"');
}

static void
serve_peers_bulk(const struct market *m, int now, struct fake_answer *a)
{
	fake_set(a, 200, "text/csv", "\"symbol\",\"peers\"");
	for (size_t i = 0; i < m->n; i++)
		if (market_listed(&m->stock[i], now))
			peers_row(m, now, &m->stock[i], &a->body);
}

static double
last_price(const struct market *m, int now, const struct stock *s)
{
	for (int i = now; i > now - PRICE_BACK; i--) {
		const struct bar *b = market_bar(m, s, i);

		if (b)
			return b->close / 1e4;
	}
	return 0;
}

static void
put_peer(struct str *out, char sep, const char *symbol, const char *name, double price, double cap)
{
	str_fmt(out, "%c{\"symbol\":", sep);
	fake_json_text(out, symbol);
	str_puts(out, ",\"companyName\":");
	fake_json_text(out, name);
	str_fmt(out, ",\"price\":%.6g,\"mktCap\":%.0f}", price, cap);
}

static void
serve_stock_peers(const struct market *m, int now, const struct stock *s, struct fake_answer *a)
{
	const struct stock *peer[PEERS_MAX];
	size_t n = s && market_listed(s, now) ? peers_of(m, now, s, peer) : 0;

	fake_set(a, 200, "application/json", n ? "" : "[");
	for (size_t i = 0; i < n; i++) {
		double price = last_price(m, now, peer[i]);

		put_peer(&a->body, i ? ',' : '[', peer[i]->symbol, peer[i]->name, price,
			 price * market_shares(peer[i], now));
	}
	str_putc(&a->body, ']');
}

bool
serve_peers(const struct market *m, int now, const struct fake_req *q, struct fake_answer *a)
{
	char *symbol;

	if (strcmp(q->path, "/stable/peers-bulk") == 0) {
		serve_peers_bulk(m, now, a);
		return true;
	}
	if (strcmp(q->path, "/stable/stock-peers") != 0)
		return false;
	symbol = fake_param(q, "symbol");
	if (symbol)
		serve_stock_peers(m, now, market_find(m, symbol), a);
	else
		fake_set(a, 400, "application/json", missing_symbol);
	free(symbol);
	return true;
}

/* --- recorded --- */

struct cell {
	char *p; /* owned */
	bool quoted;
};

/* One record from *p on; *p then stands behind its line end. */
static size_t
next_record(const char **p, struct cell cell[CELLS_MAX])
{
	size_t n = 0;

	for (bool more = **p != '\0'; more && n < CELLS_MAX; n++) {
		struct str s;
		bool in = false;

		str_init(&s, FAKE_BODY_MAX);
		cell[n].quoted = **p == '"';
		for (; **p && (in || !strchr(",\r\n", **p)); (*p)++) {
			if (**p == '"' && in && (*p)[1] == '"')
				str_putc(&s, *(*p)++);
			else if (**p == '"')
				in = !in;
			else
				str_putc(&s, **p);
		}
		cell[n].p = mem_dup(str_c(&s));
		str_done(&s);
		more = **p == ',';
		*p += more;
	}
	*p += strspn(*p, "\r\n");
	return n;
}

static void
free_record(struct cell cell[CELLS_MAX], size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(cell[i].p);
}

/* The record whose first cell is `symbol`; 0 cells when there is none. */
static size_t
find_record(const char *text, const char *symbol, struct cell cell[CELLS_MAX])
{
	while (*text) {
		size_t n = next_record(&text, cell);

		if (n > 0 && strcmp(cell[0].p, symbol) == 0)
			return n;
		free_record(cell, n);
	}
	return 0;
}

static const char *
value_of(const struct cell *head, const struct cell *row, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(head[i].p, name) == 0)
			return row[i].p;
	return "";
}

/* A row of a bulk file as the object of a single request: bare cells are figures. */
static void
replay_profile(const char *profiles, const char *symbol, struct fake_answer *a)
{
	struct cell head[CELLS_MAX], row[CELLS_MAX];
	const char *p = profiles;
	size_t names = next_record(&p, head), n = find_record(p, symbol, row);

	fake_set(a, 200, "application/json", "[");
	for (size_t i = 0; i < n && i < names; i++) {
		str_putc(&a->body, i ? ',' : '{');
		fake_json_text(&a->body, head[i].p);
		str_putc(&a->body, ':');
		if (row[i].quoted)
			fake_json_text(&a->body, row[i].p);
		else
			str_puts(&a->body, row[i].p[0] ? row[i].p : "null");
	}
	str_puts(&a->body, n ? "}]" : "]");
	free_record(head, names);
	free_record(row, n);
}

static void
put_recorded_peer(const char *profiles, const char *symbol, struct str *out)
{
	struct cell head[CELLS_MAX], row[CELLS_MAX];
	const char *p = profiles;
	size_t names = next_record(&p, head), n = find_record(p, symbol, row);
	size_t both = n < names ? n : names;

	put_peer(out, out->len ? ',' : '[', symbol, value_of(head, row, both, "companyName"),
		 strtod(value_of(head, row, both, "price"), NULL),
		 strtod(value_of(head, row, both, "marketCap"), NULL));
	free_record(head, names);
	free_record(row, n);
}

static void
replay_peers(const char *dir, const char *profiles, const char *symbol, struct fake_answer *a)
{
	char path[PATH_BUF];
	struct cell row[CELLS_MAX];
	STR_AUTO text = { 0 };
	size_t n;

	fake_set(a, 200, "application/json", "");
	fmt_buf(path, sizeof(path), "%s/fmp/json/stock-peers_%s.json", dir, symbol);
	if (fake_slurp(path, &a->body))
		return;
	str_init(&text, FAKE_BODY_MAX);
	fmt_buf(path, sizeof(path), "%s/fmp-shape/peers-bulk.csv", dir);
	fake_slurp(path, &text);
	n = find_record(str_c(&text), symbol, row);
	for (const char *p = n > 1 ? row[1].p : ""; *p;) {
		size_t len = strcspn(p, ",");
		char *peer = mem_ndup(p, len);

		put_recorded_peer(profiles, peer, &a->body);
		free(peer);
		p += len + (p[len] == ',');
	}
	str_puts(&a->body, a->body.len ? "]" : "[]");
	free_record(row, n);
}

bool
replay_company(const char *dir, const struct fake_req *q, struct fake_answer *a)
{
	bool peers = strcmp(q->path, "/stable/stock-peers") == 0;
	char path[PATH_BUF], *symbol;
	STR_AUTO profiles = { 0 };

	if (!peers && strcmp(q->path, "/stable/profile") != 0)
		return false;
	str_init(&profiles, FAKE_BODY_MAX);
	fmt_buf(path, sizeof(path), "%s/fmp-shape/profile-bulk_part0.csv", dir);
	fake_slurp(path, &profiles);
	symbol = fake_param(q, "symbol");
	if (!symbol || strchr(symbol, '/'))
		fake_set(a, 400, "application/json", missing_symbol);
	else if (peers)
		replay_peers(dir, str_c(&profiles), symbol, a);
	else
		replay_profile(str_c(&profiles), symbol, a);
	free(symbol);
	return true;
}
