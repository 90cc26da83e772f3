#include "tests/fakefmp.h"

#include "core/num.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { HISTORY_MAX = 5000 };

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *
decoded(const char *p, size_t n)
{
	struct str s;

	str_init(&s, n);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%' && i + 2 < n && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
			str_putc(&s, (char)(hex(p[i + 1]) * 16 + hex(p[i + 2])));
			i += 2;
		} else {
			str_putc(&s, p[i] == '+' ? ' ' : p[i]);
		}
	}
	return s.p ? str_take(&s) : mem_dup("");
}

char *
fake_param(const struct fake_req *q, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = q->query; *p;) {
		size_t n = strcspn(p, "&");

		if (n > len && strncmp(p, name, len) == 0 && p[len] == '=')
			return decoded(p + len + 1, n - len - 1);
		p += n + (p[n] == '&');
	}
	return NULL;
}

void
fake_set(struct fake_answer *a, int status, const char *type, const char *body)
{
	a->status = status;
	a->type = type;
	str_clear(&a->body);
	str_puts(&a->body, body);
}

void
fake_gzip(struct str *body)
{
	z_stream z = { 0 };
	struct str out;
	unsigned char buf[65536];
	int rc;

	str_init(&out, FAKE_BODY_MAX);
	deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(body->p ? body->p : (char *)buf);
	z.avail_in = (uInt)body->len;
	do {
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		rc = deflate(&z, Z_FINISH);
		str_put(&out, buf, sizeof(buf) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	str_done(body);
	*body = out;
}

/* Split-adjusted without adjClose; adjusted for all; closes alone. */
static const char *const paths[] = { "/stable/historical-price-eod/full",
				     "/stable/historical-price-eod/dividend-adjusted",
				     "/stable/historical-price-eod/light" };
static const char v3_path[] = "/api/v3/historical-price-full/";

bool
fake_history_path(const char *path, char symbol_of_v3[24])
{
	if (str_starts(path, v3_path)) {
		char *s = decoded(path + strlen(v3_path), strlen(path) - strlen(v3_path));

		str_copy(symbol_of_v3, 24, s);
		free(s);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

static void
put_num(struct str *out, const char *name, double v)
{
	char buf[NUM_BUF];

	str_fmt(out, ",\"%s\":%s", name, num_text(v, buf));
}

static void
put_full(struct str *out, const struct hist *h, bool v3)
{
	put_num(out, "open", h->open);
	put_num(out, "high", h->high);
	put_num(out, "low", h->low);
	put_num(out, "close", h->close);
	if (v3)
		put_num(out, "adjClose", h->adj);
	put_num(out, "volume", h->volume);
	if (v3)
		put_num(out, "unadjustedVolume", h->volume);
	str_fmt(out, ",\"change\":%.5g,\"changePercent\":%.5g,\"vwap\":%.7g", h->close - h->open,
		h->open > 0 ? 100 * (h->close - h->open) / h->open : 0,
		(h->open + h->high + h->low + h->close) / 4);
	if (v3)
		str_fmt(out, ",\"label\":\"\",\"changeOverTime\":%.5g",
			h->open > 0 ? (h->close - h->open) / h->open : 0);
}

static void
put_row(struct str *out, const char *path, const char *symbol, const struct hist *h, char sep)
{
	char iso[DATE_BUF];
	bool v3 = str_starts(path, v3_path);

	date_iso(h->d, iso);
	if (v3)
		str_fmt(out, "%c{\"date\":\"%s\"", sep, iso);
	else
		str_fmt(out, "%c{\"symbol\":\"%s\",\"date\":\"%s\"", sep, symbol, iso);
	if (v3 || strcmp(path, paths[0]) == 0) {
		put_full(out, h, v3);
	} else if (strcmp(path, paths[1]) == 0) {
		put_num(out, "adjOpen", h->open * h->adj_factor);
		put_num(out, "adjHigh", h->high * h->adj_factor);
		put_num(out, "adjLow", h->low * h->adj_factor);
		put_num(out, "adjClose", h->adj);
		put_num(out, "volume", h->volume);
	} else {
		put_num(out, "price", h->close);
		put_num(out, "volume", h->volume);
	}
	str_putc(out, '}');
}

static struct date
date_param(const struct fake_req *q, const char *name, struct date dflt)
{
	char *text = fake_param(q, name);
	struct date d;

	if (!text || !date_parse(text, &d))
		d = dflt;
	free(text);
	return d;
}

/* Newest first; five years unless asked; at most 5,000 rows, the oldest dropped without a word. */
void
fake_history(const struct fake_req *q, const char *symbol, const struct hist *row, size_t n,
	     struct fake_answer *a)
{
	bool v3 = str_starts(q->path, v3_path);
	struct date newest = n > 0 ? row[n - 1].d : date_of(2000, 1, 1);
	struct date from = date_param(q, "from", date_add_months(newest, -60));
	struct date to = date_param(q, "to", newest);
	char sep = '[';
	int rows = 0;

	fake_set(a, 200, "application/json", "");
	if (v3 && n > 0)
		str_fmt(&a->body, "{\"symbol\":\"%s\",\"historical\":", symbol);
	for (size_t i = n; i-- > 0 && rows < HISTORY_MAX;) {
		if (date_cmp(row[i].d, from) < 0 || date_cmp(row[i].d, to) > 0)
			continue;
		put_row(&a->body, q->path, symbol, &row[i], sep);
		sep = ',';
		rows++;
	}
	if (v3 && n == 0)
		str_puts(&a->body, "{}");
	else
		str_puts(&a->body, rows == 0 ? "[]" : "]");
	if (v3 && n > 0)
		str_putc(&a->body, '}');
}
