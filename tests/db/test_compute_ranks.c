/* compute-ranks on a few snapshots whose order was worked out by hand; the vectors of the order
 * within sectors are in test_snapshot_vectors. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "ranks";

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, database);
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, database);
	return 0;
}

/* `ifs`: "leader 2", "" = none; score "NULL" or a number. */
static void
snapshot_of(const char *ticker, const char *date, const char *place, const char *ifs,
	    const char *score)
{
	char sql[700];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		      "profile_structural, market_snapshot, valuation, market_position, "
		      "investment_verdict, data_confidence, sector, classification, ifs, "
		      "fgos_score) SELECT '%s', '%s', 'fintra-local-v1', '{}', '{}', '{}', '{}', "
		      "'{}', '{}', nullif(split_part('%s', '/', 1), ''), "
		      "jsonb_build_object('industry', nullif(split_part('%s', '/', 2), '')), CASE "
		      "WHEN '%s' <> '' THEN jsonb_build_object('position', split_part('%s', ' ', "
		      "1), 'pressure', split_part('%s', ' ', 2)::int) END, %s",
		      ticker, date, place, place, ifs, ifs, ifs, score);
	ground_sql(&ground, sql);
}

static struct outcome
ranks(void)
{
	return GROUND_RUN(&ground, &job_compute_ranks, AS_OF, NULL);
}

#define RANKS                                                                             \
	"SELECT string_agg(concat_ws(' ', ticker, coalesce(sector_rank || '/' || "        \
	"sector_rank_total, '-'), coalesce(industry_rank || '/' || industry_rank_total, " \
	"'-')), ', ' ORDER BY ticker) FROM fintra_snapshots WHERE snapshot_date = '" AS_OF "'"

/* Energy: the leaders by pressure and then FGOS, the follower, the laggards the other way round.
 * Oil holds A, C and E of Energy and one of another sector, which comes between them. */
static void
some_snapshots(void)
{
	snapshot_of("A", AS_OF, "Energy/Oil", "leader 1", "90");
	snapshot_of("B", AS_OF, "Energy/Gas", "leader 2", "10");
	snapshot_of("C", AS_OF, "Energy/Oil", "laggard 1", "50");
	snapshot_of("D", AS_OF, "Energy/", "laggard 2", "99");
	snapshot_of("E", AS_OF, "Energy/Oil", "follower 1", "20");
	snapshot_of("F", AS_OF, "Energy/Oil", "leader 1", "NULL");
	snapshot_of("G", AS_OF, "Energy/Oil", "", "80");
	snapshot_of("H", AS_OF, "/Oil", "leader 3", "80");
	snapshot_of("I", AS_OF, "Utilities/Oil", "leader 1", "60");
}

static void
order_within_sector_and_industry(void **state)
{
	struct outcome o;

	(void)state;
	some_snapshots();
	o = ranks();
	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	expect(RANKS, "A 2/5 1/4, B 1/5 1/1, C 4/5 4/4, D 5/5 -, E 3/5 3/4, F - -, G - -, H - -, "
		      "I 1/1 2/4");
	expect("SELECT concat_ws(' ', result ->> 'date', result ->> 'ranked', result ->> "
	       "'ranked_in_industry', rows_read, rows_updated) FROM fintra_ops.run",
	       "2026-02-02 6 5 9 6");
}

/* Ranks that no longer hold are taken away; a second run finds nothing to change. */
static void
old_ranks_go(void **state)
{
	int64_t tuples;
	struct outcome o;

	(void)state;
	some_snapshots();
	ground_sql(&ground, "UPDATE fintra_snapshots SET sector_rank = 3, industry_rank = 4 WHERE "
			    "ticker = 'G'");
	ranks();
	expect("SELECT concat_ws(' ', sector_rank, industry_rank) FROM fintra_snapshots WHERE "
	       "ticker = 'G'",
	       "");
	tuples = ground_tuples(&ground);
	o = GROUND_RUN(&ground, &job_compute_ranks, AS_OF, "force=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 9);
	assert_int_equal(o.counts.unchanged, 9);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* The newest day up to the as-of date; other days keep what they have. */
static void
the_newest_day(void **state)
{
	(void)state;
	assert_int_equal(ranks().exit_code, 6);
	snapshot_of("A", "2026-01-29", "Energy/Oil", "leader 1", "90");
	snapshot_of("A", "2026-01-30", "Energy/Oil", "leader 1", "90");
	snapshot_of("A", "2026-02-03", "Energy/Oil", "leader 1", "90");
	assert_int_equal(ranks().state, RUN_SUCCESS);
	expect("SELECT string_agg(snapshot_date::text, ' ') FROM fintra_snapshots WHERE "
	       "sector_rank = 1",
	       "2026-01-30");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'warn' AND msg LIKE 'no "
	       "snapshots of 2026-02-02 yet: those of 2026-01-30 are ranked'",
	       "1");
}

static void
a_part_is_refused_and_a_dry_run_writes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	some_snapshots();
	o = GROUND_RUN(&ground, &job_compute_ranks, AS_OF, "ticker=A", NULL);
	assert_int_equal(o.exit_code, 64);
	o = GROUND_RUN(&ground, &job_compute_ranks, AS_OF, "dry_run=1", NULL);
	assert_int_equal(o.counts.updated, 6);
	expect("SELECT count(sector_rank) FROM fintra_snapshots", "0");
}

/* A database of the old system has no columns for industries. */
static void
without_columns_for_industries(void **state)
{
	(void)state;
	some_snapshots();
	ground_sql(&ground, "ALTER TABLE fintra_snapshots DROP COLUMN industry_rank, DROP COLUMN "
			    "industry_rank_total");
	assert_int_equal(ranks().counts.updated, 6);
	expect("SELECT string_agg(ticker || sector_rank, ' ' ORDER BY sector, sector_rank) FROM "
	       "fintra_snapshots WHERE sector_rank IS NOT NULL",
	       "B1 A2 E3 C4 D5 I1");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order_within_sector_and_industry),
		TEST(old_ranks_go),
		TEST(the_newest_day),
		TEST(a_part_is_refused_and_a_dry_run_writes_nothing),
		TEST(without_columns_for_industries),
	};

	return cmocka_run_group_tests_name("ranks", tests, open_ground, close_ground);
}
