/* What the suites of the two filing jobs share: lists, reports and documents written by hand. */
#ifndef FINTRA_TESTS_SUPPORT_SEC_H
#define FINTRA_TESTS_SUPPORT_SEC_H

#include "tests/support_layer2.h"

#define LIST_8K "/stable/sec-filings-8k"
#define LIST_10K "/stable/sec-filings-search/form-type"
#define REPORTS "/stable/financial-reports-json"
#define ROOM "/Archives/edgar/data/"
/* As long as a part of a real report is at the very least. */
#define LONG_PART                                                                               \
	"Here stands as much as a part of a real report would hold at the very least, so that " \
	"nobody takes it for a line of the contents. "

/* What is stored, as one text. */
#define FILINGS                                                                                 \
	"SELECT string_agg(concat_ws(' ', ticker, form_type, parsed, fiscal_year), ', ' ORDER " \
	"BY ticker) FROM sec_filings"
#define EVENTS                                                                                  \
	"SELECT string_agg(concat_ws(' ', ticker, sec_item, event_type, event_category), ', ' " \
	"ORDER BY ticker) FROM fintra_sec_event_signals"
#define SIGNALS                                                                                 \
	"SELECT string_agg(concat_ws(' ', ticker, fiscal_year, supplier_concentration, "        \
	"single_source_dependency, purchase_obligations_amount, "                               \
	"purchase_obligations_currency, geographic_exposure, environmental_exposure, source), " \
	"', ' ORDER BY ticker) FROM fintra_sec_structural_signals"

/* How often the stand-in was asked for the path, and for documents of any path. */
int64_t sec_asked(const char *path);
int64_t sec_documents(void);

/* A row of a list; its file is behind ROOM. */
struct sec_row {
	const char *symbol, *accepted, *file;
};

/* The list that the vendor answers for `request`. */
void sec_put_list(const char *request, const char *form, const struct sec_row *row, size_t n);
/* The document behind ROOM. */
void sec_page(const char *file, const char *html);

/* 8-K filings of AAA, BBB and CCC; the list and the documents of all three. */
extern const struct sec_row sec_three[3];
void sec_three_filings(void);
/* Page `number` of two rows at most: filings of T<from>, T<from + 1>, ... and their documents. */
void sec_put_page(int number, int from, int rows);
/* Parameters as "name=value" or NULL. */
struct outcome sec_run_8k(const char *a, const char *b);

/* The vendor's report of the symbol for 2025, whose year ended on `period`. */
void sec_report(const char *symbol, const char *period);
/* 10-K filings: AAA's of its year and of the year before, BBB's without words, CCC's of no year;
 * reports of AAA and BBB. */
void sec_annual_reports(void);
struct outcome sec_run_10k(const char *a, const char *b);

#endif
