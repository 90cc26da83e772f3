-- Used by layer2/windows_merge.c for the daily job and the backfill.

-- name: performance_windows_merge
-- $1 as-of date, $2 date of the sector benchmarks, $3 date of the SPY rows or NULL, $4 industry rows too,
-- $5 inactive tickers too, $6 source, $7 created_at in ms, $8 ticker or NULL, $9 last ticker or NULL,
-- $10 windows text[]
-- returns distinct_rows, inserted, updated, tickers, asset_rows of tickers with a sector, sector_rows,
-- missing_sector, missing_benchmark, invalid
WITH a AS NOT MATERIALIZED (
	SELECT p.ticker, p.window_code, p.return_percent, p.volatility, p.max_drawdown,
	       CASE WHEN btrim(u.sector) <> '' THEN u.sector END AS sector, u.industry
	  FROM datos_performance p
	  JOIN fintra_universe u ON u.ticker = p.ticker
	 WHERE p.performance_date = $1::date AND p.window_code = ANY ($10::text[])
	   AND (u.is_active OR $5::boolean) AND u.instrument_type IN ('EQUITY', 'ADR')
	   AND u.ticker NOT LIKE '%-WT%' AND u.ticker NOT LIKE '%-RT%'
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	   AND ($8::text IS NULL OR u.ticker = $8::text)
	   AND ($9::text IS NULL OR u.ticker COLLATE "C" <= $9::text)
), src AS MATERIALIZED (
	SELECT true AS by_sector, a.ticker, a.sector AS benchmark, a.window_code, a.return_percent,
	       s.return_percent AS benchmark_return, a.volatility, a.max_drawdown,
	       abs(a.return_percent) < 1e300 AND abs(s.return_percent) < 1e300 AS valid
	  FROM a
	  LEFT JOIN sector_performance s
	    ON s.performance_date = $2::date AND s.sector = a.sector AND s.window_code = a.window_code
	UNION ALL
	SELECT false, a.ticker, 'SPY', a.window_code, a.return_percent, m.return_percent, a.volatility,
	       a.max_drawdown, abs(a.return_percent) < 1e300 AND abs(m.return_percent) < 1e300
	  FROM a
	  JOIN datos_performance m
	    ON m.ticker = 'SPY' AND m.performance_date = $3::date AND m.window_code = a.window_code
	 WHERE a.sector IS NOT NULL AND a.ticker <> 'SPY'
	UNION ALL
	SELECT false, a.ticker, i.industry, a.window_code, a.return_percent, i.return_percent, a.volatility,
	       a.max_drawdown, abs(a.return_percent) < 1e300 AND abs(i.return_percent) < 1e300
	  FROM a
	  LEFT JOIN asset_industry_map k
	    ON k.ticker = a.ticker AND k.effective_from <= $1::date
	   AND (k.effective_to IS NULL OR k.effective_to >= $1::date)
	  LEFT JOIN industry_classification c ON c.industry_code = k.industry_code
	  JOIN industry_performance i
	    ON i.performance_date = $1::date AND i.window_code = a.window_code
	   AND i.industry = coalesce(c.industry_name, a.industry)
	 WHERE $4::boolean AND a.sector IS NOT NULL AND i.industry NOT IN (a.sector, 'SPY')
), m AS (
	INSERT INTO performance_windows AS t (ticker, benchmark_ticker, window_code, asset_return,
		benchmark_return, alpha, volatility, max_drawdown, as_of_date, source, created_at)
	SELECT DISTINCT ON (ticker, benchmark, window_code) ticker, benchmark, window_code, return_percent,
	       benchmark_return, (return_percent::float8 - benchmark_return::float8)::text::numeric, volatility,
	       max_drawdown, $1::date, $6::text, to_timestamp($7::bigint / 1000.0)
	  FROM src
	 WHERE valid
	 ORDER BY ticker, benchmark, window_code
	ON CONFLICT (ticker, benchmark_ticker, window_code, as_of_date) DO UPDATE SET
		asset_return = EXCLUDED.asset_return, benchmark_return = EXCLUDED.benchmark_return,
		alpha = EXCLUDED.alpha, volatility = EXCLUDED.volatility,
		max_drawdown = EXCLUDED.max_drawdown, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	WHERE (t.asset_return, t.benchmark_return, t.alpha, t.volatility, t.max_drawdown) IS DISTINCT FROM
	      (EXCLUDED.asset_return, EXCLUDED.benchmark_return, EXCLUDED.alpha, EXCLUDED.volatility,
	       EXCLUDED.max_drawdown)
	RETURNING (xmax = 0) AS fresh
), n AS (
	SELECT count(*) FILTER (WHERE valid) AS prepared,
	       count(*) FILTER (WHERE by_sector AND benchmark IS NOT NULL) AS asset_rows,
	       count(*) FILTER (WHERE by_sector AND valid) AS sector_rows,
	       count(*) FILTER (WHERE benchmark IS NULL) AS missing_sector,
	       count(*) FILTER (WHERE benchmark IS NOT NULL AND benchmark_return IS NULL) AS missing_benchmark,
	       count(*) FILTER (WHERE NOT valid) AS invalid
	  FROM src
), w AS (
	SELECT count(*) FILTER (WHERE fresh) AS inserted, count(*) FILTER (WHERE NOT fresh) AS updated FROM m
)
SELECT n.prepared, w.inserted, w.updated,
       (SELECT count(*)
          FROM (SELECT ticker FROM src WHERE by_sector AND benchmark IS NOT NULL GROUP BY ticker) q),
       n.asset_rows, n.sector_rows, n.missing_sector, n.missing_benchmark, n.invalid
  FROM n, w;

-- name: performance_windows_place
-- $1 inactive tickers too, $2 place in byte order, from 1
-- returns the eligible ticker at that place; no row beyond the last
SELECT ticker
  FROM fintra_universe
 WHERE (is_active OR $1::boolean) AND instrument_type IN ('EQUITY', 'ADR') AND btrim(sector) <> ''
   AND ticker NOT LIKE '%-WT%' AND ticker NOT LIKE '%-RT%'
   AND coalesce(name, '') !~* '\y(warrants?|rights?)\y'
 ORDER BY ticker COLLATE "C"
OFFSET $2::bigint - 1
 LIMIT 1;

-- name: performance_windows_benchmark_dates
-- $1 as-of date, $2 windows text[]
-- returns newest date on or before it, oldest after it
SELECT max(performance_date) FILTER (WHERE performance_date <= $1::date),
       min(performance_date) FILTER (WHERE performance_date > $1::date)
  FROM sector_performance
 WHERE window_code = ANY ($2::text[]) AND return_percent IS NOT NULL;

-- name: performance_windows_spy_date
-- $1 as-of date, $2 days older at most, $3 windows text[]
-- returns the date of the market rows, or NULL
SELECT max(performance_date)
  FROM datos_performance
 WHERE ticker = 'SPY' AND window_code = ANY ($3::text[]) AND performance_date <= $1::date
   AND performance_date >= $1::date - $2::integer;

-- name: performance_windows_check
-- $1 as-of date
-- returns rows, rows whose alpha is not the difference of its two returns
SELECT count(*),
       count(*) FILTER (WHERE abs(alpha - (asset_return - benchmark_return)) >
                              1e-9 * greatest(1, abs(asset_return), abs(benchmark_return)))
  FROM performance_windows
 WHERE as_of_date = $1::date;

-- name: performance_windows_sector_rows
-- $1 date of the sector benchmarks, $2 windows text[]
-- returns rows
SELECT count(*)
  FROM sector_performance
 WHERE performance_date = $1::date AND window_code = ANY ($2::text[]);
