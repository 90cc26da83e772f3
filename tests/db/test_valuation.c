/* valuation-bulk against the stand-in and a real database.  Expected values: golden vectors of the
 * original engines, tests/oracle/layer1.pl on real files, or written out by hand beside the body.
 */
#include "core/json.h"
#include "jobs/jobs.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ground g;

#define DAY "2026-02-02"
#define RATIOS "/stable/ratios-ttm-bulk"
#define METRICS "/stable/key-metrics-ttm-bulk"
#define PROFILES "/stable/profile-bulk"
#define RATIO_HEADER                                                                        \
	"symbol,priceToEarningsRatioTTM,priceToEarningsGrowthRatioTTM,priceToBookRatioTTM," \
	"priceToSalesRatioTTM,priceToFreeCashFlowRatioTTM,dividendYieldTTM,enterpriseValueTTM\n"
#define METRIC_HEADER "symbol,marketCap,enterpriseValueTTM,evToSalesTTM,evToEBITDATTM\n"
#define PROFILE_HEADER                                                                           \
	"symbol,price,marketCap,companyName,currency,exchangeFullName,exchange,industry,sector," \
	"country,isEtf,isAdr,isFund\n"
#define PROFILE_TAIL(sector) ",Name,USD,New York,NYSE,Industry," sector ",US,false,false,false\n"

static struct outcome
value(const char *param, const char *other)
{
	return GROUND_RUN(&g, &job_valuation, DAY, param, param ? other : NULL, NULL);
}

static void
bodies(const char *ratios, const char *metrics, const char *profiles)
{
	ground_body(&g, RATIOS, 200, ratios);
	ground_body(&g, METRICS, 200, metrics);
	ground_body(&g, PROFILES "?part=0", 200, profiles);
	ground_body(&g, PROFILES "?part=1", 400,
		    "Query Error: Invalid or missing query parameter - part");
}

static void
active(const char *list)
{
	char sql[1000];

	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_universe (ticker, name, is_active, last_seen, instrument_type) "
		"SELECT t, t, true, '" DAY "', 'EQUITY' FROM unnest(ARRAY[%s]) t",
		list);
	ground_sql(&g, sql);
}

/* A market of five in two sectors. */
static const char five_ratios[] = RATIO_HEADER "AAA,10,1,2,3,20,0.01,1\n"
					       "BBB,20,1,2,3,10,0.01,1\n"
					       "CCC,-5,1,2,3,30,0.01,1\n"
					       "DDD,30,1,2,3,40,0.01,1\n"
					       "EEE,,1,2,3,0,0.01,1\n";
static const char five_metrics[] = METRIC_HEADER "AAA,9,100,4,7\n"
						 "BBB,9,100,4,8\n"
						 "CCC,9,100,4,\n"
						 "DDD,9,100,4,5\n"
						 "EEE,9,100,4,-6\n";
static const char five_profiles[] = PROFILE_HEADER "AAA,100,1000" PROFILE_TAIL("Energy") //
	"BBB,50.5,2000" PROFILE_TAIL("Energy")						 //
	"CCC,1,3000" PROFILE_TAIL("Energy")						 //
	"DDD,1,4000" PROFILE_TAIL("Technology")						 //
	"EEE,1,5000" PROFILE_TAIL("Technology");

static void
five(const char *database)
{
	ground_reset(&g, database);
	active("'AAA', 'BBB', 'CCC', 'DDD', 'EEE'");
	bodies(five_ratios, five_metrics, five_profiles);
}

