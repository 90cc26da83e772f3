/* sync-universe against the stand-in and a real database.  Expected values: the CSV read by psql's
 * \copy and judged in SQL, or written out by hand beside the body. */
#include "jobs/jobs.h"
#include "tests/support_jobs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

#define DAY "2026-02-02"
#define HEADER                                                                                 \
	"symbol,companyName,currency,exchangeFullName,exchange,industry,sector,country,isEtf," \
	"isAdr,"                                                                               \
	"isFund\n"
#define PART(n) "/stable/profile-bulk?part=" #n

static struct outcome
sync(const char *as_of, const char *param)
{
	return GROUND_RUN(&g, &job_sync_universe, as_of, param, NULL);
}

/* Tickers T<from> to T<to - 1>: the first 60 numbers on NYSE, the others on NASDAQ. */
static void
market(int from, int to)
{
	struct str s;

	str_init(&s, 1 << 20);
	str_puts(&s, HEADER);
	for (int i = from; i < to; i++)
		str_fmt(&s,
			"T%03d,Company "
			"%d,USD,Exchange,%s,Software,Technology,US,false,false,false\n",
			i, i, i < 60 ? "NYSE" : "NASDAQ");
	ground_body(&g, PART(0), 200, str_c(&s));
	str_done(&s);
}

