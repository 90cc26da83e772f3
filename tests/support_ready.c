#include "tests/support_ready.h"

#include "core/clock.h"
#include "jobs/catalogue.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

static const char ready_sql[] =
	"INSERT INTO fintra_universe (ticker, name, is_active, first_seen, last_seen, sector, "
	"industry,"
	"  instrument_type)"
	" SELECT 'T' || lpad(g::text, 2, '0'), 'Company ' || g, true, '2020-01-02', '2026-02-02',"
	"  CASE WHEN g <= 10 THEN 'Energy' ELSE 'Technology' END,"
	"  CASE WHEN g <= 10 THEN 'Oil' ELSE 'Software' END, 'EQUITY' FROM generate_series(1, 20) "
	"g;"
	"INSERT INTO industry_classification (industry_code, industry_name, sector, source)"
	" VALUES ('ENERGY__OIL', 'Oil', 'Energy', 'x'), ('TECHNOLOGY__SOFTWARE', 'Software', "
	"'Technology', 'x');"
	"INSERT INTO asset_industry_map (ticker, effective_from, industry_code, source)"
	" SELECT ticker, '2025-06-02', CASE sector WHEN 'Energy' THEN 'ENERGY__OIL' ELSE "
	"'TECHNOLOGY__SOFTWARE' END,"
	"  'x' FROM fintra_universe;"
	"INSERT INTO company_profiles (ticker, company_name, updated_at)"
	" SELECT ticker, name, '2026-01-30 12:00Z' FROM fintra_universe;"
	"INSERT INTO fmp_peers (ticker, peer_ticker, created_at)"
	" SELECT a.ticker, b.ticker, '2026-01-30 12:00Z' FROM fintra_universe a, fintra_universe b"
	" WHERE a.industry = b.industry AND a.ticker <> b.ticker;"
	"INSERT INTO prices_daily (ticker, price_date, close, adj_close)"
	" SELECT ticker, d, 10, 10 FROM fintra_universe, unnest(ARRAY['2026-01-26', '2026-01-27', "
	"'2026-01-28',"
	"  '2026-01-29', '2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, source)"
	" SELECT ticker, 'FY', '2025', '2025-12-31', 'x' FROM fintra_universe;"
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
	"denominator_period, "
	"sector, price, source)"
	" SELECT ticker, d, 'TTM', 'TTM', sector, 10, 'x' FROM fintra_universe, "
	"unnest(ARRAY['2026-01-26', '2026-01-27', '2026-01-28', '2026-01-29', '2026-01-30', "
	"'2026-02-02']::date[]) d;"
	"INSERT INTO datos_dividendos (ticker, year, source) SELECT ticker, y, 'x' FROM "
	"fintra_universe, generate_series(2024, 2025) y;"
	"INSERT INTO datos_performance (ticker, window_code, performance_date, return_percent, "
	"source)"
	" SELECT ticker, w, '2026-02-02', 5, 'x' FROM fintra_universe, unnest(ARRAY['1D', '1W', "
	"'1M', '3M', '6M',"
	"  'YTD', '1Y', '2Y', '3Y', '5Y']) w;"
	"INSERT INTO sector_performance (sector, window_code, performance_date, return_percent)"
	" SELECT s, w, d, length(s) + 0.25 * length(w) + (d - '2026-01-01'::date) * 0.5"
	"  FROM unnest(ARRAY['Basic Materials', 'Communication Services', 'Consumer Cyclical', "
	"'Consumer Defensive',"
	"  'Energy', 'Financial Services', 'Healthcare', 'Industrials', 'Real Estate', "
	"'Technology', 'Utilities']) s,"
	"  unnest(ARRAY['1M', '3M', '6M', '1Y', '2Y', '3Y', '5Y']) w,"
	"  unnest(ARRAY['2026-01-29', '2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO industry_performance (industry, window_code, performance_date, "
	"return_percent, "
	"source)"
	" SELECT DISTINCT industry, window_code, performance_date, 5, 'x' FROM fintra_universe "
	"JOIN "
	"datos_performance USING (ticker) WHERE window_code NOT IN ('1W', 'YTD');"
	"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, asset_return, "
	"benchmark_return, alpha,"
	"  as_of_date, source)"
	" SELECT ticker, sector, window_code, p.return_percent, s.return_percent, p.return_percent "
	"- s.return_percent,"
	"  performance_date, 'x' FROM fintra_universe JOIN datos_performance p USING (ticker)"
	"  JOIN sector_performance s USING (sector, window_code, performance_date);"
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date)"
	" SELECT s, m, d FROM unnest(ARRAY['Energy', 'General', 'Technology']) s, "
	"unnest(ARRAY['pe_ratio', 'roic']) m, unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO sector_stats (sector, metric, stats_date, sample_size)"
	" SELECT s, 'roic', d, 10 FROM unnest(ARRAY['Energy', 'Technology']) s, "
	"unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO industry_benchmarks (industry, metric, snapshot_date)"
	" SELECT i, 'roic', d FROM unnest(ARRAY['Oil', 'Software']) i, "
	"unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO industry_alpha (industry, window_code, benchmark_type, performance_date, "
	"benchmark_key)"
	" SELECT i, '1Y', 'market', '2026-02-02', 'MARKET' FROM unnest(ARRAY['Oil', 'Software']) "
	"i;"
	"INSERT INTO sector_pe (sector, pe_date, pe)"
	" SELECT s, d, 20 FROM unnest(ARRAY['Energy', 'Technology']) s, "
	"unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO industry_pe (industry, pe_date, pe, source)"
	" SELECT i, d, 20, 'x' FROM unnest(ARRAY['Oil', 'Software']) i, "
	"unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "
	"profile_structural, market_snapshot, valuation, market_position, investment_verdict, "
	"data_confidence, fgos_score, relative_vs_sector_1y)"
	" SELECT ticker, '2026-02-02', 'fintra-local-v1', sector, '{}', '{}', '{}', '{}', '{}', "
	"'{}', 50, (SELECT w.asset_return - w.benchmark_return FROM performance_windows w WHERE "
	"w.ticker = u.ticker AND w.benchmark_ticker = u.sector AND w.window_code = '1Y' AND "
	"w.as_of_date = '2026-02-02') FROM fintra_universe u;"
	"INSERT INTO fintra_market_state (ticker, price, last_price_date)"
	" SELECT ticker, 10, '2026-02-02' FROM fintra_universe;"
	"INSERT INTO sec_filings (ticker, form_type, link, filing_date, parsed)"
	" SELECT ticker, '10-K', 'https://www.sec.gov/' || ticker, '2026-01-30 00:00Z', false FROM "
	"fintra_universe;"
	"INSERT INTO fintra_sec_event_signals (ticker, link, filing_date, sec_item, event_type, "
	"event_category) VALUES ('T01', 'https://www.sec.gov/e', '2026-01-30 00:00Z', '5.02', "
	"'management_change', 'GOVERNANCE');"
	"INSERT INTO fintra_sec_structural_signals (ticker, fiscal_year) VALUES ('T01', 2025);"
	"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, "
	"lock_key, created_at)"
	" SELECT j, '2026-02-02', 'success', 'anna', 'h', 1, 'cli', 'warn', 'x', 1, "
	"'2026-02-03 06:00Z' FROM unnest(ARRAY['sec-10k-ingest', 'sec-8k-ingest']) j;"
	"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, "
	"lock_key, created_at)"
	" SELECT job, '2026-02-02', 'success', 'anna', 'h', 1, 'cli', 'warn', 'x', 1,"
	"  '2026-02-03 06:00Z' FROM unnest(ARRAY['financials-bulk', 'dividends-bulk-v2', "
	"'market-state-bulk', 'industry-classification-sync']) job;";

void
support_sql(const char *conninfo, const char *sql)
{
	DB_AUTO db = support_open(conninfo);
	struct err e = ERR_INIT;

	if (db_exec_sql(db, sql, &e) < 0) {
		fprintf(stderr, "test support: %s: %s\n", sql, e.text);
		exit(70);
	}
}

void
support_ready(const char *conninfo)
{
	support_sql(conninfo, ready_sql);
}

struct date
support_date(const char *iso)
{
	struct date d;

	if (!date_parse(iso, &d))
		abort();
	return d;
}

int64_t
support_ms(const char *rfc3339)
{
	int64_t ms = 0;

	if (clock_parse(rfc3339, &ms) < 0)
		abort();
	return ms;
}

void
support_fresh(const char *conninfo, const char *as_of, const char *now, struct freshness *f)
{
	DB_AUTO db = support_open(conninfo);
	struct conf conf = support_conf(conninfo);
	struct err e = ERR_INIT;

	conf.abandoned_ms = 60000;
	if (freshness_measure(db, &conf, &fintra_catalogue, support_date(as_of), support_ms(now), f,
			      &e) < 0) {
		fprintf(stderr, "test support: %s\n", e.text);
		exit(70);
	}
}
