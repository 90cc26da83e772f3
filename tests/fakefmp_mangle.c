/* Faults inside a CSV body. */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include "core/calendar.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS = 128, HUGE_CELL = 70000 };

struct piece {
	const char *p;
	size_t n;
};

struct table {
	VEC(struct piece) rows; /* header first, without line ends */
	struct piece head[CELLS];
	size_t ncols;
};

struct job {
	const struct fake_world *w;
	const char *arg;
	const struct table *t;
	struct str *out;
};

/* Length of a field or a record: up to `stop` outside quotes. */
static size_t
span(const char *p, size_t n, char stop)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < n && (quoted || p[i] != stop); i++)
		if (p[i] == '"')
			quoted = !quoted;
	return i;
}

static size_t
cells(struct piece row, struct piece cell[CELLS])
{
	size_t n = 0;

	for (size_t at = 0; at <= row.n && n < CELLS;) {
		size_t len = span(row.p + at, row.n - at, ',');

		cell[n++] = (struct piece){ row.p + at, len };
		at += len + 1;
	}
	return n;
}

static void
parse(struct table *t, const struct str *csv)
{
	*t = (struct table){ { 0 }, { { 0 } }, 0 };
	for (size_t at = 0; at < csv->len;) {
		size_t len = span(csv->p + at, csv->len - at, '\n');
		struct piece row = { csv->p + at, len };

		vec_push(&t->rows, row);
		at += len + 1;
	}
	if (t->rows.n > 0)
		t->ncols = cells(t->rows.at[0], t->head);
}

static struct piece
bare(struct piece c)
{
	if (c.n >= 2 && c.p[0] == '"')
		c = (struct piece){ c.p + 1, c.n - 2 };
	return c;
}

static size_t
column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->ncols; i++) {
		struct piece c = bare(t->head[i]);

		if (c.n == strlen(name) && memcmp(c.p, name, c.n) == 0)
			return i;
	}
	return CELLS;
}

static void
put_row(struct str *out, const struct piece *cell, size_t n)
{
	if (out->len > 0)
		str_putc(out, '\n');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			str_putc(out, ',');
		str_put(out, cell[i].p, cell[i].n);
	}
}

static struct piece
text(const char *z)
{
	return (struct piece){ z, strlen(z) };
}

/* --- each fault sees one record (0 = header), split into cells, and writes none, one or two --- */
typedef void fault_fn(struct job *j, size_t row, struct piece *cell, size_t n);

static void
shuffled(struct job *j, size_t row, struct piece *cell, size_t n)
{
	struct piece turned[CELLS];

	(void)row;
	for (size_t i = 0; i < n; i++)
		turned[i] = cell[n - 1 - i];
	put_row(j->out, turned, n);
}

static void
added(struct job *j, size_t row, struct piece *cell, size_t n)
{
	if (n < CELLS)
		cell[n++] = text(row == 0 ? "\"newColumn\"" : "1.5");
	put_row(j->out, cell, n);
}

static void
gone(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t at = column(j->t, j->arg);

	(void)row;
	if (at < n)
		memmove(&cell[at], &cell[at + 1], (--n - at) * sizeof(*cell));
	put_row(j->out, cell, n);
}

static void
renamed(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t at = column(j->t, j->arg);

	if (row == 0 && at < n)
		cell[at] = text("\"renamedColumn\"");
	put_row(j->out, cell, n);
}

static void
doubled_name(struct job *j, size_t row, struct piece *cell, size_t n)
{
	(void)row;
	if (n < CELLS && n > 2)
		cell[n] = cell[2];
	put_row(j->out, cell, n < CELLS && n > 2 ? n + 1 : n);
}

/* half-rows=4: four of ten. */
static void
half(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t keep = j->arg ? strtoul(j->arg, NULL, 10) : 0;

	if (row == 0 || (keep ? row % 10 < keep : row % 2 == 1))
		put_row(j->out, cell, n);
}

static void
twice(struct job *j, size_t row, struct piece *cell, size_t n)
{
	put_row(j->out, cell, n);
	if (row > 0)
		put_row(j->out, cell, n);
}

static void
no_exchange(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t at = column(j->t, "exchange"), symbol_at = column(j->t, "symbol");
	const char *where = "";
	char symbol[24], code[24];

	if (row > 0 && at < n) {
		struct piece c = bare(cell[at]);

		fmt_buf(code, sizeof(code), "%.*s", (int)c.n, c.p);
		where = code;
	} else if (row > 0 && symbol_at < n) {
		struct piece c = bare(cell[symbol_at]);

		fmt_buf(symbol, sizeof(symbol), "%.*s", (int)c.n, c.p);
		const struct stock *s = j->w->market ? market_find(j->w->market, symbol) : NULL;
		where = s ? s->exchange : j->w->replay ? replay_exchange(j->w->replay, symbol) : "";
	}
	if (strcmp(where, j->arg) != 0)
		put_row(j->out, cell, n);
}

