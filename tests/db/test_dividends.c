/* dividends-bulk-v2 against files of the cache and a real database.  Expected values:
 * tests/oracle/layer1.pl on real files, or written out by hand beside the file. */
#include "core/clock.h"
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
#define CASH "date,symbol,period,netDividendsPaid,commonDividendsPaid,freeCashFlow\n"
#define INCOME "date,symbol,period,netIncome,weightedAverageShsOut\n"

static struct outcome
pay(const char *param)
{
	return GROUND_RUN(&g, &job_dividends, DAY, param, NULL);
}

/* The file enters the cache as a download of financials-bulk would. */
static void
cached(const char *name, int year, const char *text)
{
	char key[64], number[16];
	const struct http_arg args[] = { { "year", number }, { "period", "FY" }, { NULL, NULL } };
	const struct http_req q = { .path = strcmp(name, "income") == 0
						    ? "/stable/income-statement-bulk"
						    : "/stable/cash-flow-statement-bulk",
				    .args = args,
				    .kind = HTTP_CSV,
				    .bulk = true };

	fmt_buf(number, sizeof(number), "%d", year);
	fmt_buf(key, sizeof(key), "%s_%d_FY.csv", name, year);
	ground_keep(&g, key, &q, text);
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

static void
assert_text(const char *sql, const char *want)
{
	char got[2000];

	ground_text(&g, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

#define ROW(ticker, year)                                                                    \
	"SELECT concat_ws('|', fiscal_year_end_date, has_dividend, "                         \
	"coalesce(dividend_cash_paid::text, "                                                \
	"'-'), coalesce(dividend_per_share::text, '-'), coalesce(payout_eps::text, '-'), "   \
	"coalesce(payout_fcf::text, '-'), coalesce(is_growing::text, '-'), source, "         \
	"num_nulls(dividend_yield, payments_count, is_stable)) FROM datos_dividendos WHERE " \
	"ticker = '" ticker "' AND year = " #year

/* AAA pays 100 of common, then 150 net on 50 shares; BBB pays nothing known; CCC has no shares. */
static void
two_years(const char *database)
{
	ground_reset(&g, database);
	active("'AAA', 'BBB', 'CCC', 'DDD'");
	cached("cashflow", 2024,
	       CASH "2024-12-31,AAA,FY,-120,-100,400\n"
		    "2024-12-31,BBB,FY,,,10\n"
		    "2024-12-31,CCC,FY,-7,-7,-1\n");
	cached("income", 2024,
	       INCOME "2024-12-31,AAA,FY,500,50\n"
		      "2024-12-31,BBB,FY,5,5\n"
		      "2024-12-31,CCC,FY,-3,0\n");
	cached("cashflow", 2025,
	       CASH "2025-12-31,AAA,FY,-150,,0\n"
		    "2025-12-31,BBB,FY,0,0,10\n"
		    "2025-12-31,ZZZ,FY,-1,-1,1\n");
	cached("income", 2025,
	       INCOME "2025-12-31,AAA,FY,400,50\n"
		      "2025-12-31,BBB,FY,5,5\n"
		      "2025-12-31,DDD,FY,5,5\n"
		      "2025-12-31,ZZZ,FY,1,1\n");
}

static void
rows_by_hand(void **state)
{
	int64_t before = ground_requests();

	(void)state;
	two_years("dividends");
	struct outcome o = pay(NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 13);
	assert_int_equal(o.counts.inserted, 5);
	assert_int_equal(o.counts.skipped, 2); /* DDD without cash flow, ZZZ not active */
	assert_text(ROW("AAA", 2024), "2024-12-31|t|100|2|20|25|-|fmp-bulk|3");
	assert_text(ROW("AAA", 2025), "2025-12-31|t|150|3|37.5|-|true|fmp-bulk|3");
	assert_text(ROW("BBB", 2024), "2024-12-31|f|-|-|-|-|-|fmp-bulk|3");
	assert_text(ROW("BBB", 2025), "2025-12-31|f|0|0|0|0|-|fmp-bulk|3");
	assert_text(ROW("CCC", 2024), "2024-12-31|f|7|-|-|-|-|fmp-bulk|3");
	assert_text("SELECT concat_ws(' ', result->>'processed', result->>'skipped', "
		    "result->>'inserted', result->>'errors', result->>'years') FROM fintra_ops.run",
		    "5 2 5 0 2");
	assert_int_equal(ground_requests(), before);
}

/* Growth needs the year before among the loaded ones: two years apart tell nothing. */
static void
five_newest_years(void **state)
{
	(void)state;
	ground_reset(&g, "five_years");
	active("'AAA'");
	for (int y = 2016; y <= 2024; y++) {
		char cash[200], income[200];

		if (y == 2022)
			continue;
		fmt_buf(cash, sizeof(cash), CASH "%d-06-30,AAA,FY,,-%d,1\n", y, 10000 - y);
		fmt_buf(income, sizeof(income), INCOME "%d-06-30,AAA,FY,1,1\n", y);
		cached("cashflow", y, cash);
		cached("income", y, income);
	}
	cached("income", 2026, INCOME "2026-01-31,AAA,FY,1,1\n");
	struct outcome o = pay(NULL);

	assert_int_equal(o.exit_code, 0);
	assert_text("SELECT string_agg(concat_ws('/', year, coalesce(is_growing::text, '-')), ' ' "
		    "ORDER BY year) FROM datos_dividendos",
		    "2019/- 2020/false 2021/false 2023/- 2024/false");
	assert_text("SELECT msg FROM fintra_ops.event WHERE msg LIKE '2026%'",
		    "2026: only income_2026_FY.csv is in the cache, the year is left out");
}

static void
unusable_rows(void **state)
{
	(void)state;
	ground_reset(&g, "unusable");
	active("'AAA', 'BBB', 'CCC'");
	cached("cashflow", 2025,
	       CASH "2025-12-31,AAA,FY,,-1,1\n"
		    "2025-12-31,aaa,FY,,-2,1\n"
		    "2025-13-31,BBB,FY,,-1,1\n"
		    "2026-02-28,CCC,FY,,-1,1\n"
		    "2025-12-31,BBB,FY,,1e300,1\n"
		    "short\n");
	cached("income", 2025,
	       INCOME "2025-12-31,AAA,FY,1,4\n2025-12-31,BBB,FY,1,1\n2026-02-28,CCC,FY,1,1\n"
		      "2025-12-31,A B,FY,1,1\n");
	struct outcome o = pay(NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 10);
	assert_int_equal(o.counts.rejected, 4);
	assert_int_equal(o.counts.skipped, 2); /* BBB has no cash flow left, CCC's year goes on */
	assert_text("SELECT string_agg(reason, '; ' ORDER BY reason) FROM fintra_ops.reject",
		    "a figure is no number of usable size; date is missing or unreadable; has 1 "
		    "fields of 6; symbol is no ticker");
	assert_text(ROW("AAA", 2025), "2025-12-31|t|2|0.5|200|200|-|fmp-bulk|3");
	assert_text(
		"SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '1 row came more than once "
		"for a company and year (AAA 2025)%'",
		"1");
}

/* The paid amount is the text; the quotients are doubles in their shortest form. */
static void
figures_are_exact(void **state)
{
	(void)state;
	ground_reset(&g, "exact");
	active("'AAA'");
	cached("cashflow", 2025, CASH "2025-12-31,AAA,FY,,-9007199254740993.125,3\n");
	cached("income", 2025, INCOME "2025-12-31,AAA,FY,7e3,3\n");
	assert_int_equal(pay(NULL).exit_code, 0);
	/* Among doubles the amount is 9007199254740994 and a hundred times it
	 * 900719925474099456: a 7,000th of that lies at 128674275067728.4937, between .484375 and
	 * .5, nearer to .5. */
	assert_text(ROW("AAA", 2025),
		    "2025-12-31|t|9007199254740993.125|3002399751580331.5|128674275067728.5|"
		    "300239975158033150|-|fmp-bulk|3");
}

static void
without_the_cache_it_says_what_to_run(void **state)
{
	(void)state;
	ground_reset(&g, "nocache");
	active("'AAA'");
	struct outcome o = pay(NULL);

	assert_int_equal(o.exit_code, 6);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_non_null(strstr(o.err.text, "run financials-bulk first"));
	cached("cashflow", 2025, CASH "2025-12-31,AAA,FY,,-1,1\n");
	assert_int_equal(pay(NULL).exit_code, 6);
	cached("income", 2025, "date,symbol,period,netIncome\n2025-12-31,AAA,FY,1\n");
	o = pay(NULL);
	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "income_2025_FY.csv"));
	assert_non_null(strstr(o.err.text, "weightedAverageShsOut"));
	cached("income", 2025, INCOME "2025-12-31,ZZZ,FY,1,1\n");
	o = pay(NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "run sync-universe first"));
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM datos_dividendos"), 0);
}

