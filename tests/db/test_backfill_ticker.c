/* backfill-ticker-full against the stand-in and a real database.  Bars are written out by hand
 * beside the bodies; tests/db/test_real.c compares whole histories with the recorded files. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SPAN "from=2020-02-02&symbol=%s&to=2026-02-02" /* six years before the as-of date */
#define FULL "/stable/historical-price-eod/full?"
#define ADJUSTED "/stable/historical-price-eod/dividend-adjusted?"

#define BARS                                                                                       \
	"SELECT string_agg(concat_ws(' ', ticker, price_date, open, high, low, close, adj_close, " \
	"volume, source), ', ' ORDER BY ticker, price_date) FROM prices_daily"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "ticker");
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
	ground_reset(&ground, "ticker");
	return 0;
}

static void
body(const char *path, const char *ticker, const char *text)
{
	char request[160], span[80];

	(void)fmt_buf(span, sizeof(span), SPAN, ticker);
	(void)fmt_buf(request, sizeof(request), "%s%s", path, span);
	ground_body(&ground, request, 200, text);
}

static const char *const full_names[] = { "date", "open", "high", "low", "close", "volume", NULL };
static const char *const adjusted_names[] = { "date", "adjClose", NULL };

/* "2026-02-02 1 2 1 2 7; ..." as the vendor's list; a row in braces is sent as it is. */
static void
answer(const char *path, const char *ticker, const char *const *names, const char *rows)
{
	struct str s;
	char copy[1024], *save = NULL;

	str_init(&s, 1 << 16);
	str_copy(copy, sizeof(copy), rows);
	for (char *row = strtok_r(copy, ";", &save); row; row = strtok_r(NULL, ";", &save)) {
		char *cell = NULL;

		row += strspn(row, " ");
		str_puts(&s, s.len ? "," : "[");
		if (*row == '{') {
			str_puts(&s, row);
			continue;
		}
		str_fmt(&s, "{\"symbol\":\"%s\"", ticker);
		for (size_t i = 0; names[i]; i++) {
			const char *v = strtok_r(i ? NULL : row, " ", &cell);

			str_fmt(&s, i ? ",\"%s\":%s" : ",\"%s\":\"%s\"", names[i], v);
		}
		str_putc(&s, '}');
	}
	str_puts(&s, s.len ? "]" : "[]");
	body(path, ticker, str_c(&s));
	str_done(&s);
}

/* Two sessions: 10, then 11; adjusted by half. */
static void
history(const char *ticker)
{
	answer(FULL, ticker, full_names,
	       "2026-02-02 10.5 12 10.25 11 2000; 2026-01-30 10 10.5 9.75 10 1000");
	answer(ADJUSTED, ticker, adjusted_names, "2026-02-02 5.5; 2026-01-30 5");
	stock(ticker, "Technology");
}

static struct outcome
backfill(const char *param)
{
	return GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, param, NULL);
}

static void
test_bars_of_one_ticker(void **state)
{
	struct outcome o;
	int64_t before = ground_requests();

	(void)state;
	history("AAA");
	o = backfill("ticker=AAA");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 2);
	assert_int_equal(o.counts.inserted, 2);
	assert_int_equal(ground_requests() - before, 2);
	expect(BARS,
	       "AAA 2026-01-30 10 10.5 9.75 10 5 1000 fmp_full_history, AAA 2026-02-02 10.5 12 "
	       "10.25 11 5.5 2000 fmp_full_history");
	expect("SELECT string_agg(unit, ' ') FROM fintra_ops.unit", "AAA");
	expect("SELECT concat_ws(' ', result->>'tickers', result->>'loaded', result->>'failed', "
	       "result->>'bars', result->>'from', result->>'to') FROM fintra_ops.run",
	       "1 1 0 2 2020-02-02 2026-02-02");
}

/* It says what it did not do, and what comes next; its help says so before. */
static void
test_claims_no_more_than_prices(void **state)
{
	(void)state;
	history("AAA");
	backfill("ticker=AAA");
	assert_int_equal(
		ground_int(
			&ground,
			"SELECT count(*) FROM fintra_ops.event WHERE msg = 'only prices_daily was "
			"filled: no returns, windows, financials or valuations; next: fintra run "
			"performance-bulk --as-of 2026-02-02 --ticker AAA'"),
		1);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM datos_performance"), 0);
	assert_non_null(strstr(job_backfill_ticker_full.help, "Prices only"));
	assert_string_equal(job_backfill_ticker_full.writes[0], "prices_daily");
	assert_null(job_backfill_ticker_full.writes[1]);
}

