-- One ticker's whole history, read again.  Marks are the flags 'suspect', 'paused' and 'restated'.

-- name: ticker_history_span
-- $1 ticker
-- returns oldest and newest stored day, what the marks of the ticker say or NULL
SELECT (SELECT min(price_date) FROM prices_daily WHERE ticker = $1::text),
       (SELECT max(price_date) FROM prices_daily WHERE ticker = $1::text),
       (SELECT string_agg(DISTINCT coalesce(detail, kind), '; ') FROM fintra_ops.flag
         WHERE ticker = $1::text AND kind IN ('suspect', 'paused', 'restated'));

-- name: stage_history_compare
-- What is staged against what is stored, before the merge.
-- $1 ticker, $2 first and $3 last day read, $4 relative difference that counts, $5 first day that must agree or NULL
-- returns stored bars, bars outside what was read, bars older than the mark that are not staged, bars that differ,
-- bars that differ from $5 on, bars stored from $5 on and staged
WITH b AS (
	SELECT p.price_date, s.ticker IS NOT NULL AS staged,
	       s.ticker IS NOT NULL AND p.adj_close IS NOT NULL AND
	       abs(s.adj_close - p.adj_close) >
	       greatest(0.5 * power(10::numeric, -greatest(scale(p.adj_close), 2)), $4::numeric * p.adj_close) +
	       greatest(0.5 * power(10::numeric, -greatest(scale(s.adj_close), 2)), $4::numeric * s.adj_close) AS differs
	  FROM prices_daily p
	  LEFT JOIN stage_prices s ON s.ticker = p.ticker AND s.price_date = p.price_date
	 WHERE p.ticker = $1::text
)
SELECT count(*), count(*) FILTER (WHERE price_date < $2::date OR price_date > $3::date),
       count(*) FILTER (WHERE NOT staged AND price_date < (SELECT min(flagged_on) FROM fintra_ops.flag
               WHERE ticker = $1::text AND kind IN ('suspect', 'paused', 'restated'))),
       count(*) FILTER (WHERE differs), count(*) FILTER (WHERE differs AND price_date >= $5::date),
       count(*) FILTER (WHERE staged AND price_date >= $5::date)
  FROM b;

-- name: stage_history_remove
-- Bars that the vendor no longer has are of the old footing.
-- $1 ticker
DELETE FROM prices_daily
 WHERE ticker = $1::text
   AND price_date < (SELECT min(flagged_on) FROM fintra_ops.flag
                      WHERE ticker = $1::text AND kind IN ('suspect', 'paused', 'restated'))
   AND NOT EXISTS (SELECT 1 FROM stage_prices s WHERE s.price_date = prices_daily.price_date);

-- name: ticker_history_note
-- What was done about the marks stays readable.
-- $1 ticker, $2 bars, $3 run
INSERT INTO fintra_ops.flag AS f (ticker, kind, flagged_on, detail, run_id)
SELECT ticker, 'reloaded', min(flagged_on), string_agg(DISTINCT coalesce(detail, kind), '; ') || ': ' || $2::text || ' bars read again',
       $3::bigint
  FROM fintra_ops.flag
 WHERE ticker = $1::text AND kind IN ('suspect', 'paused', 'restated')
 GROUP BY ticker
 ORDER BY ticker
    ON CONFLICT (ticker, kind, flagged_on) DO UPDATE SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id;

-- name: ticker_history_unmark
-- $1 ticker
DELETE FROM fintra_ops.flag WHERE ticker = $1::text AND kind IN ('suspect', 'paused', 'restated');

-- name: ticker_history_mark
-- A part of the history was read and is on another footing than the rest.
-- $1 ticker, $2 as-of, $3 detail, $4 run
INSERT INTO fintra_ops.flag AS f (ticker, kind, flagged_on, detail, run_id)
VALUES ($1::text, 'suspect', $2::date, $3::text, $4::bigint)
    ON CONFLICT (ticker, kind, flagged_on) DO UPDATE SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id;
