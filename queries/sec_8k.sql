-- Current reports.

-- name: sec_8k_known
-- $1 links text[]
-- returns ticker, link, parsed, sec_item (NULL = none of the items that count) of what is stored
SELECT f.ticker, f.link, f.parsed, s.sec_item
  FROM sec_filings f LEFT JOIN fintra_sec_event_signals s ON s.ticker = f.ticker AND s.link = f.link
 WHERE f.link = ANY ($1::text[]) AND f.form_type LIKE '8-K%'
 ORDER BY f.link, f.ticker;

-- name: sec_event_signals_merge
-- $1 tickers text[], $2 link, $3 filing date, $4 accepted in ms or NULL, $5 sec_item, $6 event_type,
-- $7 event_category, $8 created_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH src AS MATERIALIZED (
	SELECT DISTINCT ON (t) t AS ticker, $3::date::timestamp AT TIME ZONE 'UTC' AS filing_date,
	       to_timestamp($4::bigint / 1000.0) AS accepted_date
	  FROM unnest($1::text[]) t
	 ORDER BY t
), m AS (
	INSERT INTO fintra_sec_event_signals AS s (id, ticker, link, filing_date, accepted_date, sec_item,
		event_type, event_category, created_at)
	SELECT gen_random_uuid(), ticker, $2::text, filing_date, accepted_date, $5::text, $6::text, $7::text,
	       to_timestamp($8::bigint / 1000.0)
	  FROM src
	 ORDER BY ticker
	ON CONFLICT (ticker, link) DO UPDATE SET
		filing_date = EXCLUDED.filing_date, accepted_date = EXCLUDED.accepted_date,
		sec_item = EXCLUDED.sec_item, event_type = EXCLUDED.event_type,
		event_category = EXCLUDED.event_category, created_at = EXCLUDED.created_at
	WHERE (s.filing_date, s.accepted_date, s.sec_item, s.event_type, s.event_category) IS DISTINCT FROM
	      (EXCLUDED.filing_date, EXCLUDED.accepted_date, EXCLUDED.sec_item, EXCLUDED.event_type,
	       EXCLUDED.event_category)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM src), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM m;
