/* `pipeline daily` on fifteen evenings in a row: ten sessions, two weekends, a holiday, a split,
 * and a night on which the vendor did not answer.  What must come out is what one night makes of an
 * empty database on the last day, in every table that a job writes; and of the sessions before it
 * what the jobs that can walk a range make of them in one go.  Other ways to fail, made up for, end
 * like that one. */
#include "tests/support_night.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include "core/calendar.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST NIGHT_EVE					 /* a Monday */
#define SPLIT "2025-06-10"				 /* PWJ 2:1 */
#define DOWN "2025-06-12"				 /* the vendor does not answer */
#define WEEKS "'2025-06-09', '2025-06-16', '2025-06-23'" /* weekly steps are due on Mondays */
#define MADE_UP "2025-06-13"
#define LAST "2025-06-23"  /* a Monday; the 19th, Juneteenth, is no session */
#define READ "2025-06-19"  /* the first day of the last night's price files */
#define FILED "2025-05-24" /* the first day of its list of 8-K */

/* What only the database of the nights can have: sessions before the last one, when a company was
 * first seen, bars of what is no stock (the load of one go has none), documents older than the last
 * night's lists, and when the load was.  Nothing else is left out. */
#define LAST_SESSION                                                                            \
	"DELETE FROM datos_valuacion WHERE valuation_date < '" LAST "';"                        \
	"DELETE FROM datos_performance WHERE performance_date < '" LAST "';"                    \
	"DELETE FROM sector_performance WHERE performance_date < '" LAST "';"                   \
	"DELETE FROM industry_performance WHERE performance_date < '" LAST "';"                 \
	"DELETE FROM performance_windows WHERE as_of_date < '" LAST "';"                        \
	"DELETE FROM sector_benchmarks WHERE snapshot_date < '" LAST "';"                       \
	"DELETE FROM sector_stats WHERE stats_date < '" LAST "';"                               \
	"DELETE FROM industry_benchmarks WHERE snapshot_date < '" LAST "';"                     \
	"DELETE FROM industry_alpha WHERE performance_date < '" LAST "';"                       \
	"DELETE FROM sector_pe WHERE pe_date < '" LAST "';"                                     \
	"DELETE FROM industry_pe WHERE pe_date < '" LAST "';"                                   \
	"DELETE FROM fintra_snapshots WHERE snapshot_date < '" LAST "';"                        \
	"DELETE FROM prices_daily WHERE price_date < '" READ "' AND ticker NOT IN (SELECT "     \
	"ticker FROM fintra_active_stocks);"                                                    \
	"UPDATE fintra_universe SET first_seen = last_seen;"                                    \
	"UPDATE asset_industry_map SET effective_from = '" LAST "' WHERE effective_to IS NULL;" \
	"DELETE FROM sec_filings WHERE form_type = '8-K' AND filing_date < '" FILED "';"        \
	"DELETE FROM fintra_sec_event_signals WHERE filing_date < '" FILED "';"                 \
	"DELETE FROM cron_state WHERE name LIKE 'backfill%'"

static const char *eve;		 /* the database on the evening before the night that fails */
static char *when_it_is_made_up; /* sums of the evening after it */

static int
open_market(void **state)
{
	(void)state;
	night_open();
	return 0;
}

static int
close_market(void **state)
{
	(void)state;
	night_close();
	return 0;
}

static void
filings(void)
{
	(void)NIGHT(0, "run", "sec-10k-ingest");
	(void)NIGHT(0, "run", "sec-8k-ingest");
}

static char *
sums(void)
{
	return mem_dup(NIGHT(0, "db", "checksum"));
}

/* How a night fails; what is done about it on the next evening, before that one's own night. */
struct failure {
	const char *name;
	void (*falls)(void), (*make_up)(void);
};

static void
nobody_answers(void)
{
	night_vendor(false);
	(void)NIGHT(69, "pipeline", "daily");
	night_vendor(true);
}

static void
half_of_the_feed(void)
{
	ground_fault("path=/stable/eod-bulk,kind=half-rows");
	(void)NIGHT(65, "pipeline", "daily");
}

/* With status 200; the day's prices and returns are there by then. */
static void
limit_is_reached(void)
{
	ground_fault("path=/stable/ratios-ttm-bulk,kind=limit-200");
	(void)NIGHT(4, "pipeline", "daily");
}

#define BALANCE "/stable/balance-sheet-statement-bulk"

static void
killed_in_a_download(void)
{
	int64_t asked = ground_asked(BALANCE);
	pid_t pid;

	ground_fault("path=" BALANCE ",kind=stall");
	pid = program_start(&ground, NAMES("run", "master-all", "--as-of", DOWN));
	EVENTUALLY(ground_asked(BALANCE) > asked);
	program_kill(&ground, pid);
}

static const char *
failed_run(void)
{
	static char run[24];

	ground_text(&ground,
		    "SELECT max(id) FROM fintra_ops.run WHERE job = 'master-all' AND as_of = "
		    "'" DOWN "' AND state <> 'success'",
		    run, sizeof(run));
	return run;
}

