/* Rows as text, CSV and JSON; quoting as of RFC 4180, section 2. */
#include "core/json.h"
#include "core/sheet.h"
#include "tests/unit/suite.h"

static void
fill(struct sheet *s)
{
	static const char *const heads[] = { "job", "error", "n", NULL };
	static const char *const cells[] = {
		"a",	     "1,5 of \"x\"",	      "7", "\xe6\x97\xa5\xe6\x9c\xac", "", "",
		"long name", "\033[31mred\nline\xff", "10"
	};

	sheet_init(s, heads);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		sheet_cell(s, cells[i]);
	str_copy(s->filter, sizeof(s->filter), "!x");
	assert_int_equal(sheet_rows(s), 3);
}

static void
assert_written(enum sheet_format f, const char *want)
{
	SHEET_AUTO s = { 0 };
	STR_AUTO out = { 0 };

	fill(&s);
	str_init(&out, 4000);
	assert_int_equal(sheet_write(&s, "Jobs", f, &out), 0);
	assert_string_equal(str_c(&out), want);
}

/* Wide characters take two columns; no line ends in blanks. */
static void
test_text_is_aligned(void **state)
{
	(void)state;
	assert_written(SHEET_TXT, "job        error                  n\n"
				  "a          1,5 of \"x\"             7\n"
				  "\xe6\x97\xa5\xe6\x9c\xac\n"
				  "long name  \\x1b[31mred\\nline\\xff  10\n");
}

static void
test_csv_is_quoted(void **state)
{
	(void)state;
	assert_written(SHEET_CSV, "job,error,n\n"
				  "a,\"1,5 of \"\"x\"\"\",7\n"
				  "\xe6\x97\xa5\xe6\x9c\xac,,\n"
				  "long name,\\x1b[31mred\\nline\\xff,10\n");
}

static void
test_json_is_read_back(void **state)
{
	SHEET_AUTO s = { 0 };
	STR_AUTO out = { 0 };
	struct err e = ERR_INIT;
	struct json *doc;
	const struct json *rows;

	(void)state;
	fill(&s);
	str_init(&out, 4000);
	assert_int_equal(sheet_write(&s, "Jobs", SHEET_JSON, &out), 0);
	doc = json_parse(str_c(&out), out.len, &e);
	assert_non_null(doc);
	assert_true(json_num(doc, "v").v == 1);
	assert_string_equal(json_text(doc, "view"), "Jobs");
	assert_string_equal(json_text(doc, "filter"), "!x");
	rows = json_get(doc, "rows");
	assert_int_equal(json_len(rows), 3);
	assert_string_equal(json_text(json_at(rows, 0), "error"), "1,5 of \"x\"");
	assert_string_equal(json_text(json_at(rows, 2), "error"), "\\x1b[31mred\\nline\\xff");
	json_free(doc);
}

static void
test_one_row(void **state)
{
	SHEET_AUTO s = { 0 };
	STR_AUTO out = { 0 };

	(void)state;
	fill(&s);
	str_init(&out, 400);
	sheet_row(&s, 0, &out);
	assert_string_equal(str_c(&out), "a  1,5 of \"x\"  7");
	str_clear(&out);
	sheet_row(&s, 1, &out);
	assert_string_equal(str_c(&out), "\xe6\x97\xa5\xe6\x9c\xac");
	str_clear(&out);
	sheet_row(&s, 3, &out);
	assert_string_equal(str_c(&out), "");
}

static void
test_too_long_is_told(void **state)
{
	SHEET_AUTO s = { 0 };
	STR_AUTO out = { 0 };

	(void)state;
	fill(&s);
	str_init(&out, 40);
	assert_int_equal(sheet_write(&s, "Jobs", SHEET_CSV, &out), -1);
}

static void
test_format_by_name(void **state)
{
	(void)state;
	assert_int_equal(sheet_format_of("a.csv"), SHEET_CSV);
	assert_int_equal(sheet_format_of("/tmp/x.y/a.json"), SHEET_JSON);
	assert_int_equal(sheet_format_of("/tmp/x.csv/a"), SHEET_TXT);
	assert_int_equal(sheet_format_of("csv"), SHEET_TXT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_aligned),	  cmocka_unit_test(test_csv_is_quoted),
		cmocka_unit_test(test_json_is_read_back), cmocka_unit_test(test_one_row),
		cmocka_unit_test(test_too_long_is_told),  cmocka_unit_test(test_format_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
