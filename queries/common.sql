-- Used by jobs/common.c.

-- name: common_last_run
-- $1 job, $2 as_of date
-- returns the as-of date of its last good run over the whole table up to then; NULL = none
SELECT max(as_of)
  FROM fintra_ops.run
 WHERE job = $1::text AND state IN ('success', 'partial') AND as_of <= $2::date
   AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run'];

-- name: common_has_column
-- $1 table, $2 column
SELECT EXISTS (SELECT 1 FROM pg_attribute
                WHERE attrelid = to_regclass($1::text) AND attname = $2::text AND NOT attisdropped);
