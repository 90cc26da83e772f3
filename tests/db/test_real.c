/* The chain on real data, from the vendor's files over HTTP to performance_windows.  Expected
 * values come from tests/oracle/oracle.pl, which reads the same files and shares nothing with the
 * program. */
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST "2012-06-29"
#define LAST "2018-07-18"
#define LEAP "2016-02-29"

enum { TEXT = 512, SQL = 4096 };

struct place {
	char conninfo[TEXT];
};

static char real[TEXT], dir[64], base_url[TEXT];
static struct place loaded; /* universe, classification and all days */
static bool ready;

/* Runs the binary against a database; the exit code.  Words are separated by single blanks. */
static int
fintra(const struct place *p, const char *words)
{
	char path[TEXT], copy[TEXT], db[TEXT + 32], url[TEXT + 32], cache[TEXT], *save = NULL;
	const char *argv[24], *env[9];
	struct support_out out;
	size_t n = 0;
	int code;

	(void)fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	(void)fmt_buf(copy, sizeof(copy), "%s", words);
	(void)fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", p->conninfo);
	(void)fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s", base_url);
	(void)fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s/cache", dir);
	argv[n++] = path;
	for (char *w = strtok_r(copy, " ", &save); w && n < 23; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;
	env[0] = db;
	env[1] = url;
	env[2] = cache;
	env[3] = "FINTRA_FMP_API_KEY=test";
	env[4] = "FINTRA_FMP_PART_PAUSE_MS=0";
	env[5] = "FINTRA_FMP_DAY_PAUSE_MS=0";
	env[6] = NULL;
	code = support_exec(argv, env, &out);
	if (code != 0)
		print_message("fintra %s: exit %d\n%s%s", words, code, out.out, out.err);
	support_out_done(&out);
	return code;
}

static void
chain(const struct place *p, const char *as_of)
{
	static const char *const jobs[] = { "performance-bulk",
					    "sector-performance-aggregator",
					    "sector-performance-windows-aggregator",
					    "industry-performance-aggregator",
					    "industry-performance-windows-aggregator",
					    "performance-windows-aggregator" };

	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		char words[TEXT];

		(void)fmt_buf(words, sizeof(words), "run %s --as-of %s --force", jobs[i], as_of);
		assert_int_equal(fintra(p, words), 0);
	}
}

static struct place
copy_of(const struct place *from, const char *name)
{
	char sql[TEXT], *source = support_psql(from->conninfo, "SELECT current_database()");
	const char *super = getenv("FINTRA_TEST_PG");
	struct place p;

	(void)fmt_buf(sql, sizeof(sql), "CREATE DATABASE real_%s_%d TEMPLATE %s", name,
		      (int)getpid(), source);
	free(support_psql(super, sql));
	(void)fmt_buf(p.conninfo, sizeof(p.conninfo), "%s dbname=real_%s_%d", super, name,
		      (int)getpid());
	free(source);
	return p;
}

static void
drop(const struct place *p)
{
	char sql[TEXT], *name = support_psql(p->conninfo, "SELECT current_database()");

	(void)fmt_buf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", name);
	free(support_psql(getenv("FINTRA_TEST_PG"), sql));
	free(name);
}

static int
run_ok(const char *const *argv)
{
	struct support_out out;
	int code = support_exec(argv, NULL, &out);

	if (code != 0)
		print_message("%s: exit %d\n%s%s", argv[0], code, out.out, out.err);
	support_out_done(&out);
	return code;
}

static int
load(void **state)
{
	const char *serve[] = { "--replay", real, NULL };

	(void)state;
	if (!support_real("."))
		return 0;
	str_copy(real, sizeof(real), support_real("."));
	str_copy(dir, sizeof(dir), "/tmp/fintra-real.XXXXXX");
	assert_non_null(mkdtemp(dir));
	str_copy(base_url, sizeof(base_url), support_fake(serve));
	(void)fmt_buf(loaded.conninfo, sizeof(loaded.conninfo), "%s", support_db("real", true));
	assert_int_equal(fintra(&loaded, "run sync-universe --as-of " LAST), 0);
	assert_int_equal(fintra(&loaded, "run industry-classification-sync --as-of " LAST), 0);
	assert_int_equal(fintra(&loaded, "run prices-daily-bulk --from " FIRST " --to " LAST
					 " --as-of " LAST),
			 0);
	assert_int_equal(support_psql_int(loaded.conninfo,
					  "SELECT count(DISTINCT price_date) FROM prices_daily"),
			 1522);
	ready = true;
	return 0;
}

