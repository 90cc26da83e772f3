-- One ticker through all layers: what jobs/ticker.c lists.  $1 ticker, $2 as-of, $3 how many rows at most.

-- name: ticker_universe
-- $1 ticker
SELECT ticker, name, exchange_short AS exchange, instrument_type, sector, industry, country, is_active, first_seen,
       last_seen
  FROM fintra_universe
 WHERE ticker = $1::text;

-- name: ticker_prices
SELECT price_date, open, high, low, close, adj_close, volume, source
  FROM prices_daily
 WHERE ticker = $1::text AND price_date <= $2::date
 ORDER BY price_date DESC
 LIMIT $3::bigint;

-- name: ticker_stored
-- $1 ticker
SELECT count(*) AS bars, min(price_date) AS oldest, max(price_date) AS newest
  FROM prices_daily
 WHERE ticker = $1::text;

-- name: ticker_actions
-- Marks come first: until its history is read again the ticker is left out of returns and means.
-- $1 ticker
SELECT flagged_on, kind, kind IN ('suspect', 'paused', 'restated') AS marked, detail, run_id
  FROM fintra_ops.flag
 WHERE ticker = $1::text
 ORDER BY 3 DESC, flagged_on DESC, kind
 LIMIT 50;

-- name: ticker_performance
SELECT performance_date, window_code, return_percent, absolute_return, volatility, max_drawdown
  FROM (SELECT *, dense_rank() OVER (ORDER BY performance_date DESC) AS place
          FROM datos_performance
         WHERE ticker = $1::text AND performance_date <= $2::date) p
 WHERE place <= $3::bigint
 ORDER BY performance_date DESC,
          array_position(ARRAY['1D', '1W', '1M', '3M', '6M', 'YTD', '1Y', '2Y', '3Y', '5Y'], window_code);

-- name: ticker_windows
SELECT as_of_date, benchmark_ticker AS benchmark, window_code, asset_return, benchmark_return, alpha
  FROM (SELECT *, dense_rank() OVER (ORDER BY as_of_date DESC) AS place
          FROM performance_windows
         WHERE ticker = $1::text AND as_of_date <= $2::date) w
 WHERE place <= $3::bigint
 ORDER BY as_of_date DESC, benchmark_ticker,
          array_position(ARRAY['1D', '1W', '1M', '3M', '6M', 'YTD', '1Y', '2Y', '3Y', '5Y'], window_code);

-- name: ticker_financials
SELECT period_type, period_label, period_end_date, revenue, net_income, free_cash_flow, roic
  FROM datos_financieros
 WHERE ticker = $1::text AND period_end_date <= $2::date
 ORDER BY period_end_date DESC, period_type
 LIMIT 3 * $3::bigint;

-- name: ticker_valuation
SELECT valuation_date, price, market_cap, pe_ratio, ev_ebitda, price_to_book, dividend_yield
  FROM datos_valuacion
 WHERE ticker = $1::text AND valuation_date <= $2::date
 ORDER BY valuation_date DESC
 LIMIT $3::bigint;

-- name: ticker_like
-- $1 the word
-- returns tickers that begin like it, for a suggestion
SELECT ticker
  FROM fintra_universe
 WHERE ticker LIKE left($1::text, 1) || '%'
 ORDER BY ticker COLLATE "C"
 LIMIT 4000;
