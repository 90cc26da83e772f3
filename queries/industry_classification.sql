-- The catalogue of industries and the map from ticker to industry, valid over time.

-- name: industry_classification_stage
-- One row per ticker that has a sector and an industry; code is filled at the end.
CREATE TEMP TABLE stage_industry (
	ticker text, sector text, industry text, clean text, code text, effective_from date
) ON COMMIT DROP;

-- name: stage_industry_fill
-- The universe's pair, or that of the profile when the universe lacks either.
-- $1 sectors text[], $2 as_of date
INSERT INTO stage_industry (ticker, sector, industry, clean, effective_from)
SELECT ticker, sector, industry,
       btrim(regexp_replace(upper(sector COLLATE "C"), '[^A-Z0-9]+', '_', 'g'), '_') || '__' ||
       btrim(regexp_replace(upper(industry COLLATE "C"), '[^A-Z0-9]+', '_', 'g'), '_'),
       coalesce(last_profile_update, last_seen, $2::date)
  FROM (SELECT u.ticker, u.last_profile_update, u.last_seen,
               CASE WHEN btrim(u.sector) <> '' AND btrim(u.industry) <> '' THEN btrim(u.sector)
                    ELSE btrim(p.sector) END AS sector,
               CASE WHEN btrim(u.sector) <> '' AND btrim(u.industry) <> '' THEN btrim(u.industry)
                    ELSE btrim(p.industry) END AS industry
          FROM fintra_universe u LEFT JOIN company_profiles p ON p.ticker = u.ticker) src
 WHERE sector = ANY ($1::text[]) AND industry <> '';

-- name: industry_classification_foreign
-- Industries under a sector that is none of the list.
-- $1 sectors text[]
-- returns sector text, industries bigint, tickers bigint
SELECT btrim(sector), count(DISTINCT btrim(industry)), count(*)
  FROM fintra_universe
 WHERE btrim(sector) <> '' AND btrim(industry) <> '' AND btrim(sector) <> ALL ($1::text[])
 GROUP BY btrim(sector)
 ORDER BY 1;

-- name: stage_industry_split
-- Industries that occur under several sectors.
-- returns industry text, sectors with their tickers text
SELECT min(industry), string_agg(sector || ' ' || n, ', ' ORDER BY n DESC, sector COLLATE "C")
  FROM (SELECT lower(industry) AS key, min(industry COLLATE "C") AS industry, sector, count(*) AS n
          FROM stage_industry GROUP BY lower(industry), sector) g
 GROUP BY key
HAVING count(*) > 1
 ORDER BY key;

-- name: stage_industry_clash
-- Different names that clean to one code: the first is kept.
-- returns code text, names text
SELECT clean, string_agg(industry, ', ' ORDER BY industry COLLATE "C")
  FROM (SELECT clean, min(industry COLLATE "C") AS industry FROM stage_industry
         GROUP BY clean, lower(industry)) g
 GROUP BY clean
HAVING count(*) > 1
 ORDER BY clean;

-- name: industry_classification_merge
-- An industry keeps the code under which its name, ignoring case, is already known.  A name under several
-- sectors goes to the sector with most tickers; a code that two names share to the first name.
-- $1 created_at timestamptz
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH pairs AS (
	SELECT lower(industry) AS key, sector, clean, count(*) AS n
	  FROM stage_industry GROUP BY lower(industry), sector, clean),
best AS (
	SELECT DISTINCT ON (key) key, sector, clean FROM pairs
	 ORDER BY key, n DESC, sector COLLATE "C", clean COLLATE "C"),
spelling AS (
	SELECT DISTINCT ON (key) key, industry
	  FROM (SELECT lower(industry) AS key, industry, count(*) AS n FROM stage_industry
	         GROUP BY lower(industry), industry) g
	 ORDER BY key, n DESC, industry COLLATE "C"),
known AS (
	SELECT DISTINCT ON (lower(industry_name)) lower(industry_name) AS key, industry_code, industry_name,
	       sector, source
	  FROM industry_classification
	 ORDER BY lower(industry_name), industry_code),
