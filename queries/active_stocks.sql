-- Which stocks the jobs of layer 1 are for.

-- name: active_stocks
-- returns ticker, in byte order
SELECT ticker FROM fintra_active_stocks WHERE is_active AND type = 'stock' ORDER BY ticker COLLATE "C";