static void
assert_text(const char *sql, const char *want)
{
	char got[2000];

	ground_text(&g, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

#define RANKS                                                                                \
	"SELECT string_agg(concat_ws('/', ticker, coalesce(pe_percentile::text, '-'), "      \
	"coalesce(ev_ebitda_percentile::text, '-'), coalesce(p_fcf_percentile::text, '-'), " \
	"coalesce(composite_percentile::text, '-')), ' ' ORDER BY ticker) FROM datos_valuacion"

static void
rows_and_ranks(void **state)
{
	(void)state;
	five("value");
	struct outcome o = value(NULL, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 15);
	assert_int_equal(o.counts.inserted, 5);
	assert_int_equal(o.counts.rejected + o.counts.skipped, 0);
	/* Energy: pe 10, 20 of two positive; ev/ebitda 7, 8; p/fcf 20, 10, 30.  Technology: one
	 * each. */
	assert_text(RANKS, "AAA/50/50/67/56 BBB/100/100/33/78 CCC/-/-/100/100 "
			   "DDD/100/100/100/100 EEE/-/-/-/-");
	assert_text("SELECT concat_ws('|', valuation_date, denominator_type, denominator_period, "
		    "sector, price, market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, "
		    "ev_sales, price_to_book, price_to_sales, price_to_fcf, dividend_yield, "
		    "data_freshness, source, coalesce(pe_forward::text, 'none'), "
		    "coalesce(valuation_status, 'none')) FROM datos_valuacion WHERE ticker = 'BBB'",
		    DAY "|TTM|TTM|Energy|50.5|2000|100|20|1|8|4|2|3|10|0.01|0|fmp_bulk_ttm|none|"
			"none");
	assert_text("SELECT result->>'upserted' FROM fintra_ops.run", "5");
}

/* Why a row is not taken: each reason once. */
static void
rows_that_do_not_count(void **state)
{
	(void)state;
	ground_reset(&g, "reasons");
	active("'AAA', 'BBB', 'CCC', 'DDD', 'FFF'");
	ground_sql(&g, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'FFF'");
	bodies(RATIO_HEADER "aaa ,10,1,2,3,20,0.01,1\n"
			    "AAA,11,1,2,3,20,0.01,1\n"
			    "BBB,1,1,2,3,20,0.01,1\n"
			    "CCC,1,1,2,3,20,0.01,1\n"
			    "DDD,1,1,2,3,20,0.01,1\n"
			    "FFF,1,1,2,3,20,0.01,1\n"
			    "ZZZ,1,1,2,3,20,0.01,1\n"
			    "NOT A TICKER,1,1,2,3,20,0.01,1\n"
			    "GGG,abc,1,2,3,20,0.01,1\n"
			    "HHH,1,1\n",
	       METRIC_HEADER "AAA,9,100,4,inf\nAAA,9,N/A,4,null\n",
	       PROFILE_HEADER "AAA,100,1000" PROFILE_TAIL("Energy") //
	       "CCC,100,1000" PROFILE_TAIL("")			    //
	       "DDD,0,1000" PROFILE_TAIL("Energy")		    //
	       "FFF,100,1000" PROFILE_TAIL("Energy"));
	struct outcome o = value(NULL, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 16);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.skipped, 5);
	assert_int_equal(o.counts.rejected, 4);
	assert_text("SELECT string_agg(reason, '; ' ORDER BY reason) FROM fintra_ops.reject",
		    "evToEBITDATTM is no number; has 3 fields of 8; "
		    "priceToEarningsRatioTTM is no number; symbol is no ticker");
	assert_text(
		"SELECT concat_ws('|', ticker, pe_ratio, coalesce(enterprise_value::text, 'none')"
		") FROM datos_valuacion",
		"AAA|11|none");
	assert_text(
		"SELECT count(*) FROM fintra_ops.event WHERE msg ~ 'left out: (not in the active "
		"universe|without a profile|without a sector|without a price)$'",
		"4");
	assert_text("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'ratios: 1 symbols were "
		    "sent more than once, 1 of them with other figures (AAA)%'",
		    "1");
}

/* The names that the old system looked for, read where the new ones are not. */
static void
old_names_are_read(void **state)
{
	(void)state;
	ground_reset(&g, "aliases");
	active("'AAA'");
	bodies("ticker,peRatioTTM,priceEarningsToGrowthRatioTTM,priceToFreeCashFlowsRatioTTM,"
	       "dividendYielTTM\nAAA,1.5,2.5,3.5,4.5\n",
	       "symbol,enterpriseValueOverEBITDATTM,enterpriseValue\nAAA,5.5,6.5\n",
	       "symbol,price,mktCap,marketCap,companyName,currency,exchangeFullName,exchange,"
	       "industry,sector,country,isEtf,isAdr,isFund\n"
	       "AAA,7.5,8.5,9.5" PROFILE_TAIL("Energy"));
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	assert_text("SELECT concat_ws('|', pe_ratio, peg_ratio, price_to_fcf, dividend_yield, "
		    "ev_ebitda, enterprise_value, price, market_cap) FROM datos_valuacion",
		    "1.5|2.5|3.5|4.5|5.5|6.5|7.5|8.5");
	assert_text("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%has no column%'", "3");
	/* Of two spellings in one file the first counts. */
	ground_body(&g, RATIOS, 200,
		    "symbol,priceEarningsRatioTTM,priceToEarningsRatioTTM,"
		    "priceToFreeCashFlowRatioTTM\nAAA,1,2,3\n");
	assert_int_equal(value("force=1", NULL).exit_code, 0);
	assert_text("SELECT pe_ratio FROM datos_valuacion", "2");
}

/* What the file says is what is stored: no double in between. */
static void
figures_are_stored_as_sent(void **state)
{
	(void)state;
	ground_reset(&g, "exact");
	active("'AAA'");
	bodies(RATIO_HEADER
	       "AAA,0.1234567890123456789012345,6.344979e-10,-0.00,1e-30000,20.10,1E2,1\n",
	       METRIC_HEADER "AAA,9,9007199254740993,1.10,12345678901234567890.5\n",
	       PROFILE_HEADER "AAA,1e-11,5000000000000000001" PROFILE_TAIL("Energy"));
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	assert_text(
		"SELECT concat_ws('|', pe_ratio, peg_ratio, price_to_book, price_to_sales, "
		"price_to_fcf, dividend_yield, enterprise_value, ev_sales, ev_ebitda, price, "
		"market_cap) FROM datos_valuacion",
		"0.1234567890123456789012345|0.0000000006344979|0.00|0|20.10|100|9007199254740993|"
		"1.10|12345678901234567890.5|0.00000000001|5000000000000000001");
}

/* All vectors in one market: sectors and tickers get the vector's number. */
struct vectors {
	struct str ratios, metrics, profiles, active, want;
	int n;
	size_t values;
};

static void
put_num(struct str *out, const struct json *row, const char *name, const char *none)
{
	struct num n = json_num(row, name);
	char buf[NUM_BUF];

	str_puts(out, n.has ? num_text(n.v, buf) : none);
}

static void
put_rows(struct vectors *v, const struct json *rows)
{
	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		char ticker[40];

		fmt_buf(ticker, sizeof(ticker), "V%02d-%s", v->n, json_text(row, "ticker"));
		str_fmt(&v->active, "%s'%s'", v->active.len ? "," : "", ticker);
		str_fmt(&v->ratios, "%s,", ticker);
		put_num(&v->ratios, row, "pe_ratio", "");
		str_putc(&v->ratios, ',');
		put_num(&v->ratios, row, "price_to_fcf", "");
		str_fmt(&v->metrics, "\n%s,", ticker);
		put_num(&v->metrics, row, "ev_ebitda", "");
		str_putc(&v->ratios, '\n');
		str_fmt(&v->profiles,
			"%s,10,1,Name,USD,X,X,Industry,%02d %s,US,false,false,false\n", ticker,
			v->n, json_text(row, "sector"));
	}
}

/* "V00-T0/20/-/67/44" for each row, in order of vector and row. */
static void
put_wanted(struct vectors *v, const struct json *out)
{
	static const char *const names[] = { "pe_percentile", "ev_ebitda_percentile",
					     "p_fcf_percentile", "composite_percentile" };

	for (const struct json *row = json_first(out); row; row = json_next(row)) {
		str_fmt(&v->want, "%sV%02d-%s", v->want.len ? " " : "", v->n,
			json_text(row, "ticker"));
		for (size_t i = 0; i < ARRAY_LEN(names); i++, v->values++) {
			str_putc(&v->want, '/');
			put_num(&v->want, row, names[i], "-");
		}
	}
}

static void
read_vectors(struct vectors *v, const char *path)
{
	struct str *const all[] = { &v->ratios, &v->metrics, &v->profiles, &v->active, &v->want };
	struct err e = ERR_INIT;
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		str_init(all[i], 1 << 20);
	str_puts(&v->ratios, "symbol,priceToEarningsRatioTTM,priceToFreeCashFlowRatioTTM\n");
	str_puts(&v->metrics, "symbol,evToEBITDATTM");
	str_puts(&v->profiles, PROFILE_HEADER);
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0; v->n++) {
		struct json *j = json_parse(line, (size_t)n, &e);

		assert_non_null(j);
		put_rows(v, json_get(json_get(j, "in"), "rows"));
		put_wanted(v, json_get(j, "out"));
		json_free(j);
	}
	free(line);
	fclose(f);
}

