/* Rows for the suites of the snapshots, on the ground of support_layer2.h. */
#ifndef FINTRA_TESTS_SUPPORT_SNAPSHOTS_H
#define FINTRA_TESTS_SUPPORT_SNAPSHOTS_H

#include "tests/support_layer2.h"

/* All twelve metrics of a sector: percentiles 1, 2, 3, 4, 5 of 30 values, confidence high. */
void benchmarks(const char *sector, const char *date);
/* A period: `nine` are the metrics of FGOS in the order revenue_cagr, earnings_cagr, fcf_cagr,
 * roic, operating_margin, net_margin, fcf_margin, debt_to_equity, interest_coverage.  Revenue 100,
 * net income 10, free cash flow 5. */
void statement(const char *ticker, const char *type, const char *label, const char *end,
	       const char *nine);
/* TTM multiples "pe_ratio, ev_ebitda, price_to_fcf, price_to_sales". */
void multiples_of(const char *ticker, const char *date, const char *four);
/* A row of performance_windows; returns may be "NULL". */
void against(const char *ticker, const char *benchmark, const char *window, const char *date,
	     const char *returns);
/* n stocks of one sector with a period, a valuation and all windows each. */
void companies(int n, const char *sector);
/* fmp-bulk on AS_OF; parameters as "name=value", NULL = none. */
struct outcome snapshots_run(const char *param, const char *other);

#endif
