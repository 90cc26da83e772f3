/* update-mvp: what the vendor says is in the snapshot, in the place and for as long as jobs.md 2.22
 * and 2.27 say.  Expected values are those of the bodies written here. */
#include "core/clock.h"
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "update_mvp";

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

static void
answer(const char *path, const char *ticker, const char *text)
{
	char request[80];

	(void)fmt_buf(request, sizeof(request), "%s?symbol=%s", path, ticker);
	ground_body(&ground, request, 200, text);
}

/* All four endpoints of a ticker. */
static void
vendor_knows(const char *ticker)
{
	char text[600];

	(void)fmt_buf(text, sizeof(text),
		      "[{\"symbol\":\"%s\",\"companyName\":\"Said Ltd\",\"description\":\"d\","
		      "\"sector\":\"Technology\",\"industry\":\"Software\",\"country\":\"US\","
		      "\"website\":\"https://said.example\",\"ceo\":null,\"fullTimeEmployees\":"
		      "\"164,000\"}]",
		      ticker);
	answer("/stable/profile", ticker, text);
	(void)fmt_buf(text, sizeof(text),
		      "[{\"symbol\":\"%s\",\"price\":123.5,\"marketCap\":5000000000000}]", ticker);
	answer("/stable/quote", ticker, text);
	(void)fmt_buf(text, sizeof(text),
		      "[{\"symbol\":\"%s\",\"priceToEarningsRatioTTM\":30,"
		      "\"priceToFreeCashFlowRatioTTM\":40,\"priceToSalesRatioTTM\":5}]",
		      ticker);
	answer("/stable/ratios-ttm", ticker, text);
	(void)fmt_buf(text, sizeof(text), "[{\"symbol\":\"%s\",\"evToEBITDATTM\":20}]", ticker);
	answer("/stable/key-metrics-ttm", ticker, text);
}

/* C001 to C003 of Energy, with windows against it and multiples of 2, 3 and 4 at a price of 10. */
static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, database);
	companies(3, "Energy");
	benchmarks("Technology", AS_OF);
	for (int i = 1; i <= 3; i++) {
		char ticker[8];

		(void)fmt_buf(ticker, sizeof(ticker), "C00%d", i);
		vendor_knows(ticker);
	}
	return 0;
}

static struct outcome
update(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_update_mvp, AS_OF, a, a ? b : NULL, NULL);
}

#define VALUES                                                                                \
	"SELECT concat_ws(' ', sector, profile_structural ->> 'source', market_snapshot ->> " \
	"'price', market_snapshot ->> 'market_cap', valuation ->> 'pe_ratio', valuation ->> " \
	"'ev_ebitda', valuation ->> 'price_to_fcf', valuation ->> 'price_to_sales', "         \
	"coalesce(relative_vs_sector_1y::text, '-')) FROM fintra_snapshots"
#define SAID "Technology on_demand 123.5 5000000000000 30 20 40 5 -"
#define RESULT                                                               \
	"SELECT concat_ws(' | ', result ->> 'message', result ->> 'stats', " \
	"jsonb_array_length(result -> 'details')) FROM fintra_ops.run ORDER BY id DESC LIMIT 1"

static void
what_the_vendor_says(void **state)
{
	int64_t before = ground_requests();
	struct outcome o = update("ticker=C001", NULL);

	(void)state;
	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(ground_requests() - before, 4);
	expect(VALUES, SAID);
	expect("SELECT concat_ws(' ', engine_version, snapshot_date, profile_structural ->> "
	       "'last_updated' LIKE '2026-02-03T01:__:__%', profile_structural #>> "
	       "'{identity,name}', profile_structural #>> '{identity,website}', profile_structural "
	       "#>> '{identity,employees}', profile_structural #>> '{classification,sector}', "
	       "profile_structural #>> '{classification,industry}', data_confidence ->> "
	       "'has_profile', market_snapshot ->> 'date') FROM fintra_snapshots",
	       "fintra-local-v1 2026-02-02 t Said Ltd https://said.example 164000 Technology "
	       "Software true 2026-02-02");
	expect(RESULT,
	       "1 ticker: 1 refreshed, 0 failed | {\"total\": 1, \"failed\": 0, \"success\": "
	       "1} | 1");
	expect("SELECT result -> 'details' ->> 0 FROM fintra_ops.run",
	       "{\"status\": \"success\", \"ticker\": \"C001\"}");
	/* nothing but the snapshot is written */
	expect("SELECT concat_ws(' ', (SELECT count(*) FROM company_profiles), (SELECT sector FROM "
	       "fintra_universe WHERE ticker = 'C001'), (SELECT price FROM datos_valuacion WHERE "
	       "ticker = 'C001'))",
	       "0 Energy 10");
}

