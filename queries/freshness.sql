-- Each fresh_TABLE measures one table for one expected session.  Arguments, where used:
--   $1 as_of date (the expected session), $2 text (the job that writes the table, for its good sessions)
-- and returns
--   filled boolean, newest date (<= as_of), n_rows bigint (at newest; NULL = not counted),
--   num bigint, den bigint (coverage at as_of; NULL = none), basis text (what den is),
--   and, where it tells what they were made from, the `source` text of most rows at newest.
-- A good session is one whose writer ended SUCCESS on the whole table; without such a run, one that has rows.

-- name: fresh_fintra_universe
-- Tickers are marked inactive, never deleted: fewer rows than the last good run left (or, where the ledger
-- knows none, than the map of industries knows) are rows that are gone.
WITH prev AS (
	SELECT max(as_of) AS d FROM fintra_ops.run
	 WHERE job = $2::text AND state = 'success' AND as_of < $1::date
	   AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run']
), u AS (
	SELECT count(*) AS n, max(last_seen) AS newest, count(*) FILTER (WHERE last_seen >= $1::date) AS seen,
	       count(*) FILTER (WHERE is_active) AS active,
	       count(*) FILTER (WHERE last_seen >= (SELECT d FROM prev) AND first_seen < $1::date) AS before
	  FROM fintra_universe
), k AS (
	SELECT coalesce((SELECT nullif(rows_inserted + rows_updated + rows_unchanged, 0) FROM fintra_ops.run
	                  WHERE job = $2::text AND state = 'success' AND as_of <= $1::date
	                    AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run'] ORDER BY id DESC LIMIT 1),
	                (SELECT count(*) FROM asset_industry_map WHERE effective_to IS NULL)) AS known
), d AS (
	SELECT u.*, k.known, CASE WHEN u.before > 0 THEN u.before ELSE u.active END AS den
	  FROM u, k
), g AS (
	SELECT d.*, d.n * greatest(d.den, 1) < d.seen * d.known AND d.n < d.known AS gone FROM d
)
SELECT g.n > 0, least(g.newest, $1::date), g.n, CASE WHEN g.gone THEN g.n ELSE g.seen END,
       CASE WHEN g.gone THEN g.known ELSE g.den END,
       CASE WHEN g.gone THEN 'tickers known before: rows are gone' WHEN g.before > 0 THEN 'active before the run'
            ELSE 'active tickers: no history yet' END
  FROM g;

-- name: fresh_fintra_active_stocks
SELECT count(*) > 0, least(max(last_seen), $1::date), count(*), count(*) FILTER (WHERE last_seen >= $1::date),
       count(*), 'active stocks'
  FROM fintra_active_stocks;

-- name: fresh_industry_classification
WITH a AS ( /* the condition of fintra_active_stocks, which lacks sector and industry */
	SELECT count(*) AS den,
	       count(*) FILTER (WHERE lower(btrim(u.industry)) IN (SELECT lower(industry_name) FROM industry_classification)
	                           OR m.industry_code IN (SELECT industry_code FROM industry_classification)) AS num
	  FROM fintra_universe u
	  LEFT JOIN asset_industry_map m ON m.ticker = u.ticker AND m.effective_to IS NULL
	 WHERE u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND btrim(u.industry) <> '' AND btrim(u.sector) <> ''
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
)
SELECT (SELECT count(*) > 0 FROM industry_classification), (SELECT max(created_at)::date FROM industry_classification
        WHERE created_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       (SELECT count(*) FROM industry_classification), a.num, a.den, 'active stocks with an industry'
  FROM a;

-- name: fresh_asset_industry_map
WITH a AS (
	SELECT count(*) AS den, count(m.ticker) AS num
	  FROM fintra_universe u
	  LEFT JOIN asset_industry_map m ON m.ticker = u.ticker AND m.effective_to IS NULL
	 WHERE u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND btrim(u.industry) <> '' AND btrim(u.sector) <> ''
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
)
SELECT EXISTS (SELECT 1 FROM asset_industry_map),
       (SELECT max(effective_from) FROM asset_industry_map WHERE effective_from <= $1::date),
       (SELECT count(*) FROM asset_industry_map WHERE effective_to IS NULL), a.num, a.den,
       'active stocks with an industry'
  FROM a;

-- name: fresh_sic_industry_map
SELECT count(*) > 0, $1::date, count(*), NULL::bigint, NULL::bigint, NULL::text FROM sic_industry_map;

-- name: fresh_industry_metadata
SELECT count(*) > 0, max(effective_from) FILTER (WHERE effective_from <= $1::date), count(*), NULL::bigint, NULL::bigint,
       NULL::text
  FROM industry_metadata;

-- name: fresh_prices_daily
WITH n AS (
	SELECT max(price_date) AS d FROM prices_daily WHERE price_date <= $1::date
), good AS (
	SELECT DISTINCT as_of AS d FROM fintra_ops.run
	 WHERE job = $2::text AND state = 'success' AND as_of < $1::date
	   AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run']
	 ORDER BY as_of DESC LIMIT 5
), days AS (
	SELECT d FROM good
	 UNION ALL
	(SELECT x.d FROM (SELECT $1::date - i AS d FROM generate_series(1, 20) i) x
	  WHERE NOT EXISTS (SELECT 1 FROM good) AND EXISTS (SELECT 1 FROM prices_daily p WHERE p.price_date = x.d)
	  ORDER BY x.d DESC LIMIT 5)
), h AS (
	SELECT count(*) AS k, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.n))::bigint AS median
	  FROM days, LATERAL (SELECT count(*) AS n FROM prices_daily p WHERE p.price_date = days.d) c
	 WHERE c.n > 0
), r AS (
	SELECT count(*) AS n FROM prices_daily p, n WHERE p.price_date = n.d
)
SELECT EXISTS (SELECT 1 FROM prices_daily), n.d, r.n, CASE WHEN n.d = $1::date THEN r.n ELSE 0 END,
       CASE WHEN h.k > 0 THEN h.median ELSE (SELECT count(*) FROM fintra_universe WHERE is_active) END,
       CASE WHEN h.k > 0 THEN 'median of ' || h.k || ' good session' || CASE WHEN h.k > 1 THEN 's' ELSE '' END
            ELSE 'active universe: no history yet' END
  FROM n, h, r;

