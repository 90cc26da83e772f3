-- Ranks of the snapshots of one day, within sector and industry.

-- name: compute_ranks_date
-- $1 as_of date
-- returns the newest snapshot_date up to it (NULL = none), whether the table has the columns of industry ranks
SELECT (SELECT max(snapshot_date) FROM fintra_snapshots WHERE snapshot_date <= $1::date),
       (SELECT count(*) = 2 FROM pg_attribute
         WHERE attrelid = 'fintra_snapshots'::regclass AND attname IN ('industry_rank', 'industry_rank_total')
           AND NOT attisdropped);

-- name: compute_ranks
-- Leaders, followers, laggards; much pressure is good for a leader and bad for a laggard; then FGOS; then the ticker.
-- Each engine version by itself.  Rows that do not qualify lose their ranks.
-- $1 snapshot_date
-- returns snapshots of the date, changed, ranked in a sector, ranked in an industry, all bigint
WITH s AS MATERIALIZED (
	SELECT ticker, engine_version, sector, sector_rank, sector_rank_total, industry_rank, industry_rank_total,
	       nullif(btrim(classification ->> 'industry'), '') AS industry, fgos_score,
	       CASE ifs ->> 'position' WHEN 'leader' THEN 1 WHEN 'follower' THEN 2 WHEN 'laggard' THEN 3 END AS place,
	       coalesce((ifs ->> 'pressure')::numeric, 0) AS pressure
	  FROM fintra_snapshots
	 WHERE snapshot_date = $1::date
), k AS (
	SELECT *, CASE WHEN place = 3 THEN pressure ELSE -pressure END AS weight
	  FROM s
	 WHERE btrim(sector) <> '' AND place IS NOT NULL AND fgos_score IS NOT NULL
), sectors AS (
	SELECT ticker, engine_version, industry, place, weight, fgos_score,
	       row_number() OVER (w ORDER BY place, weight, fgos_score DESC, ticker COLLATE "C") AS rank,
	       count(*) OVER w AS total
	  FROM k
	WINDOW w AS (PARTITION BY engine_version, sector)
), industries AS (
	SELECT ticker, engine_version,
	       row_number() OVER (w ORDER BY place, weight, fgos_score DESC, ticker COLLATE "C") AS rank,
	       count(*) OVER w AS total
	  FROM k
	 WHERE industry IS NOT NULL
	WINDOW w AS (PARTITION BY engine_version, industry)
), n AS MATERIALIZED (
	SELECT s.ticker, s.engine_version, a.rank AS sector_rank, a.total AS sector_total, b.rank AS industry_rank,
	       b.total AS industry_total
	  FROM s
	  LEFT JOIN sectors a ON a.ticker = s.ticker AND a.engine_version = s.engine_version
	  LEFT JOIN industries b ON b.ticker = s.ticker AND b.engine_version = s.engine_version
	 WHERE (s.sector_rank, s.sector_rank_total, s.industry_rank, s.industry_rank_total)
	       IS DISTINCT FROM (a.rank, a.total, b.rank, b.total)
), u AS (
	UPDATE fintra_snapshots t
	   SET sector_rank = n.sector_rank, sector_rank_total = n.sector_total, industry_rank = n.industry_rank,
	       industry_rank_total = n.industry_total
	  FROM n
	 WHERE t.ticker = n.ticker AND t.engine_version = n.engine_version AND t.snapshot_date = $1::date
	RETURNING 1)
SELECT (SELECT count(*) FROM s), (SELECT count(*) FROM u), (SELECT count(*) FROM sectors),
       (SELECT count(*) FROM industries);

-- name: compute_ranks_of_sectors
-- The same where the table has no columns for industry ranks.
-- $1 snapshot_date
-- returns snapshots of the date, changed, ranked in a sector, 0, all bigint
WITH s AS MATERIALIZED (
	SELECT ticker, engine_version, sector, sector_rank, sector_rank_total, fgos_score,
	       CASE ifs ->> 'position' WHEN 'leader' THEN 1 WHEN 'follower' THEN 2 WHEN 'laggard' THEN 3 END AS place,
	       coalesce((ifs ->> 'pressure')::numeric, 0) AS pressure
	  FROM fintra_snapshots
	 WHERE snapshot_date = $1::date
), sectors AS (
	SELECT ticker, engine_version,
	       row_number() OVER (w ORDER BY place, CASE WHEN place = 3 THEN pressure ELSE -pressure END,
	                                     fgos_score DESC, ticker COLLATE "C") AS rank,
	       count(*) OVER w AS total
	  FROM s
	 WHERE btrim(sector) <> '' AND place IS NOT NULL AND fgos_score IS NOT NULL
	WINDOW w AS (PARTITION BY engine_version, sector)
), n AS MATERIALIZED (
	SELECT s.ticker, s.engine_version, a.rank, a.total
	  FROM s
	  LEFT JOIN sectors a ON a.ticker = s.ticker AND a.engine_version = s.engine_version
	 WHERE (s.sector_rank, s.sector_rank_total) IS DISTINCT FROM (a.rank, a.total)
), u AS (
	UPDATE fintra_snapshots t
	   SET sector_rank = n.rank, sector_rank_total = n.total
	  FROM n
	 WHERE t.ticker = n.ticker AND t.engine_version = n.engine_version AND t.snapshot_date = $1::date
	RETURNING 1)
SELECT (SELECT count(*) FROM s), (SELECT count(*) FROM u), (SELECT count(*) FROM sectors), 0::bigint;
