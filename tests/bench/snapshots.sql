-- Inputs of fmp-bulk for :tickers stocks on :day, as the jobs before it would leave them: five fiscal years and the
-- trailing twelve months, valuations of the day and of one, three and five years ago, seven windows against sector
-- and market, ten years of dividends, profiles, benchmarks.
SELECT setseed(0.25);

CREATE TEMP TABLE stocks AS
SELECT 'T' || lpad(g::text, 6, '0') AS ticker, 'Industry ' || lpad((g % 150)::text, 3, '0') AS industry,
       (ARRAY['Basic Materials', 'Communication Services', 'Consumer Cyclical', 'Consumer Defensive', 'Energy',
              'Financial Services', 'Healthcare', 'Industrials', 'Real Estate', 'Technology',
              'Utilities'])[1 + g % 150 % 11] AS sector
  FROM generate_series(1, :tickers) g
 ORDER BY random();

INSERT INTO fintra_universe (ticker, name, exchange_short, type, is_active, first_seen, last_seen, sector, industry,
	instrument_type, country, last_profile_update)
SELECT ticker, 'Company ' || ticker, 'NYSE', 'stock', true, :'day', :'day', sector, industry, 'EQUITY', 'US', :'day'
  FROM stocks;

INSERT INTO company_profiles (ticker, company_name, description, sector, industry, country, website, ceo, employees)
SELECT ticker, 'Company ' || ticker, repeat('What it makes and sells. ', 30), sector, industry, 'US',
       'https://www.' || lower(ticker) || '.example', 'Chief of ' || ticker, (random() * 100000)::int
  FROM stocks;

INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, source, revenue, net_income,
	free_cash_flow, invested_capital, weighted_shares_out, gross_margin, operating_margin, net_margin, fcf_margin,
	roic, roe, debt_to_equity, interest_coverage, revenue_cagr, earnings_cagr, fcf_cagr)
SELECT ticker, p.type, p.label, p.day, 'bench', round(1e9 * (1 + random())), round(1e8 * (random() - 0.2)),
       round(1e8 * (random() - 0.2)), round(1e9 * random()), round(1e8 * (1 + random())), random(), random() * 0.5,
       random() * 0.3, random() * 0.3, random() * 0.4, random() * 0.4, random() * 3, random() * 40,
       random() * 0.4 - 0.1, random() * 0.4 - 0.1, random() * 0.4 - 0.1
  FROM (VALUES ('FY', '2021', date '2021-12-31'), ('FY', '2022', '2022-12-31'), ('FY', '2023', '2023-12-31'),
               ('FY', '2024', '2024-12-31'), ('FY', '2025', '2025-12-31'), ('TTM', 'TTM', '2025-12-31')) p (type, label, day)
 CROSS JOIN stocks
 WHERE p.label <> '2021' OR random() < 0.8;

INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, denominator_period, sector, price, market_cap,
	source, pe_ratio, ev_ebitda, price_to_fcf, price_to_sales)
SELECT ticker, (:'day'::date - y * interval '1 year')::date, 'TTM', 'TTM', sector, round((random() * 500)::numeric, 2),
       round(1e10 * random()), 'bench', random() * 60, random() * 30, random() * 50, random() * 10
  FROM (VALUES (5), (3), (1), (0)) a (y) CROSS JOIN stocks;

INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, asset_return, benchmark_return, alpha,
	volatility, max_drawdown, as_of_date, source)
SELECT ticker, b, w, a, r, a - r, v, d, :'day', 'bench'
  FROM (SELECT ticker, b.name AS b, w, random() * 200 - 60 AS a, random() * 60 - 20 AS r, random() * 50 AS v,
               random() * 60 AS d
          FROM stocks
         CROSS JOIN LATERAL (VALUES (sector), ('SPY')) b (name)
         CROSS JOIN unnest(ARRAY['1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y']) w) k;

INSERT INTO datos_dividendos (ticker, year, fiscal_year_end_date, has_dividend, dividend_per_share, payout_eps,
	payout_fcf, source)
SELECT ticker, y, make_date(y, 12, 31), random() < 0.6, random() * 4, random(), random(), 'bench'
  FROM generate_series(2016, 2025) y CROSS JOIN stocks;

INSERT INTO sector_benchmarks (sector, metric, snapshot_date, p10, p25, p50, p75, p90, sample_size, confidence)
SELECT s, m.name, :'day', 0.05 * m.top, 0.25 * m.top, 0.5 * m.top, 0.75 * m.top, 0.95 * m.top, 2000, 'high'
  FROM (SELECT DISTINCT sector FROM stocks UNION ALL SELECT 'General') s (s)
 CROSS JOIN (VALUES ('revenue_cagr', 0.3), ('earnings_cagr', 0.3), ('fcf_cagr', 0.3), ('roic', 0.4),
                    ('operating_margin', 0.5), ('net_margin', 0.3), ('fcf_margin', 0.3), ('debt_to_equity', 3),
                    ('interest_coverage', 40), ('pe_ratio', 60), ('ev_ebitda', 30), ('price_to_fcf', 50)) m (name, top);

INSERT INTO sector_pe (sector, pe_date, pe) SELECT DISTINCT sector, :'day'::date, 21.5 FROM stocks;
