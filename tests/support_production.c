#include "tests/support_production.h"

#include "core/clock.h"
#include "core/str.h"
#include "core/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_ = 512, FIELDS = 6, SQL_MAX = 256 << 10, READERS = 8, CONNINFO_MAX = 512 };
enum { TABLE, COLUMN, TYPE, NULLABLE, KEY, WHERE };

static const struct {
	const char *canonical, *production;
} renamed[] = {
	{ "company_profiles", "company_profile" },
	{ "fmp_peers", "stock_peers" },
	{ "industry_alpha", "industry_benchmarks" },
};

static const char *
production_name(const char *canonical)
{
	for (size_t i = 0; i < ARRAY_LEN(renamed); i++)
		if (str_same(renamed[i].canonical, canonical))
			return renamed[i].production;
	return canonical;
}

static void
split(char *line, char *field[FIELDS])
{
	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < FIELDS; i++) {
		field[i] = line;
		line += strcspn(line, "\t");
		if (*line)
			*line++ = '\0';
	}
}

/* Closes the table that is open in `sql`. */
static void
end_table(struct str *sql, struct str *key, bool open)
{
	if (open && key->len)
		str_fmt(sql, ", PRIMARY KEY (%s)", str_c(key));
	if (open)
		str_puts(sql, ");\n");
	str_clear(key);
}

/* All columns that production has, by the list of schema.tsv. */
static void
put_tables(struct str *sql)
{
	FILE *f = fopen("tests/data/schema.tsv", "r");
	char line[LINE_MAX_], *field[FIELDS], table[64] = "";
	struct str key;

	if (!f)
		abort();
	str_init(&key, SQL_MAX);
	(void)!fgets(line, sizeof(line), f); /* the heading */
	while (fgets(line, sizeof(line), f)) {
		split(line, field);
		if (str_same(field[WHERE], "own") || str_same(field[TABLE], "fintra_active_stocks"))
			continue;
		if (!str_same(field[TABLE], table)) {
			end_table(sql, &key, *table);
			str_copy(table, sizeof(table), field[TABLE]);
			str_fmt(sql, "CREATE TABLE public.%s (", production_name(table));
		} else {
			str_puts(sql, ", ");
		}
		str_fmt(sql, "\"%s\" %s%s", field[COLUMN], field[TYPE],
			str_same(field[NULLABLE], "no") ? " NOT NULL" : "");
		if (str_same(field[KEY], "pk"))
			str_fmt(&key, "%s\"%s\"", key.len ? ", " : "", field[COLUMN]);
	}
	end_table(sql, &key, *table);
	str_done(&key);
	fclose(f);
}

