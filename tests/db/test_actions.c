/* Splits and dividends pass while the daily jobs run.  Expected figures: the same market read
 * afresh each day into another database; the events are those that the stand-in names. */
#include "jobs/jobs.h"
#include "tests/support_daily.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include "core/calendar.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAYS = 30 };

#define BEFORE "2025-05-28"

/* What was reloaded, for what, and whether all that was stored then was read. */
#define RELOADS                                                                                    \
	"SELECT string_agg(concat_ws(' ', ticker, flagged_on, split_part(detail, ': ', 1), "       \
	"detail LIKE '%: ' || (SELECT count(*) FROM prices_daily p WHERE p.ticker = f.ticker AND " \
	"p.price_date <= f.flagged_on) || ' bars read again'), '; ' ORDER BY flagged_on, ticker) " \
	"FROM fintra_ops.flag f WHERE kind = 'reloaded'"

#define MARKED                                                                                \
	"SELECT coalesce(string_agg(concat_ws(' ', ticker, kind, flagged_on, detail), '; ' "  \
	"ORDER BY ticker), 'none') FROM fintra_ops.flag WHERE kind IN ('suspect', 'paused', " \
	"'restated')"

static int
open_market(void **state)
{
	(void)state;
	daily_open("actions");
	return 0;
}

