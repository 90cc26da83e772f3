/* company-profile-bulk against the stand-in and a real database.  Expected rows are written out by
 * hand beside the bodies; tests/db/test_companies_real.c reads the recorded files.  What the
 * vendor refuses: test_company_profile_faults.c. */
#include "tests/support_profiles.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "company");
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
	ground_reset(&ground, "company");
	return 0;
}

/* Line breaks, quotes, commas, control and direction bytes: stored as sent. */
#define HOSTILE                                                     \
	"one \"two\"\n three, \x1b[31mred\x1b]0;t\x07 \xe2\x80\xae" \
	"four\r\n"

static void
test_texts_are_stored_as_sent(void **state)
{
	struct outcome o;
	char got[512];

	(void)state;
	stock("AAA", "");
	ground_body(&ground, PART0, 200,
		    HEADER "AAA,\" Ann \"\"A\"\"\nInc \",USD,X,NYSE,Oil,https://a.example,\"one "
			   "\"\"two\"\"\n three, \x1b[31mred\x1b]0;t\x07 \xe2\x80\xae"
			   "four\r\n\",\"Bo, Bee\",Energy,US,\"164,000\"" REST);
	o = profiles_load("mode=bulk", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.inserted, 1);
	ground_text(&ground, "SELECT description FROM company_profiles", got, sizeof(got));
	assert_string_equal(got, HOSTILE);
	ground_sql(&ground, "UPDATE company_profiles SET description = 'd'");
	expect(profiles_row, "Ann \"A\"\nInc|d|Energy|Oil|US|https://a.example|Bo, Bee|164000|fmp|"
			     "2026-02-03");
}

/* The same through the single request; escapes of JSON are undone. */
static void
test_texts_of_single_requests(void **state)
{
	char got[512];

	(void)state;
	stock("AAA", "");
	profiles_single(
		"AAA",
		"\"companyName\":\"A\",\"description\":\"one \\\"two\\\"\\n three, \\u001b[31mred"
		"\\u001b]0;t\\u0007 \\u202efour\\r\\n\",\"sector\":null,\"industry\":\"\","
		"\"country\":\"US\",\"website\":\"w\",\"ceo\":\"N/A\",\"fullTimeEmployees\":12");
	assert_int_equal(profiles_load("mode=api", NULL).state, RUN_SUCCESS);
	ground_text(&ground, "SELECT description FROM company_profiles", got, sizeof(got));
	assert_string_equal(got, HOSTILE);
	ground_sql(&ground, "UPDATE company_profiles SET description = 'd'");
	expect(profiles_row, "A|d|US|w|12|fmp|2026-02-03");
}

static const struct {
	const char *cell, *employees; /* "" = NULL */
} figures[] = {
	{ "\"164,000\"", "164000" },
	{ "7", "7" },
	{ "0", "0" },
	{ "2147483647", "2147483647" },
	{ "2147483648", "" },
	{ "12.5", "" },
	{ "-3", "" },
	{ "", "" },
	{ "N/A", "" },
	{ "many", "" },
	{ "\" 1,2,3 \"", "123" },
	{ "99999999999999999999999999", "" },
};

static void
test_employees(void **state)
{
	char text[512];

	(void)state;
	stock("AAA", "");
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		(void)fmt_buf(text, sizeof(text),
			      HEADER "AAA,A,USD,X,NYSE,Oil,w,d,c,Energy,US,%s" REST,
			      figures[i].cell);
		ground_body(&ground, PART0, 200, text);
		assert_int_equal(profiles_load("mode=bulk", "force=1").state, RUN_SUCCESS);
		expect("SELECT employees FROM company_profiles", figures[i].employees);
	}
}

/* Active stocks only, the last row of a symbol wins, bad rows are kept with their reason. */
static void
test_bulk_rows(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "");
	stock("BBB", "");
	stock("SPY", "");
	ground_sql(&ground, "UPDATE fintra_universe SET instrument_type = 'ETF' WHERE ticker = "
			    "'SPY'");
	ground_body(&ground, PART0, 200,
		    HEADER ROW("AAA", "Oil,w,first,c,Energy,US,1") ROW("SPY", "x,w,d,c,s,US,1")
			    ROW("ZZZ", "x,w,d,c,s,US,1") ROW("A$A", "x,w,d,c,s,US,1")
				    ROW("aaa", "Oil,w,last,c,Energy,US,2") "BBB,cut\n");
	o = profiles_load("mode=bulk", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 6);
	assert_int_equal(o.counts.rejected, 2);
	assert_int_equal(o.counts.skipped, 3); /* SPY, ZZZ, the first AAA */
	assert_int_equal(o.counts.inserted, 1);
	expect("SELECT string_agg(ticker || ' ' || description || ' ' || employees, ', ') FROM "
	       "company_profiles",
	       "AAA last 2");
	expect("SELECT string_agg(reason, ', ' ORDER BY reason) FROM fintra_ops.reject",
	       "has 2 fields of 15, symbol is no ticker");
	expect("SELECT concat_ws(' ', result->>'mode', result->>'asked', result->>'processed', "
	       "result->>'upserted', result->>'without_profile') FROM fintra_ops.run",
	       "bulk 2 1 1 1");
	assert_int_equal(ground_int(&ground,
				    "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
				    "'1 symbols were sent more than once, 1 of them%AAA%'"),
			 1);
}

