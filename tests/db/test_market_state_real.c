/* market-state-bulk on real data: the whole table against SQL of this file, which takes the same
 * input rows in another way: closes by position in an array, the newest row by its date, the
 * strategic state by arithmetic. */
#include "jobs/jobs.h"
#include "tests/support_recorded.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

#define DAY "2018-07-18"
#define FIRST "2017-12-29" /* closes of it: the year's return */
#define LATER "2018-07-19" /* rows of a day after it are there, too */
#define LOADED "2019-01-02"

static bool ready;

#define MINE                                                                               \
	"SELECT ticker, price, change, change_percentage, market_cap, volume, "            \
	"ytd_return, last_price_date, sector, industry, country, company_name, "           \
	"fgos_score, fgos_confidence_label, fgos_confidence_percent, valuation_status, "   \
	"verdict_text, ecosystem_score, market_position, strategic_state, relative_return" \
	" FROM fintra_market_state"

/* Standing less mood: 0 aligned, above in tension, below out of step. */
#define QUOTE "coalesce((s.market_snapshot ->> 'price')::numeric, b.c[1])"
#define STANDING                                                                              \
	"CASE WHEN s.market_position @> '{\"status\":\"computed\",\"summary\":\"average\"}' " \
	"THEN 2 WHEN s.market_position ->> 'summary' IN ('leader', 'strong') THEN 3 WHEN "    \
	"s.fgos_components #>> '{competitive_advantage,band}' = 'strong' THEN 3 WHEN "        \
	"s.fgos_components #>> '{competitive_advantage,band}' = 'defendable' THEN 2 ELSE 1 "  \
	"END"
#define MOOD                                                                              \
	"CASE s.fgos_components #>> '{sentiment_details,band}' WHEN 'optimistic' THEN 3 " \
	"WHEN 'pessimistic' THEN 1 ELSE 2 END"
/* Newest first, nothing after the day. */
#define CLOSES                                                                              \
	"(SELECT ticker, array_agg(close ORDER BY price_date DESC) AS c, array_agg(volume " \
	"ORDER BY price_date DESC) AS v, max(price_date) AS day FROM prices_daily WHERE "   \
	"price_date < date '" DAY "' + 1 GROUP BY ticker)"
#define NEWEST(table, date, more)                                                            \
	"(SELECT * FROM " table " f WHERE " more date " = (SELECT max(" date ") FROM " table \
	" f WHERE f.ticker = u.ticker AND " more date " < date '" DAY "' + 1) AND "          \
	"f.ticker = u.ticker)"
#define OTHER                                                                                    \
	"SELECT u.ticker, " QUOTE " AS price, " QUOTE " - b.c[2] AS change, (" QUOTE             \
	" / b.c[2] - 1) * 100 AS change_percentage, (s.market_snapshot ->> "                     \
	"'market_cap')::numeric AS market_cap, b.v[1] AS volume, y.return_percent AS "           \
	"ytd_return, b.day AS last_price_date, u.sector, u.industry, u.country, u.name AS "      \
	"company_name, s.fgos_score, s.fgos_confidence_label, s.fgos_confidence_percent, "       \
	"s.valuation ->> 'valuation_status' AS valuation_status, s.investment_verdict ->> "      \
	"'verdict' AS verdict_text, e.score AS ecosystem_score, s.market_position, CASE WHEN "   \
	"s.fgos_components IS NOT NULL THEN to_jsonb((ARRAY['out_of_step', 'aligned', "          \
	"'in_tension'])[2 + sign(" STANDING " - " MOOD ")::int]) END AS strategic_state, "       \
	"s.relative_return FROM fintra_universe u LEFT JOIN " CLOSES                             \
	" b ON b.ticker = u.ticker LEFT JOIN LATERAL " NEWEST(                                   \
		"fintra_snapshots", "snapshot_date",                                             \
		"") " s ON true LEFT JOIN LATERAL " NEWEST("datos_performance",                  \
							   "performance_date",                   \
							   "window_code = 'YTD' "                \
							   "AND ") " y ON true "                 \
								   "LEFT JOIN "                  \
								   "(SELECT "                    \
								   "ticker, "                    \
								   "(array_agg("                 \
								   "ecosystem_"                  \
								   "score ORDER "                \
								   "BY date "                    \
								   "DESC))[1] "                  \
								   "AS score "                   \
								   "FROM "                       \
								   "fintra_"                     \
								   "ecosystem_"                  \
								   "reports "                    \
								   "WHERE date "                 \
								   "< date '" DAY "' + 1 GROUP " \
								   "BY ticker) "                 \
								   "e ON "                       \
								   "e.ticker = "                 \
								   "u.ticker "                   \
								   "WHERE "                      \
								   "u.is_active"

