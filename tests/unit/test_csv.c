#include "core/csv.h"
#include "core/str.h"
#include "tests/unit/suite.h"

#include <glob.h>
#include <unistd.h>

/* What a reading gave: cells of good rows joined by "|", rows by ";", bad rows as "!reason(raw)".
 */
struct seen {
	struct str text;
	size_t columns;
	int64_t stop_at; /* the callback fails at this row; 0 = never */
	int64_t good, bad, rows;
	size_t unknown;
	struct err err;
	int rc;
};

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct seen *s = arg;

	if (row->number == s->stop_at)
		return err_set(e, ERR_CANCELLED, "stopped");
	s->good += !row->bad;
	s->bad += row->bad != NULL;
	if (row->bad) {
		str_fmt(&s->text, "!%s(%.*s);", row->bad, (int)row->raw_len, row->raw);
		return 0;
	}
	for (size_t i = 0; i < s->columns; i++) {
		str_puts(&s->text, i ? "|" : "");
		str_puts(&s->text, row->cell[i].p ? "" : "<none>");
		str_put(&s->text, row->cell[i].p ? row->cell[i].p : "", row->cell[i].len);
	}
	str_putc(&s->text, ';');
	return 0;
}

static const struct csv_column two[] = { { "symbol|ticker", true }, { "price", false } };

/* Feeds the bytes in pieces of `step`. */
static void
read_steps(struct seen *s, const char *p, size_t n, size_t step)
{
	struct csv_reader *r;

	str_init(&s->text, 1 << 20);
	s->columns = 2;
	s->good = s->bad = 0;
	s->rc = 0;
	s->err = (struct err)ERR_INIT;
	r = csv_open(two, 2, on_row, s);
	for (size_t i = 0; i < n && s->rc == 0; i += step)
		s->rc = csv_feed(r, p + i, n - i < step ? n - i : step, &s->err);
	if (s->rc == 0)
		s->rc = csv_finish(r, &s->err);
	s->rows = csv_rows(r);
	s->unknown = csv_unknown(r);
	csv_close(r);
}

/* The same outcome whatever the pieces; leaves the last one in *s. */
static void
read_text(struct seen *s, const char *p, size_t n)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1 << 20 };
	struct seen other = { .stop_at = s->stop_at };

	read_steps(s, p, n, 5);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		read_steps(&other, p, n, steps[i]);
		assert_int_equal(other.rc, s->rc);
		assert_int_equal(other.err.cls, s->err.cls);
		assert_string_equal(other.err.text, s->err.text);
		assert_string_equal(str_c(&other.text), str_c(&s->text));
		str_done(&other.text);
	}
}

static void
expect(const char *csv, const char *want)
{
	struct seen s = { .stop_at = 0 };

	read_text(&s, csv, strlen(csv));
	assert_int_equal(s.rc, 0);
	assert_string_equal(str_c(&s.text), want);
	str_done(&s.text);
}

static void
expect_error(const char *csv, size_t n, enum err_class cls, const char *part)
{
	struct seen s = { .stop_at = 0 };

	read_steps(&s, csv, n, n);
	assert_int_equal(s.rc, -1);
	assert_int_equal(s.err.cls, cls);
	if (!strstr(s.err.text, part))
		fail_msg("\"%s\" does not mention \"%s\"", s.err.text, part);
	str_done(&s.text);
}

static void
reads_the_dialect(void **state)
{
	(void)state;
	expect("symbol,price\nA,1\nB,2\n", "A|1;B|2;");
	expect("\"symbol\",\"price\"\r\n\"A\",1\r\n\"B\",\"2\"", "A|1;B|2;");
	expect("symbol,price\n\"a, \"\"b\"\"\",\n", "a, \"b\"|;");
	expect("symbol,price\n\"two\nlines\r\nand more\",5\n", "two\nlines\r\nand more|5;");
	expect("price,symbol,more\n1,A,x\n", "A|1;");
	expect("symbol\nA\n", "A|<none>;");
	expect("\n\nsymbol,price\n\n\nA,1\n\n \t\nB,2\n\n", "A|1;B|2;");
	expect(" symbol , \" price \"\n A , 1 \n", "A|1;");
	expect("symbol,price\n\" A \",1\n", " A |1;");
	expect("symbol,price\n", "");
	expect("symbol,price", "");
}

static void
first_name_in_the_header_wins(void **state)
{
	(void)state;
	expect("ticker,price\nA,1\n", "A|1;");
	expect("ticker,symbol\nT,S\n", "S|<none>;");
}

static void
skips_mark_and_blanks(void **state)
{
	(void)state;
	expect("\xEF\xBB\xBF\"symbol\",\"price\"\nA,1\n", "A|1;");
	expect(" \r\n\xEF\xBB\xBF \n\"symbol\",price\nA,1\n", "A|1;");
	/* U+F000 begins with a byte of the mark, U+FEC0 with two */
	expect("\xEF\x80\x80,symbol\nx,A\n", "A|<none>;");
	expect("\xEF\xBB\x80,symbol\nx,A\n", "A|<none>;");
}