/* A damaged file is no file: the year is left out, the others are read. */
static void
a_damaged_file_is_left_out(void **state)
{
	char path[300];

	(void)state;
	two_years("damaged");
	fmt_buf(path, sizeof(path), "%s/cashflow_2025_FY.csv", g.cache);
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs("2025-12-31,BBB,FY,-9,-9,9\n", f);
	fclose(f);
	assert_int_equal(pay(NULL).exit_code, 0);
	assert_text("SELECT string_agg(DISTINCT year::text, ' ') FROM datos_dividendos", "2024");
}

/* Kept by a host whose clock is a day ahead: its age is unknown, and of no interest here. */
static void
age_of_the_files_does_not_matter(void **state)
{
	int64_t now = clock_wall_ms();

	(void)state;
	clock_rehearse(now + INT64_C(86400000));
	two_years("age");
	clock_rehearse(now);
	struct outcome o = pay(NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 5);
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	two_years("again");
	assert_int_equal(pay(NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&g);
	struct outcome o = pay("force=1");

	assert_int_equal(o.counts.read, 13);
	assert_int_equal(o.counts.unchanged, 5);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&g), tuples);
	/* 2024 is restated to 200 paid: that row changes, and 2025 no longer grows. */
	cached("cashflow", 2024,
	       CASH "2024-12-31,AAA,FY,-120,-200,400\n"
		    "2024-12-31,BBB,FY,,,10\n"
		    "2024-12-31,CCC,FY,-7,-7,-1\n");
	o = pay(NULL);
	assert_int_equal(o.counts.updated, 2);
	assert_int_equal(o.counts.unchanged, 3);
	assert_text(ROW("AAA", 2024), "2024-12-31|t|200|4|40|50|-|fmp-bulk|3");
	assert_text(ROW("AAA", 2025), "2025-12-31|t|150|3|37.5|-|false|fmp-bulk|3");
}

