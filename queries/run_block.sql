-- name: run_block_look
-- Of a session of another role the server tells who it is, and neither its query nor since when: NULL.
-- $1 application_name of the run's working connections
-- returns pid (0 = a prepared transaction), user, application, ms its transaction is open, query, table
SELECT h.pid, b.usename, b.application_name,
       round(extract(epoch FROM clock_timestamp() - b.xact_start) * 1000),
       CASE WHEN b.state IS NOT NULL THEN b.query END,
       (SELECT l.relation::regclass FROM pg_locks l
         WHERE l.pid = w.pid AND l.relation IS NOT NULL AND (NOT l.granted OR l.locktype = 'tuple')
         LIMIT 1)
  FROM pg_stat_activity w
 CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS h (pid)
  LEFT JOIN pg_stat_activity b ON b.pid = h.pid
 WHERE w.application_name = $1::text AND w.wait_event_type = 'Lock'
 ORDER BY b.xact_start NULLS LAST, h.pid
 LIMIT 1;

-- name: run_block_locks
-- The same where pg_blocking_pids() is not allowed: whoever holds a lock on the same thing.
-- $1 application_name of the run's working connections
-- returns pid, user, application, ms its transaction is open, query, table
SELECT h.pid, b.usename, b.application_name,
       round(extract(epoch FROM clock_timestamp() - b.xact_start) * 1000),
       CASE WHEN b.state IS NOT NULL THEN b.query END, n.relation::regclass
  FROM pg_stat_activity w
  JOIN pg_locks n ON n.pid = w.pid AND NOT n.granted
  JOIN pg_locks h ON h.granted AND h.pid <> n.pid
   AND (h.locktype, h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.objid)
       IS NOT DISTINCT FROM
       (n.locktype, n.database, n.relation, n.page, n.tuple, n.virtualxid, n.transactionid, n.objid)
  LEFT JOIN pg_stat_activity b ON b.pid = h.pid
 WHERE w.application_name = $1::text AND w.wait_event_type = 'Lock'
 ORDER BY h.mode = 'AccessShareLock', b.xact_start NULLS LAST, h.pid
 LIMIT 1;