static void
golden_vectors(void **state)
{
	const char *path = ground_real("../engines/valuation_sector.jsonl");
	struct vectors v = { .n = 0 };
	STR_AUTO sql = { 0 };

	(void)state;
	if (!path)
		skip();
	ground_reset(&g, "vectors");
	read_vectors(&v, path);
	assert_int_equal(v.n, 60);
	str_init(&sql, 1 << 20);
	str_fmt(&sql,
		"INSERT INTO fintra_universe (ticker, is_active, last_seen) SELECT t, true, '" DAY
		"' FROM unnest(ARRAY[%s]) t",
		str_c(&v.active));
	ground_sql(&g, str_c(&sql));
	bodies(str_c(&v.ratios), str_c(&v.metrics), str_c(&v.profiles));
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	char *got = support_psql(
		g.conninfo,
		"SELECT string_agg(concat_ws('/', ticker, coalesce(pe_percentile::text, '-'), "
		"coalesce(ev_ebitda_percentile::text, '-'), coalesce(p_fcf_percentile::text, '-'), "
		"coalesce(composite_percentile::text, '-')), ' ' ORDER BY split_part(ticker, '-', "
		"1), "
		"substr(split_part(ticker, '-', 2), 2)::int) FROM datos_valuacion");

	assert_string_equal(got, str_c(&v.want));
	free(got);
	printf("INFO: valuation_sector.jsonl: %d vectors, %zu values compared\n", v.n, v.values);
	str_done(&v.ratios);
	str_done(&v.metrics);
	str_done(&v.profiles);
	str_done(&v.active);
	str_done(&v.want);
}