static void
bad_rows_are_handed_over(void **state)
{
	(void)state;
	expect("symbol,price\nA\nB,2\nC,3,4\n",
	       "!has 1 fields of 2(A);B|2;!has 3 fields of 2(C,3,4);");
	expect("symbol,price\nA\xFF,1\nB,2\n", "!bad UTF-8(A\xFF,1);B|2;");
	/* two halves of one character in neighbouring cells are two bad cells */
	expect("symbol,price\n\xC3,\xA9\n", "!bad UTF-8(\xC3,\xA9);");
}

static void
refuses_whole_files(void **state)
{
	static const char nul[] = "symbol,price\nA,\0001\n";

	(void)state;
	expect_error("symbol,price\nA,\"cut", 19, ERR_DATA, "cut");
	expect_error("symbol,price,symbol\n", 20, ERR_DATA, "\"symbol\" twice");
	expect_error("name,price\nA,1\n", 15, ERR_PROTOCOL, "symbol|ticker");
	expect_error("symbol,pri\xFF\nA,1\n", 16, ERR_DATA, "UTF-8");
	expect_error(nul, sizeof(nul) - 1, ERR_DATA, "NUL");
	expect_error("symbol,price\nA\"b,1\n", 19, ERR_DATA, "quote");
	expect_error("", 0, ERR_EMPTY, "header");
	expect_error(" \n\r\n", 4, ERR_EMPTY, "header");
	expect_error("\xEF\xBB\xBF", 3, ERR_EMPTY, "header");
}

static char *
repeat(const char *head, const char *unit, size_t times, const char *tail)
{
	STR_AUTO s = { 0 };

	str_init(&s, 64 << 20);
	str_puts(&s, head);
	for (size_t i = 0; i < times; i++)
		str_puts(&s, unit);
	str_puts(&s, tail);
	return str_take(&s);
}

/* Ceilings of faults.md T5, one below and one above each. */
static void
ceilings(void **state)
{
	static const struct {
		const char *head, *unit;
		size_t fits;
		const char *tail, *error;
	} cases[] = {
		{ "symbol,price\n\"", "x", 64 << 10, "\",1\n", "64 KiB" },
		{ "symbol,price\n", "x", 64 << 10, ",1\n", "64 KiB" },
		{ "symbol", ",", 511, "\n", "512 columns" },
	};
	struct seen s = { .stop_at = 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *ok = repeat(cases[i].head, cases[i].unit, cases[i].fits, cases[i].tail);

		read_steps(&s, ok, strlen(ok), 4096);
		assert_int_equal(s.rc, 0);
		assert_int_equal(s.good, 1);
		str_done(&s.text);
		free(ok);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *bad = repeat(cases[i].head, cases[i].unit, cases[i].fits + 1, cases[i].tail);

		expect_error(bad, strlen(bad), ERR_DATA, cases[i].error);
		free(bad);
	}
}

static void
line_ceiling(void **state)
{
	char *cell = repeat(",", "y", 60000, ""), *line = repeat("symbol,price\nA", cell, 17, "\n");
	char *longer = repeat("symbol,price\nA", cell, 18, "\n");
	struct seen s = { .stop_at = 0 };

	(void)state;
	read_steps(&s, line, strlen(line), 4096);
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.bad, 1);
	str_done(&s.text);
	expect_error(longer, strlen(longer), ERR_DATA, "1 MiB");
	free(cell);
	free(line);
	free(longer);
}

/* A quote that is never closed must not fill the memory until the end of the file. */
static void
endless_cell_is_noticed(void **state)
{
	struct seen s = { .columns = 2 };
	struct csv_reader *r = csv_open(two, 2, on_row, &s);
	char *part = repeat("", "zzzz", 16384, "");
	int fed = 0;

	(void)state;
	assert_int_equal(csv_feed(r, "symbol,price\n\"", 14, &s.err), 0);
	while (fed < 10 && csv_feed(r, part, 65536, &s.err) == 0)
		fed++;
	assert_true(fed <= 1);
	assert_int_equal(s.err.cls, ERR_DATA);
	csv_close(r);
	free(part);
}

static void
callback_stops(void **state)
{
	struct seen s = { .stop_at = 2 };

	(void)state;
	read_text(&s, "symbol,price\nA,1\nB,2\nC,3\n", 25);
	assert_int_equal(s.rc, -1);
	assert_int_equal(s.err.cls, ERR_CANCELLED);
	assert_string_equal(str_c(&s.text), "A|1;");
	str_done(&s.text);
}

