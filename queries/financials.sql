-- Which companies financials-bulk works for.

-- name: financials_universe
-- In any order: all of them are sorted for nothing.
-- $1 how many, the first ones in byte order, bigint or NULL
-- returns ticker, last_seen date
SELECT ticker, last_seen
  FROM fintra_active_stocks
 WHERE is_active AND type = 'stock'
   AND ($1::bigint IS NULL OR ticker IN (SELECT ticker FROM fintra_active_stocks
                                          WHERE is_active AND type = 'stock'
                                          ORDER BY ticker COLLATE "C" LIMIT $1::bigint));

-- name: financials_missing
-- $1 tickers text[], $2 period_type, $3 period_label
-- returns those that have no such period
SELECT u.ticker
  FROM unnest($1::text[]) AS u (ticker)
 WHERE NOT EXISTS (SELECT 1 FROM datos_financieros f
                    WHERE f.ticker = u.ticker AND f.period_type = $2::text AND f.period_label = $3::text);

-- name: financials_units
-- $1 job
-- returns the units of its good runs: files of old years are asked for once
SELECT DISTINCT u.unit
  FROM fintra_ops.unit u
  JOIN fintra_ops.run r ON r.id = u.run_id
 WHERE r.job = $1::text AND r.state IN ('success', 'partial') AND u.state = 'done';