/* The gate of jobs.md 2.3; the last row of a repeated date wins; figures may come as text. */
static void
test_unusable_bars_are_refused(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "Technology");
	answer(FULL, "AAA", full_names,
	       "2026-02-02 1 2 1 2 7; 2026-02-01 1 2 1 2 7; 2026-01-30 1 2 1 2 0; "
	       "2026-01-29 3 2 1 2 7; 2019-01-31 1 2 1 2 7; 2026-01-28 1 2 1 2 7; "
	       "{\"symbol\":\"BBB\",\"date\":\"2026-01-27\",\"open\":1,\"high\":2,\"low\":1,"
	       "\"close\":2,\"volume\":7}; "
	       "{\"open\":1,\"high\":2,\"low\":1,\"close\":2,\"volume\":7}; "
	       "2026-02-02 1 \"2.5\" 1 2 8.4");
	answer(ADJUSTED, "AAA", adjusted_names,
	       "2026-02-02 1.5; 2026-02-01 1; 2026-01-30 1; 2026-01-29 1; 2019-01-31 1; "
	       "2026-01-27 1");
	o = backfill("ticker=AAA");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 9);
	assert_int_equal(o.counts.rejected, 7);
	assert_int_equal(o.counts.skipped, 1);
	expect(BARS, "AAA 2026-02-02 1 2.5 1 2 1.5 8 fmp_full_history");
	expect("SELECT string_agg(reason, ', ' ORDER BY reason) FROM fintra_ops.reject",
	       "adjClose is missing, adjClose is missing, date is missing or unreadable, dated on "
	       "a "
	       "day without session, high is below open or close, of another symbol, volume is "
	       "missing or not above zero");
}

/* The retired endpoint's shape: an object, and adjClose in the rows themselves. */
static void
test_rows_with_their_own_adjusted_close(void **state)
{
	(void)state;
	stock("AAA", "Technology");
	body(FULL, "AAA",
	     "{\"symbol\":\"AAA\",\"historical\":[{\"date\":\"2026-02-02\",\"open\":1,\"high\":2,"
	     "\"low\":1,\"close\":2,\"adjClose\":0.25,\"volume\":7}]}");
	answer(ADJUSTED, "AAA", adjusted_names, "2026-02-02 1.5");
	assert_int_equal(backfill("ticker=AAA").state, RUN_SUCCESS);
	expect("SELECT adj_close FROM prices_daily", "0.25");
}

static void
test_without_adjusted_series_the_close_counts(void **state)
{
	(void)state;
	history("AAA");
	answer(ADJUSTED, "AAA", adjusted_names, "");
	assert_int_equal(backfill("ticker=AAA").state, RUN_SUCCESS);
	expect("SELECT string_agg(adj_close::text, ' ' ORDER BY price_date) FROM prices_daily",
	       "10 11");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
					     "'AAA: no dividend-adjusted series%'"),
			 1);
}

/* The server's own counters: not a row is touched.  A restated history updates what it changes. */
static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	history("AAA");
	backfill("ticker=AAA");
	before = ground_tuples(&ground);
	o = GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, "ticker=AAA", "force=1", NULL);
	assert_int_equal(o.counts.read, 2);
	assert_int_equal(o.counts.unchanged, 2);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), before);
	answer(ADJUSTED, "AAA", adjusted_names, "2026-02-02 5.5; 2026-01-30 2.5");
	o = backfill("ticker=AAA");
	assert_int_equal(o.counts.updated, 1);
	expect("SELECT adj_close FROM prices_daily WHERE price_date = '2026-01-30'", "2.5");
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	history("AAA");
	assert_int_equal(GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, "ticker=AAA",
				    "dry_run=1", NULL)
				 .state,
			 RUN_SUCCESS);
	expect("SELECT count(*) FROM prices_daily", "0");
}

