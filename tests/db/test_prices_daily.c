/* prices-daily-bulk against the stand-in and a real database.  Expected values: real files read by
 * psql's \copy and judged in SQL, or written out by hand beside the body. */
#include "core/clock.h"
#include "jobs/jobs.h"
#include "tests/support_prices.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

static void
default_is_the_sessions_of_five_days(void **state)
{
	(void)state;
	ground_reset(&g, "five");
	prices_universe(&g, PRICES_TICKERS);
	prices_market(&g, "2026-01-29", 0, PRICES_TICKERS);
	prices_market(&g, "2026-01-30", 0, PRICES_TICKERS);
	prices_market(&g, PRICES_DAY, 0, PRICES_TICKERS);
	int64_t requests = ground_requests();
	struct outcome o = prices_run(&g, PRICES_DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(ground_requests() - requests, 3);
	assert_int_equal(ground_int(&g, "SELECT result -> 'calls' FROM fintra_ops.run "
					"WHERE job = 'prices-daily-bulk'"),
			 3);
	assert_int_equal(o.counts.inserted, 3 * PRICES_TICKERS);
	assert_int_equal(ground_int(&g, "SELECT count(DISTINCT price_date) FROM prices_daily"), 3);
	assert_int_equal(
		ground_int(&g,
			   "SELECT count(*) FROM prices_daily WHERE ticker = 'T007' AND open = 100 "
			   "AND low = 99 AND high = 101 AND close = 100 AND adj_close = 100 AND "
			   "volume = 1007 AND source = 'fmp_eod_bulk'"),
		3);
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	prices_stand(&g, "pagain");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&g);
	struct outcome o = prices_run(&g, PRICES_DAY, "force=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3 * PRICES_TICKERS);
	assert_int_equal(o.counts.unchanged, 3 * PRICES_TICKERS);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&g), tuples);
}

/* Every reason of jobs.md 2.3 and faults.md F35, F36; the good rows around them are kept. */
static void
refused_rows(void **state)
{
	(void)state;
	ground_reset(&g, "reasons");
	prices_universe(&g, 20);
	prices_body(&g, PRICES_DAY, 200,
		    PRICES_HEADER "T000," PRICES_DAY ",10.10,9.5,11,10.5,10.4000,1000\n"
				  "XXX," PRICES_DAY ",10,9,11,10,10,1000\n"
				  "bad symbol!," PRICES_DAY ",10,9,11,10,10,1000\n"
				  "t001," PRICES_DAY ",10,9,11,10,1e1,1000.5\n"
				  "T002," PRICES_DAY ",10,9,11,10,10,0\n"
				  "T003," PRICES_DAY ",10,9,11,10,10,\n"
				  "T004," PRICES_DAY ",10,9,11,10,,1000\n"
				  "T005," PRICES_DAY ",,9,11,10,10,1000\n"
				  "T006," PRICES_DAY ",10,9,9.5,10,10,1000\n"
				  "T007," PRICES_DAY ",10,10.5,11,10,10,1000\n"
				  "T008," PRICES_DAY ",10,9,11,10,-1,1000\n"
				  "T009," PRICES_DAY ",0,0,1,1,1,1000\n"
				  "T010,2026-01-30,10,9,11,10,10,1000\n"
				  "T011,2026-02-01,10,9,11,10,10,1000\n"
				  "T012," PRICES_DAY ",10,9,11,0x10,10,1000\n"
				  "T013," PRICES_DAY ",10,9,11,1e999,10,1000\n"
				  "T014," PRICES_DAY ",NaN,9,11,10,10,1000\n"
				  "T015," PRICES_DAY ",10\n"
				  "T016,,10,9,11,10,10,1000\n"
				  "T017," PRICES_DAY ",5,4,6,5,5,10\n"
				  "T017," PRICES_DAY ",7,6,8,7,7,20\n");
	struct outcome o = GROUND_RUN(&g, &job_prices_daily, PRICES_DAY, "start=" PRICES_DAY, NULL);
	char got[1024];

	assert_int_equal(o.exit_code, 0); /* quality rejects alone are not PARTIAL */
	assert_int_equal(o.counts.read, 21);
	assert_int_equal(o.counts.inserted, 4);
	assert_int_equal(o.counts.skipped, 3); /* two strangers, one repeated row */
	assert_int_equal(o.counts.rejected, 14);
	ground_text(&g,
		    "SELECT string_agg(concat_ws(',', ticker, open, low, high, close, adj_close, "
		    "volume), ' ' "
		    "ORDER BY ticker) FROM prices_daily",
		    got, sizeof(got));
	assert_string_equal(got, "T000,10.10,9.5,11,10.5,10.4000,1000 T001,10,9,11,10,10,1001 "
				 "T016,10,9,11,10,10,1000 T017,7,6,8,7,7,20");
	ground_text(&g,
		    "SELECT string_agg(n || ' ' || reason, '; ' ORDER BY reason) FROM "
		    "(SELECT reason, count(*) AS n FROM fintra_ops.reject GROUP BY reason) r",
		    got, sizeof(got));
	assert_string_equal(got,
			    "2 a price is not above zero; 1 adjClose is missing; "
			    "1 dated on a day without session; 1 dated on another day; "
			    "1 has 3 fields of 8; 1 high is below open or close; "
			    "1 low is above open or close; 4 open, high, low or close is missing; "
			    "2 volume is missing or not above zero");
}

