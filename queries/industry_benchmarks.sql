-- name: industry_benchmarks_place
-- $1 the table's name in this database
-- returns whether it is there
SELECT to_regclass($1::text) IS NOT NULL;

-- name: industry_benchmarks_merge
-- rows of stage_benchmarks by name
-- $1 date
-- returns distinct_rows, inserted, updated
WITH m AS (
	INSERT INTO industry_benchmarks AS t (industry, metric, snapshot_date, p10, p25, p50, p75, p90, median,
		trimmed_mean, uncertainty_range, sample_size, confidence)
	SELECT DISTINCT ON (name, metric) name, metric, $1::date, p10, p25, p50, p75, p90, median, trimmed_mean,
	       CASE WHEN mean_low IS NOT NULL THEN jsonb_build_object('p5', mean_low, 'p95', mean_high) END,
	       sample_size, confidence
	  FROM stage_benchmarks
	 ORDER BY name, metric
	ON CONFLICT (industry, metric, snapshot_date) DO UPDATE SET
		p10 = EXCLUDED.p10, p25 = EXCLUDED.p25, p50 = EXCLUDED.p50, p75 = EXCLUDED.p75, p90 = EXCLUDED.p90,
		median = EXCLUDED.median, trimmed_mean = EXCLUDED.trimmed_mean,
		uncertainty_range = EXCLUDED.uncertainty_range, sample_size = EXCLUDED.sample_size,
		confidence = EXCLUDED.confidence
	WHERE (t.p10, t.p25, t.p50, t.p75, t.p90, t.median, t.trimmed_mean, t.uncertainty_range, t.sample_size,
		t.confidence)
	      IS DISTINCT FROM
	      (EXCLUDED.p10, EXCLUDED.p25, EXCLUDED.p50, EXCLUDED.p75, EXCLUDED.p90, EXCLUDED.median,
		EXCLUDED.trimmed_mean, EXCLUDED.uncertainty_range, EXCLUDED.sample_size, EXCLUDED.confidence)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_benchmarks), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: industry_benchmarks_newest
-- $1 date
-- returns the newest date with industry returns up to it, or NULL
SELECT max(performance_date) FROM industry_performance WHERE performance_date <= $1::date;

-- name: industry_benchmarks_alpha
-- A missing operand gives an alpha of NULL; an industry whose sector nobody knows has only the market's row.
-- $1 date of the returns, $2 created_at in ms
-- returns distinct_rows, inserted, updated, industries, industry returns, returns without a sector, rows without alpha,
-- sector returns, market returns
WITH i AS (
	SELECT p.industry, p.window_code, p.return_percent, c.sector
	  FROM industry_performance p
	  LEFT JOIN industry_classification c ON c.industry_name = p.industry
	 WHERE p.performance_date = $1::date
), src AS MATERIALIZED (
	SELECT i.industry, i.window_code, 'sector' AS benchmark_type, i.sector AS benchmark_key, i.return_percent,
	       s.return_percent AS benchmark
	  FROM i
	  LEFT JOIN sector_performance s
	    ON s.sector = i.sector AND s.window_code = i.window_code AND s.performance_date = $1::date
	 WHERE i.sector IS NOT NULL
	UNION ALL
	SELECT i.industry, i.window_code, 'market', 'MARKET', i.return_percent, m.return_percent
	  FROM i
	  LEFT JOIN datos_performance m
	    ON m.ticker = 'SPY' AND m.window_code = i.window_code AND m.performance_date = $1::date
), alpha AS MATERIALIZED (
	SELECT industry, window_code, benchmark_type, benchmark_key, benchmark,
	       CASE WHEN abs(return_percent) < 1e300 AND abs(benchmark) < 1e300
	            THEN (return_percent::float8 - benchmark::float8)::text::numeric END AS alpha_percent
	  FROM src
), m AS (
	INSERT INTO industry_alpha AS t (industry, window_code, benchmark_type, performance_date, benchmark_key,
		alpha_percent, source, created_at)
	SELECT industry, window_code, benchmark_type, $1::date, benchmark_key, alpha_percent, 'derived_from_performance',
	       to_timestamp($2::bigint / 1000.0)
	  FROM alpha
	 ORDER BY industry, window_code, benchmark_type
	ON CONFLICT (industry, window_code, benchmark_type, performance_date) DO UPDATE SET
		benchmark_key = EXCLUDED.benchmark_key, alpha_percent = EXCLUDED.alpha_percent,
		source = EXCLUDED.source, created_at = EXCLUDED.created_at
	WHERE (t.benchmark_key, t.alpha_percent) IS DISTINCT FROM (EXCLUDED.benchmark_key, EXCLUDED.alpha_percent)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM alpha), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh),
       (SELECT count(DISTINCT industry) FROM i), (SELECT count(*) FROM i),
       (SELECT count(*) FROM i WHERE sector IS NULL), (SELECT count(*) FROM alpha WHERE alpha_percent IS NULL),
       (SELECT count(*) FROM alpha WHERE benchmark_type = 'sector' AND benchmark IS NOT NULL),
       (SELECT count(*) FROM alpha WHERE benchmark_type = 'market' AND benchmark IS NOT NULL)
  FROM m;
