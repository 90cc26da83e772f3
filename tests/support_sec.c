#include "tests/support_sec.h"

#include "core/str.h"
#include "jobs/jobs.h"

#include <stdlib.h>
#include <string.h>

int64_t
sec_asked(const char *path)
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

int64_t
sec_documents(void)
{
	char *stats = support_fake_get("/__stats");
	int64_t n = 0;

	for (const char *p = stats; (p = strstr(p, "\"" ROOM)); p++)
		n += strtoll(strstr(p, "\":") + 2, NULL, 10);
	free(stats);
	return n;
}

void
sec_put_list(const char *request, const char *form, const struct sec_row *row, size_t n)
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

void
sec_page(const char *file, const char *html)
{
	char path[200];

	(void)fmt_buf(path, sizeof(path), ROOM "%s", file);
	ground_body(&ground, path, 200, html);
}

const struct sec_row sec_three[3] = {
	{ "AAA", "2026-01-30 16:30:00", "1/a/8k.htm" },
	{ "BBB", "2026-01-29 09:00:01", "2/b/8k.htm" },
	{ "CCC", "2026-01-28 17:00:00", "3/c/8k.txt" },
};

void
sec_three_filings(void)
{
	sec_put_list(LIST_8K, "8-K", sec_three, ARRAY_LEN(sec_three));
	sec_page("1/a/8k.htm", "<html><p>Item&nbsp;8.01</p><p>ITEM <b>5.02</b></p></html>\n");
	sec_page("2/b/8k.htm", "<html><p>Item 7.01</p></html>\n");
	sec_page("3/c/8k.txt", "Item 1.02 Termination\nItem 1.01 Entry\n");
}

void
sec_put_page(int number, int from, int rows)
{
	struct sec_row row[10];
	static char symbol[10][8], file[10][24];
	char request[200];

	for (int i = 0; i < rows; i++) {
		(void)fmt_buf(symbol[i], sizeof(symbol[i]), "T%d", from + i);
		(void)fmt_buf(file[i], sizeof(file[i]), "%d/a/8k.htm", from + i);
		row[i] = (struct sec_row){ symbol[i], "2026-01-30 16:30:00", file[i] };
		sec_page(file[i], "<html>Item 8.01</html>\n");
	}
	(void)fmt_buf(request, sizeof(request),
		      LIST_8K "?from=2026-01-03&limit=2&page=%d&to=" AS_OF, number);
	sec_put_list(request, "8-K", row, (size_t)rows);
}

struct outcome
sec_run_8k(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_sec_8k, AS_OF, a, b, NULL);
}

static const struct sec_row annuals[] = {
	{ "AAA", "2026-01-30 16:30:00", "1/n/10k.htm" }, /* fiscal year 2025 */
	{ "AAA", "2025-01-31 16:30:00", "1/o/10k.htm" }, /* the year before */
	{ "BBB", "2025-12-01 09:00:00", "2/n/10k.htm" },
	{ "CCC", "2025-02-01 09:00:00", "3/n/10k.htm" },
};

void
sec_report(const char *symbol, const char *period)
{
	char request[200], text[400];

	(void)fmt_buf(request, sizeof(request), REPORTS "?period=FY&symbol=%s&year=2025", symbol);
	(void)fmt_buf(text, sizeof(text),
		      "{\"symbol\":\"%s\",\"period\":\"FY\",\"year\":\"2025\",\"Cover Page\":[{"
		      "\"Cover\":[\"12 Months Ended\"]},{\"items\":[\"%s\",\"\"]}]}",
		      symbol, period);
	ground_body(&ground, request, 200, text);
}

void
sec_annual_reports(void)
{
	sec_put_list(LIST_10K, "10-K", annuals, ARRAY_LEN(annuals));
	sec_report("AAA", "Nov. 30, 2025");
	sec_report("BBB", "Sep. 30, 2025");
	ground_body(&ground, REPORTS, 200,
		    "{\"Error Message\":\"No Data for this symbol or invalid API call\"}");
	sec_page("1/n/10k.htm",
		 "<html><p>Item 1. Business</p><p>" LONG_PART
		 "A single supplier in China.</p><p>Item 3. "
		 "Legal</p><p>Mexico</p><p>ITEM&nbsp;7. Discussion</p><p>" LONG_PART "Mining.</p>"
		 "<table><tr><td>Purchase obligations</td><td>$</td><td>1,234.5</td></tr></table>"
		 "<p>Item 8. Statements</p></html>\n");
	sec_page("2/n/10k.htm", "<html><p>Item 7. Discussion is in exhibit 13.</p></html>\n");
}

struct outcome
sec_run_10k(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_sec_10k, AS_OF, a, b, NULL);
}