static void
real_days_equal_an_sql_reading(void **state)
{
	static const char *const days[] = { "2018-07-16", "2018-07-17", "2018-07-18" };
	const char *profiles = support_real("fmp-shape/profile-bulk_part0.csv");
	char file[600], script[3000], rel[64];

	(void)state;
	if (!profiles)
		skip();
	ground_reset(&g, "preal");
	ground_sql(
		&g,
		"CREATE TABLE raw (symbol text, d date, open numeric, low numeric, high numeric, "
		"close numeric, adj numeric, volume numeric)");
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		STR_AUTO body = { 0 };

		fmt_buf(rel, sizeof(rel), "prices/eod-bulk/2018/eod_%s.csv", days[i]);
		str_copy(file, sizeof(file), support_real(rel));
		str_init(&body, 1 << 22);
		FILE *f = fopen(file, "r");

		for (int ch; (ch = getc(f)) != EOF;)
			str_putc(&body, (char)ch);
		fclose(f);
		prices_body(&g, days[i], 200, str_c(&body));
		fmt_buf(script, sizeof(script), "\\copy raw FROM '%s' CSV HEADER\n", file);
		free(ground_psql(&g, script));
	}
	ground_sql(&g, "INSERT INTO fintra_universe (ticker, is_active) SELECT DISTINCT symbol, "
		       "true FROM raw");
	struct outcome o = prices_run(&g, "2018-07-18", NULL);

	assert_int_equal(o.exit_code, 0);
	char *differences = ground_psql(
		&g, "WITH want AS (SELECT symbol, d, open, high, low, close, adj, "
		    "round(volume)::bigint FROM raw "
		    "WHERE volume > 0 AND adj > 0 AND high >= greatest(open, close) AND "
		    "low <= least(open, close)), "
		    "got AS (SELECT ticker, price_date, open, high, low, close, adj_close, volume "
		    "FROM prices_daily) "
		    "SELECT count(*) FROM ((TABLE want EXCEPT ALL TABLE got) UNION ALL (TABLE got "
		    "EXCEPT ALL TABLE want)) x;");

	assert_string_equal(differences, "0");
	free(differences);
	assert_true(prices_stored(&g, "2018-07-18") > 150);
}

static void
a_late_correction_is_no_action(void **state)
{
	(void)state;
	prices_stand(&g, "correct");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	prices_market_at(&g, "2026-01-30", "2026-01-30", 0, 1, 98);
	struct outcome o = prices_run(&g, PRICES_DAY, "ticker=T000");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.updated, 1);
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM prices_daily WHERE ticker = 'T000' AND "
				    "price_date = '2026-01-30' AND adj_close = 98"),
			 1);
	char got[200];

	ground_text(&g,
		    "SELECT string_agg(concat_ws(' ', ticker, kind, flagged_on, detail), ', ') "
		    "FROM fintra_ops.flag",
		    got, sizeof(got));
	assert_string_equal(got, "T000 corrected " PRICES_DAY " one bar corrected");
}

