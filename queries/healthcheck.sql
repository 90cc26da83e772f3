-- Are there snapshots of the day.

-- name: healthcheck_newest
-- returns newest snapshot_date (NULL = there is none), snapshots of it bigint
SELECT d.day, (SELECT count(*) FROM fintra_snapshots WHERE snapshot_date = d.day)
  FROM (SELECT max(snapshot_date) AS day FROM fintra_snapshots) d;
