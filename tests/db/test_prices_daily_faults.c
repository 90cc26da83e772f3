/* prices-daily-bulk when the vendor sends too little, something else, or nothing yet: a day that is
 * not trusted is left alone, and the error says why. */
#include "jobs/jobs.h"
#include "tests/support_prices.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

/* Half of the tickers, or half of one exchange: the day is left alone, its neighbours are loaded.
 */
static void
expect_day_refused(const char *word)
{
	struct outcome o = prices_run(&g, PRICES_DAY, NULL);

	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, word));
	assert_non_null(strstr(o.err.text, PRICES_DAY));
	assert_int_equal(prices_stored(&g, PRICES_DAY), 0);
	assert_int_equal(prices_stored(&g, "2026-01-30"), PRICES_TICKERS);
	o = prices_run(&g, PRICES_DAY, "force=1");
	assert_int_equal(o.exit_code, 4);
	assert_true(prices_stored(&g, PRICES_DAY) > 0);
}

static void
half_a_market_is_refused(void **state)
{
	(void)state;
	prices_stand(&g, "phalf");
	prices_market(&g, PRICES_DAY, 0, PRICES_TICKERS / 2);
	expect_day_refused("60 tickers came, the last 5 sessions had 120");
}

static void
half_an_exchange_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	prices_stand(&g, "pexch");
	assert_int_equal(conf_set(&g.conf, "run", "guard_tickers", "0.5", &e), 0);
	prices_market(&g, PRICES_DAY, 20, PRICES_TICKERS);
	expect_day_refused("40 tickers of exchange NYSE");
	assert_int_equal(conf_set(&g.conf, "run", "guard_tickers", "0.95", &e), 0);
}

static void
many_large_moves_are_refused(void **state)
{
	struct str s;

	(void)state;
	prices_stand(&g, "moves");
	str_init(&s, 1 << 20);
	str_puts(&s, PRICES_HEADER);
	for (int i = 0; i < PRICES_TICKERS; i++) {
		int price = i < 7 ? 200 : 100; /* 7 of 120 double */

		str_fmt(&s, "T%03d," PRICES_DAY ",%d,%d,%d,%d,%d,10\n", i, price, price, price,
			price, price);
	}
	prices_body(&g, PRICES_DAY, 200, str_c(&s));
	str_done(&s);
	expect_day_refused("7 of 120 tickers moved by more than 50 %");
}

static void
one_huge_move_is_flagged(void **state)
{
	struct str s;

	(void)state;
	prices_stand(&g, "huge");
	str_init(&s, 1 << 20);
	str_puts(&s, PRICES_HEADER);
	for (int i = 0; i < PRICES_TICKERS; i++) {
		int price = i == 5 ? 401 : i == 9 ? 80 : 100;

		str_fmt(&s, "T%03d," PRICES_DAY ",%d,%d,%d,%d,%d,10\n", i, price, price, price,
			price, i == 9 ? 140 : price);
	}
	prices_body(&g, PRICES_DAY, 200, str_c(&s));
	str_done(&s);
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
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
	struct outcome o = GROUND_RUN(&g, &job_prices_daily, PRICES_DAY, "start=" PRICES_DAY, NULL);
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
	prices_stand(&g, "pfail");
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		expect_untouched(&failures[i]);
	ground_fault(NULL);
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
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
	prices_stand(&g, "harmless");
	assert_int_equal(prices_run(&g, PRICES_DAY, NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		fmt_buf(rule, sizeof(rule), "path=/stable/eod-bulk,kind=%s", kinds[i]);
		ground_fault(rule);
		struct outcome o = prices_run(&g, PRICES_DAY, NULL);

		assert_int_equal(o.exit_code, 0);
		assert_int_equal(o.counts.unchanged, 3 * PRICES_TICKERS);
	}
}

static void
another_day_that_fails_makes_it_partial(void **state)
{
	(void)state;
	prices_stand(&g, "partial");
	prices_market(&g, "2026-01-30", 0, 20);
	struct outcome o = prices_run(&g, PRICES_DAY, NULL);

	assert_int_equal(o.exit_code, 4);
	assert_int_equal(o.counts.errors, 1);
	assert_int_equal(prices_stored(&g, "2026-01-30"), 0);
	assert_int_equal(prices_stored(&g, PRICES_DAY), PRICES_TICKERS);
}

static void
feed_that_is_not_ready(void **state)
{
	struct outcome o;

	(void)state;
	prices_stand(&g, "ready");
	prices_market_at(&g, PRICES_DAY, "2026-01-30", 0, PRICES_TICKERS,
			 100); /* still the day before */
	o = GROUND_RUN(&g, &job_prices_daily, PRICES_DAY, "start=" PRICES_DAY, NULL);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 0);
	assert_non_null(strstr(o.err.text, "feed not ready"));
	assert_int_equal(prices_stored(&g, PRICES_DAY), 0);
	/* 3 February closes at 21:00 UTC: before 23:00 an empty file is no fault. */
	prices_body(&g, "2026-02-03", 200, PRICES_HEADER);
	o = GROUND_RUN(&g, &job_prices_daily, "2026-02-03", "start=2026-02-03", NULL);
	assert_int_equal(o.state, RUN_SKIPPED);
	assert_int_equal(o.exit_code, 0);
	assert_non_null(strstr(o.err.text, "feed not ready"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_a_market_is_refused),
		cmocka_unit_test(half_an_exchange_is_refused),
		cmocka_unit_test(many_large_moves_are_refused),
		cmocka_unit_test(one_huge_move_is_flagged),
		cmocka_unit_test(failures_change_nothing),
		cmocka_unit_test(harmless_changes),
		cmocka_unit_test(another_day_that_fails_makes_it_partial),
		cmocka_unit_test(feed_that_is_not_ready),
	};
	ground_open(&g, "prices_faults");
	int failed = cmocka_run_group_tests_name("prices_daily_faults", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
