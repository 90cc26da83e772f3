/* The real console on a pseudo-terminal with a real database: launch, follow, cancel, runs of
 * others. */
#include "tests/support_console.h"
#include "tests/support_ready.h"

#include "core/clock.h"
#include "jobs/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FAKE(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MARKET "--tickers", "40", "--years", "1", "--end", "2026-02-02"
#define UP "\033[A"
#define DOWN "\033[B"

/* Choosing from the list of jobs, which is in the catalogue's order. */
static void
open_form(struct console_test *t, const char *job)
{
	char title[100];

	SEE(t, " rw ");
	pty_send(t->pty, "r");
	SEE(t, "Run a job or backfill");
	pty_send(t->pty, "g");
	for (size_t i = 0; strcmp(fintra_catalogue.jobs[i]->name, job) != 0; i++)
		pty_send(t->pty, "j");
	pty_send(t->pty, "\r");
	fmt_buf(title, sizeof(title), "Launch %s", job);
	SEE(t, title);
}

/* The ledger tells the end before the run's thread has: a quit in between would ask. */
static void
quit_when_idle(struct console_test *t)
{
	assert_true(pty_wait_gone(t->pty, "of mine", CONSOLE_WAIT_MS));
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	console_close(t);
}

static void
open_morning(struct console_test *t, const char *name, const char *const *fake)
{
	console_open(t, name, fake);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(t, 80, 24);
}

static void
test_launch_follow_and_read_the_log(void **state)
{
	struct console_test t;

	(void)state;
	open_morning(&t, "con_launch", FAKE(MARKET));
	open_form(&t, "sync-universe");
	SEE(&t, "$ fintra run sync-universe");
	pty_send(t.pty, "\r");
	SEE(&t, ". success");
	SEE(&t, "SUCCESS");
	SEE(&t, "Log (run 1 sync-universe)");
	pty_send(t.pty, "4");
	SEE(&t, "fintra > Logs");
	SEE(&t, "1 sync-universe");
	SEE(&t, "START");
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes");
	assert_true(pty_wait_row(t.pty, 3, "sync-universe", CONSOLE_WAIT_MS));
	assert_int_equal(
		support_psql_int(t.info,
				 "SELECT count(*) FROM fintra_ops.run WHERE origin = 'console'"),
		1);
	assert_true(support_psql_int(t.info, "SELECT count(*) FROM fintra_universe") >= 40);
	quit_when_idle(&t);
}

/* Inputs are empty: with gate "warn" the console asks; "no" launches nothing, "yes" ends PARTIAL at
 * best. */
static void
test_gate_asks_first(void **state)
{
	struct console_test t;

	(void)state;
	open_morning(&t, "con_gate", FAKE(MARKET));
	open_form(&t, "performance-windows-aggregator");
	SEE(&t, "not fresh, asks first");
	SEE(&t, "sector_performance");
	pty_send(t.pty, "\r");
	SEE(&t, "Inputs are not fresh");
	pty_send(t.pty, "\r"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "n");
	assert_true(pty_wait_gone(t.pty, "Inputs are not fresh", CONSOLE_WAIT_MS));
	assert_int_equal(support_psql_int(t.info, "SELECT count(*) FROM fintra_ops.run"), 0);
	pty_send(t.pty, "\r");
	SEE(&t, "Inputs are not fresh");
	pty_send(t.pty, "y");
	console_sql_until(
		&t, "SELECT state NOT IN ('queued', 'running', 'success') FROM fintra_ops.run",
		"t");
	quit_when_idle(&t);
}

/* Starts a run that takes its time: each answer of the vendor comes after `latency`. */
static void
launch_slow(struct console_test *t, const char *name, const char *latency)
{
	open_morning(t, name, FAKE(MARKET, "--latency", latency));
	open_form(t, "sync-universe");
	pty_send(t->pty, "\r");
	SEE(t, "1 run of mine");
	SEE(t, "R ");
	SEE(t, "START");
}

