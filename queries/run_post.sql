-- The values of earlier runs that a postcondition is compared with.

-- name: post_last
-- Only whole runs measured it.  Of a session its newest good run counts.  A broken value that was accepted by force is
-- good, and the new measure: what lies before it no longer counts.
-- $1 job, $2 as_of date, $3 this run, $4 name of the postcondition
-- returns run bigint, value text: of the last good run; median of the last five good sessions double precision, NULL of
-- what is no number; their number bigint
WITH good AS (
	SELECT DISTINCT ON (as_of) id, as_of, result #> ARRAY['posts', $4::text, 'value'] AS v,
	       result #>> ARRAY['posts', $4::text, 'verdict'] = 'accepted' AS accepted
	  FROM fintra_ops.run
	 WHERE job = $1::text AND as_of <= $2::date AND id <> $3::bigint
	   AND (state = 'success'
	        OR (state = 'partial' AND result #>> ARRAY['posts', $4::text, 'verdict'] = 'accepted'))
	   AND result #>> ARRAY['posts', $4::text, 'value'] IS NOT NULL
	 ORDER BY as_of DESC, id DESC LIMIT 5
), since AS (
	SELECT id, v, row_number() OVER w AS place, count(*) FILTER (WHERE accepted) OVER w - accepted::int AS newer
	  FROM good
	WINDOW w AS (ORDER BY as_of DESC)
)
SELECT max(id) FILTER (WHERE place = 1), max(v #>> '{}') FILTER (WHERE place = 1),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN jsonb_typeof(v) = 'number' THEN (v #>> '{}')::float8 END),
       count(*)
  FROM since
 WHERE newer = 0
HAVING count(*) > 0;