static int
clean_up(void **state)
{
	const char *argv[] = { "rm", "-rf", dir, NULL };

	(void)state;
	return *dir ? run_ok(argv) : 0;
}

#define NEEDS_DATA()            \
	do {                    \
		(void)state;    \
		if (!ready)     \
			skip(); \
	} while (0)

struct result {
	const char *table, *key, *columns, *figures;
};

static const struct result results[] = {
	{ "datos_performance", "ticker, window_code, performance_date",
	  "ticker, window_code, performance_date, return_percent, absolute_return, volatility, "
	  "max_drawdown",
	  "(o.return_percent, t.return_percent), (o.absolute_return, t.absolute_return), "
	  "(o.volatility, t.volatility), (o.max_drawdown, t.max_drawdown)" },
	{ "sector_performance", "sector, window_code, performance_date",
	  "sector, window_code, performance_date, return_percent",
	  "(o.return_percent, t.return_percent)" },
	{ "performance_windows", "ticker, benchmark_ticker, window_code, as_of_date",
	  "ticker, benchmark_ticker, window_code, as_of_date, asset_return, benchmark_return, "
	  "alpha, volatility, "
	  "max_drawdown",
	  "(o.asset_return, t.asset_return), (o.benchmark_return, t.benchmark_return), (o.alpha, "
	  "t.alpha), "
	  "(o.volatility, t.volatility), (o.max_drawdown, t.max_drawdown)" },
	{ "industry_performance", "industry, window_code, performance_date",
	  "industry, window_code, performance_date, return_percent",
	  "(o.return_percent, t.return_percent)" },
};

static void
load_oracle(const struct place *p, const struct result *r)
{
	char sql[SQL];
	const char *argv[] = { "psql", "-X",	    "-q", "-v", "ON_ERROR_STOP=1",
			       "-d",   p->conninfo, "-c", sql,	NULL };

	(void)fmt_buf(sql, sizeof(sql), "CREATE TABLE oracle_%s AS SELECT %s FROM %s LIMIT 0",
		      r->table, r->columns, r->table);
	assert_int_equal(run_ok(argv), 0);
	(void)fmt_buf(sql, sizeof(sql), "\\copy oracle_%s from '%s/%s.csv' (format csv)", r->table,
		      dir, r->table);
	assert_int_equal(run_ok(argv), 0);
}

/* "missing here, missing there, cells, cells that differ" */
static void
compare(const struct place *p, const struct result *r)
{
	char sql[SQL], *got, want[64];
	long cells = 0;

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT concat_ws(',', count(DISTINCT (%s)) FILTER (WHERE missing = 'here'), "
		      "count(DISTINCT (%s)) FILTER (WHERE missing = 'there'), count(*) FILTER "
		      "(WHERE missing = ''), "
		      "count(*) FILTER (WHERE missing = '' AND ((a IS NULL) <> (b IS NULL) OR "
		      "abs(a - b) > 1e-9 * greatest(1, abs(a), abs(b))))) FROM (SELECT %s, a, b, "
		      "CASE WHEN t.mine IS NULL THEN 'here' WHEN o.theirs IS NULL THEN 'there' "
		      "ELSE '' END AS missing "
		      "FROM (SELECT *, 1 AS theirs FROM oracle_%s) o FULL JOIN (SELECT *, 1 AS "
		      "mine FROM %s) t "
		      "USING (%s) CROSS JOIN LATERAL (VALUES %s) v(a, b)) q",
		      r->key, r->key, r->key, r->table, r->table, r->key, r->figures);
	got = support_psql(p->conninfo, sql);
	assert_int_equal(sscanf(got, "0,0,%ld,", &cells), 1);
	(void)fmt_buf(want, sizeof(want), "0,0,%ld,0", cells);
	assert_string_equal(got, want);
	print_message("%s: %ld cells compared with the oracle\n", r->table, cells);
	assert_true(cells >= 77);
	free(got);
}

