/* fintra diff on a handful of snapshots.  What must be told was read off the rows below by hand. */
#include "core/job.h"
#include "tests/support_cli.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *info;

/* AAA +15, BBB -30, CCC +10 (not more than ten), DDD gets a score, OLD goes, NEW comes; the
 * relative return is there for 4 of 5 on the first day (20 % empty) and for 2 of 5 on the second
 * (60 %). */
static int
set_up(void **state)
{
	static const char rows[] =
		"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "
		"fgos_score, relative_vs_sector_1y, profile_structural, market_snapshot, "
		"valuation, "
		"market_position, investment_verdict, data_confidence) SELECT t, d::date, "
		"'fintra-local-v1', s, f, r, '{}', '{}', '{}', '{}', '{}', '{}' FROM (VALUES "
		"('AAA', '2026-01-30', 'Energy', 40, 1), ('BBB', '2026-01-30', 'Energy', 80, 2), "
		"('CCC', '2026-01-30', 'Technology', 50, 3), "
		"('DDD', '2026-01-30', 'Technology', NULL, 4), "
		"('OLD', '2026-01-30', 'Utilities', 33, NULL), "
		"('AAA', '2026-02-02', 'Energy', 55, 1), ('BBB', '2026-02-02', 'Energy', 50, "
		"NULL), "
		"('CCC', '2026-02-02', 'Technology', 60, 3), "
		"('DDD', '2026-02-02', 'Technology', 70, NULL), "
		"('NEW', '2026-02-02', 'Utilities', NULL, NULL)) v (t, d, s, f, r)";
	static const char ledger[] =
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, "
		"lock_key, created_at, rows_inserted, rows_updated) VALUES "
		"('fmp-bulk', '2026-02-02', 'success', 'lucia', 'db1', 1, 'cli', 'warn', 'x', 1, "
		"now(), 5, 0), ('compute-ranks', '2026-02-02', 'success', 'cron', 'db1', 1, "
		"'cron', "
		"'warn', 'x', 1, now(), 0, 0), ('fmp-bulk', '2026-01-30', 'success', 'cron', "
		"'db1', "
		"1, 'cron', 'warn', 'x', 1, now(), 5, 0)";

	(void)state;
	info = support_db("t_diff", true);
	free(support_psql(info, rows));
	free(support_psql(info, ledger));
	return 0;
}

static const char *
cell(const struct json *j, const char *list, size_t row, const char *name)
{
	const struct json *at = json_at(json_get(j, list), row);

	if (!at)
		fail_msg("%s has no row %zu", list, row);
	return str_or(json_as_text(json_get(at, name)), "-");
}

static void
expect(const struct json *j, const char *list, size_t row, const char *name, double v)
{
	struct num n = json_num(json_at(json_get(j, list), row), name);

	if (!n.has || n.v != v)
		fail_msg("%s %zu %s is %f, not %f", list, row, name, n.v, v);
}

static void
what_moved(void **state)
{
	struct json *j = bin_json(info, NAMES("--json", "diff", "2026-02-02", "2026-01-30"), 0);

	(void)state;
	assert_string_equal(json_text(j, "from"), "2026-01-30");
	assert_int_equal(json_len(json_get(j, "moved")), 2);
	assert_string_equal(cell(j, "moved", 0, "ticker"), "BBB");
	expect(j, "moved", 0, "move", -30);
	assert_string_equal(cell(j, "moved", 1, "ticker"), "AAA");
	expect(j, "moved", 1, "before", 40);
	expect(j, "moved", 1, "after", 55);
	assert_int_equal(json_len(json_get(j, "tickers")), 2);
	assert_string_equal(cell(j, "tickers", 0, "change"), "gained");
	assert_string_equal(cell(j, "tickers", 0, "ticker"), "NEW");
	assert_string_equal(cell(j, "tickers", 1, "change"), "lost");
	assert_string_equal(cell(j, "tickers", 1, "ticker"), "OLD");
	/* Energy: both of two, one up, one down, (15 - 30) / 2; Technology: CCC alone, not moved.
	 */
	assert_string_equal(cell(j, "sectors", 0, "sector"), "Energy");
	expect(j, "sectors", 0, "compared", 2);
	expect(j, "sectors", 0, "moved", 2);
	expect(j, "sectors", 0, "up", 1);
	expect(j, "sectors", 0, "down", 1);
	expect(j, "sectors", 0, "mean_move", -7.5);
	assert_string_equal(cell(j, "sectors", 1, "sector"), "Technology");
	expect(j, "sectors", 1, "moved", 0);
	/* fgos_score: one of five is empty on both days, so it is not listed. */
	assert_int_equal(json_len(json_get(j, "nulls")), 1);
	assert_string_equal(cell(j, "nulls", 0, "column_name"), "relative_vs_sector_1y");
	expect(j, "nulls", 0, "before_percent", 20);
	expect(j, "nulls", 0, "after_percent", 60);
	expect(j, "nulls", 0, "change_pp", 40);
	assert_int_equal(json_len(json_get(j, "runs")), 1);
	assert_string_equal(cell(j, "runs", 0, "who"), "lucia");
	json_free(j);
}

static void
lists_say_how_long_they_are(void **state)
{
	struct json *j =
		bin_json(info, NAMES("--json", "diff", "2026-01-30", "2026-02-02", "-n", "1"), 0);

	(void)state;
	assert_int_equal(json_len(json_get(j, "moved")), 1);
	expect(j, "moved", 0, "of", 2);
	json_free(j);
	bin_expect(info, NAMES("diff", "2026-01-30", "2026-02-02"), 0, "Sectors of the movers");
	/* Without dates: the last two that have snapshots. */
	j = bin_json(info, NAMES("--json", "diff", "--as-of", "2026-02-03"), 0);
	assert_string_equal(json_text(j, "from"), "2026-01-30");
	assert_string_equal(json_text(j, "to"), "2026-02-02");
	json_free(j);
	bin_expect(info, NAMES("diff", "--as-of", "2026-01-30"), 64, "not two days with snapshots");
}

static void
dates_that_are_none(void **state)
{
	(void)state;
	bin_expect(info, NAMES("diff", "2026-01-31", "2026-02-02"), 64,
		   "there are no snapshots of 2026-01-31; the nearest day with some is 2026-01-30");
	bin_expect(info, NAMES("diff", "2026-02-02", "2026-02-02"), 64, "two different dates");
	bin_expect(info, NAMES("diff", "yesterday", "2026-02-02"), 64, "yesterday is not a date");
	bin_expect(info, NAMES("diff", "2026-02-02"), 64, "usage: fintra diff [DATE1 DATE2]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moved),
		cmocka_unit_test(lists_say_how_long_they_are),
		cmocka_unit_test(dates_that_are_none),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
