-- What each company is: one row per active stock.

-- name: company_profile_stage
CREATE TEMP TABLE stage_company (
	seq bigint, ticker text, company_name text, description text, sector text, industry text, country text,
	website text, ceo text, employees integer
) ON COMMIT DROP;

-- name: company_profile_copy
COPY stage_company (seq, ticker, company_name, description, sector, industry, country, website, ceo, employees)
	FROM STDIN;

-- name: stage_company_repeated
-- returns symbols sent more than once bigint, of them differing bigint, an example text
SELECT count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE forms > 1), min(ticker) FILTER (WHERE forms > 1)
  FROM (SELECT ticker, count(*) AS n,
               count(DISTINCT (company_name, description, sector, industry, country, website, ceo, employees)) AS forms
          FROM stage_company GROUP BY ticker) d;

-- name: company_profile_merge
-- rows of stage_company by ticker
-- $1 updated_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO company_profiles AS t (ticker, company_name, description, sector, industry, country, website, ceo,
		employees, source, updated_at)
	SELECT DISTINCT ON (ticker) ticker, company_name, description, sector, industry, country, website, ceo,
	       employees, 'fmp', to_timestamp($1::bigint / 1000.0)
	  FROM stage_company
	 ORDER BY ticker, seq DESC
	ON CONFLICT (ticker) DO UPDATE SET company_name = EXCLUDED.company_name, description = EXCLUDED.description,
		sector = EXCLUDED.sector, industry = EXCLUDED.industry, country = EXCLUDED.country,
		website = EXCLUDED.website, ceo = EXCLUDED.ceo, employees = EXCLUDED.employees,
		source = EXCLUDED.source, updated_at = EXCLUDED.updated_at
	 WHERE (t.company_name, t.description, t.sector, t.industry, t.country, t.website, t.ceo, t.employees)
	       IS DISTINCT FROM
	       (EXCLUDED.company_name, EXCLUDED.description, EXCLUDED.sector, EXCLUDED.industry, EXCLUDED.country,
		EXCLUDED.website, EXCLUDED.ceo, EXCLUDED.employees)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM (SELECT DISTINCT ticker FROM stage_company) d),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
