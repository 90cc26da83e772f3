/* company-profile-bulk when the vendor refuses, knows nothing, or sends something else than before:
 * what is said of it, and that nothing of it is written or kept. */
#include "tests/support_profiles.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "company_faults");
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
	ground_reset(&ground, "company_faults");
	return 0;
}

/* What is logged of a hostile answer is visible text; no escape reaches a log line or a reject's
 * reason. */
static void
test_hostile_answers_are_cleaned_in_logs(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "");
	ground_body(&ground, "/stable/profile?symbol=AAA", 200,
		    "[{\"symbol\":\"\x1b[31mBBB\",\"description\":\"\x1b]0;t\x07\"}]");
	o = profiles_load("mode=api", NULL);
	assert_int_not_equal(o.exit_code, 0);
	assert_null(strchr(o.err.text, '\x1b'));
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg ~ "
					     "E'[\\x01-\\x08\\x0b-\\x1f\\x7f]'"),
			 0);
	assert_true(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
					"'%AAA%'") > 0);
}

/* Unknown tickers are said and counted, and are no failure; none known at all is. */
static void
test_unknown_to_the_vendor(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "");
	stock("BBB", "");
	o = profiles_load(NULL, NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "no profile of any of the 2 active stocks"));
	profiles_single("BBB", MEMBERS("b"));
	o = profiles_load(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.skipped, 1);
	ground_body(&ground, PART0, 200, HEADER ROW("ZZZ", "x,w,d,c,s,US,1"));
	o = profiles_load("mode=bulk", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "has no profile of the 2 active stocks"));
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:"); /* nor is that file kept */
	free(cache);
}

/* One ticker that the plan lacks is counted; three in a row end the run. */
static void
test_plan_refusals(void **state)
{
	static const char *const ticker[] = { "AAA", "BBB", "CCC", "DDD", "EEE" };
	struct outcome o;
	int64_t before;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ticker); i++) {
		stock(ticker[i], "");
		profiles_single(ticker[i], MEMBERS("x"));
	}
	ground_fault("path=/stable/profile,query=symbol=BBB,kind=status-402");
	o = profiles_load(NULL, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	assert_int_equal(o.counts.inserted, 4);
	ground_fault("path=/stable/profile,kind=status-402");
	before = ground_requests();
	o = profiles_load(NULL, NULL);
	assert_int_equal(o.exit_code, 77);
	assert_int_equal(ground_requests() - before, 3);
}

static const char *const mandatory[] = { "symbol",  "companyName", "description",
					 "sector",  "industry",	   "country",
					 "website", "ceo",	   "fullTimeEmployees" };

/* A mandatory column that vanishes or is renamed: exit 76 that names it, nothing written or kept.
 */
static void
test_columns_that_vanish(void **state)
{
	static const char *const kinds[] = { "column-gone", "column-renamed" };
	char rule[120];

	(void)state;
	stock("AAA", "");
	ground_body(&ground, PART0, 200, HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1"));
	for (size_t i = 0; i < ARRAY_LEN(mandatory) * 2; i++) {
		(void)fmt_buf(rule, sizeof(rule), "path=/stable/profile-bulk,kind=%s,arg=%s",
			      kinds[i % 2], mandatory[i / 2]);
		ground_fault(rule);
		struct outcome o = profiles_load("mode=bulk", NULL);

		if (o.exit_code != 76 || !strstr(o.err.text, mandatory[i / 2]))
			fail_msg("%s: exit %d, %s", rule, o.exit_code, o.err.text);
		expect("SELECT count(*) FROM company_profiles", "0");
		char *cache = ground_cache(&ground);

		assert_string_equal(cache, "cache:");
		free(cache);
	}
}

static void
test_members_that_vanish(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "");
	profiles_single(
		"AAA",
		"\"companyName\":\"a\",\"description\":null,\"sector\":null,\"industry\":null,"
		"\"country\":null,\"website\":null,\"chief\":null,\"fullTimeEmployees\":"
		"null");
	o = profiles_load("mode=api", NULL);
	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "AAA: /stable/profile (status 200"));
	assert_non_null(strstr(o.err.text, "without the member \"ceo\""));
	expect("SELECT count(*) FROM company_profiles", "0");
	profiles_single(
		"AAA",
		"\"companyName\":\"a\",\"description\":null,\"sector\":null,\"industry\":null,"
		"\"country\":null,\"website\":null,\"ceo\":null,\"fullTimeEmployees\":null");
	assert_int_equal(profiles_load("mode=api", NULL).state, RUN_SUCCESS);
	expect("SELECT num_nulls(description, sector, industry, country, website, ceo, employees) "
	       "FROM company_profiles",
	       "7");
}

/* Columns in another order, more of them, a byte order mark, CRLF: read by name. */
static void
test_harmless_changes(void **state)
{
	static const char *const kinds[] = { "columns-shuffled", "column-added", "bom", "crlf",
					     "gzip" };
	char rule[100];

	(void)state;
	stock("AAA", "");
	ground_body(&ground, PART0, 200, HEADER ROW("AAA", "Oil,w,d,c,Energy,US,7"));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		(void)fmt_buf(rule, sizeof(rule), "path=/stable/profile-bulk,kind=%s", kinds[i]);
		ground_fault(rule);
		ground_sql(&ground, "TRUNCATE company_profiles");
		assert_int_equal(profiles_load("mode=bulk", "force=1").state, RUN_SUCCESS);
		expect(profiles_row, "AAA Inc|d|Energy|Oil|US|w|c|7|fmp|2026-02-03");
	}
}

