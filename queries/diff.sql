-- What moved in the product between two snapshot dates: what jobs/diff.c lists.  $1 the earlier date, $2 the later,
-- $3 how many rows of a list at most.  A snapshot is compared with that of the same ticker and engine version.

-- name: diff_dates
-- returns of each of the two dates: how many snapshots; the nearest date that has some, NULL = none
SELECT d.snapshot_date, (SELECT count(*) FROM fintra_snapshots s WHERE s.snapshot_date = d.snapshot_date) AS n,
       coalesce((SELECT max(snapshot_date) FROM fintra_snapshots s WHERE s.snapshot_date <= d.snapshot_date),
                (SELECT min(snapshot_date) FROM fintra_snapshots s WHERE s.snapshot_date > d.snapshot_date)) AS nearest
  FROM (VALUES ($1::date), ($2::date)) d (snapshot_date)
 ORDER BY d.snapshot_date;

-- name: diff_last_dates
-- $1 as-of
-- returns the last two dates with snapshots up to it, the later one first; NULL = none
SELECT a.d, (SELECT max(snapshot_date) FROM fintra_snapshots WHERE snapshot_date < a.d) AS before
  FROM (SELECT max(snapshot_date) AS d FROM fintra_snapshots WHERE snapshot_date <= $1::date) a;

-- name: diff_totals
SELECT snapshot_date AS date, engine_version, count(*) AS snapshots, count(fgos_score) AS with_fgos,
       round(avg(fgos_score), 2) AS mean_fgos, count(relative_vs_sector_1y) AS with_relative_1y,
       count(sector_rank) AS ranked
  FROM fintra_snapshots
 WHERE snapshot_date IN ($1::date, $2::date)
 GROUP BY snapshot_date, engine_version
 ORDER BY snapshot_date, engine_version;

-- name: diff_tickers
-- gained: only the later date has it; lost: only the earlier one
SELECT x.change, x.ticker, x.sector, x.fgos_score, x.of
  FROM (SELECT c.change, c.ticker, c.sector, c.fgos_score, count(*) OVER w AS of,
               row_number() OVER (w ORDER BY c.ticker COLLATE "C", c.engine_version COLLATE "C") AS place
          FROM (SELECT CASE WHEN a.ticker IS NULL THEN 'gained' ELSE 'lost' END AS change,
                       coalesce(b.ticker, a.ticker) AS ticker, coalesce(b.engine_version, a.engine_version) AS engine_version,
                       CASE WHEN a.ticker IS NULL THEN b.sector ELSE a.sector END AS sector,
                       CASE WHEN a.ticker IS NULL THEN b.fgos_score ELSE a.fgos_score END AS fgos_score
                  FROM (SELECT ticker, engine_version, sector, fgos_score FROM fintra_snapshots WHERE snapshot_date = $1::date) a
                  FULL JOIN (SELECT ticker, engine_version, sector, fgos_score FROM fintra_snapshots
                              WHERE snapshot_date = $2::date) b
                    ON b.ticker = a.ticker AND b.engine_version = a.engine_version
                 WHERE a.ticker IS NULL OR b.ticker IS NULL) c
        WINDOW w AS (PARTITION BY c.change)) x
 WHERE x.place <= $3::bigint
 ORDER BY x.change, x.place;

-- name: diff_moved
-- scores that moved by more than ten points, the largest first
SELECT b.ticker, b.sector, a.fgos_score AS before, b.fgos_score AS after, b.fgos_score - a.fgos_score AS move,
       count(*) OVER () AS of
  FROM fintra_snapshots a
  JOIN fintra_snapshots b ON b.ticker = a.ticker AND b.engine_version = a.engine_version
 WHERE a.snapshot_date = $1::date AND b.snapshot_date = $2::date AND abs(b.fgos_score - a.fgos_score) > 10
 ORDER BY abs(b.fgos_score - a.fgos_score) DESC, b.ticker COLLATE "C"
 LIMIT $3::bigint;

-- name: diff_sectors
-- the sectors of the movers: how many of those that have both scores
SELECT coalesce(b.sector, '-') AS sector, count(*) AS compared,
       count(*) FILTER (WHERE abs(b.fgos_score - a.fgos_score) > 10) AS moved,
       count(*) FILTER (WHERE b.fgos_score - a.fgos_score > 10) AS up,
       count(*) FILTER (WHERE b.fgos_score - a.fgos_score < -10) AS down,
       round(avg(b.fgos_score - a.fgos_score), 2) AS mean_move
  FROM fintra_snapshots a
  JOIN fintra_snapshots b ON b.ticker = a.ticker AND b.engine_version = a.engine_version
 WHERE a.snapshot_date = $1::date AND b.snapshot_date = $2::date AND a.fgos_score IS NOT NULL AND b.fgos_score IS NOT NULL
 GROUP BY 1
 ORDER BY 3 DESC, 1;

-- name: diff_nulls
-- columns whose share of empty values differs: NULL, or an object that says pending or missing; the largest change first
SELECT x.key AS column_name, round(100 * x.before, 2) AS before_percent, round(100 * x.after, 2) AS after_percent,
       round(100 * (x.after - x.before), 2) AS change_pp
  FROM (SELECT c.key,
               avg(c.empty) FILTER (WHERE c.snapshot_date = $1::date) AS before,
               avg(c.empty) FILTER (WHERE c.snapshot_date = $2::date) AS after
          FROM (SELECT s.snapshot_date, j.key,
                       CASE WHEN jsonb_typeof(j.value) = 'null' OR j.value ->> 'status' IN ('pending', 'missing')
                            THEN 1.0 ELSE 0.0 END AS empty
                  FROM fintra_snapshots s
                 CROSS JOIN LATERAL jsonb_each(to_jsonb(s)) j
                 WHERE s.snapshot_date IN ($1::date, $2::date)) c
         GROUP BY c.key) x
 WHERE x.before IS DISTINCT FROM x.after
 ORDER BY abs(x.after - x.before) DESC NULLS LAST, x.key COLLATE "C"
 LIMIT $3::bigint;

-- name: diff_runs
-- the runs that changed rows for a day after the earlier date up to the later one
SELECT r.id AS run, r.job, r.as_of, r.state, r.who, r.rows_inserted AS inserted, r.rows_updated AS updated,
       r.reason
  FROM fintra_ops.run r
 WHERE r.as_of > $1::date AND r.as_of <= $2::date AND coalesce(r.rows_inserted, 0) + coalesce(r.rows_updated, 0) > 0
 ORDER BY r.id DESC
 LIMIT $3::bigint;
