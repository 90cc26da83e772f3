-- Which companies get a snapshot, and what they are.

-- name: snapshot_stocks
-- A snapshot of the day that the vendor was asked for not long ago keeps its sector.  One that the universe does not know
-- comes from the profile, else from a snapshot of the last 30 days, when it did know.
-- $1 as_of date, $2 engine_version text, $3 what was asked for after this moment is kept, as text
-- returns ticker, sector, industry (NULL = not known), whether the universe does not know its sector, place among the
-- stocks in byte order from 1, last_seen; whole industries one after the other
WITH s AS (
	SELECT a.ticker, u.last_seen, row_number() OVER (ORDER BY a.ticker COLLATE "C") AS place,
	       CASE WHEN btrim(u.sector) <> '' THEN u.sector END AS own_sector,
	       CASE WHEN btrim(p.sector) <> '' THEN p.sector END AS profile_sector,
	       coalesce(nullif(btrim(u.industry), ''), nullif(btrim(p.industry), '')) AS industry,
	       nullif(btrim(o.sector), '') AS asked_sector
	  FROM fintra_active_stocks a
	  LEFT JOIN fintra_universe u ON u.ticker = a.ticker
	  LEFT JOIN company_profiles p ON p.ticker = a.ticker
	  LEFT JOIN fintra_snapshots o
	    ON o.ticker = a.ticker AND o.snapshot_date = $1::date AND o.engine_version = $2::text
	   AND o.profile_structural ->> 'source' = 'on_demand'
	   AND (o.profile_structural ->> 'last_updated') COLLATE "C" > $3::text COLLATE "C"
	 WHERE a.is_active AND a.type = 'stock'
), k AS (
	SELECT s.ticker, coalesce(s.asked_sector, s.own_sector, s.profile_sector, r.sector) AS sector,
	       coalesce(s.industry, r.industry) AS industry,
	       s.own_sector IS NULL AS fallback, s.place, s.last_seen
	  FROM s
	  LEFT JOIN LATERAL (
		SELECT f.sector, nullif(f.classification ->> 'industry', '') AS industry
		  FROM fintra_snapshots f
		 WHERE s.own_sector IS NULL AND s.profile_sector IS NULL AND f.ticker = s.ticker
		   AND f.snapshot_date < $1::date AND f.snapshot_date >= $1::date - 30
		   AND btrim(f.sector) <> '' AND f.classification ->> 'source' = 'canonical'
		 ORDER BY f.snapshot_date DESC, f.engine_version
		 LIMIT 1) r ON true
)
SELECT ticker, sector, industry, fallback, place, last_seen
  FROM k
 ORDER BY industry COLLATE "C" NULLS LAST, ticker COLLATE "C";
