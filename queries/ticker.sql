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

-- name: ticker_snapshot
-- $1 ticker, $2 as-of, $3 engine_version
-- returns snapshot_date, the newest row as one object
SELECT snapshot_date, to_jsonb(s)
  FROM fintra_snapshots s
 WHERE ticker = $1::text AND snapshot_date <= $2::date AND engine_version = $3::text
 ORDER BY snapshot_date DESC
 LIMIT 1;

-- name: ticker_differs
-- $1 ticker, $2 snapshot_date, $3 engine_version, $4 the row as it would be made now, an object
-- returns the columns of the stored row that are others
SELECT m.key
  FROM fintra_snapshots s
 CROSS JOIN jsonb_each($4::jsonb) m
 WHERE s.ticker = $1::text AND s.snapshot_date = $2::date AND s.engine_version = $3::text
   AND to_jsonb(s) -> m.key IS DISTINCT FROM m.value AND jsonb_exists(to_jsonb(s), m.key)
 ORDER BY m.key;

-- name: ticker_market_state
-- $1 ticker
SELECT last_price_date, price, change, change_percentage, market_cap, volume, ytd_return, sector, industry,
       fgos_score, fgos_confidence_label, valuation_status, verdict_text, ecosystem_score, source, updated_at
  FROM fintra_market_state
 WHERE ticker = $1::text;
