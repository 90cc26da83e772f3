-- What the snapshots of one day share: read once per run.

-- name: snapshot_benchmarks
-- Of each sector the rows of its newest date.
-- $1 as_of date
-- returns sector, snapshot_date, metric, p10, p25, p50, p75, p90, sample_size, confidence
SELECT b.sector, b.snapshot_date, b.metric, b.p10, b.p25, b.p50, b.p75, b.p90, b.sample_size, b.confidence
  FROM (SELECT sector, max(snapshot_date) AS day FROM sector_benchmarks
         WHERE snapshot_date <= $1::date GROUP BY sector) n
  JOIN sector_benchmarks b ON b.sector = n.sector AND b.snapshot_date = n.day
 ORDER BY b.sector, b.metric;

-- name: snapshot_sector_pe
-- $1 as_of date
-- returns sector, pe_date, pe: the newest of each sector
SELECT DISTINCT ON (sector) sector, pe_date, pe
  FROM sector_pe
 WHERE pe_date <= $1::date
 ORDER BY sector, pe_date DESC;

-- name: snapshot_industry_profiles
-- $1 as_of date
-- returns industry, cadence, structural_horizon_min_years, dominant_horizons separated by commas
SELECT industry_code, cadence, structural_horizon_min_years, array_to_string(dominant_horizons, ',')
  FROM industry_metadata
 WHERE effective_from <= $1::date AND (effective_to IS NULL OR effective_to >= $1::date)
 ORDER BY industry_code;
