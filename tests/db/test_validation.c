/* validation: rows written here, each check at its bound (jobs.md 2.27: no period after the
 * snapshot, 30 snapshots, 10 companies, scores within 0 to 100 that reach 40). */
#include "jobs/jobs.h"
#include "tests/support_cli.h"
#include "tests/support_layer2.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "validation";

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

/* AAA and BBB: thirty days up to the as-of date each, scores 0 to 40, made from the period of
 * January 31; a sector whose statistics are of ten companies.  Nothing to complain about. */
static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, database);
	ground_sql(&ground,
		   "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		   "profile_structural, market_snapshot, valuation, market_position, "
		   "investment_verdict, data_confidence, fgos_score) SELECT t, date '" AS_OF
		   "' - k, 'x', jsonb_build_object('metrics', jsonb_build_object("
		   "'period_end_date', '2025-12-31')), '{}', '{}', '{}', '{}', '{}', "
		   "CASE WHEN k = 0 THEN 40 ELSE 0 END FROM unnest(ARRAY['AAA', 'BBB']) t, "
		   "generate_series(0, 29) k;"
		   "INSERT INTO sector_stats (sector, metric, stats_date, sample_size) VALUES "
		   "('Energy', 'roic', '2026-01-02', 10)");
	return 0;
}

static struct outcome
validate(const char *param)
{
	return GROUND_RUN(&ground, &job_validation, AS_OF, param, NULL);
}

/* name:state:bad of each check that was made. */
#define CHECKS                                                                                     \
	"SELECT string_agg(concat_ws(':', j ->> 'name', j ->> 'state', j ->> 'bad'), ' ' ORDER "   \
	"BY "                                                                                      \
	"n) FROM jsonb_array_elements((SELECT result -> 'checks' FROM fintra_ops.run ORDER BY id " \
	"DESC LIMIT 1)) WITH ORDINALITY c (j, n)"
#define LEDGER                                                                                 \
	"SELECT concat_ws(' ', state, exit_code, result ->> 'ok', result ->> 'message') FROM " \
	"fintra_ops.run ORDER BY id DESC LIMIT 1"

