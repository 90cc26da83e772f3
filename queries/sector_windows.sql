-- name: sector_windows_have
-- $1 as-of date, $2 windows text[], $3 source of the rows that this job compounds
-- returns sector, window_code, own (the row was compounded by this job)
SELECT sector, window_code, source = $3::text
  FROM sector_performance
 WHERE performance_date = $1::date AND window_code = ANY ($2::text[])
 ORDER BY sector, window_code;

-- name: sector_windows_daily
-- $1 as-of date, $2 outlier cap (0 = off), $3 sectors text[]
-- returns sector, performance_date, return_percent: stored 1D rows of a sector, else the equal-weight means
WITH own AS MATERIALIZED (
	SELECT sector, performance_date, return_percent
	  FROM sector_performance
	 WHERE window_code = '1D' AND sector = ANY ($3::text[])
	   AND performance_date <= $1::date AND performance_date > ($1::date - interval '5 years')::date
), mean AS (
	SELECT u.sector, p.performance_date, avg(p.return_percent)::float8::text::numeric AS return_percent
	  FROM datos_performance p
	  JOIN fintra_universe u ON u.ticker = p.ticker
	 WHERE p.window_code = '1D' AND u.sector = ANY ($3::text[])
	   AND p.performance_date <= $1::date AND p.performance_date > ($1::date - interval '5 years')::date
	   AND abs(p.return_percent) < 1e300
	   AND ($2::numeric = 0 OR abs(p.return_percent) <= $2::numeric)
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR')
	   AND u.ticker NOT LIKE '%-WT%' AND u.ticker NOT LIKE '%-RT%'
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	   AND NOT EXISTS (SELECT 1 FROM fintra_ops.flag f
	                    WHERE f.ticker = p.ticker AND f.kind IN ('suspect', 'paused', 'restated')
	                      AND f.flagged_on <= p.performance_date)
	 GROUP BY u.sector, p.performance_date
	HAVING count(*) >= 3
)
SELECT sector, performance_date, return_percent FROM own
UNION ALL
SELECT sector, performance_date, return_percent
  FROM mean
 WHERE sector NOT IN (SELECT sector FROM own)
 ORDER BY 1, 2;

-- name: sector_windows_merge
-- rows of stage_group_windows by name
-- $1 as-of date, $2 created_at in ms, $3 source of the rows that this job compounds
-- returns distinct_rows, inserted, updated; a row of another source is never touched
WITH m AS (
	INSERT INTO sector_performance AS t (sector, window_code, performance_date, return_percent, source,
		created_at)
	SELECT DISTINCT ON (name, window_code) name, window_code, $1::date, return_percent, source,
	       to_timestamp($2::bigint / 1000.0)
	  FROM stage_group_windows
	 ORDER BY name, window_code
	ON CONFLICT (sector, window_code, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, created_at = EXCLUDED.created_at
	WHERE t.source = $3::text AND t.return_percent IS DISTINCT FROM EXCLUDED.return_percent
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_group_windows), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh)
  FROM m;
