/* The real console and its terminal: put back on every way out, hostile text, sizes, poor
 * terminals. */
#include "tests/support_console.h"

#include "core/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define FAKE(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
open_console(struct console_test *t, const char *name)
{
	console_open(t, name, NULL);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
	console_start(t, 80, 24);
	SEE(t, " rw ");
}

/* The main screen is back, the cursor shows, no paste brackets, the keyboard echoes again. */
static void
assert_restored(const struct pty *p)
{
	const char *raw = str_c(pty_raw(p));

	assert_false(pty_alternate(p));
	assert_non_null(strstr(raw, "\033[?2004h"));
	assert_non_null(strstr(strstr(raw, "\033[?2004h"), "\033[?2004l"));
	assert_non_null(strstr(strstr(raw, "\033[?1049h"), "\033[?1049l"));
	assert_true(pty_echoes(p));
	assert_true(pty_cursor(p));
}

static void
ends_restored(const char *name, int sig, int code)
{
	struct console_test t;

	open_console(&t, name);
	assert_true(pty_alternate(t.pty));
	assert_false(pty_echoes(t.pty));
	pty_signal(t.pty, sig);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), code);
	assert_restored(t.pty);
	console_close(&t);
}

static void
test_sigterm_restores(void **state)
{
	(void)state;
	ends_restored("con_term", SIGTERM, 143);
}

static void
test_sigint_restores(void **state)
{
	(void)state;
	ends_restored("con_int", SIGINT, 130);
}

static void
test_crash_restores(void **state)
{
	(void)state;
	ends_restored("con_segv", SIGSEGV, 128 + SIGSEGV);
	ends_restored("con_abrt", SIGABRT, 128 + SIGABRT);
}

static void
test_quit_restores(void **state)
{
	struct console_test t;

	(void)state;
	open_console(&t, "con_q");
	pty_send(t.pty, "q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_restored(t.pty);
	console_close(&t);
}

/* faults.md F14: no spin, no end that never comes. */
static void
test_hang_up_ends_the_console(void **state)
{
	struct console_test t;

	(void)state;
	open_console(&t, "con_hup");
	pty_hang_up(t.pty);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 129);
	console_close(&t);
}

/* A run of a console whose terminal closes is drained and goes on in a process of its own. */
static void
test_hang_up_hands_a_run_over(void **state)
{
	struct console_test t;

	(void)state;
	console_open(&t, "con_hand", FAKE("--tickers", "40", "--years", "1", "--latency", "1500"));
	console_start(&t, 80, 24);
	SEE(&t, " rw ");
	pty_send(t.pty, "rg\r");
	SEE(&t, "Launch sync-universe");
	pty_send(t.pty, "\r");
	SEE(&t, "START");
	pty_hang_up(t.pty);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 129);
	pty_free(t.pty);
	t.pty = NULL;
	console_sql_until(&t, "SELECT state FROM fintra_ops.run WHERE id = 1 AND epoch > 1",
			  "success");
	console_close(&t);
}

/* Who knows what was written to the terminal meanwhile: all is painted again. */
static void
test_stopped_and_continued(void **state)
{
	struct console_test t;
	size_t before;
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;

	(void)state;
	open_console(&t, "con_cont");
	pty_send(t.pty, "\032"); /* the group is orphaned here: it does not stop, but it lets go and
				    takes back */
	pty_pump(t.pty, 300);
	assert_true(pty_wait_row(t.pty, 23, "1Over", CONSOLE_WAIT_MS));
	before = pty_raw(t.pty)->len;
	pty_signal(t.pty, SIGSTOP);
	pty_signal(t.pty, SIGCONT);
	while (!strstr(str_c(pty_raw(t.pty)) + before, "1Over") && clock_mono_ms() < end)
		pty_pump(t.pty, 20);
	assert_non_null(strstr(str_c(pty_raw(t.pty)) + before, "1Over"));
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes");
	assert_true(pty_alternate(t.pty));
	console_close(&t);
}