static void
assert_row(const char *ticker, const char *want)
{
	char sql[512], got[512];

	fmt_buf(sql, sizeof(sql),
		"SELECT concat_ws('|', name, exchange_short, sector, industry, country, "
		"instrument_type, "
		"is_etf, is_adr, is_fund, profile_confidence, is_active, first_seen, last_seen, "
		"last_profile_update) FROM fintra_universe WHERE ticker = '%s'",
		ticker);
	ground_text(&g, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

static void
row_rules(void **state)
{
	(void)state;
	ground_reset(&g, "rows");
	ground_body(&g, PART(0), 200,
		    HEADER
		    "aapl,Apple,USD,NASDAQ Global,NASDAQ,Consumer "
		    "Electronics,Technology,US,false,false,false\n"
		    "SPY,Fund,USD,Arca,AMEX,,,US,TRUE,true,true\n"
		    "BABA,Ali,USD,New York,NYSE,Retail,Consumer Cyclical,CN,false,True,true\n"
		    "VFINX,Index,USD,Funds,MUTF,,Financial Services,US,false,false,true\n"
		    "BTCUSD,Coin,USD,Crypto,CRYPTO,,,,false,false,false\n"
		    "XRPUSD,,USD,Coin,CCC,x,y,,false,false,\n"
		    "  BRK-B ,Berkshire,USD,New York,NYSE,,,US,false,false,false\n"
		    "BAD SYMBOL,Nobody,USD,New York,NYSE,,,US,false,false,false\n"
		    "short,row\n"
		    "AAPL,\"Apple, \"\"Inc\"\"\",USD,NASDAQ Global,NASDAQ,Consumer "
		    "Electronics,Technology,US,false,false,false\n");
	struct outcome o = sync(DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 10);
	assert_int_equal(o.counts.inserted, 7);
	assert_int_equal(o.counts.rejected, 2);
	assert_int_equal(o.counts.skipped, 1); /* the first AAPL */
	assert_row(
		"AAPL",
		"Apple, \"Inc\"|NASDAQ|Technology|Consumer Electronics|US|EQUITY|f|f|f|1.0|t|" DAY
		"|" DAY "|" DAY);
	assert_row("SPY", "Fund|AMEX|US|ETF|t|t|t|0.5|t|" DAY "|" DAY "|" DAY);
	assert_row("BABA",
		   "Ali|NYSE|Consumer Cyclical|Retail|CN|ADR|f|t|t|1.0|t|" DAY "|" DAY "|" DAY);
	assert_row("VFINX",
		   "Index|MUTF|Financial Services|US|FUND|f|f|t|0.5|t|" DAY "|" DAY "|" DAY);
	assert_row("BTCUSD", "Coin|CRYPTO|CRYPTO|f|f|f|0.5|t|" DAY "|" DAY "|" DAY);
	assert_row("XRPUSD", "CCC|y|x|CRYPTO|f|f|f|0.0|t|" DAY "|" DAY "|" DAY);
	assert_row("BRK-B", "Berkshire|NYSE|US|EQUITY|f|f|f|0.5|t|" DAY "|" DAY "|" DAY);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_ops.reject"), 2);
}

static void
real_profiles_equal_an_sql_reading(void **state)
{
	const char *file = support_real("fmp-shape/profile-bulk_part0.csv");
	char script[4096];
	STR_AUTO body = { 0 };

	(void)state;
	if (!file)
		skip();
	ground_reset(&g, "real");
	str_init(&body, 1 << 22);
	FILE *f = fopen(file, "r");

	for (int ch; (ch = getc(f)) != EOF;)
		str_putc(&body, (char)ch);
	fclose(f);
	ground_body(&g, PART(0), 200, str_c(&body));
	struct outcome o = sync("2018-07-18", NULL);

	assert_int_equal(o.exit_code, 0);
	fmt_buf(script, sizeof(script),
		"CREATE TEMP TABLE raw (symbol text, price text, cap text, beta text, div text, "
		"range text, "
		"change text, pct text, volume text, avg text, \"companyName\" text, currency "
		"text, cik text, "
		"isin text, cusip text, full_name text, exchange text, industry text, website "
		"text, "
		"description text, ceo text, sector text, country text, employees text, phone "
		"text, "
		"address text, city text, state text, zip text, image text, ipo text, dflt text, "
		"etf text, "
		"active text, adr text, fund text);\n"
		"\\copy raw FROM '%s' CSV HEADER\n"
		"WITH want AS (SELECT symbol, \"companyName\", full_name, exchange, currency, "
		"sector, industry, "
		"country, etf = 'true', adr = 'true', fund = 'true', DATE '2018-07-18' FROM raw), "
		"got AS (SELECT ticker, name, exchange, exchange_short, currency, sector, "
		"industry, country, "
		"is_etf, is_adr, is_fund, last_seen FROM fintra_universe) "
		"SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT "
		"TABLE want)) d;\n",
		file);
	char *differences = ground_psql(&g, script);

	assert_string_equal(differences, "0");
	free(differences);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_universe"), 189);
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	ground_reset(&g, "again");
	market(0, 40);
	assert_int_equal(sync(DAY, NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&g);
	struct outcome o = sync(DAY, "force=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 40);
	assert_int_equal(o.counts.unchanged, 40);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_true(tuples > 0);
	assert_int_equal(ground_tuples(&g), tuples);
}

static void
full_run_deactivates(void **state)
{
	(void)state;
	ground_reset(&g, "gone");
	market(0, 100);
	assert_int_equal(sync("2026-01-30", NULL).exit_code, 0);
	market(1, 100);
	struct outcome o = sync(DAY, "force=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.updated, 100); /* 99 seen again, one put off */
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE NOT is_active"),
			 1);
	assert_row("T000", "Company 0|NYSE|Technology|Software|US|EQUITY|f|f|f|1.0|f|"
			   "2026-01-30|2026-01-30|2026-01-30");
	assert_row("T001",
		   "Company 1|NYSE|Technology|Software|US|EQUITY|f|f|f|1.0|t|2026-01-30|" DAY
		   "|" DAY);
}

static void
narrow_runs_deactivate_nobody(void **state)
{
	(void)state;
	ground_reset(&g, "narrow");
	market(0, 40);
	assert_int_equal(sync("2026-01-30", NULL).exit_code, 0);
	struct outcome o = sync(DAY, "limit=10");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.updated, 10);
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM fintra_universe WHERE last_seen = '" DAY
				    "' AND ticker <= 'T009'"),
			 10);
	assert_int_equal(sync(DAY, "ticker=T020").counts.updated, 1);
	o = sync(DAY, "ticker=NONE");
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.updated, 0);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE is_active"),
			 40);
}

static void
older_day_moves_nothing_back(void **state)
{
	(void)state;
	ground_reset(&g, "older");
	market(0, 10);
	assert_int_equal(sync(DAY, NULL).exit_code, 0);
	struct outcome o = sync("2026-01-05", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.unchanged, 10);
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM fintra_universe WHERE is_active AND "
				    "last_seen = '" DAY "' AND last_profile_update = '" DAY "'"),
			 10);
	/* Even a row that does change keeps its dates. */
	ground_forget(&g);
	ground_body(&g, PART(0), 200,
		    HEADER
		    "T000,Renamed,USD,Exchange,NYSE,Software,Technology,US,false,false,false\n");
	assert_int_equal(sync("2026-01-05", "ticker=T000").counts.updated, 1);
	assert_row("T000",
		   "Renamed|NYSE|Technology|Software|US|EQUITY|f|f|f|1.0|t|" DAY "|" DAY "|" DAY);
}

/* A day on which tickers are missing: nothing is published nor kept; forced, nobody is deactivated.
 */
