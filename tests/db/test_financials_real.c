/* financials-bulk on every recorded statement file.  Expected values:
 * tests/data/statement_files.tsv (counts and cells taken from the files), and
 * tests/oracle/financials.pl, which reads the same files and shares nothing with the program. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY "2019-01-02"
#define YEARS_WANTED "years=2012-2016,2018"

enum { SQL_MAX = 8192, FILES = 47 };

static char real[512], folder[200];

static bool
have_data(void)
{
	const char *path = support_real("fmp-shape");

	if (!path)
		return false;
	str_copy(real, sizeof(real), path);
	real[strlen(real) - strlen("/fmp-shape")] = '\0';
	return true;
}

#define NEEDS_DATA()            \
	do {                    \
		if (!*real)     \
			skip(); \
	} while (0)

static void
link_file(const char *from, const char *name)
{
	char path[600], to[400];

	(void)fmt_buf(path, sizeof(path), "%s/%s", real, from);
	(void)fmt_buf(to, sizeof(to), "%s/%s", folder, name);
	assert_int_equal(symlink(path, to), 0);
}

static void
link_all(void)
{
	char path[600], from[400];
	struct dirent *ent;
	DIR *d;

	(void)fmt_buf(path, sizeof(path), "%s/fmp-shape", real);
	d = opendir(path);
	assert_non_null(d);
	while ((ent = readdir(d))) {
		(void)fmt_buf(from, sizeof(from), "fmp-shape/%s", ent->d_name);
		if (strstr(ent->d_name, "-bulk") && strstr(ent->d_name, ".csv"))
			link_file(from, ent->d_name);
	}
	closedir(d);
	link_file("fmp/bulk/income-statement-bulk_1990_Q1.csv",
		  "income-statement-bulk_1990_Q1.csv");
	link_file("fmp/bulk/income-statement-bulk_2000_Q1.csv",
		  "income-statement-bulk_2000_Q1.csv");
	link_file("fmp/bulk/income-statement-bulk_2025_Q1.head.csv",
		  "income-statement-bulk_2025_Q1.csv");
	link_file("fmp/bulk/balance-sheet-statement-bulk_2025_Q1.head.csv",
		  "balance-sheet-statement-bulk_2025_Q1.csv");
	link_file("fmp/bulk/cash-flow-statement-bulk_2025_Q1.head.csv",
		  "cash-flow-statement-bulk_2025_Q1.csv");
}

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "financials_real");
	(void)fmt_buf(folder, sizeof(folder), "%s/fmp-shape", ground.dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	if (have_data())
		link_all();
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "financials_real");
	return 0;
}

/* Every symbol of the income files whose names match becomes an active stock. */
static void
universe_of(const char *glob)
{
	char script[1024], *last;

	(void)fmt_buf(script, sizeof(script),
		      "CREATE TEMP TABLE s (ticker text);\n"
		      "\\copy s from program 'cat %s/income-statement-bulk_%s.csv | "
		      "sed -n ''s/^\"[0-9-]*\",\"\\([^\"]*\\)\".*/\\1/p'' | sort -u'\n"
		      "INSERT INTO fintra_universe (ticker, name, instrument_type, is_active, "
		      "last_seen) SELECT ticker, ticker, 'EQUITY', true, '2018-12-31' FROM s;\n"
		      "SELECT count(*) FROM fintra_universe",
		      folder, glob);
	last = ground_psql(&ground, script);
	print_message("universe of %s: %s companies\n", glob, last);
	free(last);
}

static void
find_event(const char *what)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%s'",
		      what);
	if (ground_int(&ground, sql) < 1)
		fail_msg("no line like %s", what);
}

struct line {
	char kind[40], period[8], cells[400];
	int year;
	long read, kept, skipped, rejected;
};

static bool
read_line(FILE *f, struct line *l)
{
	char text[1024], verdict[80], name[120];

	while (fgets(text, sizeof(text), f)) {
		char *dash;

		if (text[0] == '#' ||
		    sscanf(text, "%119[^\t]\t%79[^\t]\t%ld\t%ld\t%ld\t%ld\t%399[^\n]", name,
			   verdict, &l->read, &l->kept, &l->skipped, &l->rejected, l->cells) != 7)
			continue;
		dash = strrchr(name, '/') + 1;
		assert_int_equal(
			sscanf(dash, "%39[a-z-]_%d_%7[A-Z1-4]", l->kind, &l->year, l->period), 3);
		return true;
	}
	return false;
}

