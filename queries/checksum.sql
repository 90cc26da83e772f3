-- name: checksum_columns
-- $1 table text
-- returns column_name text, is_numeric boolean, by name so that the physical order has no say
SELECT column_name, data_type = 'numeric'
  FROM information_schema.columns
 WHERE table_schema = 'public'
   AND table_name = $1::text
 ORDER BY column_name::text COLLATE "C";
