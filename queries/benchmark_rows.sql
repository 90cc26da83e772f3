-- Used by layer3/benchmark_rows.c for sectors and industries alike.

-- name: benchmark_rows_values
-- Of each active stock the figures of its newest fiscal year or twelve months (TTM before FY of the same day) and
-- of its newest valuation; for the statistics the newest figure that is there.
-- One company after the other by the tables' keys, whatever the planner knows of their sizes.
-- A fcf_cagr that the table lacks is that of `absent`: an unqualified name is looked for further out.
-- $1 date
-- returns sector, industry, 12 metrics in the order of enum metric, 8 figures in that of sector_stats_metrics
COPY (
SELECT nullif(btrim(u.sector), ''), coalesce(c.industry_name, nullif(btrim(u.industry), '')),
       n.revenue_cagr, n.earnings_cagr, n.fcf_cagr, n.roic, n.operating_margin, n.net_margin, n.fcf_margin,
       n.debt_to_equity, n.interest_coverage, v.pe_ratio, v.ev_ebitda, v.price_to_fcf,
       n.s1, n.s2, n.s3, n.s4, n.s5, n.s6, n.s7, n.s8
  FROM fintra_active_stocks s
  JOIN fintra_universe u ON u.ticker = s.ticker
 CROSS JOIN (SELECT NULL::numeric AS fcf_cagr) absent
 CROSS JOIN LATERAL (
	SELECT max(revenue_cagr) FILTER (WHERE place = 1) AS revenue_cagr,
	       max(earnings_cagr) FILTER (WHERE place = 1) AS earnings_cagr,
	       max(fcf_cagr) FILTER (WHERE place = 1) AS fcf_cagr,
	       max(roic) FILTER (WHERE place = 1) AS roic,
	       max(operating_margin) FILTER (WHERE place = 1) AS operating_margin,
	       max(net_margin) FILTER (WHERE place = 1) AS net_margin,
	       max(fcf_margin) FILTER (WHERE place = 1) AS fcf_margin,
	       max(debt_to_equity) FILTER (WHERE place = 1) AS debt_to_equity,
	       max(interest_coverage) FILTER (WHERE place = 1) AS interest_coverage,
	       (min(ARRAY[place, revenue_cagr]) FILTER (WHERE abs(revenue_cagr) < 1e300))[2] AS s1,
	       (min(ARRAY[place, earnings_cagr]) FILTER (WHERE abs(earnings_cagr) < 1e300))[2] AS s2,
	       (min(ARRAY[place, roic]) FILTER (WHERE abs(roic) < 1e300))[2] AS s3,
	       (min(ARRAY[place, operating_margin]) FILTER (WHERE abs(operating_margin) < 1e300))[2] AS s4,
	       (min(ARRAY[place, net_margin]) FILTER (WHERE abs(net_margin) < 1e300))[2] AS s5,
	       (min(ARRAY[place, fcf_margin]) FILTER (WHERE abs(fcf_margin) < 1e300))[2] AS s6,
	       (min(ARRAY[place, debt_to_equity]) FILTER (WHERE abs(debt_to_equity) < 1e300))[2] AS s7,
	       (min(ARRAY[place, interest_coverage]) FILTER (WHERE abs(interest_coverage) < 1e300))[2] AS s8
	  FROM (SELECT revenue_cagr, earnings_cagr, fcf_cagr, roic, operating_margin, net_margin, fcf_margin,
	               debt_to_equity, interest_coverage,
	               row_number() OVER (ORDER BY period_end_date DESC, period_type = 'TTM' DESC,
	                                  period_label DESC) AS place
	          FROM datos_financieros f
	         WHERE f.ticker = s.ticker AND period_type IN ('TTM', 'FY') AND period_end_date <= $1::date) f) n
  LEFT JOIN LATERAL (SELECT pe_ratio, ev_ebitda, price_to_fcf
                       FROM datos_valuacion v
                      WHERE v.ticker = s.ticker AND v.valuation_date <= $1::date
                      ORDER BY v.valuation_date DESC, v.denominator_type = 'TTM' DESC, v.denominator_period DESC
                      LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT industry_code
                       FROM asset_industry_map m
                      WHERE m.ticker = s.ticker AND m.effective_from <= $1::date
                        AND (m.effective_to IS NULL OR m.effective_to >= $1::date)
                      ORDER BY m.effective_from DESC
                      LIMIT 1) h ON true
  LEFT JOIN industry_classification c ON c.industry_code = h.industry_code
 WHERE s.is_active AND s.type = 'stock') TO STDOUT (FORMAT binary);

-- name: benchmark_rows_inputs
-- $1 date
-- returns newest valuation_date
SELECT max(valuation_date) FROM datos_valuacion WHERE valuation_date <= $1::date;

-- name: benchmark_rows_stage
CREATE TEMP TABLE stage_benchmarks (
	name text NOT NULL, metric text NOT NULL, p10 numeric, p25 numeric, p50 numeric, p75 numeric, p90 numeric,
	median float8, trimmed_mean float8, mean_low numeric, mean_high numeric, sample_size integer, confidence text
) ON COMMIT DROP;

-- name: benchmark_rows_copy
COPY stage_benchmarks (name, metric, p10, p25, p50, p75, p90, median, trimmed_mean, mean_low, mean_high, sample_size,
	confidence) FROM STDIN;

-- name: benchmark_rows_sector_merge
-- rows of stage_benchmarks by name
-- $1 date
-- returns distinct_rows, inserted, updated
WITH m AS (
	INSERT INTO sector_benchmarks AS t (sector, metric, snapshot_date, p10, p25, p50, p75, p90, median, trimmed_mean,
		uncertainty_range, sample_size, confidence)
	SELECT DISTINCT ON (name, metric) name, metric, $1::date, p10, p25, p50, p75, p90, median, trimmed_mean,
	       CASE WHEN mean_low IS NOT NULL THEN jsonb_build_object('p5', mean_low, 'p95', mean_high) END,
	       sample_size, confidence
	  FROM stage_benchmarks
	 ORDER BY name, metric
	ON CONFLICT (sector, metric, snapshot_date) DO UPDATE SET
		p10 = EXCLUDED.p10, p25 = EXCLUDED.p25, p50 = EXCLUDED.p50, p75 = EXCLUDED.p75, p90 = EXCLUDED.p90,
		median = EXCLUDED.median, trimmed_mean = EXCLUDED.trimmed_mean,
		uncertainty_range = EXCLUDED.uncertainty_range, sample_size = EXCLUDED.sample_size,
		confidence = EXCLUDED.confidence
	WHERE (t.p10, t.p25, t.p50, t.p75, t.p90, t.median, t.trimmed_mean, t.uncertainty_range, t.sample_size,
		t.confidence)
	      IS DISTINCT FROM
	      (EXCLUDED.p10, EXCLUDED.p25, EXCLUDED.p50, EXCLUDED.p75, EXCLUDED.p90, EXCLUDED.median,
		EXCLUDED.trimmed_mean, EXCLUDED.uncertainty_range, EXCLUDED.sample_size, EXCLUDED.confidence)
	RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_benchmarks), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
