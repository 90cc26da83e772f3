-- Minimal fiscal years of fmp-batch.

-- name: fmp_batch_stage
CREATE TEMP TABLE stage_fmp_batch (
	ticker text, period_label text, period_end_date date, revenue numeric, net_income numeric,
	gross_margin numeric, operating_margin numeric, net_margin numeric, free_cash_flow numeric
) ON COMMIT DROP;

-- name: fmp_batch_copy
COPY stage_fmp_batch (ticker, period_label, period_end_date, revenue, net_income, gross_margin, operating_margin,
	net_margin, free_cash_flow) FROM STDIN;

-- name: fmp_batch_merge
-- rows of stage_fmp_batch by ticker
-- A row of another source holds more than this one: it stays.
-- $1 created_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO datos_financieros AS t (ticker, period_type, period_label, period_end_date, source, revenue,
		net_income, gross_margin, operating_margin, net_margin, free_cash_flow, created_at)
	SELECT DISTINCT ON (ticker, period_label) ticker, 'FY', period_label, period_end_date, 'FMP', revenue,
	       net_income, gross_margin, operating_margin, net_margin, free_cash_flow,
	       to_timestamp($1::bigint / 1000.0)
	  FROM stage_fmp_batch
	 ORDER BY ticker, period_label, period_end_date DESC
	ON CONFLICT (ticker, period_type, period_label) DO UPDATE SET
		period_end_date = EXCLUDED.period_end_date, revenue = EXCLUDED.revenue,
		net_income = EXCLUDED.net_income, gross_margin = EXCLUDED.gross_margin,
		operating_margin = EXCLUDED.operating_margin, net_margin = EXCLUDED.net_margin,
		free_cash_flow = EXCLUDED.free_cash_flow, created_at = EXCLUDED.created_at
	 WHERE t.source = 'FMP'
	   AND (t.period_end_date, t.revenue, t.net_income, t.gross_margin, t.operating_margin, t.net_margin,
		t.free_cash_flow)
	       IS DISTINCT FROM
	       (EXCLUDED.period_end_date, EXCLUDED.revenue, EXCLUDED.net_income, EXCLUDED.gross_margin,
		EXCLUDED.operating_margin, EXCLUDED.net_margin, EXCLUDED.free_cash_flow)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_fmp_batch),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
