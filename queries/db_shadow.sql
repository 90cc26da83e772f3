-- Shadows: temp tables that stand in for tables of the same name while a run's changes are only looked at.

-- name: db_shadow
-- The statements for one table, made by the server from what the table is like there.
-- $1 schema, $2 table, $3 name of the shadow, $4 key text[], $5 volatile columns text[], $6 date column or NULL,
-- $7 first and $8 last day that the shadow holds or NULL for all rows, $9 column of the moves or NULL,
-- $10 whether moves are ranked by their share of the old value, $11 how many of them
-- Identity columns count downwards in the shadow; what is inserted gets the real table's own.
-- returns no row when there is no such table; the statements that make the shadow; that compare it (NULL when it lacks
-- a column of the key; "diff NAME": op i, u, d or t when only volatile columns differ, the row as it was, as it is now); that count what was found:
-- inserted, updated, deleted, touched, rows of the shadow, rows outside of the days, a sum over the differences; the
-- moves or NULL; that lock the table; that write the differences and return how many rows were deleted, updated and
-- inserted
WITH c AS (
	SELECT attname AS name, attnum AS n, attidentity <> '' AS counted, attgenerated <> '' AS made,
	       attname = ANY ($4::text[]) AS is_key, attname = ANY ($5::text[]) AS is_volatile,
	       CASE WHEN atttypid = 'json'::regtype THEN '::text' ELSE '' END AS comparable
	  FROM pg_attribute
	 WHERE attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) AND attnum > 0 AND NOT attisdropped
), l AS (
	SELECT format('%I.%I', $1::text, $2::text) AS real, format('%I', $3::text) AS shadow,
	       format('%I', 'diff ' || $3::text) AS diff,
	       string_agg(format('%I', name), ', ' ORDER BY n) FILTER (WHERE NOT made) AS columns,
	       string_agg(format('%I', name), ', ' ORDER BY n) FILTER (WHERE NOT made AND NOT counted) AS given,
	       string_agg(format('(d.now).%I', name), ', ' ORDER BY n) FILTER (WHERE NOT made AND NOT counted) AS given_now,
	       string_agg(format('%1$I = (d.now).%1$I', name), ', ' ORDER BY n)
	       FILTER (WHERE NOT made AND NOT counted) AS assigned,
	       string_agg(format('p.%I%s', name, comparable), ', ' ORDER BY n) AS was,
	       string_agg(format('s.%I%s', name, comparable), ', ' ORDER BY n) AS now,
	       string_agg(format('p.%I%s', name, comparable), ', ' ORDER BY n) FILTER (WHERE NOT is_volatile) AS content_was,
	       string_agg(format('s.%I%s', name, comparable), ', ' ORDER BY n) FILTER (WHERE NOT is_volatile) AS content_now,
	       string_agg(format('p.%1$I = s.%1$I', name), ' AND ' ORDER BY n) FILTER (WHERE is_key) AS same_key,
	       string_agg(format('p.%1$I = (d.was).%1$I', name), ' AND ' ORDER BY n) FILTER (WHERE is_key) AS is_row,
	       string_agg(format('(d.now).%I', name), ', ' ORDER BY n) FILTER (WHERE is_key) AS label,
	       string_agg(format('p.%1$I = (d.now).%1$I AND ', name), '' ORDER BY n)
	       FILTER (WHERE is_key AND name <> $6::text) AS same_thing,
	       count(*) FILTER (WHERE is_key) = cardinality($4::text[]) AS keyed,
	       coalesce(bool_or(is_key AND name = $6::text), false) AS dated, coalesce(bool_or(name = $9::text), false) AS scored,
	       string_agg(format('; ALTER TABLE pg_temp.%I ALTER COLUMN %I SET INCREMENT BY -1 SET MINVALUE -2147483648'
	                         ' SET START WITH -1 RESTART', $3::text, name), '') FILTER (WHERE counted) AS counters,
	       CASE WHEN $7::date IS NULL THEN ''
	            ELSE format(' WHERE p.%I BETWEEN %L AND %L', $6::text, $7::date, $8::date) END AS days,
	       CASE WHEN $7::date IS NULL THEN '0::bigint'
	            ELSE format('count(*) FILTER (WHERE d.op = ''i'' AND NOT (d.now).%I BETWEEN %L AND %L)', $6::text,
	                        $7::date, $8::date) END AS outside
	  FROM c
	HAVING count(*) > 0
)
SELECT format('CREATE TEMP TABLE %1$s (LIKE %2$s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
              ' INCLUDING IDENTITY INCLUDING INDEXES INCLUDING STORAGE)%3$s; INSERT INTO pg_temp.%1$s (%4$s) OVERRIDING SYSTEM VALUE SELECT %4$s FROM %2$s p%5$s;'
              ' ANALYZE pg_temp.%1$s', shadow, real, counters, columns, days),
       CASE WHEN keyed THEN
       format('CREATE TEMP TABLE %1$s AS SELECT CASE WHEN p."fintra row" IS NULL THEN ''i'' WHEN s."fintra row" IS NULL'
              ' THEN ''d'' WHEN ROW(%2$s) IS DISTINCT FROM ROW(%3$s) THEN ''u'' ELSE ''t'' END AS op, p."fintra row" AS was,'
              ' s."fintra row" AS now FROM (SELECT p.*, p AS "fintra row" FROM %4$s p%5$s) p FULL JOIN (SELECT s.*, s AS'
              ' "fintra row" FROM pg_temp.%6$s s) s ON %7$s WHERE p."fintra row" IS NULL OR s."fintra row" IS NULL OR'
              ' ROW(%8$s) IS DISTINCT FROM ROW(%9$s)', diff, content_was, content_now, real, days, shadow, same_key, was, now)
       END,
       format('SELECT count(*) FILTER (WHERE d.op = ''i''), count(*) FILTER (WHERE d.op = ''u''), count(*) FILTER (WHERE'
              ' d.op = ''d''), count(*) FILTER (WHERE d.op = ''t''), (SELECT count(*) FROM pg_temp.%1$s), %2$s,'
              ' coalesce(sum(hashtextextended(d::text, 0)::numeric), 0) FROM %3$s d', shadow, outside, diff),
       CASE WHEN scored THEN
       format('SELECT what, trim_scale(was), trim_scale(now), trim_scale(now - was), since FROM (SELECT concat_ws('' '', %1$s) AS'
              ' what, (d.was).%2$I::numeric AS was, (d.now).%2$I::numeric AS now, NULL::date AS since FROM %3$s d WHERE'
              ' d.op = ''u''', label, $9::text, diff)
       || CASE WHEN dated THEN
       format(' UNION ALL SELECT concat_ws('' '', %1$s), q.score, (d.now).%2$I::numeric, q.day FROM %3$s d CROSS JOIN LATERAL'
              ' (SELECT p.%2$I::numeric AS score, p.%4$I AS day FROM %5$s p WHERE %6$sp.%4$I < (d.now).%4$I ORDER BY p.%4$I DESC'
              ' LIMIT 1) q WHERE d.op = ''i'' AND (d.now).%4$I = (SELECT max((x.now).%4$I) FROM %3$s x WHERE x.op = ''i'')',
              label, $9::text, diff, $6::text, real, same_thing) ELSE '' END
       || format(') m WHERE abs(now - was) > 0 AND abs(now - was) < ''Infinity'' ORDER BY abs(now - was)%s DESC NULLS LAST,'
                 ' what COLLATE "C" LIMIT %s', CASE WHEN $10::boolean THEN ' / nullif(abs(was), 0)' ELSE '' END, $11::integer)
       END,
       format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', real),
       format('WITH gone AS (DELETE FROM %1$s p USING %2$s d WHERE d.op = ''d'' AND %3$s RETURNING 1), changed AS (UPDATE %1$s p'
              ' SET %4$s FROM %2$s d WHERE d.op IN (''u'', ''t'') AND %3$s RETURNING 1), added AS (INSERT INTO %1$s (%5$s)'
              ' SELECT %6$s FROM %2$s d WHERE d.op = ''i'' RETURNING 1) SELECT (SELECT count(*) FROM'
              ' gone), (SELECT count(*) FROM changed), (SELECT count(*) FROM added)', real, diff, is_row, assigned, given,
              given_now)
  FROM l;

-- name: db_shadow_view
-- A view over a table that has a shadow does not see it: one that does.  To be asked for before the shadow is made.
-- $1 schema, $2 view
-- returns the statement, or no row when there is no such view
SELECT format('CREATE TEMP VIEW %I AS %s', $2::text, pg_get_viewdef(c.oid))
  FROM pg_class c
 WHERE c.oid = to_regclass(format('%I.%I', $1::text, $2::text)) AND c.relkind = 'v';

-- name: db_shadow_end
-- All shadows and what was found with them; stages are gone by then.
DISCARD TEMP;
