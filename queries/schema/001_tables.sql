-- Tables of FINTRA: every row of the schema list that an own database has, with its natural key.

CREATE SCHEMA fintra_ops;

CREATE TABLE fintra_ops.schema_version (
	version integer PRIMARY KEY,
	name text NOT NULL,
	applied_at timestamptz NOT NULL
);

CREATE TABLE public.fintra_universe (
	ticker text NOT NULL,
	name text,
	exchange text,
	exchange_short text,
	type text,
	currency text,
	is_active boolean DEFAULT true,
	first_seen date DEFAULT CURRENT_DATE,
	last_seen date DEFAULT CURRENT_DATE,
	source text NOT NULL DEFAULT 'FMP',
	sector text,
	industry text,
	sub_industry text,
	instrument_type text,
	is_etf boolean,
	is_adr boolean,
	is_fund boolean,
	country text,
	region text,
	profile_confidence numeric,
	last_profile_update date,
	PRIMARY KEY (ticker)
);

CREATE TABLE public.industry_classification (
	industry_code text NOT NULL,
	industry_name text NOT NULL UNIQUE,
	sector text NOT NULL,
	description text,
	source text NOT NULL,
	active boolean NOT NULL DEFAULT true,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (industry_code),
	CHECK (sector IN ('Basic Materials', 'Communication Services', 'Consumer Cyclical',
		'Consumer Defensive', 'Energy', 'Financial Services', 'Healthcare', 'Industrials', 'Real Estate',
		'Technology', 'Utilities'))
);

CREATE TABLE public.asset_industry_map (
	ticker text NOT NULL,
	effective_from date NOT NULL,
	effective_to date,
	industry_code text NOT NULL,
	source text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, effective_from)
);

CREATE TABLE public.sic_industry_map (
	sic_code text NOT NULL,
	sic_description text NOT NULL,
	industry_code text NOT NULL,
	source text NOT NULL,
	confidence text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (sic_code),
	CHECK (confidence IN ('high', 'medium', 'low'))
);

CREATE TABLE public.industry_metadata (
	industry_code text NOT NULL,
	cadence text NOT NULL,
	dominant_horizons text[] NOT NULL,
	structural_horizon_min_years integer NOT NULL,
	version text NOT NULL,
	effective_from date NOT NULL,
	effective_to date,
	PRIMARY KEY (industry_code),
	CHECK (cadence IN ('fast', 'medium', 'slow'))
);

CREATE TABLE public.prices_daily (
	ticker text NOT NULL,
	price_date date NOT NULL,
	open numeric,
	high numeric,
	low numeric,
	close numeric NOT NULL,
	adj_close numeric,
	volume bigint,
	source text NOT NULL DEFAULT 'fmp_csv',
	data_freshness integer,
	PRIMARY KEY (ticker, price_date)
);

CREATE TABLE public.datos_financieros (
	ticker text NOT NULL,
	period_type text NOT NULL,
	period_label text NOT NULL,
	period_end_date date NOT NULL,
	source text NOT NULL,
	period_status text NOT NULL DEFAULT 'preliminary',
	finalized_at timestamptz,
	revenue numeric,
	net_income numeric,
	ebitda numeric,
	free_cash_flow numeric,
	capex numeric,
	total_equity numeric,
	total_debt numeric,
	invested_capital numeric,
	book_value_per_share numeric,
	weighted_shares_out numeric,
	cash_and_equivalents numeric,
	gross_margin numeric,
	operating_margin numeric,
	ebitda_margin numeric,
	net_margin numeric,
	fcf_margin numeric,
	roic numeric,
	roe numeric,
	wacc numeric,
	current_ratio numeric,
	debt_to_equity numeric,
	interest_coverage numeric,
	revenue_cagr numeric,
	earnings_cagr numeric,
	equity_cagr numeric,
	fcf_cagr numeric,
	data_completeness numeric,
	data_freshness numeric,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, period_type, period_label)
);

CREATE TABLE public.company_profiles (
	ticker text NOT NULL,
	company_name text,
	description text,
	sector text,
	industry text,
	country text,
	website text,
	ceo text,
	employees integer,
	source text NOT NULL DEFAULT 'fmp',
	updated_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (ticker)
);

CREATE TABLE public.datos_dividendos (
	ticker text NOT NULL,
	year integer NOT NULL,
	fiscal_year_end_date date,
	has_dividend boolean NOT NULL DEFAULT false,
	dividend_per_share numeric,
	dividend_cash_paid numeric,
	dividend_yield numeric,
	payout_eps numeric,
	payout_fcf numeric,
	payments_count integer,
	is_growing boolean,
	is_stable boolean,
	data_freshness numeric,
	source text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, year)
);

