-- name: audit_put
-- $1 who, $2 host, $3 run or 0, $4 action, $5 target, $6 detail, $7 reason, $8 tty
INSERT INTO fintra_ops.audit (at, who, host, run_id, action, target, detail, reason, tty)
VALUES (clock_timestamp(), $1::text, $2::text, nullif($3::bigint, 0), $4::text, $5::text, $6::text, $7::text, $8::text);

-- name: audit_list
-- $1 user or NULL, $2 since ms or 0, $3 limit
-- returns id, at ms, who, host, database role, tty, run, action, target (the run's job where it has none), reason,
-- detail, state of the run; newest first
SELECT a.id, round(extract(epoch FROM a.at) * 1000), a.who, a.host, a.db_role, a.tty, a.run_id, a.action,
       coalesce(a.target, r.job), a.reason, a.detail, r.state
  FROM fintra_ops.audit a
  LEFT JOIN fintra_ops.run r ON r.id = a.run_id
 WHERE ($1::text IS NULL OR a.who = $1::text)
   AND ($2::bigint = 0 OR a.at >= to_timestamp($2::bigint / 1000.0))
 ORDER BY a.at DESC, a.id DESC
 LIMIT $3::integer;
