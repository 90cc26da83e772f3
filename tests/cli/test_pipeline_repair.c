/* What master-all makes of a night that goes wrong, and how it is mended: gates on data, blocked
 * steps, retry, resume.  By the real binary over a synthetic market. */
#include "tests/support_night.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define BLOCKED                                                                  \
	"sector-benchmarks industry-benchmarks-aggregator sector-pe-aggregator " \
	"industry-pe-aggregator fmp-bulk compute-ranks market-state-bulk"
#define TO_THE_RETURNS                                                                          \
	"performance-bulk sector-performance-aggregator sector-performance-windows-aggregator " \
	"industry-performance-aggregator industry-performance-windows-aggregator "              \
	"performance-windows-aggregator"

/* The table takes no row, so valuation-bulk fails and nothing else does. */
#define NO_VALUATION "ALTER TABLE datos_valuacion ADD CONSTRAINT no_row CHECK (false) NOT VALID"
#define VALUATION_AGAIN "ALTER TABLE datos_valuacion DROP CONSTRAINT no_row"

/* "job exit state" of the steps of the newest master-all whose run did not succeed. */
#define TROUBLE                                                                            \
	"SELECT string_agg(concat_ws(' ', job, exit_code, state), ', ' ORDER BY id) FROM " \
	"fintra_ops.run WHERE parent = (SELECT max(id) FROM fintra_ops.run WHERE job = "   \
	"'master-all') AND state <> 'success'"

static char *whole; /* checksums after an undisturbed night */

static int
open_market(void **state)
{
	(void)state;
	night_open();
	night_fresh("undisturbed");
	(void)NIGHT(0, "run", "master-all");
	whole = mem_dup(NIGHT(0, "db", "checksum"));
	assert_true(strlen(whole) > 1000);
	return 0;
}

static int
close_market(void **state)
{
	(void)state;
	free(whole);
	night_close();
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	night_fresh("repair");
	return 0;
}

static void
newest(const char *column, char *buf, size_t n)
{
	char sql[200];

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT coalesce(%s::text, '') FROM fintra_ops.run WHERE job = 'master-all' "
		      "ORDER BY id DESC LIMIT 1",
		      column);
	ground_text(&ground, sql, buf, n);
}

static void
newest_says(const char *column, const char *what)
{
	char got[1200];

	newest(column, got, sizeof(got));
	if (!strstr(got, what))
		fail_msg("no \"%s\" in: %s", what, got);
}

/* The number of the newest master-all. */
static char *
number(void)
{
	static char buf[24];

	newest("id", buf, sizeof(buf));
	return buf;
}

/* valuation-bulk is no critical step: the returns come, what needs valuations does not. */
static void
failure_is_recorded_and_the_rest_done(void **state)
{
	(void)state;
	ground_sql(&ground, NO_VALUATION);
	(void)NIGHT(4, "run", "master-all");
	night_steps("master-all", "failure", "valuation-bulk");
	night_steps("master-all", "skipped", BLOCKED);
	newest_says("state", "partial");
	newest_says("taint", "valuation-bulk failed; sector-benchmarks, industry-benchmarks-"
			     "aggregator, sector-pe-aggregator");
	expect("SELECT count(*) > 0 FROM performance_windows WHERE as_of_date = '" NIGHT_EVE "'",
	       "t");
	expect("SELECT count(*) FROM fintra_snapshots", "0");
	/* Each was asked for its gate, and says why it was refused. */
	expect("SELECT string_agg(DISTINCT concat_ws(' ', state, exit_code, err_class), '') FROM "
	       "fintra_ops.run WHERE job IN ('sector-benchmarks', 'fmp-bulk')",
	       "skipped 3 GATE");
	expect("SELECT count(*) FROM fintra_ops.run, jsonb_array_elements(result -> 'steps') x "
	       "WHERE job = 'master-all' AND x ->> 'why' LIKE 'gate refused: %datos_valuacion "
	       "has nothing, needs " NIGHT_EVE " (empty): fintra run valuation-bulk%'",
	       "5");
	expect("SELECT count(*) FROM fintra_ops.run WHERE job = 'compute-ranks'", "0");
	expect("SELECT x ->> 'why' FROM fintra_ops.run, jsonb_array_elements(result -> 'steps') x "
	       "WHERE job = 'master-all' AND x ->> 'step' = 'compute-ranks'",
	       "works over fintra_snapshots, which a step before it did not make");
}

