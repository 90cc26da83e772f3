-- name: health_windows_totals
-- $1 as_of date
-- returns newest date (<= as_of), oldest date, and of the newest session: rows, tickers, windows
WITH n AS (
	SELECT max(as_of_date) AS d FROM performance_windows WHERE as_of_date <= $1::date
), t AS (
	SELECT coalesce(sum(g.k), 0)::bigint AS n_rows, count(*) AS tickers
	  FROM n, LATERAL (SELECT count(*) AS k FROM performance_windows w WHERE w.as_of_date = n.d GROUP BY w.ticker) g
)
SELECT n.d, (SELECT min(as_of_date) FROM performance_windows), t.n_rows, t.tickers,
       (SELECT count(*) FROM (SELECT 1 FROM performance_windows w WHERE w.as_of_date = n.d GROUP BY w.window_code) c)
  FROM n, t;

-- name: health_windows_any
-- returns whether performance_windows has a row
SELECT EXISTS (SELECT 1 FROM performance_windows);

-- name: health_sector_newest
-- $1 as_of date
-- returns the newest date of sector_performance by the seed's literal rule (any window, any date up to as_of)
SELECT max(performance_date) FROM sector_performance WHERE performance_date <= $1::date;

-- name: health_snapshots
-- $1 as_of date
-- returns snapshots of that date, with relative_vs_sector_1y, with that and fgos_score, newest date of all,
-- rows per engine version where there are several (each ticker then counts once per version)
SELECT count(*), count(relative_vs_sector_1y),
       count(*) FILTER (WHERE fgos_score IS NOT NULL AND relative_vs_sector_1y IS NOT NULL),
       (SELECT max(snapshot_date) FROM fintra_snapshots),
       (SELECT CASE WHEN count(*) > 1 THEN string_agg(v.engine_version || ' ' || v.n, ', ' ORDER BY v.engine_version) END
          FROM (SELECT engine_version, count(*) AS n FROM fintra_snapshots WHERE snapshot_date = $1::date
                 GROUP BY engine_version) v)
  FROM fintra_snapshots WHERE snapshot_date = $1::date;

-- name: health_snapshot_inputs
-- $1 as_of date
-- returns newest snapshot date (<= as_of), and for each input of that session's last run its name and as-of:
-- from the ledger, else the newest date that the input table had
WITH s AS (
	SELECT max(snapshot_date) AS d FROM fintra_snapshots WHERE snapshot_date <= $1::date
), r AS (
	SELECT max(r.id) AS id FROM fintra_ops.run r, s
	 WHERE r.job = 'fmp-bulk' AND r.as_of = s.d AND r.state IN ('success', 'partial')
), t AS (
	SELECT 'performance_windows' AS name, (SELECT max(as_of_date) FROM performance_windows, s WHERE as_of_date <= s.d) AS d
	 UNION ALL
	SELECT 'sector_benchmarks', (SELECT max(snapshot_date) FROM sector_benchmarks, s WHERE snapshot_date <= s.d)
	 UNION ALL
	SELECT 'datos_valuacion', (SELECT max(valuation_date) FROM datos_valuacion, s WHERE valuation_date <= s.d)
)
SELECT s.d, t.name, coalesce((SELECT i.as_of FROM fintra_ops.input i, r WHERE i.run_id = r.id AND i.table_name = t.name), t.d)
  FROM s, t;

