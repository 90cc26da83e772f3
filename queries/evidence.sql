-- name: evidence_last_header
-- $1 endpoint, $2 this run
-- returns run bigint, column names joined by commas: of the newest other run that met this endpoint
SELECT run_id, header FROM fintra_ops.evidence
 WHERE endpoint = $1::text AND kind = 'header' AND run_id <> $2::bigint
 ORDER BY run_id DESC LIMIT 1;

-- name: evidence_of
-- $1 run, $2 bytes of a body at most
-- returns endpoint, kind, at ms, url, format, status, why, bytes, body hex, header, fingerprint; refusals first
SELECT endpoint, kind, round(extract(epoch FROM at) * 1000), url, format, status, why, bytes,
       encode(substring(body FROM 1 FOR $2::integer), 'hex'), header, fingerprint
  FROM fintra_ops.evidence WHERE run_id = $1::bigint
 ORDER BY kind DESC, at DESC, endpoint;
