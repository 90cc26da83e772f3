/* market-state-bulk on a few rows.  What must come of them was worked out by hand from jobs.md 2.24
 * and engines.md 8.5; the arithmetic stands beside each case. */
#include "jobs/jobs.h"
#include "tests/support_market_state.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "market_state";

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

static void
bar(const char *ticker, const char *date, const char *close, const char *volume)
{
	char sql[300];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO prices_daily (ticker, price_date, close, volume) VALUES ('%s', "
		      "'%s', %s, %s)",
		      ticker, date, close, volume);
	ground_sql(&ground, sql);
}

/* A snapshot that knows nothing but its key; `more` sets columns: ", fgos_score = 5". */
static void
snapshot_of(const char *ticker, const char *date, const char *more)
{
	char sql[2000];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		      "profile_structural, market_snapshot, valuation, market_position, "
		      "investment_verdict, data_confidence) VALUES ('%s', '%s', 'fintra-local-v1', "
		      "'{}', '{}', '{}', '{\"status\":\"pending\"}', '{}', '{}'); UPDATE "
		      "fintra_snapshots SET ticker = ticker%s WHERE ticker = '%s' AND "
		      "snapshot_date = '%s'",
		      ticker, date, more, ticker, date);
	ground_sql(&ground, sql);
}

#define ROW(ticker)                                                                       \
	"SELECT concat_ws('|', coalesce(price::text, '-'), coalesce(change::text, '-'), " \
	"coalesce(change_percentage::text, '-'), coalesce(volume::text, '-'), "           \
	"coalesce(last_price_date::text, '-'), coalesce(market_cap::text, '-'), "         \
	"coalesce(ytd_return::text, '-')) FROM fintra_market_state WHERE ticker = '" ticker "'"

/* One company of which everything is known.  Price 104 of the snapshot; closes 103 and 80: change
 * 104 - 80 = 24, 100 * 24 / (104 - 24) = 30 %. */
static void
every_column(void **state)
{
	(void)state;
	ground_sql(&ground,
		   "INSERT INTO fintra_universe (ticker, name, sector, industry, country, "
		   "instrument_type, is_active, last_seen) VALUES ('AAA', 'Alpha Inc', 'Energy', "
		   "'Oil', 'US', 'EQUITY', true, '" AS_OF "')");
	bar("AAA", EARLIER, "50", "5");
	bar("AAA", BEFORE, "80", "6");
	bar("AAA", AS_OF, "103", "7");
	asset("AAA", "YTD", BEFORE, "1");
	asset("AAA", "YTD", AS_OF, "12.5");
	asset("AAA", "1Y", AS_OF, "99");
	snapshot_of("AAA", BEFORE, ", fgos_score = 1");
	snapshot_of("AAA", AS_OF,
		    ", sector = 'Utilities', market_snapshot = '{\"price\":104,"
		    "\"market_cap\":5000}', fgos_score = 61.5, fgos_confidence_label = 'High', "
		    "fgos_confidence_percent = 83, valuation = '{\"valuation_status\":"
		    "\"Undervalued\",\"canonical_status\":\"cheap_sector\"}', investment_verdict = "
		    "'{\"verdict\":\"strong\",\"summary\":\"x\"}', market_position = "
		    "'{\"status\":\"computed\",\"summary\":\"leader\"}', relative_return = "
		    "'{\"score\":60}', fgos_components = '{\"competitive_advantage\":{\"band\":"
		    "\"weak\"},\"sentiment_details\":{\"band\":\"neutral\"}}'");
	ground_sql(&ground, "INSERT INTO fintra_ecosystem_reports (id, ticker, date, "
			    "ecosystem_score) VALUES (1, 'AAA', '" AS_OF "', 70), (2, 'AAA', "
			    "'" AS_OF "', 71), (3, 'AAA', '" AS_OF "', NULL), (4, 'AAA', "
			    "'" BEFORE "', 5), (5, 'AAA', '" AFTER "', 9)");
	state_made();
	expect(ROW("AAA"), "104|24|30|7|" AS_OF "|5000|12.5");
	expect("SELECT concat_ws('|', sector, industry, country, company_name, fgos_score, "
	       "fgos_confidence_label, fgos_confidence_percent, valuation_status, verdict_text, "
	       "ecosystem_score) FROM fintra_market_state",
	       "Energy|Oil|US|Alpha Inc|61.5|High|83|undervalued|strong|71");
	/* leader 3, neutral 2 */
	expect("SELECT concat_ws('|', market_position, strategic_state, relative_return, source, "
	       "updated_at BETWEEN '2026-02-03 01:00Z' AND '2026-02-03 01:30Z') FROM "
	       "fintra_market_state",
	       "{\"status\": \"computed\", \"summary\": \"leader\"}|\"in_tension\"|{\"score\": "
	       "60}|market_state_cron|t");
	expect("SELECT concat_ws(' ', result ->> 'processed', result ->> 'upserted', result ->> "
	       "'deleted') FROM fintra_ops.run",
	       "1 1 0");
	expect("SELECT string_agg(concat_ws(' ', table_name, as_of, n_rows), ', ' ORDER BY "
	       "table_name) FROM fintra_ops.input",
	       "datos_performance " AS_OF " 1, fintra_ecosystem_reports " AS_OF " 1, "
	       "fintra_snapshots " AS_OF " 1, fintra_universe " AS_OF " 1, prices_daily " AS_OF
	       " 2");
}

