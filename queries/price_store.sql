-- name: price_blocks
-- returns the number of blocks of prices_daily; NULL where ranges of blocks mean nothing (a partitioned
-- table, a view, a cluster)
SELECT CASE WHEN c.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')
            THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint END
  FROM pg_class c
 WHERE c.oid = to_regclass('prices_daily');

-- name: price_blocks_out
-- $1 last date, $2 first tid, $3 tid after the last
-- returns ticker, price_date, adj_close in physical order
COPY (SELECT ticker, price_date, adj_close
        FROM prices_daily
       WHERE price_date <= $1::date AND ctid >= $2::tid AND ctid < $3::tid) TO STDOUT (FORMAT binary);

-- name: price_all_out
-- $1 last date
COPY (SELECT ticker, price_date, adj_close
        FROM prices_daily
       WHERE price_date <= $1::date) TO STDOUT (FORMAT binary);

-- name: price_tickers_out
-- $1 last date, $2 tickers text[]
COPY (SELECT ticker, price_date, adj_close
        FROM prices_daily
       WHERE price_date <= $1::date AND ticker = ANY ($2::text[])) TO STDOUT (FORMAT binary);
