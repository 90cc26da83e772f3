-- name: ticker_full_unflag
-- The whole stored history of a ticker has been read again: it is on one footing.
-- $1 ticker, $2 first day read, $3 last day read
DELETE FROM fintra_ops.flag
 WHERE ticker = $1::text AND kind = 'restated'
   AND NOT EXISTS (SELECT 1 FROM prices_daily p
                    WHERE p.ticker = $1::text AND (p.price_date < $2::date OR p.price_date > $3::date));
