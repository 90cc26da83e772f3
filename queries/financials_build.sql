-- The periods of financials-bulk: statements of one or several files are staged as sent, joined, and come back
-- as rows of datos_financieros.  Figures travel as text: what is not computed is stored to the last digit.

-- name: financials_income_stage
CREATE TEMP TABLE stage_income (
	seq bigint, ticker text, period_date date, year integer, quarter integer, revenue text, net_income text,
	operating_income text, interest_expense text, gross_profit text, ebitda text, shares_diluted text,
	shares_basic text
) ON COMMIT DROP;

-- name: financials_balance_stage
CREATE TEMP TABLE stage_balance (
	seq bigint, ticker text, period_date date, year integer, quarter integer, total_equity text,
	total_debt text, current_assets text, current_liabilities text, cash text
) ON COMMIT DROP;

-- name: financials_cash_stage
CREATE TEMP TABLE stage_cash (
	seq bigint, ticker text, period_date date, year integer, quarter integer, operating_cash_flow text,
	capex text
) ON COMMIT DROP;

-- name: financials_metrics_stage
CREATE TEMP TABLE stage_metrics (
	seq bigint, ticker text, period_date date, year integer, quarter integer, roic text, wacc text
) ON COMMIT DROP;

-- name: financials_income_copy
COPY stage_income (seq, ticker, period_date, year, quarter, revenue, net_income, operating_income,
	interest_expense, gross_profit, ebitda, shares_diluted, shares_basic) FROM STDIN;

-- name: financials_balance_copy
COPY stage_balance (seq, ticker, period_date, year, quarter, total_equity, total_debt, current_assets,
	current_liabilities, cash) FROM STDIN;

-- name: financials_cash_copy
COPY stage_cash (seq, ticker, period_date, year, quarter, operating_cash_flow, capex) FROM STDIN;

-- name: financials_metrics_copy
COPY stage_metrics (seq, ticker, period_date, year, quarter, roic, wacc) FROM STDIN;

-- name: stage_statements_analyze
-- Without statistics the planner takes the companies for a few hundred, and joins them one by one.
ANALYZE stage_income (ticker, period_date), stage_balance (ticker, period_date), stage_cash (ticker, period_date);

-- name: stage_income_twice
-- Rows that came more than once for a company and day.
-- returns surplus rows bigint, of them with other figures bigint, an example text
SELECT coalesce(sum(n - 1), 0)::bigint, count(*) FILTER (WHERE forms > 1), min(ticker) FILTER (WHERE forms > 1)
  FROM (SELECT i.ticker, count(*) AS n,
               count(DISTINCT concat_ws(',', year, quarter, revenue, net_income, operating_income,
                                        interest_expense, gross_profit, ebitda, shares_diluted,
                                        shares_basic)) AS forms
          FROM stage_income i
          JOIN (SELECT ticker, period_date FROM stage_income GROUP BY ticker, period_date HAVING count(*) > 1) t
            ON t.ticker = i.ticker AND t.period_date = i.period_date
         GROUP BY i.ticker, i.period_date) d;

-- name: financials_rows_stage
-- One row per company and label, the last sent of its day; with a choice, one that has all three statements.
-- n numbers the companies, age counts from the newest period back.
CREATE TEMP TABLE stage_rows ON COMMIT DROP AS
SELECT dense_rank() OVER (ORDER BY r.ticker) AS n,
       row_number() OVER (PARTITION BY r.ticker ORDER BY r.period_date DESC, r.label) AS age, r.*, m.roic,
       m.wacc
  FROM (SELECT DISTINCT ON (i.ticker, i.label) i.ticker, i.label, i.period_date, i.year, i.quarter,
               b.seq IS NOT NULL AS has_balance, c.seq IS NOT NULL AS has_cash, i.revenue, i.net_income,
               i.operating_income, i.interest_expense, i.gross_profit, i.ebitda, i.shares_diluted,
               i.shares_basic, b.total_equity, b.total_debt, b.current_assets, b.current_liabilities, b.cash,
               c.operating_cash_flow, c.capex
          FROM (SELECT DISTINCT ON (ticker, period_date) *,
                       CASE WHEN quarter = 0 THEN extract(year FROM period_date)::text
                            ELSE year || 'Q' || quarter END AS label
                  FROM stage_income
                 ORDER BY ticker, period_date, seq DESC) i
          LEFT JOIN (SELECT DISTINCT ON (ticker, period_date) * FROM stage_balance
                      ORDER BY ticker, period_date, seq DESC) b
            ON b.ticker = i.ticker AND b.period_date = i.period_date
          LEFT JOIN (SELECT DISTINCT ON (ticker, period_date) * FROM stage_cash
                      ORDER BY ticker, period_date, seq DESC) c
            ON c.ticker = i.ticker AND c.period_date = i.period_date
         ORDER BY i.ticker, i.label, (b.seq IS NOT NULL AND c.seq IS NOT NULL) DESC, i.period_date DESC) r
  LEFT JOIN (SELECT DISTINCT ON (ticker) ticker, roic, wacc FROM stage_metrics
              ORDER BY ticker, seq DESC) m ON m.ticker = r.ticker;

-- name: stage_rows_index
-- Pages are ranges of n: without it each one reads the whole table.
CREATE INDEX ON stage_rows (n);

-- name: stage_rows_analyze
ANALYZE stage_rows (n, ticker);

-- name: stage_rows_count
-- returns companies bigint, periods bigint, with all three statements bigint
SELECT coalesce(max(n), 0), count(*), count(*) FILTER (WHERE has_balance AND has_cash) FROM stage_rows;

-- name: stage_rows_page
-- $1 after company bigint, $2 up to company bigint, $3 oldest age bigint
SELECT n, ticker, label, period_date, year, quarter, has_balance, has_cash, revenue, net_income,
       operating_income, interest_expense, gross_profit, ebitda, shares_diluted, shares_basic, total_equity,
       total_debt, current_assets, current_liabilities, cash, operating_cash_flow, capex, roic, wacc
  FROM stage_rows
 WHERE n > $1::bigint AND n <= $2::bigint AND age <= $3::bigint
 ORDER BY n, age;

-- name: stage_rows_history
-- The fiscal years of the same companies that are stored.
-- $1 after company bigint, $2 up to company bigint
-- returns n bigint, period_label text, period_end_date date, revenue, net_income, total_equity, free_cash_flow
SELECT s.n, f.period_label, f.period_end_date, f.revenue, f.net_income, f.total_equity, f.free_cash_flow
  FROM (SELECT DISTINCT n, ticker FROM stage_rows WHERE n > $1::bigint AND n <= $2::bigint) s
  JOIN datos_financieros f ON f.ticker = s.ticker
 WHERE f.period_type = 'FY'
 ORDER BY s.n, f.period_end_date, f.period_label;

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
-- A label names the year of a period's end, so years of 52 weeks and moved year ends can bring two fiscal years
-- under one: the newer one stays.  Ends that differ by less than half a year are the same period, restated.
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
	 ORDER BY ticker, period_type, period_label, period_end_date DESC
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
	 WHERE EXCLUDED.period_end_date > t.period_end_date + CASE WHEN $2::boolean THEN -183 ELSE 183 END
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
SELECT (SELECT count(*) FROM (SELECT DISTINCT ticker, period_type, period_label FROM stage_financials) d),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
