-- name: performance_tickers
-- returns ticker in byte order: the order of units and cursors
SELECT ticker
  FROM fintra_active_stocks
 WHERE is_active AND type = 'stock'
 ORDER BY ticker COLLATE "C";

-- name: performance_marked
-- returns tickers whose stored closes are on two footings until their history is read again
SELECT DISTINCT ticker
  FROM fintra_ops.flag
 WHERE kind IN ('suspect', 'paused', 'restated');

-- name: performance_memory
-- Until the end of the transaction: the sort of one merge stays in memory, and nothing is compiled for it.
SELECT set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')), 64 << 20) / 1024 || 'kB', true),
       set_config('jit', 'off', true);

-- name: performance_stage
CREATE TEMP TABLE stage_performance (
	ticker text COLLATE "C" NOT NULL,
	window_code text COLLATE "C" NOT NULL,
	performance_date date NOT NULL,
	return_percent numeric NOT NULL,
	absolute_return numeric,
	volatility numeric,
	max_drawdown numeric,
	data_freshness numeric
) ON COMMIT DROP;

-- name: performance_copy
COPY stage_performance (ticker, window_code, performance_date, return_percent, absolute_return, volatility,
	max_drawdown, data_freshness) FROM STDIN;

-- name: performance_merge
-- rows of stage_performance by ticker
-- $1 created_at in ms
-- returns distinct_rows, inserted, updated; the writer sends each key once
WITH m AS (
	INSERT INTO datos_performance AS t (ticker, window_code, performance_date, return_percent,
		absolute_return, volatility, max_drawdown, source, data_freshness, created_at)
	SELECT DISTINCT ON (ticker, performance_date, window_code) ticker, window_code, performance_date,
	       return_percent, absolute_return, volatility, max_drawdown, 'prices_daily', data_freshness,
	       to_timestamp($1::bigint / 1000.0)
	  FROM stage_performance
	 ORDER BY ticker, performance_date, window_code
	ON CONFLICT (ticker, window_code, performance_date) DO UPDATE SET
		return_percent = EXCLUDED.return_percent, absolute_return = EXCLUDED.absolute_return,
		volatility = EXCLUDED.volatility, max_drawdown = EXCLUDED.max_drawdown,
		source = EXCLUDED.source, data_freshness = EXCLUDED.data_freshness,
		created_at = EXCLUDED.created_at
	WHERE (t.return_percent, t.absolute_return, t.volatility, t.max_drawdown) IS DISTINCT FROM
	      (EXCLUDED.return_percent, EXCLUDED.absolute_return, EXCLUDED.volatility, EXCLUDED.max_drawdown)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_performance), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: performance_outgrown
-- $1 rows just inserted bigint
-- returns whether the planner's statistics know less than nine tenths of the table
SELECT reltuples < 9 * $1::bigint
  FROM pg_class
 WHERE oid = to_regclass('datos_performance');

-- name: performance_analyze
ANALYZE datos_performance;

-- name: performance_usual
-- $1 job
-- returns rows per ticker of its last good run over all tickers and one date that kept no units of another; no row:
-- there was none
SELECT (rows_inserted + rows_updated + rows_unchanged) / (result ->> 'total')::numeric
  FROM fintra_ops.run r
 WHERE job = $1::text AND state IN ('success', 'partial') AND params - 'force' = '{}'
   AND (result ->> 'total')::numeric > 0
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.unit u WHERE u.run_id = r.id AND u.ended_at < r.created_at)
 ORDER BY id DESC LIMIT 1;
