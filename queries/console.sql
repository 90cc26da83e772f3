-- name: console_listen
LISTEN fintra;

-- name: console_server
-- returns database, server address or NULL (local socket), role, whether it is a standby
SELECT current_database(), host(inet_server_addr()), current_user, pg_is_in_recovery();

-- name: console_rights
-- returns whether this role may record runs
SELECT has_table_privilege('fintra_ops.run', 'INSERT');

-- name: console_jobs
-- Walks back at most 100 runs of each job over the index (job, id): a long ledger costs nothing more.  With
-- `job = name` the planner may walk back over all ids instead, through the whole ledger for a job that never ran.
-- $1 job names text[]
-- returns per name its newest run: id, state, as_of, who, host, origin, created, started, ended ms; its newest
-- run that wrote: id, as_of, who, ended ms; median ms of its last 20 whole successes and how many there are
SELECT l.id, l.state, l.as_of, l.who, l.host, l.origin, round(extract(epoch FROM l.created_at) * 1000),
       round(extract(epoch FROM l.started_at) * 1000), round(extract(epoch FROM l.ended_at) * 1000),
       g.id, g.as_of, g.who, round(extract(epoch FROM g.ended_at) * 1000),
       round(extract(epoch FROM d.p50) * 1000), d.n
  FROM unnest($1::text[]) WITH ORDINALITY AS j (name, i)
  LEFT JOIN LATERAL (SELECT max(y.id) AS newest, max(y.id) FILTER (WHERE y.wrote) AS good,
                            percentile_disc(0.5) WITHIN GROUP (ORDER BY y.took)
                                FILTER (WHERE y.whole AND y.nth <= 20) AS p50,
                            count(*) FILTER (WHERE y.whole AND y.nth <= 20) AS n
                       FROM (SELECT x.*, count(*) FILTER (WHERE x.whole) OVER (ORDER BY x.id DESC) AS nth
                               FROM (SELECT r.id, r.ended_at - r.started_at AS took,
                                            r.state IN ('success', 'partial') AND NOT r.params ? 'dry_run' AS wrote,
                                            r.state = 'success'
                                            AND NOT r.params ?| ARRAY['dry_run', 'limit', 'offset', 'ticker', 'tickers'] AS whole
                                       FROM fintra_ops.run r
                                      WHERE r.job >= j.name AND r.job <= j.name
                                      ORDER BY r.job, r.id DESC LIMIT 100) x) y) d ON true
  LEFT JOIN fintra_ops.run l ON l.id = d.newest
  LEFT JOIN fintra_ops.run g ON g.id = d.good
 ORDER BY j.i;

-- name: console_locks
-- returns key, granted, pid, application_name, user, run id of every advisory lock of this database
SELECT (l.classid::bigint << 32) | l.objid::bigint, l.granted, l.pid, a.application_name, a.usename,
       substring(a.application_name FROM '^fintra .* run ([0-9]{1,18})')::bigint
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 ORDER BY l.granted, l.pid, 1
 LIMIT 200;

-- name: console_waits
-- returns run, job, what it waits for
SELECT r.id, r.job, b.waits_for
  FROM fintra_ops.run r
  JOIN fintra_ops.beat b ON b.run_id = r.id
 WHERE r.state IN ('queued', 'running') AND b.waits_for IS NOT NULL
 ORDER BY r.id
 LIMIT 50;

-- name: console_tables
-- $1 table names text[]
-- returns per name: kind (NULL = not there), bytes with indexes, estimated rows (< 0 = never analysed), readable
SELECT c.relkind, s.bytes, s.about, has_table_privilege(c.oid, 'SELECT')
  FROM unnest($1::text[]) WITH ORDINALITY AS t (name, i)
  LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(t.name))
  LEFT JOIN LATERAL (SELECT sum(pg_total_relation_size(p.relid)) AS bytes,
                            CASE WHEN bool_or(q.reltuples < 0 OR q.reltuples = 0 AND pg_relation_size(q.oid) > 0)
                                 THEN -1 ELSE round(sum(q.reltuples))::bigint END AS about
                       FROM (SELECT c.oid AS relid WHERE c.relkind IN ('r', 'm')
                             UNION ALL
                             SELECT t.relid FROM pg_partition_tree(c.oid) t
                              WHERE t.isleaf AND c.relkind = 'p') p
                       JOIN pg_class q ON q.oid = p.relid) s ON true
 ORDER BY t.i;

-- name: console_facts
-- returns server version, standby, role, its own backend pid, server start ms
SELECT current_setting('server_version'), pg_is_in_recovery(), current_user, pg_backend_pid(),
       round(extract(epoch FROM pg_postmaster_start_time()) * 1000);

-- name: console_size
SELECT pg_database_size(current_database());

-- name: console_connections
-- returns connections of the server, of this database, of ours, the most that it takes
SELECT count(*) FILTER (WHERE datid IS NOT NULL), count(*) FILTER (WHERE datname = current_database()),
       count(*) FILTER (WHERE datname = current_database() AND application_name LIKE 'fintra%'),
       current_setting('max_connections')
  FROM pg_stat_activity;

-- name: console_sessions
-- returns pid, application_name, user, client address, state (NULL = hidden), wait, start ms, transaction ms
SELECT pid, application_name, usename, host(client_addr), state, wait_event_type || ':' || wait_event,
       round(extract(epoch FROM backend_start) * 1000), round(extract(epoch FROM xact_start) * 1000)
  FROM pg_stat_activity
 WHERE datname = current_database() AND application_name LIKE 'fintra%'
 ORDER BY application_name, pid
 LIMIT 200;
