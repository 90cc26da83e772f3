/* Jobs of the old system launched, followed and cancelled from the console. */
#include "jobs/catalogue.h"
#include "tests/support_old_cli.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))

static struct console_test t;

/* Its place in the list: behind the jobs of this build that come before it. */
static int
place_of(const char *job)
{
	int n = 0;

	for (size_t i = 0; strcmp(fintra_known_jobs[i]->name, job) != 0; i++)
		n += catalogue_job(&fintra_catalogue, fintra_known_jobs[i]->name) != NULL;
	return n;
}

static void
launch(const char *job)
{
	char title[100];
	int down = place_of(job);

	SEE(&t, " rw ");
	pty_send(t.pty, "r");
	SEE(&t, "Run a job or backfill");
	pty_send(t.pty, "g");
	for (int i = 0; i < down; i++)
		pty_send(t.pty, "j");
	pty_send(t.pty, "\r");
	fmt_buf(title, sizeof(title), "Launch %s", job);
	SEE(&t, title);
	pty_send(t.pty, "\r");
}

static void
abort_run(int64_t run)
{
	char text[100];

	fmt_buf(text, sizeof(text), "Abort run %lld?", (long long)run);
	pty_send(t.pty, "C");
	SEE(&t, text);
	pty_send(t.pty, "y");
	fmt_buf(text, sizeof(text), "SELECT state FROM fintra_ops.run WHERE id = %lld",
		(long long)run);
	console_sql_until(&t, text, "cancelled");
	assert_true(pty_wait_gone(t.pty, "of mine", CONSOLE_WAIT_MS));
}

static void
from_the_console(void **state)
{
	struct support_out out;
	char pid[24];
	int64_t child;

	(void)state;
	old_cli_open(&t, "old_console",
		     "[job fmp-debug/sample-financial]\nrunner = command\ncommand = @ "
		     "deaf\n[job update-mvp]\nrunner = http\n");
	old_cli_answers(200, "{\"ok\":true,\"processed\":77}", OLD_HOLDS);
	t.pty = old_cli_spawn(&t, NULL, 160, 48);
	/* Called, followed, cancelled; called again, ends well. */
	launch("update-mvp");
	assert_true(old_await_requests(1));
	SEE(&t, "R answ");
	SEE(&t, "PROGRESS answer of 127.0.0.1");
	SEE(&t, "GET http://127.0.0.1");
	abort_run(1);
	assert_true(old_await_left(1));
	old_cli_answers(200, "{\"ok\":true,\"processed\":77}", OLD_WHOLE);
	launch("update-mvp");
	SEE(&t, ". success");
	SEE(&t, "answer: {");
	pty_send(t.pty, "4");
	SEE(&t, "read=77 inserted=?");
	pty_send(t.pty, "3");
	SEE(&t, "+? ~? =?");
	pty_send(t.pty, "1");
	assert_true(pty_wait_gone(t.pty, "of mine", CONSOLE_WAIT_MS));
	/* A command that will not hear: its lines, and its end. */
	launch("fmp-debug/sample-financial");
	SEE(&t, "works");
	child = old_cli_grandchild(&t, 3);
	abort_run(3);
	old_cli_await_gone(child);
	/* No zombie is left to the console. */
	fmt_buf(pid, sizeof(pid), "%d", (int)pty_pid(t.pty));
	support_exec(NAMES("ps", "-o", "pid=", "--ppid", pid), NULL, &out);
	assert_string_equal(out.out, "");
	support_out_done(&out);
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_null(strstr(str_c(pty_raw(t.pty)), OLD_CANARY));
	console_close(&t);
}

/* It has no checkpoint: handed over it would be called twice. */
static void
a_lost_terminal_does_not_call_twice(void **state)
{
	(void)state;
	old_cli_open(&t, "old_hangup", "[job update-mvp]\nrunner = http\n");
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	t.pty = old_cli_spawn(&t, NULL, 80, 24);
	launch("update-mvp");
	assert_true(old_await_requests(1));
	pty_hang_up(t.pty);
	pty_wait_exit(t.pty, CONSOLE_WAIT_MS);
	old_cli_expect_sql(&t, "SELECT epoch || ' ' || state FROM fintra_ops.run", "1 cancelled");
	assert_int_equal(old_requests(), 1);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_console),
		cmocka_unit_test(a_lost_terminal_does_not_call_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
