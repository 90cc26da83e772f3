-- name: sector_performance_aggregate
-- $1 as-of date, $2 outlier cap in percent points (0 = off), $3 windows text[], $4 created_at in ms
-- returns distinct_rows, inserted, updated, asset_rows, dropped outliers, groups under three tickers
WITH src AS (
	SELECT u.sector, p.window_code, p.return_percent,
	       $2::numeric > 0 AND abs(p.return_percent) > $2::numeric AS outlier
	  FROM datos_performance p
	  JOIN fintra_universe u ON u.ticker = p.ticker
	 WHERE p.performance_date = $1::date AND p.window_code = ANY ($3::text[])
	   AND abs(p.return_percent) < 1e300
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND btrim(u.sector) <> ''
	   AND u.ticker NOT LIKE '%-WT%' AND u.ticker NOT LIKE '%-RT%'
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	   AND NOT EXISTS (SELECT 1 FROM fintra_ops.flag f
	                    WHERE f.ticker = p.ticker AND f.kind IN ('suspect', 'paused', 'restated')
	                      AND f.flagged_on <= p.performance_date)
), agg AS MATERIALIZED (
	SELECT sector, window_code,
	       (avg(return_percent) FILTER (WHERE NOT outlier))::float8::text::numeric AS mean,
	       count(*) FILTER (WHERE NOT outlier) AS used, count(*) FILTER (WHERE outlier) AS dropped
	  FROM src
	 GROUP BY sector, window_code
), m AS (
	INSERT INTO sector_performance AS t (sector, window_code, performance_date, return_percent, source,
		created_at)
	SELECT sector, window_code, $1::date, mean, 'equal_weight_datos_performance',
	       to_timestamp($4::bigint / 1000.0)
	  FROM agg
	 WHERE used >= 3
	 ORDER BY sector, window_code
	ON CONFLICT (sector, window_code, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	WHERE t.return_percent IS DISTINCT FROM EXCLUDED.return_percent
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM agg WHERE used >= 3), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh), (SELECT coalesce(sum(used + dropped), 0) FROM agg),
       (SELECT coalesce(sum(dropped), 0) FROM agg), (SELECT count(*) FROM agg WHERE used < 3)
  FROM m;

-- name: sector_performance_industry_date
-- $1 date, $2 windows text[]
-- returns the newest date with canonical industry rows
SELECT max(performance_date)
  FROM industry_performance
 WHERE performance_date <= $1::date AND window_code = ANY ($2::text[]);

-- name: sector_performance_from_industry
-- $1 date of the industry rows, $2 outlier cap (0 = off), $3 windows text[], $4 created_at in ms
-- returns distinct_rows, inserted, updated, industry_rows, dropped outliers, groups under the minimum (0)
WITH agg AS MATERIALIZED (
	SELECT c.sector, i.window_code,
	       (avg(i.return_percent) FILTER (WHERE k.ok))::float8::text::numeric AS mean,
	       count(*) FILTER (WHERE k.ok) AS used, count(*) FILTER (WHERE NOT k.ok) AS dropped
	  FROM industry_performance i
	  JOIN industry_classification c ON c.industry_name = i.industry
	 CROSS JOIN LATERAL (SELECT NOT ($2::numeric > 0 AND abs(i.return_percent) > $2::numeric) AS ok) k
	 WHERE i.performance_date = $1::date AND i.window_code = ANY ($3::text[])
	   AND abs(i.return_percent) < 1e300
	 GROUP BY c.sector, i.window_code
), m AS (
	INSERT INTO sector_performance AS t (sector, window_code, performance_date, return_percent, source,
		created_at)
	SELECT sector, window_code, $1::date, mean, 'aggregated_from_industries',
	       to_timestamp($4::bigint / 1000.0)
	  FROM agg
	 WHERE used >= 1
	 ORDER BY sector, window_code
	ON CONFLICT (sector, window_code, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	WHERE t.return_percent IS DISTINCT FROM EXCLUDED.return_percent
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM agg WHERE used >= 1), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh), (SELECT coalesce(sum(used + dropped), 0) FROM agg),
       (SELECT coalesce(sum(dropped), 0) FROM agg), (SELECT count(*) FROM agg WHERE used < 1)
  FROM m;

-- name: sector_performance_sectors
-- $1 as-of date, $2 windows text[]
-- returns sector, windows, source rows
SELECT sector, count(*)
  FROM sector_performance
 WHERE performance_date = $1::date AND window_code = ANY ($2::text[])
 GROUP BY sector
 ORDER BY sector;
