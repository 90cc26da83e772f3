-- What becomes of marked tickers.

-- name: prices_actions_waiting
-- $1 first day of the run
-- returns ticker, whether it still has to be asked about, whether only because it paused, oldest mark,
-- newest stored day before $1, what the mark says
SELECT f.ticker, bool_or(f.kind <> 'restated'), bool_and(f.kind = 'paused'), min(f.flagged_on),
       (SELECT max(p.price_date) FROM prices_daily p WHERE p.ticker = f.ticker AND p.price_date < $1::date),
       min(f.detail)
  FROM fintra_ops.flag f
 WHERE f.kind IN ('suspect', 'paused', 'restated')
 GROUP BY f.ticker
 ORDER BY f.ticker COLLATE "C";

-- name: prices_actions_put
-- What was found out about a ticker, under the day of its oldest mark.
-- $1 ticker, $2 kind, $3 detail, $4 run
INSERT INTO fintra_ops.flag AS f (ticker, kind, flagged_on, detail, run_id)
SELECT ticker, $2::text, min(flagged_on), $3::text, $4::bigint
  FROM fintra_ops.flag
 WHERE ticker = $1::text AND kind IN ('suspect', 'paused')
 GROUP BY ticker
 ORDER BY ticker
    ON CONFLICT (ticker, kind, flagged_on) DO UPDATE SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id;

-- name: prices_actions_asked
-- $1 ticker
DELETE FROM fintra_ops.flag WHERE ticker = $1::text AND kind IN ('suspect', 'paused');
