-- The bars of a day.

-- name: prices_daily_universe
-- The tickers whose bars are wanted, in order.
-- $1 a single ticker or NULL, $2 how many bigint or NULL
-- returns ticker text, exchange text
SELECT upper(ticker), coalesce(exchange_short, '')
  FROM fintra_universe
 WHERE is_active AND ($1::text IS NULL OR ticker = $1)
 ORDER BY ticker COLLATE "C"
 LIMIT $2::bigint;

-- name: prices_daily_universe_date
-- returns newest last_seen date, active tickers bigint
SELECT max(last_seen), count(*) FROM fintra_universe WHERE is_active;

-- name: prices_daily_history
-- Tickers stored per session and exchange before a day.
-- $1 oldest day date, $2 first day of the run date
-- returns price_date date, exchange text, tickers bigint
SELECT p.price_date, coalesce(u.exchange_short, ''), count(*)
  FROM prices_daily p JOIN fintra_universe u ON u.ticker = p.ticker
 WHERE p.price_date >= $1::date AND p.price_date < $2::date AND u.is_active
 GROUP BY 1, 2
 ORDER BY 1, 2;

-- name: prices_daily_previous
-- Closes of the newest stored session before a day.
-- $1 first day of the run date
-- returns ticker text, close numeric, adj_close numeric
SELECT ticker, close, adj_close
  FROM prices_daily
 WHERE price_date = (SELECT max(price_date) FROM prices_daily WHERE price_date < $1::date);

-- name: prices_daily_any
-- $1 day date
-- returns exists boolean
SELECT EXISTS (SELECT 1 FROM prices_daily WHERE price_date = $1::date);

-- name: prices_daily_before
-- A day that was loaded for single tickers only is no day to compare a market with.
-- $1 first day date, $2 day up to which one is looked for date
-- returns whether a day of the range is stored for most of the tickers, newest stored day before it
WITH l AS (
	SELECT max(price_date) AS last FROM prices_daily WHERE price_date < $1::date
), n AS (
	SELECT count(*) AS n FROM prices_daily WHERE price_date BETWEEN $1::date AND $2::date GROUP BY price_date
)
SELECT coalesce(2 * (SELECT max(n) FROM n) >= (SELECT count(*) FROM prices_daily p WHERE p.price_date = l.last), false),
       l.last
  FROM l;

-- name: prices_daily_direct
-- A day that has no row yet: no staging.
COPY prices_daily (ticker, price_date, open, high, low, close, adj_close, volume, source) FROM STDIN;

-- name: prices_daily_stage
CREATE TEMP TABLE stage_prices (
	ticker text, price_date date, open numeric, high numeric, low numeric, close numeric, adj_close numeric,
	volume bigint, source text
) ON COMMIT DROP;

-- name: prices_daily_copy
COPY stage_prices (ticker, price_date, open, high, low, close, adj_close, volume, source) FROM STDIN;

-- name: prices_daily_merge
-- rows of stage_prices by ticker
-- Repeated tickers were already removed: the last one won.
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO prices_daily AS t (ticker, price_date, open, high, low, close, adj_close, volume, source)
	SELECT DISTINCT ON (ticker, price_date) ticker, price_date, open, high, low, close, adj_close, volume, source
	  FROM stage_prices
	 ORDER BY ticker, price_date
	ON CONFLICT (ticker, price_date) DO UPDATE SET open = EXCLUDED.open, high = EXCLUDED.high,
		low = EXCLUDED.low, close = EXCLUDED.close, adj_close = EXCLUDED.adj_close,
		volume = EXCLUDED.volume, source = EXCLUDED.source
	 WHERE (t.open, t.high, t.low, t.close, t.adj_close, t.volume)
	       IS DISTINCT FROM
	       (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close, EXCLUDED.adj_close, EXCLUDED.volume)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_prices), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
