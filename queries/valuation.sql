-- Valuation multiples of one day: what the vendor's three files say, joined, ranked within the sector.

-- name: valuation_feed_stage
-- Rows of the files as sent; feed tells from which one.
CREATE TEMP TABLE stage_feed (
	feed text, seq bigint, ticker text, pe_ratio numeric, price_to_fcf numeric, peg_ratio numeric,
	price_to_book numeric, price_to_sales numeric, dividend_yield numeric, ev_ebitda numeric, ev_sales numeric,
	enterprise_value numeric, price numeric, sector text, market_cap numeric
) ON COMMIT DROP;

-- name: valuation_ratios_copy
COPY stage_feed (feed, seq, ticker, pe_ratio, price_to_fcf, peg_ratio, price_to_book, price_to_sales,
	dividend_yield) FROM STDIN;

-- name: valuation_metrics_copy
COPY stage_feed (feed, seq, ticker, ev_ebitda, ev_sales, enterprise_value) FROM STDIN;

-- name: valuation_quotes_copy
COPY stage_feed (feed, seq, ticker, price, sector, market_cap) FROM STDIN;

-- name: valuation_rows_stage
-- One row per ticker of the ratios; why = the reason for leaving it out.  Peers are ranked against, not written.
CREATE TEMP TABLE stage_valuation (
	ticker text, sector text, price numeric, market_cap numeric, enterprise_value numeric, pe_ratio numeric,
	peg_ratio numeric, ev_ebitda numeric, ev_sales numeric, price_to_book numeric, price_to_sales numeric,
	price_to_fcf numeric, dividend_yield numeric, peer boolean, why text
) ON COMMIT DROP;

-- name: stage_feed_repeats
-- returns feed text, tickers sent more than once bigint, of them differing bigint, an example text
SELECT feed, count(*), count(*) FILTER (WHERE forms > 1), min(ticker) FILTER (WHERE forms > 1)
  FROM (SELECT feed, ticker, count(DISTINCT (pe_ratio, price_to_fcf, peg_ratio, price_to_book, price_to_sales,
               dividend_yield, ev_ebitda, ev_sales, enterprise_value, price, sector, market_cap)) AS forms
          FROM stage_feed GROUP BY feed, ticker HAVING count(*) > 1) d
 GROUP BY feed
 ORDER BY feed;

-- name: stage_valuation_fill
-- Of a ticker sent more than once the last row counts.
INSERT INTO stage_valuation
SELECT r.ticker, p.sector, p.price, p.market_cap, m.enterprise_value, r.pe_ratio, r.peg_ratio, m.ev_ebitda,
       m.ev_sales, r.price_to_book, r.price_to_sales, r.price_to_fcf, r.dividend_yield, false,
       CASE WHEN u.ticker IS NULL THEN 'not in the active universe'
            WHEN p.ticker IS NULL THEN 'without a profile'
            WHEN p.sector IS NULL THEN 'without a sector'
            WHEN p.price IS NULL OR p.price <= 0 THEN 'without a price' END
  FROM (SELECT DISTINCT ON (ticker) * FROM stage_feed WHERE feed = 'ratios' ORDER BY ticker, seq DESC) r
  LEFT JOIN (SELECT DISTINCT ON (ticker) * FROM stage_feed WHERE feed = 'metrics' ORDER BY ticker, seq DESC) m
         ON m.ticker = r.ticker
  LEFT JOIN (SELECT DISTINCT ON (ticker) * FROM stage_feed WHERE feed = 'quotes' ORDER BY ticker, seq DESC) p
         ON p.ticker = r.ticker
  LEFT JOIN fintra_universe u ON u.ticker = r.ticker AND u.is_active;

-- name: stage_valuation_peers
-- The rows stored for that day in the sector of the one ticker that was asked for.
-- $1 as_of date
INSERT INTO stage_valuation (ticker, sector, pe_ratio, ev_ebitda, price_to_fcf, peer)
SELECT v.ticker, v.sector, v.pe_ratio, v.ev_ebitda, v.price_to_fcf, true
  FROM datos_valuacion v
 WHERE v.valuation_date = $1::date AND v.denominator_type = 'TTM' AND v.denominator_period = 'TTM'
   AND v.sector IN (SELECT sector FROM stage_valuation WHERE why IS NULL)
   AND v.ticker NOT IN (SELECT ticker FROM stage_valuation WHERE ticker IS NOT NULL);

-- name: stage_valuation_reasons
-- returns why text (NULL = kept), rows bigint
SELECT why, count(*) FROM stage_valuation WHERE NOT peer GROUP BY why ORDER BY why;

-- name: stage_valuation_foreign
-- $1 sectors text[]
-- returns sector text, tickers bigint
SELECT sector, count(*)
  FROM stage_valuation
 WHERE why IS NULL AND sector <> ALL ($1::text[])
 GROUP BY sector
 ORDER BY sector;

