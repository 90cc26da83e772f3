/* prices-daily-bulk against the stand-in and a real database.  Expected values: real files read by
 * psql's \copy and judged in SQL, or written out by hand beside the body. */
#include "core/clock.h"
#include "jobs/jobs.h"
#include "tests/support_jobs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

#define DAY                                                                                   \
	"2026-02-02" /* a Monday; the five days before hold the sessions of 29 and 30 January \
		      */
#define HEADER "symbol,date,open,low,high,close,adjClose,volume\n"
#define TICKERS 120

static struct outcome
prices(const char *as_of, const char *param)
{
	return GROUND_RUN(&g, &job_prices_daily, as_of, param, NULL);
}

static void
day_body(const char *day, int status, const char *text)
{
	char request[80];

	fmt_buf(request, sizeof(request), "/stable/eod-bulk?datatype=csv&date=%s", day);
	ground_body(&g, request, status, text);
}

/* Bars of T<from> .. T<to - 1> on `day`, all at `price`. */
static void
market_at(const char *day, const char *dated, int from, int to, double price)
{
	struct str s;

	str_init(&s, 1 << 20);
	str_puts(&s, HEADER);
	for (int i = from; i < to; i++)
		str_fmt(&s, "T%03d,%s,%.2f,%.2f,%.2f,%.2f,%.2f,%d\n", i, dated, price, price - 1,
			price + 1, price, price, 1000 + i);
	day_body(day, 200, str_c(&s));
	str_done(&s);
}

static void
market(const char *day, int from, int to)
{
	market_at(day, day, from, to, 100);
}

static void
universe(int n)
{
	char sql[400];

	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_universe (ticker, exchange_short, is_active, last_seen) "
		"SELECT 'T' || lpad(i::text, 3, '0'), CASE WHEN i < 60 THEN 'NYSE' ELSE 'NASDAQ' "
		"END, true, "
		"'" DAY "' FROM generate_series(0, %d) i",
		n - 1);
	ground_sql(&g, sql);
}

/* The five sessions before those of DAY's run. */
static const char *const before[] = { "2026-01-22", "2026-01-23", "2026-01-26", "2026-01-27",
				      "2026-01-28" };

/* A universe with the bars of the five sessions before those of DAY's run, and bodies for its
 * three. */
static void
stand(const char *name)
{
	ground_reset(&g, name);
	universe(TICKERS);
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		market(before[i], 0, TICKERS);
	market("2026-01-29", 0, TICKERS);
	market("2026-01-30", 0, TICKERS);
	market(DAY, 0, TICKERS);
	assert_int_equal(prices("2026-01-28", "start=2026-01-22").exit_code, 0);
}

static int64_t
stored(const char *day)
{
	char sql[120];

	fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM prices_daily WHERE price_date = '%s'", day);
	return ground_int(&g, sql);
}

static void
default_is_the_sessions_of_five_days(void **state)
{
	(void)state;
	ground_reset(&g, "five");
	universe(TICKERS);
	market("2026-01-29", 0, TICKERS);
	market("2026-01-30", 0, TICKERS);
	market(DAY, 0, TICKERS);
	int64_t requests = ground_requests();
	struct outcome o = prices(DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(ground_requests() - requests, 3);
	assert_int_equal(o.counts.inserted, 3 * TICKERS);
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
	stand("pagain");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&g);
	struct outcome o = prices(DAY, "force=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3 * TICKERS);
	assert_int_equal(o.counts.unchanged, 3 * TICKERS);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&g), tuples);
}

