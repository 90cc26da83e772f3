/* Jobs of the old system as commands (old_job.sh), on the real binary: what they say and how they
 * end, and that nothing they have started stays behind. */
#include "tests/support_old_cli.h"

#include <setjmp.h>

#include <cmocka.h>
#include <signal.h>

static struct console_test t;

static void
a_command_speaks_and_fails(void **state)
{
	(void)state;
	old_cli_open(
		&t, "old_command",
		"[job validation]\nrunner = command\ncommand = @ say 'a b' \"$HOME\"\ndirectory "
		"= /usr\n[job update-mvp]\nrunner = command\ncommand = @ fail 3\n[job fmp-batch]\n"
		"runner = command\ncommand = /nonexistent/x\n[job bulk-update]\nrunner = command\n"
		"command = @ flood\n[job backfill-industry-performance]\nrunner = command\ncommand "
		"= @ say {start} {end} {limit}\n");
	old_cli_expect(&t, OLD_RUN("validation", "--limit", "5"), 0, "read ? inserted ?");
	assert_int_equal(old_cli_int(&t, OLD_LINES("word <a b>")), 1);
	assert_int_equal(old_cli_int(&t, OLD_LINES("word <$HOME>")), 1); /* no shell */
	assert_int_equal(old_cli_int(&t, OLD_LINES("word <--date>")) +
				 old_cli_int(&t, OLD_LINES("word <2026-02-02>")),
			 2);
	assert_int_equal(old_cli_int(&t, OLD_LINES("word <--limit>")) +
				 old_cli_int(&t, OLD_LINES("word <5>")),
			 2);
	assert_int_equal(old_cli_int(&t, OLD_LINES("in /usr")), 1);
	assert_int_equal(old_cli_int(&t, OLD_LINES("half")) + old_cli_int(&t, OLD_LINES("bar")), 2);
	assert_int_equal(old_cli_int(&t, OLD_LINES("no end of line")), 1);
	assert_int_equal(old_cli_int(&t, OLD_LINES("colour \\\\x1b[31mred%")), 1);
	old_cli_expect_sql(&t, "SELECT lvl FROM fintra_ops.event WHERE msg = 'to be careful'",
			   "warn");
	old_cli_expect_sql(&t,
			   "SELECT (result->>'source' LIKE 'command %') || ' ' || "
			   "(result->>'exit')" OLD_LAST_RUN,
			   "true 0");
	old_cli_expect(&t, OLD_RUN("update-mvp"), 1, "exit code 3: TypeError: it broke");
	old_cli_expect_sql(&t, "SELECT state" OLD_LAST_RUN, "failure");
	old_cli_expect(&t, OLD_RUN("update-mvp", "--dry-run"), 0,
		       "old_job.sh fail 3 --date 2026-02-02");
	old_cli_expect(&t, OLD_RUN("fmp-batch"), 78, "cannot be started");
	old_cli_expect(&t, OLD_RUN("backfill-industry-performance", "--from", "2026-01-05"), 0,
		       NULL);
	assert_int_equal(old_cli_int(&t, OLD_LINES("word <2026-01-05>")), 1);
	old_cli_expect(&t, OLD_RUN("backfill-industry-performance", "--ticker", "A"), 64,
		       "no place for ticker");
	old_cli_expect(&t, OLD_RUN("bulk-update", "--gate", "off"), 4, NULL);
	assert_int_equal(old_cli_int(&t, OLD_LINES("line %")), 20000);
	assert_int_equal(old_cli_int(&t, OLD_LINES("% more lines are not kept")), 1);
	console_close(&t);
}

static void
a_command_is_stopped_with_its_children(void **state)
{
	struct pty *p;
	int64_t child;

	(void)state;
	old_cli_open(&t, "old_stop",
		     "[job update-mvp]\nrunner = command\ncommand = @ work\n[job "
		     "validation]\nrunner = command\ncommand = @ deaf\n[job fmp-batch]\n"
		     "runner = command\ncommand = @ deaf\ntimeout = 1s\n");
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	child = old_cli_grandchild(&t, 1);
	assert_false(old_cli_is_gone(child));
	old_cli_expect(&t, NAMES("cancel", "1"), 0, "asked to drain");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	assert_int_equal(old_cli_int(&t, OLD_LINES("stopping")), 1); /* it had its time */
	assert_int_equal(old_cli_int(&t, OLD_LINES("SIGKILL%")), 0);
	old_cli_expect_sql(&t, "SELECT state" OLD_LAST_RUN, "cancelled");
	old_cli_await_gone(child);
	pty_free(p);
	/* One that ignores SIGTERM: abort ends it, and what it has started. */
	p = old_cli_spawn(&t, OLD_RUN("validation"), 160, 48);
	child = old_cli_grandchild(&t, 2);
	old_cli_expect(&t, NAMES("cancel", "2", "--now"), 0, "asked to stop now");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	old_cli_await_gone(child);
	assert_int_equal(old_cli_int(&t, OLD_LINES("SIGKILL%")), 1);
	pty_free(p);
	/* The same when a drain takes too long, and when its time is up. */
	console_env(&t, "FINTRA_RUN_DRAIN_MS=400");
	p = old_cli_spawn(&t, OLD_RUN("validation"), 160, 48);
	child = old_cli_grandchild(&t, 3);
	pty_signal(p, SIGTERM);
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 143);
	old_cli_await_gone(child);
	pty_free(p);
	old_cli_expect(&t, OLD_RUN("fmp-batch"), 124, "did not end in time");
	old_cli_await_gone(old_cli_grandchild(&t, 4));
	console_close(&t);
}

static void
what_a_command_leaves_behind_ends_too(void **state)
{
	int64_t child;

	(void)state;
	old_cli_open(&t, "old_left", "[job update-mvp]\nrunner = command\ncommand = @ leave\n");
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	old_cli_expect(&t, OLD_RUN("update-mvp"), 0, "left processes behind");
	child = old_cli_int(&t, "SELECT substr(msg, 7) FROM fintra_ops.event WHERE msg ~ '^child'");
	old_cli_await_gone(child);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_speaks_and_fails),
		cmocka_unit_test(a_command_is_stopped_with_its_children),
		cmocka_unit_test(what_a_command_leaves_behind_ends_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
