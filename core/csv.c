#include "core/csv.h"

#include "core/map.h"
#include "core/text.h"
#include "core/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <csv.h>

/* Ceilings of faults.md T5. */
enum { LINE_MAX_BYTES = 1 << 20, CELL_MAX_BYTES = 64 << 10, COLUMNS_MAX = 512, RAW_MAX = 4096 };
/* What libcsv may grow by before a cell that never ends is noticed. */
enum { SLICE = 16 << 10, READ_BUFFER = 64 << 10 };

struct csv_reader {
	struct csv_parser parser;
	const struct csv_column *column;
	size_t columns;
	csv_row_fn *fn;
	void *arg;
	size_t *source; /* per wanted column: its place in the file, MAP_NONE if it has none */
	struct csv_cell *cell; /* per wanted column */
	struct str header;
	size_t width; /* fields of the header; 0 = not read yet */
	size_t unknown;
	struct str line;	    /* fields of the present row, joined by commas */
	VEC(size_t) ends;	    /* where each of them ends in `line` */
	size_t fields;		    /* of the present row, those over the ceiling included */
	VEC(struct csv_cell) plain; /* cells of a line that libcsv is not needed for */
	int64_t rows;
	size_t bom; /* bytes of a byte order mark seen so far */
	bool begun; /* the first byte that is neither blank nor BOM has come */
	bool failed;
	struct err err;
};

static const char bom_bytes[] = "\xEF\xBB\xBF";

struct csv_reader *
csv_open(const struct csv_column *columns, size_t n, csv_row_fn *fn, void *arg)
{
	struct csv_reader *r = mem_zalloc(sizeof(*r));

	csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_realloc_func(&r->parser, mem_realloc);
	csv_set_free_func(&r->parser, free);
	r->column = columns;
	r->columns = n;
	r->fn = fn;
	r->arg = arg;
	r->source = mem_alloc(n * sizeof(*r->source));
	r->cell = mem_zalloc(n * sizeof(*r->cell));
	str_init(&r->header, LINE_MAX_BYTES);
	str_init(&r->line, LINE_MAX_BYTES);
	return r;
}

void
csv_close(struct csv_reader *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	free(r->source);
	free(r->cell);
	str_done(&r->header);
	str_done(&r->line);
	vec_done(&r->ends);
	vec_done(&r->plain);
	free(r);
}

/* Files have millions of cells, so the usual case is done in place: two calls of str_put() for each
 * took an eighth of the time. */
static int
put_cell(struct str *line, const char *p, size_t n, bool first)
{
	if (line->cap - line->len < n + 2 || line->max - line->len < n + 1) {
		if (!first && str_putc(line, ',') < 0)
			return -1;
		return str_put(line, p, n);
	}
	if (!first)
		line->p[line->len++] = ',';
	if (n)
		memcpy(line->p + line->len, p, n);
	line->len += n;
	line->p[line->len] = '\0';
	return 0;
}

/* libcsv cannot be stopped from a callback: the first failure is kept and the rest of the slice
 * ignored. */
static void
fail(struct csv_reader *r, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	if (r->width == 0)
		err_set(&r->err, ERR_DATA, "CSV header: %s", what);
	else
		err_set(&r->err, ERR_DATA, "CSV row %" PRId64 ": %s", r->rows + 1, what);
}

static void
take_cell(struct csv_reader *r, const char *p, size_t n)
{
	if (r->failed)
		return;
	if (n > CELL_MAX_BYTES)
		fail(r, "a cell is longer than 64 KiB");
	else if (++r->fields > COLUMNS_MAX)
		fail(r, "more than 512 columns");
	else if (put_cell(&r->line, p, n, r->fields == 1) < 0)
		fail(r, "longer than 1 MiB");
	if (!r->failed)
		vec_push(&r->ends, r->line.len);
}

static void
on_cell(void *p, size_t n, void *arg)
{
	take_cell(arg, p, n);
}

static struct csv_cell
field(const struct csv_reader *r, size_t i)
{
	size_t start = i == 0 ? 0 : r->ends.at[i - 1] + 1;

	return (struct csv_cell){ str_c(&r->line) + start, r->ends.at[i] - start };
}

static size_t
find_column(const struct map *names, const char *wanted)
{
	for (;;) {
		size_t len = strcspn(wanted, "|");
		size_t at = map_find(names, wanted, len);

		if (at != MAP_NONE || wanted[len] == '\0')
			return at;
		wanted += len + 1;
	}
}

