-- Used by layer2/industry_rows.c for both industry jobs.  The queries with _daily_ in their name are for
-- databases that keep daily rows in industry_performance_daily.

-- name: industry_rows_place
-- returns whether industry_performance_daily exists
SELECT to_regclass('industry_performance_daily') IS NOT NULL;

-- name: industry_rows_newest
-- $1 date
-- returns the newest date with daily rows on or before it, or NULL
SELECT max(performance_date)
  FROM industry_performance
 WHERE performance_date <= $1::date AND window_code = '1D';

-- name: industry_rows_daily_newest
-- $1 date
-- returns the newest date with daily rows on or before it, or NULL
SELECT max(performance_date)
  FROM industry_performance_daily
 WHERE performance_date <= $1::date;

-- name: industry_rows_means
-- The industry of a ticker is the one that the map holds for the date, else the universe's.
-- $1 date, $2 outlier cap in percent points (0 = off), $3 windows text[]
-- returns industry, window_code, mean (NULL when all were dropped), asset rows, dropped outliers
WITH held AS (
	SELECT DISTINCT ON (ticker) ticker, industry_code
	  FROM asset_industry_map
	 WHERE effective_from <= $1::date AND (effective_to IS NULL OR effective_to >= $1::date)
	 ORDER BY ticker, effective_from DESC
), src AS (
	SELECT coalesce(c.industry_name, nullif(btrim(u.industry), '')) AS industry, p.window_code, p.return_percent,
	       $2::numeric > 0 AND abs(p.return_percent) > $2::numeric AS outlier
	  FROM datos_performance p
	  LEFT JOIN fintra_universe u ON u.ticker = p.ticker
	  LEFT JOIN held h ON h.ticker = p.ticker
	  LEFT JOIN industry_classification c ON c.industry_code = h.industry_code
	 WHERE p.performance_date = $1::date AND p.window_code = ANY ($3::text[])
	   AND abs(p.return_percent) < 1e300
	   AND coalesce(u.instrument_type, 'EQUITY') IN ('EQUITY', 'ADR')
	   AND p.ticker NOT LIKE '%-WT%' AND p.ticker NOT LIKE '%-RT%'
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	   AND NOT EXISTS (SELECT 1 FROM fintra_ops.flag f
	                    WHERE f.ticker = p.ticker AND f.kind IN ('suspect', 'paused', 'restated')
	                      AND f.flagged_on <= p.performance_date)
)
SELECT industry, window_code, (avg(return_percent) FILTER (WHERE NOT outlier))::float8, count(*),
       count(*) FILTER (WHERE outlier)
  FROM src
 WHERE industry IS NOT NULL
 GROUP BY industry, window_code
 ORDER BY industry, window_code;

-- name: industry_rows_names
-- $1 date, $2 days back
-- returns the industries with a daily row in those days
SELECT DISTINCT industry
  FROM industry_performance
 WHERE window_code = '1D' AND performance_date <= $1::date AND performance_date >= $1::date - $2::integer
 ORDER BY industry;

-- name: industry_rows_daily_names
-- $1 date, $2 days back
-- returns the industries with a daily row in those days
SELECT DISTINCT industry
  FROM industry_performance_daily
 WHERE performance_date <= $1::date AND performance_date >= $1::date - $2::integer
 ORDER BY industry;

-- name: industry_rows_series
-- $1 date, $2 industries text[], $3 days of the longest window
-- returns industry, performance_date, return_percent: the last valid daily returns, oldest first
SELECT industry, performance_date, return_percent
  FROM (SELECT industry, performance_date, return_percent,
               row_number() OVER (PARTITION BY industry ORDER BY performance_date DESC) AS place
          FROM industry_performance
         WHERE window_code = '1D' AND industry = ANY ($2::text[]) AND performance_date <= $1::date
           AND return_percent > -100 AND return_percent < 1e300) d
 WHERE place <= $3::bigint
 ORDER BY industry, performance_date;

-- name: industry_rows_daily_series
-- $1 date, $2 industries text[], $3 days of the longest window
-- returns industry, performance_date, return_percent: the last valid daily returns, oldest first
SELECT industry, performance_date, return_percent
  FROM (SELECT industry, performance_date, return_percent,
               row_number() OVER (PARTITION BY industry ORDER BY performance_date DESC) AS place
          FROM industry_performance_daily
         WHERE industry = ANY ($2::text[]) AND performance_date <= $1::date
           AND return_percent > -100 AND return_percent < 1e300) d
 WHERE place <= $3::bigint
 ORDER BY industry, performance_date;

-- name: industry_rows_merge
-- rows of stage_group_windows by name
-- $1 date
-- returns distinct_rows, inserted, updated
WITH m AS (
	INSERT INTO industry_performance AS t (industry, window_code, performance_date, return_percent, source)
	SELECT DISTINCT ON (name, window_code) name, window_code, $1::date, return_percent, source
	  FROM stage_group_windows
	 ORDER BY name, window_code
	ON CONFLICT (industry, window_code, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, source = EXCLUDED.source
	WHERE t.return_percent IS DISTINCT FROM EXCLUDED.return_percent
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_group_windows), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: industry_rows_daily_merge
-- rows of stage_group_windows by name
-- $1 date, $2 created_at in ms
-- returns distinct_rows, inserted, updated
WITH m AS (
	INSERT INTO industry_performance_daily AS t (industry, performance_date, return_percent, source, created_at)
	SELECT DISTINCT ON (name) name, $1::date, return_percent, source, to_timestamp($2::bigint / 1000.0)
	  FROM stage_group_windows
	 ORDER BY name
	ON CONFLICT (industry, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	WHERE t.return_percent IS DISTINCT FROM EXCLUDED.return_percent
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_group_windows), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