-- name: fresh_prices_marked
-- Tickers whose history is on two footings after a split or dividend, until it is read again.
-- $1 newest session
-- returns marked tickers, 0, no date, no date, what to say
WITH f AS (
	SELECT f.ticker, min(f.detail) AS detail
	  FROM fintra_ops.flag f JOIN fintra_universe u ON u.ticker = f.ticker AND u.is_active
	 WHERE f.kind IN ('suspect', 'paused', 'restated') AND f.flagged_on <= $1::date
	 GROUP BY f.ticker
)
SELECT count(*), 0, NULL::date, NULL::date,
       count(*) || ' ticker' || CASE WHEN count(*) > 1 THEN 's' ELSE '' END || ' on two footings: ' ||
       (array_agg(ticker || ' ' || coalesce(detail, '') ORDER BY ticker))[1]
  FROM f;

-- name: fresh_datos_financieros
SELECT EXISTS (SELECT 1 FROM datos_financieros),
       (SELECT max(created_at)::date FROM datos_financieros
         WHERE created_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       NULL::bigint,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM datos_financieros f
        WHERE f.ticker = s.ticker AND f.period_type IN ('TTM', 'FY')
          AND f.period_end_date > $1::date - interval '15 months' AND f.period_end_date <= $1::date)),
       count(*), 'active stocks'
  FROM fintra_active_stocks s
 WHERE EXISTS (SELECT 1 FROM datos_financieros);

-- name: fresh_company_profiles
SELECT EXISTS (SELECT 1 FROM company_profiles),
       (SELECT max(updated_at)::date FROM company_profiles
         WHERE updated_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       NULL::bigint,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM company_profiles p WHERE p.ticker = s.ticker)), count(*),
       'active stocks'
  FROM fintra_active_stocks s
 WHERE EXISTS (SELECT 1 FROM company_profiles);