/* Without a valuation of the day the vendor's comes before the older ones: the mood of 3, 3, 3.5
 * and 2 after 2 each is that worked out in test_fmp_bulk.c. */
static void
no_valuation_of_the_day(void **state)
{
	(void)state;
	ground_sql(&ground, "UPDATE datos_valuacion SET valuation_date = '2026-01-30'");
	multiples_of("C001", "2025-01-13", "2, 2, 2, 2");
	answer("/stable/ratios-ttm", "C001",
	       "[{\"symbol\":\"C001\",\"priceToEarningsRatioTTM\":3,"
	       "\"priceToFreeCashFlowRatioTTM\":3.5,\"priceToSalesRatioTTM\":2}]");
	answer("/stable/key-metrics-ttm", "C001", "[{\"symbol\":\"C001\",\"evToEBITDATTM\":3}]");
	assert_int_equal(update("ticker=C001", NULL).state, RUN_SUCCESS);
	expect(VALUES, "Technology on_demand 123.5 5000000000000 3 3 3.5 2 -");
	expect("SELECT concat_ws(' ', m ->> 'band', m ->> 'score', m ->> 'confidence') FROM "
	       "(SELECT investment_verdict #> '{modules,sentiment}' AS m FROM fintra_snapshots) s",
	       "optimistic 60 17");
}

static void
second_run_changes_nothing(void **state)
{
	char first[64], second[64];
	int64_t now = clock_wall_ms(), tuples;
	struct outcome o;

	(void)state;
	update("ticker=C001", NULL);
	ground_sum(&ground, first);
	tuples = ground_tuples(&ground);
	clock_rehearse(now + 10 * 60 * 1000);
	o = update("ticker=C001", "force=1");
	assert_int_equal(o.counts.unchanged, 1);
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	ground_sum(&ground, second);
	assert_string_equal(second, first);
	assert_int_equal(ground_tuples(&ground), tuples);
	/* two hours later that it was asked again is worth a note */
	clock_rehearse(now + 2 * 60 * 60 * 1000);
	o = update("ticker=C001", NULL);
	clock_rehearse(now);
	assert_int_equal(o.counts.updated, 1);
	expect("SELECT profile_structural ->> 'last_updated' LIKE '2026-02-03T03:%' FROM "
	       "fintra_snapshots",
	       "t");
}

/* fmp-bulk: sector and profile stay for a day, price and multiples are the tables'. */
static void
kept_for_a_day(void **state)
{
	int64_t now = clock_wall_ms();

	(void)state;
	update("ticker=C001", NULL);
	snapshots_run("ticker=C001", NULL);
	expect(VALUES, "Technology on_demand 10 2 3 4 -");
	clock_rehearse(now + 25 * INT64_C(3600000));
	snapshots_run("ticker=C001", NULL);
	clock_rehearse(now);
	expect(VALUES, "Energy local_backfill_v1 10 2 3 4 -2"); /* 1 - 3 */
}

