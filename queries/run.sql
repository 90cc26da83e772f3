-- name: run_insert
-- $1 parent, $2 job, $3 as_of, $4 who, $5 host, $6 pid, $7 origin, $8 gate, $9 reason, $10 params json,
-- $11 build, $12 lock key, $13 wall clock ms, $14 tty, $15 parameters as words
-- returns id bigint.  A step of an orchestrator is the orchestrator's launch, not one of its own
WITH r AS (
	INSERT INTO fintra_ops.run (parent, job, as_of, who, host, pid, origin, gate, reason, params, build,
		lock_key, created_at)
	VALUES (nullif($1::bigint, 0), $2::text, $3::date, $4::text, $5::text, $6::integer, $7::text, $8::text,
		$9::text, $10::jsonb, $11::text, $12::bigint, to_timestamp($13::bigint / 1000.0))
	RETURNING id
), b AS (
	INSERT INTO fintra_ops.beat (run_id, epoch, beat_at) SELECT id, 1, clock_timestamp() FROM r
), a AS (
	INSERT INTO fintra_ops.audit (at, who, host, run_id, action, target, detail, reason, tty)
	SELECT clock_timestamp(), $4::text, $5::text, r.id, 'launch', $2::text,
	       concat_ws(' ', 'as of', $3::date, 'by', $7::text, nullif(ltrim($15::text), '')), $9::text, $14::text
	  FROM r
	 WHERE NOT EXISTS (SELECT 1 FROM fintra_ops.run p WHERE p.id = $1::bigint AND p.job <> $2::text)
)
SELECT id FROM r;

-- name: run_started
-- $1 run, $2 epoch, $3 wall clock ms
UPDATE fintra_ops.run SET state = 'running', started_at = to_timestamp($3::bigint / 1000.0)
 WHERE id = $1::bigint AND epoch = $2::integer AND state = 'queued';

-- name: run_overtaken
-- Runs that had the lock which we hold now, and do not beat any more: ABANDONED is proven (P4).
-- $1 lock key, $2 our run, $3 abandoned after ms, $4 wall clock ms
UPDATE fintra_ops.run SET state = 'abandoned', ended_at = to_timestamp($4::bigint / 1000.0)
 WHERE id IN (SELECT r.id
                FROM fintra_ops.run r
                LEFT JOIN fintra_ops.beat b ON b.run_id = r.id
               WHERE r.lock_key = $1::bigint AND r.id <> $2::bigint AND r.state IN ('queued', 'running')
                 AND coalesce(b.beat_at, r.started_at, r.created_at)
                     < clock_timestamp() - $3::bigint * interval '1 millisecond'
                 FOR UPDATE OF r SKIP LOCKED);

-- name: run_fence
-- $1 run, $2 epoch
-- returns a row while the run may write; holds off a rescuer until the transaction ends (P3)
SELECT 1 FROM fintra_ops.run
 WHERE id = $1::bigint AND epoch = $2::integer AND state = 'running' FOR SHARE;

-- name: run_unit_put
-- $1 run, $2 unit, $3 state, $4 read, $5 inserted, $6 updated, $7 unchanged, $8 rejected, $9 skipped,
-- $10 errors, $11 wall clock ms
INSERT INTO fintra_ops.unit AS u (run_id, unit, state, rows_read, rows_inserted, rows_updated,
	rows_unchanged, rows_rejected, rows_skipped, errors, ended_at)
VALUES ($1::bigint, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint,
	$10::bigint, to_timestamp($11::bigint / 1000.0))
    ON CONFLICT (run_id, unit) DO UPDATE
   SET state = EXCLUDED.state, attempts = u.attempts + 1,
       rows_read = u.rows_read + EXCLUDED.rows_read,
       rows_inserted = u.rows_inserted + EXCLUDED.rows_inserted,
       rows_updated = u.rows_updated + EXCLUDED.rows_updated,
       rows_unchanged = u.rows_unchanged + EXCLUDED.rows_unchanged,
       rows_rejected = u.rows_rejected + EXCLUDED.rows_rejected,
       rows_skipped = u.rows_skipped + EXCLUDED.rows_skipped,
       errors = u.errors + EXCLUDED.errors, ended_at = EXCLUDED.ended_at;

-- name: run_unit_done
-- $1 run, $2 unit
-- returns a row when the unit was committed
SELECT 1 FROM fintra_ops.unit WHERE run_id = $1::bigint AND unit = $2::text AND state = 'done';

-- name: run_backend_end
-- A lost connection's backend may still hold its transaction open: end it before the unit's row is read.
-- $1 backend pid, $2 application_name
-- returns a row as long as it is there
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid = $1::integer AND application_name = $2::text AND pid <> pg_backend_pid();

-- name: run_sessions
-- $1 application_name
-- returns how many sessions of that name there are
SELECT count(*) FROM pg_stat_activity WHERE application_name = $1::text;