/* A changed profile moves updated_at, an equal one does not; the next run uses the cached file, one
 * by one gives the same rows. */
static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;
	int64_t tuples, before;

	(void)state;
	stock("AAA", "");
	profiles_single("AAA", MEMBERS("AAA Inc"));
	ground_body(&ground, PART0, 200, HEADER ROW("AAA", "Oil,w,d,c,Energy,US,\"1,234\""));
	profiles_load("mode=bulk", NULL);
	tuples = ground_tuples(&ground);
	before = ground_requests();
	o = profiles_load("mode=bulk", NULL);
	assert_int_equal(ground_requests(), before);
	assert_int_equal(o.counts.unchanged, 1);
	o = profiles_load("mode=bulk", "force=1");
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_requests(), before + 2);
	o = profiles_load("mode=api", "force=1");
	assert_int_equal(o.counts.read, 1);
	assert_int_equal(o.counts.unchanged, 1);
	assert_int_equal(ground_tuples(&ground), tuples);
	ground_sql(&ground, "UPDATE company_profiles SET updated_at = '2026-01-01Z', ceo = 'gone'");
	assert_int_equal(profiles_load(NULL, NULL).counts.updated, 1);
	expect(profiles_row, "AAA Inc|d|Energy|Oil|US|w|c|1234|fmp|2026-02-03");
	expect("SELECT last_run_date FROM cron_state WHERE name = 'company-profile-bulk'",
	       "2026-02-03");
}

/* Up to 500 one by one, more in bulk: told by what the vendor was asked. */
static void
test_auto_counts_the_tickers(void **state)
{
	struct str s;
	int64_t before;

	(void)state;
	ground_sql(&ground,
		   "INSERT INTO fintra_universe (ticker, name, instrument_type, is_active) SELECT "
		   "'T' || lpad(g::text, 4, '0'), 'x', 'EQUITY', true FROM generate_series(1, 501) "
		   "g");
	str_init(&s, 1 << 20);
	str_puts(&s, HEADER);
	for (int i = 1; i <= 501; i++)
		str_fmt(&s, "T%04d,N%d,USD,X,NYSE,Oil,w,d,c,Energy,US,%d" REST, i, i, i);
	ground_body(&ground, PART0, 200, str_c(&s));
	str_done(&s);
	before = ground_requests();
	assert_int_equal(profiles_load(NULL, NULL).counts.inserted, 501);
	assert_int_equal(ground_requests() - before, 2); /* part 0, and the end */
	profiles_single("T0001", MEMBERS("other"));
	before = ground_requests();
	struct outcome o = profiles_load("limit=500", NULL);

	assert_int_equal(ground_requests() - before, 500);
	assert_int_equal(o.counts.updated, 1);
	assert_int_equal(o.counts.skipped, 499); /* the stand-in knows only one */
	expect("SELECT result->>'mode' FROM fintra_ops.run ORDER BY id DESC LIMIT 1", "api");
}

static void
test_who_is_asked_for(void **state)
{
	struct outcome o = profiles_load(NULL, NULL);
	int64_t before;

	(void)state;
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no active stock: fintra run sync-universe"));
	stock("CCC", "");
	stock("AAA", "");
	stock("BBB", "");
	o = profiles_load("ticker=SPY", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "SPY is no active stock"));
	profiles_single("AAA", MEMBERS("a"));
	profiles_single("BBB", MEMBERS("b"));
	profiles_single("CCC", MEMBERS("c"));
	before = ground_requests();
	assert_int_equal(profiles_load("limit=2", NULL).state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 2);
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM company_profiles", "AAA BBB");
	profiles_load("ticker=CCC", NULL);
	expect("SELECT string_agg(company_name, ' ' ORDER BY ticker) FROM company_profiles",
	       "a b c");
}

