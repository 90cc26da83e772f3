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

static const char *const sample_documents[] = {
	"22701/000089710124000091/pegy240248_8k.htm",
	"1544206/000154420624000016/csl-20240301.htm",
	"1621672/000143774924006324/slgg20240301_8k.htm",
	"1930313/000149315224008595/form8-k.htm",
};

/* Two symbols of one company share a document, which is asked for once. */
static void
test_recorded_list(void **state)
{
	int64_t before = sec_documents();
	struct outcome o;

	(void)state;
	if (!ground_real_body(&ground, LIST_8K, 200, "fmp/json/sec-filings-8k_2024-03.head.json"))
		skip();
	for (size_t i = 0; i < ARRAY_LEN(sample_documents); i++)
		sec_page(sample_documents[i],
			 i == 3 ? "<html>Item 5.02</html>\n" : "<html>x</html>\n");
	o = GROUND_RUN(&ground, &job_sec_8k, "2024-03-04", NULL);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 5);
	assert_int_equal(sec_documents() - before, 4); /* SBC and SBCWW share one */
	expect("SELECT filing_date AT TIME ZONE 'UTC' FROM sec_filings WHERE ticker = 'CGBDL'",
	       "2024-03-04 00:00:00");
	expect(EVENTS, "SBC 5.02 management_change GOVERNANCE, SBCWW 5.02 management_change "
		       "GOVERNANCE");
}

/* Apple's year ended on 27 September 2025: of two filings the one of October belongs to it. */
static void
test_recorded_report(void **state)
{
	static const struct sec_row rows[] = {
		{ "AAPL", "2025-10-31 06:01:26", "320193/n/aapl.htm" },
		{ "AAPL", "2025-01-31 06:01:26", "320193/o/aapl.htm" }
	};

	(void)state;
	if (!ground_real_body(&ground, REPORTS, 200,
			      "fmp/json/financial-reports-json_AAPL_2025_FY.head.json"))
		skip();
	sec_put_list(LIST_10K, "10-K", rows, 2);
	sec_page("320193/n/aapl.htm",
		 "<html><p>Item 1A. Risk Factors</p><p>" LONG_PART "</p></html>\n");
	assert_int_equal(sec_run_10k(NULL, NULL).state, RUN_SUCCESS);
	expect(SIGNALS, "AAPL 2025 medium f {} low SEC_10K");
	expect("SELECT string_agg(concat_ws(' ', accepted_date AT TIME ZONE 'UTC', parsed, "
	       "fiscal_year), ', ' ORDER BY link) FROM sec_filings",
	       "2025-10-31 10:01:26 t 2025, 2025-01-31 11:01:26 f");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_recorded_list),
		TEST(test_recorded_report),
	};

	return cmocka_run_group_tests_name("sec_real", tests, open_ground, close_ground);
}
