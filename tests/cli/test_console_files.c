/* What leaves the real console other than by the screen: exports, and copies without a clipboard.
 */
#include "tests/support_console.h"

#include "core/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void
open_console(struct console_test *t, const char *name, const char *setting)
{
	console_open(t, name, NULL);
	if (setting)
		console_env(t, setting);
	console_start(t, 100, 30);
	SEE(t, " rw ");
}

static void
lines(const struct console_test *t, int64_t run, int64_t n)
{
	char msg[80];

	for (int64_t seq = 1; seq <= n; seq++) {
		fmt_buf(msg, sizeof(msg), "'line %lld, or more'", (long long)seq);
		console_foreign_line(t, run, seq, msg);
	}
}

/* Owned: free().  A file of the test's own directory, which only its owner may read. */
static char *
read_private(const struct console_test *t, const char *name)
{
	char path[200], text[4000];
	struct stat st;
	FILE *f;

	fmt_buf(path, sizeof(path), "%s/%s", t->home, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return mem_dup(text);
}

/* In place of the name that is proposed. */
static void
export_as(struct console_test *t, const char *name)
{
	char path[200];

	pty_send(t->pty, "X");
	SEE(t, "file: fintra-");
	for (int i = 0; i < 40; i++)
		pty_send(t->pty, "\x7f");
	SEE(t, "file: _");
	fmt_buf(path, sizeof(path), "%s/%s\r", t->home, name);
	pty_send(t->pty, path);
}

static void
assert_csv(const struct console_test *t, const char *name, int from, int to)
{
	char *text = read_private(t, name), *p = text;

	assert_true(str_starts(text, "time,level,text\n"));
	for (int i = from; i <= to; i++) {
		char want[40];

		p = strchr(p, '\n') + 1;
		fmt_buf(want, sizeof(want), "Z,info,\"line %d, or more\"\n", i);
		assert_non_null(strchr(p, 'Z'));
		assert_true(str_starts(strchr(p, 'Z'), want));
	}
	p = strchr(p, '\n') + 1;
	assert_string_equal(p, "");
	free(text);
}

static void
test_export_of_a_log(void **state)
{
	struct console_test t;

	(void)state;
	open_console(&t, "con_export", NULL);
	console_foreign_run(&t, "performance-bulk");
	SEE(&t, "R merge");
	pty_send(t.pty, "4");
	lines(&t, 1, 40); /* more than the screen shows */
	SEE(&t, "40 of 40");
	export_as(&t, "all.csv");
	SEE(&t, "40 lines in /tmp/");
	assert_csv(&t, "all.csv", 1, 40);
	pty_send(t.pty, "&line 1[0-4]\r");
	SEE(&t, "5 of 40");
	export_as(&t, "all.csv"); /* it is there: no by default */
	SEE(&t, "Overwrite it?");
	pty_send(t.pty, "n");
	assert_true(pty_wait_gone(t.pty, "Overwrite it?", CONSOLE_WAIT_MS));
	assert_csv(&t, "all.csv", 1, 40);
	export_as(&t, "all.csv");
	SEE(&t, "Overwrite it?");
	pty_send(t.pty, "y");
	SEE(&t, "5 lines in /tmp/");
	assert_csv(&t, "all.csv", 10, 14);
	export_as(&t, "no/such.txt");
	SEE(&t, "not exported: ");
	SEE(&t, "No such file");
	console_quit(&t);
}

static void
test_export_of_a_page_and_a_list(void **state)
{
	struct console_test t;
	char *text;

	(void)state;
	open_console(&t, "con_export_page", NULL);
	pty_send(t.pty, "0");
	SEE(&t, "This process");
	export_as(&t, "system.txt");
	SEE(&t, "lines in /tmp/");
	text = read_private(&t, "system.txt");
	assert_non_null(strstr(text, "Advisory locks")); /* below what this screen shows */
	free(text);
	export_as(&t, "system.json");
	SEE(&t, "not exported: System is no list");
	pty_send(t.pty, "+");
	SEE(&t, "measured every 5s at most");
	pty_send(t.pty, "---");
	SEE(&t, "measured every 0.5s at most");
	pty_send(t.pty, "!");
	SEE(&t, "Messages, newest first: ");
	SEE(&t, "measured every 1s at most");
	SEE(&t, "not exported: System is no list");
	pty_send(t.pty, "q");
	pty_send(t.pty, "2");
	SEE(&t, "- never");
	pty_send(t.pty, "j");
	SEE(&t, "asks: fintra_universe empty");
	pty_send(t.pty, "y");
	SEE(&t, "copied: 0  !  industry-classification-sync  - never");
	pty_send(t.pty, "Y");
	SEE(&t, "copied: fintra jobs");
	export_as(&t, "jobs.json");
	SEE(&t, "lines in /tmp/");
	text = read_private(&t, "jobs.json");
	assert_non_null(strstr(text, "\"job\":\"sync-universe\",\"last run\":\"- never\""));
	free(text);
	console_quit(&t);
}

/* The Linux console has no clipboard. */
static void
test_copy_without_a_clipboard(void **state)
{
	struct console_test t;
	char *text;

	(void)state;
	open_console(&t, "con_copy_file", "TERM=linux");
	console_foreign_run(&t, "performance-bulk");
	SEE(&t, "R merge");
	pty_send(t.pty, "4");
	lines(&t, 1, 2);
	SEE(&t, "line 2, or more");
	pty_send(t.pty, "y");
	SEE(&t, "it is in /tmp/");
	assert_null(strstr(str_c(pty_raw(t.pty)), "\033]52"));
	text = read_private(&t, "cache/fintra/copied.txt");
	assert_string_equal(text, "line 2, or more\n");
	free(text);
	console_quit(&t);
}

static void
wait_alternate(struct console_test *t, bool want)
{
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;

	while (pty_alternate(t->pty) != want && clock_mono_ms() < end)
		pty_pump(t->pty, 20);
	assert_true(pty_alternate(t->pty) == want);
}

static void
open_plain(struct console_test *t, const char *name)
{
	open_console(t, name, NULL);
	console_foreign_run(t, "performance-bulk");
	SEE(t, "R merge");
	pty_send(t->pty, "4");
	console_foreign_line(t, 1, 1, "'line one'");
	console_foreign_line(t, 1, 2, "'noise ' || chr(27) || '[2J'");
	SEE(t, "2 of 2");
}

/* Lines of the ordinary screen, old ones and new ones, until a key; the pane's filter holds. */
static void
test_plain_log(void **state)
{
	struct console_test t;

	(void)state;
	open_plain(&t, "con_plain");
	pty_send(t.pty, "~");
	wait_alternate(&t, false);
	SEE(&t, "-- run 1 performance-bulk: any key goes back to the screen --");
	SEE(&t, " i line one");
	SEE(&t, " i noise \\x1b[2J");
	assert_false(pty_echoes(t.pty));
	console_foreign_line(&t, 1, 3, "'line three'");
	SEE(&t, " i line three");
	pty_send(t.pty, "Q"); /* any key, and it does nothing else */
	wait_alternate(&t, true);
	SEE(&t, "fintra > Logs");
	pty_send(t.pty, "&!noise\r");
	SEE(&t, "filter !noise");
	pty_send(t.pty, "~");
	wait_alternate(&t, false);
	SEE(&t, ", filter !noise: any key");
	console_foreign_line(&t, 1, 4, "'noise four'");
	console_foreign_line(&t, 1, 5, "'line five'");
	SEE(&t, " i line five");
	assert_null(strstr(str_c(pty_raw(t.pty)), "noise four"));
	pty_resize(t.pty, 120, 40);
	pty_send(t.pty, " ");
	wait_alternate(&t, true);
	SEE(&t, "3 of 5");
	console_quit(&t);
}

/* The terminal is as it was, and what was printed stays. */
static void
test_plain_log_ends_with_the_process(void **state)
{
	static const struct {
		int sig, code;
	} ways[] = { { SIGTERM, 143 }, { SIGINT, 130 }, { SIGSEGV, 139 }, { SIGHUP, 129 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct console_test t;
		char name[40];

		fmt_buf(name, sizeof(name), "con_plain_end%zu", i);
		open_plain(&t, name);
		pty_send(t.pty, "~");
		wait_alternate(&t, false);
		SEE(&t, " i line one");
		pty_signal(t.pty, ways[i].sig);
		assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), ways[i].code);
		assert_false(pty_alternate(t.pty));
		assert_true(pty_cursor(t.pty));
		if (ways[i].sig != SIGHUP)
			assert_true(pty_echoes(t.pty));
		SEE(&t, " i line one");
		console_close(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_export_of_a_log),
		cmocka_unit_test(test_export_of_a_page_and_a_list),
		cmocka_unit_test(test_copy_without_a_clipboard),
		cmocka_unit_test(test_plain_log),
		cmocka_unit_test(test_plain_log_ends_with_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