/* The asked day becomes the session before (every row), or lies years ahead (every tenth). */
static void
dated(struct job *j, size_t row, struct piece *cell, size_t n, bool future)
{
	size_t at = column(j->t, "date");
	char iso[DATE_BUF], buf[DATE_BUF + 2];
	struct date d;

	if (row > 0 && at < n && (!future || row % 10 == 1)) {
		struct piece c = bare(cell[at]);

		if (date_parse_n(c.p, c.n, &d)) {
			date_iso(future ? date_add_days(d, 700) : calendar_prev(d), iso);
			fmt_buf(buf, sizeof(buf), "\"%s\"", iso);
			cell[at] = text(buf);
		}
	}
	put_row(j->out, cell, n);
}

static void
other_date(struct job *j, size_t row, struct piece *cell, size_t n)
{
	dated(j, row, cell, n, false);
}

static void
future_date(struct job *j, size_t row, struct piece *cell, size_t n)
{
	dated(j, row, cell, n, true);
}

static void
negative(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t at = column(j->t, "close");

	if (row % 10 == 1 && at < n)
		cell[at] = text("-1.25");
	put_row(j->out, cell, n);
}

static void
high_low(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t high = column(j->t, "high"), low = column(j->t, "low");

	if (row % 10 == 1 && high < n && low < n) {
		cell[high] = cell[low];
		cell[low] = text("99999999");
	}
	put_row(j->out, cell, n);
}

static size_t
name_column(const struct table *t)
{
	size_t at = column(t, "companyName");

	return at < CELLS ? at : column(t, "symbol");
}

/* Puts a cell of its own into the second data row. */
static void
planted(struct job *j, size_t row, struct piece *cell, size_t n, struct piece seed)
{
	size_t at = name_column(j->t);

	if (row == 2 && at < n)
		cell[at] = seed;
	put_row(j->out, cell, n);
}

static void
huge_cell(struct job *j, size_t row, struct piece *cell, size_t n)
{
	char *big = mem_alloc(HUGE_CELL);

	memset(big, 'A', HUGE_CELL);
	big[0] = big[HUGE_CELL - 1] = '"';
	planted(j, row, cell, n, (struct piece){ big, HUGE_CELL });
	free(big);
}

static void
bad_utf8(struct job *j, size_t row, struct piece *cell, size_t n)
{
	planted(j, row, cell, n, text("\"Caf\xe9 \xff\xfe Ltd\""));
}

static void
nul(struct job *j, size_t row, struct piece *cell, size_t n)
{
	planted(j, row, cell, n, (struct piece){ "\"Nul\0Corp\"", 10 });
}

static void
hostile(struct job *j, size_t row, struct piece *cell, size_t n)
{
	size_t at = name_column(j->t);

	if (row % 3 == 1 && at < n)
		cell[at] = text(
			"\"\x1b]0;owned\x07\x1b[2J\x1b]52;c;AAAA\x07 %n%s \xe2\x80\xae Corp\"");
	put_row(j->out, cell, n);
}

static const struct {
	const char *kind;
	fault_fn *fn; /* NULL: the whole text at once */
} kinds[] = {
	{ "columns-shuffled", shuffled },
	{ "column-added", added },
	{ "column-gone", gone },
	{ "column-renamed", renamed },
	{ "duplicate-header", doubled_name },
	{ "half-rows", half },
	{ "duplicate-rows", twice },
	{ "drop-exchange", no_exchange },
	{ "other-date", other_date },
	{ "future-date", future_date },
	{ "negative-price", negative },
	{ "high-low", high_low },
	{ "huge-cell", huge_cell },
	{ "bad-utf8", bad_utf8 },
	{ "nul", nul },
	{ "hostile-names", hostile },
	{ "bom", NULL },
	{ "crlf", NULL },
};

bool
mangle_known(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kind, kinds[i].kind) == 0)
			return true;
	return false;
}

static void
whole_text(const char *kind, const struct str *csv, struct str *out)
{
	if (strcmp(kind, "bom") == 0) {
		str_puts(out, "\xef\xbb\xbf");
		str_put(out, str_c(csv), csv->len);
		return;
	}
	for (size_t i = 0; i < csv->len; i++) {
		if (csv->p[i] == '\n')
			str_putc(out, '\r');
		str_putc(out, csv->p[i]);
	}
}

bool
mangle(const struct fake_world *w, const char *kind, const char *arg, struct str *csv)
{
	struct table t;
	struct str out;
	fault_fn *fn = NULL;
	struct piece cell[CELLS];

	if (!mangle_known(kind) || csv->len == 0 ||
	    (strchr("[{<", csv->p[0]) && strcmp(kind, "bom")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kind, kinds[i].kind) == 0)
			fn = kinds[i].fn;
	str_init(&out, FAKE_BODY_MAX);
	parse(&t, csv);
	struct job j = { w, arg, &t, &out };
	for (size_t i = 0; fn && i < t.rows.n; i++) {
		size_t n = cells(t.rows.at[i], cell);

		fn(&j, i, cell, n);
	}
	if (!fn)
		whole_text(kind, csv, &out);
	vec_done(&t.rows);
	str_done(csv);
	*csv = out;
	return true;
}