CREATE TABLE public.datos_valuacion (
	ticker text NOT NULL,
	valuation_date date NOT NULL DEFAULT CURRENT_DATE,
	denominator_type text NOT NULL,
	denominator_period text NOT NULL,
	sector text NOT NULL,
	price numeric NOT NULL,
	market_cap numeric,
	enterprise_value numeric,
	pe_ratio numeric,
	pe_forward numeric,
	peg_ratio numeric,
	ev_ebitda numeric,
	ev_sales numeric,
	price_to_book numeric,
	price_to_sales numeric,
	price_to_fcf numeric,
	dividend_yield numeric,
	pe_percentile numeric,
	ev_ebitda_percentile numeric,
	p_fcf_percentile numeric,
	composite_percentile numeric,
	valuation_status text,
	data_freshness numeric,
	source text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, valuation_date, denominator_type, denominator_period)
);

CREATE TABLE public.datos_valuacion_ttm (
	id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
	ticker text NOT NULL,
	valuation_date date NOT NULL,
	price numeric(12,4) NOT NULL,
	price_date date NOT NULL,
	revenue_ttm numeric(20,2),
	ebitda_ttm numeric(20,2),
	net_income_ttm numeric(20,2),
	eps_ttm numeric(10,4),
	free_cash_flow_ttm numeric(20,2),
	market_cap numeric(20,2),
	enterprise_value numeric(20,2),
	net_debt numeric(20,2),
	pe_ratio numeric(10,2),
	ev_ebitda numeric(10,2),
	price_to_sales numeric(10,2),
	price_to_fcf numeric(10,2),
	quarters_used text,
	created_at timestamptz DEFAULT now(),
	updated_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, valuation_date)
);

CREATE TABLE public.fmp_peers (
	ticker text NOT NULL,
	peer_ticker text NOT NULL,
	source text NOT NULL DEFAULT 'FMP',
	confidence text DEFAULT 'market',
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, peer_ticker)
);

CREATE TABLE public.sec_filings (
	ticker text NOT NULL,
	form_type text NOT NULL,
	link text NOT NULL,
	filing_date timestamptz NOT NULL,
	accepted_date timestamptz,
	fiscal_year integer,
	parsed boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (ticker, form_type, link)
);

CREATE TABLE public.fintra_sec_event_signals (
	id uuid NOT NULL DEFAULT gen_random_uuid(),
	ticker text NOT NULL,
	link text NOT NULL,
	filing_date timestamptz NOT NULL,
	accepted_date timestamptz,
	sec_item text NOT NULL,
	event_type text NOT NULL,
	event_category text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, link)
);

CREATE TABLE public.fintra_sec_structural_signals (
	id uuid NOT NULL DEFAULT gen_random_uuid(),
	ticker text NOT NULL,
	fiscal_year integer NOT NULL,
	supplier_concentration text,
	single_source_dependency boolean,
	purchase_obligations_amount numeric,
	purchase_obligations_currency text,
	geographic_exposure text[],
	environmental_exposure text,
	source text NOT NULL DEFAULT 'SEC_10K',
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, fiscal_year)
);

CREATE TABLE public.datos_performance (
	ticker text NOT NULL,
	window_code text NOT NULL,
	performance_date date NOT NULL DEFAULT CURRENT_DATE,
	return_percent numeric NOT NULL,
	absolute_return numeric,
	volatility numeric,
	max_drawdown numeric,
	relative_return numeric,
	benchmark_ticker text,
	source text NOT NULL,
	data_freshness numeric,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, window_code, performance_date)
);

CREATE TABLE public.sector_performance (
	sector text NOT NULL,
	window_code text NOT NULL,
	performance_date date NOT NULL,
	return_percent numeric,
	source text DEFAULT 'fmp_sector',
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (sector, window_code, performance_date)
);

CREATE TABLE public.industry_performance (
	industry text NOT NULL,
	window_code text NOT NULL,
	performance_date date NOT NULL,
	return_percent numeric,
	source text NOT NULL,
	PRIMARY KEY (industry, window_code, performance_date)
);

CREATE TABLE public.performance_windows (
	ticker text NOT NULL,
	benchmark_ticker text NOT NULL,
	window_code text NOT NULL,
	asset_return numeric,
	benchmark_return numeric,
	alpha numeric,
	volatility numeric,
	max_drawdown numeric,
	as_of_date date NOT NULL,
	source text,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, benchmark_ticker, window_code, as_of_date)
);

CREATE TABLE public.sector_benchmarks (
	sector text NOT NULL,
	metric text NOT NULL,
	snapshot_date date NOT NULL,
	p10 numeric,
	p25 numeric,
	p50 numeric,
	p75 numeric,
	p90 numeric,
	median double precision,
	trimmed_mean double precision,
	uncertainty_range jsonb,
	sample_size integer NOT NULL DEFAULT 0,
	confidence text NOT NULL DEFAULT 'pending',
	PRIMARY KEY (sector, metric, snapshot_date)
);