/* "AAPL Q 2025Q1 revenue 124300000000; ...": the number of cells, each as stored. */
static int
check_cells(const char *cells)
{
	char copy[400], sql[400], *save = NULL;
	int n = 0;

	str_copy(copy, sizeof(copy), cells);
	for (char *c = strtok_r(copy, ";", &save); c; c = strtok_r(NULL, ";", &save), n++) {
		char ticker[24], type[8], label[8], column[40], value[40];

		assert_int_equal(
			sscanf(c, "%23s %7s %7s %39s %39s", ticker, type, label, column, value), 5);
		(void)fmt_buf(sql, sizeof(sql),
			      "SELECT count(*) FROM datos_financieros WHERE ticker = '%s' AND "
			      "period_type = '%s' AND period_label = '%s' AND %s IS NOT DISTINCT "
			      "FROM %s",
			      ticker, type, label, column, value);
		if (ground_int(&ground, sql) != 1)
			fail_msg("not stored: %s", c);
	}
	return n;
}

static const char *
word_of(const char *kind)
{
	if (str_starts(kind, "income"))
		return "income";
	return str_starts(kind, "balance") ? "balance" : "cash flow";
}

/* Rows of the table whose year lies in a range: what the log said of the file, and its cells. */
static void
check_table(int from, int to, bool cells, int want_files)
{
	FILE *f = fopen("tests/data/statement_files.tsv", "r");
	int files = 0, n = 0;
	struct line l;
	char like[200];

	assert_non_null(f);
	while (read_line(f, &l)) {
		if (l.year < from || l.year > to)
			continue;
		(void)fmt_buf(like, sizeof(like), "%d %s: rows read: %%%s %ld%%; %ld refused%%",
			      l.year, l.period, word_of(l.kind), l.read, l.rejected);
		find_event(like);
		assert_int_equal(l.read, l.kept + l.skipped + l.rejected);
		if (cells)
			n += check_cells(l.cells);
		files++;
	}
	(void)fclose(f);
	print_message("%d to %d: %d files, %d cells as in the table\n", from, to, files, n);
	assert_int_equal(files, want_files);
}

static void
load_oracle(void)
{
	char script[1024];

	(void)fmt_buf(script, sizeof(script),
		      "CREATE TABLE want AS SELECT ticker, period_type, period_label, "
		      "period_end_date, revenue, net_income, ebitda, free_cash_flow, capex, "
		      "total_equity, total_debt, invested_capital, book_value_per_share, "
		      "weighted_shares_out, cash_and_equivalents, gross_margin, operating_margin, "
		      "ebitda_margin, net_margin, fcf_margin, roic, roe, wacc, current_ratio, "
		      "debt_to_equity, interest_coverage, revenue_cagr, earnings_cagr, "
		      "equity_cagr, fcf_cagr, data_completeness, data_freshness "
		      "FROM datos_financieros LIMIT 0;\n"
		      "\\copy want from program 'perl tests/oracle/financials.pl %s/fmp-shape " DAY
		      " 2012 2013 2014 2015 2016 2018' with (format csv)\n"
		      "SELECT count(*) FROM want",
		      real);
	free(ground_psql(&ground, script));
}

#define CELL(c) "('" #c "', w." #c ", t." #c ")"

/* "rows, only here, only there, other ends, cells, cells that differ" */
static const char join
	[] = "SELECT concat_ws(' ', count(*) FILTER (WHERE name = 'revenue'), count(*) FILTER "
	     "(WHERE "
	     "name = 'revenue' AND w IS NULL), count(*) FILTER (WHERE name = 'revenue' AND t IS "
	     "NULL), "
	     "count(*) FILTER (WHERE name = 'revenue' AND ends), count(*), count(*) FILTER (WHERE "
	     "(a IS "
	     "NULL) <> (b IS NULL) OR abs(a - b) > 1e-9 * greatest(abs(a), abs(b))), coalesce(min("
	     "concat(who, ' ', name, ' ', a, ' ', b)) FILTER (WHERE (a IS NULL) <> (b IS NULL) OR "
	     "abs(a "
	     "- b) > 1e-9 * greatest(abs(a), abs(b))), '')) FROM (SELECT concat_ws(' ', "
	     "coalesce(t.ticker, w.ticker), t.period_type, t.period_label) AS who, v.name, v.a, "
	     "v.b, "
	     "w.ticker AS w, t.ticker AS t, w.period_end_date <> t.period_end_date AS ends FROM "
	     "want w "
	     "FULL JOIN datos_financieros t ON t.ticker = w.ticker AND t.period_type = "
	     "w.period_type AND "
	     "t.period_label = w.period_label CROSS JOIN LATERAL (VALUES " CELL(revenue) ", " CELL(net_income) ", " CELL(ebitda) ", " CELL(free_cash_flow) ", " CELL(capex) ", " CELL(total_equity) ", " CELL(total_debt) ", " CELL(invested_capital) ", " CELL(book_value_per_share) ", " CELL(weighted_shares_out) ", " CELL(cash_and_equivalents) ", " CELL(
		     gross_margin) ", " CELL(operating_margin) ", " CELL(ebitda_margin) ", " CELL(net_margin) ", " CELL(fcf_margin) ", " CELL(roic) ", " CELL(roe) ", " CELL(wacc) ", " CELL(current_ratio) ", " CELL(debt_to_equity) ", " CELL(interest_coverage) ", " CELL(revenue_cagr) ", " CELL(earnings_cagr) ", " CELL(equity_cagr) ", " CELL(fcf_cagr) ", " CELL(data_completeness) ", " CELL(data_freshness) ") v (name, a, b)) q";

