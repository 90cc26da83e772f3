-- The values of earlier runs that a postcondition is compared with.

-- name: post_last
-- Only whole runs measured it; one whose broken value was accepted by force counts as good.
-- $1 job, $2 as_of date, $3 this run, $4 name of the postcondition
-- returns run bigint, value text: of the last good run
SELECT id, result #>> ARRAY['posts', $4::text, 'value']
  FROM fintra_ops.run
 WHERE job = $1::text AND as_of <= $2::date AND id <> $3::bigint
   AND (state = 'success'
        OR (state = 'partial' AND result #>> ARRAY['posts', $4::text, 'verdict'] = 'accepted'))
   AND result #>> ARRAY['posts', $4::text, 'value'] IS NOT NULL
 ORDER BY as_of DESC, id DESC LIMIT 1;