static void
test_dry_run_writes_nothing(void **state)
{
	(void)state;
	stock("AAA", "");
	profiles_single("AAA", MEMBERS("a"));
	ground_body(&ground, PART0, 200, HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1"));
	assert_int_equal(profiles_load("mode=api", "dry_run=1").counts.inserted, 1);
	assert_int_equal(profiles_load("mode=bulk", "dry_run=1").counts.inserted, 1);
	expect("SELECT count(*) FROM company_profiles", "0");
	expect("SELECT count(*) FROM cron_state", "0");
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:");
	free(cache);
}

/* 1,200 a minute are 50 ms apart: five requests take four pauses, by the steady clock. */
static void
test_pace(void **state)
{
	static const char *const ticker[] = { "AAA", "BBB", "CCC", "DDD", "EEE" };
	int64_t began, took;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ticker); i++) {
		stock(ticker[i], "");
		profiles_single(ticker[i], MEMBERS("x"));
	}
	assert_int_equal(ground.conf.requests_per_min, 0);
	ground.conf.requests_per_min = 1200;
	began = clock_mono_ms();
	assert_int_equal(profiles_load(NULL, NULL).counts.inserted, 5);
	took = clock_mono_ms() - began;
	ground.conf.requests_per_min = 0;
	assert_true(took >= 4 * 50);
}

/* The key is refused in mid-list: nothing more is asked; resume asks only for what is missing, not
 * even for the one that the vendor did not know. */
static void
test_resume_goes_on_behind_what_is_done(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	stock("AAA", "");
	stock("BBB", "");
	stock("CCC", "");
	stock("DDD", "");
	profiles_single("AAA", MEMBERS("a"));
	profiles_single("CCC", MEMBERS("c"));
	profiles_single("DDD", MEMBERS("d"));
	ground_fault("path=/stable/profile,query=symbol=CCC,kind=status-401");
	o = profiles_load(NULL, NULL);
	assert_int_equal(o.exit_code, 78);
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit", "AAA BBB");
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 2);
	expect("SELECT string_agg(company_name, '' ORDER BY ticker) FROM company_profiles", "acd");
	expect("SELECT concat_ws(' ', rows_inserted, result->>'resumed') FROM fintra_ops.run",
	       "3 2");
}

static void
whole_sum(const char *how, char sum[64])
{
	assert_int_equal(profiles_load(how, NULL).state, RUN_SUCCESS);
	ground_sum(&ground, sum);
	ground_sql(&ground, "TRUNCATE company_profiles");
	ground_forget(&ground);
}

/* Killed between two tickers, and while part 1 is under way: the resumed run ends with the rows of
 * an undisturbed one, without asking again for what it has. */
static void
test_killed_and_resumed(void **state)
{
	static const struct {
		const char *mode, *param, *fault;
		int done, requests;
	} phase[] = {
		{ "api", "mode=api", "path=/stable/profile,query=symbol=BBB,kind=stall", 1, 2 },
		{ "bulk", "mode=bulk", "path=/stable/profile-bulk,query=part=1,kind=stall", 0, 2 },
	};
	char whole[64], resumed[64];

	(void)state;
	stock("AAA", "");
	stock("BBB", "");
	stock("CCC", "");
	profiles_single("AAA", MEMBERS("AAA Inc"));
	profiles_single("BBB", MEMBERS("BBB Inc"));
	profiles_single("CCC", MEMBERS("CCC Inc"));
	ground_body(&ground, PART0, 200,
		    HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1") ROW("BBB", "Oil,w,d,c,Energy,US,1"));
	ground_body(&ground, "/stable/profile-bulk?part=1", 200,
		    HEADER ROW("CCC", "Oil,w,d,c,Energy,US,1"));
	for (size_t i = 0; i < ARRAY_LEN(phase); i++) {
		whole_sum(phase[i].param, whole);
		int64_t before = ground_requests();

		ground_fault(phase[i].fault);
		pid_t pid = program_start(
			&ground, (const char *const[]){ "run", "company-profile-bulk", "--mode",
							phase[i].mode, "--as-of", AS_OF, NULL });
		EVENTUALLY(ground_requests() - before == phase[i].done + 2 - (i == 0));
		EVENTUALLY(program_units(&ground, pid) == phase[i].done);
		program_kill(&ground, pid);
		ground_fault(NULL);
		before = ground_requests();
		struct outcome o = ground_resume(
			&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));

		assert_int_equal(o.state, RUN_SUCCESS);
		assert_int_equal(ground_requests() - before, phase[i].requests);
		ground_sum(&ground, resumed);
		assert_string_equal(resumed, whole);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_texts_are_stored_as_sent),
		TEST(test_texts_of_single_requests),
		TEST(test_employees),
		TEST(test_bulk_rows),
		TEST(test_second_run_changes_nothing),
		TEST(test_auto_counts_the_tickers),
		TEST(test_who_is_asked_for),
		TEST(test_dry_run_writes_nothing),
		TEST(test_pace),
		TEST(test_resume_goes_on_behind_what_is_done),
		TEST(test_killed_and_resumed),
	};

	return cmocka_run_group_tests_name("company_profile", tests, open_ground, close_ground);
}
