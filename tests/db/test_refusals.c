/* Each recorded refusal of the vendor (tests/data/samples.tsv) in place of each endpoint's answer:
 * the run ends as the refusal says, names endpoint and words, and nothing is written or cached. */
#include "core/clock.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_samples.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAIRS_LEAST = 40 };

/* One per family of endpoints. */
static const struct endpoint {
	const char *path;
	const struct job *job;
	const char *params[3];
} endpoints[] = {
	{ "/stable/eod-bulk", &job_prices_daily, { "start=" AS_OF } },
	{ "/stable/historical-price-eod/full",
	  &job_backfill_ticker_full,
	  { "ticker=AAPL", "start=2026-01-02" } },
	{ "/stable/profile-bulk", &job_sync_universe, { NULL } },
	{ "/stable/profile", &job_company_profile, { "ticker=AAPL" } },
	{ "/stable/income-statement-bulk", &job_financials_bulk, { "years=2025" } },
	{ "/stable/ratios-ttm-bulk", &job_valuation, { NULL } },
	{ "/stable/ratios-ttm", &job_valuation, { "ticker=AAPL", "debug=1" } },
	{ "/stable/profile", &job_update_mvp, { "ticker=AAPL" } },
	{ "/stable/peers-bulk", &job_peers_bulk, { NULL } },
	{ "/stable/stock-peers", &job_backfill_peers, { "ticker=AAPL" } },
	{ "/stable/sec-filings-8k", &job_sec_8k, { NULL } },
	{ "/stable/sec-filings-search/form-type", &job_sec_10k, { NULL } },
};

static int
status_of(const struct sample *s)
{
	return (int)strtol(strstr(s->file, "errors/") + strlen("errors/"), NULL, 10);
}

static void
check_word(const struct sample *s, const char *word)
{
	char text[600];

	ground_text(&ground,
		    "SELECT string_agg(msg, ' ') FROM fintra_ops.event WHERE lvl = 'error' AND "
		    "run_id = (SELECT max(id) FROM fintra_ops.run)",
		    text, sizeof(text));
	if (!strstr(text, word))
		fail_msg("%s: no \"%s\" in: %s", s->file, word, text);
}

static void
refuse(const struct endpoint *p, const struct sample *s)
{
	bool is_answer = s->code == 6; /* without rows: the job says what it lacks */
	char before[64], after[64];
	struct outcome o;
	char *cache;

	if (!ground_real_body(&ground, p->path, status_of(s), s->file))
		skip();
	ground_sum(&ground, before);
	o = ground_run(&ground, p->job, AS_OF, p->params);
	ground_body(&ground, p->path, 200, "[]");
	ground_sum(&ground, after);
	cache = ground_cache(&ground);
	if (o.state != RUN_FAILURE || o.exit_code != s->code)
		fail_msg("%s at %s: exit %d, %s", s->file, p->path, o.exit_code, o.err.text);
	if (!is_answer && !strstr(o.err.text, p->path))
		fail_msg("%s: %s is not named: %s", s->file, p->path, o.err.text);
	if (!is_answer)
		assert_int_equal(sample_cells(s, check_word), 1);
	assert_string_equal(before, after);
	assert_string_equal(cache, "cache:");
	free(cache);
}

static void
test_each_at_each_endpoint(void **state)
{
	struct sample samples[SAMPLES_MAX];
	size_t n = samples_load(samples), pairs = 0;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(endpoints); k++) {
			if (strcmp(samples[i].reader, "refused") != 0)
				break;
			refuse(&endpoints[k], &samples[i]);
			pairs++;
		}
	print_message("INFO: %zu pairs of endpoint and recorded refusal, nothing written or "
		      "cached\n",
		      pairs);
	assert_true(pairs >= PAIRS_LEAST);
}

static int
open_ground(void **state)
{
	/* That nothing is in them is no fault of theirs. */
	static const char *const empty[] = { "/stable/balance-sheet-statement-bulk",
					     "/stable/cash-flow-statement-bulk",
					     "/stable/key-metrics-ttm-bulk",
					     "/stable/ratios-ttm-bulk" };

	(void)state;
	ground_open(&ground, "refusals");
	stock("AAPL", "Technology");
	for (size_t i = 0; i < ARRAY_LEN(empty); i++)
		ground_body(&ground, empty[i], 200, "[]");
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
		cmocka_unit_test(test_each_at_each_endpoint),
	};

	return cmocka_run_group_tests(tests, open_ground, close_ground);
}