/* Every reason of jobs.md 2.3 and faults.md F35, F36; the good rows around them are kept. */
static void
refused_rows(void **state)
{
	(void)state;
	ground_reset(&g, "reasons");
	universe(20);
	day_body(DAY, 200,
		 HEADER "T000," DAY ",10.10,9.5,11,10.5,10.4000,1000\n"
			"XXX," DAY ",10,9,11,10,10,1000\n"
			"bad symbol!," DAY ",10,9,11,10,10,1000\n"
			"t001," DAY ",10,9,11,10,1e1,1000.5\n"
			"T002," DAY ",10,9,11,10,10,0\n"
			"T003," DAY ",10,9,11,10,10,\n"
			"T004," DAY ",10,9,11,10,,1000\n"
			"T005," DAY ",,9,11,10,10,1000\n"
			"T006," DAY ",10,9,9.5,10,10,1000\n"
			"T007," DAY ",10,10.5,11,10,10,1000\n"
			"T008," DAY ",10,9,11,10,-1,1000\n"
			"T009," DAY ",0,0,1,1,1,1000\n"
			"T010,2026-01-30,10,9,11,10,10,1000\n"
			"T011,2026-02-01,10,9,11,10,10,1000\n"
			"T012," DAY ",10,9,11,0x10,10,1000\n"
			"T013," DAY ",10,9,11,1e999,10,1000\n"
			"T014," DAY ",NaN,9,11,10,10,1000\n"
			"T015," DAY ",10\n"
			"T016,,10,9,11,10,10,1000\n"
			"T017," DAY ",5,4,6,5,5,10\n"
			"T017," DAY ",7,6,8,7,7,20\n");
	struct outcome o = GROUND_RUN(&g, &job_prices_daily, DAY, "start=" DAY, NULL);
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
	const char *profiles = ground_real("fmp-shape/profile-bulk_part0.csv");
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
		str_copy(file, sizeof(file), ground_real(rel));
		str_init(&body, 1 << 22);
		FILE *f = fopen(file, "r");

		for (int ch; (ch = getc(f)) != EOF;)
			str_putc(&body, (char)ch);
		fclose(f);
		day_body(days[i], 200, str_c(&body));
		fmt_buf(script, sizeof(script), "\\copy raw FROM '%s' CSV HEADER\n", file);
		free(ground_psql(&g, script));
	}
	ground_sql(&g, "INSERT INTO fintra_universe (ticker, is_active) SELECT DISTINCT symbol, "
		       "true FROM raw");
	struct outcome o = prices("2018-07-18", NULL);

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
	assert_true(stored("2018-07-18") > 150);
}

static void
a_late_correction_is_no_action(void **state)
{
	(void)state;
	stand("correct");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	market_at("2026-01-30", "2026-01-30", 0, 1, 98);
	struct outcome o = prices(DAY, "ticker=T000");

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
	assert_string_equal(got, "T000 corrected " DAY " one bar corrected");
}

/* All that is stored of T000, at one price, as the history endpoints send it. */
static void
history_at(int price)
{
	static const char *const days[] = { "2026-01-22", "2026-01-23", "2026-01-26", "2026-01-27",
					    "2026-01-28", "2026-01-29", "2026-01-30", DAY };
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
			"/stable/historical-price-eod/%s?from=2026-01-22&symbol=T000&to=" DAY,
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
	stand("footing");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	market_at("2026-01-29", "2026-01-29", 0, 1, 50);
	market_at("2026-01-30", "2026-01-30", 0, 1, 50);
	market_at(DAY, DAY, 0, 1, 50);
	history_at(100);
	o = prices(DAY, "ticker=T000");
	assert_int_equal(o.exit_code, 4);
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM fintra_ops.flag WHERE ticker = 'T000' "
				    "AND kind = 'restated' AND detail = 'restated by 0.5'"),
			 1);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM prices_daily WHERE ticker = 'T000' "
					"AND adj_close = 50"),
			 3);
	history_at(50);
	assert_int_equal(prices(DAY, "ticker=T000").exit_code, 0);
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
	stand("paused");
	ground_sql(&g, "DELETE FROM prices_daily WHERE ticker IN ('T000', 'T001') AND price_date > "
		       "'2026-01-23'");
	day_body("2026-01-28", 200, HEADER "T002,2026-01-28,100,99,101,100,100,1002\n");
	ground_body(&g, "/stable/dividends?limit=20&symbol=T000", 200,
		    "[{\"symbol\":\"T000\",\"date\":\"2026-01-27\",\"dividend\":0.5},"
		    "{\"symbol\":\"T000\",\"date\":\"2026-03-27\",\"dividend\":0.5}]");
	assert_int_equal(prices(DAY, "limit=3").exit_code, 4); /* there is no history to read */
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
	stand("oldcache");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	int64_t requests = ground_requests(), now = clock_wall_ms();

	clock_rehearse(now + (int64_t)24 * 3600 * 1000); /* one more session has closed */
	struct outcome o = prices(DAY, "start=2026-01-22");

	clock_rehearse(now);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(ground_requests() - requests, 8);
}