-- name: fresh_datos_dividendos
-- Whole tickers that are gone take both years with them: fewer rows than the last good run left tell it.
-- The newest year is one whose reports are due, 120 days after its end: before that few companies can have it.
WITH t AS (
	SELECT year, count(*) AS n FROM datos_dividendos WHERE year <= extract(year FROM $1::date) GROUP BY year
), d AS (
	SELECT extract(year FROM $1::date - 120) - 1 AS due
), a AS (
	SELECT t.year, t.n FROM t, d
	 WHERE t.year <= d.due OR (SELECT count(*) FROM t x, d WHERE x.year <= d.due) < 2
), y AS (
	SELECT (SELECT n FROM a ORDER BY year DESC LIMIT 1) AS num,
	       (SELECT n FROM a ORDER BY year DESC OFFSET 1 LIMIT 1) AS den, (SELECT sum(n) FROM t)::bigint AS n
), k AS (
	SELECT (SELECT rows_inserted + rows_updated + rows_unchanged FROM fintra_ops.run
	         WHERE job = $2::text AND state = 'success' AND as_of <= $1::date
	           AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run'] ORDER BY id DESC LIMIT 1) AS known
), g AS (
	SELECT y.*, k.known, coalesce(y.n < k.known AND y.n * coalesce(y.den, 1) < y.num * k.known, false) AS gone
	  FROM y, k
)
SELECT EXISTS (SELECT 1 FROM datos_dividendos),
       (SELECT max(created_at)::date FROM datos_dividendos
         WHERE created_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       NULL::bigint, CASE WHEN g.gone THEN g.n ELSE g.num END,
       CASE WHEN g.gone THEN g.known ELSE g.den END,
       CASE WHEN g.gone THEN 'rows of the last good run' ELSE 'tickers of the year before' END
  FROM g;

-- name: fresh_datos_valuacion
WITH n AS (
	SELECT max(valuation_date) AS d FROM datos_valuacion WHERE valuation_date <= $1::date
), good AS (
	SELECT DISTINCT as_of AS d FROM fintra_ops.run
	 WHERE job = $2::text AND state = 'success' AND as_of < $1::date
	   AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run']
	 ORDER BY as_of DESC LIMIT 5
), days AS (
	SELECT d FROM good
	 UNION ALL
	(SELECT x.d FROM (SELECT $1::date - i AS d FROM generate_series(1, 20) i) x
	  WHERE NOT EXISTS (SELECT 1 FROM good)
	    AND EXISTS (SELECT 1 FROM datos_valuacion v WHERE v.valuation_date = x.d)
	  ORDER BY x.d DESC LIMIT 5)
), h AS (
	SELECT count(*) AS k, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.n))::bigint AS median
	  FROM days, LATERAL (SELECT count(DISTINCT v.ticker) AS n FROM datos_valuacion v
	                       WHERE v.valuation_date = days.d) c
	 WHERE c.n > 0
), r AS (
	SELECT count(DISTINCT v.ticker) AS n FROM datos_valuacion v, n WHERE v.valuation_date = n.d
)
SELECT EXISTS (SELECT 1 FROM datos_valuacion), n.d, r.n, CASE WHEN n.d = $1::date THEN r.n ELSE 0 END,
       CASE WHEN h.k > 0 THEN h.median ELSE (SELECT count(*) FROM fintra_active_stocks WHERE n.d IS NOT NULL) END,
       CASE WHEN h.k > 0 THEN 'median of ' || h.k || ' good session' || CASE WHEN h.k > 1 THEN 's' ELSE '' END
            ELSE 'active stocks: no history yet' END
  FROM n, h, r;

-- name: fresh_datos_valuacion_ttm
SELECT count(*) > 0, max(valuation_date) FILTER (WHERE valuation_date <= $1::date), NULL::bigint, NULL::bigint,
       NULL::bigint, NULL::text
  FROM datos_valuacion_ttm;

