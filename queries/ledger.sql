-- name: ledger_runs
-- $1 abandoned after ms, $2 id or 0, $3 job or NULL, $4 state or NULL, $5 user or NULL, $6 active only,
-- $7 since ms or 0, $8 limit, $9 parent or 0
-- returns the fields of struct run_info; a running row without beat whose job lock is free reads abandoned
SELECT x.id, x.parent, x.job, x.state, x.epoch, x.as_of, x.who, x.host, x.origin, x.pid, x.gate, x.reason,
       x.params, x.error, x.result, x.err_class, x.sqlstate, x.http, x.exit_code, x.phase, x.done, x.total,
       round(extract(epoch FROM x.created_at) * 1000), round(extract(epoch FROM x.started_at) * 1000),
       round(extract(epoch FROM x.ended_at) * 1000), round(extract(epoch FROM x.beat_at) * 1000),
       x.rows_read, x.rows_inserted, x.rows_updated, x.rows_unchanged, x.rows_rejected, x.rows_skipped,
       x.errors, x.taint, x.build, x.waits_for
  FROM (SELECT r.id, r.parent, r.job, r.epoch, r.as_of, r.who, r.host, r.origin, r.pid, r.gate, r.reason,
               r.params, r.error, r.result, r.err_class, r.sqlstate, r.http, r.exit_code, r.created_at,
               r.started_at, r.ended_at, r.rows_read, r.rows_inserted, r.rows_updated, r.rows_unchanged,
               r.rows_rejected, r.rows_skipped, r.errors, r.taint, r.build, b.phase, b.done, b.total,
               b.beat_at, b.waits_for,
               CASE WHEN r.state IN ('queued', 'running')
                     AND coalesce(b.beat_at, r.started_at, r.created_at)
                         < clock_timestamp() - $1::bigint * interval '1 millisecond'
                     AND NOT EXISTS (SELECT 1
                                       FROM pg_locks l
                                      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                                        AND l.database = (SELECT oid FROM pg_database
                                                           WHERE datname = current_database())
                                        AND l.classid::bigint = (r.lock_key >> 32) & 4294967295
                                        AND l.objid::bigint = r.lock_key & 4294967295)
                    THEN 'abandoned' ELSE r.state END AS state
          FROM fintra_ops.run r
          LEFT JOIN fintra_ops.beat b ON b.run_id = r.id
         WHERE ($2::bigint = 0 OR r.id = $2::bigint)
           AND ($3::text IS NULL OR r.job = $3::text)
           AND ($5::text IS NULL OR r.who = $5::text)
           AND (NOT $6::boolean OR r.state IN ('queued', 'running'))
           AND ($7::bigint = 0 OR r.created_at >= to_timestamp($7::bigint / 1000.0))
           AND ($9::bigint = 0 OR (r.parent = $9::bigint AND r.id > $9::bigint))) x
 WHERE ($4::text IS NULL OR x.state = $4::text)
   AND (NOT $6::boolean OR x.state IN ('queued', 'running'))
 ORDER BY x.id DESC
 LIMIT $8::integer;

-- name: ledger_units
-- $1 run
-- returns unit, state, attempts, seven counts, ended ms
SELECT unit, state, attempts, rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected,
       rows_skipped, errors, round(extract(epoch FROM ended_at) * 1000)
  FROM fintra_ops.unit WHERE run_id = $1::bigint ORDER BY ended_at, unit;

-- name: ledger_inputs
-- $1 run
-- returns table name, as_of, rows
SELECT table_name, as_of, n_rows FROM fintra_ops.input WHERE run_id = $1::bigint ORDER BY table_name;

-- name: ledger_events
-- $1 run, $2 lines with seq > this, or < 0 = the newest ones, $3 limit
-- returns seq, ts ms, lvl, ev, job, unit, msg, data, oldest first
SELECT x.seq, round(extract(epoch FROM x.ts) * 1000), x.lvl, x.ev, x.job, x.unit, x.msg, x.data
  FROM ((SELECT * FROM fintra_ops.event
          WHERE run_id = $1::bigint AND seq > $2::bigint AND $2::bigint >= 0
          ORDER BY seq LIMIT $3::integer)
        UNION ALL
        (SELECT * FROM fintra_ops.event
          WHERE run_id = $1::bigint AND $2::bigint < 0
          ORDER BY seq DESC LIMIT $3::integer)) x
 ORDER BY x.seq;

-- name: ledger_events_of
-- Lines of several runs at once.  What no pane shows of a line stays on the server.
-- $1 runs, $2 for each: lines with seq > this, or < 0 = the newest ones; $3 limit for each; $4 letters of a line
-- returns run, seq, ts ms, lvl, unit, msg; runs apart, oldest first
SELECT w.run, x.seq, round(extract(epoch FROM x.ts) * 1000), x.lvl, x.unit, left(x.msg, $4::integer)
  FROM unnest($1::bigint[], $2::bigint[]) AS w (run, after)
 CROSS JOIN LATERAL
       ((SELECT e.seq, e.ts, e.lvl, e.unit, e.msg FROM fintra_ops.event e
          WHERE e.run_id = w.run AND e.seq > w.after AND w.after >= 0
          ORDER BY e.seq LIMIT $3::integer)
        UNION ALL
        (SELECT e.seq, e.ts, e.lvl, e.unit, e.msg FROM fintra_ops.event e
          WHERE e.run_id = w.run AND w.after < 0
          ORDER BY e.seq DESC LIMIT $3::integer)) x
 ORDER BY w.run, x.seq;

-- name: ledger_request
-- An abort is never taken back to a drain.
-- $1 run, $2 level, $3 who
INSERT INTO fintra_ops.request (run_id, level, who, asked_at)
VALUES ($1::bigint, $2::text, $3::text, clock_timestamp())
    ON CONFLICT (run_id) DO UPDATE SET level = EXCLUDED.level, who = EXCLUDED.who, asked_at = EXCLUDED.asked_at
 WHERE request.level <> 'abort';

-- name: ledger_notify
-- $1 run
SELECT pg_notify('fintra', ($1::bigint)::text);
