/* fmp-debug/bulk-health and fmp-debug/sample-financial: what they say of answers that the test has
 * written, and that they leave nothing behind. */
#include "core/clock.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YEAR "?period=FY&year=2025"
#define INCOME "/stable/income-statement-bulk" YEAR

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "bulk_debug");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static const struct {
	const char *request, *text;
} bodies[] = {
	{ "/stable/profile-bulk?part=0",
	  "symbol,companyName,exchange,sector,industry,isEtf,isAdr,isFund\nA,a,X,s,i,f,f,f\n"
	  "B,b,X,s,i,f,f,f\nC,c,X,s,i,f,f,f\n" },
	{ INCOME, "\"symbol\",\"date\",\"period\",\"revenue\",\"netIncome\"\n"
		  "\"A\",\"2025-09-27\",\"FY\",416161000000,112010000000\n"
		  "\"B\",\"2025-12-31\",\"FY\",1.5e9,\n" },
	{ "/stable/balance-sheet-statement-bulk" YEAR,
	  "symbol,date,period,totalStockholdersEquity,totalDebt\nA,2025-09-27,FY,1,2\nA,cut\n" },
	{ "/stable/cash-flow-statement-bulk" YEAR,
	  "symbol,date,period,netCashProvidedByOperatingActivities,capitalExpenditure\n"
	  "A,2025-09-27,FY,1,2\n" },
	{ "/stable/ratios-ttm-bulk",
	  "symbol,priceToEarningsRatioTTM,priceToBookRatioTTM\nA,1,2\nB,1,2\n" },
	{ "/stable/key-metrics-ttm-bulk", "symbol,evToEBITDATTM\nA,1\n" },
};

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "bulk_debug");
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		ground_body(&ground, bodies[i].request, 200, bodies[i].text);
	return 0;
}

static struct outcome
health(const char *param)
{
	return GROUND_RUN(&ground, &job_bulk_health, AS_OF, param, NULL);
}

static struct outcome
sample(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_sample_financial, AS_OF, a, b, NULL);
}

#define COUNTS                                                                                   \
	"SELECT concat_ws(' ', coalesce(result->>'profiles', '-'), coalesce(result->>'income', " \
	"'-'), coalesce(result->>'balance', '-'), coalesce(result->>'cashflow', '-'), "          \
	"coalesce(result->>'ratios', '-'), coalesce(result->>'metrics', '-')) FROM "             \
	"fintra_ops.run ORDER BY id DESC LIMIT 1"
#define SAYS(set) "SELECT result->>'" set "_says' FROM fintra_ops.run ORDER BY id DESC LIMIT 1"

static void
nothing_was_left(int64_t tuples)
{
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:");
	free(cache);
	assert_int_equal(ground_tuples(&ground), tuples);
}

static void
test_all_sets_answer(void **state)
{
	int64_t tuples = ground_tuples(&ground);
	struct outcome o = health(NULL);

	(void)state;
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 3 + 2 + 2 + 1 + 2 + 1);
	expect(COUNTS, "3 2 2 1 2 1");
	expect(SAYS("income"), "header ok, newest 2025-12-31; no cached copy");
	expect(SAYS("balance"), "header ok, 1 row unusable, newest 2025-09-27; no cached copy");
	expect(SAYS("metrics"), "header ok; no cached copy");
	assert_int_equal(ground_int(&ground,
				    "SELECT count(*) FROM fintra_ops.event WHERE msg = "
				    "'income-statement-bulk 2025 FY: 2 rows, header ok, newest "
				    "2025-12-31; no cached copy'"),
			 1);
	nothing_was_left(tuples);
}

/* Each fault in its own words; the others are still looked at. */
static void
test_some_refuse(void **state)
{
	static const char *const rules[] = {
		"path=/stable/income-statement-bulk,kind=status-402-restricted",
		"path=/stable/balance-sheet-statement-bulk,kind=html-200",
		"path=/stable/cash-flow-statement-bulk,kind=column-gone=capitalExpenditure",
		"path=/stable/ratios-ttm-bulk,kind=header-only",
	};
	int64_t tuples = ground_tuples(&ground);
	char path[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		(void)fmt_buf(path, sizeof(path), "/__fault?rule=%s", rules[i]);
		free(support_fake_get(path));
	}
	struct outcome o = health(NULL);

	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 4);
	expect(COUNTS, "3 - - - - 1");
	expect("SELECT (result->>'income_says' LIKE 'refused: GET /stable/income-statement-bulk%: "
	       "HTTP 402%Restricted Endpoint%') || ' ' || (result->>'balance_says' LIKE 'refused: "
	       "%Sign in%') || ' ' || (result->>'cashflow_says' LIKE 'unusable: "
	       "/stable/cash-flow%no column \"capitalExpenditure\"%') || ' ' || "
	       "(result->>'ratios_says' LIKE 'unusable: %a header and no row%') FROM "
	       "fintra_ops.run",
	       "true true true true");
	nothing_was_left(tuples);
}

static void
test_all_refuse(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	ground_fault("path=*,kind=status-403");
	before = ground_requests();
	o = health(NULL);
	assert_int_equal(o.exit_code, 77);
	assert_int_equal(ground_requests() - before, 6);
	expect(COUNTS, "- - - - - -");
	ground_fault("path=*,kind=status-401");
	before = ground_requests();
	o = health(NULL);
	assert_int_equal(o.exit_code, 78);
	assert_int_equal(ground_requests() - before, 1); /* a bad key is bad for all */
}