static void
test_drain_by_keys(void **state)
{
	struct console_test t;

	(void)state;
	launch_slow(&t, "con_drain", "4000");
	pty_send(t.pty, "c");
	SEE(&t, "Cancel run 1?");
	pty_send(t.pty, "c");
	pty_send(t.pty, "y");
	SEE(&t, "cancelled");
	console_sql_until(&t, "SELECT state FROM fintra_ops.run", "cancelled");
	assert_int_equal(
		support_psql_int(
			t.info,
			"SELECT count(*) FROM fintra_ops.audit WHERE action LIKE '%cancel%'"),
		1);
	console_close(&t);
}

/* "y" typed before the question was on the screen does not answer it. */
static void
test_typed_ahead_answers_nothing(void **state)
{
	struct console_test t;

	(void)state;
	launch_slow(&t, "con_ahead", "60000");
	pty_send(t.pty, "Cy");
	SEE(&t, "Abort run 1?");
	pty_pump(t.pty, 300);
	assert_true(pty_wait_text(t.pty, "Abort run 1?", 1));
	pty_send(t.pty, "y");
	SEE(&t, "cancelled");
	console_close(&t);
}

static void
test_quit_with_a_run_asks(void **state)
{
	struct console_test t;

	(void)state;
	launch_slow(&t, "con_quit", "60000");
	pty_send(t.pty, "q");
	SEE(&t, "h  hand over");
	pty_send(t.pty, "s");
	assert_true(pty_wait_gone(t.pty, "h  hand over", CONSOLE_WAIT_MS));
	assert_int_equal(
		support_psql_int(t.info,
				 "SELECT count(*) FROM fintra_ops.run WHERE state = 'running'"),
		1);
	pty_send(t.pty, "Q");
	SEE(&t, "1 run of this console is under way");
	pty_send(t.pty, "d");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_int_equal(
		support_psql_int(t.info,
				 "SELECT count(*) FROM fintra_ops.run WHERE state = 'cancelled'"),
		1);
	console_close(&t);
}

static void
test_suspend_is_refused_with_a_run(void **state)
{
	struct console_test t;

	(void)state;
	launch_slow(&t, "con_stop", "60000");
	pty_send(t.pty, "\032");
	SEE(&t, "not suspended");
	pty_send(t.pty, "Q");
	SEE(&t, "d  drain");
	pty_send(t.pty, "d");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
}

/* From the commit to the pane: within a second, the end state too. */
static void
test_run_of_another_host_is_followed(void **state)
{
	struct console_test t;
	int64_t run;
	char sql[300];

	(void)state;
	open_morning(&t, "con_foreign", NULL);
	SEE(&t, "no runs yet");
	run = console_foreign_run(&t, "performance-bulk");
	assert_true(pty_wait_text(t.pty, "R merge", 1000));
	for (int i = 1; i <= 5; i++) {
		char msg[40], shown[40];

		fmt_buf(msg, sizeof(msg), "'line number %d'", i);
		fmt_buf(shown, sizeof(shown), "line number %d", i);
		console_foreign_line(&t, run, i, msg);
		assert_true(pty_wait_text(t.pty, shown, 1000));
	}
	fmt_buf(sql, sizeof(sql),
		"UPDATE fintra_ops.run SET state = 'failure', ended_at = clock_timestamp(),"
		" error = 'it broke' WHERE id = %lld",
		(long long)run);
	free(support_psql(t.info, sql));
	assert_true(pty_wait_text(t.pty, "F failure", 1300));
	SEE(&t, "1 new error");
	console_close(&t);
}

/* A real runner with another HOME and no file in common. */
static void
test_run_of_another_process_is_followed(void **state)
{
	struct console_test t, other;
	char *line;

	(void)state;
	open_morning(&t, "con_other", FAKE(MARKET, "--latency", "700"));
	SEE(&t, "no runs yet");
	other = t;
	str_copy(other.text[1], sizeof(other.text[1]), "HOME=/nonexistent");
	other.env[1] = other.text[1];
	other.pty = console_spawn(&other, FAKE("run", "sync-universe"), 80, 24);
	console_sql_until(&t, "SELECT count(*) > 1 FROM fintra_ops.event", "t");
	line = support_psql(t.info,
			    "SELECT left(msg, 40) FROM fintra_ops.event ORDER BY seq DESC LIMIT 1");
	assert_true(pty_wait_text(t.pty, line, 1000));
	free(line);
	assert_int_equal(pty_wait_exit(other.pty, CONSOLE_WAIT_MS), 0);
	assert_true(pty_wait_text(t.pty, ". success", 1300));
	assert_true(pty_wait_text(t.pty, "SUCCESS", 1000));
	pty_free(other.pty);
	console_close(&t);
}