/* A real file as the answer to a request. */
static void
real_body(const char *request, const char *file)
{
	const char *path = ground_real(file);
	STR_AUTO body = { 0 };

	assert_non_null(path);
	str_init(&body, 1 << 24);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	for (int ch; (ch = getc(f)) != EOF;)
		str_putc(&body, (char)ch);
	fclose(f);
	ground_body(&g, request, 200, str_c(&body));
}

#define VALUES                                                                                    \
	"sector, price, market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, ev_sales, " \
	"price_to_book, price_to_sales, price_to_fcf, dividend_yield, pe_percentile, "            \
	"ev_ebitda_percentile, p_fcf_percentile, composite_percentile"

/* Every cell of the 189 real companies, the copied ones to the last digit of the text. */
static void
real_files_equal_the_oracle(void **state)
{
	const char *dir = ground_real("fmp-shape");
	char sql[4096], csv[200];
	struct support_out out;

	(void)state;
	if (!dir)
		skip();
	ground_reset(&g, "real");
	real_body(RATIOS, "fmp-shape/ratios-ttm-bulk.csv");
	real_body(METRICS, "fmp-shape/key-metrics-ttm-bulk.csv");
	real_body(PROFILES "?part=0", "fmp-shape/profile-bulk_part0.csv");
	ground_body(&g, PROFILES "?part=1", 400, "Query Error: part");
	assert_int_equal(GROUND_RUN(&g, &job_sync_universe, "2018-07-18", NULL).exit_code, 0);
	struct outcome o = GROUND_RUN(&g, &job_valuation, "2018-07-18", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3 * 189);
	assert_int_equal(o.counts.inserted, 189);
	dir = ground_real("fmp-shape");
	const char *oracle[] = { "perl", "tests/oracle/layer1.pl", "valuation", dir, NULL };

	assert_int_equal(support_exec(oracle, NULL, &out), 0);
	fmt_buf(csv, sizeof(csv), "%s/want.csv", g.dir);
	FILE *f = fopen(csv, "w");

	fputs(out.out, f);
	fclose(f);
	support_out_done(&out);
	fmt_buf(sql, sizeof(sql),
		"CREATE TEMP TABLE want AS SELECT ticker, " VALUES
		" FROM datos_valuacion LIMIT 0;\n"
		"\\copy want from '%s' (format csv)\n"
		"SELECT count(*) || ' ' || count(*) FILTER (WHERE g IS DISTINCT FROM w) FROM ("
		"SELECT a.value AS g, b.value AS w FROM (SELECT ticker, key, value FROM "
		"(SELECT ticker, " VALUES
		" FROM datos_valuacion) d, jsonb_each_text(to_jsonb(d))) a "
		"FULL JOIN (SELECT ticker, key, value FROM want d, jsonb_each_text(to_jsonb(d))) b "
		"USING (ticker, key)) x;\n",
		csv);
	char *answer = ground_psql(&g, sql);

	printf("INFO: real valuation: %s (cells compared, different)\n", answer);
	assert_string_equal(answer, "3213 0"); /* 189 tickers, 17 cells */
	free(answer);
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	five("again");
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&g);
	struct outcome o = value("force=1", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 15);
	assert_int_equal(o.counts.unchanged, 5);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_true(tuples > 0);
	assert_int_equal(ground_tuples(&g), tuples);
}