-- name: fresh_fmp_peers
SELECT EXISTS (SELECT 1 FROM fmp_peers), (SELECT max(created_at)::date FROM fmp_peers
        WHERE created_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       (SELECT count(*) FROM fmp_peers), (SELECT count(*) FROM fmp_peers),
       (SELECT rows_inserted + rows_updated + rows_unchanged FROM fintra_ops.run
         WHERE job = $2::text AND state = 'success' AND as_of <= $1::date
           AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run'] ORDER BY id DESC LIMIT 1),
       'last good run';

-- name: fresh_sec_filings
SELECT EXISTS (SELECT 1 FROM sec_filings), (SELECT max(filing_date)::date FROM sec_filings
        WHERE filing_date < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'),
       (SELECT count(*) FROM sec_filings), (SELECT count(*) FROM sec_filings),
       (SELECT rows_inserted + rows_updated + rows_unchanged FROM fintra_ops.run
         WHERE job = $2::text AND state = 'success' AND as_of <= $1::date
           AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run'] ORDER BY id DESC LIMIT 1),
       'last good run';

-- name: fresh_fintra_sec_event_signals
SELECT count(*) > 0, max(filing_date)::date, count(*), NULL::bigint, NULL::bigint, NULL::text
  FROM fintra_sec_event_signals
 WHERE filing_date < ($1::date + 1)::timestamp AT TIME ZONE 'UTC';

-- name: fresh_fintra_sec_structural_signals
SELECT count(*) > 0, CASE WHEN count(*) > 0 THEN $1::date END, count(*), NULL::bigint, NULL::bigint, NULL::text
  FROM fintra_sec_structural_signals;

-- name: fresh_datos_performance
-- The lists are put under one another and grouped: no join that could be planned by statistics older than the day.
WITH n AS (
	SELECT max(performance_date) AS d FROM datos_performance WHERE performance_date <= $1::date
), t AS (
	SELECT bit_or(kind) AS kinds
	  FROM (SELECT ticker, 1 AS kind FROM fintra_active_stocks
	         UNION ALL
	        SELECT ticker, 2 FROM prices_daily WHERE price_date = $1::date
	         UNION ALL
	        SELECT ticker, 4 FROM datos_performance
	         WHERE performance_date = $1::date
	           AND window_code IN ('1D', '1W', '1M', '3M', '6M', 'YTD', '1Y', '2Y', '3Y', '5Y')) x
	 WHERE (SELECT d FROM n) = $1::date
	 GROUP BY ticker
), s AS (
	SELECT count(*) FILTER (WHERE kinds & 3 = 3) AS den, count(*) FILTER (WHERE kinds = 7) AS num FROM t
)
SELECT EXISTS (SELECT 1 FROM datos_performance), n.d,
       (SELECT count(*) FROM datos_performance p WHERE p.performance_date = n.d AND p.window_code = '1D'),
       s.num, s.den, 'active stocks priced at the session'
  FROM n, s;

-- name: fresh_sector_performance
WITH p AS (
	SELECT d.performance_date AS d, d.source
	  FROM unnest(ARRAY['Basic Materials', 'Communication Services', 'Consumer Cyclical', 'Consumer Defensive',
	                    'Energy', 'Financial Services', 'Healthcare', 'Industrials', 'Real Estate', 'Technology',
	                    'Utilities']) s
	 CROSS JOIN unnest(ARRAY['1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y']) w
	 CROSS JOIN LATERAL (SELECT performance_date, source FROM sector_performance
	        WHERE sector = s AND window_code = w AND performance_date <= $1::date
	        ORDER BY performance_date DESC LIMIT 1) d
), n AS (
	SELECT max(d) AS d FROM p
)
SELECT EXISTS (SELECT 1 FROM sector_performance), n.d, (SELECT count(*) FROM p WHERE p.d = n.d),
       (SELECT count(*) FROM p WHERE p.d = $1::date), 77::bigint, '11 sectors x 7 windows',
       (SELECT p.source FROM p WHERE p.d = n.d AND p.source <> 'sql_aggregation'
         GROUP BY p.source ORDER BY count(*) DESC, p.source LIMIT 1)
  FROM n;

-- name: fresh_industry_performance
WITH n AS (
	SELECT max(performance_date) AS d FROM industry_performance WHERE performance_date <= $1::date
), i AS (
	SELECT count(DISTINCT p.industry) AS n FROM industry_performance p, n WHERE p.performance_date = n.d
), w AS ( /* of stocks: an industry of funds alone has no returns */
	SELECT count(DISTINCT btrim(u.industry)) AS n FROM fintra_universe u
	 WHERE u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND btrim(u.industry) <> ''
	   AND u.ticker NOT LIKE '%-WT%' AND u.ticker NOT LIKE '%-RT%'
	   AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	   AND EXISTS (SELECT 1 FROM n WHERE n.d IS NOT NULL)
	   AND EXISTS (SELECT 1 FROM prices_daily p WHERE p.ticker = u.ticker AND p.price_date = $1::date)
)
SELECT EXISTS (SELECT 1 FROM industry_performance), n.d,
       (SELECT count(*) FROM industry_performance p WHERE p.performance_date = n.d),
       CASE WHEN n.d = $1::date THEN i.n ELSE 0 END, w.n, 'industries with a priced ticker'
  FROM n, i, w;

-- name: fresh_performance_windows
-- Grouped like fresh_datos_performance: by ticker and sector first, then by ticker.
WITH n AS (
	SELECT max(as_of_date) AS d FROM performance_windows WHERE as_of_date <= $1::date
), k AS (
	SELECT ticker, CASE bit_or(kind) WHEN 1 THEN 1 WHEN 5 THEN 5 ELSE 0 END AS kind
	  FROM (SELECT ticker, sector AS name, 1 AS kind
	          FROM fintra_universe
	         WHERE is_active AND sector IS NOT NULL AND instrument_type IN ('EQUITY', 'ADR')
	           AND ticker NOT LIKE '%-WT%' AND ticker NOT LIKE '%-RT%'
	           AND coalesce(name, '') !~* '\y(warrants?|rights?)\y'
	         UNION ALL
	        SELECT ticker, benchmark_ticker, 4 FROM performance_windows
	         WHERE as_of_date = $1::date AND window_code IN ('1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y')) x
	 WHERE (SELECT d FROM n) = $1::date
	 GROUP BY ticker, name
), t AS (
	SELECT bit_or(kind) AS kinds
	  FROM (SELECT ticker, kind FROM k
	         UNION ALL
	        SELECT ticker, 2 FROM datos_performance
	         WHERE performance_date = $1::date AND window_code IN ('1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y')) x
	 WHERE (SELECT d FROM n) = $1::date
	 GROUP BY ticker
), s AS (
	SELECT count(*) FILTER (WHERE kinds & 3 = 3) AS den, count(*) FILTER (WHERE kinds = 7) AS num FROM t
)
SELECT EXISTS (SELECT 1 FROM performance_windows), n.d,
       (SELECT count(*) FROM performance_windows w WHERE w.as_of_date = n.d), s.num, s.den,
       'tickers of datos_performance with a sector'
  FROM n, s;

-- name: fresh_windows_lost
-- $1 the session.  Of an empty performance_windows.
-- returns the first and the last session before whose inputs are both there, or NULL
SELECT min(s.d), max(s.d)
  FROM (SELECT DISTINCT performance_date AS d FROM sector_performance WHERE performance_date < $1::date) s
 WHERE EXISTS (SELECT 1 FROM datos_performance p
                WHERE p.performance_date = s.d AND p.window_code IN ('1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y'));

-- name: fresh_windows_benchmarks
-- $1 date of performance_windows.  Which sector_performance its benchmark returns are: a benchmark of
-- another session, or an earlier value of the same one, makes the table mixed.
-- returns groups bigint, matching bigint (equal to sector_performance at $1), other date (the newest other
-- session that has most of those values; NULL = no stored session has them), ledger date (what the last
-- run that wrote that date says it read)
WITH w AS (
	SELECT benchmark_ticker AS sector, window_code, benchmark_return AS value
	  FROM performance_windows WHERE as_of_date = $1::date GROUP BY 1, 2, 3
), g AS (
	SELECT w.*, s.return_percent IS NOT DISTINCT FROM w.value AS same
	  FROM w
	  LEFT JOIN sector_performance s
	    ON s.sector = w.sector AND s.window_code = w.window_code AND s.performance_date = $1::date
	 CROSS JOIN LATERAL (SELECT 1 FROM sector_performance k WHERE k.sector = w.sector LIMIT 1) known
), o AS (
	SELECT s.performance_date AS d, count(*) AS k
	  FROM g JOIN sector_performance s
	    ON s.sector = g.sector AND s.window_code = g.window_code AND s.return_percent = g.value
	 WHERE NOT g.same AND s.performance_date <> $1::date
	 GROUP BY s.performance_date
)
SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM g WHERE same),
       (SELECT d FROM o ORDER BY k DESC, d DESC LIMIT 1),
       (SELECT i.as_of FROM fintra_ops.input i JOIN fintra_ops.run r ON r.id = i.run_id
         WHERE r.as_of = $1::date AND r.state IN ('success', 'partial') AND i.table_name = 'sector_performance'
           AND r.job IN ('performance-windows-aggregator', 'backfill-performance-windows')
         ORDER BY r.id DESC LIMIT 1);

-- name: fresh_sector_benchmarks
WITH n AS (
	SELECT max(snapshot_date) AS d FROM sector_benchmarks WHERE snapshot_date <= $1::date
), h AS (
	SELECT coalesce((SELECT max(r.as_of) FROM fintra_ops.run r
	                  WHERE r.job = $2::text AND r.state = 'success' AND r.as_of < $1::date
	                    AND NOT r.params ?| ARRAY['ticker', 'limit', 'dry_run']
	                    AND EXISTS (SELECT 1 FROM sector_benchmarks b WHERE b.snapshot_date = r.as_of)),
	                (SELECT max(snapshot_date) FROM sector_benchmarks WHERE snapshot_date < $1::date)) AS d
), g AS ( /* only without history */
	SELECT btrim(u.sector) AS name FROM fintra_universe u
	 WHERE (SELECT h.d IS NULL AND n.d IS NOT NULL FROM h, n) AND btrim(u.sector) <> ''
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	 GROUP BY btrim(u.sector) HAVING count(*) >= 3
)
SELECT EXISTS (SELECT 1 FROM sector_benchmarks), n.d, (SELECT count(*) FROM sector_benchmarks b WHERE b.snapshot_date = n.d),
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_benchmarks b WHERE b.snapshot_date = $1::date)
            ELSE (SELECT count(*) FROM g WHERE EXISTS (SELECT 1 FROM sector_benchmarks b
                   WHERE b.sector = g.name AND b.snapshot_date = $1::date)) END,
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_benchmarks b WHERE b.snapshot_date = h.d)
            ELSE (SELECT count(*) FROM g) END,
       CASE WHEN h.d IS NOT NULL THEN 'pairs of the last good session'
            ELSE 'sectors of three stocks: no history yet' END
  FROM n, h;

-- name: fresh_sector_stats
WITH n AS (
	SELECT max(stats_date) AS d FROM sector_stats WHERE stats_date <= $1::date
), h AS (
	SELECT coalesce((SELECT max(r.as_of) FROM fintra_ops.run r
	                  WHERE r.job = $2::text AND r.state = 'success' AND r.as_of < $1::date
	                    AND NOT r.params ?| ARRAY['ticker', 'limit', 'dry_run']
	                    AND EXISTS (SELECT 1 FROM sector_stats b WHERE b.stats_date = r.as_of)),
	                (SELECT max(stats_date) FROM sector_stats WHERE stats_date < $1::date)) AS d
), g AS ( /* only without history */
	SELECT btrim(u.sector) AS name FROM fintra_universe u
	 WHERE (SELECT h.d IS NULL AND n.d IS NOT NULL FROM h, n) AND btrim(u.sector) <> ''
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	 GROUP BY btrim(u.sector) HAVING count(*) >= 3
)
SELECT EXISTS (SELECT 1 FROM sector_stats), n.d, (SELECT count(*) FROM sector_stats b WHERE b.stats_date = n.d),
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_stats b WHERE b.stats_date = $1::date)
            ELSE (SELECT count(*) FROM g WHERE EXISTS (SELECT 1 FROM sector_stats b
                   WHERE b.sector = g.name AND b.stats_date = $1::date)) END,
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_stats b WHERE b.stats_date = h.d)
            ELSE (SELECT count(*) FROM g) END,
       CASE WHEN h.d IS NOT NULL THEN 'pairs of the last good session'
            ELSE 'sectors of three stocks: no history yet' END
  FROM n, h;