/* 44 companies of 11 sectors, two sessions, everything of the second one there but percentiles. */
static const char rows_sql[] =
	"CREATE VIEW public.fintra_active_stocks AS SELECT ticker, name, exchange, exchange_short, "
	"'stock'::text AS type, currency, is_active, first_seen, last_seen, source FROM "
	"public.fintra_universe WHERE is_active;"
	"CREATE TEMP TABLE sec AS SELECT s, row_number() OVER () - 1 AS k FROM "
	"unnest(ARRAY['Basic Materials','Communication Services','Consumer Cyclical','Consumer "
	"Defensive','Energy','Financial Services','Healthcare','Industrials','Real "
	"Estate','Technology','Utilities']) s;"
	"CREATE TEMP TABLE win AS SELECT unnest(ARRAY['1M','3M','6M','1Y','2Y','3Y','5Y']) AS w;"
	"INSERT INTO fintra_universe (ticker, name, source, sector, industry, instrument_type, "
	"exchange_short, is_active, first_seen, last_seen) SELECT 'T' || lpad(i::text, 3, '0'), "
	"'Company ' || i, 'FMP', s, s || ' Services', 'EQUITY', 'NYSE', true, '2020-01-02', "
	"'2026-02-02' FROM generate_series(0, 43) i JOIN sec ON k = i % 11;"
	"INSERT INTO industry_classification (industry_code, industry_name, sector, source, "
	"active, "
	"created_at) SELECT 'C' || k, s || ' Services', s, 'old', true, '2026-02-02 10:00+00' FROM "
	"sec;"
	"INSERT INTO asset_industry_map (ticker, industry_code, effective_from, source) SELECT "
	"ticker, "
	"'C' || k, '2026-02-02', 'old' FROM fintra_universe JOIN sec ON s = sector;"
	"INSERT INTO prices_daily (ticker, price_date, close, adj_close, source) SELECT ticker, d, "
	"10, 10, 'FMP' FROM fintra_universe, unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO datos_financieros (ticker, period_type, period_label, period_end_date, "
	"period_status, source, created_at) SELECT ticker, 'FY', '2025', '2025-12-31', "
	"'reported', 'old', '2026-02-02 10:00+00' FROM fintra_universe;"
	"INSERT INTO datos_dividendos (ticker, year, has_dividend, source, created_at) SELECT "
	"ticker, y, true, 'old', '2026-02-02 10:00+00' FROM fintra_universe, "
	"generate_series(2024, 2025) y;"
	"INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
	"denominator_period, sector, price, source, created_at) SELECT ticker, d, 'TTM', 'TTM', "
	"sector, 10, 'old', '2026-02-02 10:00+00' FROM fintra_universe, "
	"unnest(ARRAY['2026-01-30', '2026-02-02']::date[]) d;"
	"INSERT INTO datos_performance (ticker, window_code, performance_date, return_percent, "
	"source) SELECT ticker, w, '2026-02-02', 1.5, 'old' FROM fintra_universe, (SELECT w FROM "
	"win "
	"UNION ALL VALUES ('1D')) v;"
	"INSERT INTO sector_performance (sector, window_code, performance_date, return_percent, "
	"source) SELECT s, w, '2026-02-02', 1.5, 'old' FROM sec, win;"
	"INSERT INTO industry_performance (industry, window_code, performance_date, "
	"return_percent, "
	"source) SELECT s || ' Services', w, '2026-02-02', 1.5, 'old' FROM sec, win;"
	"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, asset_return, "
	"benchmark_return, alpha, as_of_date, source) SELECT ticker, sector, w, 1.5, 1.5, 0, "
	"'2026-02-02', 'old' FROM fintra_universe, win;"
	"INSERT INTO company_profile (ticker, company_name, source, updated_at) SELECT ticker, "
	"name, "
	"'FMP', '2026-01-31 10:00+00' FROM fintra_universe;"
	"INSERT INTO stock_peers (ticker, peer_ticker, source, created_at) SELECT ticker, 'T000', "
	"'FMP', '2026-01-31 10:00+00' FROM fintra_universe WHERE ticker <> 'T000';"
	"INSERT INTO industry_benchmarks (industry, window_code, benchmark_type, performance_date, "
	"benchmark_key, source) SELECT s || ' Services', w, 'sector', '2026-02-02', s, 'old' FROM "
	"sec, "
	"win;"
	"INSERT INTO sector_benchmarks (sector, metric, snapshot_date, sample_size, "
	"confidence) SELECT s, 'roic', '2026-02-02', 4, 'low' FROM sec;"
	"INSERT INTO sector_stats (sector, metric, stats_date, sample_size) SELECT s, 'roic', "
	"'2026-02-02', 4 FROM sec;"
	"INSERT INTO sector_pe (sector, pe_date, pe, source) SELECT s, '2026-02-02', 20, 'old' "
	"FROM sec;"
	"INSERT INTO industry_pe (industry, pe_date, pe, source) SELECT s || ' Services', "
	"'2026-02-02', 20, 'old' FROM sec;"
	"INSERT INTO fintra_sec_event_signals (id, ticker, link, filing_date, sec_item, "
	"event_type, "
	"event_category) VALUES (gen_random_uuid(), 'T001', 'https://www.sec.gov/e', '2026-01-30 "
	"00:00Z', '5.02', "
	"'management_change', 'GOVERNANCE');"
	"INSERT INTO fintra_sec_structural_signals (id, ticker, fiscal_year, source) VALUES "
	"(gen_random_uuid(), 'T001', "
	"2025, 'SEC_10K');"
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "
	"profile_structural, market_snapshot, valuation, market_position, investment_verdict, "
	"data_confidence, fgos_score, relative_vs_sector_1y) SELECT ticker, '2026-02-02', v, "
	"sector, "
	"'{}', '{}', '{}', '{}', '{}', '{}', 50, 0.5 FROM fintra_universe, unnest(ARRAY['v2', "
	"'v3']) "
	"v;"
	"INSERT INTO fintra_market_state (ticker, price, last_price_date, source, updated_at) "
	"SELECT ticker, "
	"10, '2026-02-02', 'market_state_cron', '2026-02-03Z' FROM fintra_universe WHERE is_active;"
	"DO $$DECLARE t text; BEGIN FOR t IN SELECT relname FROM pg_class WHERE relkind = 'r' AND "
	"relnamespace = 'public'::regnamespace LOOP EXECUTE format('ALTER TABLE public.%I ENABLE "
	"ROW "
	"LEVEL SECURITY', t); EXECUTE format('CREATE POLICY read ON public.%I FOR SELECT USING "
	"(true)', t); END LOOP; END$$;";

const char *
support_production(const char *name)
{
	const char *info = support_db(name, false);
	DB_AUTO db = support_open(info);
	struct err e = ERR_INIT;
	STR_AUTO sql = { 0 };

	str_init(&sql, SQL_MAX);
	put_tables(&sql);
	str_puts(&sql, rows_sql);
	if (db_exec_sql(db, str_c(&sql), &e) < 0) {
		fprintf(stderr, "production: %s\n", e.text);
		abort();
	}
	return info;
}

const char *
support_production_reader(const char *owner)
{
	static char made[READERS][CONNINFO_MAX];
	static int n;
	char role[64], sql[600];

	fmt_buf(role, sizeof(role), "fintra_reader_%d_%d", (int)getpid(), n);
	fmt_buf(sql, sizeof(sql),
		"DO $$BEGIN DROP ROLE IF EXISTS %s; CREATE ROLE %s LOGIN; GRANT USAGE ON SCHEMA "
		"public "
		"TO %s; GRANT SELECT ON ALL TABLES IN SCHEMA public TO %s; EXECUTE format('REVOKE "
		"TEMP "
		"ON DATABASE %%I FROM PUBLIC', current_database()); END$$",
		role, role, role, role);
	free(support_psql(owner, sql));
	if (!fmt_buf(made[n], CONNINFO_MAX, "%s user=%s", owner, role))
		abort();
	return made[n++];
}

/* A backend reports its counts when it goes idle or ends: first let the others be gone. */
int64_t
support_production_writes(const char *owner)
{
	support_counted(owner);
	return support_psql_int(owner, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint "
				       "FROM pg_stat_user_tables");
}

int64_t
support_production_relations(const char *owner)
{
	return support_psql_int(owner, "SELECT count(*) + (SELECT count(*) FROM pg_namespace) + "
				       "(SELECT count(*) FROM pg_attribute WHERE attnum > 0) FROM "
				       "pg_class");
}