static void
all_good(void **state)
{
	int64_t tuples = ground_tuples(&ground);
	struct outcome o = validate(NULL);

	(void)state;
	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 2 + 2 + 1 + 60);
	expect(CHECKS, "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0");
	expect(LEDGER, "success 0 true 4 checks, 0 warnings");
	assert_int_equal(validate("force=1").exit_code, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* One step behind each bound; what it makes of the run, and of which check. */
static const struct {
	const char *sql;
	int code;
	const char *checks;
} faults[] = {
	{ "DELETE FROM fintra_snapshots WHERE ticker = 'AAA' AND snapshot_date = '2026-01-20'", 4,
	  "no_future_data:ok:0 coverage:warning:1 sample_size:ok:0 fgos_scores:ok:0" },
	/* another engine's row of the same day is no day more */
	{ "UPDATE fintra_snapshots SET engine_version = 'y', snapshot_date = '" AS_OF
	  "' WHERE ticker = 'AAA' AND snapshot_date = '2026-01-20'",
	  4, "no_future_data:ok:0 coverage:warning:1 sample_size:ok:0 fgos_scores:ok:0" },
	{ "UPDATE sector_stats SET sample_size = 9", 4,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:warning:1 fgos_scores:ok:0" },
	{ "UPDATE fintra_snapshots SET fgos_score = 39.9", 4,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:warning:0" },
	{ "UPDATE fintra_snapshots SET fgos_score = NULL", 4,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:warning:0" },
	{ "UPDATE fintra_snapshots SET fgos_score = 100.1 WHERE snapshot_date = '2026-01-20'", 1,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:failure:2" },
	{ "UPDATE fintra_snapshots SET fgos_score = -0.1 WHERE ticker = 'AAA'", 1,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:failure:30" },
	{ "UPDATE fintra_snapshots SET fgos_score = 100", 0,
	  "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0" },
	/* says that it was made from a later period: nothing else is looked at any more */
	{ "UPDATE fintra_snapshots SET profile_structural = "
	  "'{\"metrics\": {\"period_end_date\": \"2026-02-03\"}}' WHERE ticker = 'BBB'",
	  1, "no_future_data:failure:1" },
	{ "UPDATE fintra_snapshots SET profile_structural = "
	  "'{\"metrics\": {\"period_end_date\": \"2026-02-02\"}}' WHERE ticker = 'BBB'",
	  0, "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0" },
	/* an old snapshot is not judged */
	{ "UPDATE fintra_snapshots SET profile_structural = "
	  "'{\"metrics\": {\"period_end_date\": \"2026-02-03\"}}' WHERE snapshot_date < '" AS_OF
	  "'",
	  0, "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0" },
	/* a later period is stored: a fault only of a snapshot that does not say what it used */
	{ "INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	  "source) VALUES ('AAA', 'FY', '2026', '2026-02-03', 'x')",
	  0, "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0" },
	{ "INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	  "source) VALUES ('AAA', 'FY', '2026', '2026-02-03', 'x');"
	  "UPDATE fintra_snapshots SET profile_structural = '{}'",
	  1, "no_future_data:failure:1" },
	/* made from no statement, as it says: the first one came later */
	{ "INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	  "source) VALUES ('AAA', 'FY', '2026', '2026-02-03', 'x');"
	  "UPDATE fintra_snapshots SET profile_structural = "
	  "'{\"metrics\": {\"period_end_date\": null}}' WHERE ticker = 'AAA'",
	  0, "no_future_data:ok:0 coverage:ok:0 sample_size:ok:0 fgos_scores:ok:0" },
	/* later rows are not looked at */
	{ "INSERT INTO sector_stats (sector, metric, stats_date, sample_size) VALUES ('Energy', "
	  "'roic', '2026-02-03', 1); UPDATE fintra_snapshots SET snapshot_date = '2026-02-03', "
	  "fgos_score = 101 WHERE ticker = 'AAA' AND snapshot_date = '2026-01-04'",
	  4, "no_future_data:ok:0 coverage:warning:1 sample_size:ok:0 fgos_scores:ok:0" },
};

static void
each_bound(void **state)
{
	char got[512];

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		fresh(state);
		ground_sql(&ground, faults[i].sql);
		struct outcome o = validate(NULL);

		ground_text(&ground, CHECKS, got, sizeof(got));
		if (o.exit_code != faults[i].code || strcmp(got, faults[i].checks) != 0)
			fail_msg("%s: exit %d (want %d), %s", faults[i].sql, o.exit_code,
				 faults[i].code, got);
	}
}

/* What ends it is said by name, with the tickers, in error, result and log. */
static void
failure_names_the_rows(void **state)
{
	struct outcome o;

	(void)state;
	ground_sql(&ground,
		   "UPDATE fintra_snapshots SET fgos_score = 101 WHERE snapshot_date = '" AS_OF
		   "'");
	o = validate(NULL);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.err.cls, ERR_DATA);
	assert_string_equal(o.err.text, "fgos_scores: 2 of 60 FGOS scores: outside 0 to 100 (AAA "
					"2026-02-02, BBB 2026-02-02)");
	expect("SELECT concat_ws(' ', result ->> 'ok', result ->> 'error') FROM fintra_ops.run",
	       "false fgos_scores: 2 of 60 FGOS scores: outside 0 to 100 (AAA 2026-02-02, BBB "
	       "2026-02-02)");
	bin_expect(ground.conninfo, NAMES("wait", "1"), 1, "FAILURE validation run 1");
	bin_expect(ground.conninfo,
		   NAMES("run", "validation", "--as-of", AS_OF, "--gate", "strict"), 1,
		   "outside 0 to 100");
}

/* Nothing there: unknown, so a warning of each. */
static void
empty_tables(void **state)
{
	struct outcome o;

	(void)state;
	ground_sql(&ground, "TRUNCATE fintra_snapshots, sector_stats");
	o = validate("dry_run=1");
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.exit_code, 4);
	expect(CHECKS, "no_future_data:warning:0 coverage:warning:0 sample_size:warning:0 "
		       "fgos_scores:warning:0");
	expect(LEDGER, "partial 4 true 4 checks, 4 warnings");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_good),
		TEST(each_bound),
		TEST(failure_names_the_rows),
		TEST(empty_tables),
	};

	return cmocka_run_group_tests_name("validation", tests, open_ground, close_ground);
}
