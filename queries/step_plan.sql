-- What an orchestrator finds in the ledger about one of its steps.

-- name: step_last
-- $1 the orchestrator's run, $2 the run it retries (0 = none), $3 job
-- returns the newest run of the step: id, state, whether it is of $1, whether a postcondition broke, duration in ms,
-- the seven counts
SELECT id, state, parent = $1::bigint,
       EXISTS (SELECT 1 FROM jsonb_each(CASE WHEN jsonb_typeof(result -> 'posts') = 'object' THEN result -> 'posts' END)
                WHERE value ->> 'verdict' = 'broken'),
       coalesce(round(extract(epoch FROM ended_at - started_at) * 1000), 0)::bigint,
       rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected, rows_skipped, errors
  FROM fintra_ops.run
 WHERE parent IN ($1::bigint, $2::bigint) AND job = $3::text
 ORDER BY id DESC LIMIT 1;

-- name: step_last_good
-- $1 job
-- returns the calendar day of its newest good run over everything, NULL = none
SELECT greatest((SELECT last_run_date FROM public.cron_state WHERE name = $1::text),
                (SELECT max(created_at AT TIME ZONE 'UTC')::date FROM fintra_ops.run
                  WHERE job = $1::text AND state = 'success'
                    AND NOT params ?| ARRAY['ticker', 'tickers', 'limit', 'offset', 'dry_run']));
