/* fintra scatter: picture, counts, trouble and its remedy.  The rows are put there by the test. */
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define SNAPSHOT                                                                                \
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "         \
	"profile_structural, market_snapshot, valuation, market_position, investment_verdict, " \
	"data_confidence, fgos_score, relative_vs_sector_1y) SELECT t, '2026-02-02', "          \
	"'fintra-local-v1', s, '{}', '{}', '{}', '{}', '{}', '{}', y, x FROM (VALUES "
#define ROWS ") v (t, s, y, x)"

static void
put(const char *info, const char *sql)
{
	support_sql(info, "TRUNCATE fintra_snapshots");
	support_sql(info, sql);
}

static const char *
database(void)
{
	static const char *info;

	if (!info)
		info = support_db("t_cmd_scatter", true);
	return info;
}

static const char few[] =
	SNAPSHOT "('LEFT', E'Ener\\x1b[31mgy', 0, -100), ('RIGHT', 'Technology', 100, 100), "
		 "('MIDDLE', 'Technology', 50, 0), ('NOX', 'Technology', 50, NULL), "
		 "('NOY', NULL, NULL, 5), ('NONE', NULL, NULL, NULL)" ROWS;

/* 40 columns and 12 lines leave 36 x 10 cells.  -100..100 in steps of 100 (200/3 = 66.7), 0..100
 * of 50 (100/3).  (-100, 0): column 0, row 9; (100, 100): column 35, row 0; (0, 50): column 18, row
 * 9 - 5 = 4, as the tick of 50. */
static void
test_the_picture(void **state)
{
	static const char want[] =
		"FGOS against return relative to the sector, 1Y (pp): all, snapshots of "
		"2026-02-02\n"
		"6 rows: 3 plotted, 0 off-scale, 1 without relative return, 1 without score, 1 "
		"without either\n"
		"100+                  :                o\n"
		"   |                  :\n"
		"   |                  :\n"
		"   |                  :\n"
		" 50+                  o\n"
		"   |                  :\n"
		"   |                  :\n"
		"   |                  :\n"
		"   |                  :\n"
		"  0+o                 :\n"
		"   ++-----------------+----------------+\n"
		"  -100                0             +100\n";
	struct support_out out;

	(void)state;
	put(database(), few);
	bin_run(database(),
		NAMES_OF("scatter", "--width", "40", "--height", "12", "--dots", "ascii"), &out);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.out, want);
	support_out_done(&out);
}

static void
test_the_locale_chooses_the_dots(void **state)
{
	static const struct {
		const char *env[3], *has;
	} cases[] = {
		{ { "LC_ALL=C.UTF-8", "TERM=xterm", NULL }, "\xe2\xa2\x80" }, /* U+2880: dot 8 */
		{ { "LC_ALL=C.UTF-8", "TERM=linux", NULL }, "\xe2\x96\x84" }, /* U+2584 */
		{ { "LC_ALL=C", "TERM=xterm", NULL }, "o" },
	};
	struct support_out out;

	(void)state;
	/* (0.9, 0) on 0..1: the last dot of the last cell, in its lower half. */
	put(database(), SNAPSHOT "('A', 'Energy', 0, 0.9), ('B', 'Energy', 0, 1)" ROWS);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bin_run_env(database(), cases[i].env, NAMES_OF("scatter"), &out);
		assert_int_equal(out.code, 0);
		assert_non_null(strstr(out.out, cases[i].has));
		support_out_done(&out);
	}
}

static void
test_as_json(void **state)
{
	static const char *const members[] = { "as_of",	  "snapshot_date", "engine_version",
					       "sector",  "axes",	   "counts",
					       "trouble", "remedy",	   "points",
					       NULL };
	struct json *j;
	const struct json *p, *c;

	(void)state;
	put(database(), few);
	j = bin_json(database(), NAMES_OF("scatter", "--json", "--sector", "technology"), 0);
	has_members(j, members);
	assert_string_equal(json_text(j, "sector"), "Technology");
	c = json_get(j, "counts");
	assert_true(json_num(c, "rows").v == 3);
	assert_true(json_num(c, "plotted").v == 2);
	assert_true(json_num(c, "without_relative").v == 1);
	p = json_first(json_get(j, "points"));
	assert_int_equal(json_len(json_get(j, "points")), 2);
	assert_string_equal(json_text(p, "ticker"), "MIDDLE");
	assert_true(json_num(p, "fgos_score").v == 50);
	assert_true(json_num(json_next(p), "relative_vs_sector_1y").v == 100);
	json_free(j);
}

