-- name: snapshot_export
-- returns the id by which other sessions take this transaction's snapshot
SELECT pg_export_snapshot();
