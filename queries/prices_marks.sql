-- Marks of tickers whose stored history may be on another footing than what the vendor sends now.  They are flags:
-- 'suspect' (bars were restated), 'paused' (no bar to compare with), 'restated' (its history is to be read again).

-- name: stage_prices_restated
-- Stored adjusted closes that the vendor now states otherwise, beyond the rounding of both figures; marked.
-- $1 as-of date, $2 run, $3 relative difference that counts
-- returns ticker, stored and sent adj_close, half a unit of the last place of each, whether the close differs, too
WITH c AS MATERIALIZED (
	SELECT s.ticker, s.price_date, p.adj_close AS was, s.adj_close AS sent,
	       greatest(0.5 * power(10::numeric, -greatest(scale(p.adj_close), 2)), $3::numeric * p.adj_close) AS was_half,
	       greatest(0.5 * power(10::numeric, -greatest(scale(s.adj_close), 2)), $3::numeric * s.adj_close) AS sent_half,
	       abs(s.close - p.close) >
	       greatest(0.5 * power(10::numeric, -greatest(scale(p.close), 2)), $3::numeric * p.close) +
	       greatest(0.5 * power(10::numeric, -greatest(scale(s.close), 2)), $3::numeric * s.close) AS raw
	  FROM stage_prices s JOIN prices_daily p ON p.ticker = s.ticker AND p.price_date = s.price_date
	 WHERE p.adj_close > 0 AND p.adj_close <> s.adj_close
), d AS MATERIALIZED (
	SELECT * FROM c WHERE abs(sent - was) > was_half + sent_half
), m AS (
	INSERT INTO fintra_ops.flag AS f (ticker, kind, flagged_on, detail, run_id)
	SELECT DISTINCT ON (ticker) ticker, 'suspect', $1::date,
	       'adj_close of ' || price_date || ' restated by ' || round(sent / was, 8), $2::bigint
	  FROM d
	 ORDER BY ticker
	ON CONFLICT (ticker, kind, flagged_on) DO UPDATE SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id
)
SELECT ticker, was, sent, was_half, sent_half, raw FROM d ORDER BY ticker COLLATE "C";

-- name: prices_marks_paused
-- Tickers that come back: what they have stored is older than any day of the run.
-- $1 tickers text[], $2 day at work, $3 first day of the run
-- returns ticker, its newest stored day
SELECT t.ticker, l.last
  FROM unnest($1::text[]) AS t (ticker)
 CROSS JOIN LATERAL (SELECT max(p.price_date) AS last FROM prices_daily p
                      WHERE p.ticker = t.ticker AND p.price_date <= $2::date) l
 WHERE l.last < $3::date
 ORDER BY t.ticker COLLATE "C";

-- name: prices_marks_pause
-- $1 tickers text[], $2 as-of date, $3 day at work, $4 run
INSERT INTO fintra_ops.flag AS f (ticker, kind, flagged_on, detail, run_id)
SELECT ticker, 'paused', $2::date, 'back on ' || $3::date || ', nothing to compare with', $4::bigint
  FROM unnest($1::text[]) AS t (ticker)
 ORDER BY ticker
    ON CONFLICT (ticker, kind, flagged_on) DO UPDATE SET detail = EXCLUDED.detail, run_id = EXCLUDED.run_id;