static void
test_equals_oracle(void **state)
{
	const char *oracle[] = { "perl", "tests/oracle/oracle.pl", real, LAST, dir, NULL };
	struct place p;

	NEEDS_DATA();
	assert_int_equal(run_ok(oracle), 0);
	p = copy_of(&loaded, "oracle");
	chain(&p, LAST);
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		load_oracle(&p, &results[i]);
		compare(&p, &results[i]);
	}
	drop(&p);
}

static char *
tuple_counters(const struct place *p)
{
	support_counted(p->conninfo);
	return support_psql(
		p->conninfo,
		"SELECT string_agg(concat_ws(' ', relname, n_tup_ins, n_tup_upd, n_tup_del), ', ' "
		"ORDER BY "
		"relname) FROM pg_stat_user_tables WHERE relname IN ('datos_performance', "
		"'sector_performance', 'industry_performance', 'performance_windows', "
		"'prices_daily', 'fintra_universe')");
}

static void
test_second_run_writes_nothing(void **state)
{
	char *before, *after;
	struct place p;

	NEEDS_DATA();
	p = copy_of(&loaded, "twice");
	chain(&p, LAST);
	before = tuple_counters(&p);
	assert_non_null(strstr(before, "datos_performance 1"));
	chain(&p, LAST);
	after = tuple_counters(&p);
	assert_string_equal(before, after);
	assert_int_equal(
		support_psql_int(p.conninfo,
				 "SELECT count(*) FROM (SELECT * FROM fintra_ops.run ORDER BY id "
				 "DESC LIMIT 6) r "
				 "WHERE rows_read > 0 AND rows_inserted = 0 AND rows_updated = 0"),
		6);
	free(before);
	free(after);
	drop(&p);
}

/* One text for the content of a result table, volatile columns left out. */
static char *
checksum(const struct place *p, const struct result *r)
{
	char sql[SQL];

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT count(*) || ' ' || md5(string_agg(x, '|' ORDER BY x)) FROM (SELECT "
		      "concat_ws(',', %s) x "
		      "FROM %s) q",
		      r->columns, r->table);
	return support_psql(p->conninfo, sql);
}

static void
assert_same_content(const struct place *a, const struct place *b, size_t tables)
{
	for (size_t i = 0; i < tables; i++) {
		char *x = checksum(a, &results[i]), *y = checksum(b, &results[i]);

		assert_true(strlen(x) > 32); /* not empty */
		assert_string_equal(x, y);
		print_message("%s: %s\n", results[i].table, x);
		free(x);
		free(y);
	}
}

static void
test_no_look_ahead(void **state)
{
	struct place all, past;

	NEEDS_DATA();
	all = copy_of(&loaded, "all");
	past = copy_of(&loaded, "past");
	free(support_psql(past.conninfo, "DELETE FROM prices_daily WHERE price_date > '" LEAP "'"));
	chain(&all, LEAP);
	chain(&past, LEAP);
	assert_same_content(&all, &past, ARRAY_LEN(results));
	drop(&all);
	drop(&past);
}

/* Twenty sessions of returns, the first five of them of sector means, too. */
static void
single_days(const struct place *p)
{
	for (int i = 0; i < 20; i++) {
		char sql[TEXT], words[TEXT], *day;

		(void)fmt_buf(sql, sizeof(sql),
			      "SELECT DISTINCT price_date FROM prices_daily WHERE price_date >= "
			      "'2016-02-16' "
			      "ORDER BY 1 OFFSET %d LIMIT 1",
			      i);
		day = support_psql(p->conninfo, sql);
		(void)fmt_buf(words, sizeof(words), "run performance-bulk --as-of %s", day);
		assert_int_equal(fintra(p, words), 0);
		(void)fmt_buf(words, sizeof(words), "run sector-performance-aggregator --as-of %s",
			      day);
		if (i < 5)
			assert_int_equal(fintra(p, words), 0);
		free(day);
	}
}

static void
test_range_equals_single_days(void **state)
{
	struct place range, single;

	NEEDS_DATA();
	range = copy_of(&loaded, "range");
	single = copy_of(&loaded, "single");
	assert_int_equal(
		fintra(&range,
		       "run performance-bulk --from 2016-02-16 --to 2016-03-14 --as-of " LAST),
		0);
	assert_int_equal(fintra(&range, "run sector-performance-aggregator --from 2016-02-16 --to "
					"2016-02-22 --as-of " LAST),
			 0);
	single_days(&single);
	assert_same_content(&range, &single, 2);
	drop(&range);
	drop(&single);
}

