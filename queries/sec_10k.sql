-- Annual reports.

-- name: sec_10k_work
-- Stored annual reports of tickers that have no signals of the fiscal year yet, newest first per ticker.
-- $1 first day date, $2 last day date, $3 fiscal year, $4 ticker or NULL, $5 those with signals, too boolean
-- returns ticker, form_type, link, filing date, accepted in ms
SELECT f.ticker, f.form_type, f.link, f.filing_date::date,
       (extract(epoch FROM f.accepted_date) * 1000)::bigint
  FROM sec_filings f
 WHERE f.form_type = '10-K' AND ($4::text IS NULL OR f.ticker = $4::text)
   AND coalesce(f.accepted_date, f.filing_date) >= $1::date
   AND coalesce(f.accepted_date, f.filing_date) < $2::date + 2
   AND ($5::boolean OR NOT EXISTS (SELECT 1 FROM fintra_sec_structural_signals s
                                    WHERE s.ticker = f.ticker AND s.fiscal_year = $3::integer))
 ORDER BY f.ticker COLLATE "C", coalesce(f.accepted_date, f.filing_date) DESC, f.link COLLATE "C";

-- name: sec_10k_twin
-- Signals of another symbol of the same company, from the same document.
-- $1 link, $2 ticker, $3 fiscal year
-- returns supplier_concentration, single_source_dependency, amount, currency, geographic_exposure,
-- environmental_exposure
SELECT s.supplier_concentration, s.single_source_dependency, s.purchase_obligations_amount,
       s.purchase_obligations_currency, s.geographic_exposure, s.environmental_exposure
  FROM sec_filings f JOIN fintra_sec_structural_signals s ON s.ticker = f.ticker
 WHERE f.link = $1::text AND f.form_type = '10-K' AND f.parsed AND f.ticker <> $2::text
   AND f.fiscal_year = $3::integer AND s.fiscal_year = $3::integer
 ORDER BY f.ticker LIMIT 1;

-- name: sec_10k_reads
-- $1 job, $2 ticker, $3 fiscal year, $4 link, $5 force boolean
-- returns whether its document is likely to be read: no run asked for the report in vain, no other symbol had it read
SELECT (EXISTS (SELECT 1 FROM sec_filings f
                 WHERE f.ticker = $2::text AND f.form_type = '10-K' AND f.fiscal_year = $3::integer)
        OR NOT EXISTS (SELECT 1 FROM fintra_ops.unit u JOIN fintra_ops.run r ON r.id = u.run_id
                        WHERE r.job = $1::text AND u.unit = $2::text AND u.state = 'done'
                          AND coalesce((r.params ->> 'year')::integer, extract(year FROM r.as_of) - 1)
                              = $3::integer))
       AND ($5::boolean
            OR NOT EXISTS (SELECT 1
                             FROM sec_filings f JOIN fintra_sec_structural_signals s ON s.ticker = f.ticker
                            WHERE f.link = $4::text AND f.form_type = '10-K' AND f.parsed
                              AND f.ticker <> $2::text AND f.fiscal_year = $3::integer
                              AND s.fiscal_year = $3::integer));

-- name: sec_structural_signals_merge
-- $1 ticker, $2 fiscal_year, $3 supplier_concentration, $4 single_source boolean, $5 amount or NULL,
-- $6 currency or NULL, $7 places text[], $8 environmental, $9 created_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO fintra_sec_structural_signals AS s (id, ticker, fiscal_year, supplier_concentration,
		single_source_dependency, purchase_obligations_amount, purchase_obligations_currency,
		geographic_exposure, environmental_exposure, source, created_at)
	SELECT DISTINCT ON (t.ticker) gen_random_uuid(), t.ticker, $2::integer, $3::text, $4::boolean, $5::numeric, $6::text,
	       $7::text[], $8::text, 'SEC_10K', to_timestamp($9::bigint / 1000.0)
	  FROM (VALUES ($1::text)) t (ticker)
	 ORDER BY t.ticker
	ON CONFLICT (ticker, fiscal_year) DO UPDATE SET
		supplier_concentration = EXCLUDED.supplier_concentration,
		single_source_dependency = EXCLUDED.single_source_dependency,
		purchase_obligations_amount = EXCLUDED.purchase_obligations_amount,
		purchase_obligations_currency = EXCLUDED.purchase_obligations_currency,
		geographic_exposure = EXCLUDED.geographic_exposure,
		environmental_exposure = EXCLUDED.environmental_exposure, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	WHERE (s.supplier_concentration, s.single_source_dependency, s.purchase_obligations_amount,
	       s.purchase_obligations_currency, s.geographic_exposure, s.environmental_exposure)
	      IS DISTINCT FROM
	      (EXCLUDED.supplier_concentration, EXCLUDED.single_source_dependency,
	       EXCLUDED.purchase_obligations_amount, EXCLUDED.purchase_obligations_currency,
	       EXCLUDED.geographic_exposure, EXCLUDED.environmental_exposure)
	RETURNING (xmax = 0) AS fresh
)
SELECT 1, count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM m;
