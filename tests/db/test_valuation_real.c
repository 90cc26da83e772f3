/* valuation-bulk on what was recorded: golden vectors of the original engines, the real files
 * beside tests/oracle/layer1.pl.  The first rows of the vendor's files: test_samples.c. */
#include "core/json.h"
#include "jobs/jobs.h"
#include "tests/support_valuation.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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
	const char *path = support_real("../engines/valuation_sector.jsonl");
	struct vectors v = { .n = 0 };
	STR_AUTO sql = { 0 };

	(void)state;
	if (!path)
		skip();
	ground_reset(&ground, "vectors");
	read_vectors(&v, path);
	assert_int_equal(v.n, 60);
	str_init(&sql, 1 << 20);
	str_fmt(&sql,
		"INSERT INTO fintra_universe (ticker, is_active, last_seen) SELECT t, true, '" DAY
		"' FROM unnest(ARRAY[%s]) t",
		str_c(&v.active));
	ground_sql(&ground, str_c(&sql));
	valuation_bodies(str_c(&v.ratios), str_c(&v.metrics), str_c(&v.profiles));
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	char *got = support_psql(
		ground.conninfo,
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

#define VALUES                                                                                    \
	"sector, price, market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, ev_sales, " \
	"price_to_book, price_to_sales, price_to_fcf, dividend_yield, pe_percentile, "            \
	"ev_ebitda_percentile, p_fcf_percentile, composite_percentile"

/* Every cell of the 189 real companies, the copied ones to the last digit of the text. */
static void
real_files_equal_the_oracle(void **state)
{
	const char *dir = support_real("fmp-shape");
	char sql[4096], csv[200];
	struct support_out out;

	(void)state;
	if (!dir)
		skip();
	ground_reset(&ground, "real");
	assert_true(ground_real_body(&ground, RATIOS, 200, "fmp-shape/ratios-ttm-bulk.csv"));
	assert_true(ground_real_body(&ground, METRICS, 200, "fmp-shape/key-metrics-ttm-bulk.csv"));
	assert_true(ground_real_body(&ground, PROFILES "?part=0", 200,
				     "fmp-shape/profile-bulk_part0.csv"));
	ground_body(&ground, PROFILES "?part=1", 400, "Query Error: part");
	assert_int_equal(GROUND_RUN(&ground, &job_sync_universe, "2018-07-18", NULL).exit_code, 0);
	struct outcome o = GROUND_RUN(&ground, &job_valuation, "2018-07-18", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3 * 189);
	assert_int_equal(o.counts.inserted, 189);
	dir = support_real("fmp-shape");
	const char *oracle[] = { "perl", "tests/oracle/layer1.pl", "valuation", dir, NULL };

	assert_int_equal(support_exec(oracle, NULL, &out), 0);
	fmt_buf(csv, sizeof(csv), "%s/want.csv", ground.dir);
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
	char *answer = ground_psql(&ground, sql);

	printf("INFO: real valuation: %s (cells compared, different)\n", answer);
	assert_string_equal(answer, "3213 0"); /* 189 tickers, 17 cells */
	free(answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_vectors),
		cmocka_unit_test(real_files_equal_the_oracle),
	};
	ground_open(&ground, "valuation_real");
	int failed = cmocka_run_group_tests_name("valuation_real", tests, NULL, NULL);

	ground_close(&ground);
	return failed;
}
