/* The recorded answers of the vendor, each through the job that reads it: file, verdict, rows, and
 * cells worked out by hand from the file.  Further samples of layer 1 are in the suites of their
 * jobs. */
#include "core/json.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include "core/clock.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BODY_MAX = 1 << 20, CELLS = 3 };

struct cell {
	const char *sql, *want;
};

struct sample {
	const char *file, *request;
	const struct job *job;
	const char *as_of, *params[4];
	enum run_state state;
	int code;
	int64_t read, stored, rejected;
	struct cell cell[CELLS];
};

#define BAR(t, day, column)                                                                       \
	"SELECT " column "::text FROM prices_daily WHERE ticker = '" t "' AND price_date = '" day \
	"'"
#define HISTORY(from, to) "/stable/historical-price-eod/full?from=" from "&symbol=AAPL&to=" to

static const struct sample samples[] = {
	{ .file = "fmp/bulk/eod-bulk_2026-08-25.head.csv",
	  .request = "/stable/eod-bulk?datatype=csv&date=2026-08-25",
	  .job = &job_prices_daily,
	  .as_of = "2026-08-25",
	  .params = { "start=2026-08-25" },
	  .state = RUN_SUCCESS,
	  .read = 3,
	  .stored = 3,
	  .cell = { { BAR("AAPL", "2026-08-25", "high"), "313.59" },
		    { BAR("DINUUSD", "2026-08-25", "high"), "0.00000000009377582044223232" },
		    { BAR("CORGIBUSD", "2026-08-25", "close"), "0.000000000635949" } } },
	{ .file = "fmp/json/historical-price-eod-full_AAPL_2020-split.json",
	  .request = HISTORY("2020-08-27", "2020-09-02"),
	  .job = &job_backfill_ticker_full,
	  .as_of = "2026-02-02",
	  .params = { "ticker=AAPL", "start=2020-08-27", "end=2020-09-02" },
	  .state = RUN_SUCCESS,
	  .read = 5,
	  .stored = 5,
	  .cell = { { BAR("AAPL", "2020-08-28", "close"), "124.81" },
		    { BAR("AAPL", "2020-09-01", "volume"), "152470142" },
		    { BAR("AAPL", "2020-09-02", "low"), "127" } } },
	{ .file = "fmp/json/historical-price-eod-full_AAPL_2023-01.json",
	  .request = HISTORY("2023-01-01", "2023-01-10"),
	  .job = &job_backfill_ticker_full,
	  .as_of = "2026-02-02",
	  .params = { "ticker=AAPL", "start=2023-01-01", "end=2023-01-10" },
	  .state = RUN_SUCCESS,
	  .read = 6,
	  .stored = 6,
	  .cell = { { BAR("AAPL", "2023-01-03", "high"), "130.9" },
		    { BAR("AAPL", "2023-01-09", "open"), "130.47" },
		    { BAR("AAPL", "2023-01-10", "volume"), "63896200" } } },
};

/* What a refusal's file says of its status, and what it must come to. */
static const struct refusal {
	const char *file;
	int status, code;
	const char *word;
} refusals[] = {
	{ "200_empty_list.json", 200, 6, "[]" },
	{ "200_limit_reach_on_bulk.json", 200, 69, "Limit Reach" },
	{ "400_missing_parameter.txt", 400, 65, "Query Error" },
	{ "401_invalid_key.json", 401, 78, "Invalid API KEY" },
	{ "402_premium_symbol.txt", 402, 77, "Premium Query Parameter" },
	{ "403_exclusive_endpoint.json", 403, 77, "Exclusive Endpoint" },
	{ "403_legacy_endpoint.json", 403, 77, "Legacy Endpoint" },
	{ "404_unknown_path.json", 404, 65, "[]" },
	{ "429_limit_reach.json", 429, 69, "Limit Reach" },
};

static char *
body_of(const char *name)
{
	char buf[4096];
	const char *path = ground_real(name);
	FILE *f = path ? fopen(path, "r") : NULL;
	struct str s;
	size_t n;

	str_init(&s, BODY_MAX);
	if (!f)
		return NULL;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&s, buf, n);
	fclose(f);
	return str_take(&s);
}

static void
stand(void)
{
	int64_t now;

	ground_reset(&ground, "samples");
	assert_int_equal(clock_parse("2026-08-26T03:00:00Z", &now), 0);
	clock_rehearse(now);
	stock("AAPL", "Technology");
	stock("CORGIBUSD", "");
	stock("DINUUSD", "");
}

static void
expect_sample(const struct sample *s)
{
	char *body = body_of(s->file);
	struct outcome o;

	if (!body)
		skip();
	stand();
	ground_body(&ground, s->request, 200, body);
	ground_body(&ground,
		    "/stable/historical-price-eod/dividend-adjusted?from=2020-08-27&symbol=AAPL"
		    "&to=2020-09-02",
		    200, "[]");
	ground_body(&ground,
		    "/stable/historical-price-eod/dividend-adjusted?from=2023-01-01&symbol=AAPL"
		    "&to=2023-01-10",
		    200, "[]");
	free(body);
	o = ground_run(&ground, s->job, s->as_of, s->params);
	print_message("%-58s %s: read %lld stored %lld rejected %lld %s\n", s->file,
		      run_state_name(o.state), (long long)o.counts.read,
		      (long long)o.counts.inserted, (long long)o.counts.rejected, o.err.text);
	assert_int_equal(o.state, s->state);
	assert_int_equal(o.exit_code, s->code);
	assert_int_equal(o.counts.read, s->read);
	assert_int_equal(o.counts.inserted, s->stored);
	assert_int_equal(o.counts.rejected, s->rejected);
	for (size_t i = 0; i < CELLS; i++)
		expect(s->cell[i].sql, s->cell[i].want);
}

static void
test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		expect_sample(&samples[i]);
}

/* Each recorded refusal in place of a day's file: said with endpoint, status and first bytes;
 * nothing is stored, nothing cached. */
static void
test_refusals(void **state)
{
	char name[100];

	(void)state;
	stand();
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		char *cache = ground_cache(&ground), *now, *body;
		struct outcome o;

		(void)fmt_buf(name, sizeof(name), "fmp/errors/%s", r->file);
		body = body_of(name);
		if (!body)
			skip();
		ground_body(&ground, "/stable/eod-bulk?datatype=csv&date=2026-08-25", r->status,
			    body);
		o = GROUND_RUN(&ground, &job_prices_daily, "2026-08-25", "start=2026-08-25", NULL);
		print_message("%-36s exit %d: %s\n", r->file, o.exit_code, o.err.text);
		assert_int_equal(o.state, RUN_FAILURE);
		assert_int_equal(o.exit_code, r->code);
		assert_non_null(strstr(o.err.text, "/stable/eod-bulk"));
		assert_non_null(strstr(o.err.text, r->word));
		expect("SELECT count(*)::text FROM prices_daily", "0");
		now = ground_cache(&ground);
		assert_string_equal(cache, now);
		free(cache);
		free(now);
		free(body);
	}
}

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "samples");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, open_ground, close_ground);
}
