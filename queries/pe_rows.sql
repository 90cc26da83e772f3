-- Used by layer3/pe_rows.c for sectors and industries.

-- name: pe_rows_newest
-- $1 date
-- returns the newest date with valuations on trailing twelve months up to it, or NULL
SELECT max(valuation_date) FROM datos_valuacion WHERE valuation_date <= $1::date AND denominator_type = 'TTM';

-- name: pe_rows_sector
-- $1 valuation date, $2 least number of tickers, $3 created_at in ms
-- returns distinct_rows, inserted, updated, tickers with a positive ratio, groups with too few
WITH v AS (
	SELECT DISTINCT ON (ticker) ticker, btrim(sector) AS name, pe_ratio
	  FROM datos_valuacion
	 WHERE valuation_date = $1::date AND denominator_type = 'TTM' AND ticker IN (SELECT ticker
	       FROM fintra_active_stocks WHERE is_active AND type = 'stock')
	 ORDER BY ticker, denominator_period = 'TTM' DESC, denominator_period DESC
), agg AS MATERIALIZED (
	SELECT name, (percentile_cont(0.5) WITHIN GROUP (ORDER BY pe_ratio::float8))::text::numeric AS pe, count(*) AS n
	  FROM v
	 WHERE name <> '' AND pe_ratio > 0 AND pe_ratio < 1e300
	 GROUP BY name
), m AS (
	INSERT INTO sector_pe AS t (sector, pe_date, pe, source, created_at)
	SELECT name, $1::date, pe, 'datos_valuacion_median', to_timestamp($3::bigint / 1000.0)
	  FROM agg
	 WHERE n >= $2::bigint
	 ORDER BY name
	ON CONFLICT (sector, pe_date) DO UPDATE SET
		pe = EXCLUDED.pe, source = EXCLUDED.source, created_at = EXCLUDED.created_at
	WHERE t.pe IS DISTINCT FROM EXCLUDED.pe
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM agg WHERE n >= $2::bigint), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh), (SELECT coalesce(sum(n), 0) FROM agg),
       (SELECT count(*) FROM agg WHERE n < $2::bigint)
  FROM m;

-- name: pe_rows_industry
-- The industry of a ticker is the one that the map holds for the date, else the universe's.
-- $1 valuation date, $2 least number of tickers, $3 created_at in ms
-- returns distinct_rows, inserted, updated, tickers with a positive ratio, groups with too few
WITH held AS (
	SELECT DISTINCT ON (ticker) ticker, industry_code
	  FROM asset_industry_map
	 WHERE effective_from <= $1::date AND (effective_to IS NULL OR effective_to >= $1::date)
	 ORDER BY ticker, effective_from DESC
), v AS (
	SELECT DISTINCT ON (v.ticker) v.ticker, coalesce(c.industry_name, nullif(btrim(u.industry), '')) AS name,
	       v.pe_ratio
	  FROM datos_valuacion v
	  JOIN fintra_active_stocks s ON s.ticker = v.ticker AND s.is_active AND s.type = 'stock'
	  JOIN fintra_universe u ON u.ticker = v.ticker
	  LEFT JOIN held h ON h.ticker = v.ticker
	  LEFT JOIN industry_classification c ON c.industry_code = h.industry_code
	 WHERE v.valuation_date = $1::date AND v.denominator_type = 'TTM'
	 ORDER BY v.ticker, v.denominator_period = 'TTM' DESC, v.denominator_period DESC
), agg AS MATERIALIZED (
	SELECT name, (percentile_cont(0.5) WITHIN GROUP (ORDER BY pe_ratio::float8))::text::numeric AS pe, count(*) AS n
	  FROM v
	 WHERE name IS NOT NULL AND pe_ratio > 0 AND pe_ratio < 1e300
	 GROUP BY name
), m AS (
	INSERT INTO industry_pe AS t (industry, pe_date, pe, source, created_at)
	SELECT name, $1::date, pe, 'datos_valuacion_median', to_timestamp($3::bigint / 1000.0)
	  FROM agg
	 WHERE n >= $2::bigint
	 ORDER BY name
	ON CONFLICT (industry, pe_date) DO UPDATE SET
		pe = EXCLUDED.pe, source = EXCLUDED.source, created_at = EXCLUDED.created_at
	WHERE t.pe IS DISTINCT FROM EXCLUDED.pe
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM agg WHERE n >= $2::bigint), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh), (SELECT coalesce(sum(n), 0) FROM agg),
       (SELECT count(*) FROM agg WHERE n < $2::bigint)
  FROM m;
