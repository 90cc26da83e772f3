-- The rows that the snapshots of some companies are made from: one query per table, answers in the order of the
-- companies asked for, n = place of a company among them from 1.  Nothing after the as_of date.
-- Tables are read by their keys, one company after the other (OFFSET 0): left to itself the planner reads all of each
-- table for every unit.

-- name: snapshot_financials
-- A fcf_cagr that the table lacks is that of `absent`: an unqualified name is looked for further out.
-- $1 as_of date, $2 tickers text[]
-- returns n, period_type, period_label, period_end_date, the nine metrics in the order of enum metric, other figures;
-- newest end first, the trailing twelve months before a fiscal year of the same end
SELECT t.n, f.*
  FROM unnest($2::text[]) WITH ORDINALITY AS t (ticker, n)
 CROSS JOIN (SELECT NULL::numeric AS fcf_cagr) absent
 CROSS JOIN LATERAL (
	SELECT period_type, period_label, period_end_date, revenue_cagr, earnings_cagr, fcf_cagr, roic, operating_margin,
	       net_margin, fcf_margin, debt_to_equity, interest_coverage, revenue, net_income, free_cash_flow, roe,
	       gross_margin, invested_capital, weighted_shares_out
	  FROM datos_financieros y
	 WHERE y.ticker = t.ticker AND y.period_type IN ('TTM', 'FY') AND y.period_end_date <= $1::date
	OFFSET 0) f
 ORDER BY t.n, f.period_end_date DESC, f.period_type DESC, f.period_label DESC;

-- name: snapshot_valuations
-- Now and one, three and five years ago: the row of each day or, where there is none, the nearest ones on both sides of
-- it, at most 60 days away.
-- $1 as_of date, $2 tickers text[]
-- returns n, valuation_date, price, market_cap, pe_ratio, ev_ebitda, price_to_fcf, price_to_sales; newest first
SELECT t.n, v.valuation_date, v.price, v.market_cap, v.pe_ratio, v.ev_ebitda, v.price_to_fcf, v.price_to_sales
  FROM unnest($2::text[]) WITH ORDINALITY AS t (ticker, n)
 CROSS JOIN unnest(ARRAY[$1::date, ($1::date - interval '1 year')::date, ($1::date - interval '3 years')::date,
                         ($1::date - interval '5 years')::date]) AS a (day)
 CROSS JOIN LATERAL (
	(SELECT * FROM datos_valuacion d
	  WHERE d.ticker = t.ticker AND d.denominator_type = 'TTM' AND d.valuation_date <= a.day
	    AND d.valuation_date >= a.day - 60
	  ORDER BY d.valuation_date DESC, d.denominator_period
	  LIMIT 1)
	 UNION ALL
	(SELECT * FROM datos_valuacion d
	  WHERE d.ticker = t.ticker AND d.denominator_type = 'TTM' AND d.valuation_date > a.day
	    AND d.valuation_date <= least(a.day + 60, $1::date)
	  ORDER BY d.valuation_date, d.denominator_period
	  LIMIT 1)) v
 ORDER BY t.n, v.valuation_date DESC;

-- name: snapshot_windows
-- Of each company, benchmark and window the newest row that has both returns; of a company whose rows against its
-- sector have none, one row without returns: there are rows.
-- $1 as_of date, $2 tickers text[], $3 their sectors text[], $4 the market's ticker, $5 windows text[]
-- returns n, whether against the market, window_code, as_of_date, asset_return, benchmark_return, max_drawdown;
-- newest first
WITH t AS MATERIALIZED (
	SELECT * FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS a (ticker, sector, n)
), found AS MATERIALIZED (
	SELECT t.n, b.market, w.code, p.as_of_date, p.asset_return, p.benchmark_return, p.max_drawdown
	  FROM t
	 CROSS JOIN LATERAL (VALUES (false, t.sector), (true, $4::text)) AS b (market, ticker)
	 CROSS JOIN unnest($5::text[]) AS w (code)
	 CROSS JOIN LATERAL (
		SELECT * FROM performance_windows r
		 WHERE r.ticker = t.ticker AND r.benchmark_ticker = b.ticker AND r.window_code = w.code
		   AND r.as_of_date <= $1::date AND r.asset_return IS NOT NULL AND r.benchmark_return IS NOT NULL
		 ORDER BY r.as_of_date DESC
		 LIMIT 1) p
)
SELECT n, market, code, as_of_date, asset_return, benchmark_return, max_drawdown FROM found
 UNION ALL
SELECT t.n, false, p.window_code, p.as_of_date, NULL, NULL, NULL
  FROM t
 CROSS JOIN LATERAL (
	SELECT r.window_code, r.as_of_date FROM performance_windows r
	 WHERE r.ticker = t.ticker AND r.benchmark_ticker = t.sector AND r.window_code = ANY ($5::text[])
	   AND r.as_of_date <= $1::date
	 LIMIT 1) p
 WHERE NOT EXISTS (SELECT 1 FROM found f WHERE f.n = t.n AND NOT f.market)
 ORDER BY 1, 4 DESC, 2, 3;

-- name: snapshot_dividends
-- The ten newest years that had ended.
-- $1 as_of date, $2 tickers text[]
-- returns n, year, has_dividend, dividend_per_share, payout_eps, payout_fcf, fiscal_year_end_date; newest first
SELECT t.n, d.year, d.has_dividend, d.dividend_per_share, d.payout_eps, d.payout_fcf, d.fiscal_year_end_date
  FROM unnest($2::text[]) WITH ORDINALITY AS t (ticker, n)
 CROSS JOIN LATERAL (
	SELECT * FROM datos_dividendos y
	 WHERE y.ticker = t.ticker AND coalesce(y.fiscal_year_end_date, make_date(y.year, 12, 31)) <= $1::date
	 ORDER BY y.year DESC
	 LIMIT 10) d
 ORDER BY t.n, d.year DESC;

-- name: snapshot_profiles
-- $1 tickers text[]
-- returns n, name, country, website, ceo, employees, whether there is a profile
SELECT t.n, coalesce(p.company_name, u.name), coalesce(p.country, u.country), p.website, p.ceo, p.employees,
       p.ticker IS NOT NULL
  FROM unnest($1::text[]) WITH ORDINALITY AS t (ticker, n)
  LEFT JOIN LATERAL (SELECT * FROM fintra_universe u WHERE u.ticker = t.ticker OFFSET 0) u ON true
  LEFT JOIN LATERAL (SELECT * FROM company_profiles p WHERE p.ticker = t.ticker OFFSET 0) p ON true
 ORDER BY t.n;