static void
cache_of_days(void **state)
{
	char name[240];

	(void)state;
	stand("pcache");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	fmt_buf(name, sizeof(name), "%s/eod_" DAY ".csv", g.cache);
	assert_null(fopen(name, "r")); /* the as-of day may still change */
	fmt_buf(name, sizeof(name), "%s/eod_2026-01-30.csv", g.cache);
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	fclose(f);
	/* 22 and 23 and 26 January are more than five sessions back, 27 and later are not. */
	int64_t requests = ground_requests();
	struct outcome o = prices(DAY, "start=2026-01-22");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.unchanged, 8 * TICKERS);
	assert_int_equal(ground_requests() - requests, 5);
}

/* Half of the tickers, or half of one exchange: the day is left alone, its neighbours are loaded.
 */
static void
expect_day_refused(const char *word)
{
	struct outcome o = prices(DAY, NULL);

	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, word));
	assert_non_null(strstr(o.err.text, DAY));
	assert_int_equal(stored(DAY), 0);
	assert_int_equal(stored("2026-01-30"), TICKERS);
	o = prices(DAY, "force=1");
	assert_int_equal(o.exit_code, 4);
	assert_true(stored(DAY) > 0);
}

static void
half_a_market_is_refused(void **state)
{
	(void)state;
	stand("phalf");
	market(DAY, 0, TICKERS / 2);
	expect_day_refused("60 tickers came, the last 5 sessions had 120");
}

static void
half_an_exchange_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	stand("pexch");
	assert_int_equal(conf_set(&g.conf, "run", "guard_tickers", "0.5", &e), 0);
	market(DAY, 20, TICKERS);
	expect_day_refused("40 tickers of exchange NYSE");
	assert_int_equal(conf_set(&g.conf, "run", "guard_tickers", "0.95", &e), 0);
}

static void
many_large_moves_are_refused(void **state)
{
	struct str s;

	(void)state;
	stand("moves");
	str_init(&s, 1 << 20);
	str_puts(&s, HEADER);
	for (int i = 0; i < TICKERS; i++) {
		int price = i < 7 ? 200 : 100; /* 7 of 120 double */

		str_fmt(&s, "T%03d," DAY ",%d,%d,%d,%d,%d,10\n", i, price, price, price, price,
			price);
	}
	day_body(DAY, 200, str_c(&s));
	str_done(&s);
	expect_day_refused("7 of 120 tickers moved by more than 50 %");
}

static void
one_huge_move_is_flagged(void **state)
{
	struct str s;

	(void)state;
	stand("huge");
	str_init(&s, 1 << 20);
	str_puts(&s, HEADER);
	for (int i = 0; i < TICKERS; i++) {
		int price = i == 5 ? 401 : i == 9 ? 80 : 100;

		str_fmt(&s, "T%03d," DAY ",%d,%d,%d,%d,%d,10\n", i, price, price, price, price,
			i == 9 ? 140 : price);
	}
	day_body(DAY, 200, str_c(&s));
	str_done(&s);
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	char got[200];

	ground_text(&g,
		    "SELECT string_agg(ticker || ' ' || kind, ', ' ORDER BY ticker) FROM "
		    "fintra_ops.flag",
		    got, sizeof(got));
	assert_string_equal(got, "T005 large_move, T009 raw_adjusted_disagree");
}