-- name: fresh_industry_benchmarks
WITH n AS (
	SELECT max(snapshot_date) AS d FROM industry_benchmarks WHERE snapshot_date <= $1::date
), h AS (
	SELECT coalesce((SELECT max(r.as_of) FROM fintra_ops.run r
	                  WHERE r.job = $2::text AND r.state = 'success' AND r.as_of < $1::date
	                    AND NOT r.params ?| ARRAY['ticker', 'limit', 'dry_run']
	                    AND EXISTS (SELECT 1 FROM industry_benchmarks b WHERE b.snapshot_date = r.as_of)),
	                (SELECT max(snapshot_date) FROM industry_benchmarks WHERE snapshot_date < $1::date)) AS d
), g AS ( /* only without history */
	SELECT btrim(u.industry) AS name FROM fintra_universe u
	 WHERE (SELECT h.d IS NULL AND n.d IS NOT NULL FROM h, n) AND btrim(u.industry) <> ''
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	 GROUP BY btrim(u.industry) HAVING count(*) >= 3
)
SELECT EXISTS (SELECT 1 FROM industry_benchmarks), n.d,
       (SELECT count(*) FROM industry_benchmarks b WHERE b.snapshot_date = n.d),
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM industry_benchmarks b WHERE b.snapshot_date = $1::date)
            ELSE (SELECT count(*) FROM g WHERE EXISTS (SELECT 1 FROM industry_benchmarks b
                   WHERE b.industry = g.name AND b.snapshot_date = $1::date)) END,
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM industry_benchmarks b WHERE b.snapshot_date = h.d)
            ELSE (SELECT count(*) FROM g) END,
       CASE WHEN h.d IS NOT NULL THEN 'pairs of the last good session'
            ELSE 'industries of three stocks: no history yet' END
  FROM n, h;

