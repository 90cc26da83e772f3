/* The two jobs of filings on what was recorded of the vendor. */
#include "jobs/jobs.h"
#include "tests/support_sec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "t_sec_real");
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
	ground_reset(&ground, "t_sec_real");
	return 0;
}

/* The file's text, owned; NULL after saying SKIP. */
static char *
recorded(const char *name)
{
	const char *path = ground_real(name);
	FILE *f = path ? fopen(path, "r") : NULL;
	struct str s;
	char buf[4096];
	size_t n;

	if (!f)
		return NULL;
	str_init(&s, 1 << 20);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&s, buf, n);
	fclose(f);
	return str_take(&s);
}

/* Real input: file, verdict, rows read, stored, rejected. */
static const struct sample {
	const char *file, *request;
	int status, exit_code, read, stored, rejected;
} samples[] = {
	{ "fmp/json/sec-filings-8k_2024-03.head.json", LIST_8K, 200, 0, 5, 5, 0 },
	{ "fmp/errors/200_empty_list.json", LIST_8K, 200, 6, 0, 0, 0 },
	{ "fmp/errors/200_limit_reach_on_bulk.json", LIST_8K, 200, 69, 0, 0, 0 },
	{ "fmp/errors/400_missing_parameter.txt", LIST_8K, 400, 65, 0, 0, 0 },
	{ "fmp/errors/401_invalid_key.json", LIST_8K, 401, 78, 0, 0, 0 },
	{ "fmp/errors/402_premium_symbol.txt", LIST_8K, 402, 77, 0, 0, 0 },
	{ "fmp/errors/403_exclusive_endpoint.json", LIST_8K, 403, 77, 0, 0, 0 },
	{ "fmp/errors/403_legacy_endpoint.json", LIST_8K, 403, 77, 0, 0, 0 },
	{ "fmp/errors/404_unknown_path.json", LIST_8K, 404, 65, 0, 0, 0 },
	{ "fmp/errors/429_limit_reach.json", LIST_8K, 429, 69, 0, 0, 0 },
};

static const char *const sample_documents[] = {
	"22701/000089710124000091/pegy240248_8k.htm",
	"1544206/000154420624000016/csl-20240301.htm",
	"1621672/000143774924006324/slgg20240301_8k.htm",
	"1930313/000149315224008595/form8-k.htm",
};

static void
test_recorded_lists(void **state)
{
	int64_t before = sec_documents();

	(void)state;
	if (!ground_real("fmp/json"))
		skip();
	for (size_t i = 0; i < ARRAY_LEN(sample_documents); i++)
		sec_page(sample_documents[i],
			 i == 3 ? "<html>Item 5.02</html>\n" : "<html>x</html>\n");
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct sample *s = &samples[i];
		char *text = recorded(s->file);
		struct outcome o;

		assert_non_null(text);
		ground_sql(&ground, "TRUNCATE fintra_ops.reject");
		if (i > 0)
			ground_sql(&ground, "DELETE FROM sec_filings");
		ground_body(&ground, s->request, s->status, text);
		o = GROUND_RUN(&ground, &job_sec_8k, "2024-03-04", NULL);
		if (o.exit_code != s->exit_code)
			fail_msg("%s: exit %d, %s", s->file, o.exit_code, o.err.text);
		assert_int_equal(o.counts.read, s->read);
		assert_int_equal(o.counts.rejected, s->rejected);
		assert_int_equal(ground_int(&ground, "SELECT count(*) FROM sec_filings"),
				 s->stored);
		if (i == 0) {
			assert_int_equal(sec_documents() - before, 4); /* SBC and SBCWW share one */
			expect("SELECT accepted_date AT TIME ZONE 'UTC' FROM sec_filings WHERE "
			       "ticker = 'SUNE'",
			       "2024-03-02 03:47:48");
			expect("SELECT filing_date AT TIME ZONE 'UTC' FROM sec_filings WHERE "
			       "ticker = 'CGBDL'",
			       "2024-03-04 00:00:00");
			expect("SELECT link FROM sec_filings WHERE ticker = 'SLE'",
			       "https://www.sec.gov/Archives/edgar/data/1621672/"
			       "000143774924006324/slgg20240301_8k.htm");
			expect(EVENTS, "SBC 5.02 management_change GOVERNANCE, SBCWW 5.02 "
				       "management_change GOVERNANCE");
		}
		free(text);
	}
}

/* Apple's year ended on 27 September 2025: of two filings the one of October belongs to it. */
static void
test_recorded_report(void **state)
{
	static const struct sec_row rows[] = {
		{ "AAPL", "2025-10-31 06:01:26", "320193/n/aapl.htm" },
		{ "AAPL", "2025-01-31 06:01:26", "320193/o/aapl.htm" }
	};
	char *text = recorded("fmp/json/financial-reports-json_AAPL_2025_FY.head.json");

	(void)state;
	if (!text)
		skip();
	sec_put_list(LIST_10K, "10-K", rows, 2);
	ground_body(&ground, REPORTS, 200, text);
	sec_page("320193/n/aapl.htm",
		 "<html><p>Item 1A. Risk Factors</p><p>" LONG_PART "</p></html>\n");
	assert_int_equal(sec_run_10k(NULL, NULL).state, RUN_SUCCESS);
	expect(SIGNALS, "AAPL 2025 medium f {} low SEC_10K");
	expect("SELECT string_agg(concat_ws(' ', accepted_date AT TIME ZONE 'UTC', parsed, "
	       "fiscal_year), ', ' ORDER BY link) FROM sec_filings",
	       "2025-10-31 10:01:26 t 2025, 2025-01-31 11:01:26 f");
	free(text);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_recorded_lists),
		TEST(test_recorded_report),
	};

	return cmocka_run_group_tests_name("sec_real", tests, open_ground, close_ground);
}