static void
test_no_history_is_a_failure(void **state)
{
	struct outcome o;

	(void)state;
	answer(FULL, "ZZZ", full_names, "");
	answer(ADJUSTED, "ZZZ", adjusted_names, "");
	o = backfill("ticker=ZZZ");
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "ZZZ: the vendor has no usable bar from 2020-02-02 to "
					   "2026-02-02 (0 rows, 0 refused)"));
	assert_int_equal(ground_int(&ground,
				    "SELECT count(*) FROM fintra_ops.event WHERE msg = 'ZZZ "
				    "is not in fintra_universe'"),
			 1);
}

static void
expect_usage(const char *a, const char *b, const char *why)
{
	struct outcome o = GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, a, b, NULL);

	assert_int_equal(o.exit_code, 64);
	if (!strstr(o.err.text, why))
		fail_msg("%s", o.err.text);
}

static void
test_bad_requests_are_named(void **state)
{
	(void)state;
	expect_usage(NULL, NULL, "for which tickers: give one of --ticker SYM");
	expect_usage("ticker=AAA", "all=1", "several lists of tickers");
	expect_usage("tickers=AAA,B$B", NULL, "\"B$B\" is no ticker");
	expect_usage("tickers=,", NULL, "the list of tickers is empty");
	expect_usage("ticker=AAA", "end=2026-02-03", "after the as-of date 2026-02-02");
	expect_usage("ticker=AAA", "start=1985-01-02", "no range");
	assert_int_equal(backfill("all=1").exit_code, 6);
}

static void
test_lists_of_tickers(void **state)
{
	char path[200], param[240];
	FILE *f;

	(void)state;
	history("AAA");
	history("BBB");
	history("CCC");
	history("SPY");
	ground_sql(&ground, "UPDATE fintra_universe SET instrument_type = 'ETF' WHERE ticker IN "
			    "('SPY', 'CCC')");
	(void)fmt_buf(path, sizeof(path), "%s/list.txt", ground.dir);
	(void)fmt_buf(param, sizeof(param), "tickers=%s", path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("ccc\r\nAAA, ccc\n", f);
	fclose(f);
	assert_int_equal(backfill(param).state, RUN_SUCCESS);
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA CCC");
	ground_sql(&ground, "TRUNCATE prices_daily");
	assert_int_equal(backfill("tickers=BBB,AAA").state, RUN_SUCCESS);
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA BBB");
	ground_sql(&ground, "TRUNCATE prices_daily");
	assert_int_equal(backfill("all=1").state, RUN_SUCCESS); /* active stocks, and the market */
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA BBB SPY");
	ground_sql(&ground, "TRUNCATE prices_daily");
	GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, "all=1", "limit=1", NULL);
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA");
}

/* One without history and one that the plan lacks do not stop the others: PARTIAL. */
static void
test_bad_tickers_are_counted(void **state)
{
	struct outcome o;

	(void)state;
	history("AAA");
	history("BBB");
	history("CCC");
	history("DDD");
	answer(FULL, "BBB", full_names, "");
	ground_fault("path=/stable/historical-price-eod/full,query=symbol=CCC,kind=status-402");
	o = backfill("tickers=AAA,BBB,CCC,DDD");
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 2);
	assert_int_equal(o.counts.inserted, 4);
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA DDD");
	expect("SELECT string_agg(left(msg, 3), ' ' ORDER BY seq) FROM fintra_ops.event WHERE "
	       "lvl "
	       "= 'error'",
	       "BBB CCC");
	o = backfill("tickers=BBB,CCC");
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 6);
}

/* The key is refused in mid-list: nothing more is asked; resume asks only for what is missing. */
static void
test_resume_goes_on_behind_what_is_done(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	history("AAA");
	history("BBB");
	history("CCC");
	ground_fault("path=/stable/historical-price-eod/dividend-adjusted,query=symbol=BBB,"
		     "kind=status-401");
	before = ground_requests();
	o = backfill("tickers=AAA,BBB,CCC");
	assert_int_equal(o.exit_code, 78);
	assert_int_equal(ground_requests() - before, 3);
	expect("SELECT string_agg(unit, ' ') FROM fintra_ops.unit", "AAA");
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 4);
	assert_int_equal(o.counts.inserted, 6);
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit", "AAA BBB CCC");
	expect("SELECT concat_ws(' ', count(*), min(result->>'loaded')) FROM fintra_ops.run",
	       "1 3");
}

