/* The two jobs of filings on lists, reports and documents written by hand.  Expected values come
 * from jobs.md 2.9 and 2.10, fmp.md 6 and 7, and from the documents as a person reads them. */
#include "tests/support_sec.h"

#include <setjmp.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "t_sec");
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
	ground_reset(&ground, "t_sec");
	return 0;
}

/* One event per filing, by priority and then by place; every examined filing is stored. */
static void
test_one_event_per_filing(void **state)
{
	struct outcome o;

	(void)state;
	sec_three_filings();
	o = sec_run_8k(NULL, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	expect(FILINGS, "AAA 8-K t, BBB 8-K t, CCC 8-K t");
	expect(EVENTS, "AAA 5.02 management_change GOVERNANCE, CCC 1.02 agreement_termination "
		       "SUPPLY_CHAIN");
	assert_int_equal(o.counts.read, 3);
	assert_int_equal(o.counts.inserted, 5);
	expect("SELECT concat_ws(' ', result->>'processed', result->>'signals', "
	       "result->>'pagesScanned') FROM fintra_ops.run",
	       "3 2 1");
	/* New York's wall time, in winter 5 hours behind */
	expect("SELECT concat_ws(' ', accepted_date AT TIME ZONE 'UTC', filing_date AT TIME ZONE "
	       "'UTC') FROM fintra_sec_event_signals WHERE ticker = 'AAA'",
	       "2026-01-30 21:30:00 2026-01-30 00:00:00");
	expect("SELECT link FROM sec_filings WHERE ticker = 'CCC'",
	       "https://www.sec.gov" ROOM "3/c/8k.txt");
}

static void
test_second_run_asks_for_no_document(void **state)
{
	struct outcome o;
	int64_t before, tuples;

	(void)state;
	sec_three_filings();
	sec_run_8k(NULL, NULL);
	before = sec_documents();
	tuples = ground_tuples(&ground);
	o = sec_run_8k(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 3);
	assert_int_equal(o.counts.unchanged, 3);
	assert_int_equal(sec_documents(), before);
	o = sec_run_8k("force=1", NULL);
	assert_int_equal(o.counts.unchanged, 5);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(sec_documents() - before, 3);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* The document is read once, whatever page the other symbol stands on. */
static void
test_a_filing_of_two_symbols(void **state)
{
	static const struct sec_row two[] = { { "SBC", "2026-01-30 16:30:00", "1/a/8k.htm" },
					      { "SBCWW", "2026-01-30 16:30:00", "1/a/8k.htm" } };
	int64_t before = sec_documents();

	(void)state;
	sec_page("1/a/8k.htm", "<html>Item 2.01</html>\n");
	sec_put_list(LIST_8K, "8-K", two, 2);
	sec_run_8k(NULL, NULL);
	assert_int_equal(sec_documents() - before, 1);
	expect(EVENTS, "SBC 2.01 acquisition_disposition STRATEGIC, SBCWW 2.01 "
		       "acquisition_disposition STRATEGIC");
	ground_sql(&ground, "DELETE FROM sec_filings WHERE ticker = 'SBCWW'; DELETE FROM "
			    "fintra_sec_event_signals WHERE ticker = 'SBCWW'");
	sec_run_8k(NULL, NULL);
	assert_int_equal(sec_documents() - before, 1);
	expect("SELECT count(*) FROM fintra_sec_event_signals WHERE ticker = 'SBCWW'", "1");
}

/* Exhibits that are pictures are no documents: kept, unparsed, never asked for. */
static void
test_pictures_are_not_asked_for(void **state)
{
	static const struct sec_row rows[] = { { "AAA", "2026-01-30 16:30:00", "1/a/ex99.jpg" },
					       { "BBB", "2026-01-29 16:30:00", "2/b/ex99.pdf" } };
	int64_t before = sec_documents();

	(void)state;
	sec_put_list(LIST_8K, "8-K", rows, 2);
	assert_int_equal(sec_run_8k(NULL, NULL).state, RUN_SUCCESS);
	expect(FILINGS, "AAA 8-K f, BBB 8-K f");
	assert_int_equal(sec_documents(), before);
}

static void
test_five_pages_at_most(void **state)
{
	int64_t before = sec_asked(LIST_8K);

	(void)state;
	for (int i = 0; i < 7; i++)
		sec_put_page(i, 10 + 2 * i, 2);
	assert_int_equal(sec_run_8k("limit=2", NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_asked(LIST_8K) - before, 5);
	expect("SELECT count(*) FROM sec_filings", "10");
	/* goes on where it ended; the answer after page 6 is 404 */
	sec_run_8k("limit=2", "page=5");
	expect("SELECT count(*) FROM sec_filings", "14");
}

/* A short page is the end; so is one that holds a stored filing, once it is done. */
static void
test_where_the_pages_end(void **state)
{
	int64_t before = sec_asked(LIST_8K);

	(void)state;
	sec_put_page(0, 10, 2);
	sec_put_page(1, 12, 1);
	assert_int_equal(sec_run_8k("limit=2", NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_asked(LIST_8K) - before, 2);
	sec_put_page(0, 8, 2);
	sec_put_page(1, 9, 2); /* T9 is stored by then, T10 was before */
	before = sec_asked(LIST_8K);
	assert_int_equal(sec_run_8k("limit=2", NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_asked(LIST_8K) - before, 2);
	expect("SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM sec_filings",
	       "T10 T11 T12 T8 T9");
}

static void
test_a_server_without_pages(void **state)
{
	int64_t before = sec_asked(LIST_8K);

	(void)state;
	sec_put_list(LIST_8K, "8-K", sec_three, 2);
	sec_page("1/a/8k.htm", "<html>Item 8.01</html>\n");
	sec_page("2/b/8k.htm", "<html>Item 8.01</html>\n");
	assert_int_equal(sec_run_8k("limit=2", NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_asked(LIST_8K) - before, 2);
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'page 1 is page 0 again%'",
	       "1");
}

static void
test_narrow_and_dry(void **state)
{
	struct outcome o;

	(void)state;
	sec_three_filings();
	o = sec_run_8k("dry_run=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 3);
	expect("SELECT count(*) FROM sec_filings", "0");
	o = sec_run_8k("ticker=BBB", NULL);
	assert_int_equal(o.counts.skipped, 2);
	expect(FILINGS, "BBB 8-K t");
}

/* One document cannot be had: the others can; a later run asks for it again. */
static void
test_a_document_that_fails(void **state)
{
	struct outcome o;

	(void)state;
	sec_three_filings();
	ground_fault("path=" ROOM "2/b/8k.htm,kind=status-404");
	o = sec_run_8k(NULL, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	expect(FILINGS, "AAA 8-K t, CCC 8-K t");
	expect("SELECT count(*) FROM fintra_ops.event WHERE lvl = 'error' AND msg LIKE 'BBB: GET "
	       "/Archives/%HTTP 404%'",
	       "1");
	ground_fault(NULL);
	assert_int_equal(sec_run_8k(NULL, NULL).state, RUN_SUCCESS);
	expect(FILINGS, "AAA 8-K t, BBB 8-K t, CCC 8-K t");
}

/* Rows of the list that cannot be used, by reason. */
static void
test_rows_refused(void **state)
{
	struct outcome o;

	(void)state;
	ground_body(&ground, LIST_8K, 200,
		    "[{\"symbol\":\"AAA\",\"fillingDate\":\"2026-01-30 00:00:00\",\"formType\":"
		    "\"8-K/A\",\"finalLink\":\"https://www.sec.gov" ROOM "1/a/8k.htm\"},"
		    "{\"symbol\":\"B B\",\"filingDate\":\"2026-01-30\",\"formType\":\"8-K\","
		    "\"finalLink\":\"https://www.sec.gov/b.htm\"},"
		    "{\"symbol\":\"CCC\",\"filingDate\":\"2026-01-30\",\"formType\":\"8-K\"},"
		    "{\"symbol\":\"DDD\",\"formType\":\"8-K\",\"finalLink\":\"https://x/d.htm\"},"
		    "{\"symbol\":\"EEE\",\"filingDate\":\"2024-01-30\",\"formType\":\"8-K\","
		    "\"finalLink\":\"https://x/e.htm\"},"
		    "{\"symbol\":\"FFF\",\"filingDate\":\"2026-01-30\",\"formType\":\"10-Q\","
		    "\"finalLink\":\"https://x/f.htm\"},"
		    "{\"symbol\":\"GGG\",\"filingDate\":\"2026-01-30\",\"formType\":\"8-K\","
		    "\"finalLink\":\"javascript:alert(1)\"}]");
	sec_page("1/a/8k.htm", "<html>Item 8.01</html>\n");
	o = sec_run_8k(NULL, NULL);
	assert_int_equal(o.counts.read, 7);
	assert_int_equal(o.counts.rejected, 5);
	assert_int_equal(o.counts.skipped, 1);
	expect(FILINGS, "AAA 8-K/A t");
	expect("SELECT string_agg(reason, ', ' ORDER BY reason) FROM fintra_ops.reject",
	       "date is missing or unreadable, dated outside the range asked for, link is missing "
	       "or unusable, link is missing or unusable, symbol is missing or unusable");
}

/* --- annual reports --- */

/* Four filings are stored; one of them belongs to the year and has words; one has none. */
static void
test_signals_come_from_the_document(void **state)
{
	struct outcome o;
	int64_t before = sec_documents();

	(void)state;
	sec_annual_reports();
	o = sec_run_10k(NULL, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	expect(SIGNALS, "AAA 2025 high t 1234.5 USD {China} high SEC_10K");
	expect("SELECT string_agg(concat_ws(' ', ticker, parsed, fiscal_year), ', ' ORDER BY "
	       "ticker, link) FROM sec_filings",
	       "AAA t 2025, AAA f, BBB f 2025, CCC f");
	assert_int_equal(sec_documents() - before, 2);
	expect("SELECT concat_ws(' ', result->>'count', result->>'processed', "
	       "result->>'skipped') FROM fintra_ops.run",
	       "4 1 2");
}

static void
test_reports_are_read_once(void **state)
{
	struct outcome o;
	int64_t before, tuples;

	(void)state;
	sec_annual_reports();
	sec_run_10k(NULL, NULL);
	before = sec_asked(ROOM "1/n/10k.htm");
	tuples = ground_tuples(&ground);
	o = sec_run_10k(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(sec_asked(ROOM "1/n/10k.htm"), before);
	o = sec_run_10k("force=1", NULL);
	assert_int_equal(sec_asked(ROOM "1/n/10k.htm"), before + 1);
	assert_true(o.counts.read > 4);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
}

static void
test_annual_report_of_two_symbols(void **state)
{
	static const struct sec_row two[] = { { "GA", "2025-12-01 09:00:00", "1/n/10k.htm" },
					      { "GB", "2025-12-01 09:00:00", "1/n/10k.htm" } };
	int64_t before = sec_documents();

	(void)state;
	sec_annual_reports();
	sec_put_list(LIST_10K, "10-K", two, 2);
	sec_report("GA", "Sep. 30, 2025");
	sec_report("GB", "Sep. 30, 2025");
	assert_int_equal(sec_run_10k(NULL, NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_documents() - before, 1);
	expect(SIGNALS, "GA 2025 high t 1234.5 USD {China} high SEC_10K, "
			"GB 2025 high t 1234.5 USD {China} high SEC_10K");
}

static void
test_year_limit_ticker_dry(void **state)
{
	struct outcome o;

	(void)state;
	sec_annual_reports();
	sec_run_10k("dry_run=1", NULL);
	expect("SELECT count(*) FROM sec_filings", "0");
	sec_run_10k("ticker=BBB", NULL);
	expect("SELECT string_agg(ticker, ' ') FROM sec_filings", "BBB");
	ground_sql(&ground, "DELETE FROM sec_filings");
	sec_run_10k("limit=2", NULL);
	expect("SELECT count(*) FROM sec_filings", "2");
	o = sec_run_10k("year=2027", NULL);
	assert_int_equal(o.exit_code, 64);
	ground_sql(&ground, "DELETE FROM sec_filings");
	o = sec_run_10k("year=2024", NULL); /* AAA's report of 2025 is not asked for */
	expect("SELECT count(*) FROM sec_filings WHERE fiscal_year IS NOT NULL", "0");
	assert_int_equal(o.state, RUN_SUCCESS);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_event_per_filing),
		TEST(test_second_run_asks_for_no_document),
		TEST(test_a_filing_of_two_symbols),
		TEST(test_pictures_are_not_asked_for),
		TEST(test_five_pages_at_most),
		TEST(test_where_the_pages_end),
		TEST(test_a_server_without_pages),
		TEST(test_narrow_and_dry),
		TEST(test_a_document_that_fails),
		TEST(test_rows_refused),
		TEST(test_signals_come_from_the_document),
		TEST(test_reports_are_read_once),
		TEST(test_annual_report_of_two_symbols),
		TEST(test_year_limit_ticker_dry),
	};

	return cmocka_run_group_tests_name("sec", tests, open_ground, close_ground);
}