static const struct failure {
	const char *rule;
	int code; /* 0 = any but 0 */
	const char *words[2];
} failures[] = {
	{ "kind=status-401", 78, { "401", "Invalid API KEY" } },
	{ "kind=status-402-restricted", 77, { "402", "Restricted Endpoint" } },
	{ "kind=status-403", 77, { "403", "Exclusive Endpoint" } },
	{ "kind=status-403-legacy", 77, { "403", "Legacy Endpoint" } },
	{ "kind=status-429", 69, { "429", "Limit Reach" } },
	{ "kind=limit-200", 69, { "200", "Limit Reach" } },
	{ "kind=bandwidth-200", 69, { "Bandwidth" } },
	{ "kind=error-200", 65, { "200", "No Data" } },
	{ "kind=status-400", 0, { "400", "Query Error" } },
	{ "kind=status-404", 0, { "404" } },
	{ "kind=status-500", 69, { "500" } },
	{ "kind=status-502-html", 69, { "502" } },
	{ "kind=status-503-empty", 69, { "503" } },
	{ "kind=html-200", 65, { "200", "DOCTYPE" } },
	{ "kind=empty", 6, { "200" } },
	{ "kind=empty-list", 6, { "200", "[]" } },
	{ "kind=header-only", 6, { "200", "symbol,date" } },
	{ "kind=cut-chunk", 69, { "eod-bulk" } },
	{ "kind=gzip-cut", 0, { "eod-bulk" } },
	{ "kind=reset", 69, { "eod-bulk" } },
	{ "kind=drop", 69, { "eod-bulk" } },
	{ "kind=redirect", 0, { "redirect" } },
	{ "kind=column-gone,arg=adjClose", 76, { "adjClose" } },
	{ "kind=column-renamed,arg=symbol", 76, { "symbol" } },
	{ "kind=duplicate-header", 65, { "twice" } },
	{ "kind=half-rows", 65, { "guard" } },
};

/* The as-of day cannot be had: the error says where and what, no table and no cached file has
 * changed. */
static void
expect_untouched(const struct failure *f)
{
	char sum[64], after[64], rule[200];
	char *cache = ground_cache(&g);

	fmt_buf(rule, sizeof(rule), "path=/stable/eod-bulk,%s", f->rule);
	ground_fault(rule);
	ground_sum(&g, sum);
	struct outcome o = GROUND_RUN(&g, &job_prices_daily, DAY, "start=" DAY, NULL);
	char *now = ground_cache(&g);

	ground_sum(&g, after);
	print_message("%-34s exit %d: %s\n", f->rule, o.exit_code, o.err.text);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_not_equal(o.exit_code, 0);
	if (f->code)
		assert_int_equal(o.exit_code, f->code);
	assert_non_null(strstr(o.err.text, "/stable/eod-bulk"));
	for (int i = 0; i < 2 && f->words[i]; i++)
		assert_non_null(strstr(o.err.text, f->words[i]));
	assert_null(strstr(o.err.text, "canary-key"));
	assert_string_equal(sum, after);
	assert_string_equal(cache, now);
	free(cache);
	free(now);
}

static void
failures_change_nothing(void **state)
{
	(void)state;
	stand("pfail");
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		expect_untouched(&failures[i]);
	ground_fault(NULL);
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
}

