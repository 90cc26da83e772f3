/* What the suites of the two filing jobs share: lists, reports and documents written by hand. */
#ifndef FINTRA_TESTS_DB_SEC_SUITE_H
#define FINTRA_TESTS_DB_SEC_SUITE_H

#include "jobs/jobs.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AS_OF "2026-02-02"
#define LIST_8K "/stable/sec-filings-8k"
#define LIST_10K "/stable/sec-filings-search/form-type"
#define REPORTS "/stable/financial-reports-json"
#define ROOM "/Archives/edgar/data/"
#define LONG_PART                                                                               \
	"Here stands as much as a part of a real report would hold at the very least, so that " \
	"nobody takes it for a line of the contents. "

static struct ground ground;

static inline int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "t_sec");
	return 0;
}

static inline int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static inline int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "t_sec");
	return 0;
}

static inline void
expect(const char *sql, const char *want)
{
	char got[4000];

	ground_text(&ground, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

/* How often the stand-in was asked for the path. */
static inline int64_t
asked(const char *path)
{
	char *stats = support_fake_get("/__stats"), key[200];
	int64_t n = 0;
	const char *at;

	(void)fmt_buf(key, sizeof(key), "\"%s\":", path);
	at = strstr(stats, key);
	if (at)
		n = strtoll(at + strlen(key), NULL, 10);
	free(stats);
	return n;
}

static inline int64_t
documents(void)
{
	char *stats = support_fake_get("/__stats");
	int64_t n = 0;

	for (const char *p = stats; (p = strstr(p, "\"" ROOM)); p++)
		n += strtoll(strstr(p, "\":") + 2, NULL, 10);
	free(stats);
	return n;
}

struct row {
	const char *symbol, *accepted, *file; /* file: behind ROOM */
};

static inline void
put_list(const char *request, const char *form, const struct row *row, size_t n)
{
	STR_AUTO s = { 0 };

	str_init(&s, 1 << 20);
	str_putc(&s, '[');
	for (size_t i = 0; i < n; i++)
		str_fmt(&s,
			"%s{\"symbol\":\"%s\",\"cik\":\"0000000001\",\"filingDate\":\"%.10s "
			"00:00:00\",\"acceptedDate\":\"%s\",\"formType\":\"%s\",\"link\":"
			"\"https://www.sec.gov/x-index.htm\",\"finalLink\":\"https://"
			"www.sec.gov" ROOM "%s\"}",
			i ? "," : "", row[i].symbol, row[i].accepted, row[i].accepted, form,
			row[i].file);
	str_putc(&s, ']');
	ground_body(&ground, request, 200, str_c(&s));
}

static inline void
page(const char *file, const char *html)
{
	char path[200];

	(void)fmt_buf(path, sizeof(path), ROOM "%s", file);
	ground_body(&ground, path, 200, html);
}

static const struct row three[] = {
	{ "AAA", "2026-01-30 16:30:00", "1/a/8k.htm" },
	{ "BBB", "2026-01-29 09:00:01", "2/b/8k.htm" },
	{ "CCC", "2026-01-28 17:00:00", "3/c/8k.txt" },
};

static inline void
three_filings(void)
{
	put_list(LIST_8K, "8-K", three, ARRAY_LEN(three));
	page("1/a/8k.htm", "<html><p>Item&nbsp;8.01</p><p>ITEM <b>5.02</b></p></html>\n");
	page("2/b/8k.htm", "<html><p>Item 7.01</p></html>\n");
	page("3/c/8k.txt", "Item 1.02 Termination\nItem 1.01 Entry\n");
}

/* Page `number` of two rows at most: filings of T<from>, T<from + 1>, ... */
static inline void
put_page(int number, int from, int rows)
{
	struct row row[10];
	static char symbol[10][8], file[10][24];
	char request[200];

	for (int i = 0; i < rows; i++) {
		(void)fmt_buf(symbol[i], sizeof(symbol[i]), "T%d", from + i);
		(void)fmt_buf(file[i], sizeof(file[i]), "%d/a/8k.htm", from + i);
		row[i] = (struct row){ symbol[i], "2026-01-30 16:30:00", file[i] };
		page(file[i], "<html>Item 8.01</html>\n");
	}
	(void)fmt_buf(request, sizeof(request),
		      LIST_8K "?from=2026-01-03&limit=2&page=%d&to=" AS_OF, number);
	put_list(request, "8-K", row, (size_t)rows);
}

static inline struct outcome
run_8k(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_sec_8k, AS_OF, a, b, NULL);
}

#define FILINGS                                                                                 \
	"SELECT string_agg(concat_ws(' ', ticker, form_type, parsed, fiscal_year), ', ' ORDER " \
	"BY ticker) FROM sec_filings"
#define EVENTS                                                                                  \
	"SELECT string_agg(concat_ws(' ', ticker, sec_item, event_type, event_category), ', ' " \
	"ORDER BY ticker) FROM fintra_sec_event_signals"

static const struct row annuals[] = {
	{ "AAA", "2026-01-30 16:30:00", "1/n/10k.htm" }, /* fiscal year 2025 */
	{ "AAA", "2025-01-31 16:30:00", "1/o/10k.htm" }, /* the year before */
	{ "BBB", "2025-12-01 09:00:00", "2/n/10k.htm" },
	{ "CCC", "2025-02-01 09:00:00", "3/n/10k.htm" },
};

static inline void
report(const char *symbol, const char *period)
{
	char request[200], text[400];

	(void)fmt_buf(request, sizeof(request), REPORTS "?period=FY&symbol=%s&year=2025", symbol);
	(void)fmt_buf(text, sizeof(text),
		      "{\"symbol\":\"%s\",\"period\":\"FY\",\"year\":\"2025\",\"Cover Page\":[{"
		      "\"Cover\":[\"12 Months Ended\"]},{\"items\":[\"%s\",\"\"]}]}",
		      symbol, period);
	ground_body(&ground, request, 200, text);
}

static inline void
annual_reports(void)
{
	put_list(LIST_10K, "10-K", annuals, ARRAY_LEN(annuals));
	report("AAA", "Nov. 30, 2025");
	report("BBB", "Sep. 30, 2025");
	ground_body(&ground, REPORTS, 200,
		    "{\"Error Message\":\"No Data for this symbol or invalid API call\"}");
	page("1/n/10k.htm",
	     "<html><p>Item 1. Business</p><p>" LONG_PART
	     "A single supplier in China.</p><p>Item 3. "
	     "Legal</p><p>Mexico</p><p>ITEM&nbsp;7. Discussion</p><p>" LONG_PART "Mining.</p>"
	     "<table><tr><td>Purchase obligations</td><td>$</td><td>1,234.5</td></tr></table>"
	     "<p>Item 8. Statements</p></html>\n");
	page("2/n/10k.htm", "<html><p>Item 7. Discussion is in exhibit 13.</p></html>\n");
}

static inline struct outcome
run_10k(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_sec_10k, AS_OF, a, b, NULL);
}

#define SIGNALS                                                                                 \
	"SELECT string_agg(concat_ws(' ', ticker, fiscal_year, supplier_concentration, "        \
	"single_source_dependency, purchase_obligations_amount, "                               \
	"purchase_obligations_currency, geographic_exposure, environmental_exposure, source), " \
	"', ' ORDER BY ticker) FROM fintra_sec_structural_signals"

#define TEST(f) cmocka_unit_test_setup(f, fresh)
#define SEC_SUITE_RUN(name, tests) \
	cmocka_run_group_tests_name(name, tests, open_ground, close_ground)

#endif