/* Killed while the vendor is silent about the second of three: the resumed run ends with the rows
 * of an undisturbed one, and without asking for the first again. */
static void
test_killed_and_resumed(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t before;
	pid_t pid;

	(void)state;
	history("AAA");
	history("BBB");
	history("CCC");
	backfill("tickers=AAA,BBB,CCC");
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE prices_daily");
	ground_fault("path=/stable/historical-price-eod/full,query=symbol=BBB,kind=stall");
	pid = program_start(&ground,
			    (const char *const[]){ "backfill", "ticker-full", "--tickers",
						   "AAA,BBB,CCC", "--as-of", AS_OF, NULL });
	EVENTUALLY(program_units(&ground, pid) == 1);
	program_kill(&ground, pid);
	expect("SELECT string_agg(DISTINCT ticker, ' ') FROM prices_daily", "AAA");
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 4);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
}

static void
flag(const char *ticker)
{
	char sql[200];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO fintra_ops.flag (ticker, kind, flagged_on) VALUES ('%s', "
		      "'restated', '2026-01-30'), ('%s', 'large_move', '2026-01-30')",
		      ticker, ticker);
	ground_sql(&ground, sql);
}

static void
stored(const char *ticker, const char *day, const char *price)
{
	char sql[200];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO prices_daily (ticker, price_date, close, adj_close) VALUES "
		      "('%s', '%s', %s, %s)",
		      ticker, day, price, price);
	ground_sql(&ground, sql);
}

#define FLAGS                                                                        \
	"SELECT string_agg(ticker || ' ' || kind, ', ' ORDER BY ticker, kind) FROM " \
	"fintra_ops.flag"

/* All that is stored is read, not six years: then the ticker is on one footing again. */
static void
test_restated_tickers(void **state)
{
	(void)state;
	history("AAA");
	history("BBB");
	history("CCC");
	flag("AAA");
	flag("BBB");
	stored("BBB", "2019-12-31", "2");
	ground_body(&ground, FULL "from=2019-12-31&symbol=BBB&to=2026-02-02", 200,
		    "[{\"date\":\"2026-02-02\",\"open\":4,\"high\":4,\"low\":4,\"close\":4,"
		    "\"volume\":7},{\"date\":\"2019-12-31\",\"open\":1,\"high\":2,\"low\":1,"
		    "\"close\":2,\"volume\":7}]");
	ground_body(&ground, ADJUSTED "from=2019-12-31&symbol=BBB&to=2026-02-02", 200,
		    "[{\"date\":\"2026-02-02\",\"adjClose\":4},{\"date\":\"2019-12-31\","
		    "\"adjClose\":1}]");
	assert_int_equal(backfill("restated=1").state, RUN_SUCCESS);
	expect("SELECT string_agg(ticker || ' ' || adj_close, ', ' ORDER BY ticker, price_date) "
	       "FROM prices_daily",
	       "AAA 5, AAA 5.5, BBB 1, BBB 4");
	expect(FLAGS, "AAA large_move, AAA reloaded, BBB large_move, BBB reloaded");
	ground_sql(&ground, "DELETE FROM fintra_ops.flag");
	assert_int_equal(backfill("restated=1").state, RUN_SUCCESS); /* nobody waits */
}