/* AAA's ratio becomes 25: its rank changes, and with it BBB's; the other sector stays. */
static void
restated_figures_change_rows(void **state)
{
	(void)state;
	five("restated");
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	ground_body(&g, RATIOS, 200,
		    RATIO_HEADER "AAA,25,1,2,3,20,0.01,1\n"
				 "BBB,20,1,2,3,10,0.01,1\n"
				 "CCC,-5,1,2,3,30,0.01,1\n"
				 "DDD,30,1,2,3,40,0.01,1\n"
				 "EEE,,1,2,3,0,0.01,1\n");
	struct outcome o = value(NULL, NULL); /* from the cache of the last hour */

	assert_int_equal(o.counts.updated, 0);
	o = value("force=1", NULL);
	assert_int_equal(o.counts.updated, 2);
	assert_int_equal(o.counts.unchanged, 3);
	assert_text(RANKS, "AAA/100/50/67/72 BBB/50/100/33/61 CCC/-/-/100/100 "
			   "DDD/100/100/100/100 EEE/-/-/-/-");
	assert_int_equal(value("force=1", NULL).counts.updated, 0);
}

/* Narrow runs write less, but rank against everybody. */
static void
ticker_and_limit(void **state)
{
	(void)state;
	five("narrow");
	struct outcome o = value("ticker=BBB", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.skipped, 4);
	assert_text(RANKS, "BBB/100/100/33/78");
	o = value("limit=1", NULL);
	assert_int_equal(o.counts.inserted, 1);
	assert_text(RANKS, "AAA/50/50/67/56 BBB/100/100/33/78");
	o = value("ticker=NONE", NULL);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 0);
	assert_text("SELECT msg FROM fintra_ops.event WHERE msg LIKE 'NONE%'",
		    "NONE gets no row; the lines above say why");
}

static void
single(const char *ticker, const char *ratios, const char *profile)
{
	char request[100];

	fmt_buf(request, sizeof(request), "/stable/ratios-ttm?symbol=%s", ticker);
	ground_body(&g, request, 200, ratios);
	fmt_buf(request, sizeof(request), "/stable/profile?symbol=%s", ticker);
	ground_body(&g, request, 200, profile);
}

/* The API's answer for one ticker: figures as shortest text, ranks only where two peers are stored.
 */
static void
debug_asks_for_one(void **state)
{
	(void)state;
	ground_reset(&g, "debug");
	active("'MSFT', 'AAA', 'BBB', 'CCC'");
	if (!ground_real("fmp/json/key-metrics-ttm_MSFT.json"))
		skip();
	real_body("/stable/key-metrics-ttm?symbol=MSFT", "fmp/json/key-metrics-ttm_MSFT.json");
	single("MSFT",
	       "[{\"symbol\":\"MSFT\",\"priceToEarningsRatioTTM\":23.723,"
	       "\"priceToFreeCashFlowRatioTTM\":\"40.75\",\"priceToBookRatioTTM\":null,"
	       "\"dividendYieldTTM\":9.1e-3}]",
	       "[{\"symbol\":\"MSFT\",\"price\":399.95,\"marketCap\":2971483426450,"
	       "\"sector\":\"Technology\"}]");
	struct outcome o = value("ticker=MSFT", "debug=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3);
	assert_int_equal(o.counts.inserted, 1);
	assert_text("SELECT concat_ws('|', sector, price, market_cap, enterprise_value, pe_ratio, "
		    "ev_ebitda, ev_sales, price_to_fcf, dividend_yield, "
		    "num_nulls(price_to_book, peg_ratio, pe_percentile, ev_ebitda_percentile, "
		    "p_fcf_percentile, composite_percentile)) FROM datos_valuacion",
		    "Technology|399.95|2971483426450|3064810426450|23.723|15.250923951900635|"
		    "9.629501800184117|40.75|0.0091|6");
	ground_sql(&g, "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		       "denominator_period, sector, price, pe_ratio, source) "
		       "VALUES ('AAA', '" DAY "', 'TTM', 'TTM', 'Technology', 1, 30, 'x')");
	assert_int_equal(value("ticker=MSFT", "debug=1").counts.unchanged, 1); /* one peer */
	ground_sql(&g, "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		       "denominator_period, sector, price, pe_ratio, source) "
		       "VALUES ('BBB', '" DAY "', 'TTM', 'TTM', 'Technology', 1, 40, 'x'), "
		       "('CCC', '" DAY "', 'TTM', 'TTM', 'Energy', 1, 1, 'x')");
	assert_int_equal(value("ticker=MSFT", "debug=1").counts.updated, 1);
	assert_text(RANKS " WHERE ticker = 'MSFT'", "MSFT/33/100/100/78");
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM datos_valuacion"), 4);
}