/* Looks at the whole stream: while the program lives, its end may be half a sequence. */
static void
only_our_sequences(struct console_test *t)
{
	const char *foreign;

	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	foreign = pty_foreign(str_c(pty_raw(t->pty)), pty_raw(t->pty)->len);
	if (foreign)
		fail_msg("%s", foreign);
	console_close(t);
}

/* T7: names and lines that try to drive the terminal. */
static void
test_hostile_text(void **state)
{
	struct console_test t;
	int64_t run;

	(void)state;
	open_console(&t, "con_hostile");
	run = console_foreign_run(&t, "bad\033]0;owned\007\033[5n job");
	SEE(&t, "bad\\x1b]0;owned");
	console_foreign_line(&t, run, 1,
			     "E'osc \\x1b]52;c;aGk=\\x07 dcs \\x1bP1$q\\x1b\\\\\\\\ end'");
	console_foreign_line(&t, run, 2, "E'c1 \\u009b31m \\u0090q bidi \\u202e\\u2066 end'");
	console_foreign_line(&t, run, 3, "E'forged\\n04:12:07 i SUCCESS\\r\\x08\\x7f end'");
	SEE(&t, "forged\\n04:12:07");
	pty_send(t.pty, "4");
	SEE(&t, "52;c;aGk=");
	SEE(&t, "\\u202e");
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes");
	only_our_sequences(&t);
}

/* The vendor's hostile company names, through the job, its log and the ledger. */
static void
test_hostile_vendor(void **state)
{
	struct console_test t;

	(void)state;
	console_open(&t, "con_vendor", FAKE("--tickers", "60", "--years", "1", "--hostile"));
	console_start(&t, 120, 40);
	SEE(&t, " rw ");
	pty_send(t.pty, "rg\r");
	SEE(&t, "Launch sync-universe");
	pty_send(t.pty, "\r");
	SEE(&t, ". success");
	pty_send(t.pty, "4");
	SEE(&t, "fintra > Logs");
	SEE(&t, "1 sync-universe");
	only_our_sequences(&t);
}

/* The checker itself: what it must object to, and what it must not. */
static void
test_foreign_sequences_are_found(void **state)
{
	static const char *const bad[] = { "\033]0;x\007",
					   "\033P1\033\\",
					   "a\007",
					   "\033[5n",
					   "\033[21t",
					   ("\xc2\x9b"
					    "31m"),
					   ("\x9b"
					    "31m"),
					   "\xe2\x80\xae",
					   "\033_x\033\\",
					   "\016" };
	static const char good[] = "\033[?1049h\033[22;0;0t\033[1;24r\033[m\033(B\033[4l\033[?"
				   "7h\033[H\033[2Jx\r\n\033[31;1m"
				   "\xe6\x97\xa5\033[?25l";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_non_null(pty_foreign(bad[i], strlen(bad[i])));
	assert_null(pty_foreign(good, sizeof(good) - 1));
}

static void
test_resize_storm(void **state)
{
	static const int sizes[][2] = { { 20, 5 },  { 160, 48 }, { 1, 1 },     { 80, 24 },
					{ 60, 15 }, { 59, 15 },	 { 500, 200 }, { 120, 40 },
					{ 60, 14 }, { 200, 2 } };
	struct console_test t;

	(void)state;
	open_console(&t, "con_resize");
	for (int i = 0; i < 100; i++) {
		pty_resize(t.pty, sizes[i % 10][0], sizes[i % 10][1]);
		pty_pump(t.pty, i % 3 * 5);
	}
	pty_resize(t.pty, 40, 10);
	assert_true(pty_wait_row(t.pty, 0, "NOT READY for 2026-02-02 - enlarge", CONSOLE_WAIT_MS));
	pty_resize(t.pty, 20, 5);
	assert_true(pty_wait_row(t.pty, 0, "NOT READY - enlarge", CONSOLE_WAIT_MS));
	pty_resize(t.pty, 80, 24);
	assert_true(pty_wait_row(t.pty, 23, "1Over 2Jobs 3Runs", CONSOLE_WAIT_MS));
	assert_true(pty_wait_gone(t.pty, "enlarge", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 0, "fintra", CONSOLE_WAIT_MS));
	only_our_sequences(&t);
}

