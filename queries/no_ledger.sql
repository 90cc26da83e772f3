-- What the ledger's tables are where there is no ledger: the same columns, no rows.  Put in front of a query
-- as a CTE by core/db_names.c.

-- name: no_ledger_run
SELECT NULL::bigint AS id, NULL::bigint AS parent, NULL::text AS job, NULL::date AS as_of, NULL::text AS state,
       NULL::integer AS epoch, NULL::text AS who, NULL::text AS host, NULL::integer AS pid, NULL::text AS origin,
       NULL::text AS gate, NULL::text AS reason, NULL::jsonb AS params, NULL::text AS build, NULL::bigint AS lock_key,
       NULL::timestamptz AS created_at, NULL::timestamptz AS started_at, NULL::timestamptz AS ended_at,
       NULL::bigint AS rows_read, NULL::bigint AS rows_inserted, NULL::bigint AS rows_updated,
       NULL::bigint AS rows_unchanged, NULL::bigint AS rows_rejected, NULL::bigint AS rows_skipped,
       NULL::bigint AS errors, NULL::text AS taint, NULL::text AS error, NULL::text AS err_class,
       NULL::text AS sqlstate, NULL::integer AS http, NULL::integer AS exit_code, NULL::jsonb AS result
 WHERE false;

-- name: no_ledger_beat
SELECT NULL::bigint AS run_id, NULL::integer AS epoch, NULL::timestamptz AS beat_at, NULL::integer AS guard_pid,
       NULL::text AS phase, NULL::bigint AS done, NULL::bigint AS total, NULL::text AS waits_for
 WHERE false;

-- name: no_ledger_input
SELECT NULL::bigint AS run_id, NULL::text AS table_name, NULL::date AS as_of, NULL::bigint AS n_rows
 WHERE false;

-- name: no_ledger_check_since
SELECT NULL::text AS name, NULL::text AS state, NULL::timestamptz AS since
 WHERE false;

-- name: no_ledger_unit
SELECT NULL::bigint AS run_id, NULL::text AS unit, NULL::text AS state, NULL::integer AS attempts,
       NULL::bigint AS rows_read, NULL::bigint AS rows_inserted, NULL::bigint AS rows_updated,
       NULL::bigint AS rows_unchanged, NULL::bigint AS rows_rejected, NULL::bigint AS rows_skipped,
       NULL::bigint AS errors, NULL::timestamptz AS ended_at
 WHERE false;

-- name: no_ledger_event
SELECT NULL::bigint AS run_id, NULL::bigint AS seq, NULL::timestamptz AS ts, NULL::text AS lvl, NULL::text AS ev,
       NULL::text AS job, NULL::text AS unit, NULL::text AS msg, NULL::jsonb AS data
 WHERE false;

-- name: no_ledger_evidence
SELECT NULL::bigint AS run_id, NULL::text AS endpoint, NULL::text AS kind, NULL::timestamptz AS at, NULL::text AS url,
       NULL::text AS format, NULL::integer AS status, NULL::text AS why, NULL::bigint AS bytes, NULL::bytea AS body,
       NULL::text AS header, NULL::text AS fingerprint
 WHERE false;

-- name: no_ledger_flag
SELECT NULL::text AS ticker, NULL::text AS kind, NULL::date AS flagged_on, NULL::text AS detail,
       NULL::bigint AS run_id
 WHERE false;

-- name: no_ledger_check_day
SELECT NULL::text AS name, NULL::date AS as_of, NULL::text AS state, NULL::double precision AS figure,
       NULL::text AS value, NULL::timestamptz AS seen_at
 WHERE false;

-- name: no_ledger_notice
SELECT NULL::bigint AS id, NULL::text AS kind, NULL::text AS target, NULL::text AS state, NULL::text AS who,
       NULL::text AS host, NULL::text AS words, NULL::timestamptz AS at, NULL::timestamptz AS until_at,
       NULL::timestamptz AS ended_at, NULL::text AS ended_by
 WHERE false;

-- name: no_ledger_audit
SELECT NULL::bigint AS id, NULL::timestamptz AS at, NULL::text AS who, NULL::text AS host, NULL::text AS db_role,
       NULL::bigint AS run_id, NULL::text AS action, NULL::text AS detail, NULL::text AS target,
       NULL::text AS reason, NULL::text AS tty
 WHERE false;

-- name: no_ledger_alert
SELECT NULL::text AS key, NULL::text AS state, NULL::text AS severity, NULL::text AS fingerprint, NULL::text AS words,
       NULL::text AS remedy, NULL::timestamptz AS first_at, NULL::timestamptz AS seen_at, NULL::timestamptz AS ended_at,
       NULL::boolean AS acked, NULL::timestamptz AS ack_ended_at
 WHERE false;

-- name: no_ledger_delivery
SELECT NULL::text AS key, NULL::text AS channel, NULL::text AS state, NULL::text AS fingerprint,
       NULL::timestamptz AS sent_at, NULL::timestamptz AS tried_at, NULL::text AS error
 WHERE false;
