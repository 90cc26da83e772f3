-- name: relations
-- By name from pg_class: to_regclass would refuse where the schema may not be used.
-- $1 names text[]
-- returns per name, in order: relation, relkind, may use the schema, select, insert, update, delete,
-- row security active for us, bytes (NULL for views)
SELECT x.name, n.nspname || '.' || c.relname, c.relkind::text, has_schema_privilege(n.oid, 'USAGE'),
       has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
       has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),
       c.relkind IN ('r', 'p') AND row_security_active(c.oid),
       CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_total_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t)
                      WHEN 'v' THEN NULL
                      ELSE pg_total_relation_size(c.oid) END
  FROM unnest($1::text[]) WITH ORDINALITY x (name, i)
  LEFT JOIN pg_namespace n ON n.nspname = 'public'
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = x.name
                      AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
 ORDER BY x.i;

-- name: database_facts
-- returns database, role, server version, its number, whether it is a standby, bytes, server clock ms;
-- of fintra_ops: whether it is there and may be used, its tables, those we may read, may write, their bytes, whether
-- a role that does not own the audit may change it
SELECT current_database(), current_user, current_setting('server_version'),
       current_setting('server_version_num')::integer, pg_is_in_recovery(),
       pg_database_size(current_database()), round(extract(epoch FROM clock_timestamp()) * 1000),
       count(n.oid) > 0, coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE')), false), count(c.oid),
       count(*) FILTER (WHERE has_table_privilege(c.oid, 'SELECT')),
       count(*) FILTER (WHERE has_table_privilege(c.oid, 'INSERT') AND (has_table_privilege(c.oid, 'UPDATE') OR c.relname = 'audit')),
       coalesce(sum(pg_total_relation_size(c.oid)), 0),
       coalesce(bool_or(c.relname = 'audit' AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
                        AND NOT pg_has_role(c.relowner, 'USAGE')), false)
  FROM (SELECT oid FROM pg_namespace WHERE nspname = 'fintra_ops') n
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p');