static void
debug_needs_answers(void **state)
{
	(void)state;
	ground_reset(&g, "debug_bad");
	active("'AAA'");
	struct outcome o = value("debug=1", NULL);

	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "ticker"));
	single("AAA", "[]", "[]");
	o = value("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "/stable/ratios-ttm: the vendor has nothing on AAA"));
	single("AAA", "[{\"symbol\":\"AAA\",\"priceToFreeCashFlowRatioTTM\":1}]", "[]");
	o = value("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "priceToEarningsRatioTTM"));
	single("AAA",
	       "[{\"symbol\":\"BBB\",\"priceToEarningsRatioTTM\":1,"
	       "\"priceToFreeCashFlowRatioTTM\":1}]",
	       "[]");
	o = value("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, "the answer is about BBB"));
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM datos_valuacion"), 0);
}

/* The recorded first rows of 2026, as files of the vendor: what is in them and what becomes of it.
 */
static const struct head {
	const char *request, *file;
	int64_t read, stored, rejected;
	const char *cells, *want; /* worked out by hand from the file */
} heads[] = {
	{ RATIOS, "ratios-ttm-bulk", 1, 1, 0,
	  "SELECT concat_ws(' ', pe_ratio, price_to_fcf, price_to_book) FROM datos_valuacion",
	  "35.7513698630137 33.6531648178047 42.79604941155135" },
	{ METRICS, "key-metrics-ttm-bulk", 1, 1, 0,
	  "SELECT concat_ws(' ', enterprise_value, ev_sales, ev_ebitda) FROM datos_valuacion",
	  "4633974255760 9.926619416266979 27.50361606163123" },
	{ PROFILES "?part=0", "profile-bulk_part0", 2, 2, 0,
	  "SELECT string_agg(concat_ws(' ', ticker, price, market_cap, sector), ' ' ORDER BY "
	  "ticker) "
	  "FROM datos_valuacion",
	  "MRV.TO 39 34154874000 Technology PRDO 33.278 2086633762 Consumer Defensive" },
};

static void
recorded_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		const struct head *h = &heads[i];
		char file[100];
		bool profiles = i == 2;

		fmt_buf(file, sizeof(file), "fmp/bulk/%s.head.csv", h->file);
		if (!ground_real(file))
			skip();
		ground_reset(&g, "heads");
		active("'AAPL', 'PRDO', 'MRV.TO'");
		bodies(profiles ? RATIO_HEADER "PRDO,1,1,1,1,1,1,1\nMRV.TO,1,1,1,1,1,1,1\n"
				: RATIO_HEADER "AAPL,1,1,1,1,1,1,1\n",
		       METRIC_HEADER "AAPL,1,1,1,1\n",
		       PROFILE_HEADER "AAPL,310.79,4589211255760" PROFILE_TAIL("Technology"));
		real_body(h->request, file);
		struct outcome o = value(NULL, NULL);

		assert_int_equal(o.exit_code, 0);
		assert_int_equal(o.counts.read - (profiles ? 3 : 2), h->read);
		assert_int_equal(o.counts.inserted, h->stored);
		assert_int_equal(o.counts.rejected, h->rejected);
		assert_text(h->cells, h->want);
		printf("INFO: %s.head.csv: accepted, %lld read, %lld stored, %lld rejected; %s\n",
		       h->file, (long long)h->read, (long long)h->stored, (long long)h->rejected,
		       h->want);
	}
}

