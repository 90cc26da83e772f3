/* Trees and plans of `why`.  Expected orders: jobs.md section 4. */
#include "core/why.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#define AFTER_ALL "2026-02-03T12:00:00Z"

static const char *
broken_by(const char *sql)
{
	const char *info = support_db("t_why", true);

	support_ready(info);
	support_sql(info, sql);
	return info;
}

/* `jobs` in order, NULL-terminated. */
static void
expect_plan(const char *sql, const char *target, const char *cause, const char *const *jobs)
{
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;
	size_t n = 0;

	support_fresh(broken_by(sql), "2026-02-02", AFTER_ALL, &f);
	assert_int_equal(why_build(&fintra_catalogue, &f, target, &w, &e), 0);
	for (; jobs[n]; n++) {
		char want[160];

		fmt_buf(want, sizeof(want), "fintra run %s --as-of 2026-02-02", jobs[n]);
		assert_true(n < w.plan_n);
		assert_string_equal(w.plan[n], want);
	}
	assert_int_equal(w.plan_n, n);
	if (cause)
		assert_non_null(strstr(w.text, cause));
	why_done(&w);
	freshness_done(&f);
}

static void
whole_chain(void **state)
{
	(void)state;
	expect_plan("DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
		    "UPDATE datos_performance SET performance_date = '2026-01-30';"
		    "DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
		    "UPDATE performance_windows SET as_of_date = '2026-01-30'",
		    NULL, "First cause: prices_daily late 1 session",
		    NAMES("prices-daily-bulk", "performance-bulk", "sector-performance-aggregator",
			  "performance-windows-aggregator"));
}

static void
only_what_is_broken(void **state)
{
	(void)state;
	expect_plan("TRUNCATE performance_windows", "performance_windows",
		    "performance_windows is EMPTY", NAMES("performance-windows-aggregator"));
}

/* Rows missing at the right date: the job that fills gaps follows the one that makes them. */
static void
second_writer_fills_gaps(void **state)
{
	(void)state;
	expect_plan(
		"DELETE FROM sector_performance WHERE window_code IN ('3Y', '5Y') AND "
		"performance_date = '2026-02-02';"
		"DELETE FROM performance_windows WHERE window_code IN ('3Y', '5Y')",
		"sector_performance", "sector_performance is PARTIAL",
		NAMES("sector-performance-aggregator", "sector-performance-windows-aggregator"));
}

static void
nothing_to_do(void **state)
{
	(void)state;
	expect_plan("SELECT 1", NULL, "is fresh", NAMES(NULL));
	expect_plan("SELECT 1", "fintra_snapshots", "no job of this build writes it", NAMES(NULL));
}

static void
unknown_names(void **state)
{
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;

	(void)state;
	support_fresh(broken_by("SELECT 1"), "2026-02-02", AFTER_ALL, &f);
	assert_int_equal(why_build(&fintra_catalogue, &f, "sector_performanse", &w, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	assert_non_null(strstr(e.text, "sector_performance?"));
	why_done(&w);
	freshness_done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_chain),
		cmocka_unit_test(only_what_is_broken),
		cmocka_unit_test(second_writer_fills_gaps),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(unknown_names),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
