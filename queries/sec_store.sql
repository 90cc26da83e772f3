-- Filings and what their documents say.

-- name: sec_filings_merge
-- A filing of which less is known now than before keeps what was known.
-- $1 tickers text[], $2 forms text[], $3 links text[], $4 filing dates text[], $5 accepted in ms or '' text[],
-- $6 fiscal_year or NULL, $7 parsed boolean, $8 created_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH src AS MATERIALIZED (
	SELECT DISTINCT ON (u.t, u.form, u.link) u.t AS ticker, u.form, u.link,
	       u.filed::date::timestamp AT TIME ZONE 'UTC' AS filing_date,
	       to_timestamp(nullif(u.accepted, '')::bigint / 1000.0) AS accepted_date
	  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
	       AS u (t, form, link, filed, accepted)
	 ORDER BY u.t, u.form, u.link, u.filed DESC
), m AS (
	INSERT INTO sec_filings AS f (ticker, form_type, link, filing_date, accepted_date, fiscal_year, parsed,
		created_at)
	SELECT ticker, form, link, filing_date, accepted_date, $6::integer, $7::boolean,
	       to_timestamp($8::bigint / 1000.0)
	  FROM src
	 ORDER BY ticker, form, link
	ON CONFLICT (ticker, form_type, link) DO UPDATE SET
		filing_date = EXCLUDED.filing_date, accepted_date = EXCLUDED.accepted_date,
		fiscal_year = coalesce(EXCLUDED.fiscal_year, f.fiscal_year),
		parsed = f.parsed OR EXCLUDED.parsed, created_at = EXCLUDED.created_at
	WHERE (f.filing_date, f.accepted_date, f.fiscal_year, f.parsed) IS DISTINCT FROM
	      (EXCLUDED.filing_date, EXCLUDED.accepted_date, coalesce(EXCLUDED.fiscal_year, f.fiscal_year),
	       f.parsed OR EXCLUDED.parsed)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM src), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM m;
