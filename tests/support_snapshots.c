#include "tests/support_snapshots.h"

#include "jobs/jobs.h"

enum { SQL_BYTES = 1200 };

void
benchmarks(const char *name, const char *date)
{
	char sql[SQL_BYTES];

	(void)fmt_buf(
		sql, sizeof(sql),
		"INSERT INTO sector_benchmarks (sector, metric, snapshot_date, p10, p25, p50, "
		"p75, p90, sample_size, confidence) SELECT '%s', m, '%s', 1, 2, 3, 4, 5, 30, "
		"'high' FROM unnest(ARRAY['revenue_cagr', 'earnings_cagr', 'fcf_cagr', "
		"'roic', 'operating_margin', 'net_margin', 'fcf_margin', 'debt_to_equity', "
		"'interest_coverage', 'pe_ratio', 'ev_ebitda', 'price_to_fcf']) m",
		name, date);
	ground_sql(&ground, sql);
}

void
statement(const char *ticker, const char *type, const char *label, const char *end,
	  const char *nine)
{
	char sql[SQL_BYTES];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO datos_financieros (ticker, period_type, period_label, "
		      "period_end_date, source, revenue, net_income, free_cash_flow, "
		      "revenue_cagr, earnings_cagr, fcf_cagr, roic, operating_margin, net_margin, "
		      "fcf_margin, debt_to_equity, interest_coverage) VALUES ('%s', '%s', '%s', "
		      "'%s', 'test', 100, 10, 5, %s)",
		      ticker, type, label, end, nine);
	ground_sql(&ground, sql);
}

void
multiples_of(const char *ticker, const char *date, const char *four)
{
	char sql[SQL_BYTES];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		      "denominator_period, sector, price, source, pe_ratio, ev_ebitda, "
		      "price_to_fcf, price_to_sales) VALUES ('%s', '%s', 'TTM', 'TTM', 'x', 10, "
		      "'test', %s)",
		      ticker, date, four);
	ground_sql(&ground, sql);
}

void
against(const char *ticker, const char *benchmark, const char *window, const char *date,
	const char *returns)
{
	char sql[SQL_BYTES];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, "
		      "as_of_date, max_drawdown, asset_return, benchmark_return) VALUES ('%s', "
		      "'%s', '%s', '%s', 7, %s)",
		      ticker, benchmark, window, date, returns);
	ground_sql(&ground, sql);
}

void
companies(int n, const char *name)
{
	char sql[3 * SQL_BYTES];

	(void)fmt_buf(
		sql, sizeof(sql),
		"INSERT INTO fintra_universe (ticker, name, sector, industry, instrument_type, "
		"is_active, last_seen) SELECT 'C' || lpad(g::text, 3, '0'), 'Company ' || g, '%s', "
		"'Industry ' || g %% 3, 'EQUITY', true, '" AS_OF "' FROM generate_series(1, %d) g;"
		"INSERT INTO datos_financieros (ticker, period_type, period_label, "
		"period_end_date, source, revenue, net_income, free_cash_flow, revenue_cagr, "
		"earnings_cagr, fcf_cagr, roic, operating_margin, net_margin, fcf_margin, "
		"debt_to_equity, interest_coverage) SELECT ticker, 'FY', y::text, (y || "
		"'-12-31')::date, 'test', 100, 10, 5, 2.5, 2.5, 2.5, k %% 6, 2.5, 2.5, 2.5, 2.5, "
		"2.5 FROM (SELECT ticker, substr(ticker, 2)::int AS k FROM fintra_universe) u, "
		"generate_series(2023, 2025) y;"
		"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		"denominator_period, sector, price, source, pe_ratio, ev_ebitda, price_to_fcf) "
		"SELECT ticker, '" AS_OF "', 'TTM', 'TTM', 'x', 10, 'test', 2, 3, 4 FROM "
		"fintra_universe;"
		"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, "
		"as_of_date, asset_return, benchmark_return) SELECT ticker, sector, w, '" AS_OF
		"', substr(ticker, 2)::int, 3 FROM fintra_universe, unnest(ARRAY['1M', '3M', '6M', "
		"'1Y', '2Y', '3Y', '5Y']) w",
		name, n);
	ground_sql(&ground, sql);
	benchmarks(name, AS_OF);
}

struct outcome
snapshots_run(const char *param, const char *other)
{
	return GROUND_RUN(&ground, &job_fmp_bulk, AS_OF, param, other, NULL);
}
