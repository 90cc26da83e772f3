-- name: scatter
-- The seed's section 7 query 3 without its limit, and with the rows that it leaves out: they are counted.
-- $1 as_of date, $2 engine version
-- returns date, sector (NULL = none), ticker, fgos_score, relative_vs_sector_1y of every snapshot of the newest
-- date up to as_of, by ticker
SELECT snapshot_date, nullif(btrim(sector), ''), ticker, fgos_score, relative_vs_sector_1y
  FROM fintra_snapshots
 WHERE engine_version = $2::text
   AND snapshot_date = (SELECT max(snapshot_date) FROM fintra_snapshots
                         WHERE snapshot_date <= $1::date AND engine_version = $2::text)
 ORDER BY ticker COLLATE "C";