-- name: run_load
-- $1 run
-- returns job, as_of, state, epoch, params, gate, taint
SELECT job, as_of, state, epoch, params, gate, taint FROM fintra_ops.run WHERE id = $1::bigint;

-- name: run_claim
-- $1 run, $2 epoch, $3 abandoned after ms
-- returns state, whether its last beat is old (server's clock), age of the beat in ms
SELECT r.state, coalesce(b.beat_at, r.started_at, r.created_at)
                < clock_timestamp() - $3::bigint * interval '1 millisecond',
       round(extract(epoch FROM clock_timestamp() - coalesce(b.beat_at, r.started_at, r.created_at)) * 1000)
  FROM fintra_ops.run r
  LEFT JOIN fintra_ops.beat b ON b.run_id = r.id
 WHERE r.id = $1::bigint AND r.epoch = $2::integer
   FOR UPDATE OF r;

-- name: run_rescue
-- $1 run, $2 who, $3 host, $4 pid, $5 build, $6 wall clock ms
UPDATE fintra_ops.run
   SET epoch = epoch + 1, state = 'running', who = $2::text, host = $3::text, pid = $4::integer,
       build = $5::text, started_at = coalesce(started_at, to_timestamp($6::bigint / 1000.0)),
       ended_at = NULL, error = NULL, err_class = NULL, sqlstate = NULL, http = NULL, exit_code = NULL,
       result = NULL
 WHERE id = $1::bigint;

-- name: run_rescue_beat
-- $1 run, $2 new epoch, $3 guard backend pid
INSERT INTO fintra_ops.beat (run_id, epoch, beat_at, guard_pid)
VALUES ($1::bigint, $2::integer, clock_timestamp(), $3::integer)
    ON CONFLICT (run_id) DO UPDATE SET epoch = EXCLUDED.epoch, beat_at = EXCLUDED.beat_at,
       guard_pid = EXCLUDED.guard_pid, phase = '', done = 0, total = 0, waits_for = NULL;

-- name: run_request_clear
-- An old wish to stop must not stop the resumed run.
-- $1 run
DELETE FROM fintra_ops.request WHERE run_id = $1::bigint;

-- name: run_last_seq
-- $1 run
-- returns newest seq of its lines, of its rejects
SELECT coalesce((SELECT max(seq) FROM fintra_ops.event WHERE run_id = $1::bigint), 0),
       coalesce((SELECT max(seq) FROM fintra_ops.reject WHERE run_id = $1::bigint), 0);

-- name: run_units_load
-- $1 run
-- returns the units that are done, each with the seven counts
SELECT unit, rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected, rows_skipped, errors
  FROM fintra_ops.unit WHERE run_id = $1::bigint AND state = 'done';

-- name: run_units_keep
-- A step that ended partial is a unit without errors when a figure was the reason: it is done again.
-- $1 run, $2 the run it retries
INSERT INTO fintra_ops.unit (run_id, unit, state, attempts, ended_at)
SELECT $1::bigint, unit, 'done', attempts, ended_at
  FROM fintra_ops.unit u
 WHERE run_id = $2::bigint AND state = 'done' AND errors = 0
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.run s
                    WHERE s.parent = $2::bigint AND s.job = u.unit AND s.state = 'partial');

-- name: run_finish
-- $1 run, $2 epoch, $3 state, $4 read, $5 inserted, $6 updated, $7 unchanged, $8 rejected, $9 skipped,
-- $10 errors, $11 taint, $12 error, $13 err_class, $14 sqlstate, $15 http, $16 exit_code, $17 result json,
-- $18 wall clock ms
UPDATE fintra_ops.run
   SET state = $3::text, rows_read = $4::bigint, rows_inserted = $5::bigint, rows_updated = $6::bigint,
       rows_unchanged = $7::bigint, rows_rejected = $8::bigint, rows_skipped = $9::bigint,
       errors = $10::bigint, taint = $11::text, error = $12::text, err_class = $13::text,
       sqlstate = $14::text, http = nullif($15::integer, 0), exit_code = $16::integer, result = $17::jsonb,
       ended_at = to_timestamp($18::bigint / 1000.0)
 WHERE id = $1::bigint AND epoch = $2::integer AND state IN ('queued', 'running');

-- name: run_state
-- $1 run
-- returns epoch, state
SELECT epoch, state FROM fintra_ops.run WHERE id = $1::bigint;

-- name: run_cron_state
-- $1 job, $2 calendar day
INSERT INTO public.cron_state (name, last_run_date) VALUES ($1::text, $2::date)
    ON CONFLICT (name) DO UPDATE SET last_run_date = EXCLUDED.last_run_date
 WHERE cron_state.last_run_date IS DISTINCT FROM EXCLUDED.last_run_date;