/* All that is stored of T000, at one price, as the history endpoints send it. */
static void
history_at(int price)
{
	static const char *const days[] = { "2026-01-22", "2026-01-23", "2026-01-26", "2026-01-27",
					    "2026-01-28", "2026-01-29", "2026-01-30", PRICES_DAY };
	static const char *const path[] = { "full", "dividend-adjusted" };
	char request[160];

	for (size_t k = 0; k < ARRAY_LEN(path); k++) {
		STR_AUTO s = { 0 };

		str_init(&s, 1 << 16);
		for (size_t i = 0; i < ARRAY_LEN(days); i++)
			str_fmt(&s,
				"%c{\"date\":\"%s\",\"open\":%d,\"high\":%d,\"low\":%d,"
				"\"close\":%d,\"%s\":%d,\"volume\":1000}",
				i ? ',' : '[', days[i], price, price + 1, price - 1, price,
				k ? "adjClose" : "vwap", price);
		str_putc(&s, ']');
		fmt_buf(request, sizeof(request),
			"/stable/historical-price-eod/"
			"%s?from=2026-01-22&symbol=T000&to=" PRICES_DAY,
			path[k]);
		ground_body(&g, request, 200, str_c(&s));
	}
}

/* The daily bars know of the split, the history does not yet (or knows of one more): it would put
 * all on the wrong footing without a trace. */
static void
a_history_on_another_footing_is_refused(void **state)
{
	struct outcome o;

	(void)state;
	prices_stand(&g, "footing");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	prices_market_at(&g, "2026-01-29", "2026-01-29", 0, 1, 50);
	prices_market_at(&g, "2026-01-30", "2026-01-30", 0, 1, 50);
	prices_market_at(&g, PRICES_DAY, PRICES_DAY, 0, 1, 50);
	history_at(100);
	o = prices_run(&g, PRICES_DAY, "ticker=T000");
	assert_int_equal(o.exit_code, 4);
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM fintra_ops.flag WHERE ticker = 'T000' "
				    "AND kind = 'restated' AND detail = 'restated by 0.5'"),
			 1);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM prices_daily WHERE ticker = 'T000' "
					"AND adj_close = 50"),
			 3);
	history_at(50);
	assert_int_equal(prices_run(&g, PRICES_DAY, "ticker=T000").exit_code, 0);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM prices_daily WHERE ticker = 'T000' "
					"AND adj_close = 50 AND close = 50"),
			 8);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_ops.flag WHERE kind IN "
					"('suspect', 'paused', 'restated')"),
			 0);
}

/* T000 was away for a week: only the vendor's list of events tells whether something happened. */
static void
a_paused_share_is_asked_about(void **state)
{
	char got[200];

	(void)state;
	prices_stand(&g, "paused");
	ground_sql(&g, "DELETE FROM prices_daily WHERE ticker IN ('T000', 'T001') AND price_date > "
		       "'2026-01-23'");
	prices_body(&g, "2026-01-28", 200,
		    PRICES_HEADER "T002,2026-01-28,100,99,101,100,100,1002\n");
	ground_body(&g, "/stable/dividends?limit=20&symbol=T000", 200,
		    "[{\"symbol\":\"T000\",\"date\":\"2026-01-27\",\"dividend\":0.5},"
		    "{\"symbol\":\"T000\",\"date\":\"2026-03-27\",\"dividend\":0.5}]");
	assert_int_equal(prices_run(&g, PRICES_DAY, "limit=3").exit_code,
			 4); /* there is no history to read */
	ground_text(&g,
		    "SELECT string_agg(concat_ws(' ', ticker, kind, detail), ', ') FROM "
		    "fintra_ops.flag",
		    got, sizeof(got));
	assert_string_equal(got, "T000 restated dividend 0.5 on 2026-01-27");
}

