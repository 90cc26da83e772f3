-- ASSET_DATE (jobs.md 0.1): the newest date that at least a tenth of the usual number of tickers has.

-- name: asset_date_newest
-- $1 date, $2 windows text[]
-- returns the newest performance_date on or before it, or NULL; called repeatedly this walks the index
SELECT max(performance_date)
  FROM datos_performance
 WHERE performance_date <= $1::date AND window_code = ANY ($2::text[]);

-- name: asset_date_rows
-- $1 dates date[], $2 windows text[]
-- returns performance_date, rows: an upper bound of the tickers of each date, from the index alone
SELECT performance_date, count(*)
  FROM datos_performance
 WHERE performance_date = ANY ($1::date[]) AND window_code = ANY ($2::text[])
 GROUP BY performance_date;

-- name: asset_date_tickers
-- $1 date, $2 windows text[]
-- returns the number of distinct tickers
SELECT count(*)
  FROM (SELECT ticker
          FROM datos_performance
         WHERE performance_date = $1::date AND window_code = ANY ($2::text[])
         GROUP BY ticker) t;

-- name: asset_date_universe
-- returns newest last_seen, active tickers
SELECT max(last_seen), count(*)
  FROM fintra_universe
 WHERE is_active;
