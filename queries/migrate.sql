-- name: migrate_lock
-- $1 key bigint
-- Waits up to lock_timeout: one migration at a time.
SELECT pg_advisory_lock($1::bigint);

-- name: migrate_unlock
-- $1 key bigint
SELECT pg_advisory_unlock($1::bigint);

-- name: migrate_found
-- $1 names text[]: what the migrations create in schema public
-- returns ours boolean (and this role may read it), found text (the first of the names that exists, null when none)
-- From pg_class, not information_schema, which hides what we may not read.
SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'fintra_ops' AND c.relname = 'schema_version'
                  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')),
       (SELECT min(c.relname::text)
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public'
           AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
           AND c.relname::text = ANY ($1::text[]));

-- name: migrate_versions
-- returns version integer, ascending; name
SELECT version, name FROM fintra_ops.schema_version ORDER BY version;

-- name: migrate_record
-- $1 version integer, $2 name text, $3 now_ms bigint
INSERT INTO fintra_ops.schema_version (version, name, applied_at)
VALUES ($1::integer, $2::text, to_timestamp($3::bigint / 1000.0));