/* The columns have moved, or there are more of them: read by name all the same. */
static void
harmless_changes(void **state)
{
	static const char *const kinds[] = {
		"columns-shuffled", "column-added", "duplicate-rows", "bom", "crlf", "gzip"
	};
	char rule[100];

	(void)state;
	stand("harmless");
	assert_int_equal(prices(DAY, NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		fmt_buf(rule, sizeof(rule), "path=/stable/eod-bulk,kind=%s", kinds[i]);
		ground_fault(rule);
		struct outcome o = prices(DAY, NULL);

		assert_int_equal(o.exit_code, 0);
		assert_int_equal(o.counts.unchanged, 3 * TICKERS);
	}
}

static void
another_day_that_fails_makes_it_partial(void **state)
{
	(void)state;
	stand("partial");
	market("2026-01-30", 0, 20);
	struct outcome o = prices(DAY, NULL);

	assert_int_equal(o.exit_code, 4);
	assert_int_equal(o.counts.errors, 1);
	assert_int_equal(stored("2026-01-30"), 0);
	assert_int_equal(stored(DAY), TICKERS);
}

static void
feed_that_is_not_ready(void **state)
{
	struct outcome o;

	(void)state;
	stand("ready");
	market_at(DAY, "2026-01-30", 0, TICKERS, 100); /* still the day before */
	o = GROUND_RUN(&g, &job_prices_daily, DAY, "start=" DAY, NULL);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 0);
	assert_non_null(strstr(o.err.text, "feed not ready"));
	assert_int_equal(stored(DAY), 0);
	/* 3 February closes at 21:00 UTC: before 23:00 an empty file is no fault. */
	day_body("2026-02-03", 200, HEADER);
	o = GROUND_RUN(&g, &job_prices_daily, "2026-02-03", "start=2026-02-03", NULL);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 0);
	assert_non_null(strstr(o.err.text, "feed not ready"));
}

static void
ranges_that_make_no_sense(void **state)
{
	(void)state;
	stand("range");
	assert_int_equal(prices(DAY, "end=2026-02-03").exit_code, 64);
	assert_int_equal(
		GROUND_RUN(&g, &job_prices_daily, DAY, "start=2026-01-31", "end=2026-02-01", NULL)
			.exit_code,
		64);
	int64_t requests = ground_requests();

	/* Only that day, and the newest stored one to compare with. */
	assert_int_equal(prices(DAY, "end=2026-01-30").exit_code, 0);
	assert_int_equal(ground_requests() - requests, 2);
	requests = ground_requests();
	assert_int_equal(prices(DAY, "end=2026-01-30").exit_code, 0);
	assert_int_equal(ground_requests() - requests, 1);
}

static void
empty_universe(void **state)
{
	(void)state;
	ground_reset(&g, "pempty");
	ground_sql(&g, "INSERT INTO fintra_universe (ticker, is_active) VALUES ('A', false)");
	int64_t requests = ground_requests();
	struct outcome o = prices(DAY, NULL);

	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "run sync-universe first"));
	assert_int_equal(ground_requests(), requests);
}

static void
narrowed_runs(void **state)
{
	(void)state;
	stand("pnarrow");
	assert_int_equal(prices(DAY, "ticker=T003").counts.inserted, 3);
	assert_int_equal(prices(DAY, "limit=2").counts.inserted, 6);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM prices_daily WHERE price_date = '" DAY
					"' AND ticker IN ('T000', 'T001', 'T003')"),
			 3);
	struct outcome o = prices(DAY, "dry_run=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(stored(DAY), 3);
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
		cmocka_unit_test(half_a_market_is_refused),
		cmocka_unit_test(half_an_exchange_is_refused),
		cmocka_unit_test(many_large_moves_are_refused),
		cmocka_unit_test(one_huge_move_is_flagged),
		cmocka_unit_test(failures_change_nothing),
		cmocka_unit_test(harmless_changes),
		cmocka_unit_test(another_day_that_fails_makes_it_partial),
		cmocka_unit_test(feed_that_is_not_ready),
		cmocka_unit_test(ranges_that_make_no_sense),
		cmocka_unit_test(empty_universe),
		cmocka_unit_test(narrowed_runs),
	};
	ground_open(&g, "prices");
	int failed = cmocka_run_group_tests_name("prices_daily", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