/* The seed's section 8: its cause and its remedy, in its order. */
static void
expect_trouble(const char *sql, const char *says, bool windows)
{
	static const char backfill[] = "fintra backfill performance-windows --as-of 2026-02-02\n",
			  bulk[] = "fintra run fmp-bulk --as-of 2026-02-02\n";
	struct support_out out;
	struct json *j;
	const char *first, *then;

	put(database(), sql);
	bin_run(database(), NAMES_OF("scatter"), &out);
	assert_int_equal(out.code, 0);
	if (!strstr(out.out, says))
		fail_msg("%s\nlacks %s", out.out, says);
	first = strstr(out.out, backfill);
	then = strstr(out.out, bulk);
	assert_non_null(then);
	assert_int_equal(first != NULL, windows);
	assert_true(!first || first < then);
	support_out_done(&out);
	j = bin_json(database(), NAMES_OF("scatter", "--json"), 0);
	assert_non_null(strstr(json_text(j, "trouble"), says));
	assert_int_equal(json_len(json_get(j, "remedy")), windows ? 2 : 1);
	json_free(j);
}

static void
test_trouble_and_remedy(void **state)
{
	(void)state;
	expect_trouble(SNAPSHOT "('A', 'Energy', 1, NULL::numeric), ('B', 'Energy', 2, NULL)" ROWS,
		       "All points would be at x = 0: none of the 2 snapshots of 2026-02-02 has a "
		       "relative return (relative_vs_sector_1y is NULL).",
		       true);
	expect_trouble(SNAPSHOT "('A', 'Energy', 1, 0), ('B', 'Energy', 2, 0)" ROWS,
		       "All points are at x = 0: relative_vs_sector_1y is 0 in each of the 2 "
		       "snapshots",
		       true);
	expect_trouble(SNAPSHOT "('A', 'Energy', NULL::numeric, 3)" ROWS, "No point can be shown",
		       false);
	expect_trouble("SELECT 1",
		       "There are no snapshots of engine fintra-local-v1 up to "
		       "2026-02-02.",
		       false);
	put(database(), few);
	bin_expect(database(), NAMES_OF("scatter", "--sector", "none"), 0,
		   "2 rows: 0 plotted, 0 off-scale, 0 without relative return, 1 without score, 1 "
		   "without either");
}

static void
test_bad_words(void **state)
{
	(void)state;
	put(database(), few);
	bin_expect(database(), NAMES_OF("scatter", "--sector", "Tecnology"), 64,
		   "there is no sector Tecnology; did you mean Technology?");
	bin_expect(database(), NAMES_OF("scatter", "--sector", "x\033[2J"), 64,
		   "there is no sector x\\x1b[2J");
	bin_expect(database(), NAMES_OF("scatter", "--width", "39"), 64,
		   "--width takes a number from 40 to 400");
	bin_expect(database(), NAMES_OF("scatter", "--height", "x"), 64,
		   "--height takes a number from 10 to 400");
	bin_expect(database(), NAMES_OF("scatter", "--dots", "emoji"), 64,
		   "--dots takes braille, half or ascii");
	bin_expect(database(), NAMES_OF("scatter", "AAPL"), 64, "usage: fintra scatter");
	bin_expect(NULL, NAMES_OF("scatter"), 69, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_picture),
		cmocka_unit_test(test_the_locale_chooses_the_dots),
		cmocka_unit_test(test_as_json),
		cmocka_unit_test(test_trouble_and_remedy),
		cmocka_unit_test(test_bad_words),
	};

	return cmocka_run_group_tests_name("cmd_scatter", tests, NULL, NULL);
}
