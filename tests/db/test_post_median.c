/* What postconditions are compared with (faults.md G1, G3, core/post.h): sessions of prices written
 * here, through the real runner; the job's own work is replaced. */
#include "core/run.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static int64_t told;

static int
work(struct job_ctx *c, struct err *e)
{
	(void)e;
	run_result_int(c, "rows_newest_day", told);
	return 0;
}

/* A session of so many bars, the first `bare` of them without adjusted close. */
static struct outcome
session(const char *day, int bars, int bare, const char *param)
{
	struct job job = job_prices_daily;
	char sql[400];

	fmt_buf(sql, sizeof(sql),
		"DELETE FROM prices_daily WHERE price_date = '%s'; INSERT INTO prices_daily "
		"(ticker, price_date, close, adj_close) SELECT 'T' || n, '%s', 5, CASE WHEN n > %d "
		"THEN 5 END FROM generate_series(1, %d) n",
		day, day, bare, bars);
	ground_sql(&ground, sql);
	told = bars;
	job.run = work;
	job.reads = job.after = NULL;
	job.flags &= ~(unsigned)JOB_USES_API;
	return GROUND_RUN(&ground, &job, day, param, NULL);
}

/* "10 11 12": sessions of January 2026, one a day from the 5th on, each of them good; the last run.
 */
static int64_t
sessions(const int *bars, size_t n)
{
	static const char *const days[] = { "2026-01-05", "2026-01-06", "2026-01-07",
					    "2026-01-08", "2026-01-09", "2026-01-12" };
	struct outcome o = { .run = 0 };

	ground_sql(&ground, "TRUNCATE prices_daily; UPDATE fintra_ops.run SET result = NULL");
	for (size_t i = 0; i < n; i++) {
		o = session(days[i], bars[i], 0, NULL);
		if (o.state != RUN_SUCCESS)
			fail_msg("%s: %s", days[i], o.why);
	}
	return o.run;
}

#define SESSIONS(...) \
	sessions((const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

static PRINTF_FMT(3, 4) void expect_field(int64_t run, const char *name, const char *fmt, ...)
{
	char sql[200], got[300], want[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
	fmt_buf(sql, sizeof(sql),
		"SELECT result #>> '{posts,%s}' FROM fintra_ops.run WHERE id = %" PRId64, name,
		run);
	ground_text(&ground, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

/* faults.md G1, G3: the median of the last five good sessions is the measure; the last good run is
 * named. */
static void
the_median_is_the_measure(void **state)
{
	int64_t last = SESSIONS(20, 20, 20, 18);
	struct outcome o = session("2026-02-02", 17, 0, NULL); /* enough beside 18 */

	(void)state;
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_rows,says",
		     "prices rows 17 < 90 %% of 20, the median of 4 good sessions (run %" PRId64
		     " had 18)",
		     last);
	last = SESSIONS(20, 20, 20, 30); /* one odd session is not the measure */
	o = session("2026-02-02", 20, 0, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	last = SESSIONS(10, 11, 12, 13, 14, 15); /* the first one no longer counts */
	o = session("2026-02-02", 11, 0, NULL);
	expect_field(o.run, "prices_rows,says",
		     "prices rows 11 < 90 %% of 13, the median of 5 good sessions (run %" PRId64
		     " had 15)",
		     last);
	expect_field(o.run, "prices_rows,median", "13");
	expect_field(o.run, "prices_rows,sessions", "5");
	SESSIONS(20, 20);
	last = session("2026-01-12", 20, 2, NULL).run; /* 10 points: just good */
	o = session("2026-02-02", 20, 3, NULL);
	expect_field(o.run, "prices_without_adj_close,says",
		     "prices without adj close 15.0 %% > 10 points above 0.0 %%, the median of 3 "
		     "good sessions (run %" PRId64 " had 10.0 %%)",
		     last);
}

/* Of a session that was done again only the newest good run counts. */
static void
a_session_counts_once(void **state)
{
	int64_t last;
	struct outcome o;

	(void)state;
	SESSIONS(20, 20, 20);
	for (int i = 0; i < 4; i++)
		last = session("2026-01-12", 18, 0, NULL).run;
	o = session("2026-02-02", 17, 0, NULL);
	expect_field(o.run, "prices_rows,says",
		     "prices rows 17 < 90 %% of 20, the median of 4 good sessions (run %" PRId64
		     " had 18)",
		     last);
}

/* What was measured before a value that force accepted counts no more. */
static void
an_accepted_value_begins_anew(void **state)
{
	struct outcome o;

	(void)state;
	SESSIONS(20, 20, 20);
	o = session("2026-01-12", 10, 0, "force=1");
	expect_field(o.run, "prices_rows,verdict", "accepted");
	o = session("2026-01-13", 9, 0, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect_field(o.run, "prices_rows,says", "prices rows 9 >= 90 %% of 10 of run %" PRId64,
		     o.run - 1);
	o = session("2026-02-02", 8, 0, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_rows,sessions", "2");
}

static int
setup(void **state)
{
	(void)state;
	ground_open(&ground, "t_post_median");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_is_the_measure),
		cmocka_unit_test(a_session_counts_once),
		cmocka_unit_test(an_accepted_value_begins_anew),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