static int
close_market(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* The rows of datos_performance of the present database as a file. */
static void
dump(const char *path)
{
	char lines[400];

	(void)fmt_buf(lines, sizeof(lines),
		      "\\copy (SELECT ticker, window_code, performance_date, return_percent, "
		      "absolute_return, volatility, max_drawdown FROM datos_performance) TO '%s'\n",
		      path);
	free(ground_psql(&ground, lines));
}

static void
take_day(const char *daily, const char *afresh, const char *day)
{
	struct outcome o;

	daily_today(day);
	daily_use(daily);
	o = daily_prices(day, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s: %s", day, o.err.text);
	assert_int_equal(daily_performance(day).state, RUN_SUCCESS);
	daily_use(afresh);
	daily_fresh(day);
	assert_int_equal(daily_performance(day).state, RUN_SUCCESS);
}

/* "rows in both, in one only, that differ" */
static void
compare(const char *daily, const char *afresh, char *buf, size_t n)
{
	char path[200], lines[1600];

	(void)fmt_buf(path, sizeof(path), "%s/daily.txt", ground.dir);
	daily_use(daily);
	dump(path);
	daily_use(afresh);
	(void)fmt_buf(
		lines, sizeof(lines),
		"CREATE TABLE daily (ticker text, window_code text, performance_date date, "
		"return_percent numeric, absolute_return numeric, volatility numeric, "
		"max_drawdown numeric);\n"
		"\\copy daily FROM '%s'\n"
		"CREATE FUNCTION apart(a numeric, b numeric) RETURNS boolean LANGUAGE sql AS "
		"'SELECT CASE WHEN a IS NULL OR b IS NULL THEN a IS DISTINCT FROM b ELSE abs(a - "
		"b) > 1e-9 * greatest(1, abs(a), abs(b)) END';\n"
		"SELECT concat_ws(' ', count(*) FILTER (WHERE d.ticker IS NOT NULL AND f.ticker IS "
		"NOT NULL), count(*) FILTER (WHERE d.ticker IS NULL OR f.ticker IS NULL), count(*) "
		"FILTER (WHERE apart(d.return_percent, f.return_percent) OR "
		"apart(d.absolute_return, f.absolute_return) OR apart(d.volatility, f.volatility) "
		"OR apart(d.max_drawdown, f.max_drawdown))) "
		"FROM daily d FULL JOIN datos_performance f USING (ticker, window_code, "
		"performance_date);\n",
		path);
	char *line = ground_psql(&ground, lines);

	str_copy(buf, n, line);
	free(line);
}

static void
returns_stay_right_on_each_of_thirty_days(void **state)
{
	const char *daily = daily_database("daily"), *afresh = daily_database("afresh");
	struct date day;
	char iso[DATE_BUF], got[80], *rest;

	(void)state;
	daily_today(BEFORE);
	daily_use(daily);
	daily_fresh(BEFORE);
	assert_true(date_parse(BEFORE, &day));
	for (int i = 0; i < DAYS; i++) {
		day = calendar_next(day);
		take_day(daily, afresh, date_iso(day, iso));
	}
	compare(daily, afresh, got, sizeof(got));
	print_message("rows in both, in one only, that differ: %s\n", got);
	/* 30 days of 6 tickers and 7 windows at least; a halted share has no new row. */
	assert_true(strtol(got, &rest, 10) > 1250);
	assert_string_equal(rest, " 0 0");
	daily_use(daily);
	expect(RELOADS, "AAA 2025-06-05 dividend 0.0331 on 2025-06-05 t; "
			"SPY 2025-06-05 dividend 1.69 on 2025-06-05 t; "
			"PWJ 2025-06-10 split 2:1 on 2025-06-10 t; "
			"GOT 2025-06-11 dividend 1.37 on 2025-06-11 t; "
			"PWJ 2025-06-20 dividend 0.0384 on 2025-06-20 t; "
			"NA 2025-07-07 dividend 0.0319 on 2025-07-07 t");
	expect(MARKED, "none");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE "
	       "'PWJ: split 2:1 on 2025-06-10, history of % bars reloaded'",
	       "1");
}

#define EVE "2025-06-09"
#define SPLIT "2025-06-10" /* of PWJ */
#define FULL_PATH "path=/stable/historical-price-eod/full,"

/* Every bar of the present database, however its figures are written. */
static char *
bars(void)
{
	return support_psql(ground.conninfo,
			    "SELECT md5(string_agg(concat_ws(' ', ticker, price_date, "
			    "trim_scale(open), trim_scale(high), trim_scale(low), "
			    "trim_scale(close), trim_scale(adj_close), volume), ',' ORDER BY "
			    "ticker, price_date)) FROM prices_daily");
}

static void
expect_bars(const char *want)
{
	char *got = bars();

	assert_string_equal(got, want);
	free(got);
}

/* A database as it was on the eve of the split; the day itself has come. */
static void
stand(const char *name)
{
	ground_fault(NULL);
	ground_forget(&ground);
	daily_database(name);
	daily_today(EVE);
	daily_fresh(EVE);
	daily_today(SPLIT);
}

static char *
bars_afresh(void)
{
	daily_database("whole");
	daily_today(SPLIT);
	daily_fresh(SPLIT);
	return bars();
}

static char *
program(const char *const *words)
{
	char path[300], db[600];
	const char *argv[12] = { path };
	const char *env[] = { db, "FINTRA_RUN_REHEARSE_NOW=2025-06-11T00:00:00Z",
			      "HOME=/nonexistent", NULL };
	struct support_out out;

	(void)fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	(void)fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", ground.conninfo);
	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	support_exec(argv, env, &out);
	free(out.err);
	return out.out;
}

static void
expect_said(const char *const *words, const char *what)
{
	char *said = program(words);

	if (!strstr(said, what))
		fail_msg("no \"%s\" in: %s", what, said);
	free(said);
}

static void
expect_left_out_of_means(void)
{
	assert_int_equal(daily_performance(SPLIT).state, RUN_SUCCESS);
	expect("SELECT count(*) FROM datos_performance WHERE ticker = 'PWJ'", "0");
	asset("PWJ", "1M", SPLIT, "5000"); /* written before the mark was set */
	assert_int_equal(GROUND_RUN(&ground, &job_sector_performance, SPLIT, NULL).state,
			 RUN_SUCCESS);
	expect("SELECT abs(s.return_percent - (SELECT avg(return_percent) FROM datos_performance "
	       "p JOIN fintra_universe USING (ticker) WHERE window_code = '1M' AND ticker <> "
	       "'PWJ' AND performance_date = '" SPLIT "')) < 1e-9 FROM sector_performance s WHERE "
	       "window_code = '1M' AND performance_date = '" SPLIT "'",
	       "t");
}

/* The vendor has no history that day: the mark stays, everything says so, and the next command
 * makes the ticker whole. */
static void
a_failed_reload_keeps_the_mark(void **state)
{
	char *whole = bars_afresh();
	struct outcome o;

	(void)state;
	stand("kept");
	ground_fault(FULL_PATH "kind=status-404");
	o = daily_prices(SPLIT, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect(MARKED, "PWJ restated " SPLIT " split 2:1 on " SPLIT);
	expect("SELECT count(*) FROM fintra_ops.run WHERE taint LIKE '1 marked (PWJ: split 2:1 "
	       "on 2025-06-10: %): fintra backfill backfill-ticker-full --restated'",
	       "1");
	expect_left_out_of_means();
	expect_said((const char *const[]){ "status", "--as-of", SPLIT, NULL },
		    "1 ticker on two footings: PWJ split 2:1 on " SPLIT);
	expect_said((const char *const[]){ "why", "prices_daily", "--as-of", SPLIT, NULL },
		    "fintra backfill backfill-ticker-full --restated");
	ground_fault(NULL);
	assert_int_equal(
		GROUND_RUN(&ground, &job_backfill_ticker_full, SPLIT, "restated=1", NULL).state,
		RUN_SUCCESS);
	expect(MARKED, "none");
	expect_bars(whole);
	free(whole);
}

/* Nothing is written; a narrowed run does for its ticker what the whole one does for all. */
static void
dry_and_narrowed_runs(void **state)
{
	char before[64], after[64];

	(void)state;
	stand("narrow");
	ground_sum(&ground, before);
	assert_int_equal(daily_prices(SPLIT, "dry_run=1").state, RUN_SUCCESS);
	ground_sum(&ground, after);
	assert_string_equal(before, after);
	expect("SELECT count(*) FROM fintra_ops.flag", "0");
	expect("SELECT count(*) > 0 FROM fintra_ops.event WHERE msg = 'PWJ: restated by 0.5; its "
	       "history would be read again'",
	       "t");
	assert_int_equal(daily_prices(SPLIT, "ticker=PWJ").state, RUN_SUCCESS);
	expect(RELOADS, "PWJ " SPLIT " split 2:1 on " SPLIT " t");
}

static void
second_run_changes_nothing(void **state)
{
	char *whole = bars_afresh();
	struct outcome o;

	(void)state;
	stand("again");
	assert_int_equal(daily_prices(SPLIT, NULL).state, RUN_SUCCESS);
	expect_bars(whole);
	int64_t tuples = ground_tuples(&ground);

	o = daily_prices(SPLIT, "force=1");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_true(o.counts.read > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
	free(whole);
}

/* No more histories than the configuration allows: the rest keeps its mark for the next run. */
static void
reloads_are_bounded(void **state)
{
	struct outcome o;

	(void)state;
	stand("bound");
	ground.conf.reloads = 0;
	o = daily_prices(SPLIT, NULL);
	ground.conf.reloads = 500;
	assert_int_equal(o.state, RUN_PARTIAL);
	expect(MARKED, "PWJ restated " SPLIT " split 2:1 on " SPLIT);
	assert_int_equal(daily_prices(SPLIT, NULL).state, RUN_SUCCESS);
	expect(MARKED, "none");
}

/* Killed while the vendor is silent, in each phase; then resumed. */
static void
kill_in(const char *path, const char *query, const char *whole)
{
	char rule[200];
	int64_t before = ground_asked(path), run;
	pid_t pid;

	stand("killed");
	before = ground_asked(path);
	(void)fmt_buf(rule, sizeof(rule), "path=%s,query=%s,kind=stall", path, query);
	ground_fault(rule);
	pid = program_start(&ground, NAMES("run", "prices-daily-bulk", "--as-of", SPLIT));
	EVENTUALLY(ground_asked(path) > before);
	if (!str_same(path,
		      "/stable/eod-bulk")) /* the evidence is overwritten, the mark is there */
		assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fintra_ops.flag WHERE "
						     "kind IN ('suspect', 'restated')"),
				 1);
	program_kill(&ground, pid);
	ground_fault(NULL);
	run = ground_int(&ground, "SELECT max(id) FROM fintra_ops.run");
	before = ground_asked("/stable/eod-bulk");
	assert_int_equal(ground_resume(&ground, run).state, RUN_SUCCESS);
	if (!str_same(path, "/stable/eod-bulk")) /* nothing that it already has */
		assert_int_equal(ground_asked("/stable/eod-bulk"), before);
	expect_bars(whole);
	expect(MARKED, "none");
}

static void
killed_in_each_phase_and_resumed(void **state)
{
	char *whole = bars_afresh();

	(void)state;
	kill_in("/stable/eod-bulk", "date=" SPLIT, whole);
	kill_in("/stable/splits", "symbol=PWJ", whole);
	kill_in("/stable/historical-price-eod/full", "symbol=PWJ", whole);
	free(whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_stay_right_on_each_of_thirty_days),
		cmocka_unit_test(a_failed_reload_keeps_the_mark),
		cmocka_unit_test(dry_and_narrowed_runs),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(reloads_are_bounded),
		cmocka_unit_test(killed_in_each_phase_and_resumed),
	};

	return cmocka_run_group_tests_name("actions", tests, open_market, close_market);
}
