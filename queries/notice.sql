-- name: notice_list
-- What holds now.  Expiry needs nobody: one whose time is over is not read any more.
-- $1 kind, $2 now ms, $3 limit
-- returns id, target, state, who, host, words, at ms, until ms; newest first
SELECT id, target, state, who, host, words, round(extract(epoch FROM at) * 1000),
       round(extract(epoch FROM until_at) * 1000)
  FROM fintra_ops.notice
 WHERE kind = $1::text AND ended_at IS NULL
   AND (until_at IS NULL OR until_at > to_timestamp($2::bigint / 1000.0))
 ORDER BY at DESC, id DESC
 LIMIT $3::integer;

-- name: notice_put
-- One per target: the later one takes the place of the earlier, and the audit has both.
-- $1 kind, $2 target, $3 state or NULL, $4 who, $5 host, $6 words, $7 at ms, $8 until ms or 0, $9 tty,
-- $10 what the audit says of it
WITH n AS (
	INSERT INTO fintra_ops.notice (kind, target, state, who, host, words, at, until_at)
	VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, to_timestamp($7::bigint / 1000.0),
		to_timestamp(nullif($8::bigint, 0) / 1000.0))
	ON CONFLICT (kind, target) WHERE ended_at IS NULL AND kind <> 'note' DO UPDATE
	   SET state = EXCLUDED.state, who = EXCLUDED.who, host = EXCLUDED.host, words = EXCLUDED.words,
	       at = EXCLUDED.at, until_at = EXCLUDED.until_at
	RETURNING id
)
INSERT INTO fintra_ops.audit (at, who, host, action, target, detail, reason, tty)
SELECT to_timestamp($7::bigint / 1000.0), $4::text, $5::text, $1::text, nullif($2::text, ''), $10::text, $6::text,
       $9::text
  FROM n;

-- name: notice_end
-- Affects no row when nothing held any more.
-- $1 kind, $2 target, $3 who, $4 host, $5 now ms, $6 action, $7 reason or NULL, $8 tty, $9 detail or NULL
WITH n AS (
	UPDATE fintra_ops.notice SET ended_at = to_timestamp($5::bigint / 1000.0), ended_by = $3::text
	 WHERE kind = $1::text AND target = $2::text AND ended_at IS NULL
	   AND (until_at IS NULL OR until_at > to_timestamp($5::bigint / 1000.0))
	RETURNING id
)
INSERT INTO fintra_ops.audit (at, who, host, action, target, detail, reason, tty)
SELECT to_timestamp($5::bigint / 1000.0), $3::text, $4::text, $6::text, $2::text, $9::text, $7::text, $8::text
  FROM n;

-- name: notice_allowed
-- returns whether this session may leave one
SELECT has_table_privilege('fintra_ops.notice', 'INSERT') AND has_table_privilege('fintra_ops.notice', 'UPDATE')
       AND has_table_privilege('fintra_ops.audit', 'INSERT') AND NOT pg_is_in_recovery()
       AND current_setting('transaction_read_only') = 'off';