static void
expect_refused(const char *word)
{
	char before[64], after[64];
	int64_t active = ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE is_active");
	char *cache;

	ground_forget(&g);
	cache = ground_cache(&g);
	ground_sum(&g, before);
	struct outcome o = sync(DAY, NULL);

	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, word));
	ground_sum(&g, after);
	assert_string_equal(before, after);
	char *now = ground_cache(&g);

	assert_string_equal(cache, now);
	o = sync(DAY, "force=1");
	assert_int_equal(o.exit_code, 4);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE is_active"),
			 active);
	assert_true(ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE last_seen = '" DAY
				   "'") > 0);
	free(cache);
	free(now);
}

static void
half_a_universe_is_refused(void **state)
{
	(void)state;
	ground_reset(&g, "half");
	market(0, 100);
	assert_int_equal(sync("2026-01-29", NULL).exit_code, 0);
	market(50, 100);
	expect_refused("50 rows came, the last good runs had 100");
}

static void
half_an_exchange_is_refused(void **state)
{
	(void)state;
	ground_reset(&g, "exchange");
	market(0, 900);
	assert_int_equal(sync("2026-01-29", NULL).exit_code, 0);
	market(15, 900); /* 45 of 60 on NYSE, 885 of 900 in all */
	expect_refused("exchange NYSE: 45 of 60");
}

static void
without_history_half_is_the_bound(void **state)
{
	(void)state;
	ground_reset(&g, "nohistory");
	market(60, 160);
	assert_int_equal(sync("2026-01-29", NULL).exit_code, 0);
	ground_sql(&g, "UPDATE fintra_ops.run SET state = 'failure'; "
		       "UPDATE fintra_universe SET exchange_short = NULL");
	market(111, 160);
	expect_refused("49 tickers came, 100 are active");
	ground_sql(&g, "UPDATE fintra_ops.run SET state = 'failure'");
	market(110, 160);
	ground_forget(&g);
	assert_int_equal(sync(DAY, NULL).exit_code, 0);
}

static void
two_parts(const char *second, int status)
{
	market(0, 40);
	ground_body(&g, PART(1), status, second);
}

static void
parts_are_joined(void **state)
{
	(void)state;
	ground_reset(&g, "parts");
	two_parts(HEADER "X1,One,USD,E,NYSE,Software,Technology,US,false,false,false", 200);
	ground_body(&g, PART(2), 200,
		    HEADER "X2,Two,USD,E,NYSE,Software,Technology,US,false,false,false\n");
	ground_body(&g, PART(3), 400, "Query Error: Invalid or missing query parameter - part");
	struct outcome o = sync(DAY, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 42);
	assert_row("X1", "One|NYSE|Technology|Software|US|EQUITY|f|f|f|1.0|t|" DAY "|" DAY "|" DAY);
}

static void
a_repeated_part_is_the_end(void **state)
{
	(void)state;
	ground_reset(&g, "same");
	market(0, 40);
	char path[200], *body;

	fmt_buf(path, sizeof(path), "%s/responses/_stable_profile-bulk?part=0.body", g.dir);
	FILE *f = fopen(path, "r");
	size_t n;

	body = mem_zalloc(1 << 16);
	n = fread(body, 1, (1 << 16) - 1, f);
	fclose(f);
	assert_true(n > 1024);
	for (int part = 1; part < 4; part++) {
		char name[64];

		fmt_buf(name, sizeof(name), "/stable/profile-bulk?part=%d", part);
		ground_body(&g, name, 200, body);
	}
	int64_t before = ground_requests();

	assert_int_equal(sync(DAY, NULL).counts.read, 40);
	assert_int_equal(ground_requests() - before, 2);
	free(body);
}

static const struct failure {
	const char *rule;
	int code;
	const char *words[3]; /* in the error text */
} failures[] = {
	{ "kind=status-401", 78, { "401", "Invalid API KEY" } },
	{ "kind=status-402-restricted", 77, { "402", "Restricted Endpoint" } },
	{ "kind=status-403", 77, { "403", "Exclusive Endpoint" } },
	{ "kind=status-429", 69, { "429", "Limit Reach" } },
	{ "kind=limit-200", 69, { "200", "Limit Reach" } },
	{ "kind=bandwidth-200", 69, { "200", "Bandwidth" } },
	{ "kind=error-200", 65, { "200", "No Data" } },
	{ "kind=status-404", 0, { "404" } },
	{ "kind=status-500", 69, { "500" } },
	{ "kind=status-502-html", 69, { "502" } },
	{ "kind=html-200", 65, { "200", "DOCTYPE" } },
	{ "kind=empty", 6, { "empty" } },
	{ "kind=empty-list", 6, { "empty" } },
	{ "kind=header-only", 6, { "200", "symbol,companyName" } },
	{ "kind=cut-chunk", 69, { NULL } },
	{ "kind=redirect", 0, { "redirect" } },
	{ "kind=column-gone,arg=sector", 76, { "sector" } },
	{ "kind=column-renamed,arg=symbol", 76, { "symbol" } },
	{ "kind=duplicate-header", 65, { "currency" } },
};