#define LATER_ROWS                                                                              \
	"INSERT INTO prices_daily (ticker, price_date, close, volume) SELECT ticker, '" LATER   \
	"', close + 1, 1 FROM prices_daily WHERE price_date = '" DAY                            \
	"'; INSERT INTO datos_performance (ticker, window_code, performance_date, "             \
	"return_percent, source) SELECT ticker, window_code, '" LATER                           \
	"', return_percent + 1, 'test' FROM datos_performance WHERE performance_date = '" DAY   \
	"'; INSERT INTO fintra_snapshots SELECT (jsonb_populate_record(f, '{\"snapshot_date\":" \
	"\"" LATER "\",\"fgos_score\":1,\"market_snapshot\":{\"price\":1}}')).* FROM "          \
	"fintra_snapshots f"

static int
load(void **state)
{
	(void)state;
	if (!recorded_open("market_state_real"))
		return 0;
	run_ok(&job_sync_universe, DAY, NULL, NULL);
	run_ok(&job_valuation, DAY, NULL, NULL);
	run_ok(&job_prices_daily, DAY, "start=" FIRST, "end=" DAY);
	run_ok(&job_performance_bulk, DAY, NULL, NULL);
	run_ok(&job_sector_performance, DAY, NULL, NULL);
	run_ok(&job_performance_windows, DAY, NULL, NULL);
	run_ok(&job_financials_bulk, LOADED, "years=2012-2016,2018", NULL);
	run_ok(&job_sector_benchmarks, DAY, NULL, NULL);
	run_ok(&job_fmp_bulk, DAY, NULL, NULL);
	run_ok(&job_compute_ranks, DAY, NULL, NULL);
	ground_sql(&ground, LATER_ROWS);
	ground_sql(
		&ground,
		"INSERT INTO fintra_ecosystem_reports (id, ticker, date, ecosystem_score) SELECT "
		"row_number() OVER (ORDER BY d, ticker), ticker, d, length(name) + extract(day "
		"FROM d) FROM fintra_universe, unnest(ARRAY['2018-07-17', '" LATER
		"']::date[]) d WHERE ticker < 'C';"
		"INSERT INTO fintra_market_state (ticker, price) VALUES ('GONE', 1)");
	ready = true;
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static void
the_whole_table_equals_the_oracle(void **state)
{
	(void)state;
	if (!ready)
		skip();
	run_ok(&job_market_state, DAY, NULL, NULL);
	assert_true(compare("fintra_market_state at " DAY, MINE, OTHER, "ticker") > 3500);
	/* it is no comparison of nothing with nothing */
	expect("SELECT concat_ws(' ', count(price) > 150, count(change_percentage) > 150, "
	       "count(market_cap) > 150, count(volume) > 150, count(ytd_return) > 150, "
	       "count(fgos_score) > 50, count(ecosystem_score) > 10, count(DISTINCT "
	       "strategic_state) FILTER (WHERE strategic_state IS NOT NULL)) FROM "
	       "fintra_market_state",
	       "t t t t t t t 3");
}

/* In units of seven tickers and without what came after the day: the same rows. */
static void
in_small_units_without_the_future(void **state)
{
	char whole[64], again[64];
	struct err e = ERR_INIT;

	(void)state;
	if (!ready)
		skip();
	ground_sql(&ground, "DELETE FROM prices_daily WHERE price_date > '" DAY "'; DELETE FROM "
			    "datos_performance WHERE performance_date > '" DAY "'; DELETE FROM "
			    "fintra_snapshots WHERE snapshot_date > '" DAY "'; DELETE FROM "
			    "fintra_ecosystem_reports WHERE date > '" DAY "'");
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE fintra_market_state");
	assert_int_equal(conf_set(&ground.conf, "run", "batch_rows", "7", &e), 0);
	run_ok(&job_market_state, DAY, "force=1", NULL);
	ground_sum(&ground, again);
	assert_string_equal(again, whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_table_equals_the_oracle),
		cmocka_unit_test(in_small_units_without_the_future),
	};

	return cmocka_run_group_tests_name("market_state_real", tests, load, unload);
}