/* 672 fiscal years, 1,284 quarters and 155 trailing years: each of their 28 figures. */
static void
test_equals_oracle(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	NEEDS_DATA();
	universe_of("201[2-8]_*");
	o = GROUND_RUN(&ground, &job_financials_bulk, DAY, YEARS_WANTED, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	load_oracle();
	expect(join, "2111 0 0 0 59108 0 ");
	print_message("datos_financieros: 59,108 cells of 2,111 rows compared with the oracle\n");
	check_table(2012, 2018, true, 42);
	before = ground_tuples(&ground);
	o = GROUND_RUN(&ground, &job_financials_bulk, DAY, YEARS_WANTED, "force=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_true(o.counts.read > 5000);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), before);
	expect(join, "2111 0 0 0 59108 0 ");
}

/* So few companies in memory at once that each file is read many times: the same rows and counts.
 */
static void
test_in_many_passes(void **state)
{
	struct outcome one, many;

	(void)state;
	NEEDS_DATA();
	universe_of("201[2-8]_*");
	one = GROUND_RUN(&ground, &job_financials_bulk, DAY, YEARS_WANTED, NULL);
	assert_int_equal(one.state, RUN_SUCCESS);
	load_oracle();
	ground_sql(&ground, "TRUNCATE datos_financieros");
	ground.conf.statement_companies = 10;
	many = GROUND_RUN(&ground, &job_financials_bulk, DAY, YEARS_WANTED, "force=1", NULL);
	ground.conf.statement_companies = 12000;
	assert_int_equal(many.state, RUN_SUCCESS);
	expect(join, "2111 0 0 0 59108 0 ");
	assert_memory_equal(&one.counts, &many.counts, sizeof(one.counts));
}

/* The balance sheets and cash flows that the archive lacks: of the same companies and days, with
 * one figure each. */
static void
complete(const char *period)
{
	char script[2048], *last;

	(void)fmt_buf(
		script, sizeof(script),
		"\\set ON_ERROR_STOP 1\n"
		"CREATE TEMP TABLE i (line text);\n"
		"\\copy i from program 'cd %s && sed -n "
		"''s/^\\(\"[0-9-]*\",\"[^\"]*\"\\),.*,\"\\([0-9]*\\)\",\"\\(Q1\\)\",.*/"
		"\\1,\"\\2\",\"\\3\"/p'' "
		"income-statement-bulk_%s.csv | awk ''BEGIN { b = "
		"\"balance-sheet-statement-bulk_%s.csv\"; "
		"c = \"cash-flow-statement-bulk_%s.csv\"; h = \"date,symbol,fiscalYear,period,\"; "
		"print h "
		"\"totalStockholdersEquity,totalDebt,totalCurrentAssets,totalCurrentLiabilities,"
		"cashAndCashEquivalents\" > b; "
		"print h \"operatingCashFlow,capitalExpenditure\" > c } { print $0 \",9,,,,\" > b; "
		"print $0 \",5,-2\" > c; print NR }''' "
		"with (format csv)\n"
		"SELECT count(*) FROM i",
		folder, period, period, period);
	last = ground_psql(&ground, script);
	print_message("%s: %s balance sheets and cash flows added\n", period, last);
	free(last);
}

/* Every figure that is copied, as numbers without rounding, by FULL JOIN with the raw file. */
static void
compare_exactly(const char *period, const char *want)
{
	char script[3000], *last;

	(void)fmt_buf(
		script, sizeof(script),
		"CREATE TEMP TABLE h (name text);\n"
		"\\copy h from program 'head -1 %s/income-statement-bulk_%s.csv | tr -d ''\"\\r'' "
		"| tr , ''\\n'''\n"
		"SELECT 'CREATE TEMP TABLE raw (' || string_agg(quote_ident(name) || ' text', ', "
		"') || ')' FROM h \\gexec\n"
		"\\copy raw from '%s/income-statement-bulk_%s.csv' with (format csv, header)\n"
		"SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE r.symbol IS NULL OR "
		"f.ticker IS NULL), "
		"count(*) FILTER (WHERE (f.revenue, f.net_income, f.ebitda) IS DISTINCT FROM "
		"(r.revenue::numeric, "
		"r.\"netIncome\"::numeric, r.ebitda::numeric)), count(*) FILTER (WHERE "
		"f.weighted_shares_out IS DISTINCT FROM "
		"coalesce(nullif(r.\"weightedAverageShsOutDil\"::numeric, 0), "
		"r.\"weightedAverageShsOut\"::numeric)), "
		"count(*) FILTER (WHERE f.free_cash_flow <> 3 OR f.total_equity <> 9)) "
		"FROM (SELECT * FROM raw WHERE symbol NOT LIKE '%%-WT') r FULL JOIN "
		"datos_financieros f ON f.ticker = r.symbol AND "
		"f.period_end_date = r.date::date",
		folder, period, folder, period);
	last = ground_psql(&ground, script);
	assert_string_equal(last, want);
	free(last);
}

static void
whole_file(const char *period, const char *day, long rows, long warrants, const char *exact)
{
	char years[24], like[200], name[64], path[300];
	struct outcome o;

	int year = (int)strtol(period, NULL, 10);

	universe_of(period);
	(void)fmt_buf(years, sizeof(years), "years=%d", year);
	o = GROUND_RUN(&ground, &job_financials_bulk, day, years, NULL);
	assert_int_equal(o.state, RUN_PARTIAL); /* nothing could be built, and it says so */
	assert_int_equal(o.counts.read, rows);
	assert_int_equal(o.counts.rejected, 0);
	assert_int_equal(o.counts.skipped, warrants); /* no active stocks by their names */
	expect("SELECT count(*) FROM datos_financieros", "0");
	(void)fmt_buf(like, sizeof(like),
		      "%ld income rows, but none with a balance sheet and a cash flow of the same "
		      "day: 0 periods built",
		      rows - warrants);
	find_event(like);
	expect("SELECT concat_ws(' ', result->>'processed', result->>'q_built', "
	       "result->>'ttm_built') FROM fintra_ops.run",
	       "0 0 0");
	check_table(year, year, false, 1);
	complete(period);
	o = GROUND_RUN(&ground, &job_financials_bulk, day, years, "force=1", NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	assert_int_equal(o.counts.inserted, rows - warrants);
	compare_exactly(period, exact);
	check_table(year, year, true, 1);
	for (int i = 0; i < 2; i++) {
		(void)fmt_buf(name, sizeof(name), "%s-statement-bulk_%s.csv",
			      i ? "cash-flow" : "balance-sheet", period);
		(void)fmt_buf(path, sizeof(path), "%s/%s", folder, name);
		unlink(path);
	}
}

static void
test_first_quarter_of_1990(void **state)
{
	(void)state;
	NEEDS_DATA();
	whole_file("1990_Q1", "1991-01-02", 2193, 3, "2190 0 0 0 0");
}

/* Period ends of this file range over 18 months: "2000" is the company's own year. */
static void
test_first_quarter_of_2000(void **state)
{
	(void)state;
	NEEDS_DATA();
	whole_file("2000_Q1", "2001-01-02", 6144, 6, "6138 0 0 0 0");
}

static void
test_first_rows_of_2025(void **state)
{
	struct outcome o;

	(void)state;
	NEEDS_DATA();
	universe_of("2025_Q1");
	o = GROUND_RUN(&ground, &job_financials_bulk, "2025-12-31", "years=2025", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 4); /* of one company two statements are missing */
	expect("SELECT string_agg(concat_ws(' ', ticker, period_type, period_label, revenue, "
	       "total_debt, weighted_shares_out), ',') FROM datos_financieros",
	       "AAPL Q 2025Q1 124300000000 96799000000 15150865000");
	find_event("2025 Q1: rows read: income 2, balance 1, cash flow 1; 0 refused%");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_equals_oracle),	  TEST(test_in_many_passes),
		TEST(test_first_quarter_of_1990), TEST(test_first_quarter_of_2000),
		TEST(test_first_rows_of_2025),
	};

	return cmocka_run_group_tests_name("financials_real", tests, open_ground, close_ground);
}