/* Every way in which the vendor can fail: the error says where and what, and nothing has changed.
 */
static void
expect_untouched(const struct failure *f, const char *path)
{
	char before[64], after[64], rule[160];
	char *cache = ground_cache(&g);

	fmt_buf(rule, sizeof(rule), "%s,%s", path, f->rule);
	ground_fault(rule);
	ground_sum(&g, before);
	struct outcome o = sync(DAY, "force=1");
	char *now = ground_cache(&g);

	ground_sum(&g, after);
	print_message("%-40s exit %d: %s\n", rule, o.exit_code, o.err.text);
	if (f->code)
		assert_int_equal(o.exit_code, f->code);
	assert_int_not_equal(o.exit_code, 0);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_non_null(strstr(o.err.text, "profile-bulk"));
	for (int i = 0; i < 3 && f->words[i]; i++)
		assert_non_null(strstr(o.err.text, f->words[i]));
	assert_null(strstr(o.err.text, "canary-key"));
	assert_string_equal(before, after);
	assert_string_equal(cache, now);
	free(cache);
	free(now);
}

static void
failures_change_nothing(void **state)
{
	(void)state;
	ground_reset(&g, "failures");
	market(0, 100);
	assert_int_equal(sync("2026-01-30", NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		expect_untouched(&failures[i], "path=/stable/profile-bulk");
	ground_fault(NULL);
	assert_int_equal(sync(DAY, "force=1").exit_code, 0);
}

/* A refusal of a later part is never the end of the data: the classic way to lose half a universe.
 */
static void
later_part_refused(void **state)
{
	static const char *const kinds[] = { "kind=status-429", "kind=limit-200",
					     "kind=status-402", "kind=status-403",
					     "kind=status-500", "kind=html-200" };

	(void)state;
	ground_reset(&g, "later");
	two_parts(HEADER "X1,One,USD,E,NYSE,Software,Technology,US,false,false,false\n", 200);
	assert_int_equal(sync("2026-01-30", NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct failure f = { kinds[i], 0, { NULL } };

		expect_untouched(&f, "path=/stable/profile-bulk,query=part=1");
	}
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM fintra_universe WHERE is_active"),
			 41);
}

static void
the_file_of_the_last_hour_is_used(void **state)
{
	char path[200];

	(void)state;
	ground_reset(&g, "hour");
	market(0, 40);
	assert_int_equal(sync(DAY, NULL).exit_code, 0);
	int64_t before = ground_requests();

	assert_int_equal(sync(DAY, NULL).counts.read, 40);
	assert_int_equal(ground_requests(), before);
	fmt_buf(path, sizeof(path), "%s/profile-bulk_latest.csv", g.cache);
	FILE *f = fopen(path, "r+"); /* one byte of it damaged: fetched again */

	assert_non_null(f);
	fseek(f, 300, SEEK_SET);
	int ch = getc(f);

	fseek(f, 300, SEEK_SET);
	putc(ch ^ 1, f);
	fclose(f);
	assert_int_equal(sync(DAY, NULL).counts.unchanged, 40);
	assert_int_equal(ground_requests(), before + 2);
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];

	(void)state;
	ground_reset(&g, "dry");
	market(0, 40);
	ground_sum(&g, before);
	struct outcome o = sync(DAY, "dry_run=1");

	ground_sum(&g, after);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 40);
	assert_string_equal(before, after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_rules),
		cmocka_unit_test(real_profiles_equal_an_sql_reading),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(full_run_deactivates),
		cmocka_unit_test(narrow_runs_deactivate_nobody),
		cmocka_unit_test(older_day_moves_nothing_back),
		cmocka_unit_test(half_a_universe_is_refused),
		cmocka_unit_test(half_an_exchange_is_refused),
		cmocka_unit_test(without_history_half_is_the_bound),
		cmocka_unit_test(parts_are_joined),
		cmocka_unit_test(a_repeated_part_is_the_end),
		cmocka_unit_test(failures_change_nothing),
		cmocka_unit_test(later_part_refused),
		cmocka_unit_test(the_file_of_the_last_hour_is_used),
		cmocka_unit_test(dry_run_writes_nothing),
	};
	ground_open(&g, "universe");
	int failed = cmocka_run_group_tests_name("sync_universe", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
