-- What the ledger knows of runs like the one that is foreseen.  Units older than their run were kept by a retry
-- (run_units_keep): done elsewhere, with counts of zero here.

-- name: foresee_last
-- $1 job, $2 params json
-- returns of its last good run with these parameters that kept nothing: requests to the vendor, units
SELECT (r.result ->> 'calls')::bigint,
       (SELECT count(*) FROM fintra_ops.unit u WHERE u.run_id = r.id AND u.state = 'done')
  FROM fintra_ops.run r
 WHERE r.job = $1 AND r.state IN ('success', 'partial') AND r.params = $2::jsonb
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.unit u WHERE u.run_id = r.id AND u.ended_at < r.created_at)
 ORDER BY r.id DESC LIMIT 1;

-- name: foresee_rows
-- $1 job, $2 params json, $3 units text[]
-- Days have as many rows whatever the range they stand in; force counts the same rows.
-- returns of its last good runs with these parameters: whether they tell, the rows of these units: of a known one
-- as the last time, of new days as a day of the last whole run on an average, of other new ones together what that
-- run had in units that are not asked for any more
WITH asked AS (
	SELECT count(*) AS n, coalesce(bool_and(u ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'), false) AS days
	  FROM unnest($3::text[]) u),
other AS (
	SELECT ARRAY['force'] || CASE WHEN days THEN ARRAY['start', 'end', 'step'] ELSE '{}'::text[] END AS keys
	  FROM asked),
good AS (
	SELECT r.id, r.created_at,
	       NOT EXISTS (SELECT 1 FROM fintra_ops.unit u
	                    WHERE u.run_id = r.id AND u.ended_at < r.created_at) AS whole
	  FROM fintra_ops.run r, other o
	 WHERE r.job = $1 AND r.state IN ('success', 'partial') AND r.params - o.keys = $2::jsonb - o.keys
	 ORDER BY r.id DESC LIMIT 5),
done AS (
	SELECT u.run_id, u.unit, u.rows_inserted + u.rows_updated + u.rows_unchanged AS n_rows,
	       u.unit = ANY ($3::text[]) AS again, u.run_id = (SELECT max(g.id) FROM good g WHERE g.whole) AS newest
	  FROM fintra_ops.unit u JOIN good g ON g.id = u.run_id AND u.ended_at >= g.created_at
	 WHERE u.state = 'done'),
known AS (
	SELECT DISTINCT ON (d.unit) d.unit, d.n_rows
	  FROM done d WHERE d.again
	 ORDER BY d.unit, d.run_id DESC)
SELECT CASE WHEN a.n = (SELECT count(*) FROM known) THEN EXISTS (SELECT 1 FROM good)
            ELSE EXISTS (SELECT 1 FROM good g WHERE g.whole) END,
       (SELECT coalesce(sum(k.n_rows), 0) FROM known k)
       + CASE WHEN a.n = (SELECT count(*) FROM known) THEN 0
              WHEN a.days THEN (a.n - (SELECT count(*) FROM known))
                               * (SELECT coalesce(avg(d.n_rows), 0) FROM done d WHERE d.newest)
              ELSE (SELECT coalesce(sum(d.n_rows), 0) FROM done d WHERE d.newest AND NOT d.again) END
  FROM asked a;
