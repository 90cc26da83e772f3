-- Postconditions: each returns one value for the as-of date.  Layer 2 writes at the market's date, which may be
-- older than the as-of date: its newest one up to it counts.

-- name: post_universe_newest
-- $1 as_of date
-- returns newest last_seen date, at most the as_of date: an older run never moves it back
SELECT least(max(last_seen), $1::date) FROM fintra_universe WHERE is_active AND source = 'FMP';

-- name: post_universe_stored
-- $1 as_of date
-- returns instruments of the vendor seen at that date or after it bigint
SELECT count(*) FROM fintra_universe WHERE last_seen >= $1::date AND source = 'FMP';

-- name: post_universe_unsectored
-- $1 as_of date
-- returns share of the active stocks seen at that date or after it without a sector
SELECT coalesce(avg(CASE WHEN sector IS NULL THEN 1 ELSE 0 END), 0) FROM fintra_universe
 WHERE is_active AND source = 'FMP' AND instrument_type IN ('EQUITY', 'ADR') AND last_seen >= $1::date;

-- name: post_universe_nameless
-- $1 as_of date
-- returns share of the active instruments seen at that date or after it without a name
SELECT coalesce(avg(CASE WHEN name IS NULL THEN 1 ELSE 0 END), 0) FROM fintra_universe
 WHERE is_active AND source = 'FMP' AND last_seen >= $1::date;

-- name: post_industry_map_tickers
-- $1 as_of date
-- returns tickers whose industry is known at that date bigint
SELECT count(DISTINCT ticker) FROM asset_industry_map
 WHERE effective_from <= $1::date AND (effective_to IS NULL OR effective_to >= $1::date);

-- name: post_industries
-- $1 as_of date
-- returns industries that hold a ticker at that date bigint
SELECT count(DISTINCT industry_code) FROM asset_industry_map
 WHERE effective_from <= $1::date AND (effective_to IS NULL OR effective_to >= $1::date);

-- name: post_prices_newest
-- $1 as_of date
-- returns newest price_date up to it
SELECT max(price_date) FROM prices_daily WHERE price_date <= $1::date;

-- name: post_prices_rows
-- $1 as_of date
-- returns bars of the newest day up to it bigint
SELECT count(*) FROM prices_daily
 WHERE price_date = (SELECT max(price_date) FROM prices_daily WHERE price_date <= $1::date);

-- name: post_prices_unadjusted
-- $1 as_of date
-- returns share of the bars of the newest day up to it without adjusted close
SELECT coalesce(avg(CASE WHEN adj_close IS NULL THEN 1 ELSE 0 END), 0) FROM prices_daily
 WHERE price_date = (SELECT max(price_date) FROM prices_daily WHERE price_date <= $1::date);

-- name: post_financials_tickers
-- $1 as_of date
-- returns active stocks with a fiscal year or twelve months that ended within 15 months bigint
SELECT count(*) FROM fintra_active_stocks s
 WHERE EXISTS (SELECT 1 FROM datos_financieros f
                WHERE f.ticker = s.ticker AND f.period_type IN ('TTM', 'FY') AND f.period_end_date <= $1::date
                  AND f.period_end_date > $1::date - interval '15 months');

-- name: post_financials_unsold
-- The vendor's zero means "not reported", too.
-- $1 as_of date
-- returns share of the fiscal years that ended within 15 months without revenue
SELECT coalesce(avg(CASE WHEN coalesce(revenue, 0) = 0 THEN 1 ELSE 0 END), 0) FROM datos_financieros
 WHERE period_type = 'FY' AND period_end_date <= $1::date AND period_end_date > $1::date - interval '15 months';

-- name: post_financials_unfunded
-- $1 as_of date
-- returns share of the fiscal years that ended within 15 months without equity
SELECT coalesce(avg(CASE WHEN coalesce(total_equity, 0) = 0 THEN 1 ELSE 0 END), 0) FROM datos_financieros
 WHERE period_type = 'FY' AND period_end_date <= $1::date AND period_end_date > $1::date - interval '15 months';

