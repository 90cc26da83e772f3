/* SQL that fills the tables of each job so that all its postconditions hold on 2026-02-02. */
#ifndef FINTRA_TESTS_SUPPORT_POSTS_H
#define FINTRA_TESTS_SUPPORT_POSTS_H

/* Twenty tickers T1..T20, or what stands for them, on the as-of date. */
#define UNIVERSE                                                                           \
	"INSERT INTO fintra_universe (ticker, name, sector, instrument_type, is_active, "  \
	"last_seen) SELECT 'T' || n, 'Name', 'Energy', 'EQUITY', true, '2026-02-02' FROM " \
	"generate_series(1, 20) n"
#define MAP                                                                               \
	"INSERT INTO asset_industry_map (ticker, effective_from, industry_code, source) " \
	"SELECT 'T' || n, '2026-01-01', 'I' || n % 10, 'test' FROM generate_series(1, 20) n"
#define PRICES                                                             \
	"INSERT INTO prices_daily (ticker, price_date, close, adj_close) " \
	"SELECT 'T' || n, '2026-02-02', 5, 5 FROM generate_series(1, 20) n"
#define RETURNS                                                                           \
	"INSERT INTO datos_performance (ticker, window_code, performance_date, "          \
	"return_percent, volatility, source) SELECT 'T' || n, '1Y', '2026-02-02', 5, 1, " \
	"'test' FROM generate_series(1, 20) n"
#define SECTORS                                                                     \
	"INSERT INTO sector_performance (sector, window_code, performance_date, "   \
	"return_percent) SELECT s, w, '2026-02-02', 1 FROM unnest(ARRAY['Energy', " \
	"'Utilities']) s, unnest(ARRAY['1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y']) w"
#define INDUSTRIES                                                                    \
	"INSERT INTO industry_performance (industry, window_code, performance_date, " \
	"return_percent, source) SELECT 'I' || n, w, '2026-02-02', 1, 'test' FROM "   \
	"generate_series(1, 20) n, unnest(ARRAY['1D', '1Y']) w"
#define WINDOWS                                                                    \
	"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, " \
	"as_of_date) SELECT 'T' || n, 'Energy', '1M', '2026-02-02' FROM "          \
	"generate_series(1, 20) n"
#define USUAL                                                                                    \
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date) SELECT 'Energy', 'm' || " \
	"n, '2026-02-02' FROM generate_series(1, 20) n; INSERT INTO sector_stats (sector, "      \
	"metric, stats_date, sample_size) SELECT 'Energy', 'm' || n, '2026-02-02', 5 FROM "      \
	"generate_series(1, 20) n"

#define RATIOS                                                                               \
	"INSERT INTO sector_pe (sector, pe_date, pe) SELECT 'S' || n, '2026-02-02', 5 FROM " \
	"generate_series(1, 20) n; INSERT INTO industry_pe (industry, pe_date, pe, source) " \
	"SELECT 'I' || n, '2026-02-02', 5, 'test' FROM generate_series(1, 20) n"
#define COMPARED                                                                              \
	"INSERT INTO industry_benchmarks (industry, metric, snapshot_date) SELECT 'I' || n, " \
	"'roic', '2026-02-02' FROM generate_series(1, 20) n; INSERT INTO industry_alpha "     \
	"(industry, window_code, benchmark_type, performance_date, benchmark_key) SELECT "    \
	"'I' || n, '1Y', 'market', '2026-02-02', 'MARKET' FROM generate_series(1, 20) n"

#define STATEMENTS                                                                         \
	UNIVERSE "; INSERT INTO datos_financieros (ticker, period_type, period_label, "    \
		 "period_end_date, source, revenue, total_equity) SELECT 'T' || n, 'FY', " \
		 "'2025', '2025-12-31', 'test', 5, 5 FROM generate_series(1, 20) n"
#define PROFILES                                                                 \
	UNIVERSE "; INSERT INTO company_profiles (ticker, sector, description) " \
		 "SELECT 'T' || n, 'Energy', 'Text' FROM generate_series(1, 20) n"
#define DIVIDENDS                                                                        \
	"INSERT INTO datos_dividendos (ticker, year, has_dividend, dividend_per_share, " \
	"source) SELECT 'T' || n, 2025, true, 5, 'test' FROM generate_series(1, 20) n"
#define VALUATION                                                                              \
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "              \
	"denominator_period, sector, price, pe_ratio, source) SELECT 'T' || n, '2026-02-02', " \
	"'TTM', 'TTM', 'Energy', 5, 5, 'test' FROM generate_series(1, 20) n"
#define PEERS                                                                             \
	UNIVERSE "; INSERT INTO fmp_peers (ticker, peer_ticker) SELECT 'T' || n, p FROM " \
		 "generate_series(1, 20) n, unnest(ARRAY['P', 'Q']) p"
#define ANNUAL                                                                           \
	"INSERT INTO sec_filings (ticker, form_type, link, filing_date, parsed) SELECT " \
	"'T' || n, '10-K', 'l' || n, '2026-01-15', true FROM generate_series(1, 20) n; " \
	"INSERT INTO fintra_sec_structural_signals (ticker, fiscal_year, "               \
	"geographic_exposure) SELECT 'T' || n, 2025, '{China}' FROM generate_series(1, 20) n"
#define CURRENT                                                                          \
	"INSERT INTO sec_filings (ticker, form_type, link, filing_date, parsed) SELECT " \
	"'T' || n, '8-K', 'l' || n, '2026-02-02', true FROM generate_series(1, 20) n; "  \
	"INSERT INTO fintra_sec_event_signals (ticker, link, filing_date, sec_item, "    \
	"event_type, event_category) SELECT 'T' || n, 'l' || n, '2026-02-02', '5.02', "  \
	"'x', 'y' FROM generate_series(1, 20) n"
#define SNAPSHOTS                                                                          \
	UNIVERSE "; INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, " \
		 "profile_structural, market_snapshot, valuation, market_position, "       \
		 "investment_verdict, data_confidence, fgos_score) SELECT 'T' || n, "      \
		 "'2026-02-02', 'fintra-local-v1', '{}', '{}', '{}', '{}', '{}', '{}', 5 " \
		 "FROM generate_series(1, 20) n"

#define RANKS                                                                            \
	SNAPSHOTS "; UPDATE fintra_snapshots SET sector_rank = substr(ticker, 2)::int, " \
		  "sector_rank_total = 20"

#define STATES                                                                                \
	UNIVERSE "; INSERT INTO fintra_market_state (ticker, price, last_price_date) SELECT " \
		 "'T' || n, 5, '2026-02-02' FROM generate_series(1, 20) n"

#endif