-- name: valuation_merge
-- Ranks all kept rows of a sector, writes those asked for.  Whole percents, halves up: floor(100 k / n + 1/2).
-- $1 as_of date, $2 created_at timestamptz, $3 ticker or NULL, $4 first tickers bigint (0 = all), $5 least number
-- of rows of a sector that are ranked
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH k AS (
	SELECT s.*, count(*) OVER (PARTITION BY sector) AS peers,
	       CASE WHEN pe_ratio > 0 THEN
	            (200 * count(*) OVER pe + count(*) OVER pe_all) / (2 * count(*) OVER pe_all) END AS p1,
	       CASE WHEN ev_ebitda > 0 THEN
	            (200 * count(*) OVER ev + count(*) OVER ev_all) / (2 * count(*) OVER ev_all) END AS p2,
	       CASE WHEN price_to_fcf > 0 THEN
	            (200 * count(*) OVER fcf + count(*) OVER fcf_all) / (2 * count(*) OVER fcf_all) END AS p3
	  FROM stage_valuation s
	 WHERE why IS NULL
	WINDOW pe_all AS (PARTITION BY sector, pe_ratio > 0), pe AS (pe_all ORDER BY pe_ratio),
	       ev_all AS (PARTITION BY sector, ev_ebitda > 0), ev AS (ev_all ORDER BY ev_ebitda),
	       fcf_all AS (PARTITION BY sector, price_to_fcf > 0), fcf AS (fcf_all ORDER BY price_to_fcf)
), w AS MATERIALIZED (
	SELECT c.*, num_nonnulls(p1, p2, p3) AS n, row_number() OVER (ORDER BY ticker COLLATE "C") AS place
	  FROM (SELECT ticker, sector, price, market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, ev_sales,
	               price_to_book, price_to_sales, price_to_fcf, dividend_yield,
	               CASE WHEN peers >= $5::bigint THEN p1 END AS p1,
	               CASE WHEN peers >= $5::bigint THEN p2 END AS p2,
	               CASE WHEN peers >= $5::bigint THEN p3 END AS p3
	          FROM k WHERE NOT peer AND ($3::text IS NULL OR ticker = $3::text)) c
), m AS (
	INSERT INTO datos_valuacion AS t (ticker, valuation_date, denominator_type, denominator_period, sector, price,
		market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, ev_sales, price_to_book, price_to_sales,
		price_to_fcf, dividend_yield, pe_percentile, ev_ebitda_percentile, p_fcf_percentile,
		composite_percentile, data_freshness, source, created_at)
	SELECT DISTINCT ON (ticker) ticker, $1::date, 'TTM', 'TTM', sector, price, market_cap, enterprise_value,
	       pe_ratio, peg_ratio, ev_ebitda, ev_sales, price_to_book, price_to_sales, price_to_fcf, dividend_yield,
	       p1, p2, p3,
	       CASE WHEN n > 0 THEN (2 * (coalesce(p1, 0) + coalesce(p2, 0) + coalesce(p3, 0)) + n) / (2 * n) END,
	       0, 'fmp_bulk_ttm', $2::timestamptz
	  FROM w
	 WHERE $4::bigint = 0 OR place <= $4::bigint
	 ORDER BY ticker
	ON CONFLICT (ticker, valuation_date, denominator_type, denominator_period) DO UPDATE SET
		sector = EXCLUDED.sector, price = EXCLUDED.price, market_cap = EXCLUDED.market_cap,
		enterprise_value = EXCLUDED.enterprise_value, pe_ratio = EXCLUDED.pe_ratio,
		peg_ratio = EXCLUDED.peg_ratio, ev_ebitda = EXCLUDED.ev_ebitda, ev_sales = EXCLUDED.ev_sales,
		price_to_book = EXCLUDED.price_to_book, price_to_sales = EXCLUDED.price_to_sales,
		price_to_fcf = EXCLUDED.price_to_fcf, dividend_yield = EXCLUDED.dividend_yield,
		pe_percentile = EXCLUDED.pe_percentile, ev_ebitda_percentile = EXCLUDED.ev_ebitda_percentile,
		p_fcf_percentile = EXCLUDED.p_fcf_percentile, composite_percentile = EXCLUDED.composite_percentile,
		data_freshness = EXCLUDED.data_freshness, source = EXCLUDED.source, created_at = EXCLUDED.created_at
	 WHERE (t.sector, t.price, t.market_cap, t.enterprise_value, t.pe_ratio, t.peg_ratio, t.ev_ebitda, t.ev_sales,
		t.price_to_book, t.price_to_sales, t.price_to_fcf, t.dividend_yield, t.pe_percentile,
		t.ev_ebitda_percentile, t.p_fcf_percentile, t.composite_percentile)
	       IS DISTINCT FROM
	       (EXCLUDED.sector, EXCLUDED.price, EXCLUDED.market_cap, EXCLUDED.enterprise_value, EXCLUDED.pe_ratio,
		EXCLUDED.peg_ratio, EXCLUDED.ev_ebitda, EXCLUDED.ev_sales, EXCLUDED.price_to_book,
		EXCLUDED.price_to_sales, EXCLUDED.price_to_fcf, EXCLUDED.dividend_yield, EXCLUDED.pe_percentile,
		EXCLUDED.ev_ebitda_percentile, EXCLUDED.p_fcf_percentile, EXCLUDED.composite_percentile)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM w WHERE $4::bigint = 0 OR place <= $4::bigint),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: valuation_inputs
-- returns newest last_seen date, active tickers bigint
SELECT max(last_seen), count(*) FROM fintra_universe WHERE is_active;