-- name: post_batch_rows
-- $1 as_of date
-- returns fiscal years that ended up to it bigint
SELECT count(*) FROM datos_financieros WHERE period_type = 'FY' AND period_end_date <= $1::date;

-- name: post_profiles_tickers
-- returns active stocks with a profile bigint
SELECT count(*) FROM fintra_active_stocks s
 WHERE EXISTS (SELECT 1 FROM company_profiles p WHERE p.ticker = s.ticker);

-- name: post_profiles_unsectored
-- returns share of the active stocks' profiles without a sector
SELECT coalesce(avg(CASE WHEN p.sector IS NULL THEN 1 ELSE 0 END), 0)
  FROM company_profiles p JOIN fintra_active_stocks s ON s.ticker = p.ticker;

-- name: post_profiles_undescribed
-- returns share of the active stocks' profiles without a description
SELECT coalesce(avg(CASE WHEN p.description IS NULL THEN 1 ELSE 0 END), 0)
  FROM company_profiles p JOIN fintra_active_stocks s ON s.ticker = p.ticker;

-- name: post_dividends_tickers
-- $1 as_of date
-- returns companies with a row of the year of the as_of date or of the two before it bigint
SELECT count(DISTINCT ticker) FROM datos_dividendos WHERE year >= extract(year FROM $1::date) - 2;

-- name: post_dividends_payers
-- $1 as_of date
-- returns companies that paid in the year of the as_of date or in the two before it bigint
SELECT count(DISTINCT ticker) FROM datos_dividendos
 WHERE year >= extract(year FROM $1::date) - 2 AND has_dividend;

-- name: post_dividends_rows
-- $1 as_of date
-- returns rows of fiscal years up to the one after the as_of date's, which it may be named after already, bigint
SELECT count(*) FROM datos_dividendos WHERE year <= extract(year FROM $1::date) + 1;

-- name: post_dividends_unknown
-- $1 as_of date
-- returns share of the rows of the same years of which it is not known what was paid per share
SELECT coalesce(avg(CASE WHEN dividend_per_share IS NULL THEN 1 ELSE 0 END), 0) FROM datos_dividendos
 WHERE year >= extract(year FROM $1::date) - 2;

-- name: post_valuation_newest
-- $1 as_of date
-- returns newest valuation_date up to it
SELECT max(valuation_date) FROM datos_valuacion WHERE valuation_date <= $1::date;

-- name: post_valuation_tickers
-- $1 as_of date
-- returns tickers of the newest day up to it bigint
SELECT count(DISTINCT ticker) FROM datos_valuacion
 WHERE valuation_date = (SELECT max(valuation_date) FROM datos_valuacion WHERE valuation_date <= $1::date);

-- name: post_valuation_no_pe
-- $1 as_of date
-- returns share of the rows of the newest day up to it without price/earnings
SELECT coalesce(avg(CASE WHEN pe_ratio IS NULL THEN 1 ELSE 0 END), 0) FROM datos_valuacion
 WHERE valuation_date = (SELECT max(valuation_date) FROM datos_valuacion WHERE valuation_date <= $1::date);

-- name: post_peers_tickers
-- returns active stocks with a peer bigint
SELECT count(DISTINCT ticker) FROM fmp_peers
 WHERE ticker IN (SELECT ticker FROM fintra_active_stocks);

-- name: post_peers_rows
-- returns relations of active stocks bigint
SELECT count(*) FROM fmp_peers
 WHERE ticker IN (SELECT ticker FROM fintra_active_stocks);

-- name: post_annual_reports
-- $1 as_of date
-- returns companies with an annual report filed up to it bigint
SELECT count(DISTINCT ticker) FROM sec_filings WHERE form_type = '10-K' AND filing_date < $1::date + 1;

-- name: post_annual_unread
-- $1 as_of date
-- returns share of these companies without signals of any year
SELECT coalesce(avg(CASE WHEN EXISTS (SELECT 1 FROM fintra_sec_structural_signals s WHERE s.ticker = f.ticker)
                         THEN 0 ELSE 1 END), 0)
  FROM (SELECT DISTINCT ticker FROM sec_filings WHERE form_type = '10-K' AND filing_date < $1::date + 1) f;

