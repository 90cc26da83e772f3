/* What a whole plan has beside the broken tables.  Expected orders: jobs.md section 4. */
#include "core/why.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY "2026-02-02"
#define RUN_900(job, state)                                                                  \
	"INSERT INTO fintra_ops.run (id, job, as_of, state, who, host, pid, origin, gate, "  \
	"build, lock_key, created_at) OVERRIDING SYSTEM VALUE VALUES (900, '" job "', '" DAY \
	"', '" state "', 'a', 'h', 1, 'cli', 'warn', 'x', 1, now())"

static const char *
broken_by(const char *sql)
{
	const char *info = support_db("t_plan", true);

	support_ready(info);
	support_sql(info, sql);
	return info;
}

static void
expect_steps(const char *sql, const char *target, const char *const *commands)
{
	struct why *p = mem_zalloc(sizeof(*p));
	struct freshness f;
	struct err e = ERR_INIT;
	size_t n = 0;

	support_fresh(broken_by(sql), DAY, "2026-02-03T12:00:00Z", &f);
	assert_int_equal(plan_build(&fintra_catalogue, &f, target, p, &e), 0);
	for (; commands[n] && n < p->plan_n; n++)
		assert_string_equal(p->plan[n].command, commands[n]);
	if (commands[n] || n != p->plan_n)
		fail_msg("%s: %zu steps, %zu as expected", sql, p->plan_n, n);
	why_done(p);
	free(p);
	freshness_done(&f);
}

/* The order is that of jobs.md 4; fintra_snapshots REQUIRES performance_windows, ranks stand in
 * fintra_snapshots. */
static void
plan_goes_on_to_the_snapshots(void **state)
{
	(void)state;
	expect_steps("TRUNCATE performance_windows", NULL,
		     NAMES("fintra run performance-windows-aggregator --as-of " DAY,
			   "fintra run fmp-bulk --as-of " DAY,
			   "fintra run compute-ranks --as-of " DAY,
			   "fintra run market-state-bulk --as-of " DAY));
	expect_steps("TRUNCATE performance_windows", "performance_windows",
		     NAMES("fintra run performance-windows-aggregator --as-of " DAY));
	/* A weekly table holds nothing up, what the vendor sends depends on no table. */
	expect_steps("TRUNCATE fmp_peers", NULL, NAMES("fintra run fmp-peers-bulk --as-of " DAY));
	expect_steps("TRUNCATE datos_dividendos", NULL,
		     NAMES("fintra run dividends-bulk-v2 --as-of " DAY,
			   "fintra run fmp-bulk --as-of " DAY,
			   "fintra run compute-ranks --as-of " DAY,
			   "fintra run market-state-bulk --as-of " DAY));
}

#define ASSETS(day)                                                                              \
	"INSERT INTO datos_performance (ticker, window_code, performance_date, return_percent, " \
	"source) VALUES ('AAA', '1Y', '" day "', 1, 'x');"
#define SECTORS(day)                                                                      \
	"INSERT INTO sector_performance (sector, window_code, performance_date, source) " \
	"VALUES ('Energy', '1Y', '" day "', 'x');"

/* One step more, before the day's: those sessions whose inputs are both there. */
static void
all_sessions_of_an_emptied_table(void **state)
{
	(void)state;
	expect_steps("TRUNCATE performance_windows;" SECTORS("2026-01-20") ASSETS("2026-01-26")
			     ASSETS("2026-01-27") SECTORS("2026-01-27") ASSETS("2026-01-28")
				     SECTORS("2026-01-28") ASSETS("2026-01-30"),
		     "performance_windows",
		     NAMES("fintra backfill backfill-performance-windows --from 2026-01-27 --to "
			   "2026-01-30",
			   "fintra run performance-windows-aggregator --as-of " DAY));
	/* Nothing was lost that nobody had. */
	expect_steps("DELETE FROM performance_windows WHERE as_of_date = '" DAY "';"
		     "INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, "
		     "as_of_date, source) VALUES ('AAA', 'Energy', '1Y', '2026-01-30', "
		     "'x');" ASSETS("2026-01-27") SECTORS("2026-01-27"),
		     "performance_windows",
		     NAMES("fintra run performance-windows-aggregator --as-of " DAY));
}

/* Snapshots of the right date with returns that the windows do not have (seed, section 8). */
static void
snapshots_of_other_windows(void **state)
{
	static const char *const again[] = { "fintra run fmp-bulk --as-of " DAY,
					     "fintra run compute-ranks --as-of " DAY,
					     "fintra run market-state-bulk --as-of " DAY, NULL };
	struct freshness f;

	(void)state;
	expect_steps("UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL", NULL, again);
	expect_steps("UPDATE fintra_snapshots SET relative_vs_sector_1y = 0 WHERE ticker = 'T01'",
		     NULL, again);
	expect_steps("UPDATE fintra_snapshots SET relative_vs_sector_1y = relative_vs_sector_1y + "
		     "1e-12",
		     NULL, NAMES(NULL));
	/* What another engine made, no run of this one makes again. */
	expect_steps("UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL, engine_version = "
		     "'v2'",
		     NULL, NAMES(NULL));
	/* Without windows there is nothing to compare with. */
	expect_steps("UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL; DELETE FROM "
		     "performance_windows WHERE window_code = '1Y'",
		     NULL, NAMES(NULL));
	support_fresh(broken_by("UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL WHERE "
				"ticker < 'T04'"),
		      DAY, "2026-02-03T12:00:00Z", &f);
	assert_string_equal(f.verdict, "NOT READY for " DAY ": fintra_snapshots mixed: 3 of 20 "
				       "lack the relative return 1Y that performance_windows has");
	freshness_done(&f);
}

/* Who was stopped by nobody is gone on with; who was cancelled was not wanted. */
static void
vanished_backfill_is_resumed(void **state)
{
	(void)state;
	expect_steps("TRUNCATE performance_windows;" RUN_900("backfill-performance-windows",
							     "abandoned"),
		     "performance_windows",
		     NAMES("fintra run performance-windows-aggregator --as-of " DAY,
			   "fintra resume 900"));
	expect_steps("TRUNCATE performance_windows;" RUN_900("backfill-performance-windows",
							     "cancelled"),
		     "performance_windows",
		     NAMES("fintra run performance-windows-aggregator --as-of " DAY));
	expect_steps(RUN_900("backfill-performance-windows", "abandoned"), NULL, NAMES(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_goes_on_to_the_snapshots),
		cmocka_unit_test(all_sessions_of_an_emptied_table),
		cmocka_unit_test(snapshots_of_other_windows),
		cmocka_unit_test(vanished_backfill_is_resumed),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