static const struct fault {
	const char *rule;
	int code;
	const char *says, *values; /* of C001; NULL = no snapshot */
} faults[] = {
	{ "path=/stable/profile,kind=status-401", 78, "HTTP 401", NULL },
	{ "path=/stable/profile,kind=status-403-legacy", 77, "Legacy Endpoint", NULL },
	{ "path=/stable/profile,kind=limit-200", 69, "Limit Reach", NULL },
	{ "path=/stable/profile,kind=html-200", 65, "Sign in", NULL },
	{ "path=/stable/profile,kind=empty", 6, "C001: the vendor has no profile", NULL },
	{ "path=/stable/quote,kind=status-401", 78, "HTTP 401", NULL },
	{ "path=/stable/quote,kind=status-403-legacy", 4, "1 of its parts failed",
	  "Technology on_demand 10 30 20 40 5 -" },
	{ "path=/stable/quote,kind=html-200", 4, "1 of its parts failed",
	  "Technology on_demand 10 30 20 40 5 -" },
	{ "path=/stable/ratios-ttm,kind=empty", 4, "1 of its parts failed",
	  "Technology on_demand 123.5 5000000000000 2 20 4 -" },
	{ "path=/stable/ratios-ttm,kind=status-402-restricted", 4, "1 of its parts failed",
	  "Technology on_demand 123.5 5000000000000 2 20 4 -" },
	{ "path=/stable/key-metrics-ttm,kind=status-404", 4, "1 of its parts failed",
	  "Technology on_demand 123.5 5000000000000 30 3 40 5 -" },
};

/* Without a profile there is no snapshot; what else is missing, the tables tell. */
static void
each_endpoint_refused(void **state)
{
	char got[512];

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		const struct fault *f = &faults[i];

		ground_sql(&ground, "TRUNCATE fintra_snapshots");
		ground_fault(f->rule);
		struct outcome o = update("ticker=C001", NULL);

		ground_fault(NULL);
		ground_text(&ground, VALUES, got, sizeof(got));
		if (o.exit_code != f->code || !strstr(f->values ? o.why : o.err.text, f->says) ||
		    strcmp(got, f->values ? f->values : "") != 0)
			fail_msg("%s: exit %d, %s%s, %s", f->rule, o.exit_code, o.err.text, o.why,
				 got);
	}
	(void)state;
}

/* Odd answers in place of the good ones. */
static const struct {
	const char *path, *text;
	int code;
	const char *says, *values;
} answers[] = {
	{ "/stable/profile", "[{\"symbol\":\"ZZZ\",\"companyName\":\"a\"}]", 65,
	  "the answer is about ZZZ", NULL },
	{ "/stable/profile", "[{\"symbol\":\"C001\",\"companyName\":\"a\"}]", 76, "\"description\"",
	  NULL },
	{ "/stable/profile",
	  "[{\"symbol\":\"C001\",\"companyName\":\"a\",\"description\":\"\",\"sector\":"
	  "\"Tecnolog\xc3\xad"
	  "a\",\"industry\":\"\",\"country\":\"\",\"website\":\"\",\"ceo\":\"\","
	  "\"fullTimeEmployees\":\"\"}]",
	  0, "", "Energy on_demand 123.5 5000000000000 30 20 40 5 -2" },
	{ "/stable/quote", "[{\"symbol\":\"C001\",\"price\":0,\"marketCap\":null}]", 0, "",
	  "Technology on_demand 10 30 20 40 5 -" },
	{ "/stable/quote", "[{\"symbol\":\"C002\",\"price\":1}]", 4, "1 of its parts failed",
	  "Technology on_demand 10 30 20 40 5 -" },
	{ "/stable/quote", "[{\"symbol\":\"C001\",\"price\":\"much\"}]", 4, "1 of its parts failed",
	  "Technology on_demand 10 30 20 40 5 -" },
	{ "/stable/ratios-ttm", "[{\"symbol\":\"C001\",\"peRatioTTM\":31}]", 4,
	  "1 of its parts failed", "Technology on_demand 123.5 5000000000000 2 20 4 -" },
};

static void
odd_answers(void **state)
{
	char got[512];

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		fresh(state);
		answer(answers[i].path, "C001", answers[i].text);
		struct outcome o = update("ticker=C001", NULL);

		ground_text(&ground, VALUES, got, sizeof(got));
		if (o.exit_code != answers[i].code ||
		    !strstr(answers[i].values ? o.why : o.err.text, answers[i].says) ||
		    strcmp(got, answers[i].values ? answers[i].values : "") != 0)
			fail_msg("%s %s: exit %d, %s%s, %s", answers[i].path, answers[i].text,
				 o.exit_code, o.err.text, o.why, got);
	}
}

/* An endpoint that the plan refuses three times running is left alone: of 3 x 4 requests and those
 * of a fourth ticker none is for a quote. */
