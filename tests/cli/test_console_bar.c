/* The command bar and the screens of the catalogue, with the real console on a pseudo-terminal. */
#include "tests/support_console.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FAKE(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MARKET "--tickers", "40", "--years", "1", "--end", "2026-02-02"

static void
begin(struct console_test *t, const char *name, int w, int h)
{
	console_open(t, name, FAKE(MARKET));
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(t, w, h);
	SEE(t, " rw ");
}

static void
end(struct console_test *t)
{
	assert_true(pty_wait_gone(t->pty, "of mine", CONSOLE_WAIT_MS));
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	console_close(t);
}

static void
test_jobs_by_key_and_by_name(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_jobs", 120, 40);
	console_foreign_run(&t, "prices-daily-bulk");
	pty_send(t.pty, "2");
	SEE(&t, "fintra > Jobs");
	SEE(&t, "R running");
	SEE(&t, "- never");
	SEE(&t, "lucia");
	pty_send(t.pty, "1:jobs prices-daily-bulk\r");
	SEE(&t, "Jobs > prices-daily-bulk");
	SEE(&t, "1 R running");
	pty_send(t.pty, "q");
	assert_true(pty_wait_gone(t.pty, "Jobs >", CONSOLE_WAIT_MS));
	end(&t);
}

/* Figures come from a database that plain SQL filled; sizes and sessions are the server's. */
static void
test_tables_and_system(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_tables", 120, 40);
	support_ready(t.info);
	pty_send(t.pty, "8");
	SEE(&t, "fintra > Tables");
	pty_send(t.pty, "\022"); /* ^r: measured again, now with rows */
	assert_true(pty_wait_text(t.pty, ". fresh   2026-02-02", CONSOLE_WAIT_MS));
	SEE(&t, " kB");
	pty_send(t.pty, "1:tables prices_daily\r");
	SEE(&t, "Tables > prices_daily");
	SEE(&t, "written by      prices-daily-bulk");
	SEE(&t, "2026-02-02  .");
	pty_send(t.pty, "0");
	SEE(&t, "fintra > System");
	SEE(&t, "Sessions of ours");
	SEE(&t, "fintra console");
	SEE(&t, "? not measured"); /* the vendor's budget: nobody measures it yet */
	SEE(&t, "PostgreSQL ");
	pty_send(t.pty, "1:tables pricesdaily\r");
	SEE(&t, "prices_daily");
	pty_send(t.pty, "\033");
	end(&t);
}

/* From the bar to the ledger: the form opens filled, Enter launches, the run is in the database. */
static void
test_launch_through_the_bar(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_run", 80, 24);
	pty_send(t.pty, ":run sync-universe --limit 7 --reason 'ticket 4412'\r");
	SEE(&t, "Launch sync-universe");
	SEE(&t, "--reason 'ticket 4412' --limit 7");
	assert_int_equal(support_psql_int(t.info, "SELECT count(*) FROM fintra_ops.run"), 0);
	pty_send(t.pty, "\r");
	SEE(&t, "run 1 sync-universe:");
	console_sql_until(&t, "SELECT state IN ('success', 'partial') FROM fintra_ops.run", "t");
	console_sql_until(&t,
			  "SELECT origin || ' ' || reason || ' ' || (params ->> 'limit') FROM "
			  "fintra_ops.run",
			  "console ticket 4412 7");
	pty_send(t.pty, "2");
	SEE(&t, "0   sync-universe");
	assert_true(pty_wait_gone(t.pty, "R running", CONSOLE_WAIT_MS));
	end(&t);
}

static void
test_wrong_command_stays_and_names_the_nearest(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_wrong", 80, 24);
	pty_send(t.pty, ":rnu sync-universe\r");
	SEE(&t, "unknown command rnu; did you mean run?");
	SEE(&t, ":rnu sync-universe_");
	pty_send(t.pty, "\033");
	assert_true(pty_wait_gone(t.pty, ":rnu", CONSOLE_WAIT_MS));
	pty_send(t.pty, ":\033OA"); /* what was typed before */
	SEE(&t, ":rnu sync-universe_");
	pty_send(t.pty, "\033");
	assert_true(pty_wait_gone(t.pty, ":rnu", CONSOLE_WAIT_MS));
	end(&t);
}