-- name: post_annual_placeless
-- $1 as_of date
-- returns share of the signals of fiscal years up to that of the as_of date that name no place
SELECT coalesce(avg(CASE WHEN coalesce(cardinality(geographic_exposure), 0) = 0 THEN 1 ELSE 0 END), 0)
  FROM fintra_sec_structural_signals
 WHERE fiscal_year <= extract(year FROM $1::date);

-- name: post_current_reports
-- $1 as_of date
-- returns current reports filed up to it bigint
SELECT count(*) FROM sec_filings WHERE form_type LIKE '8-K%' AND filing_date < $1::date + 1;

-- name: post_current_unread
-- $1 as_of date
-- returns share of them whose document was not read
SELECT coalesce(avg(CASE WHEN parsed THEN 0 ELSE 1 END), 0)
  FROM sec_filings WHERE form_type LIKE '8-K%' AND filing_date < $1::date + 1;

-- name: post_current_eventless
-- $1 as_of date
-- returns share of those read that told no event
SELECT coalesce(avg(CASE WHEN EXISTS (SELECT 1 FROM fintra_sec_event_signals s
                                       WHERE s.ticker = f.ticker AND s.link = f.link) THEN 0 ELSE 1 END), 0)
  FROM sec_filings f
 WHERE f.form_type LIKE '8-K%' AND f.parsed AND f.filing_date < $1::date + 1;

-- name: post_performance_tickers
-- $1 as_of date
-- returns tickers with a return of one year at the newest date up to it bigint
SELECT count(*) FROM datos_performance
 WHERE window_code = '1Y'
   AND performance_date = (SELECT max(performance_date) FROM datos_performance
                            WHERE performance_date <= $1::date AND window_code = '1Y');

-- name: post_performance_volatility_nulls
-- $1 as_of date
-- returns share of the one-year rows at the newest date up to it without volatility
SELECT coalesce(avg(CASE WHEN volatility IS NULL THEN 1 ELSE 0 END), 0) FROM datos_performance
 WHERE window_code = '1Y'
   AND performance_date = (SELECT max(performance_date) FROM datos_performance
                            WHERE performance_date <= $1::date AND window_code = '1Y');

-- name: post_sector_rows
-- $1 as_of date
-- returns sector rows of the canonical windows at the newest date up to it bigint
SELECT count(*) FROM sector_performance
 WHERE window_code IN ('1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y')
   AND performance_date = (SELECT max(performance_date) FROM sector_performance
                            WHERE performance_date <= $1::date AND window_code <> '1D');

-- name: post_industry_rows
-- $1 as_of date
-- returns industries with a day's return at the newest date up to it bigint
SELECT count(*) FROM industry_performance
 WHERE window_code = '1D'
   AND performance_date = (SELECT max(performance_date) FROM industry_performance
                            WHERE performance_date <= $1::date AND window_code = '1D');

-- name: post_industry_window_rows
-- $1 as_of date
-- returns industry windows longer than a day at the newest date up to it bigint
SELECT count(*) FROM industry_performance
 WHERE window_code <> '1D'
   AND performance_date = (SELECT max(performance_date) FROM industry_performance
                            WHERE performance_date <= $1::date AND window_code <> '1D');

-- name: post_windows_tickers
-- $1 as_of date
-- returns tickers with a window of one month at the newest date up to it bigint
SELECT count(DISTINCT ticker) FROM performance_windows
 WHERE window_code = '1M'
   AND as_of_date = (SELECT max(as_of_date) FROM performance_windows WHERE as_of_date <= $1::date);

-- name: post_sector_benchmarks
-- $1 as_of date
-- returns benchmarks of that date bigint
SELECT count(*) FROM sector_benchmarks WHERE snapshot_date = $1::date;

-- name: post_sector_stats
-- $1 as_of date
-- returns statistics of that date bigint
SELECT count(*) FROM sector_stats WHERE stats_date = $1::date;