static void
bind_columns(struct csv_reader *r, const struct map *names)
{
	bool used[COLUMNS_MAX] = { false };

	for (size_t i = 0; i < r->columns && !r->failed; i++) {
		r->source[i] = find_column(names, r->column[i].names);
		if (r->source[i] != MAP_NONE) {
			used[r->source[i]] = true;
		} else if (r->column[i].required) {
			r->failed = true;
			err_set(&r->err, ERR_PROTOCOL, "CSV header has no column \"%s\": %.300s",
				r->column[i].names, csv_header(r));
		}
	}
	for (size_t i = 0; i < r->fields; i++)
		r->unknown += !used[i];
}

static struct csv_cell
trimmed(struct csv_cell c)
{
	while (c.len > 0 && (*c.p == ' ' || *c.p == '\t')) {
		c.p++;
		c.len--;
	}
	while (c.len > 0 && (c.p[c.len - 1] == ' ' || c.p[c.len - 1] == '\t'))
		c.len--;
	return c;
}

static void
take_header(struct csv_reader *r)
{
	struct map *names;

	if (!text_utf8_ok(str_c(&r->line), r->line.len)) {
		fail(r, "bad UTF-8");
		return;
	}
	names = map_new();
	for (size_t i = 0; i < r->fields && !r->failed; i++) {
		struct csv_cell name = trimmed(field(r, i));

		if (i > 0)
			str_putc(&r->header, ',');
		str_put(&r->header, name.p, name.len);
		if (map_add(names, name.p, name.len) == i)
			continue;
		r->failed = true;
		err_set(&r->err, ERR_DATA, "CSV header names column \"%.*s\" twice",
			(int)(name.len > 80 ? 80 : name.len), name.p);
	}
	if (!r->failed)
		bind_columns(r, names);
	map_free(names);
	r->width = r->fields;
}

static void
take_row(struct csv_reader *r)
{
	struct csv_row row = { .cell = r->cell, .number = ++r->rows };
	char bad[64];

	if (r->fields != r->width) {
		if (fmt_buf(bad, sizeof(bad), "has %zu fields of %zu", r->fields, r->width))
			row.bad = bad;
	} else if (!text_utf8_ok(str_c(&r->line), r->line.len)) {
		row.bad = "bad UTF-8";
	}
	for (size_t i = 0; i < r->columns; i++) {
		r->cell[i] = (struct csv_cell){ NULL, 0 };
		if (!row.bad && r->source[i] != MAP_NONE)
			r->cell[i] = field(r, r->source[i]);
	}
	if (row.bad) {
		row.raw = str_c(&r->line);
		row.raw_len = r->line.len < RAW_MAX ? r->line.len : RAW_MAX;
	}
	if (r->fn && r->fn(r->arg, &row, &r->err) < 0)
		r->failed = true;
}

static void
on_row(int c, void *arg)
{
	struct csv_reader *r = arg;

	(void)c;
	if (r->failed)
		return;
	if (r->width == 0)
		take_header(r);
	else
		take_row(r);
	str_clear(&r->line);
	r->ends.n = 0;
	r->fields = 0;
}

/* What ends a plain cell without quotes, or makes it one that is not plain. */
static const bool special[256] = {
	[','] = true, ['"'] = true, ['\r'] = true, [' '] = true, ['\t'] = true
};

/* Cells that are wholly within quotes and hold none, or have neither quotes nor blanks: true when
 * the line has no others. */
static bool
split_plain(struct csv_reader *r, const char *p, const char *end)
{
	for (r->plain.n = 0;; p++) {
		struct csv_cell cell = { p, 0 };

		if (p < end && *p == '"') {
			cell.p++;
			p = memchr(cell.p, '"', (size_t)(end - cell.p));
			if (!p)
				return false;
			cell.len = (size_t)(p++ - cell.p);
		} else {
			while (p < end && !special[(unsigned char)*p])
				p++;
			cell.len = (size_t)(p - cell.p);
		}
		vec_push(&r->plain, cell);
		if (p == end)
			return true;
		if (*p != ',')
			return false;
	}
}

/* Takes the plain lines that p begins with; returns how many bytes.  They are nearly all of every
 * file, and libcsv, which looks at each byte in a state of its own, takes three times as long for
 * them: a quarter of the time of financials-bulk. */
