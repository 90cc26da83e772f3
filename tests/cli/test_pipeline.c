/* master-all (jobs.md 2.26): `pipeline daily` by the real binary over a synthetic market.  The
 * order of the steps and what each needs are those of jobs.md 4 and 1, written down here once more.
 */
#include "tests/support_night.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAILY                                                                                  \
	"sync-universe industry-classification-sync prices-daily-bulk financials-bulk "        \
	"company-profile-bulk dividends-bulk-v2 valuation-bulk fmp-peers-bulk " TO_THE_RETURNS \
	" " BENCHMARKS " " SNAPSHOTS
#define TO_THE_RETURNS                                                                          \
	"performance-bulk sector-performance-aggregator sector-performance-windows-aggregator " \
	"industry-performance-aggregator industry-performance-windows-aggregator "              \
	"performance-windows-aggregator"
#define BENCHMARKS                                                               \
	"sector-benchmarks industry-benchmarks-aggregator sector-pe-aggregator " \
	"industry-pe-aggregator"
#define SNAPSHOTS "fmp-bulk compute-ranks market-state-bulk"
#define WEEKLY "company-profile-bulk fmp-peers-bulk"

#define CHILDREN                                                                              \
	"SELECT string_agg(job, ' ' ORDER BY id) FROM fintra_ops.run WHERE parent = (SELECT " \
	"max(id) FROM fintra_ops.run WHERE job = 'master-all')"

static void
children(const char *want)
{
	char got[1024];

	ground_text(&ground, CHILDREN, got, sizeof(got));
	assert_string_equal(got, want);
}

/* Of the newest run: "state exit_code", and the reason. */
static void
ended(const char *state, const char *why)
{
	char got[1200];

	ground_text(&ground,
		    "SELECT concat_ws(' ', state, exit_code) FROM fintra_ops.run WHERE job = "
		    "'master-all' ORDER BY id DESC LIMIT 1",
		    got, sizeof(got));
	assert_string_equal(got, state);
	ground_text(&ground,
		    "SELECT coalesce(error, taint, '') FROM fintra_ops.run WHERE job = "
		    "'master-all' ORDER BY id DESC LIMIT 1",
		    got, sizeof(got));
	if (!strstr(got, why))
		fail_msg("no \"%s\" in: %s", why, got);
}

static int
open_market(void **state)
{
	(void)state;
	night_open();
	return 0;
}

static int
close_market(void **state)
{
	(void)state;
	night_close();
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	night_fresh("night_of_a_test");
	return 0;
}

static void
all_steps_in_order(void **state)
{
	(void)state;
	(void)NIGHT(0, "pipeline", "daily");
	ended("success 0", "");
	children(DAILY);
	night_steps("master-all", "success", DAILY);
	expect("SELECT concat_ws(' ', result ->> 'mode', (result ->> 'total_duration_ms')::int > "
	       "0, gate) FROM fintra_ops.run WHERE job = 'master-all'",
	       "FULL_MARKET_CANONICAL t strict");
	expect("SELECT count(*) FROM fintra_ops.run r WHERE parent IS NOT NULL AND started_at < "
	       "(SELECT max(ended_at) FROM fintra_ops.run k WHERE k.parent = r.parent AND k.id < "
	       "r.id)",
	       "0");
}

/* Tuesday 10 June: the weekly ones have run on the 9th.  On the 16th seven days have passed. */
static void
weekly_steps_when_due(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-all");
	night_is(NIGHT_NEXT);
	(void)NIGHT(0, "run", "master-all");
	night_steps("master-all", "skipped", WEEKLY);
	expect("SELECT string_agg(DISTINCT x ->> 'why', '') FROM fintra_ops.run, "
	       "jsonb_array_elements(result -> 'steps') x WHERE x ->> 'status' = 'skipped'",
	       "not due: weekly, last good run 2025-06-10"); /* 01:00 UTC */
	(void)NIGHT(0, "run", "master-all", "--weekly", "--from-step", "fmp-peers-bulk");
	night_steps("master-all", "skipped",
		    "sync-universe industry-classification-sync prices-daily-bulk "
		    "financials-bulk company-profile-bulk dividends-bulk-v2 valuation-bulk");
	children("fmp-peers-bulk " TO_THE_RETURNS " " BENCHMARKS " " SNAPSHOTS);
	ground_sql(&ground, "TRUNCATE fmp_peers"); /* does not wait for its day */
	(void)NIGHT(0, "run", "master-all");
	night_steps("master-all", "skipped", "company-profile-bulk");
}

static void
a_week_has_seven_days(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-all");
	night_is("2025-06-13");
	(void)NIGHT(0, "run", "master-all");
	night_steps("master-all", "skipped", WEEKLY);
	night_is("2025-06-16");
	(void)NIGHT(0, "run", "master-all");
	night_steps("master-all", "skipped", "");
}

