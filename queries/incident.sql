-- How the demo makes the incidents that an operator practises on (jobs/incidents.c).  $1 is the session, $2 the one
-- before.

-- name: incident_private
-- returns whether the server listens on no network, as the demo's own does
SELECT current_setting('listen_addresses') = '';

-- name: incident_held
-- returns whether another session waits for what this one has not committed (pg_stat_activity does not change
-- within a transaction)
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)));

-- name: incident_first_windows
SELECT coalesce(min(as_of_date), $1::date) FROM performance_windows;

-- name: incident_no_sectors
DELETE FROM sector_performance WHERE performance_date = $1::date;

-- name: incident_no_windows
DELETE FROM performance_windows;

-- name: incident_no_windows_before
DELETE FROM performance_windows WHERE as_of_date = $2::date AND as_of_date <> $1::date;

-- name: incident_no_windows_of_the_day
DELETE FROM performance_windows WHERE as_of_date = $1::date;

-- name: incident_before_prices
-- The night in which the day's prices have not come yet: nothing that is made from them is there.
WITH p AS (
	DELETE FROM prices_daily WHERE price_date = $1::date
), d AS (
	DELETE FROM datos_performance WHERE performance_date = $1::date
), i AS (
	DELETE FROM industry_performance WHERE performance_date = $1::date
), s AS (
	DELETE FROM sector_performance WHERE performance_date = $1::date
), w AS (
	DELETE FROM performance_windows WHERE as_of_date = $1::date
)
DELETE FROM fintra_snapshots WHERE snapshot_date = $1::date;

-- name: incident_before_valuations
-- The same for valuations.
WITH v AS (
	DELETE FROM datos_valuacion WHERE valuation_date = $1::date
), b AS (
	DELETE FROM sector_benchmarks WHERE snapshot_date = $1::date
), s AS (
	DELETE FROM sector_stats WHERE stats_date = $1::date
), i AS (
	DELETE FROM industry_benchmarks WHERE snapshot_date = $1::date
), p AS (
	DELETE FROM sector_pe WHERE pe_date = $1::date
), q AS (
	DELETE FROM industry_pe WHERE pe_date = $1::date
)
DELETE FROM fintra_snapshots WHERE snapshot_date = $1::date;

-- name: incident_share_to_split
-- $1 the session
-- returns the first company with a return of five years that nothing happened to on that day
SELECT d.ticker
  FROM datos_performance d
  JOIN fintra_active_stocks a ON a.ticker = d.ticker
 WHERE d.performance_date = $1::date AND d.window_code = '5Y' AND d.return_percent IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM fintra_ops.flag f WHERE f.ticker = d.ticker AND f.flagged_on >= $1::date)
 ORDER BY d.ticker COLLATE "C"
 LIMIT 1;

-- name: incident_before_night
-- The evening before the night's run: nothing of the session is there.
WITH p AS (
	DELETE FROM prices_daily WHERE price_date = $1::date
), v AS (
	DELETE FROM datos_valuacion WHERE valuation_date = $1::date
), d AS (
	DELETE FROM datos_performance WHERE performance_date = $1::date
), s AS (
	DELETE FROM sector_performance WHERE performance_date = $1::date
), i AS (
	DELETE FROM industry_performance WHERE performance_date = $1::date
), w AS (
	DELETE FROM performance_windows WHERE as_of_date = $1::date
), b AS (
	DELETE FROM sector_benchmarks WHERE snapshot_date = $1::date
), t AS (
	DELETE FROM sector_stats WHERE stats_date = $1::date
), m AS (
	DELETE FROM industry_benchmarks WHERE snapshot_date = $1::date
), a AS (
	DELETE FROM industry_alpha WHERE performance_date = $1::date
), e AS (
	DELETE FROM sector_pe WHERE pe_date = $1::date
), f AS (
	DELETE FROM industry_pe WHERE pe_date = $1::date
)
DELETE FROM fintra_snapshots WHERE snapshot_date = $1::date;