static const struct failure {
	const char *mode, *path, *kind;
	int code;
	const char *says;
} failures[] = {
	{ "mode=bulk", "/stable/profile-bulk", "status-401", 78, "HTTP 401" },
	{ "mode=bulk", "/stable/profile-bulk", "status-402-restricted", 77, "Restricted Endpoint" },
	{ "mode=bulk", "/stable/profile-bulk", "status-403", 77, "Exclusive Endpoint" },
	{ "mode=bulk", "/stable/profile-bulk", "status-404", 65, "HTTP 404" },
	{ "mode=bulk", "/stable/profile-bulk", "status-429", 69, "Limit Reach" },
	{ "mode=bulk", "/stable/profile-bulk", "limit-200", 69, "Limit Reach" },
	{ "mode=bulk", "/stable/profile-bulk", "status-500", 69, "HTTP 500" },
	{ "mode=bulk", "/stable/profile-bulk", "status-502-html", 69, "502 Bad Gateway" },
	{ "mode=bulk", "/stable/profile-bulk", "html-200", 65, "Sign in" },
	{ "mode=bulk", "/stable/profile-bulk", "error-200", 65, "No Data" },
	{ "mode=bulk", "/stable/profile-bulk", "empty", 6, "empty" },
	{ "mode=bulk", "/stable/profile-bulk", "empty-list", 6, "empty" },
	{ "mode=bulk", "/stable/profile-bulk", "header-only", 6, "no profile" },
	{ "mode=bulk", "/stable/profile-bulk", "cut-chunk", 69, "profile-bulk" },
	{ "mode=bulk", "/stable/profile-bulk", "gzip-cut", 69, "profile-bulk" },
	{ "mode=bulk", "/stable/profile-bulk", "duplicate-header", 65, "twice" },
	{ "mode=bulk", "/stable/profile-bulk", "nul", 65, "NUL" },
	{ "mode=bulk", "/stable/profile-bulk", "redirect", 65, "elsewhere.example.com" },
	{ "mode=api", "/stable/profile", "status-401", 78, "HTTP 401" },
	{ "mode=api", "/stable/profile", "status-403-legacy", 77, "Legacy Endpoint" },
	{ "mode=api", "/stable/profile", "status-404", 65, "HTTP 404" },
	{ "mode=api", "/stable/profile", "status-429", 69, "Limit Reach" },
	{ "mode=api", "/stable/profile", "limit-200", 69, "Limit Reach" },
	{ "mode=api", "/stable/profile", "bandwidth-200", 69, "Bandwidth Limit Reach" },
	{ "mode=api", "/stable/profile", "status-503-empty", 69, "HTTP 503" },
	{ "mode=api", "/stable/profile", "html-200", 65, "Sign in" },
	{ "mode=api", "/stable/profile", "error-200", 65, "No Data" },
	{ "mode=api", "/stable/profile", "cut-chunk", 69, "profile" },
	{ "mode=api", "/stable/profile", "reset", 69, "profile" },
	{ "mode=api", "/stable/profile", "empty-list", 6, "no profile" },
};

/* Each names endpoint and what came; nothing is written and nothing cached. */
static void
test_refusals(void **state)
{
	char rule[120];
	int bad = 0;

	(void)state;
	stock("AAA", "");
	profiles_single("AAA", MEMBERS("a"));
	ground_body(&ground, PART0, 200,
		    HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1") ROW("ZZZ", "x,w,d,c,s,US,1"));
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const struct failure *f = &failures[i];

		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", f->path, f->kind);
		ground_fault(rule);
		struct outcome o = profiles_load(f->mode, NULL);

		if (o.exit_code != f->code || !strstr(o.err.text, f->says) ||
		    (f->code != 6 && !strstr(o.err.text, "profile"))) {
			print_error("%s: exit %d, %s\n", rule, o.exit_code, o.err.text);
			bad++;
		}
		expect("SELECT count(*) FROM company_profiles", "0");
		char *cache = ground_cache(&ground);

		assert_string_equal(cache, "cache:");
		free(cache);
	}
	print_message("INFO: company profiles: %zu pairs of endpoint and fault, %d wrong\n",
		      ARRAY_LEN(failures), bad);
	assert_int_equal(bad, 0);
}

/* A database whose column is narrower than ours. */
static void
test_a_name_too_long_for_its_column(void **state)
{
	struct outcome o;

	(void)state;
	stock("AAA", "");
	stock("BBB", "");
	stock("CCC", "");
	ground_sql(&ground, "ALTER TABLE company_profiles ALTER company_name TYPE varchar(7)");
	ground_body(
		&ground, PART0, 200,
		HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1") "BBB,Longer Inc,USD,X,NYSE,Oil,w,d,c,"
							   "Energy,US,2" REST ROW(
								   "CCC", "Oil,w,d,c,Energy,US,3"));
	o = profiles_load("mode=bulk", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.inserted, 2);
	assert_int_equal(o.counts.rejected, 1);
	assert_int_equal(o.counts.skipped, 0);
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM company_profiles", "AAA CCC");
	expect("SELECT reason FROM fintra_ops.reject",
	       "refused by the database: value too long for type character varying(7)");
	assert_int_equal(ground_int(&ground,
				    "SELECT count(*) FROM fintra_ops.reject WHERE raw LIKE "
				    "'%,BBB,\"Longer Inc\",%'"),
			 1);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hostile_answers_are_cleaned_in_logs),
		TEST(test_unknown_to_the_vendor),
		TEST(test_plan_refusals),
		TEST(test_columns_that_vanish),
		TEST(test_members_that_vanish),
		TEST(test_harmless_changes),
		TEST(test_refusals),
		TEST(test_a_name_too_long_for_its_column),
	};

	return cmocka_run_group_tests_name("company_profile_faults", tests, open_ground,
					   close_ground);
}
