-- name: ledger_rejects
-- Kept rows only: a run keeps the first thousand.
-- $1 run
-- returns reason text, rows bigint, the first of them text; most frequent first
SELECT reason, count(*), left((array_agg(raw ORDER BY seq))[1], 160)
  FROM fintra_ops.reject
 WHERE run_id = $1::bigint
 GROUP BY reason
 ORDER BY 2 DESC, 1
 LIMIT 20;

-- name: ledger_detail_units
-- $1 run, $2 limit
-- returns unit, state, attempts, seven counts, ended ms, ms since the ending before it, units in all, done, failed;
-- failed ones first, then the newest
SELECT u.unit, u.state, u.attempts, u.rows_read, u.rows_inserted, u.rows_updated, u.rows_unchanged,
       u.rows_rejected, u.rows_skipped, u.errors, round(extract(epoch FROM u.ended_at) * 1000),
       round(extract(epoch FROM u.ended_at - u.before) * 1000), u.n_all, u.n_done, u.n_failed
  FROM (SELECT unit, state, attempts, rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected,
               rows_skipped, errors, ended_at, lag(ended_at) OVER (ORDER BY ended_at, unit) AS before,
               count(*) OVER () AS n_all, count(*) FILTER (WHERE state = 'done') OVER () AS n_done,
               count(*) FILTER (WHERE state = 'failed') OVER () AS n_failed
          FROM fintra_ops.unit WHERE run_id = $1::bigint) u
 ORDER BY u.state = 'failed' DESC, u.ended_at DESC, u.unit
 LIMIT $2::integer;

-- name: ledger_detail_gates
-- What the gates said; they speak before the job does.
-- $1 run, $2 limit
-- returns lvl, msg
SELECT lvl, left(msg, 400) FROM fintra_ops.event
 WHERE run_id = $1::bigint AND seq <= 1000 AND ev = 'gate' ORDER BY seq LIMIT $2::integer;