-- name: fresh_industry_alpha
SELECT EXISTS (SELECT 1 FROM industry_alpha),
       (SELECT max(performance_date) FROM industry_alpha WHERE performance_date <= $1::date), NULL::bigint, NULL::bigint,
       NULL::bigint, NULL::text;

-- name: fresh_sector_pe
WITH n AS (
	SELECT max(pe_date) AS d FROM sector_pe WHERE pe_date <= $1::date
), h AS (
	SELECT coalesce((SELECT max(r.as_of) FROM fintra_ops.run r
	                  WHERE r.job = $2::text AND r.state = 'success' AND r.as_of < $1::date
	                    AND NOT r.params ?| ARRAY['ticker', 'limit', 'dry_run']
	                    AND EXISTS (SELECT 1 FROM sector_pe b WHERE b.pe_date = r.as_of)),
	                (SELECT max(pe_date) FROM sector_pe WHERE pe_date < $1::date)) AS d
), g AS ( /* only without history */
	SELECT btrim(u.sector) AS name FROM fintra_universe u
	 WHERE (SELECT h.d IS NULL AND n.d IS NOT NULL FROM h, n) AND btrim(u.sector) <> ''
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	 GROUP BY btrim(u.sector) HAVING count(*) >= 3
)
SELECT EXISTS (SELECT 1 FROM sector_pe), n.d, (SELECT count(*) FROM sector_pe b WHERE b.pe_date = n.d),
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_pe b WHERE b.pe_date = $1::date)
            ELSE (SELECT count(*) FROM g WHERE EXISTS (SELECT 1 FROM sector_pe b
                   WHERE b.sector = g.name AND b.pe_date = $1::date)) END,
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM sector_pe b WHERE b.pe_date = h.d)
            ELSE (SELECT count(*) FROM g) END,
       CASE WHEN h.d IS NOT NULL THEN 'rows of the last good session'
            ELSE 'sectors of three stocks: no history yet' END
  FROM n, h;