static void
retried(void)
{
	(void)NIGHT(0, "retry", failed_run(), "--failed");
}

static void
resumed(void)
{
	(void)NIGHT(0, "resume", failed_run());
}

static void
forgotten(void)
{
}

static void
one_fails(const struct failure *f)
{
	night_is(DOWN);
	ground_forget(&ground); /* nothing of the evening before is young enough */
	f->falls();
	ground_fault(NULL);
	night_is(MADE_UP);
	f->make_up();
	(void)NIGHT(0, "pipeline", "daily", "--jobs", "2");
}

static void
fifteen_evenings(void)
{
	static const struct failure first = { "down", nobody_answers, retried };
	struct date day = DATE_NONE, last = DATE_NONE;
	char iso[DATE_BUF];

	assert_true(date_parse(FIRST, &day) && date_parse(LAST, &last));
	for (; date_cmp(day, last) <= 0; day = date_add_days(day, 1)) {
		night_is(date_iso(day, iso));
		if (strcmp(iso, MADE_UP) == 0)
			continue;
		if (strstr(WEEKS, iso))
			filings();
		if (strcmp(iso, DOWN) == 0) {
			eve = support_db_copy("eve", ground.conninfo);
			one_fails(&first);
			when_it_is_made_up = sums();
		} else {
			(void)NIGHT(0, "pipeline", "daily", "--jobs", "2");
		}
	}
}

/* Ten sessions, each in every layer; a second night of the same session writes nothing. */
static void
look_at_the_nights(void)
{
	static const char *const daily[] = { "valuation_date) FROM datos_valuacion",
					     "performance_date) FROM datos_performance",
					     "performance_date) FROM sector_performance",
					     "performance_date) FROM industry_performance",
					     "as_of_date) FROM performance_windows",
					     "snapshot_date) FROM sector_benchmarks",
					     "snapshot_date) FROM industry_benchmarks",
					     "pe_date) FROM sector_pe",
					     "snapshot_date) FROM fintra_snapshots" };
	char sql[200];

	for (size_t i = 0; i < ARRAY_LEN(daily); i++) {
		(void)fmt_buf(sql, sizeof(sql), "SELECT count(DISTINCT %s", daily[i]);
		expect(sql, "10");
	}
	expect("SELECT concat_ws(' ', count(*), sum(rows_inserted + rows_updated), "
	       "min(rows_read) > 1000) FROM fintra_ops.run r WHERE job = 'master-all' AND EXISTS "
	       "(SELECT 1 FROM fintra_ops.run k WHERE k.job = 'master-all' AND k.as_of = r.as_of "
	       "AND k.state = 'success' AND k.id < r.id)",
	       "5 0 t"); /* 14, 15, 19, 21, 22 June */
	expect("SELECT string_agg(job || ' ' || as_of, ', ' ORDER BY job, as_of) FROM "
	       "fintra_ops.run WHERE job IN ('company-profile-bulk', 'fmp-peers-bulk') AND "
	       "state = 'success' AND as_of NOT IN (" WEEKS ")",
	       "");
	expect("SELECT count(DISTINCT (job, as_of)) FROM fintra_ops.run WHERE state = 'success' "
	       "AND job IN ('company-profile-bulk', 'fmp-peers-bulk') AND as_of IN (" WEEKS ")",
	       "6");
	expect("SELECT concat_ws(' ', ticker, flagged_on) FROM fintra_ops.flag WHERE kind = "
	       "'reloaded' AND detail LIKE 'split 2:1 on " SPLIT ":%'",
	       "PWJ " SPLIT);
	expect("SELECT string_agg(as_of || ' ' || state, ', ' ORDER BY id) FROM fintra_ops.run "
	       "WHERE job = 'master-all' AND as_of = '" DOWN "'",
	       DOWN " failure, " DOWN " success");
}

/* Night by night against one go over the prices of the end: the same keys, and figures that differ
 * by no more than the rounding of closes which a later dividend or split has restated. */
