-- name: keeper_beat
-- $1 run, $2 epoch, $3 guard backend pid, $4 phase, $5 done, $6 total, $7 what it waits for or NULL
UPDATE fintra_ops.beat
   SET beat_at = clock_timestamp(), guard_pid = nullif($3::integer, 0), phase = $4::text,
       done = $5::bigint, total = $6::bigint, waits_for = $7::text
 WHERE run_id = $1::bigint AND epoch = $2::integer;

-- name: keeper_request
-- $1 run
-- returns level text, who text
SELECT level, who FROM fintra_ops.request WHERE run_id = $1::bigint;

-- name: keeper_events
-- $1 run, $2 epoch, $3 json array of lines
-- returns run rows of that epoch (0 = fenced off), lines written, void
WITH r AS (
	SELECT id FROM fintra_ops.run WHERE id = $1::bigint AND epoch = $2::integer
), i AS (
	INSERT INTO fintra_ops.event (run_id, seq, ts, lvl, ev, job, unit, msg, data)
	SELECT r.id, x.seq, to_timestamp(x.ts / 1000.0), x.lvl, x.ev, x.job, x.unit, x.msg,
	       ('{' || x.data || '}')::jsonb
	  FROM r, json_to_recordset($3::json) AS x (seq bigint, ts bigint, lvl text, ev text, job text,
		unit text, msg text, data text)
	    ON CONFLICT (run_id, seq) DO NOTHING
	RETURNING 1
)
SELECT (SELECT count(*) FROM r), (SELECT count(*) FROM i), pg_notify('fintra', ($1::bigint)::text);

-- name: keeper_rejects
-- $1 run, $2 epoch, $3 json array
INSERT INTO fintra_ops.reject (run_id, seq, reason, raw)
SELECT r.id, x.seq, x.reason, x.raw
  FROM fintra_ops.run r, json_to_recordset($3::json) AS x (seq bigint, reason text, raw text)
 WHERE r.id = $1::bigint AND r.epoch = $2::integer
    ON CONFLICT (run_id, seq) DO NOTHING;

-- name: keeper_inputs
-- $1 run, $2 epoch, $3 json array, the newest entry of a table counts
INSERT INTO fintra_ops.input (run_id, table_name, as_of, n_rows)
SELECT DISTINCT ON (x.table_name) r.id, x.table_name, x.as_of, x.n_rows
  FROM fintra_ops.run r,
       json_to_recordset($3::json) AS x (seq bigint, table_name text, as_of date, n_rows bigint)
 WHERE r.id = $1::bigint AND r.epoch = $2::integer
 ORDER BY x.table_name, x.seq DESC
    ON CONFLICT (run_id, table_name) DO UPDATE SET as_of = EXCLUDED.as_of, n_rows = EXCLUDED.n_rows;

-- name: keeper_flags
-- $1 run, $2 epoch, $3 json array
INSERT INTO fintra_ops.flag (ticker, kind, flagged_on, detail, run_id)
SELECT DISTINCT ON (x.ticker, x.kind, x.flagged_on) x.ticker, x.kind, x.flagged_on, x.detail, r.id
  FROM fintra_ops.run r,
       json_to_recordset($3::json) AS x (seq bigint, ticker text, kind text, flagged_on date, detail text)
 WHERE r.id = $1::bigint AND r.epoch = $2::integer
 ORDER BY x.ticker, x.kind, x.flagged_on, x.seq DESC
    ON CONFLICT (ticker, kind, flagged_on) DO UPDATE
   SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id
 WHERE flag.detail IS DISTINCT FROM EXCLUDED.detail;

-- name: keeper_evidence
-- $1 run, $2 epoch, $3 json array, the newest of an endpoint and kind counts
INSERT INTO fintra_ops.evidence AS t (run_id, endpoint, kind, at, url, format, status, why, bytes, body, header,
	fingerprint)
SELECT DISTINCT ON (x.endpoint, x.kind) r.id, x.endpoint, x.kind, to_timestamp(x.at / 1000.0), x.url, x.format,
       x.status, x.why, x.bytes, decode(x.body, 'hex'), x.header, x.fingerprint
  FROM fintra_ops.run r,
       json_to_recordset($3::json) AS x (seq bigint, endpoint text, kind text, at bigint, url text, format text,
       status integer, why text, bytes bigint, body text, header text, fingerprint text)
 WHERE r.id = $1::bigint AND r.epoch = $2::integer
 ORDER BY x.endpoint, x.kind, x.seq DESC
    ON CONFLICT (run_id, endpoint, kind) DO UPDATE
   SET at = EXCLUDED.at, url = EXCLUDED.url, format = EXCLUDED.format, status = EXCLUDED.status,
       why = EXCLUDED.why, bytes = EXCLUDED.bytes, body = EXCLUDED.body, header = EXCLUDED.header,
       fingerprint = EXCLUDED.fingerprint;
