-- Root causes that are open, and what was sent about them.  Times are wall clock milliseconds.

-- name: alert_lock
-- One process at a time looks and decides what is to be sent.
-- $1 key
SELECT pg_advisory_lock($1::bigint);

-- name: alert_unlock
-- $1 key
SELECT pg_advisory_unlock($1::bigint);

-- name: alert_rows
-- returns key, open boolean, severity, fingerprint, words, remedy, first ms, ended ms, acked, ack ended ms
SELECT key, state = 'open', severity, fingerprint, words, remedy, round(extract(epoch FROM first_at) * 1000),
       round(extract(epoch FROM ended_at) * 1000), acked, round(extract(epoch FROM ack_ended_at) * 1000)
  FROM fintra_ops.alert a
 WHERE state = 'open' OR EXISTS (SELECT 1 FROM fintra_ops.delivery d
                                       WHERE d.key = a.key AND (d.fingerprint IS NOT NULL OR d.state = 'sending'))
 ORDER BY first_at, key;

-- name: alert_deliveries
-- returns key, channel, state, fingerprint, sent ms, tried ms, error
SELECT key, channel, state, fingerprint, round(extract(epoch FROM sent_at) * 1000),
       round(extract(epoch FROM tried_at) * 1000), error
  FROM fintra_ops.delivery
 ORDER BY key, channel;

-- name: alert_put
-- $1 key, $2 severity, $3 fingerprint, $4 words, $5 remedy or NULL, $6 acked, $7 now ms
INSERT INTO fintra_ops.alert (key, state, severity, fingerprint, words, remedy, acked, first_at, seen_at)
VALUES ($1::text, 'open', $2::text, $3::text, $4::text, $5::text, $6::boolean, to_timestamp($7::bigint / 1000.0),
	to_timestamp($7::bigint / 1000.0))
ON CONFLICT (key) DO UPDATE
   SET state = 'open', severity = EXCLUDED.severity, fingerprint = EXCLUDED.fingerprint, words = EXCLUDED.words,
       remedy = EXCLUDED.remedy, acked = EXCLUDED.acked, seen_at = EXCLUDED.seen_at, ended_at = NULL,
       first_at = CASE WHEN alert.state = 'open' THEN alert.first_at ELSE EXCLUDED.first_at END,
       ack_ended_at = CASE WHEN alert.state = 'open' AND alert.acked AND NOT EXCLUDED.acked THEN EXCLUDED.seen_at
                           WHEN alert.state = 'open' THEN alert.ack_ended_at END;

-- name: alert_end
-- $1 key, $2 now ms
UPDATE fintra_ops.alert SET state = 'recovered', ended_at = to_timestamp($2::bigint / 1000.0)
 WHERE key = $1::text AND state = 'open';

-- name: alert_claim
-- An end that is told of a message of which nobody knows whether it came is owed like any other.
-- $1 key, $2 channel, $3 now ms, $4 it is the end that is to be told
INSERT INTO fintra_ops.delivery (key, channel, state, tried_at)
VALUES ($1::text, $2::text, 'sending', to_timestamp($3::bigint / 1000.0))
ON CONFLICT (key, channel) DO UPDATE
   SET state = 'sending', tried_at = EXCLUDED.tried_at,
       fingerprint = CASE WHEN $4::boolean THEN coalesce(delivery.fingerprint, '?') ELSE delivery.fingerprint END;

-- name: alert_sent
-- $1 key, $2 channel, $3 now ms, $4 fingerprint, NULL = nothing is open any more
UPDATE fintra_ops.delivery SET state = 'sent', fingerprint = $4::text, sent_at = to_timestamp($3::bigint / 1000.0),
       error = NULL
 WHERE key = $1::text AND channel = $2::text;

-- name: alert_failed
-- $1 key, $2 channel, $3 now ms, $4 error
INSERT INTO fintra_ops.delivery (key, channel, state, tried_at, error)
VALUES ($1::text, $2::text, 'failed', to_timestamp($3::bigint / 1000.0), $4::text)
ON CONFLICT (key, channel) DO UPDATE SET state = 'failed', tried_at = EXCLUDED.tried_at, error = EXCLUDED.error;

-- name: alert_forgive
-- The channel works again: what failed before and nobody wants any more is forgotten.
-- $1 channel
DELETE FROM fintra_ops.delivery d
 WHERE d.channel = $1::text AND d.state = 'failed' AND d.fingerprint IS NULL
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.alert a WHERE a.key = d.key AND a.state = 'open' AND NOT a.acked);