static void
compare_sessions(const char *table, const char *keys, const char *date, const char *value)
{
	char sql[700], got[80];

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT concat_ws(' ', count(DISTINCT %s), count(*) FILTER (WHERE a.there "
		      "IS NULL OR b.there IS NULL OR (a.%s IS NULL) <> (b.%s IS NULL) OR abs(a.%s "
		      "- b.%s) > 0.0001 + 0.00001 * abs(a.%s)), 'of', count(*)) FROM (SELECT *, "
		      "true AS there FROM nights.%s) a FULL JOIN (SELECT *, true AS there FROM "
		      "public.%s) b USING (%s)",
		      date, value, value, value, value, value, table, table, keys);
	ground_text(&ground, sql, got, sizeof(got));
	if (strncmp(got, "10 0 of ", strlen("10 0 of ")) != 0 ||
	    strtol(got + strlen("10 0 of "), NULL, 10) < 700)
		fail_msg("%s: sessions, rows that differ: %s", table, got);
	fprintf(stderr, "INFO: %s: 10 sessions night by night and in one go: %s rows, 0 differ\n",
		table, got + strlen("10 0 of "));
}

static void
sessions_are_those_of_one_go(void)
{
	const char *nights = ground.conninfo;

	night_use(support_db_copy("ranged", nights));
	ground_sql(&ground, "CREATE SCHEMA nights");
	ground_sql(&ground,
		   "CREATE TABLE nights.datos_performance AS TABLE datos_performance;"
		   "CREATE TABLE nights.sector_performance AS TABLE sector_performance;"
		   "CREATE TABLE nights.industry_performance AS TABLE industry_performance;"
		   "CREATE TABLE nights.performance_windows AS TABLE performance_windows;"
		   "TRUNCATE datos_performance, sector_performance, industry_performance, "
		   "performance_windows");
	(void)NIGHT(0, "run", "performance-bulk", "--from", FIRST, "--to", LAST);
	(void)NIGHT(0, "run", "sector-performance-aggregator", "--from", FIRST, "--to", LAST);
	(void)NIGHT(0, "run", "industry-performance-aggregator", "--from", FIRST, "--to", LAST);
	(void)NIGHT(0, "run", "industry-performance-windows-aggregator", "--from", FIRST, "--to",
		    LAST);
	(void)NIGHT(0, "backfill", "performance-windows", "--from", FIRST, "--to", LAST);
	compare_sessions("datos_performance", "ticker, window_code, performance_date",
			 "performance_date", "return_percent");
	compare_sessions("sector_performance", "sector, window_code, performance_date",
			 "performance_date", "return_percent");
	compare_sessions("industry_performance", "industry, window_code, performance_date",
			 "performance_date", "return_percent");
	compare_sessions("performance_windows", "ticker, benchmark_ticker, window_code, as_of_date",
			 "as_of_date", "alpha");
	night_use(nights);
}

enum { ROWS_AT = 33, ROWS_END = 47 }; /* columns of `db checksum` */

/* How much that is. */
static void
tell(const char *text)
{
	int64_t rows = 0;
	int tables = 0, empty = 0;

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		int64_t n = 0;

		assert_true(strcspn(p, "\n") > ROWS_END);
		for (const char *d = p + ROWS_AT; d < p + ROWS_END; d++)
			if (*d >= '0' && *d <= '9')
				n = n * 10 + *d - '0';
		tables++;
		empty += n == 0;
		rows += n;
	}
	assert_true(rows > 100000);
	fprintf(stderr, "INFO: equal to one go: %d tables (%d of them empty), %lld rows\n", tables,
		empty, (long long)rows);
}

static void
compare_sums(const char *nights, const char *one_go)
{
	bool same = true;

	for (const char *a = nights, *b = one_go; *a || *b;) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");

		if (n != m || strncmp(a, b, n) != 0) {
			fprintf(stderr, "nights %.*s\none go %.*s\n", (int)n, a, (int)m, b);
			same = false;
		}
		a += n + (a[n] == '\n');
		b += m + (b[m] == '\n');
	}
	assert_true(same);
}

static void
ten_sessions_end_like_one_go(void **state)
{
	char *nights, *one_go;

	(void)state;
	night_fresh("nights");
	fifteen_evenings();
	look_at_the_nights();
	assert_non_null(strstr(NIGHT(0, "status"), "READY for " LAST));
	sessions_are_those_of_one_go();
	ground_sql(&ground, LAST_SESSION);
	nights = sums();

	night_empty("one_go");
	night_load(LAST);
	filings();
	(void)NIGHT(0, "pipeline", "daily");
	assert_non_null(strstr(NIGHT(0, "status"), "READY for " LAST));
	ground_sql(&ground, LAST_SESSION);
	one_go = sums();
	compare_sums(nights, one_go);
	tell(nights);
	free(nights);
	free(one_go);
}

/* What the first test has shown of a vendor that was away holds for all of them; and a night that
 * nobody makes up is seen. */
static void
other_failures_end_like_it(void **state)
{
	static const struct failure kind[] = {
		{ "half_feed", half_of_the_feed, retried },
		{ "limit", limit_is_reached, retried },
		{ "killed", killed_in_a_download, resumed },
		{ "forgotten", nobody_answers, forgotten },
	};

	(void)state;
	assert_non_null(when_it_is_made_up);
	for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
		bool same;
		char *end;

		night_use(support_db_copy(kind[i].name, eve));
		one_fails(&kind[i]);
		end = sums();
		same = strcmp(end, when_it_is_made_up) == 0;
		if (same == (kind[i].make_up == forgotten))
			fail_msg("%s:\n%s\nnot as:\n%s", kind[i].name, end, when_it_is_made_up);
		free(end);
	}
	free(when_it_is_made_up);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_sessions_end_like_one_go),
		cmocka_unit_test(other_failures_end_like_it),
	};

	return cmocka_run_group_tests_name("ten nights", tests, open_market, close_market);
}