/* The retry does what failed and what was skipped for it: eight runs; of the other thirteen none is
 * even begun. */
static void
retry_does_only_what_is_missing(void **state)
{
	char *failed;

	(void)state;
	ground_sql(&ground, NO_VALUATION);
	(void)NIGHT(4, "run", "master-all");
	failed = mem_dup(number());
	ground_sql(&ground, VALUATION_AGAIN);
	ground_sql(&ground, "CREATE TABLE runs_before AS SELECT max(id) AS id FROM fintra_ops.run");
	(void)NIGHT(0, "retry", failed, "--failed");
	expect("SELECT string_agg(job, ' ' ORDER BY r.id) FROM fintra_ops.run r, runs_before b "
	       "WHERE r.id > b.id",
	       "master-all valuation-bulk " BLOCKED);
	night_steps("master-all", "success",
		    "sync-universe industry-classification-sync prices-daily-bulk "
		    "financials-bulk company-profile-bulk dividends-bulk-v2 valuation-bulk "
		    "fmp-peers-bulk " TO_THE_RETURNS " " BLOCKED);
	expect("SELECT count(*) FROM fintra_ops.run, jsonb_array_elements(result -> 'steps') x "
	       "WHERE job = 'master-all' AND x ? 'kept'",
	       "13");
	free(failed);
}

/* All steps before have ended well, and yet four tickers of ten are there. */
static void
coverage_refuses_the_next_step(void **state)
{
	(void)state;
	ground_fault("path=/stable/ratios-ttm-bulk,kind=half-rows=4");
	(void)NIGHT(3, "run", "master-all");
	expect("SELECT concat_ws(' ', state, exit_code) FROM fintra_ops.run WHERE job = "
	       "'valuation-bulk'",
	       "success 0");
	expect(TROUBLE, "sector-benchmarks 3 skipped");
	newest_says("state", "failure");
	newest_says("error", "step sector-benchmarks (run ");
	newest_says("error",
		    "datos_valuacion has " NIGHT_EVE ", needs " NIGHT_EVE " (partial): coverage ");
	newest_says("error", "(active stocks: no history yet), needs 90.0%");
}

/* One line per run of a step: how often each was begun, and under how many epochs. */
#define BEGUN                                                                                  \
	"SELECT string_agg(DISTINCT n || 'x ' || states, ', ') FROM (SELECT count(*) AS n, "   \
	"string_agg(state, ' ') AS states FROM fintra_ops.run WHERE parent IS NOT NULL GROUP " \
	"BY job) j"
#define TWO_EPOCHS "SELECT string_agg(job, ' ' ORDER BY id) FROM fintra_ops.run WHERE epoch = 2"

#define BALANCE "/stable/balance-sheet-statement-bulk"

static pid_t
night_falls(const char *jobs)
{
	return program_start(&ground,
			     NAMES("run", "master-all", "--jobs", jobs, "--as-of", NIGHT_EVE));
}

static void
goes_on(pid_t pid, const char *twice)
{
	program_kill(&ground, pid);
	ground_fault(NULL);
	(void)NIGHT(0, "resume", number());
	assert_string_equal(NIGHT(0, "db", "checksum"), whole);
	expect(BEGUN, "1x success");
	expect(TWO_EPOCHS, twice);
	newest_says("epoch", "2");
}

