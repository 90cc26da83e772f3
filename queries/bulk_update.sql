-- The slice of bulk-update.

-- name: bulk_update_stocks
-- Active stocks that have a sector, and a price in their newest valuation up to the day.
-- $1 as_of date, $2 the only ticker (NULL = all)
-- returns ticker, in byte order
SELECT a.ticker
  FROM fintra_active_stocks a
  LEFT JOIN fintra_universe u ON u.ticker = a.ticker
  LEFT JOIN company_profiles p ON p.ticker = a.ticker
 WHERE a.is_active AND a.type = 'stock' AND ($2::text IS NULL OR a.ticker = $2::text)
   AND coalesce(nullif(btrim(u.sector), ''), nullif(btrim(p.sector), '')) IS NOT NULL
   AND (SELECT v.price FROM datos_valuacion v
         WHERE v.ticker = a.ticker AND v.denominator_type = 'TTM' AND v.valuation_date <= $1::date
         ORDER BY v.valuation_date DESC
         LIMIT 1) > 0
 ORDER BY a.ticker COLLATE "C";