/* Direct upstream jobs within the daily order (jobs.md 1). */
#define UPSTREAM                                                                                   \
	"('industry-classification-sync', 'sync-universe'), ('prices-daily-bulk', "                \
	"'sync-universe'), ('financials-bulk', 'sync-universe'), ('company-profile-bulk', "        \
	"'sync-universe'), ('dividends-bulk-v2', 'financials-bulk'), ('valuation-bulk', "          \
	"'sync-universe'), ('fmp-peers-bulk', 'sync-universe'), ('performance-bulk', "             \
	"'prices-daily-bulk'), ('sector-performance-aggregator', 'performance-bulk'), "            \
	"('sector-performance-windows-aggregator', 'sector-performance-aggregator'), "             \
	"('industry-performance-aggregator', 'performance-bulk'), "                                \
	"('industry-performance-aggregator', 'industry-classification-sync'), "                    \
	"('industry-performance-windows-aggregator', 'industry-performance-aggregator'), "         \
	"('performance-windows-aggregator', 'sector-performance-windows-aggregator'), "            \
	"('sector-benchmarks', 'financials-bulk'), ('sector-benchmarks', 'valuation-bulk'), "      \
	"('industry-benchmarks-aggregator', 'valuation-bulk'), "                                   \
	"('industry-benchmarks-aggregator', 'industry-performance-windows-aggregator'), "          \
	"('sector-pe-aggregator', 'valuation-bulk'), ('industry-pe-aggregator', "                  \
	"'industry-classification-sync'), ('fmp-bulk', 'sector-benchmarks'), ('fmp-bulk', "        \
	"'performance-windows-aggregator'), ('compute-ranks', 'fmp-bulk'), ('market-state-bulk', " \
	"'compute-ranks')"

/* What is independent runs at the same time, what is not waits; the same rows either way. */
static void
independent_steps_at_the_same_time(void **state)
{
	char *in_turn;

	(void)state;
	(void)NIGHT(0, "run", "master-all");
	in_turn = mem_dup(NIGHT(0, "db", "checksum"));
	assert_true(strlen(in_turn) > 1000);
	night_fresh("night_abreast");
	(void)NIGHT(0, "run", "master-all", "--jobs", "4");
	night_steps("master-all", "success", DAILY);
	assert_string_equal(NIGHT(0, "db", "checksum"), in_turn);
	free(in_turn);
	expect("SELECT count(*) FROM (VALUES " UPSTREAM ") u (job, after) JOIN fintra_ops.run a "
	       "ON a.job = u.after AND a.parent IS NOT NULL JOIN fintra_ops.run r ON r.job = "
	       "u.job AND r.parent = a.parent WHERE r.started_at >= a.ended_at",
	       "24");
	expect("SELECT count(*) > 3 FROM fintra_ops.run a JOIN fintra_ops.run b ON a.parent = "
	       "b.parent AND a.id < b.id AND b.started_at < a.ended_at",
	       "t");
	/* At most four: at no beginning are five under way. */
	expect("SELECT max((SELECT count(*) FROM fintra_ops.run k WHERE k.parent = r.parent AND "
	       "k.created_at <= r.created_at AND k.ended_at > r.created_at)) <= 4 FROM "
	       "fintra_ops.run r WHERE parent IS NOT NULL",
	       "t");
	/* Launched in canonical order as far as they can: the first four behind the universe. */
	expect("SELECT string_agg(job, ' ' ORDER BY id) FROM (SELECT * FROM fintra_ops.run WHERE "
	       "parent IS NOT NULL ORDER BY id LIMIT 5) x",
	       "sync-universe industry-classification-sync prices-daily-bulk financials-bulk "
	       "valuation-bulk");
}

static void
critical_failure_stops(void **state)
{
	(void)state;
	ground_fault("path=/stable/eod-bulk,kind=status-500");
	(void)NIGHT(69, "run", "master-all");
	ended("failure 69", "step prices-daily-bulk (run ");
	children("sync-universe industry-classification-sync prices-daily-bulk");
	night_steps("master-all", "failure", "prices-daily-bulk");
	expect("SELECT result ->> 'steps_completed' FROM fintra_ops.run WHERE job = 'master-all'",
	       "2");
}

/* The list of instruments and the ranks, which are of whole sectors, know no limit. */
static void
limit_is_passed_down(void **state)
{
	(void)state;
	(void)NIGHT(0, "pipeline", "daily", "--limit", "20");
	expect("SELECT string_agg(job, ' ' ORDER BY id) FROM fintra_ops.run WHERE parent IS NOT "
	       "NULL AND NOT params ? 'limit'",
	       "sync-universe compute-ranks");
	expect("SELECT concat_ws(' ', max(gate), count(*)) FROM fintra_ops.run WHERE job = "
	       "'master-all' AND params ->> 'limit' = '20'",
	       "warn 1");
	expect("SELECT count(*) FROM fintra_snapshots", "20");
	expect("SELECT count(*) FROM fintra_universe WHERE is_active", "94"); /* what was sent */
	/* It has done nobody's week. */
	night_is(NIGHT_NEXT);
	(void)NIGHT(0, "run", "master-all");
	night_steps("master-all", "skipped", "");
}

static void
unknown_step_is_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(NIGHT(64, "run", "master-all", "--from-step", "fmp-bulkk"),
			       "did you mean fmp-bulk?"));
	(void)NIGHT(64, "run", "master-all", "--jobs", "0");
	assert_non_null(strstr(NIGHT(64, "run", "master-all", "--ticker", "AAA"),
			       "fintra run master-ticker --ticker AAA"));
	(void)NIGHT(64, "pipeline", "nightly");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_steps_in_order, fresh),
		cmocka_unit_test_setup(weekly_steps_when_due, fresh),
		cmocka_unit_test_setup(a_week_has_seven_days, fresh),
		cmocka_unit_test_setup(independent_steps_at_the_same_time, fresh),
		cmocka_unit_test_setup(critical_failure_stops, fresh),
		cmocka_unit_test_setup(limit_is_passed_down, fresh),
		cmocka_unit_test_setup(unknown_step_is_refused, fresh),
	};

	return cmocka_run_group_tests_name("pipeline", tests, open_market, close_market);
}