static void
plan_refuses_an_endpoint(void **state)
{
	static const char *const four[] = { "AAPL", "MSFT", "NVDA", "AVGO" };
	int64_t before;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(four); i++) {
		stock(four[i], "Technology");
		vendor_knows(four[i]);
	}
	ground_fault("path=/stable/quote,kind=status-403");
	before = ground_requests();
	assert_int_equal(update("limit=4", NULL).exit_code, 4);
	ground_fault(NULL);
	assert_int_equal(ground_requests() - before, 4 * 3 + 3);
	expect("SELECT count(*) FROM fintra_snapshots", "4");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg = '/stable/quote is not asked for "
	       "any more'",
	       "1");
}

/* 77 different tickers, BRK-B among them, seven of each sector; those that are no active stock are
 * failures by name, and nobody else is asked for. */
static void
watch_list(void **state)
{
	struct outcome o;

	(void)state;
	o = update(NULL, NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "none of the 77 tickers of the watch list"));
	stock("BRK-B", "Financial Services");
	stock("PEG", "");
	stock("AAPL", "Technology");
	vendor_knows("BRK-B");
	vendor_knows("PEG");
	o = update(NULL, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect(RESULT, "77 tickers: 2 refreshed, 75 failed | {\"total\": 77, \"failed\": 75, "
		       "\"success\": 2} | 77");
	expect("SELECT string_agg(ticker || ' ' || sector, ', ' ORDER BY ticker) FROM "
	       "fintra_snapshots",
	       "BRK-B Technology, PEG Technology");
	expect("SELECT concat_ws(' ', count(DISTINCT d ->> 'ticker'), count(*) FILTER (WHERE d ->> "
	       "'error' = 'no active stock of fintra_universe')) FROM (SELECT "
	       "jsonb_array_elements(result -> 'details') AS d FROM fintra_ops.run ORDER BY id "
	       "DESC LIMIT 77) x",
	       "77 74");
	expect("SELECT d ->> 'error' FROM (SELECT jsonb_array_elements(result -> 'details') AS d "
	       "FROM fintra_ops.run) x WHERE d ->> 'ticker' = 'AAPL'",
	       "the vendor has no profile");
}

/* What is known now is nothing that an older day could have known. */
static void
older_days_are_refused(void **state)
{
	struct outcome o = GROUND_RUN(&ground, &job_update_mvp, "2026-01-30", "ticker=C001", NULL);

	(void)state;
	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "2026-02-02"));
	o = update("ticker=NOPE", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "NOPE"));
	expect("SELECT count(*) FROM fintra_snapshots", "0");
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];

	(void)state;
	ground_sum(&ground, before);
	assert_int_equal(update("ticker=C001", "dry_run=1").counts.inserted, 1);
	ground_sum(&ground, after);
	assert_string_equal(after, before);
}

/* The second ticker cannot be stored: resumed, only that one is asked for again. */
static void
interrupted_and_resumed(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	stock("AAPL", "Technology");
	stock("MSFT", "Technology");
	vendor_knows("AAPL");
	vendor_knows("MSFT");
	ground_sql(&ground,
		   "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
		   "EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;"
		   "CREATE TRIGGER refuse BEFORE INSERT ON fintra_snapshots FOR EACH ROW WHEN "
		   "(NEW.ticker = 'MSFT') EXECUTE FUNCTION refuse()");
	o = update("limit=2", NULL);
	assert_int_equal(o.state, RUN_FAILURE);
	ground_sql(&ground, "DROP TRIGGER refuse ON fintra_snapshots");
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	assert_int_equal(ground_requests() - before, 4);
	assert_int_equal(o.counts.inserted, 2);
	expect("SELECT result ->> 'message' FROM fintra_ops.run",
	       "2 tickers: 2 refreshed, 0 failed");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_vendor_says),	  TEST(no_valuation_of_the_day),
		TEST(second_run_changes_nothing), TEST(kept_for_a_day),
		TEST(each_endpoint_refused),	  TEST(odd_answers),
		TEST(plan_refuses_an_endpoint),	  TEST(watch_list),
		TEST(older_days_are_refused),	  TEST(dry_run_writes_nothing),
		TEST(interrupted_and_resumed),
	};

	return cmocka_run_group_tests_name("update_mvp", tests, open_ground, close_ground);
}