wanted AS (
	SELECT DISTINCT ON (code) code, name, sector
	  FROM (SELECT coalesce(k.industry_code, b.clean) AS code, coalesce(k.industry_name, s.industry) AS name,
	               CASE WHEN k.source <> 'internal_profile' THEN k.sector ELSE b.sector END AS sector,
	               k.key IS NOT NULL AS is_known
	          FROM best b JOIN spelling s ON s.key = b.key LEFT JOIN known k ON k.key = b.key) c
	 ORDER BY code, is_known DESC, name COLLATE "C"),
m AS (
	INSERT INTO industry_classification AS t (industry_code, industry_name, sector, source, active, created_at)
	SELECT code, name, sector, 'internal_profile', true, $1::timestamptz FROM wanted ORDER BY code
	ON CONFLICT (industry_code) DO UPDATE SET sector = EXCLUDED.sector, active = true
	 WHERE t.source = 'internal_profile' AND (t.sector, t.active) IS DISTINCT FROM (EXCLUDED.sector, true)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM wanted), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: stage_industry_code
-- The code of each ticker: by name, else by the cleaned name.
UPDATE stage_industry s SET code = coalesce(n.industry_code, s.clean)
  FROM stage_industry o
  LEFT JOIN (SELECT DISTINCT ON (lower(industry_name)) lower(industry_name) AS key, industry_code
               FROM industry_classification ORDER BY lower(industry_name), industry_code) n
    ON n.key = lower(o.industry)
 WHERE o.ticker = s.ticker;

-- name: stage_industry_only
-- Narrows the map to tickers whose industry is in the catalogue, to one ticker, or to the first ones.
-- $1 ticker or NULL, $2 how many bigint or NULL
DELETE FROM stage_industry
 WHERE code NOT IN (SELECT industry_code FROM industry_classification)
    OR ticker NOT IN (SELECT ticker FROM stage_industry WHERE $1::text IS NULL OR ticker = $1
                       ORDER BY ticker COLLATE "C" LIMIT $2::bigint);

-- name: asset_industry_map_correct_merge
-- An open row that began on the as-of date or later is corrected in place.
-- $1 as_of date
UPDATE asset_industry_map m SET industry_code = s.code
  FROM stage_industry s
 WHERE m.ticker = s.ticker AND m.effective_to IS NULL AND m.effective_from >= $1::date
   AND m.industry_code <> s.code AND m.source <> 'manual_override';

-- name: asset_industry_map_close_merge
-- An older open row with another code ends on the day before.
-- $1 as_of date
UPDATE asset_industry_map m SET effective_to = $1::date - 1
  FROM stage_industry s
 WHERE m.ticker = s.ticker AND m.effective_to IS NULL AND m.effective_from < $1::date
   AND m.industry_code <> s.code AND m.source <> 'manual_override';

-- name: asset_industry_map_open_merge
-- A ticker without open row gets one: from the as-of date when it had one before, else from its profile's date.
-- $1 as_of date, $2 created_at timestamptz
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO asset_industry_map AS t (ticker, effective_from, effective_to, industry_code, source, created_at)
	SELECT DISTINCT ON (s.ticker) s.ticker,
	       CASE WHEN EXISTS (SELECT 1 FROM asset_industry_map a WHERE a.ticker = s.ticker) THEN $1::date
	            ELSE s.effective_from END,
	       NULL, s.code, 'sic_resolve', $2::timestamptz
	  FROM stage_industry s
	 WHERE NOT EXISTS (SELECT 1 FROM asset_industry_map a WHERE a.ticker = s.ticker AND a.effective_to IS NULL)
	 ORDER BY s.ticker
	ON CONFLICT (ticker, effective_from) DO UPDATE SET industry_code = EXCLUDED.industry_code,
		effective_to = NULL, source = EXCLUDED.source
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_industry), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: industry_classification_inputs
-- returns newest last_seen date, tickers bigint, tickers whose industry only a profile has bigint
SELECT max(u.last_seen), count(*),
       count(*) FILTER (WHERE (coalesce(btrim(u.sector), '') = '' OR coalesce(btrim(u.industry), '') = '')
                          AND btrim(p.sector) <> '' AND btrim(p.industry) <> '')
  FROM fintra_universe u LEFT JOIN company_profiles p ON p.ticker = u.ticker;