static void
narrow_and_dry_runs(void **state)
{
	char before[64], after[64];

	(void)state;
	two_years("narrow");
	ground_sum(&g, before);
	assert_int_equal(pay("dry_run=1").counts.inserted, 5);
	ground_sum(&g, after);
	assert_string_equal(before, after);
	assert_int_equal(pay("ticker=BBB").counts.inserted, 2);
	assert_text("SELECT string_agg(DISTINCT ticker, ' ') FROM datos_dividendos", "BBB");
	assert_int_equal(pay("limit=1").counts.inserted, 2);
	assert_text(ROW("AAA", 2025), "2025-12-31|t|150|3|37.5|-|true|fmp-bulk|3");
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM datos_dividendos"), 4);
	struct outcome o = pay("ticker=NONE");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 0);
}

static char *
real_text(const char *statement, int year)
{
	char name[120];

	fmt_buf(name, sizeof(name), "fmp-shape/%s-bulk_%d_FY.csv", statement, year);
	return support_real_text(name);
}

#define VALUES                                                                         \
	"fiscal_year_end_date, has_dividend, dividend_per_share, dividend_cash_paid, " \
	"payout_eps, payout_fcf, is_growing"

/* Both sides cell by cell; computed ones as doubles to 1e-12 of themselves, the others as they are.
 */