static void
test_backfill_equals_daily_job(void **state)
{
	struct place daily, filled;

	NEEDS_DATA();
	daily = copy_of(&loaded, "daily");
	chain(&daily, LAST);
	filled = copy_of(&daily, "filled");
	free(support_psql(filled.conninfo, "TRUNCATE performance_windows"));
	assert_int_equal(fintra(&filled, "backfill performance-windows --as-of " LAST), 0);
	assert_same_content(&daily, &filled, ARRAY_LEN(results));
	assert_int_equal(
		fintra(&filled, "run performance-windows-aggregator --as-of " LAST " --force"), 0);
	assert_int_equal(support_psql_int(filled.conninfo,
					  "SELECT rows_inserted + rows_updated FROM "
					  "fintra_ops.run ORDER BY id DESC LIMIT 1"),
			 0);
	drop(&daily);
	drop(&filled);
}

/* psql reads the recorded histories and judges them by jobs.md 2.3, in SQL. */
static void
load_histories(const struct place *p)
{
	char sql[SQL];
	const char *argv[] = { "psql", "-X",	    "-q", "-v", "ON_ERROR_STOP=1",
			       "-d",   p->conninfo, "-c", sql,	NULL };

	str_copy(sql, sizeof(sql),
		 "CREATE TABLE oracle_history (ticker text, price_date date, open numeric, high "
		 "numeric, low numeric, close numeric, adj_close numeric, volume numeric)");
	assert_int_equal(run_ok(argv), 0);
	(void)fmt_buf(
		sql, sizeof(sql),
		"\\copy oracle_history from program 'cd %s/prices/by-ticker && for f in "
		"*.csv.gz; do zcat $f | tail -n +2 | sed \"s/^/${f%%.csv.gz},/\"; done' (format "
		"csv)",
		real);
	assert_int_equal(run_ok(argv), 0);
	str_copy(sql, sizeof(sql),
		 "DELETE FROM oracle_history WHERE num_nulls(open, high, low, close, adj_close, "
		 "volume) > 0 OR round(volume) <= 0 OR high < greatest(open, close) OR low > "
		 "least(open, close) OR low <= 0 OR adj_close <= 0 OR price_date < '" FIRST
		 "' OR ticker NOT IN (SELECT ticker FROM (SELECT ticker FROM fintra_active_stocks "
		 "ORDER "
		 "BY ticker COLLATE \"C\" LIMIT 40) t)");
	assert_int_equal(run_ok(argv), 0);
}

static void
test_histories_equal_their_files(void **state)
{
	struct place p;
	char *got;
	long bars = 0;

	NEEDS_DATA();
	p = copy_of(&loaded, "history");
	free(support_psql(p.conninfo, "TRUNCATE prices_daily"));
	assert_int_equal(
		fintra(&p, "backfill ticker-full --all --limit 40 --from " FIRST " --as-of " LAST),
		0);
	load_histories(&p);
	got = support_psql(
		p.conninfo,
		"SELECT concat_ws(',', count(*) FILTER (WHERE t.ticker IS NULL), count(*) FILTER "
		"(WHERE o.ticker IS NULL), count(*) FILTER (WHERE (o.open, o.high, o.low, o.close, "
		"o.adj_close, round(o.volume)) IS DISTINCT FROM (t.open, t.high, t.low, t.close, "
		"t.adj_close, t.volume)), count(*), count(DISTINCT ticker)) FROM oracle_history o "
		"FULL JOIN prices_daily t USING (ticker, price_date)");
	print_message("histories: %s\n", got);
	assert_int_equal(sscanf(got, "0,0,0,%ld,40", &bars), 1);
	assert_true(bars > 40000);
	free(got);
	drop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equals_oracle),
		cmocka_unit_test(test_second_run_writes_nothing),
		cmocka_unit_test(test_no_look_ahead),
		cmocka_unit_test(test_range_equals_single_days),
		cmocka_unit_test(test_backfill_equals_daily_job),
		cmocka_unit_test(test_histories_equal_their_files),
	};

	return cmocka_run_group_tests_name("real", tests, load, clean_up);
}