/* kill -9 while a step writes: the step goes on under its own number, those before it stay, and the
 * tables are those of an undisturbed night. */
static void
killed_in_a_step_and_resumed(void **state)
{
	struct err e = ERR_INIT;
	pid_t pid;
	int64_t asked;

	(void)state;
	night_fresh("killed_in_a_lock");
	DB_AUTO holder = support_open(ground.conninfo);

	assert_int_equal(
		db_exec_sql(holder, "BEGIN; LOCK TABLE industry_benchmarks IN SHARE MODE", &e), 0);
	pid = night_falls("1");
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_locks WHERE NOT granted AND "
				       "relation = 'industry_benchmarks'::regclass") == 1);
	kill(pid, SIGKILL);
	db_rollback(holder); /* its server process sees the end only when the lock is there */
	goes_on(pid, "master-all industry-benchmarks-aggregator");

	night_fresh("killed_in_a_download");
	asked = ground_asked(BALANCE);
	ground_fault("path=" BALANCE ",n=4,kind=stall");
	pid = night_falls("1");
	EVENTUALLY(ground_asked(BALANCE) == asked + 4);
	goes_on(pid, "master-all financials-bulk");
}

/* A step that lacks something keeps what it has: the retry asks for those files alone that are
 * missing, does no other step, and says which were made before. */
static void
retry_keeps_the_units_of_a_step(void **state)
{
	int64_t all, again;

	(void)state;
	ground_fault("path=" BALANCE ",n=30,kind=status-401");
	(void)NIGHT(4, "run", "master-all");
	ground_fault(NULL);
	night_steps("master-all", "partial", "financials-bulk");
	again = ground_asked(BALANCE);
	assert_non_null(strstr(NIGHT(0, "retry", number(), "--failed"),
			       "fmp-bulk is kept, but was made before financials-bulk was whole: "
			       "fintra run fmp-bulk"));
	expect("SELECT string_agg(job, ' ') FROM fintra_ops.run WHERE parent = (SELECT max(id) "
	       "FROM fintra_ops.run WHERE job = 'master-all')",
	       "financials-bulk");
	again = ground_asked(BALANCE) - again;
	night_fresh("all_files");
	all = ground_asked(BALANCE);
	(void)NIGHT(0, "run", "financials-bulk", "--gate", "off", "--force");
	all = ground_asked(BALANCE) - all;
	assert_true(all > 60);
	if (again > all - 29)
		fail_msg("%d of %d files were asked for again", (int)again, (int)all);
}

/* A step that ended PARTIAL for a figure has no failed unit: it is done again all the same, and
 * what a run goes on behind keeps it PARTIAL. */
static void
retry_does_a_tainted_step_again(void **state)
{
	(void)state;
	(void)NIGHT(0, "run", "master-all");
	ground_sql(&ground, "UPDATE fintra_ops.run SET state = 'partial', taint = 'a figure' WHERE "
			    "job IN ('master-all', 'sector-benchmarks')");
	(void)NIGHT(0, "retry", number(), "--failed");
	expect("SELECT string_agg(job, ' ') FROM fintra_ops.run WHERE parent = (SELECT max(id) "
	       "FROM fintra_ops.run WHERE job = 'master-all')",
	       "sector-benchmarks");
}

/* Asked to stop by SIGTERM the step under way ends at its next batch, and both go on later. */
static void
stopped_and_resumed(void **state)
{
	int status = 0;
	int64_t asked;
	pid_t pid;

	(void)state;
	asked = ground_asked(BALANCE);
	ground_fault("path=" BALANCE ",n=4,kind=stall");
	pid = night_falls("1");
	EVENTUALLY(ground_asked(BALANCE) == asked + 4);
	kill(pid, SIGTERM);
	assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 143);
	newest_says("state", "cancelled");
	goes_on(pid, "master-all financials-bulk");
}

