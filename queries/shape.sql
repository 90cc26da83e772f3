-- Used by core/db_shape.c, once per connection.

-- name: shape
-- From pg_class, not by regclass: a name in a schema that this role may not use is no error here.
-- returns whether the session's settings are those that were asked for, the tables (no views) among the names
-- that differ between databases, whether industry_benchmarks has a column metric, whether there is a ledger
-- that this role may read, backend pid
SELECT current_setting('TimeZone') = 'UTC' AND current_setting('search_path') = 'public'
       AND current_setting('IntervalStyle') = 'postgres',
       coalesce((SELECT string_agg(c.relname, ',') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                    AND c.relname IN ('company_profiles', 'company_profile', 'fmp_peers', 'stock_peers',
                                      'industry_alpha', 'industry_benchmarks')), ''),
       EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relname = 'industry_benchmarks' AND a.attname = 'metric'
                  AND NOT a.attisdropped),
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'fintra_ops' AND c.relname = 'run' AND has_schema_privilege(n.oid, 'USAGE')
                  AND has_table_privilege(c.oid, 'SELECT')),
       pg_backend_pid();