/* After a resize the screen is what a console started at that size shows: no stale cell. */
static void
test_no_stale_cells_after_a_resize(void **state)
{
	struct console_test t;

	(void)state;
	open_console(&t, "con_stale");
	pty_send(t.pty, "?");
	SEE(&t, "Keys: Overview");
	pty_resize(t.pty, 120, 40);
	assert_true(pty_wait_row(t.pty, 39, "q Back", CONSOLE_WAIT_MS));
	pty_resize(t.pty, 80, 24);
	assert_true(pty_wait_row(t.pty, 23, "q Back", CONSOLE_WAIT_MS));
	pty_send(t.pty, "q");
	assert_true(pty_wait_gone(t.pty, "Keys: Overview", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 4, ">0  universe", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 10, " 6  orchestrators", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 22, "refresh", CONSOLE_WAIT_MS));
	assert_true(pty_wait_row(t.pty, 23, "1Over 2Jobs 3Runs", CONSOLE_WAIT_MS));
	console_close(&t);
}

static void
test_no_color(void **state)
{
	struct console_test t;
	const char *raw;

	(void)state;
	console_open(&t, "con_mono", NULL);
	console_env(&t, "NO_COLOR=1");
	console_start(&t, 80, 24);
	SEE(&t, " rw ");
	raw = str_c(pty_raw(t.pty));
	for (const char *p = raw; (p = strstr(p, "\033[")) != NULL; p += 2) {
		size_t n = strspn(p + 2, "0123456789;");
		int colour = 0;

		if (p[2 + n] == 'm')
			for (const char *q = p + 2; q < p + 2 + n; q++)
				colour |= (*q == '3' || *q == '4') && q[1] >= '0' && q[1] <= '8' &&
					  q[1] != ';';
		assert_false(colour);
	}
	console_close(&t);
}

static void
test_ascii_without_utf8(void **state)
{
	struct console_test t;
	const struct str *raw;

	(void)state;
	console_open(&t, "con_ascii", NULL);
	console_env(&t, "LC_ALL=C");
	console_start(&t, 80, 24);
	SEE(&t, " rw ");
	SEE(&t, "-Layers---");
	raw = pty_raw(t.pty);
	for (size_t i = 0; i < raw->len; i++)
		assert_true((unsigned char)raw->p[i] < 0x80);
	console_close(&t);
}

/* F42: a terminal that cannot address its cursor gets the status as lines, and never waits for a
 * key. */
static void
poor_terminal(const char *name, const char *term)
{
	struct console_test t;
	int code;

	console_open(&t, name, NULL);
	console_env(&t, term);
	t.pty = console_spawn(&t, NULL, 80, 24);
	code = pty_wait_exit(t.pty, CONSOLE_WAIT_MS);
	assert_int_equal(code, 2); /* status: not ready */
	assert_non_null(strstr(str_c(pty_raw(t.pty)), "no console: terminal"));
	assert_non_null(strstr(str_c(pty_raw(t.pty)), "NOT READY"));
	assert_null(strchr(str_c(pty_raw(t.pty)), 27));
	console_close(&t);
}

static void
test_dumb_terminal(void **state)
{
	(void)state;
	poor_terminal("con_dumb", "TERM=dumb");
	poor_terminal("con_unknown", "TERM=no-such-terminal");
	poor_terminal("con_none", "TERM");
}

/* A server that takes the connection and never says a word. */
static int
silent_server(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fail_msg("no silent server");
	*port = ntohs(a.sin_port);
	return fd;
}

static void
test_first_frame_before_the_database_answers(void **state)
{
	struct console_test t;
	int port, fd = silent_server(&port);
	int64_t begin, start, first;

	(void)state;
	console_open(&t, "con_silent", NULL);
	fmt_buf(t.text[0], sizeof(t.text[0]),
		"FINTRA_DB_CONNINFO=host=127.0.0.1 port=%d sslmode=disable", port);
	/* What the machine takes to start the program at all is no part of it. */
	begin = clock_mono_ms();
	t.pty = console_spawn(&t, FAKE("version"), 80, 24);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	pty_free(t.pty);
	start = clock_mono_ms() - begin;
	begin = clock_mono_ms();
	console_start(&t, 80, 24);
	first = clock_mono_ms() - begin;
	SEE(&t, "CONNECTING");
	SEE(&t, "? unknown");
	fprintf(stderr, "first frame after %d ms, of which start %d ms\n", (int)first, (int)start);
	assert_true(first < 100 + 3 * start);
	pty_send(t.pty, "3");
	SEE(&t, "Runs of all processes"); /* keys are answered */
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	close(fd);
	console_close(&t);
}