/* Two steps at a time die and go on together. */
static void
killed_with_steps_abreast(void **state)
{
	struct err e = ERR_INIT;
	pid_t pid;

	(void)state;
	night_fresh("killed_abreast");
	DB_AUTO holder = support_open(ground.conninfo);

	assert_int_equal(db_exec_sql(holder,
				     "BEGIN; LOCK TABLE sector_pe, industry_pe IN SHARE "
				     "MODE",
				     &e),
			 0);
	pid = night_falls("4");
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				       "current_database() AND wait_event_type = 'Lock'") == 2);
	/* All others that can be are done by then. */
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM fintra_ops.unit u JOIN "
				       "fintra_ops.run r ON r.id = u.run_id WHERE r.job = "
				       "'master-all'") == 16);
	kill(pid, SIGKILL);
	db_rollback(holder);
	goes_on(pid, "master-all sector-pe-aggregator industry-pe-aggregator");
}

static size_t
lines_with(const char *text, const char *start)
{
	size_t n = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		n += strncmp(at, start, strlen(start)) == 0;
	return n;
}

/* console.md 5: verdict, first cause, counters, last 10 log lines, command to type, run id. */
static void
digest(const char *text)
{
	char command[80], run[80];

	(void)fmt_buf(command, sizeof(command), "$ fintra retry %s --failed", number());
	(void)fmt_buf(run, sizeof(run), "run %s, exit 4; fintra logs %s", number(), number());
	if (lines_with(text, "") > 25)
		fail_msg("more than 25 lines: %s", text);
	assert_int_equal(lines_with(text, "fintra: PARTIAL master-all run "), 1);
	assert_int_equal(lines_with(text, "NOT READY for " NIGHT_EVE ": "), 1);
	assert_int_equal(lines_with(text, "first cause: valuation-bulk run "), 1);
	assert_non_null(strstr(text, " unchanged "));
	assert_int_equal(lines_with(text, "  20:"), 10);
	assert_int_equal(lines_with(text, command), 1);
	assert_int_equal(lines_with(text, run), 1);
}

static void
cron_is_silent_or_brief(void **state)
{
	pid_t pid;

	(void)state;
	ground_sql(&ground, NO_VALUATION);
	digest(NIGHT(4, "--cron", "pipeline", "daily"));
	expect("SELECT string_agg(DISTINCT origin, '') FROM fintra_ops.run WHERE as_of = "
	       "'" NIGHT_EVE "' AND id > 2",
	       "cron");
	ground_sql(&ground, VALUATION_AGAIN);
	assert_string_equal(NIGHT(0, "--cron", "retry", number(), "--failed"), "");
	assert_string_equal(NIGHT(0, "--cron", "run", "master-all"), "");
	/* Skipped by policy: another one is at it. */
	ground_forget(&ground);
	ground_fault("path=/stable/profile-bulk,kind=stall");
	pid = night_falls("1");
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM fintra_ops.run WHERE state = "
				       "'running' AND job = 'sync-universe'") == 1);
	assert_string_equal(NIGHT(0, "--cron", "pipeline", "daily"), "");
	newest_says("state", "skipped");
	program_kill(&ground, pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(failure_is_recorded_and_the_rest_done, fresh),
		cmocka_unit_test_setup(retry_does_only_what_is_missing, fresh),
		cmocka_unit_test_setup(coverage_refuses_the_next_step, fresh),
		cmocka_unit_test_setup(killed_in_a_step_and_resumed, fresh),
		cmocka_unit_test_setup(retry_keeps_the_units_of_a_step, fresh),
		cmocka_unit_test_setup(retry_does_a_tainted_step_again, fresh),
		cmocka_unit_test_setup(stopped_and_resumed, fresh),
		cmocka_unit_test_setup(killed_with_steps_abreast, fresh),
		cmocka_unit_test_setup(cron_is_silent_or_brief, fresh),
	};

	return cmocka_run_group_tests_name("pipeline repair", tests, open_market, close_market);
}
