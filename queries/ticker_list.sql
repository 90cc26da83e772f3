-- The tickers of a backfill by ticker.

-- name: ticker_list_active
-- Active stocks, and the market, whose own returns are a benchmark.
-- returns ticker
SELECT ticker FROM fintra_active_stocks WHERE is_active
UNION
SELECT ticker FROM fintra_universe WHERE ticker = 'SPY' AND is_active;

-- name: ticker_list_restated
-- returns tickers whose stored history is on another footing than what the vendor sends now
SELECT DISTINCT ticker FROM fintra_ops.flag WHERE kind IN ('suspect', 'paused', 'restated');

-- name: ticker_list_unknown
-- $1 tickers text[]
-- returns those that fintra_universe does not have
SELECT t
  FROM unnest($1::text[]) t
 WHERE NOT EXISTS (SELECT 1 FROM fintra_universe u WHERE u.ticker = t)
 ORDER BY t COLLATE "C";
