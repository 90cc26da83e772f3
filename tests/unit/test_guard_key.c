/* Lock ids of jobs.md 0.3.  The values were computed with awk on doubles (h = (h * 31 + byte) mod
 * 2^32, read as signed, absolute value, mod 2147483647); "polygenelubricants" is the well-known
 * string whose 31-hash is -2147483648, the one value whose absolute value does not fit in 32 bits.
 */
#include "core/guard.h"
#include "tests/unit/suite.h"

static void
known_values(void **state)
{
	(void)state;
	assert_int_equal(guard_key("cron-fmp-bulk-2026-02-02"), 1898061242);
	assert_int_equal(guard_key("cron-performance-bulk-2026-02-02"), 1756865121);
	assert_int_equal(guard_key("cron-fmp-bulk-AAPL-2026-02-02"), 1924473893);
	assert_int_equal(guard_key("table-sector_performance-2026-02-02"), 1410289177);
	assert_int_equal(guard_key("a"), 97);
	assert_int_equal(guard_key(""), 0);
	assert_int_equal(guard_key("polygenelubricants"), 1);
}

static const struct job job = { .name = "fmp-bulk", .writes = NAMES("b", "a", "elsewhere") };
static const struct table tables[] = {
	{ .name = "a" }, { .name = "b" }, { .name = "c" }, { .name = NULL }
};
static const struct job *const jobs[] = { &job, NULL };
static const struct catalogue cat = { .jobs = jobs, .tables = tables };

static void
job_lock_first_then_tables_in_catalogue_order(void **state)
{
	struct guard g;

	(void)state;
	guard_plan(&g, &cat, &job, NULL, date_of(2026, 2, 2), date_of(2026, 2, 3), true);
	assert_int_equal(g.n, 4);
	assert_int_equal(g.at[0].key, 1898061242);
	assert_int_equal(g.at[1].key, guard_key("cron-fmp-bulk-2026-02-03"));
	assert_string_equal(g.at[2].what, "a");
	assert_int_equal(g.at[2].key, guard_key("table-a-2026-02-02"));
	assert_string_equal(g.at[3].what, "b");
}

static void
a_day_that_is_today_is_locked_once(void **state)
{
	struct guard g;

	(void)state;
	guard_plan(&g, &cat, &job, NULL, date_of(2026, 2, 2), date_of(2026, 2, 2), false);
	assert_int_equal(g.n, 1);
}

static void
a_ticker_has_its_own_lock(void **state)
{
	struct guard g;

	(void)state;
	guard_plan(&g, &cat, &job, "AAPL", date_of(2026, 2, 2), DATE_NONE, false);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.at[0].key, 1924473893);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(job_lock_first_then_tables_in_catalogue_order),
		cmocka_unit_test(a_day_that_is_today_is_locked_once),
		cmocka_unit_test(a_ticker_has_its_own_lock),
	};

	return cmocka_run_group_tests_name("guard_key", tests, NULL, NULL);
}
