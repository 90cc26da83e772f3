-- What the ledger knows of each job: what its last good run read, how long good runs take, how the newest
-- one stands.

-- name: lineage_jobs
-- $1 jobs text[], $2 as_of date
-- returns job; of the newest good run of whole tables that made rows of that date: id, params, the tables it
-- read (comma list); of the last five whole runs of one date: how many, median rows, median ms, median requests to
-- the vendor, ms of the newest of them; of the newest run of all: id, state, as_of, whole boolean (no ticker, list of them, limit, dry run), units done boolean
SELECT j.job, g.id, g.params,
       (SELECT string_agg(i.table_name, ',' ORDER BY i.table_name) FROM fintra_ops.input i WHERE i.run_id = g.id),
       h.k, h.n_rows, h.ms, h.calls, h.last_ms, l.id, l.state, l.as_of, l.whole,
       EXISTS (SELECT 1 FROM fintra_ops.unit u WHERE u.run_id = l.id AND u.state = 'done')
  FROM unnest($1::text[]) j (job)
  LEFT JOIN LATERAL (
	SELECT r.id, r.params FROM fintra_ops.run r
	 WHERE r.job = j.job AND r.state IN ('success', 'partial') AND r.as_of <= $2::date
	   AND NOT r.params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run']
	   AND coalesce(r.params ->> 'end', r.as_of::text) >= r.as_of::text
	 ORDER BY r.id DESC LIMIT 1) g ON true
  LEFT JOIN LATERAL (
	SELECT count(*) AS k, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY x.n_rows)) AS n_rows,
	       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY x.ms)) AS ms,
	       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY x.calls)) AS calls,
	       round((array_agg(x.ms ORDER BY x.id DESC))[1]) AS last_ms
	  FROM (SELECT r.id, rows_inserted + rows_updated + rows_unchanged AS n_rows,
	               extract(epoch FROM ended_at - started_at) * 1000 AS ms,
	               (result ->> 'calls')::bigint AS calls
	          FROM fintra_ops.run r
	         WHERE r.job = j.job AND r.state = 'success'
	           AND NOT r.params ?| ARRAY['ticker', 'tickers', 'limit', 'dry_run', 'start']
	         ORDER BY r.id DESC LIMIT 5) x) h ON true
  LEFT JOIN LATERAL (
	SELECT r.id, r.state, r.as_of, NOT r.params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run'] AS whole
	  FROM fintra_ops.run r WHERE r.job = j.job ORDER BY r.id DESC LIMIT 1) l ON true;