/* Nothing but a place in the universe, one close, two closes without a snapshot, a snapshot without
 * closes, and what the universe lacks of a company. */
static void
what_is_missing_is_null(void **state)
{
	(void)state;
	stock("NIL", "");
	stock("ONE", "");
	stock("TWO", "");
	stock("DUE", "");
	ground_sql(&ground, "UPDATE fintra_universe SET name = ' ' WHERE ticker = 'DUE'");
	bar("ONE", BEFORE, "8", "NULL");
	bar("TWO", EARLIER, "8", "3");
	bar("TWO", BEFORE, "6", "4");
	snapshot_of("DUE", BEFORE,
		    ", market_snapshot = '{\"price\":3}', sector = 'Energy', classification = "
		    "'{\"industry\":\"Gas\"}', profile_structural = '{\"identity\":{\"name\":"
		    "\"Due SA\",\"country\":\"ES\"}}', valuation = '{\"canonical_status\":"
		    "\"fair_sector\"}', investment_verdict = '{\"verdict\":null,\"summary\":"
		    "\"old\"}'");
	assert_int_equal(state_run(NULL, NULL).state, RUN_PARTIAL); /* no close of the day */
	expect(ROW("NIL"), "-|-|-|-|-|-|-");
	expect(ROW("ONE"), "8|-|-|-|" BEFORE "|-|-");
	/* 6 - 8 = -2; 100 * -2 / 8 = -25 */
	expect(ROW("TWO"), "6|-2|-25|4|" BEFORE "|-|-");
	expect(ROW("DUE"), "3|-|-|-|-|-|-");
	expect("SELECT concat_ws('|', sector, industry, country, company_name, valuation_status, "
	       "verdict_text, coalesce(strategic_state::text, 'none'), market_position) FROM "
	       "fintra_market_state WHERE ticker = 'DUE'",
	       "Energy|Gas|ES|Due SA|fair_sector|old|none|{\"status\": \"pending\"}");
	expect("SELECT count(*) FROM fintra_market_state WHERE ticker = 'NIL' AND "
	       "coalesce(sector, industry, country, fgos_score::text, fgos_confidence_label, "
	       "fgos_confidence_percent::text, valuation_status, verdict_text, "
	       "ecosystem_score::text, market_position::text, strategic_state::text, "
	       "relative_return::text) IS NULL AND company_name = 'NIL Inc'",
	       "1");
}

/* Zeros are values; by a close of zero nothing can be divided.  A third: 100 / 3 to twelve
 * places. */
static void
zero_is_a_value(void **state)
{
	(void)state;
	stock("CUT", "");
	stock("ROSE", "");
	stock("SAME", "");
	stock("THIRD", "");
	bar("CUT", BEFORE, "4", "1");
	bar("CUT", AS_OF, "0", "0");
	bar("ROSE", BEFORE, "0", "1");
	bar("ROSE", AS_OF, "5", "1");
	bar("SAME", BEFORE, "7", "1");
	bar("SAME", AS_OF, "7", "0");
	bar("THIRD", BEFORE, "3", "1");
	bar("THIRD", AS_OF, "4", "1");
	asset("SAME", "YTD", AS_OF, "0");
	snapshot_of("SAME", AS_OF,
		    ", fgos_score = 0, fgos_confidence_percent = 0, market_snapshot = "
		    "'{\"price\":0,\"market_cap\":0}'");
	ground_sql(&ground, "INSERT INTO fintra_ecosystem_reports (id, ticker, date, "
			    "ecosystem_score) VALUES (1, 'SAME', '" AS_OF "', 0)");
	state_made();
	expect(ROW("CUT"), "0|-4|-100|0|" AS_OF "|-|-");
	expect(ROW("ROSE"), "5|5|-|1|" AS_OF "|-|-");
	expect(ROW("SAME"), "0|-7|-100|0|" AS_OF "|0|0");
	expect(ROW("THIRD"), "4|1|33.333333333333|1|" AS_OF "|-|-");
	expect("SELECT concat_ws(' ', fgos_score, fgos_confidence_percent, ecosystem_score) FROM "
	       "fintra_market_state WHERE ticker = 'SAME'",
	       "0 0 0");
}