static size_t
take_plain(struct csv_reader *r, const char *p, size_t n)
{
	const char *at = p, *end = p + n, *eol;

	while (!r->failed && (eol = memchr(at, '\n', (size_t)(end - at)))) {
		size_t len = (size_t)(eol - at);

		if (len > 0 && at[len - 1] == '\r')
			len--;
		if (len > 0) { /* an empty line is none */
			if (!split_plain(r, at, at + len))
				break;
			for (size_t i = 0; i < r->plain.n; i++)
				take_cell(r, r->plain.at[i].p, r->plain.at[i].len);
			on_row('\n', r);
		}
		at = eol + 1;
	}
	return (size_t)(at - p);
}

static void
feed_libcsv(struct csv_reader *r, const char *p, size_t n)
{
	if (csv_parse(&r->parser, p, n, on_cell, on_row, r) != n)
		fail(r, "a quote where none may be");
	else if (r->parser.entry_pos > CELL_MAX_BYTES + SLICE)
		fail(r, "a cell is longer than 64 KiB");
}

/* Between two rows libcsv is in the state that csv_init() leaves it in. */
static void
parse_slice(struct csv_reader *r, const char *p, size_t n)
{
	while (n > 0 && !r->failed) {
		size_t part = r->parser.pstate == 0 ? take_plain(r, p, n) : 0;

		if (part == 0) { /* the rest of a line, or all of it */
			const char *eol = memchr(p, '\n', n);

			part = eol ? (size_t)(eol - p) + 1 : n;
			feed_libcsv(r, p, part);
		}
		p += part;
		n -= part;
	}
}

static void
parse(struct csv_reader *r, const char *p, size_t n)
{
	while (n > 0 && !r->failed) {
		size_t part = n < SLICE ? n : SLICE;

		if (memchr(p, '\0', part))
			fail(r, "NUL byte");
		else
			parse_slice(r, p, part);
		p += part;
		n -= part;
	}
}

/* Skips blanks, line ends and one byte order mark before the header; returns how many bytes. */
static size_t
skip_start(struct csv_reader *r, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && !r->begun; i++) {
		if (r->bom < 3 && p[i] == bom_bytes[r->bom]) {
			r->bom++;
			continue;
		}
		if ((r->bom == 0 || r->bom == 3) && strchr(" \t\r\n", p[i]) && p[i])
			continue;
		r->begun = true;
		/* It only looked like a mark: the header has those bytes. */
		if (r->bom == 1 || r->bom == 2)
			parse(r, bom_bytes, r->bom);
		break;
	}
	return i;
}

int
csv_feed(struct csv_reader *r, const char *p, size_t n, struct err *e)
{
	if (!r->begun && !r->failed) {
		size_t skipped = skip_start(r, p, n);

		p += skipped;
		n -= skipped;
	}
	parse(r, p, n);
	if (!r->failed)
		return 0;
	*e = r->err;
	return -1;
}

int
csv_finish(struct csv_reader *r, struct err *e)
{
	if (!r->failed && csv_fini(&r->parser, on_cell, on_row, r) != 0)
		fail(r, "ends inside a quoted cell: the file is cut");
	if (!r->failed && r->width == 0) {
		r->failed = true;
		err_set(&r->err, ERR_EMPTY, "CSV without a header");
	}
	if (!r->failed)
		return 0;
	*e = r->err;
	return -1;
}

int64_t
csv_rows(const struct csv_reader *r)
{
	return r->rows;
}

const char *
csv_header(const struct csv_reader *r)
{
	return str_c(&r->header);
}

size_t
csv_unknown(const struct csv_reader *r)
{
	return r->unknown;
}

static int
feed_fd(struct csv_reader *r, int fd, const char *path, struct err *e)
{
	char *buf = mem_alloc(READ_BUFFER);
	ssize_t n;
	int rc = 0;

	while (rc == 0) {
		n = read(fd, buf, READ_BUFFER);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(e, ERR_INTERNAL, errno, path);
		else if (n == 0)
			break;
		else if (csv_feed(r, buf, (size_t)n, e) < 0)
			rc = err_wrap(e, "%s", path);
	}
	free(buf);
	if (rc == 0 && csv_finish(r, e) < 0)
		rc = err_wrap(e, "%s", path);
	return rc;
}

int
csv_read_file(const char *path, const struct csv_column *columns, size_t n, csv_row_fn *fn,
	      void *arg, int64_t *rows, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct csv_reader *r;
	int rc;

	if (rows)
		*rows = 0;
	if (fd < 0)
		return err_errno(e, ERR_INTERNAL, errno, path);
	r = csv_open(columns, n, fn, arg);
	rc = feed_fd(r, fd, path, e);
	if (rows)
		*rows = csv_rows(r);
	csv_close(r);
	close(fd);
	return rc;
}
