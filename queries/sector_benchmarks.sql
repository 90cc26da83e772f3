-- name: sector_benchmarks_done
-- A success stands as long as no job that feeds it has changed a row since, and its rows are all there.
-- $1 job, $2 date, $3 upstream jobs text[]
-- returns benchmarks and statistics of the date bigint, the run that made them and still stands (NULL = none)
SELECT b.n, s.n,
       (SELECT CASE WHEN (g.result->>'benchmarks_generated')::bigint = b.n
                     AND (g.result->>'stats_generated')::bigint = s.n
                     AND NOT EXISTS (SELECT 1 FROM fintra_ops.run r
                                      WHERE r.job = ANY ($3::text[]) AND r.rows_inserted + r.rows_updated > 0
                                        AND coalesce(r.ended_at, r.created_at) >= coalesce(g.started_at, g.created_at))
                    THEN g.id END
          FROM fintra_ops.run g
         WHERE g.job = $1::text AND g.as_of = $2::date AND g.state = 'success'
           AND NOT g.params ?| ARRAY['ticker', 'limit', 'dry_run']
         ORDER BY g.id DESC
         LIMIT 1)
  FROM (SELECT count(*) AS n FROM sector_benchmarks WHERE snapshot_date = $2::date) b
 CROSS JOIN (SELECT count(*) AS n FROM sector_stats WHERE stats_date = $2::date) s;

-- name: sector_benchmarks_stats_stage
CREATE TEMP TABLE stage_sector_stats (
	name text NOT NULL, metric text NOT NULL, p10 numeric, p25 numeric, p50 numeric, p75 numeric, p90 numeric,
	mean numeric, std_dev numeric, sample_size integer
) ON COMMIT DROP;

-- name: sector_benchmarks_stats_copy
COPY stage_sector_stats (name, metric, p10, p25, p50, p75, p90, mean, std_dev, sample_size) FROM STDIN;

-- name: sector_benchmarks_stats_merge
-- rows of stage_sector_stats by name
-- $1 date, $2 created_at in ms
-- returns distinct_rows, inserted, updated
WITH m AS (
	INSERT INTO sector_stats AS t (sector, metric, stats_date, p10, p25, p50, p75, p90, mean, std_dev, sample_size,
		created_at)
	SELECT DISTINCT ON (name, metric) name, metric, $1::date, p10, p25, p50, p75, p90, mean, std_dev, sample_size,
	       to_timestamp($2::bigint / 1000.0)
	  FROM stage_sector_stats
	 ORDER BY name, metric
	ON CONFLICT (sector, metric, stats_date) DO UPDATE SET
		p10 = EXCLUDED.p10, p25 = EXCLUDED.p25, p50 = EXCLUDED.p50, p75 = EXCLUDED.p75, p90 = EXCLUDED.p90,
		mean = EXCLUDED.mean, std_dev = EXCLUDED.std_dev, sample_size = EXCLUDED.sample_size,
		created_at = EXCLUDED.created_at
	WHERE (t.p10, t.p25, t.p50, t.p75, t.p90, t.mean, t.std_dev, t.sample_size)
	      IS DISTINCT FROM
	      (EXCLUDED.p10, EXCLUDED.p25, EXCLUDED.p50, EXCLUDED.p75, EXCLUDED.p90, EXCLUDED.mean, EXCLUDED.std_dev,
		EXCLUDED.sample_size)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_sector_stats), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