/* One bar that the vendor no longer has goes; a history that lacks more of them is refused. */
static void
test_bars_that_the_vendor_no_longer_has(void **state)
{
	(void)state;
	history("AAA");
	flag("AAA");
	stored("AAA", "2026-01-29", "7");
	stored("AAA", "2026-01-28", "7");
	assert_int_equal(backfill("restated=1").state, RUN_FAILURE);
	expect("SELECT error FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "AAA: the vendor's history lacks 2 of 2 stored bars");
	expect(FLAGS, "AAA large_move, AAA restated");
	expect("SELECT count(*) FROM prices_daily", "2");
	ground_sql(&ground, "DELETE FROM prices_daily WHERE price_date = '2026-01-28'");
	assert_int_equal(backfill("restated=1").state, RUN_SUCCESS);
	expect(FLAGS, "AAA large_move, AAA reloaded");
	expect("SELECT string_agg(price_date::text, ' ' ORDER BY price_date) FROM prices_daily",
	       "2026-01-30 2026-02-02");
}

/* Six years of a longer history, and the vendor has restated them: the rest is on the old footing.
 */
static void
test_a_restated_part_marks_the_ticker(void **state)
{
	(void)state;
	history("AAA");
	stored("AAA", "2019-12-31", "2");
	stored("AAA", "2026-01-30", "10");
	stored("AAA", "2026-02-02", "11");
	assert_int_equal(backfill("ticker=AAA").state, RUN_SUCCESS);
	expect(FLAGS, "AAA suspect");
	ground_sql(&ground, "DELETE FROM fintra_ops.flag");
	assert_int_equal(backfill("ticker=AAA").state, RUN_SUCCESS);
	expect("SELECT count(*) FROM fintra_ops.flag", "0"); /* nothing was restated this time */
}

/* The vendor sends 5,000 rows at most: twenty-one years are asked for in three parts. */
static void
test_long_histories_come_in_parts(void **state)
{
	static const char *const part[] = { "from=2005-02-02&symbol=AAA&to=2015-02-01",
					    "from=2015-02-02&symbol=AAA&to=2025-02-01",
					    "from=2025-02-02&symbol=AAA&to=2026-02-02" };
	static const char *const day[] = { "2005-02-02", "2015-02-02", "2026-02-02" };
	char request[160], text[200];

	(void)state;
	stock("AAA", "Technology");
	for (int i = 0; i < 3; i++) {
		(void)fmt_buf(request, sizeof(request), FULL "%s", part[i]);
		(void)fmt_buf(text, sizeof(text),
			      "[{\"date\":\"%s\",\"open\":1,\"high\":1,\"low\":1,\"close\":1,"
			      "\"volume\":%d}]",
			      day[i], i + 1);
		ground_body(&ground, request, 200, text);
		(void)fmt_buf(request, sizeof(request), ADJUSTED "%s", part[i]);
		(void)fmt_buf(text, sizeof(text), "[{\"date\":\"%s\",\"adjClose\":1}]", day[i]);
		ground_body(&ground, request, 200, text);
	}
	GROUND_RUN(&ground, &job_backfill_ticker_full, AS_OF, "ticker=AAA", "start=2005-02-02",
		   NULL);
	expect("SELECT string_agg(price_date || ' ' || volume, ', ' ORDER BY price_date) FROM "
	       "prices_daily",
	       "2005-02-02 1, 2015-02-02 2, 2026-02-02 3");
}

static const struct failure {
	const char *kind;
	int code;
} failures[] = {
	{ "status-402-restricted", 77 },
	{ "status-403-legacy", 77 },
	{ "status-429", 69 },
	{ "limit-200", 69 },
	{ "html-200", 65 },
	{ "error-200", 65 },
	{ "status-500", 69 },
	{ "cut-chunk", 69 },
	{ "empty", 6 },
};

/* What is refused is never taken for an empty history, and writes nothing. */
static void
test_refusals(void **state)
{
	char rule[120];

	(void)state;
	history("AAA");
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		(void)fmt_buf(rule, sizeof(rule), "path=/stable/historical-price-eod/full,kind=%s",
			      failures[i].kind);
		ground_fault(rule);
		struct outcome o = backfill("ticker=AAA");

		if (o.exit_code != failures[i].code)
			fail_msg("%s: exit %d, %s", failures[i].kind, o.exit_code, o.err.text);
		expect("SELECT count(*) FROM prices_daily", "0");
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bars_of_one_ticker),
		TEST(test_claims_no_more_than_prices),
		TEST(test_unusable_bars_are_refused),
		TEST(test_rows_with_their_own_adjusted_close),
		TEST(test_without_adjusted_series_the_close_counts),
		TEST(test_second_run_changes_nothing),
		TEST(test_dry_run_writes_nothing),
		TEST(test_no_history_is_a_failure),
		TEST(test_bad_requests_are_named),
		TEST(test_lists_of_tickers),
		TEST(test_bad_tickers_are_counted),
		TEST(test_resume_goes_on_behind_what_is_done),
		TEST(test_killed_and_resumed),
		TEST(test_restated_tickers),
		TEST(test_bars_that_the_vendor_no_longer_has),
		TEST(test_a_restated_part_marks_the_ticker),
		TEST(test_long_histories_come_in_parts),
		TEST(test_refusals),
	};

	return cmocka_run_group_tests_name("backfill_ticker", tests, open_ground, close_ground);
}
