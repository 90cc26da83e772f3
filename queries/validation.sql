-- The four checks of validation.  Each returns rows looked at bigint, those that are wrong bigint, some of their names,
-- and the least and greatest figure (NULL where the check has none).

-- name: validation_future
-- Of each ticker the newest snapshot: the period that it says it was made from (null: from none), or, where it does not say, every stored
-- one.  Later periods that came after an old snapshot are no fault of it.
-- $1 as_of date
WITH n AS (
	SELECT DISTINCT ON (ticker) ticker, snapshot_date, profile_structural #>> '{metrics,period_end_date}' AS used,
	       profile_structural #> '{metrics,period_end_date}' IS NOT NULL AS says
	  FROM fintra_snapshots
	 WHERE snapshot_date <= $1::date
	 ORDER BY ticker, snapshot_date DESC, engine_version
), w AS (
	SELECT ticker FROM n
	 WHERE CASE WHEN says THEN coalesce(used COLLATE "C" > snapshot_date::text COLLATE "C", false)
	            ELSE EXISTS (SELECT 1 FROM datos_financieros f
	                          WHERE f.ticker = n.ticker AND f.period_end_date > n.snapshot_date) END
)
SELECT (SELECT count(*) FROM n), (SELECT count(*) FROM w),
       (SELECT string_agg(ticker, ', ' ORDER BY ticker) FROM (SELECT ticker FROM w ORDER BY ticker LIMIT 5) f),
       NULL::numeric, NULL::numeric;

-- name: validation_coverage
-- Days count, however many engine versions they have.
-- $1 as_of date
WITH n AS (
	SELECT ticker, count(DISTINCT snapshot_date) AS days
	  FROM fintra_snapshots
	 WHERE snapshot_date <= $1::date
	 GROUP BY ticker
)
SELECT count(*), count(*) FILTER (WHERE days < 30),
       (SELECT string_agg(ticker, ', ' ORDER BY ticker)
          FROM (SELECT ticker FROM n WHERE days < 30 ORDER BY ticker LIMIT 5) f),
       min(days), max(days)
  FROM n;

-- name: validation_samples
-- $1 as_of date
WITH w AS (SELECT sector, metric, stats_date FROM sector_stats WHERE stats_date <= $1::date AND sample_size < 10)
SELECT count(*), (SELECT count(*) FROM w),
       (SELECT string_agg(name, ', ' ORDER BY name)
          FROM (SELECT sector || ' ' || metric || ' ' || stats_date AS name FROM w
                 ORDER BY stats_date DESC, sector, metric LIMIT 5) f),
       min(sample_size), max(sample_size)
  FROM sector_stats
 WHERE stats_date <= $1::date;

-- name: validation_scores
-- $1 as_of date
WITH w AS (
	SELECT ticker, snapshot_date FROM fintra_snapshots
	 WHERE snapshot_date <= $1::date AND (fgos_score < 0 OR fgos_score > 100)
)
SELECT count(*), (SELECT count(*) FROM w),
       (SELECT string_agg(name, ', ' ORDER BY name)
          FROM (SELECT ticker || ' ' || snapshot_date AS name FROM w ORDER BY snapshot_date DESC, ticker LIMIT 5) f),
       min(fgos_score), max(fgos_score)
  FROM fintra_snapshots
 WHERE snapshot_date <= $1::date AND fgos_score IS NOT NULL;