/* The price of a snapshot is that of its day: a newer close takes its place. */
static void
a_newer_close_is_the_price(void **state)
{
	(void)state;
	stock("OLD", "");
	stock("NEW", "");
	bar("OLD", BEFORE, "10", "1");
	bar("OLD", AS_OF, "12", "1");
	bar("NEW", BEFORE, "10", "1");
	bar("NEW", AS_OF, "12", "1");
	snapshot_of("OLD", BEFORE, ", market_snapshot = '{\"price\":11}', fgos_score = 40");
	snapshot_of("NEW", AS_OF, ", market_snapshot = '{\"price\":11}'");
	state_made();
	expect(ROW("OLD"), "12|2|20|1|" AS_OF "|-|-");
	expect(ROW("NEW"), "11|1|10|1|" AS_OF "|-|-");
	expect("SELECT fgos_score FROM fintra_market_state WHERE ticker = 'OLD'", "40");
}

struct standing {
	const char *advantage, *status, *summary, *mood, *want;
};

/* engines.md 8.5: standing 3 strong, 2 defendable, 1 weak or none; the summary leader or strong
 * makes it 3, average 2, unless it is pending; mood 3 optimistic, 2 neutral or none, 1. */
static const struct standing standings[] = {
	{ "strong", "pending", "", "optimistic", "\"aligned\"" },	  /* 3 3 */
	{ "strong", "pending", "", "", "\"in_tension\"" },		  /* 3 2 */
	{ "defendable", "pending", "", "neutral", "\"aligned\"" },	  /* 2 2 */
	{ "defendable", "pending", "", "optimistic", "\"out_of_step\"" }, /* 2 3 */
	{ "weak", "pending", "", "pessimistic", "\"aligned\"" },	  /* 1 1 */
	{ "", "pending", "", "", "\"out_of_step\"" },			  /* 1 2 */
	{ "weak", "computed", "leader", "optimistic", "\"aligned\"" },	  /* 3 3 */
	{ "weak", "computed", "strong", "neutral", "\"in_tension\"" },	  /* 3 2 */
	{ "strong", "computed", "average", "neutral", "\"aligned\"" },	  /* 2 2 */
	{ "strong", "computed", "weak", "optimistic", "\"aligned\"" },	  /* stays 3 */
	{ "weak", "pending", "average", "pessimistic", "\"aligned\"" },	  /* pending: stays 1 */
	{ "splendid", "computed", "average", "neutral", "-" },		  /* no such band */
};

static void
strategic_states(void **state)
{
	char ticker[8], sql[600], more[400], got[40];

	(void)state;
	bar("SPY", AS_OF, "1", "1");
	for (size_t i = 0; i < ARRAY_LEN(standings); i++) {
		const struct standing *s = &standings[i];

		(void)fmt_buf(ticker, sizeof(ticker), "S%02zu", i);
		(void)fmt_buf(more, sizeof(more),
			      ", market_position = jsonb_build_object('status', '%s', 'summary', "
			      "nullif('%s', '')), fgos_components = "
			      "jsonb_build_object('competitive_advantage', "
			      "jsonb_build_object('band', nullif('%s', '')), 'sentiment_details', "
			      "jsonb_build_object('band', nullif('%s', '')))",
			      s->status, s->summary, s->advantage, s->mood);
		stock(ticker, "");
		snapshot_of(ticker, AS_OF, more);
	}
	stock("SPY", "");
	state_made();
	for (size_t i = 0; i < ARRAY_LEN(standings); i++) {
		(void)fmt_buf(
			sql, sizeof(sql),
			"SELECT coalesce(strategic_state::text, '-') FROM fintra_market_state "
			"WHERE ticker = 'S%02zu'",
			i);
		ground_text(&ground, sql, got, sizeof(got));
		if (strcmp(got, standings[i].want) != 0)
			fail_msg("case %zu: %s, wanted %s", i, got, standings[i].want);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_column),	TEST(what_is_missing_is_null),
		TEST(zero_is_a_value),	TEST(a_newer_close_is_the_price),
		TEST(strategic_states),
	};

	return cmocka_run_group_tests_name("market_state", tests, open_ground, close_ground);
}