static void
test_no_database(void **state)
{
	struct console_test t;
	int port, fd = silent_server(&port);

	(void)state;
	close(fd); /* now nobody listens there */
	console_open(&t, "con_nodb", NULL);
	fmt_buf(t.text[0], sizeof(t.text[0]),
		"FINTRA_DB_CONNINFO=host=127.0.0.1 port=%d sslmode=disable", port);
	console_start(&t, 80, 24);
	SEE(&t, "NO DATABASE");
	SEE(&t, "next try in");
	pty_send(t.pty, "r");
	SEE(&t, "launching is off: no database connection");
	console_close(&t);
}

/* The connection is cut: said at once, taken up again by itself. */
static void
test_connection_comes_back(void **state)
{
	static const char cut[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
				  " WHERE datname = current_database() AND pid <> pg_backend_pid()";
	struct console_test t;

	(void)state;
	open_console(&t, "con_back");
	SEE(&t, "NOT READY");
	free(support_psql(t.info, cut));
	SEE(&t, "DATABASE LOST");
	assert_true(pty_wait_gone(t.pty, "DATABASE LOST", CONSOLE_WAIT_MS));
	console_foreign_run(&t, "performance-bulk");
	SEE(&t, "R merge");
	console_close(&t);
}

static int64_t
cpu_ticks(pid_t pid)
{
	char path[64], buf[1024] = "";
	unsigned long user = 0, sys = 0;
	const char *p;
	FILE *f;

	fmt_buf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(buf, 1, sizeof(buf) - 1, f) > 0);
	fclose(f);
	p = strrchr(buf, ')');
	assert_int_equal(
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys),
		2);
	return (int64_t)(user + sys);
}

/* Idle: the clock and little else.  Five seconds at 1 % of a core are 5 ticks. */
static void
test_idle_costs_nothing(void **state)
{
	struct console_test t;
	int64_t before, ticks;

	(void)state;
	if (getenv("SANITIZER")) {
		fprintf(stderr, "SKIP: a sanitizer's own cost is no measure\n");
		skip();
	}
	open_console(&t, "con_idle");
	SEE(&t, "NOT READY");
	pty_pump(t.pty, 1000);
	before = cpu_ticks(pty_pid(t.pty));
	pty_pump(t.pty, 5000);
	ticks = cpu_ticks(pty_pid(t.pty)) - before;
	fprintf(stderr, "idle: %d ms of CPU in 5 s\n", (int)(ticks * 1000 / sysconf(_SC_CLK_TCK)));
	assert_true(ticks * 1000 / sysconf(_SC_CLK_TCK) <= 100);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sigterm_restores),
		cmocka_unit_test(test_sigint_restores),
		cmocka_unit_test(test_crash_restores),
		cmocka_unit_test(test_quit_restores),
		cmocka_unit_test(test_hang_up_ends_the_console),
		cmocka_unit_test(test_hang_up_hands_a_run_over),
		cmocka_unit_test(test_stopped_and_continued),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_hostile_vendor),
		cmocka_unit_test(test_foreign_sequences_are_found),
		cmocka_unit_test(test_resize_storm),
		cmocka_unit_test(test_no_stale_cells_after_a_resize),
		cmocka_unit_test(test_no_color),
		cmocka_unit_test(test_ascii_without_utf8),
		cmocka_unit_test(test_dumb_terminal),
		cmocka_unit_test(test_first_frame_before_the_database_answers),
		cmocka_unit_test(test_no_database),
		cmocka_unit_test(test_connection_comes_back),
		cmocka_unit_test(test_idle_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