static void
test_tab_completes(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_tab", 80, 24);
	pty_send(t.pty, ":run sync\t");
	SEE(&t, ":run sync-universe _");
	pty_send(t.pty, "--li\t");
	SEE(&t, ":run sync-universe --limit _");
	pty_send(t.pty, "\025"); /* no key of the bar: nothing happens */
	pty_send(t.pty, "\033");
	assert_true(pty_wait_gone(t.pty, ":run", CONSOLE_WAIT_MS));
	pty_send(t.pty, ":why \t");
	SEE(&t, "performance_windows");
	pty_send(t.pty, "\033");
	end(&t);
}

static void
test_cancel_asks_first(void **state)
{
	struct console_test t;
	int64_t run;

	(void)state;
	begin(&t, "bar_cancel", 80, 24);
	run = console_foreign_run(&t, "prices-daily-bulk");
	SEE(&t, "prices-daily-bulk");
	assert_int_equal(run, 1);
	pty_send(t.pty, ":cancel 1\r");
	SEE(&t, "Cancel run 1?");
	pty_send(t.pty, "n");
	SEE(&t, ":cancel 1_"); /* back in the bar */
	assert_int_equal(support_psql_int(t.info, "SELECT count(*) FROM fintra_ops.request"), 0);
	pty_send(t.pty, " --now\r");
	SEE(&t, "Abort run 1?");
	pty_send(t.pty, "y");
	console_sql_until(&t, "SELECT level FROM fintra_ops.request", "abort");
	assert_true(pty_wait_gone(t.pty, ":cancel", CONSOLE_WAIT_MS));
	end(&t);
}

/* A run that has failed is launched anew, without what is done, after a question. */
static void
test_retry_of_what_failed(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_retry", 80, 24);
	assert_int_equal(console_foreign_run(&t, "sync-universe"), 1);
	support_sql(t.info,
		    "UPDATE fintra_ops.run SET state = 'failure', ended_at = "
		    "clock_timestamp(), exit_code = 1; INSERT INTO fintra_ops.unit (run_id, "
		    "unit, state, attempts, ended_at) VALUES (1, 'kept', 'done', 1, "
		    "clock_timestamp()); SELECT pg_notify('fintra', '1')");
	SEE(&t, "failure");
	pty_send(t.pty, ":retry 1\r");
	SEE(&t, "Launch run 1 again, as a new run?");
	SEE(&t, "all of it; --failed: only what is not done");
	pty_send(t.pty, "n");
	SEE(&t, ":retry 1_");
	pty_send(t.pty, " --failed\r");
	SEE(&t, "units that are done stay done");
	pty_send(t.pty, "\r"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "y");
	console_sql_until(
		&t, "SELECT state IN ('success', 'partial') FROM fintra_ops.run WHERE id = 2", "t");
	console_sql_until(&t,
			  "SELECT string_agg(concat_ws(' ', id, epoch, parent, gate, reason), ', ' "
			  "ORDER BY id) FROM fintra_ops.run",
			  "1 1 warn, 2 1 1 warn retry of run 1");
	assert_int_equal(support_psql_int(t.info, "SELECT count(*) FROM fintra_ops.unit WHERE "
						  "run_id = 2 AND unit = 'kept'"),
			 1);
	assert_true(pty_wait_gone(t.pty, ":retry", CONSOLE_WAIT_MS));
	end(&t);
}

static void
test_quit_by_word(void **state)
{
	struct console_test t;

	(void)state;
	begin(&t, "bar_quit", 80, 24);
	pty_send(t.pty, ":q\r");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs_by_key_and_by_name),
		cmocka_unit_test(test_tables_and_system),
		cmocka_unit_test(test_launch_through_the_bar),
		cmocka_unit_test(test_wrong_command_stays_and_names_the_nearest),
		cmocka_unit_test(test_tab_completes),
		cmocka_unit_test(test_cancel_asks_first),
		cmocka_unit_test(test_retry_of_what_failed),
		cmocka_unit_test(test_quit_by_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
