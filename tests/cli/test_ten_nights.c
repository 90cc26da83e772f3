/* `pipeline daily` on fifteen evenings in a row: ten sessions, two weekends, a holiday, a split,
 * and a night on which the vendor did not answer.  What must come out is what one night makes of an
 * empty database on the last day. */
#include "tests/support_night.h"

#include "core/calendar.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST NIGHT_EVE	    /* a Monday */
#define SPLIT "2025-06-10"  /* PWJ 2:1 */
#define DOWN "2025-06-12"   /* the vendor does not answer */
#define WEEKLY "2025-06-16" /* filings, which are outside of the pipeline, come on Mondays */
#define LAST "2025-06-23"   /* a Monday; the 19th, Juneteenth, is no session */

/* Of each table only the last session; of prices only what the load of one go has, the stocks. When
 * a company was first seen is history, too; filings are outside of the pipeline. */
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
	"DELETE FROM prices_daily WHERE ticker NOT IN (SELECT ticker FROM "                     \
	"fintra_active_stocks);"                                                                \
	"UPDATE fintra_universe SET first_seen = last_seen;"                                    \
	"UPDATE asset_industry_map SET effective_from = '" LAST "' WHERE effective_to IS NULL;" \
	"TRUNCATE cron_state, sec_filings, fintra_sec_event_signals, "                          \
	"fintra_sec_structural_signals"

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

/* The night fails, and is made up for on the next evening. */
static void
vendor_is_down(void)
{
	night_vendor(false);
	ground_forget(&ground); /* nothing of the evening before is young enough */
	(void)NIGHT(69, "pipeline", "daily");
	night_vendor(true);
}

static void
make_up(void)
{
	char run[24];

	ground_text(&ground,
		    "SELECT id FROM fintra_ops.run WHERE job = 'master-all' AND state = "
		    "'failure'",
		    run, sizeof(run));
	(void)NIGHT(0, "retry", run, "--failed");
}

static void
fifteen_evenings(void)
{
	struct date day = DATE_NONE, last = DATE_NONE;
	char iso[DATE_BUF];
	bool down = false;

	assert_true(date_parse(FIRST, &day) && date_parse(LAST, &last));
	for (; date_cmp(day, last) <= 0; day = date_add_days(day, 1)) {
		night_is(date_iso(day, iso));
		if (strcmp(iso, FIRST) == 0 || strcmp(iso, WEEKLY) == 0)
			filings();
		if (strcmp(iso, DOWN) == 0) {
			vendor_is_down();
			down = true;
			continue;
		}
		if (down)
			make_up();
		down = false;
		(void)NIGHT(0, "pipeline", "daily", "--jobs", "2");
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
	expect("SELECT concat_ws(' ', ticker, flagged_on) FROM fintra_ops.flag WHERE kind = "
	       "'reloaded' AND detail LIKE 'split 2:1 on " SPLIT ":%'",
	       "PWJ " SPLIT);
	expect("SELECT string_agg(as_of || ' ' || state, ', ' ORDER BY id) FROM fintra_ops.run "
	       "WHERE job = 'master-all' AND as_of = '" DOWN "'",
	       DOWN " failure, " DOWN " success");
}

static void
ten_sessions_end_like_one_go(void **state)
{
	char *nights;

	(void)state;
	night_fresh("nights");
	fifteen_evenings();
	look_at_the_nights();
	assert_non_null(strstr(NIGHT(0, "status"), "READY for " LAST));
	ground_sql(&ground, LAST_SESSION);
	nights = mem_dup(NIGHT(0, "db", "checksum"));

	night_empty("one_go");
	night_load(LAST);
	filings();
	(void)NIGHT(0, "pipeline", "daily");
	assert_non_null(strstr(NIGHT(0, "status"), "READY for " LAST));
	ground_sql(&ground, LAST_SESSION);
	assert_true(strlen(nights) > 1000);
	assert_string_equal(nights, NIGHT(0, "db", "checksum"));
	free(nights);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_sessions_end_like_one_go),
	};

	return cmocka_run_group_tests_name("ten nights", tests, open_market, close_market);
}