/* A file of an earlier day is on the footing of that day. */
static void
an_old_cached_file_is_fetched_again(void **state)
{
	(void)state;
	prices_stand(&g, "oldcache");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	int64_t requests = ground_requests(), now = clock_wall_ms();

	clock_rehearse(now + (int64_t)24 * 3600 * 1000); /* one more session has closed */
	struct outcome o = prices_run(&g, PRICES_DAY, "start=2026-01-22");

	clock_rehearse(now);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(ground_requests() - requests, 8);
}

static void
cache_of_days(void **state)
{
	char name[240];

	(void)state;
	prices_stand(&g, "pcache");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	fmt_buf(name, sizeof(name), "%s/eod_" PRICES_DAY ".csv", g.cache);
	assert_null(fopen(name, "r")); /* the as-of day may still change */
	fmt_buf(name, sizeof(name), "%s/eod_2026-01-30.csv", g.cache);
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	fclose(f);
	/* 22 and 23 and 26 January are more than five sessions back, 27 and later are not. */
	int64_t requests = ground_requests();
	struct outcome o = prices_run(&g, PRICES_DAY, "start=2026-01-22");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.unchanged, 8 * PRICES_TICKERS);
	assert_int_equal(ground_requests() - requests, 5);
}

static void
ranges_that_make_no_sense(void **state)
{
	(void)state;
	prices_stand(&g, "range");
	assert_int_equal(prices_run(&g, PRICES_DAY, "end=2026-02-03").exit_code, 64);
	assert_int_equal(GROUND_RUN(&g, &job_prices_daily, PRICES_DAY, "start=2026-01-31",
				    "end=2026-02-01", NULL)
				 .exit_code,
			 64);
	int64_t requests = ground_requests();

	/* Only that day, and the newest stored one to compare with. */
	assert_int_equal(prices_run(&g, PRICES_DAY, "end=2026-01-30").exit_code, 0);
	assert_int_equal(ground_requests() - requests, 2);
	requests = ground_requests();
	assert_int_equal(prices_run(&g, PRICES_DAY, "end=2026-01-30").exit_code, 0);
	assert_int_equal(ground_requests() - requests, 1);
}

static void
empty_universe(void **state)
{
	(void)state;
	ground_reset(&g, "pempty");
	ground_sql(&g, "INSERT INTO fintra_universe (ticker, is_active) VALUES ('A', false)");
	int64_t requests = ground_requests();
	struct outcome o = prices_run(&g, PRICES_DAY, NULL);

	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "run sync-universe first"));
	assert_int_equal(ground_requests(), requests);
}

static void
narrowed_runs(void **state)
{
	(void)state;
	prices_stand(&g, "pnarrow");
	assert_int_equal(prices_run(&g, PRICES_DAY, "ticker=T003").counts.inserted, 3);
	assert_int_equal(prices_run(&g, PRICES_DAY, "limit=2").counts.inserted, 6);
	assert_int_equal(
		ground_int(&g, "SELECT count(*) FROM prices_daily WHERE price_date = '" PRICES_DAY
			       "' AND ticker IN ('T000', 'T001', 'T003')"),
		3);
	struct outcome o = prices_run(&g, PRICES_DAY, "dry_run=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(prices_stored(&g, PRICES_DAY), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_the_sessions_of_five_days),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(refused_rows),
		cmocka_unit_test(real_days_equal_an_sql_reading),
		cmocka_unit_test(a_late_correction_is_no_action),
		cmocka_unit_test(a_history_on_another_footing_is_refused),
		cmocka_unit_test(a_paused_share_is_asked_about),
		cmocka_unit_test(an_old_cached_file_is_fetched_again),
		cmocka_unit_test(cache_of_days),
		cmocka_unit_test(ranges_that_make_no_sense),
		cmocka_unit_test(empty_universe),
		cmocka_unit_test(narrowed_runs),
	};
	ground_open(&g, "prices");
	int failed = cmocka_run_group_tests_name("prices_daily", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
