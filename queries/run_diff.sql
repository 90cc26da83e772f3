-- Keeping what a run in diff mode has shown (core/run_diff.c).

-- name: run_diff_lock
-- The lock of a table and date (core/guard.h), until the transaction ends.
-- $1 key
-- returns whether it was free
SELECT pg_try_advisory_xact_lock($1::bigint);

-- name: run_diff_kept
-- Until now it was a dry run to everybody who reads the ledger.
-- $1 run
UPDATE fintra_ops.run SET params = params - 'dry_run' WHERE id = $1::bigint;