static void
real_files_equal_the_oracle(void **state)
{
	static const int years[] = { 2012, 2013, 2014, 2015, 2016, 2018 };
	char sql[4096], csv[200];
	struct support_out out;

	(void)state;
	if (!support_real("fmp-shape"))
		skip();
	ground_reset(&g, "real");
	for (size_t i = 0; i < ARRAY_LEN(years); i++) {
		char *cash = real_text("cash-flow-statement", years[i]);
		char *income = real_text("income-statement", years[i]);

		assert_true(cash && income);
		cached("cashflow", years[i], cash);
		cached("income", years[i], income);
		free(cash);
		free(income);
	}
	fmt_buf(sql, sizeof(sql),
		"CREATE TEMP TABLE raw (date text, ticker text, rest text);\n"
		"\\copy raw from program 'cat %s/fmp-shape/income-statement-bulk_*_FY.csv | cut "
		"-d, -f1,2,3'"
		" (format csv)\n"
		"INSERT INTO fintra_universe (ticker, is_active, last_seen) SELECT DISTINCT "
		"ticker, "
		"true, DATE '2018-07-18' FROM raw WHERE ticker <> 'symbol';\n",
		support_real_dir());
	free(ground_psql(&g, sql));
	struct outcome o = GROUND_RUN(&g, &job_dividends, "2019-06-28", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 2 * (120 + 122 + 121 + 50 + 189));
	assert_int_equal(o.counts.inserted, 120 + 122 + 121 + 50 + 189);
	const char *oracle[] = { "perl",      "tests/oracle/layer1.pl",
				 "dividends", support_real("fmp-shape"),
				 "2013",      "2014",
				 "2015",      "2016",
				 "2018",      NULL };

	assert_int_equal(support_exec(oracle, NULL, &out), 0);
	fmt_buf(csv, sizeof(csv), "%s/want.csv", g.dir);
	FILE *f = fopen(csv, "w");

	fputs(out.out, f);
	fclose(f);
	support_out_done(&out);
	fmt_buf(sql, sizeof(sql),
		"CREATE TEMP TABLE want AS SELECT ticker, year, " VALUES
		" FROM datos_dividendos LIMIT 0;\n"
		"\\copy want from '%s' (format csv)\n"
		"SELECT count(*) || ' ' || count(*) FILTER (WHERE NOT CASE WHEN key IN "
		"('dividend_per_share', 'payout_eps', 'payout_fcf') AND g IS NOT NULL AND w IS NOT "
		"NULL THEN abs(g::numeric - w::numeric) <= 1e-12 * abs(w::numeric) ELSE g IS NOT "
		"DISTINCT FROM w END) || ' ' || count(*) FILTER (WHERE key = 'payout_fcf' AND w IS "
		"NOT "
		"NULL) FROM (SELECT key, a.value AS g, b.value AS w FROM "
		"(SELECT ticker, year, key, value FROM (SELECT ticker, year, " VALUES
		" FROM datos_dividendos) d, jsonb_each_text(to_jsonb(d))) a FULL JOIN "
		"(SELECT ticker, year, key, value FROM want d, jsonb_each_text(to_jsonb(d))) b "
		"USING (ticker, year, key)) x;\n",
		csv);
	char *answer = ground_psql(&g, sql);

	printf("INFO: real dividends: %s (cells compared, different, payouts that are known)\n",
	       answer);
	assert_int_equal(strncmp(answer, "5418 0 ", 7), 0); /* 602 rows, 9 cells */
	free(answer);
}

/* Killed while another session holds the table; the resumed run writes what an undisturbed one does
 * and asks for nothing. */
static void
killed_and_resumed(void **state)
{
	char whole[64], resumed[64];
	struct err e = ERR_INIT;

	(void)state;
	two_years("killed");
	assert_int_equal(pay(NULL).exit_code, 0);
	ground_sum(&g, whole);
	ground_sql(&g, "TRUNCATE datos_dividendos");
	DB_AUTO holder = support_open(g.conninfo);

	assert_int_equal(
		db_exec_sql(holder, "BEGIN; LOCK TABLE datos_dividendos IN SHARE MODE", &e), 0);
	pid_t pid = program_start(&g, NAMES("run", "dividends-bulk-v2", "--as-of", DAY, "--force"));

	EVENTUALLY(ground_int(&g, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				  "current_database() AND wait_event_type = 'Lock'") == 1);
	kill(pid, SIGKILL);
	db_rollback(holder);
	program_kill(&g, pid);
	int64_t before = ground_requests();
	struct outcome o = ground_resume(&g, ground_int(&g, "SELECT max(id) FROM fintra_ops.run"));

	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests(), before);
	ground_sum(&g, resumed);
	assert_string_equal(resumed, whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_by_hand),
		cmocka_unit_test(five_newest_years),
		cmocka_unit_test(unusable_rows),
		cmocka_unit_test(figures_are_exact),
		cmocka_unit_test(without_the_cache_it_says_what_to_run),
		cmocka_unit_test(a_damaged_file_is_left_out),
		cmocka_unit_test(age_of_the_files_does_not_matter),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(narrow_and_dry_runs),
		cmocka_unit_test(real_files_equal_the_oracle),
		cmocka_unit_test(killed_and_resumed),
	};
	ground_open(&g, "dividends");
	int failed = cmocka_run_group_tests_name("dividends", tests, NULL, NULL);

	ground_close(&g);
	return failed;
}
