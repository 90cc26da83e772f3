-- What fmp-bulk reads, as bare binary COPYs of the same columns and rows, in whatever order they lie.
COPY (SELECT ticker, name, sector, industry, country, last_seen FROM fintra_universe WHERE is_active)
	TO STDOUT (FORMAT binary);
COPY (SELECT ticker, company_name, sector, industry, country, website, ceo, employees FROM company_profiles)
	TO STDOUT (FORMAT binary);
COPY (SELECT ticker, period_type, period_label, period_end_date, revenue_cagr, earnings_cagr, fcf_cagr, roic,
             operating_margin, net_margin, fcf_margin, debt_to_equity, interest_coverage, revenue, net_income,
             free_cash_flow, roe, gross_margin, invested_capital, weighted_shares_out
        FROM datos_financieros) TO STDOUT (FORMAT binary);
COPY (SELECT ticker, valuation_date, price, market_cap, pe_ratio, ev_ebitda, price_to_fcf, price_to_sales
        FROM datos_valuacion) TO STDOUT (FORMAT binary);
COPY (SELECT ticker, benchmark_ticker, window_code, as_of_date, asset_return, benchmark_return, max_drawdown
        FROM performance_windows) TO STDOUT (FORMAT binary);
COPY (SELECT ticker, year, has_dividend, dividend_per_share, payout_eps, payout_fcf FROM datos_dividendos)
	TO STDOUT (FORMAT binary);
COPY (SELECT sector, snapshot_date, metric, p10, p25, p50, p75, p90, sample_size, confidence FROM sector_benchmarks)
	TO STDOUT (FORMAT binary);
COPY (SELECT sector, pe_date, pe FROM sector_pe) TO STDOUT (FORMAT binary);