static const struct failure {
	const char *rule;
	int code;
	const char *words[2]; /* in the error text, besides the endpoint */
} failures[] = {
	{ "kind=status-401", 78, { "401", "Invalid API KEY" } },
	{ "kind=status-402-restricted", 77, { "402", "Restricted Endpoint" } },
	{ "kind=status-403", 77, { "403", "Exclusive Endpoint" } },
	{ "kind=status-429", 69, { "429", "Limit Reach" } },
	{ "kind=limit-200", 69, { "200", "Limit Reach" } },
	{ "kind=bandwidth-200", 69, { "200", "Bandwidth" } },
	{ "kind=error-200", 65, { "200", "No Data" } },
	{ "kind=status-404", 0, { "404" } },
	{ "kind=status-500", 69, { "500" } },
	{ "kind=status-502-html", 69, { "502" } },
	{ "kind=html-200", 65, { "200", "DOCTYPE" } },
	{ "kind=empty", 6, { "empty", "200" } },
	{ "kind=empty-list", 6, { "empty", "200" } },
	{ "kind=header-only", 6, { "no usable row among 0", "200" } },
	{ "kind=cut-chunk", 69, { NULL } },
	{ "kind=redirect", 0, { "redirect" } },
	{ "kind=column-renamed,arg=symbol", 76, { "symbol" } },
	{ "kind=duplicate-header", 65, { NULL } },
};

static void
expect_untouched(const struct failure *f, const char *path)
{
	char before[64], after[64], rule[160];
	char *cache = ground_cache(&g), *now;

	fmt_buf(rule, sizeof(rule), "path=%s,%s", path, f->rule);
	ground_fault(rule);
	ground_sum(&g, before);
	struct outcome o = value("force=1", NULL);

	now = ground_cache(&g);
	ground_sum(&g, after);
	print_message("%-60s exit %d: %s\n", rule, o.exit_code, o.err.text);
	if (f->code)
		assert_int_equal(o.exit_code, f->code);
	assert_int_not_equal(o.exit_code, 0);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_non_null(strstr(o.err.text, path));
	for (int i = 0; i < 2 && f->words[i]; i++)
		assert_non_null(strstr(o.err.text, f->words[i]));
	assert_null(strstr(o.err.text, "canary-key"));
	assert_string_equal(before, after);
	/* What came before the refused file is good and stays. */
	const char *own = strstr(path, "ratios") ? "== ratios_ttm.csv" : "== metrics_ttm.csv";
	const char *kept = strstr(cache, own), *left = strstr(now, own);

	assert_true(kept && left);
	assert_int_equal(strcspn(kept, "="), strcspn(left, "="));
	assert_int_equal(ground_int(&g,
				    "SELECT count(*) FROM fintra_ops.unit u JOIN fintra_ops.run r "
				    "ON r.id = u.run_id WHERE u.unit = 'publish' AND r.id = "
				    "(SELECT max(id) FROM fintra_ops.run)"),
			 0);
	free(cache);
	free(now);
}

/* Nothing of a refused file is written or kept: neither rows nor the file in the cache change. */
static void
failures_change_nothing(void **state)
{
	static const char *const paths[] = { RATIOS, METRICS };
	static const struct failure columns[] = {
		{ "kind=column-gone,arg=priceToEarningsRatioTTM",
		  76,
		  { "priceToEarningsRatioTTM" } },
		{ "kind=column-renamed,arg=priceToFreeCashFlowRatioTTM",
		  76,
		  { "priceToFreeCashFlowRatioTTM" } },
		{ "kind=column-gone,arg=evToEBITDATTM", 76, { "evToEBITDATTM" } },
	};

	(void)state;
	five("failures");
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	for (size_t p = 0; p < ARRAY_LEN(paths); p++)
		for (size_t i = 0; i < ARRAY_LEN(failures); i++)
			expect_untouched(&failures[i], paths[p]);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		expect_untouched(&columns[i], paths[i == 2]);
	printf("INFO: valuation: %zu pairs of endpoint and fault, nothing written or cached\n",
	       ARRAY_LEN(paths) * ARRAY_LEN(failures) + ARRAY_LEN(columns));
	ground_fault("path=" PROFILES ",kind=column-gone,arg=price");
	struct outcome o = value("force=1", NULL);

	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "price"));
	ground_fault(NULL);
	assert_int_equal(value("force=1", NULL).exit_code, 0);
}

static void
columns_may_move(void **state)
{
	static const char *const kinds[] = { "columns-shuffled", "column-added", "bom", "crlf" };

	(void)state;
	five("moved");
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char rule[100];

		fmt_buf(rule, sizeof(rule), "path=" RATIOS ",kind=%s", kinds[i]);
		ground_fault(rule);
		assert_int_equal(value("force=1", NULL).counts.unchanged, 5);
	}
}