-- name: health_runs_lost
-- $1 milliseconds without a beat after which a run counts as gone
-- returns how many runs of the last 7 days were abandoned or lost and not made good by a later one of the
-- same job and as-of, and the newest of them
SELECT count(*), max(r.id)
  FROM fintra_ops.run r
  LEFT JOIN fintra_ops.beat b ON b.run_id = r.id
 WHERE r.created_at > now() - interval '7 days'
   AND (r.state IN ('abandoned', 'lost')
        OR (r.state IN ('queued', 'running')
            AND coalesce(b.beat_at, r.started_at, r.created_at) < now() - $1::bigint * interval '1 millisecond'))
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.run n
        WHERE n.job = r.job AND n.as_of = r.as_of AND n.id > r.id AND n.state IN ('success', 'partial')
          AND (NOT n.params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run'] OR n.params = r.params));

-- name: health_since
-- returns name, state, since in milliseconds of every check
SELECT name, state, (extract(epoch FROM since) * 1000)::bigint FROM fintra_ops.check_since;

-- name: health_since_allowed
-- returns whether this session may write there, and how each session ended
SELECT has_table_privilege('fintra_ops.check_since', 'INSERT') AND has_table_privilege('fintra_ops.check_since', 'UPDATE') AND x.writes,
       has_table_privilege('fintra_ops.check_day', 'INSERT') AND has_table_privilege('fintra_ops.check_day', 'UPDATE') AND x.writes
  FROM (SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writes) x;

-- name: health_since_set
-- $1 name, $2 state, $3 since in milliseconds
INSERT INTO fintra_ops.check_since (name, state, since)
VALUES ($1::text, $2::text, to_timestamp($3::bigint / 1000.0))
ON CONFLICT (name) DO UPDATE SET state = EXCLUDED.state, since = EXCLUDED.since
 WHERE check_since.state IS DISTINCT FROM EXCLUDED.state;

-- name: health_day_set
-- A repeated look changes nothing.
-- $1 as_of, $2 now ms, $3 [{name, state, figure, value}]
INSERT INTO fintra_ops.check_day (name, as_of, state, figure, value, seen_at)
SELECT c.name, $1::date, c.state, c.figure, c.value, to_timestamp($2::bigint / 1000.0)
  FROM jsonb_to_recordset($3::jsonb) AS c (name text, state text, figure double precision, value text)
ON CONFLICT (name, as_of) DO UPDATE
   SET state = EXCLUDED.state, figure = EXCLUDED.figure, value = EXCLUDED.value, seen_at = EXCLUDED.seen_at
 WHERE (check_day.state, check_day.figure, check_day.value) IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.figure, EXCLUDED.value);

-- name: health_days
-- $1 as_of date, $2 sessions
-- returns name, as_of, state, figure of the last recorded sessions up to it, each check's oldest first
SELECT d.name, d.as_of, d.state, d.figure
  FROM fintra_ops.check_day d
 WHERE d.as_of IN (SELECT DISTINCT x.as_of FROM fintra_ops.check_day x WHERE x.as_of <= $1::date
                    ORDER BY x.as_of DESC LIMIT $2::integer)
 ORDER BY d.name, d.as_of;

-- name: health_job_runs
-- $1 jobs text[], $2 milliseconds without a beat after which a run counts as gone
-- returns job; as_of of its newest run that did something, of whole tables; of the newest run of cron that ended
-- badly, by itself and not for a step of its own, and was not made good later: id, state, as_of, err_class, error
SELECT j.job, n.as_of, b.id, b.state, b.as_of, b.err_class, b.error
  FROM unnest($1::text[]) j (job)
  LEFT JOIN LATERAL (
	SELECT max(r.as_of) AS as_of FROM fintra_ops.run r
	 WHERE r.job = j.job AND r.state <> 'skipped'
	   AND NOT r.params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run']
	   AND coalesce(r.params ->> 'end', r.as_of::text) >= r.as_of::text) n ON true
  LEFT JOIN LATERAL (
	SELECT r.id, CASE WHEN r.state IN ('queued', 'running') THEN 'abandoned' ELSE r.state END AS state, r.as_of,
	       r.err_class, r.error
	  FROM fintra_ops.run r
	  LEFT JOIN fintra_ops.beat b ON b.run_id = r.id
	 WHERE r.job = j.job AND r.origin = 'cron'
	   AND (r.state IN ('failure', 'abandoned', 'lost')
	        OR (r.state IN ('queued', 'running')
	            AND coalesce(b.beat_at, r.started_at, r.created_at) < now() - $2::bigint * interval '1 millisecond'))
	   AND NOT EXISTS (SELECT 1 FROM fintra_ops.run g
	        WHERE g.job = r.job AND g.id > r.id AND g.as_of >= r.as_of AND g.state IN ('success', 'partial')
	          AND (NOT g.params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run'] OR g.params = r.params))
	   AND NOT EXISTS (SELECT 1 FROM fintra_ops.run c
	        WHERE c.id > r.id AND c.parent = r.id AND c.job <> r.job AND c.state IN ('failure', 'abandoned', 'lost'))
	 ORDER BY r.id DESC LIMIT 1) b ON true;

-- name: health_undelivered
-- $1 channels text[], $2 ms before which what is still being sent counts as not sent
-- returns how many messages did not arrive, and of the newest of them: channel, error
SELECT count(*), (array_agg(channel ORDER BY tried_at DESC, key))[1], (array_agg(error ORDER BY tried_at DESC, key))[1]
  FROM fintra_ops.delivery
 WHERE channel = ANY ($1::text[])
   AND (state = 'failed' OR (state = 'sending' AND tried_at < to_timestamp($2::bigint / 1000.0)));