-- name: fresh_industry_pe
WITH n AS (
	SELECT max(pe_date) AS d FROM industry_pe WHERE pe_date <= $1::date
), h AS (
	SELECT coalesce((SELECT max(r.as_of) FROM fintra_ops.run r
	                  WHERE r.job = $2::text AND r.state = 'success' AND r.as_of < $1::date
	                    AND NOT r.params ?| ARRAY['ticker', 'limit', 'dry_run']
	                    AND EXISTS (SELECT 1 FROM industry_pe b WHERE b.pe_date = r.as_of)),
	                (SELECT max(pe_date) FROM industry_pe WHERE pe_date < $1::date)) AS d
), g AS ( /* only without history */
	SELECT btrim(u.industry) AS name FROM fintra_universe u
	 WHERE (SELECT h.d IS NULL AND n.d IS NOT NULL FROM h, n) AND btrim(u.industry) <> ''
	   AND u.is_active AND u.instrument_type IN ('EQUITY', 'ADR') AND u.ticker NOT LIKE '%-WT%'
	   AND u.ticker NOT LIKE '%-RT%' AND coalesce(u.name, '') !~* '\y(warrants?|rights?)\y'
	 GROUP BY btrim(u.industry) HAVING count(*) >= 3
)
SELECT EXISTS (SELECT 1 FROM industry_pe), n.d, (SELECT count(*) FROM industry_pe b WHERE b.pe_date = n.d),
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM industry_pe b WHERE b.pe_date = $1::date)
            ELSE (SELECT count(*) FROM g WHERE EXISTS (SELECT 1 FROM industry_pe b
                   WHERE b.industry = g.name AND b.pe_date = $1::date)) END,
       CASE WHEN h.d IS NOT NULL THEN (SELECT count(*) FROM industry_pe b WHERE b.pe_date = h.d)
            ELSE (SELECT count(*) FROM g) END,
       CASE WHEN h.d IS NOT NULL THEN 'rows of the last good session'
            ELSE 'industries of three stocks: no history yet' END
  FROM n, h;

-- name: fresh_fintra_snapshots
WITH n AS (
	SELECT max(snapshot_date) AS d FROM fintra_snapshots WHERE snapshot_date <= $1::date
)
SELECT EXISTS (SELECT 1 FROM fintra_snapshots), n.d,
       (SELECT count(*) FROM fintra_snapshots s WHERE s.snapshot_date = n.d),
       (SELECT count(DISTINCT s.ticker) FROM fintra_snapshots s WHERE s.snapshot_date = $1::date),
       (SELECT count(*) FROM fintra_active_stocks WHERE n.d IS NOT NULL), 'active stocks'
  FROM n;