static void
test_run_of_another_process_is_cancelled(void **state)
{
	struct console_test t;
	struct pty *other;

	(void)state;
	open_morning(&t, "con_far", FAKE(MARKET, "--latency", "60000"));
	SEE(&t, " rw ");
	console_env(&t, "FINTRA_RUN_HEARTBEAT_MS=300");
	other = console_spawn(&t, FAKE("run", "sync-universe"), 80, 24);
	SEE(&t, "START");
	pty_send(t.pty, "C");
	SEE(&t, "Abort run 1?");
	pty_send(t.pty, "y");
	SEE(&t, "asked to abort");
	SEE(&t, "C cancelled");
	assert_int_equal(pty_wait_exit(other, CONSOLE_WAIT_MS), 130);
	pty_free(other);
	console_close(&t);
}

/* Fresh windows, emptied behind the program's back: seen within one refresh.  A refresh is 2 s and
 * at least four times what measuring takes, which a machine under load stretches: hence the bound.
 */
static void
test_truncate_is_critical_within_a_refresh(void **state)
{
	struct console_test t;

	(void)state;
	console_open(&t, "con_truncate", NULL);
	support_ready(t.info);
	console_env(&t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_env(&t, "FINTRA_CONSOLE_REFRESH_MS=2000");
	console_start(&t, 80, 24);
	SEE(&t, "READY for 2026-02-02");
	assert_null(strstr(pty_row(t.pty, 1), "NOT READY"));
	free(support_psql(t.info, "TRUNCATE performance_windows"));
	assert_true(pty_wait_text(t.pty, "CRIT performance_windows_empty", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 1, "NOT READY", 1000));
	console_close(&t);
}

static void
test_mixed_morning_shows_both_dates(void **state)
{
	struct console_test t;

	(void)state;
	console_open(&t, "con_morning", NULL);
	support_ready(t.info);
	support_sql(t.info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
			    "UPDATE performance_windows w SET benchmark_return = s.return_percent,"
			    " alpha = asset_return - s.return_percent FROM sector_performance s"
			    " WHERE s.sector = w.benchmark_ticker AND s.window_code = w.window_code"
			    " AND s.performance_date = '2026-01-30'");
	console_env(&t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(&t, 80, 24);
	SEE(&t, "NOT READY for 2026-02-02: sector_performance late 1 session");
	SEE(&t, "M mixed");
	SEE(&t, "02-02/01-30");
	console_close(&t);
}

static void
test_read_only_refuses_to_launch(void **state)
{
	struct console_test t;

	(void)state;
	console_open(&t, "con_ro", NULL);
	t.pty = console_spawn(&t, FAKE("--read-only", "tui"), 80, 24);
	SEE(&t, " ro ");
	SEE(&t, "read only");
	pty_send(t.pty, "r");
	SEE(&t, "launching is off");
	console_close(&t);
}

static void
test_paste_does_not_act(void **state)
{
	struct console_test t;

	(void)state;
	open_morning(&t, "con_paste", NULL);
	SEE(&t, " rw ");
	pty_send(t.pty, "\033[200~rQ\033[201~3");
	SEE(&t, "Runs of all processes"); /* the key after the paste acts again */
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_launch_follow_and_read_the_log),
		cmocka_unit_test(test_gate_asks_first),
		cmocka_unit_test(test_drain_by_keys),
		cmocka_unit_test(test_typed_ahead_answers_nothing),
		cmocka_unit_test(test_quit_with_a_run_asks),
		cmocka_unit_test(test_suspend_is_refused_with_a_run),
		cmocka_unit_test(test_run_of_another_host_is_followed),
		cmocka_unit_test(test_run_of_another_process_is_followed),
		cmocka_unit_test(test_run_of_another_process_is_cancelled),
		cmocka_unit_test(test_truncate_is_critical_within_a_refresh),
		cmocka_unit_test(test_mixed_morning_shows_both_dates),
		cmocka_unit_test(test_read_only_refuses_to_launch),
		cmocka_unit_test(test_paste_does_not_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
