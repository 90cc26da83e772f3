/* The morning of the seed's report: performance_windows backfilled for 2026-02-02 with benchmarks
 * of 2026-01-30, sector_performance one session behind.  Expected: section 8 of the seed. */
#include "core/health.h"
#include "core/why.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#define NOW "2026-02-03T09:12:07Z" /* 04:12 in New York */

/* Snapshots of the day made from the windows as they are. */
#define AGAIN                                                                          \
	"UPDATE fintra_snapshots s SET relative_vs_sector_1y = w.asset_return - "      \
	"w.benchmark_return FROM performance_windows w WHERE w.ticker = s.ticker AND " \
	"w.benchmark_ticker = s.sector AND w.window_code = '1Y' AND w.as_of_date = "   \
	"s.snapshot_date"

static const char *
morning(void)
{
	static const char sql[] =
		"DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
		"UPDATE performance_windows w SET benchmark_return = s.return_percent,"
		" alpha = asset_return - s.return_percent FROM sector_performance s WHERE s.sector "
		"= w.benchmark_ticker"
		" AND s.window_code = w.window_code AND s.performance_date = '2026-01-30';" AGAIN;
	const char *info = support_db("t_morning", true);

	support_ready(info);
	support_sql(info, sql);
	return info;
}

static void
overview_shows_both_dates(void **state)
{
	struct freshness f;
	const struct table_status *w;

	(void)state;
	support_fresh(morning(), "2026-02-02", NOW, &f);
	w = freshness_find(&f, "performance_windows");
	assert_string_equal(table_state_name(w->state), "mixed");
	assert_string_equal(w->detail, "mixed: 2026-02-02 with sector_performance of 2026-01-30");
	assert_int_equal(f.exit_code, 2);
	assert_string_equal(f.verdict, "NOT READY for 2026-02-02: sector_performance late 1 "
				       "session -> performance_windows "
				       "mixed: 2026-02-02 with sector_performance of 2026-01-30");
	assert_string_equal(table_state_name(f.layer[2].state), "mixed");
	freshness_done(&f);
}

/* Before the deadline sector_performance is only due; the mix is wrong all the same. */
static void
mixed_is_never_ready(void **state)
{
	struct freshness f;

	(void)state;
	support_fresh(morning(), "2026-02-02", "2026-02-03T02:00:00Z", &f);
	assert_int_equal(f.exit_code, 2);
	assert_string_equal(f.cause->table->name, "sector_performance");
	freshness_done(&f);
}

static void
expect_plan(const char *info, const char *target)
{
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;

	support_fresh(info, "2026-02-02", NOW, &f);
	assert_int_equal(why_build(&fintra_catalogue, &f, target, &w, &e), 0);
	assert_string_equal(w.root->status->table->name, "performance_windows");
	assert_string_equal(
		w.text,
		"performance_windows is MIXED. First cause: sector_performance late 1 session");
	assert_int_equal(w.plan_n, 2);
	assert_string_equal(w.plan[0].command,
			    "fintra run sector-performance-aggregator --as-of 2026-02-02");
	assert_string_equal(w.plan[1].command,
			    "fintra run performance-windows-aggregator --as-of 2026-02-02");
	why_done(&w);
	freshness_done(&f);
}

static void
why_names_the_seeds_commands(void **state)
{
	const char *info = morning();

	(void)state;
	expect_plan(info, "performance_windows");
	expect_plan(info, "performance-windows-aggregator");
	expect_plan(info, NULL);
}

static void
sector_repaired_first(void **state)
{
	static const char half[] = "INSERT INTO sector_performance SELECT sector, window_code, "
				   "'2026-02-02', return_percent + 1, 'x', now()"
				   " FROM sector_performance WHERE performance_date = '2026-01-30'";
	static const char whole[] = "UPDATE performance_windows w SET benchmark_return = "
				    "s.return_percent FROM sector_performance s"
				    " WHERE s.sector = w.benchmark_ticker AND s.window_code = "
				    "w.window_code AND performance_date = '2026-02-02'";
	const char *info = morning();
	struct freshness f;

	(void)state;
	support_sql(info, half);
	support_fresh(info, "2026-02-02", NOW, &f);
	assert_string_equal(f.cause->table->name,
			    "performance_windows"); /* its inputs are fine now */
	freshness_done(&f);
	support_sql(info, whole);
	support_fresh(info, "2026-02-02", NOW, &f);
	assert_string_equal(f.verdict, "NOT READY for 2026-02-02: fintra_snapshots mixed: 20 of 20 "
				       "have another relative return 1Y than performance_windows");
	freshness_done(&f);
	support_sql(info, AGAIN);
	support_fresh(info, "2026-02-02", NOW, &f);
	assert_true(f.ready);
	freshness_done(&f);
}

/* No stored session has the values: the ledger's word for what was read. */
static void
mixed_by_the_ledger(void **state)
{
	static const char sql[] = "UPDATE performance_windows SET benchmark_return = 99;"
				  "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
				  "origin, gate, build, lock_key, created_at)"
				  " VALUES ('backfill-performance-windows', '2026-02-02', "
				  "'success', 'a', 'h', 1, 'cli', 'warn', 'x', 1, now());"
				  "INSERT INTO fintra_ops.input SELECT max(id), "
				  "'sector_performance', '2026-01-28', 77 FROM fintra_ops.run";
	const char *info = morning();
	struct freshness f;

	(void)state;
	support_sql(info, sql);
	support_fresh(info, "2026-02-02", NOW, &f);
	assert_string_equal(freshness_find(&f, "performance_windows")->detail,
			    "mixed: 2026-02-02 with sector_performance of 2026-01-28");
	freshness_done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overview_shows_both_dates),
		cmocka_unit_test(mixed_is_never_ready),
		cmocka_unit_test(why_names_the_seeds_commands),
		cmocka_unit_test(sector_repaired_first),
		cmocka_unit_test(mixed_by_the_ledger),
	};

	return cmocka_run_group_tests_name("morning", tests, NULL, NULL);
}