/* Another job kept a file without a row: it is asked for again, once. */
static void
useless_cached_files_are_asked_anew(void **state)
{
	const struct http_req q = { .path = RATIOS, .kind = HTTP_CSV, .bulk = true };

	(void)state;
	five("useless");
	ground_keep(&g, "ratios_ttm.csv", &q, RATIO_HEADER);
	assert_int_equal(value(NULL, NULL).counts.inserted, 5);
	assert_text(
		"SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'the cached file is of no "
		"use, asked anew: /stable/ratios-ttm-bulk%'",
		"1");
	int64_t before = ground_requests();

	assert_int_equal(value(NULL, NULL).counts.unchanged, 5);
	assert_int_equal(ground_requests(), before);
}

static void
nobody_to_value_is_a_failure(void **state)
{
	(void)state;
	ground_reset(&g, "nobody");
	bodies(five_ratios, five_metrics, five_profiles);
	struct outcome o = value(NULL, NULL);

	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "run sync-universe first"));
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];

	(void)state;
	five("dry");
	ground_sum(&g, before);
	char *cache = ground_cache(&g);
	struct outcome o = value("dry_run=1", NULL);
	char *now = ground_cache(&g);

	ground_sum(&g, after);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 5);
	assert_string_equal(before, after);
	assert_string_equal(cache, now);
	free(cache);
	free(now);
}

/* Killed while the vendor is silent about the second file, then while another session holds the
 * table: the resumed run asks for nothing that it has and ends with the rows of an undisturbed one,
 * forced or not. */
static void
killed_and_resumed(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t before;
	pid_t pid;

	(void)state;
	five("killed");
	assert_int_equal(value(NULL, NULL).exit_code, 0);
	ground_sum(&g, whole);
	ground_sql(&g, "TRUNCATE datos_valuacion");
	ground_forget(&g);
	ground_fault("path=" METRICS ",kind=stall");
	pid = program_start(&g, NAMES("run", "valuation-bulk", "--as-of", DAY, "--force"));
	EVENTUALLY(ground_int(&g,
			      "SELECT count(*) FROM fintra_ops.unit u JOIN fintra_ops.run r ON "
			      "r.id = u.run_id WHERE u.unit = 'ratios' AND r.state = 'running'") ==
		   1);
	program_kill(&g, pid);
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&g, ground_int(&g, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 3); /* metrics, two parts of profiles */
	ground_sum(&g, resumed);
	assert_string_equal(resumed, whole);

	ground_sql(&g, "TRUNCATE datos_valuacion");
	DB_AUTO holder = support_open(g.conninfo);
	struct err e = ERR_INIT;

	assert_int_equal(db_exec_sql(holder, "BEGIN; LOCK TABLE datos_valuacion IN SHARE MODE", &e),
			 0);
	pid = program_start(&g, NAMES("run", "valuation-bulk", "--as-of", DAY, "--force"));
	EVENTUALLY(ground_int(&g, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				  "current_database() AND wait_event_type = 'Lock'") == 1);
	kill(pid, SIGKILL);
	db_rollback(holder); /* its server process sees the end only when the lock is there */
	program_kill(&g, pid);
	before = ground_requests();
	o = ground_resume(&g, ground_int(&g, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests(), before);
	ground_sum(&g, resumed);
	assert_string_equal(resumed, whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_ranks),
		cmocka_unit_test(rows_that_do_not_count),
		cmocka_unit_test(old_names_are_read),
		cmocka_unit_test(figures_are_stored_as_sent),
		cmocka_unit_test(golden_vectors),
		cmocka_unit_test(real_files_equal_the_oracle),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(restated_figures_change_rows),
		cmocka_unit_test(ticker_and_limit),
		cmocka_unit_test(debug_asks_for_one),
		cmocka_unit_test(debug_needs_answers),
		cmocka_unit_test(recorded_heads),
		cmocka_unit_test(failures_change_nothing),
		cmocka_unit_test(columns_may_move),
		cmocka_unit_test(useless_cached_files_are_asked_anew),
		cmocka_unit_test(nobody_to_value_is_a_failure),
		cmocka_unit_test(dry_run_writes_nothing),
		cmocka_unit_test(killed_and_resumed),
	};
	ground_open(&g, "valuation");
	int failed = cmocka_run_group_tests_name("valuation", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
