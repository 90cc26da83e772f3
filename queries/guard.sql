-- name: guard_try
-- $1 lock key bigint
-- returns taken boolean
SELECT pg_try_advisory_lock($1::bigint);

-- name: guard_drop
-- $1 lock key bigint
SELECT pg_advisory_unlock($1::bigint);

-- name: guard_holder
-- $1 lock key bigint
-- returns pid, application_name, run id, who, host of the session that holds the lock
SELECT l.pid, a.application_name, r.id, r.who, r.host
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  LEFT JOIN fintra_ops.run r ON r.id = substring(a.application_name FROM '^fintra .* run ([0-9]{1,18})')::bigint
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.classid::bigint = ($1::bigint >> 32) & 4294967295
   AND l.objid::bigint = $1::bigint & 4294967295
 LIMIT 1;

-- name: guard_held
-- $1 backend pid of the guard
-- $2 lock keys, bigint[]
-- returns how many of the keys that backend holds
SELECT count(DISTINCT k.key)
  FROM unnest($2::bigint[]) AS k (key)
  JOIN pg_locks l ON l.classid::bigint = (k.key >> 32) & 4294967295
                 AND l.objid::bigint = k.key & 4294967295
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid = $1::integer
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: guard_release
-- Frees all locks of this session before it closes: the server frees them some time after a disconnect.
SELECT pg_advisory_unlock_all();