-- name: post_sector_pe
-- $1 as_of date
-- returns sectors with a ratio at the newest date up to it bigint
SELECT count(*) FROM sector_pe
 WHERE pe_date = (SELECT max(pe_date) FROM sector_pe WHERE pe_date <= $1::date);

-- name: post_industry_pe
-- $1 as_of date
-- returns industries with a ratio at the newest date up to it bigint
SELECT count(*) FROM industry_pe
 WHERE pe_date = (SELECT max(pe_date) FROM industry_pe WHERE pe_date <= $1::date);

-- name: post_industry_benchmarks
-- $1 as_of date
-- returns benchmarks of the newest date up to it bigint
SELECT count(*) FROM industry_benchmarks
 WHERE snapshot_date = (SELECT max(snapshot_date) FROM industry_benchmarks WHERE snapshot_date <= $1::date);

-- name: post_industry_alpha
-- $1 as_of date
-- returns alpha rows of the newest date up to it bigint
SELECT count(*) FROM industry_alpha
 WHERE performance_date = (SELECT max(performance_date) FROM industry_alpha WHERE performance_date <= $1::date);

-- name: post_stocks_without_snapshot
-- $1 as_of date
-- returns share of the active stocks with a sector that have no snapshot of that date
SELECT coalesce(avg(CASE WHEN EXISTS (SELECT 1 FROM fintra_snapshots f
                                       WHERE f.ticker = s.ticker AND f.snapshot_date = $1::date) THEN 0 ELSE 1 END), 0)
  FROM fintra_active_stocks s JOIN fintra_universe u ON u.ticker = s.ticker
 WHERE s.is_active AND s.type = 'stock' AND btrim(u.sector) <> '';

-- name: post_snapshots_tickers
-- $1 as_of date
-- returns snapshots of that date by this engine bigint
SELECT count(*) FROM fintra_snapshots WHERE snapshot_date = $1::date AND engine_version = 'fintra-local-v1';

-- name: post_snapshots_no_fgos
-- $1 as_of date
-- returns share of these snapshots without an FGOS score
SELECT coalesce(avg(CASE WHEN fgos_score IS NULL THEN 1 ELSE 0 END), 0)
  FROM fintra_snapshots WHERE snapshot_date = $1::date AND engine_version = 'fintra-local-v1';

-- name: post_ranks_stored
-- $1 as_of date
-- returns snapshots of the newest date up to it with a rank in their sector bigint
SELECT count(sector_rank) FROM fintra_snapshots
 WHERE snapshot_date = (SELECT max(snapshot_date) FROM fintra_snapshots WHERE snapshot_date <= $1::date);

-- name: post_ranks_with_gaps
-- $1 as_of date
-- returns sectors of that date whose ranks are not 1 to their total bigint
SELECT count(*)
  FROM (SELECT 1 FROM fintra_snapshots
         WHERE sector_rank IS NOT NULL
           AND snapshot_date = (SELECT max(snapshot_date) FROM fintra_snapshots WHERE snapshot_date <= $1::date)
         GROUP BY engine_version, sector
        HAVING count(DISTINCT sector_rank) <> count(*) OR min(sector_rank) <> 1 OR max(sector_rank) <> count(*)
            OR min(sector_rank_total) <> count(*) OR max(sector_rank_total) <> count(*)) g;

-- name: post_market_state_newest
-- returns newest date of a close
SELECT max(last_price_date) FROM fintra_market_state;

-- name: post_market_state
-- returns active tickers with a state bigint
SELECT count(*) FROM fintra_market_state m JOIN fintra_universe u ON u.ticker = m.ticker AND u.is_active;

-- name: post_market_state_priceless
-- returns share of the states without a price
SELECT coalesce(avg(CASE WHEN price IS NULL THEN 1 ELSE 0 END), 0) FROM fintra_market_state;

-- name: post_market_state_inactive
-- returns states of tickers that are not active bigint
SELECT count(*) FROM fintra_market_state m
 WHERE NOT EXISTS (SELECT 1 FROM fintra_universe u WHERE u.ticker = m.ticker AND u.is_active);
