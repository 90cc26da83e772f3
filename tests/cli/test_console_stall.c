/* The real console before a database that stops answering: the network between them falls silent
 * (tests/support_proxy.h), the server itself knows nothing of it. */
#include "tests/support_console.h"
#include "tests/support_proxy.h"

#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char silent[] = "DATABASE DOES NOT ANSWER for ";

static struct proxy *
open_console(struct console_test *t, const char *name)
{
	struct proxy *p;
	char *path;

	console_open(t, name, NULL);
	path = support_psql(t->info,
			    "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)"
			    " || '/.s.PGSQL.' || current_setting('port')");
	p = proxy_open(path);
	free(path);
	fmt_buf(t->text[0], sizeof(t->text[0]),
		"FINTRA_DB_CONNINFO=%s host=127.0.0.1 port=%d sslmode=disable", t->info,
		proxy_port(p));
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(t, 80, 24);
	SEE(t, " rw ");
	SEE(t, "NOT READY");
	return p;
}

/* Seconds of the banner; -1 when it is not there. */
static int
age(const struct console_test *t)
{
	char *screen = pty_screen(t->pty), *at = strstr(screen, silent);
	int s = at ? (int)strtol(at + strlen(silent), NULL, 10) : -1;

	free(screen);
	return s;
}

static void
fall_silent(struct console_test *t, struct proxy *p)
{
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;
	int first;

	proxy_silence(p, true);
	SEE(t, silent);
	first = age(t);
	assert_true(first >= 5);
	while (age(t) < first + 2 && clock_mono_ms() < end)
		pty_pump(t->pty, 100);
	assert_in_range(age(t), first + 2, first + 20);
}

/* What another host writes meanwhile is seen: the data are new. */
static void
sees_a_new_run(struct console_test *t)
{
	console_foreign_run(t, "performance-bulk");
	SEE(t, "R merge");
	assert_int_equal(age(t), -1);
}

static void
test_silence_is_said_and_ends(void **state)
{
	struct console_test t;
	struct proxy *p = open_console(&t, "con_stall");

	(void)state;
	fall_silent(&t, p);
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes");
	pty_send(t.pty, "?");
	SEE(&t, "Keys: Runs");
	pty_send(t.pty, "q");
	GONE(&t, "Keys: Runs");
	pty_send(t.pty, "1");
	SEE(&t, silent);
	proxy_silence(p, false);
	GONE(&t, silent);
	SEE(&t, "NOT READY");
	sees_a_new_run(&t);
	console_close(&t);
	proxy_close(p);
}

/* The connections break during the silence, and for a while nobody answers new ones. */
static void
test_connections_that_break_in_the_silence(void **state)
{
	struct console_test t;
	struct proxy *p = open_console(&t, "con_cut");

	(void)state;
	fall_silent(&t, p);
	proxy_cut(p);
	SEE(&t, "DATABASE LOST");
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes");
	pty_send(t.pty, "1");
	proxy_silence(p, false);
	GONE(&t, "DATABASE LOST");
	SEE(&t, "NOT READY");
	sees_a_new_run(&t);
	console_close(&t);
	proxy_close(p);
}

/* A console that waits for an answer can be left. */
static void
test_quit_in_the_silence(void **state)
{
	struct console_test t;
	struct proxy *p = open_console(&t, "con_stallq");

	(void)state;
	fall_silent(&t, p);
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
	proxy_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence_is_said_and_ends),
		cmocka_unit_test(test_connections_that_break_in_the_silence),
		cmocka_unit_test(test_quit_in_the_silence),
	};

	return cmocka_run_group_tests_name("console_stall", tests, NULL, NULL);
}
