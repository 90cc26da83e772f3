-- Dividends per company and fiscal year, from the cash flow and income statements of the cache.

-- name: dividends_stage
-- Rows of the files as sent; feed tells from which of the two.
CREATE TEMP TABLE stage_statement (
	feed text, year integer, seq bigint, ticker text, ended date, common_paid numeric, net_paid numeric,
	free_cash_flow numeric, shares numeric, net_income numeric
) ON COMMIT DROP;

-- name: dividends_cash_copy
COPY stage_statement (feed, year, seq, ticker, ended, common_paid, net_paid, free_cash_flow) FROM STDIN;

-- name: dividends_income_copy
COPY stage_statement (feed, year, seq, ticker, ended, shares, net_income) FROM STDIN;

-- name: dividends_rows_stage
-- One row per ticker and year that both files have; why = the reason for leaving it out.
CREATE TEMP TABLE stage_dividend (
	ticker text, year integer, ended date, paid numeric, per_share numeric, shares numeric, net_income numeric,
	free_cash_flow numeric, why text
) ON COMMIT DROP;

-- name: stage_dividend_fill
-- Of a company sent more than once for a year the last row counts.  The quotient of two doubles, as its
-- shortest text.
-- $1 as_of date
INSERT INTO stage_dividend
SELECT coalesce(k.ticker, i.ticker), coalesce(k.year, i.year), k.ended, abs(coalesce(k.common_paid, k.net_paid)),
       CASE WHEN i.shares > 0 THEN (abs(coalesce(k.common_paid, k.net_paid))::float8 / i.shares::float8)::text::numeric
       END, i.shares, i.net_income, k.free_cash_flow,
       CASE WHEN u.ticker IS NULL THEN 'not in the active universe'
            WHEN i.ticker IS NULL THEN 'without an income statement'
            WHEN k.ticker IS NULL THEN 'without a cash flow statement'
            WHEN k.ended > $1::date THEN 'of a year that is not over' END
  FROM (SELECT DISTINCT ON (ticker, year) * FROM stage_statement WHERE feed = 'cashflow'
         ORDER BY ticker, year, seq DESC) k
  FULL JOIN (SELECT DISTINCT ON (ticker, year) * FROM stage_statement WHERE feed = 'income'
              ORDER BY ticker, year, seq DESC) i ON i.ticker = k.ticker AND i.year = k.year
  LEFT JOIN fintra_universe u ON u.ticker = coalesce(k.ticker, i.ticker) AND u.is_active;

-- name: stage_dividend_repeats
-- returns rows of companies sent more than once for one year bigint, an example text
SELECT count(*), min(ticker || ' ' || year)
  FROM (SELECT ticker, year FROM stage_statement GROUP BY feed, ticker, year HAVING count(*) > 1) d;

-- name: stage_dividend_reasons
-- returns why text (NULL = kept), rows bigint
SELECT why, count(*) FROM stage_dividend GROUP BY why ORDER BY why;

-- name: stage_dividend_first
-- Leaves out all but the first tickers.
-- $1 how many bigint
DELETE FROM stage_dividend
 WHERE why IS NULL
   AND ticker NOT IN (SELECT ticker FROM (SELECT DISTINCT ticker COLLATE "C" AS ticker FROM stage_dividend
                                           WHERE why IS NULL) d
                       ORDER BY ticker LIMIT $1::bigint);

-- name: dividends_merge
-- rows of stage_dividend by ticker
-- Growing against the year before, when both are known; percents of what was earned.
-- $1 created_at timestamptz
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO datos_dividendos AS t (ticker, year, fiscal_year_end_date, has_dividend, dividend_per_share,
		dividend_cash_paid, payout_eps, payout_fcf, is_growing, source, created_at)
	SELECT DISTINCT ON (d.ticker, d.year) d.ticker, d.year, d.ended, coalesce(d.per_share > 0, false), d.per_share,
	       d.paid,
	       CASE WHEN d.net_income > 0 THEN (100 * d.paid::float8 / d.net_income::float8)::text::numeric END,
	       CASE WHEN d.free_cash_flow > 0 THEN (100 * d.paid::float8 / d.free_cash_flow::float8)::text::numeric END,
	       d.per_share > b.per_share, 'fmp-bulk', $1::timestamptz
	  FROM stage_dividend d
	  LEFT JOIN stage_dividend b ON b.ticker = d.ticker AND b.year = d.year - 1 AND b.why IS NULL
	 WHERE d.why IS NULL
	 ORDER BY d.ticker, d.year
	ON CONFLICT (ticker, year) DO UPDATE SET fiscal_year_end_date = EXCLUDED.fiscal_year_end_date,
		has_dividend = EXCLUDED.has_dividend, dividend_per_share = EXCLUDED.dividend_per_share,
		dividend_cash_paid = EXCLUDED.dividend_cash_paid, payout_eps = EXCLUDED.payout_eps,
		payout_fcf = EXCLUDED.payout_fcf, is_growing = EXCLUDED.is_growing, source = EXCLUDED.source,
		created_at = EXCLUDED.created_at
	 WHERE (t.fiscal_year_end_date, t.has_dividend, t.dividend_per_share, t.dividend_cash_paid, t.payout_eps,
		t.payout_fcf, t.is_growing)
	       IS DISTINCT FROM
	       (EXCLUDED.fiscal_year_end_date, EXCLUDED.has_dividend, EXCLUDED.dividend_per_share,
		EXCLUDED.dividend_cash_paid, EXCLUDED.payout_eps, EXCLUDED.payout_fcf, EXCLUDED.is_growing)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_dividend WHERE why IS NULL),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;
