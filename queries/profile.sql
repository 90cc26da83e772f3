-- How many parts profile-bulk has.

-- name: profile_calls
-- returns the requests of the last good run that read all of them; no row: nobody has
SELECT coalesce((result ->> 'profile_calls')::bigint, (result ->> 'calls')::bigint)
  FROM fintra_ops.run
 WHERE state IN ('success', 'partial')
   AND (result ? 'profile_calls' OR (job = 'sync-universe' AND (result ->> 'calls')::bigint > 0))
 ORDER BY id DESC LIMIT 1;