/* The copy that sync-universe left is twelve minutes old; it is not what is counted. */
static void
test_age_of_the_cached_copy(void **state)
{
	struct outcome o;
	int64_t now;

	(void)state;
	assert_int_equal(GROUND_RUN(&ground, &job_sync_universe, AS_OF, NULL).state, RUN_SUCCESS);
	ground_body(&ground, bodies[0].request, 200,
		    "symbol,companyName,exchange,sector,industry,isEtf,isAdr,isFund\n"
		    "A,a,X,s,i,f,f,f\n");
	now = clock_wall_ms();
	clock_rehearse(now + 12 * 60 * 1000 + 1000);
	o = health(NULL);
	clock_rehearse(now);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect(COUNTS, "1 2 2 1 2 1");
	expect(SAYS("profiles"), "header ok; cached copy 12 min old");
}

static void
test_year_and_period(void **state)
{
	(void)state;
	ground_body(&ground, "/stable/income-statement-bulk?period=Q2&year=2019", 200,
		    "symbol,date,period,revenue,netIncome\nZ,2019-06-30,Q2,5,4\n");
	assert_int_equal(sample("year=2019", "period=Q2").state, RUN_SUCCESS);
	expect("SELECT (result->>'file') || ' ' || (result->'sample'->0->>'symbol') FROM "
	       "fintra_ops.run",
	       "income-statement-bulk 2019 Q2 Z");
}

/* Word for word, an absent figure as null; the first five, or as many as asked, or one ticker's. */
static void
test_sample(void **state)
{
	int64_t tuples = ground_tuples(&ground);
	struct outcome o = sample(NULL, NULL);

	(void)state;
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 2);
	expect("SELECT (result->'sample')::text FROM fintra_ops.run",
	       "[{\"date\": \"2025-09-27\", \"period\": \"FY\", \"symbol\": \"A\", \"revenue\": "
	       "\"416161000000\", \"netIncome\": \"112010000000\"}, {\"date\": \"2025-12-31\", "
	       "\"period\": \"FY\", \"symbol\": \"B\", \"revenue\": \"1.5e9\", \"netIncome\": "
	       "null}]");
	ground_body(&ground, INCOME, 200,
		    "symbol,date,period,revenue,netIncome\n1,,,,\n2,,,,\n3,,,,\n4,,,,\n5,,,,\n"
		    "6,,,,\n7,,,,\n");
	sample(NULL, NULL);
	expect("SELECT jsonb_array_length(result->'sample') || ' ' || (result->>'rows') FROM "
	       "fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "5 7");
	sample("limit=2", NULL);
	expect("SELECT jsonb_array_length(result->'sample') FROM fintra_ops.run ORDER BY id DESC "
	       "LIMIT 1",
	       "2");
	sample("ticker=7", NULL);
	expect("SELECT result->'sample'->0->>'symbol' FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "7");
	o = sample("ticker=QQQ", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "income-statement-bulk 2025 FY has no row of QQQ (7 "
					   "rows)"));
	nothing_was_left(tuples);
}

static const struct {
	const char *kind;
	int code;
	const char *says;
} failures[] = {
	{ "status-402-restricted", 77, "Restricted Endpoint" },
	{ "status-404", 65, "HTTP 404" },
	{ "limit-200", 69, "Limit Reach" },
	{ "status-500", 69, "HTTP 500" },
	{ "html-200", 65, "Sign in" },
	{ "empty", 6, "empty" },
	{ "cut-chunk", 69, "income-statement-bulk" },
	{ "column-renamed=netIncome", 76, "\"netIncome\"" },
};

static void
test_refusals(void **state)
{
	char rule[100];
	int64_t tuples = ground_tuples(&ground);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		(void)fmt_buf(rule, sizeof(rule), "path=/stable/income-statement-bulk,kind=%s",
			      failures[i].kind);
		ground_fault(rule);
		struct outcome o = sample(NULL, NULL);

		if (o.exit_code != failures[i].code || !strstr(o.err.text, failures[i].says) ||
		    !strstr(o.err.text, "income-statement-bulk"))
			fail_msg("%s: exit %d, %s", rule, o.exit_code, o.err.text);
	}
	nothing_was_left(tuples);
}

/* What a terminal would obey is visible text in every stored line. */
static void
test_hostile_cells(void **state)
{
	(void)state;
	ground_body(&ground, INCOME, 200,
		    "symbol,date,period,revenue,netIncome\n\x1b]0;t\x07,2025-12-31,\xe2\x80\xae"
		    "FY,\x1b[2J,1\n");
	assert_int_equal(sample(NULL, NULL).state, RUN_SUCCESS);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.event WHERE msg ~ "
					     "E'[\\x01-\\x08\\x0b-\\x1f\\x7f\\u202e]'"),
			 0);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_sets_answer), TEST(test_some_refuse),
		TEST(test_all_refuse),	    TEST(test_age_of_the_cached_copy),
		TEST(test_year_and_period), TEST(test_sample),
		TEST(test_refusals),	    TEST(test_hostile_cells),
	};

	return cmocka_run_group_tests_name("bulk_debug", tests, open_ground, close_ground);
}
