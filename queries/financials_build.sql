-- The periods of financials-bulk: put together by the program, they come as rows of datos_financieros.  Figures travel
-- as text: what is not computed is stored to the last digit.

-- name: financials_history
-- The fiscal years that are stored.
-- $1 tickers text[]
-- returns place in $1 from 1 bigint, period_label text, period_end_date date, revenue, net_income, total_equity,
-- free_cash_flow
SELECT u.n, f.period_label, f.period_end_date, f.revenue, f.net_income, f.total_equity, f.free_cash_flow
  FROM unnest($1::text[]) WITH ORDINALITY AS u (ticker, n)
  JOIN datos_financieros f ON f.ticker = u.ticker
 WHERE f.period_type = 'FY'
 ORDER BY u.n, f.period_end_date, f.period_label;

-- name: financials_result_stage
CREATE TEMP TABLE stage_financials (
	ticker text, period_type text, period_label text, period_end_date date, revenue numeric,
	net_income numeric, ebitda numeric, free_cash_flow numeric, capex numeric, total_equity numeric,
	total_debt numeric, invested_capital numeric, book_value_per_share numeric, weighted_shares_out numeric,
	cash_and_equivalents numeric, gross_margin numeric, operating_margin numeric, ebitda_margin numeric,
	net_margin numeric, fcf_margin numeric, roic numeric, roe numeric, wacc numeric, current_ratio numeric,
	debt_to_equity numeric, interest_coverage numeric, revenue_cagr numeric, earnings_cagr numeric,
	equity_cagr numeric, fcf_cagr numeric, data_completeness numeric, data_freshness numeric
) ON COMMIT DROP;

-- name: financials_result_copy
COPY stage_financials (ticker, period_type, period_label, period_end_date, revenue, net_income, ebitda,
	free_cash_flow, capex, total_equity, total_debt, invested_capital, book_value_per_share,
	weighted_shares_out, cash_and_equivalents, gross_margin, operating_margin, ebitda_margin, net_margin,
	fcf_margin, roic, roe, wacc, current_ratio, debt_to_equity, interest_coverage, revenue_cagr,
	earnings_cagr, equity_cagr, fcf_cagr, data_completeness, data_freshness) FROM STDIN;

-- name: financials_merge
-- rows of stage_financials by ticker
-- A label names the year of a period's end, so years of 52 weeks and moved year ends can bring two fiscal years
-- under one: the newer one stays.  Ends that differ by less than half a year are the same period, restated.  A
-- minimal row of fmp-batch gives way in any case.
-- $1 created_at in ms, $2 whether a stored period may change boolean
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO datos_financieros AS t (ticker, period_type, period_label, period_end_date, source, revenue,
		net_income, ebitda, free_cash_flow, capex, total_equity, total_debt, invested_capital,
		book_value_per_share, weighted_shares_out, cash_and_equivalents, gross_margin, operating_margin,
		ebitda_margin, net_margin, fcf_margin, roic, roe, wacc, current_ratio, debt_to_equity,
		interest_coverage, revenue_cagr, earnings_cagr, equity_cagr, fcf_cagr, data_completeness,
		data_freshness, created_at)
	SELECT DISTINCT ON (ticker, period_type, period_label) ticker, period_type, period_label,
	       period_end_date, 'fmp_bulk', revenue, net_income, ebitda, free_cash_flow, capex, total_equity,
	       total_debt, invested_capital, book_value_per_share, weighted_shares_out, cash_and_equivalents,
	       gross_margin, operating_margin, ebitda_margin, net_margin, fcf_margin, roic, roe, wacc,
	       current_ratio, debt_to_equity, interest_coverage, revenue_cagr, earnings_cagr, equity_cagr,
	       fcf_cagr, data_completeness, data_freshness, to_timestamp($1::bigint / 1000.0)
	  FROM stage_financials
	 ORDER BY ticker, period_type, period_label
	ON CONFLICT (ticker, period_type, period_label) DO UPDATE SET
		period_end_date = EXCLUDED.period_end_date, source = EXCLUDED.source,
		revenue = EXCLUDED.revenue, net_income = EXCLUDED.net_income, ebitda = EXCLUDED.ebitda,
		free_cash_flow = EXCLUDED.free_cash_flow, capex = EXCLUDED.capex,
		total_equity = EXCLUDED.total_equity, total_debt = EXCLUDED.total_debt,
		invested_capital = EXCLUDED.invested_capital,
		book_value_per_share = EXCLUDED.book_value_per_share,
		weighted_shares_out = EXCLUDED.weighted_shares_out,
		cash_and_equivalents = EXCLUDED.cash_and_equivalents, gross_margin = EXCLUDED.gross_margin,
		operating_margin = EXCLUDED.operating_margin, ebitda_margin = EXCLUDED.ebitda_margin,
		net_margin = EXCLUDED.net_margin, fcf_margin = EXCLUDED.fcf_margin, roic = EXCLUDED.roic,
		roe = EXCLUDED.roe, wacc = EXCLUDED.wacc, current_ratio = EXCLUDED.current_ratio,
		debt_to_equity = EXCLUDED.debt_to_equity, interest_coverage = EXCLUDED.interest_coverage,
		revenue_cagr = EXCLUDED.revenue_cagr, earnings_cagr = EXCLUDED.earnings_cagr,
		equity_cagr = EXCLUDED.equity_cagr, fcf_cagr = EXCLUDED.fcf_cagr,
		data_completeness = EXCLUDED.data_completeness, data_freshness = EXCLUDED.data_freshness,
		created_at = EXCLUDED.created_at
	 WHERE (t.source = 'FMP'
	        OR EXCLUDED.period_end_date > t.period_end_date + CASE WHEN $2::boolean THEN -183 ELSE 183 END)
	   AND (t.period_end_date, t.revenue, t.net_income, t.ebitda, t.free_cash_flow, t.capex, t.total_equity,
		t.total_debt, t.invested_capital, t.book_value_per_share, t.weighted_shares_out,
		t.cash_and_equivalents, t.gross_margin, t.operating_margin, t.ebitda_margin, t.net_margin,
		t.fcf_margin, t.roic, t.roe, t.wacc, t.current_ratio, t.debt_to_equity, t.interest_coverage,
		t.revenue_cagr, t.earnings_cagr, t.equity_cagr, t.fcf_cagr, t.data_completeness)
	       IS DISTINCT FROM
	       (EXCLUDED.period_end_date, EXCLUDED.revenue, EXCLUDED.net_income, EXCLUDED.ebitda,
		EXCLUDED.free_cash_flow, EXCLUDED.capex, EXCLUDED.total_equity, EXCLUDED.total_debt,
		EXCLUDED.invested_capital, EXCLUDED.book_value_per_share, EXCLUDED.weighted_shares_out,
		EXCLUDED.cash_and_equivalents, EXCLUDED.gross_margin, EXCLUDED.operating_margin,
		EXCLUDED.ebitda_margin, EXCLUDED.net_margin, EXCLUDED.fcf_margin, EXCLUDED.roic, EXCLUDED.roe,
		EXCLUDED.wacc, EXCLUDED.current_ratio, EXCLUDED.debt_to_equity, EXCLUDED.interest_coverage,
		EXCLUDED.revenue_cagr, EXCLUDED.earnings_cagr, EXCLUDED.equity_cagr, EXCLUDED.fcf_cagr,
		EXCLUDED.data_completeness)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_financials),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
