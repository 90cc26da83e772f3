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