CREATE TABLE public.sector_stats (
	sector text NOT NULL,
	metric text NOT NULL,
	stats_date date NOT NULL,
	p10 numeric,
	p25 numeric,
	p50 numeric,
	p75 numeric,
	p90 numeric,
	mean numeric,
	std_dev numeric,
	median double precision,
	trimmed_mean double precision,
	uncertainty_range jsonb,
	confidence_level text,
	sample_size integer NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (sector, metric, stats_date)
);

CREATE TABLE public.industry_benchmarks (
	industry text NOT NULL,
	metric text NOT NULL,
	snapshot_date date NOT NULL,
	p10 numeric,
	p25 numeric,
	p50 numeric,
	p75 numeric,
	p90 numeric,
	median double precision,
	trimmed_mean double precision,
	uncertainty_range jsonb,
	sample_size integer NOT NULL DEFAULT 0,
	confidence text NOT NULL DEFAULT 'pending',
	PRIMARY KEY (industry, metric, snapshot_date)
);

CREATE TABLE public.industry_alpha (
	industry text NOT NULL,
	window_code text NOT NULL,
	benchmark_type text NOT NULL,
	performance_date date NOT NULL,
	benchmark_key text NOT NULL,
	alpha_percent numeric,
	source text NOT NULL DEFAULT 'derived_from_performance',
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (industry, window_code, benchmark_type, performance_date),
	CHECK (benchmark_type IN ('sector', 'market'))
);

CREATE TABLE public.sector_pe (
	sector text NOT NULL,
	pe_date date NOT NULL,
	pe numeric,
	source text DEFAULT 'fmp_sector_pe',
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (sector, pe_date)
);

CREATE TABLE public.industry_pe (
	industry text NOT NULL,
	pe_date date NOT NULL,
	pe numeric,
	source text NOT NULL,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (industry, pe_date)
);

CREATE TABLE public.fintra_snapshots (
	ticker text NOT NULL,
	snapshot_date date NOT NULL DEFAULT CURRENT_DATE,
	engine_version text NOT NULL,
	sector text,
	profile_structural jsonb NOT NULL,
	market_snapshot jsonb NOT NULL,
	valuation jsonb NOT NULL,
	market_position jsonb NOT NULL,
	investment_verdict jsonb NOT NULL,
	data_confidence jsonb NOT NULL,
	fundamentals_growth jsonb,
	strategic_state jsonb,
	relative_return jsonb,
	industry_performance jsonb,
	sector_performance jsonb,
	sector_pe jsonb,
	classification jsonb,
	ifs jsonb,
	ifs_memory jsonb,
	ifs_fy jsonb,
	fgos_score numeric,
	fgos_components jsonb,
	fgos_status text DEFAULT 'computed',
	fgos_category text,
	fgos_confidence_label text,
	fgos_confidence_percent numeric,
	fgos_maturity text,
	relative_vs_sector_1w numeric,
	relative_vs_sector_1m numeric,
	relative_vs_sector_3m numeric,
	relative_vs_sector_6m numeric,
	relative_vs_sector_ytd numeric,
	relative_vs_sector_1y numeric,
	relative_vs_sector_2y numeric,
	relative_vs_sector_3y numeric,
	relative_vs_sector_5y numeric,
	relative_vs_market_1w numeric,
	relative_vs_market_1m numeric,
	relative_vs_market_3m numeric,
	relative_vs_market_6m numeric,
	relative_vs_market_ytd numeric,
	relative_vs_market_1y numeric,
	relative_vs_market_2y numeric,
	relative_vs_market_3y numeric,
	relative_vs_market_5y numeric,
	sector_rank integer,
	sector_rank_total integer,
	industry_rank integer,
	industry_rank_total integer,
	created_at timestamptz DEFAULT now(),
	PRIMARY KEY (ticker, snapshot_date, engine_version)
);

CREATE TABLE public.fintra_market_state (
	ticker text NOT NULL,
	price numeric,
	change numeric,
	change_percentage numeric,
	market_cap numeric,
	volume numeric,
	ytd_return numeric,
	last_price_date date,
	sector text,
	industry text,
	country text,
	company_name text,
	fgos_score numeric,
	fgos_confidence_label text,
	fgos_confidence_percent numeric,
	valuation_status text,
	verdict_text text,
	ecosystem_score numeric,
	market_position jsonb,
	strategic_state jsonb,
	relative_return jsonb,
	source text NOT NULL DEFAULT 'consolidated',
	updated_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (ticker)
);

CREATE TABLE public.fintra_ecosystem_reports (
	id bigint NOT NULL,
	ticker text NOT NULL,
	date date DEFAULT CURRENT_DATE,
	data jsonb,
	report_md text,
	ecosystem_score integer,
	updated_at timestamptz DEFAULT now(),
	PRIMARY KEY (id)
);

CREATE TABLE public.cron_state (
	name text NOT NULL,
	last_run_date date,
	PRIMARY KEY (name)
);