-- name: fresh_snapshot_returns
-- $1 date of fintra_snapshots.  Whether their relative returns of one year are those of performance_windows: the
-- snapshots of a day whose windows were written again, or later, were made from others.  Of the engine version that
-- fmp-bulk writes: it would leave those of another one as they are.
-- returns snapshots whose windows are there, those that agree, no date, no date, what to say
WITH g AS (
	SELECT s.relative_vs_sector_1y AS has, w.asset_return - w.benchmark_return AS due
	  FROM fintra_snapshots s
	  JOIN performance_windows w ON w.ticker = s.ticker AND w.benchmark_ticker = s.sector AND w.window_code = '1Y'
	   AND w.as_of_date = $1::date
	 WHERE s.snapshot_date = $1::date AND s.engine_version = 'fintra-local-v1' AND w.asset_return IS NOT NULL AND w.benchmark_return IS NOT NULL
), c AS (
	SELECT count(*) AS n, count(*) FILTER (WHERE abs(has - due) <= 1e-9 * greatest(1, abs(has), abs(due))) AS same,
	       count(*) FILTER (WHERE has IS NULL) AS none
	  FROM g
)
SELECT n, same, NULL::date, NULL::date,
       CASE WHEN none > 0 THEN none || ' of ' || n || ' lack the relative return 1Y that performance_windows has'
            ELSE (n - same) || ' of ' || n || ' have another relative return 1Y than performance_windows' END
  FROM c;

-- name: fresh_fintra_market_state
-- There is one state only: when its last whole run went back to an older date, even if it did not get far, none of its
-- rows is surely of this one.
SELECT count(*) > 0, max(m.last_price_date) FILTER (WHERE m.last_price_date <= $1::date), count(*),
       count(u.ticker) FILTER (WHERE r.as_of >= $1::date OR r.as_of IS NULL),
       (SELECT count(*) FROM fintra_universe WHERE is_active), 'active universe'
  FROM fintra_market_state m
  LEFT JOIN fintra_universe u ON u.ticker = m.ticker AND u.is_active
  LEFT JOIN (SELECT as_of FROM fintra_ops.run
              WHERE job = $2::text AND (state IN ('success', 'partial') OR rows_inserted + rows_updated > 0)
                AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run']
              ORDER BY id DESC LIMIT 1) r ON true;

-- name: fresh_fintra_ecosystem_reports
SELECT EXISTS (SELECT 1 FROM fintra_ecosystem_reports), NULL::date, NULL::bigint, NULL::bigint, NULL::bigint, NULL::text
 WHERE $1::date IS NOT NULL;

-- name: fresh_cron_state
SELECT count(*) > 0, max(last_run_date) FILTER (WHERE last_run_date <= $1::date), count(*), NULL::bigint, NULL::bigint,
       NULL::text
  FROM cron_state;

-- name: fresh_writer_run
-- $1 jobs text[] (all that write the table), $2 writer text, $3 as_of date
-- returns the last run of any of them: id, state, the newest as-of (<= $3) of a complete run of the writer;
-- and of the last run: job, who, error class, its last error line, ended (created while it is not) in ms
SELECT r.id, r.state,
       (SELECT CASE WHEN max(as_of) > $3::date THEN $3::date ELSE max(as_of) END FROM fintra_ops.run
         WHERE job = $2::text AND state IN ('success', 'partial')
           AND NOT params ?| ARRAY['ticker', 'limit', 'offset', 'dry_run']),
       r.job, r.who, r.err_class,
       CASE WHEN r.state NOT IN ('success', 'skipped') THEN coalesce(
               (SELECT t.msg FROM (SELECT msg, lvl FROM fintra_ops.event WHERE run_id = r.id
                                    ORDER BY seq DESC LIMIT 50) t WHERE t.lvl = 'error' LIMIT 1), r.error) END,
       round(extract(epoch FROM coalesce(r.ended_at, r.created_at)) * 1000)
  FROM (VALUES (1)) one
  LEFT JOIN LATERAL (
	SELECT l.* FROM unnest($1::text[]) j
	 CROSS JOIN LATERAL (SELECT id, state, job, who, err_class, error, ended_at, created_at
	                       FROM fintra_ops.run WHERE job = j ORDER BY id DESC LIMIT 1) l
	 ORDER BY l.id DESC LIMIT 1) r ON true;