static void
counts_unknown_columns(void **state)
{
	struct seen s = { .stop_at = 0 };

	(void)state;
	read_steps(&s, "a,symbol,b,price\n", 17, 100);
	assert_int_equal(s.unknown, 2);
	str_done(&s.text);
}

static int64_t
file_rows(const char *path, const struct csv_column *columns, size_t n, struct seen *s)
{
	int64_t rows;

	s->columns = 0;
	s->rc = csv_read_file(path, columns, n, on_row, s, &rows, &s->err);
	if (s->rc < 0)
		fail_msg("%s: %s", path, s->err.text);
	return rows;
}

/* Row counts by Python's csv module. */
static void
recorded_vendor_answers(void **state)
{
	static const struct csv_column symbol[] = { { "symbol", true } };
	static const struct {
		const char *name;
		int64_t rows;
	} files[] = {
		{ "balance-sheet-statement-bulk_2025_Q1.head.csv", 1 },
		{ "cash-flow-statement-bulk_2025_Q1.head.csv", 1 },
		{ "eod-bulk_2026-08-25.head.csv", 3 },
		{ "income-statement-bulk_1990_Q1.csv", 2193 },
		{ "income-statement-bulk_2000_Q1.csv", 6144 },
		{ "income-statement-bulk_2025_Q1.head.csv", 2 },
		{ "key-metrics-ttm-bulk.head.csv", 1 },
		{ "peers-bulk.head.csv", 3 },
		{ "profile-bulk_part0.head.csv", 2 },
		{ "ratios-ttm-bulk.head.csv", 1 },
		{ "scores-bulk.head.csv", 1 },
		{ "../../fmp-shape/profile-bulk_part0.csv", 189 },
		{ "../../fmp-shape/peers-bulk.csv", 157 },
		{ "../../fmp-shape/ratios-ttm-bulk.csv", 189 },
	};
	struct seen s = { .stop_at = 0 };
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/fmp/bulk/%s", support_real_dir(), files[0].name);
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "SKIP: no recorded answers at %s\n", path);
		skip();
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/fmp/bulk/%s", support_real_dir(), files[i].name);
		assert_int_equal(file_rows(path, symbol, 1, &s), files[i].rows);
	}
	assert_int_equal(s.bad, 0);
}

/* 1,522 files; the README beside them counts 279,477 bars. */
static void
every_real_day(void **state)
{
	static const struct csv_column bar[] = { { "symbol", true }, { "date", true },
						 { "open", true },   { "high", true },
						 { "low", true },    { "close", true },
						 { "volume", true }, { "adjClose", true } };
	struct seen s = { .stop_at = 0 };
	char pattern[512];
	int64_t rows = 0;
	glob_t g;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/prices/eod-bulk/*/eod_*.csv", support_real_dir());
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(stderr, "SKIP: no real days at %s\n", pattern);
		skip();
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		rows += file_rows(g.gl_pathv[i], bar, 8, &s);
	assert_int_equal(g.gl_pathc, 1522);
	assert_int_equal(rows, 279477);
	assert_int_equal(s.bad, 0);
	globfree(&g);
}

/* Lines without anything odd are split without libcsv.  Byte by byte no line is ever whole, so it
 * reads them all: the oracle for what is read in larger pieces. */
static void
plain_lines_as_libcsv_reads_them(void **state)
{
	static const char *const piece[] = { "a",	"7.5",	",",	    ",",	"\"",
					     "\"x,y\"", "\"\"", "\n",	    "\n",	"\r\n",
					     "\r",	" ",	"\t",	    "\xC3\xA9", "b c",
					     ",\"",	"\",",	"\"l\nm\"", ",1\n",	"A,2\n" };
	uint32_t seed = 1;
	int unlike = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		STR_AUTO text = { 0 };
		struct seen s = { .stop_at = 0 };

		str_init(&text, 1 << 10);
		str_puts(&text, "symbol,price\n");
		for (int k = 0; k < 1 + i % 24; k++) {
			seed = seed * 1664525u + 1013904223u;
			str_puts(&text, piece[(seed >> 16) % ARRAY_LEN(piece)]);
		}
		read_text(&s, str_c(&text), text.len);
		unlike += s.rc < 0;
		str_done(&s.text);
	}
	assert_in_range(unlike, 1000, 19000); /* both kinds came up */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_dialect),
		cmocka_unit_test(first_name_in_the_header_wins),
		cmocka_unit_test(skips_mark_and_blanks),
		cmocka_unit_test(bad_rows_are_handed_over),
		cmocka_unit_test(refuses_whole_files),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(line_ceiling),
		cmocka_unit_test(endless_cell_is_noticed),
		cmocka_unit_test(callback_stops),
		cmocka_unit_test(counts_unknown_columns),
		cmocka_unit_test(recorded_vendor_answers),
		cmocka_unit_test(plain_lines_as_libcsv_reads_them),
		cmocka_unit_test(every_real_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
