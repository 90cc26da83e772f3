/* The real console: logs in panes, details of runs. */
#include "tests/support_console.h"

#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FAKE(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MARKET "--tickers", "40", "--years", "1", "--end", "2026-02-02"
#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))
#define GONE(t, text) assert_true(pty_wait_gone((t)->pty, text, CONSOLE_WAIT_MS))

enum { FRESH_MS = 1000 /* from a commit to the screen */ };

static void
prepare(struct console_test *t, const char *name, const char *const *fake)
{
	console_open(t, name, fake);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T09:12:07Z");
}

static void
open_console(struct console_test *t, const char *name, const char *const *fake, int w, int h)
{
	prepare(t, name, fake);
	console_start(t, w, h);
	SEE(t, " rw ");
}

static void
quit(struct console_test *t)
{
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	console_close(t);
}

static void
line(const struct console_test *t, int64_t run, int64_t seq, const char *text)
{
	char msg[120];

	fmt_buf(msg, sizeof(msg), "'%s %lld of %lld'", text, (long long)seq, (long long)run);
	console_foreign_line(t, run, seq, msg);
}

/* No NOTIFY tells of these lines: the feed must look by itself. */
static void
assert_live(struct console_test *t, const int64_t *run, size_t n, int64_t seq)
{
	for (size_t i = 0; i < n; i++) {
		char shown[40];

		fmt_buf(shown, sizeof(shown), "line %lld of %lld", (long long)seq,
			(long long)run[i]);
		line(t, run[i], seq, "line");
		assert_true(pty_wait_text(t->pty, shown, FRESH_MS));
	}
}

static void
test_two_panes_follow_two_runs(void **state)
{
	struct console_test t;
	int64_t run[2];
	char title[60];

	(void)state;
	open_console(&t, "con_panes", NULL, 80, 24);
	run[0] = console_foreign_run(&t, "performance-bulk");
	run[1] = console_foreign_run(&t, "sync-universe");
	SEE(&t, "sync-universe");
	pty_send(t.pty, "4"); /* the newest one is the default */
	SEE(&t, "fintra > Logs");
	pty_send(t.pty, "|");
	SEE(&t, "Which run in the new pane?");
	SEE(&t, "performance-bulk");
	pty_send(t.pty, "j\r");
	fmt_buf(title, sizeof(title), "> %lld performance-bulk", (long long)run[0]);
	SEE(&t, title);
	for (int64_t seq = 1; seq <= 4; seq++)
		assert_live(&t, run, 2, seq);
	pty_send(t.pty, "z");
	SEE(&t, "zoomed");
	fmt_buf(title, sizeof(title), "4 of %lld", (long long)run[1]);
	GONE(&t, title);
	pty_send(t.pty, "z");
	SEE(&t, title);
	pty_send(t.pty, "D"); /* the pane that has the keys */
	fmt_buf(title, sizeof(title), "4 of %lld", (long long)run[0]);
	GONE(&t, title);
	quit(&t);
}

static void
test_four_panes_are_live(void **state)
{
	struct console_test t;
	int64_t run[4];

	(void)state;
	open_console(&t, "con_four", NULL, 160, 48);
	for (int i = 0; i < 4; i++)
		run[i] = console_foreign_run(&t, "performance-bulk");
	pty_send(t.pty, "3");
	SEE(&t, "4 running");
	pty_send(t.pty, "l");
	SEE(&t, "fintra > Logs");
	for (int i = 0; i < 3; i++) {
		pty_send(t.pty, "3");
		SEE(&t, "fintra > Runs");
		for (int k = 0; k <= i; k++)
			pty_send(t.pty, "j");
		pty_send(t.pty, "L");
		SEE(&t, "fintra > Logs");
	}
	SEE(&t, "4 | 3 | 2 | [1]");
	for (int64_t seq = 1; seq <= 3; seq++)
		assert_live(&t, run, 4, seq);
	pty_send(t.pty, "|");
	SEE(&t, "4 panes are the most");
	quit(&t);
}

/* Filter, pause and search are the pane's own, and stay when the screen is left. */
static void
test_filter_pause_search(void **state)
{
	struct console_test t;
	int64_t run;

	(void)state;
	open_console(&t, "con_filter", NULL, 80, 24);
	run = console_foreign_run(&t, "performance-bulk");
	SEE(&t, "R merge");
	pty_send(t.pty, "4");
	for (int64_t seq = 1; seq <= 40; seq++)
		line(&t, run, seq, seq % 2 ? "noise" : "signal");
	SEE(&t, "signal 40 of 1");
	SEE(&t, "noise 39 of 1");
	pty_send(t.pty, "&!noise\r");
	SEE(&t, "filter !noise");
	SEE(&t, "20 of 40");
	GONE(&t, "noise 39 of 1");
	pty_send(t.pty, "k");
	SEE(&t, "PAUSED, 0 lines below");
	line(&t, run, 41, "noise");
	line(&t, run, 42, "signal");
	SEE(&t, "PAUSED, 1 new line below");
	pty_send(t.pty, "1");
	SEE(&t, "Checks (section 7)");
	pty_send(t.pty, "4");
	SEE(&t, "PAUSED, 1 new line below | filter !noise");
	pty_send(t.pty, "/NAL 20 \r");
	SEE(&t, "/NAL 20 : hit 1 of 1");
	pty_send(t.pty, "f");
	SEE(&t, "signal 42 of 1");
	GONE(&t, "PAUSED");
	pty_send(t.pty, "\033");
	SEE(&t, "noise 41 of 1");
	quit(&t);
}

/* The only sequence of this kind in the stream is ours. */
static void
test_copy_of_a_line(void **state)
{
	static const char ours[] = "\033]52;c;bGluZSAzIG9mIDE=\a"; /* "line 3 of 1" */
	struct console_test t;
	const char *raw, *at;

	(void)state;
	open_console(&t, "con_copy", NULL, 80, 24);
	console_foreign_run(&t, "performance-bulk");
	SEE(&t, "R merge");
	pty_send(t.pty, "4");
	for (int64_t seq = 1; seq <= 3; seq++)
		line(&t, 1, seq, "line");
	SEE(&t, "line 3 of 1");
	pty_send(t.pty, "y");
	SEE(&t, "copied: line 3 of 1");
	raw = str_c(pty_raw(t.pty));
	at = strstr(raw, ours);
	assert_non_null(at);
	assert_null(pty_foreign(raw, (size_t)(at - raw)));
	assert_null(pty_foreign(at + strlen(ours), strlen(at + strlen(ours))));
	quit(&t);
}

/* One run holds the lock, another waits for it: the details of the second say so. */
static void
test_detail_says_what_a_run_waits_for(void **state)
{
	struct console_test t;
	struct pty *first, *second;

	(void)state;
	prepare(&t, "con_waits", FAKE(MARKET, "--latency", "60000"));
	console_env(&t, "FINTRA_RUN_HEARTBEAT_MS=200");
	console_start(&t, 80, 24);
	SEE(&t, " rw ");
	first = console_spawn(&t, FAKE("run", "sync-universe", "--reason", "a test"), 80, 24);
	console_sql_until(&t, "SELECT state FROM fintra_ops.run WHERE id = 1", "running");
	second = console_spawn(&t, FAKE("run", "sync-universe", "--overlap", "wait=5m"), 80, 24);
	pty_send(t.pty, "3");
	SEE(&t, "q waits for sync");
	pty_send(t.pty, "\r");
	SEE(&t, "waits for sync-universe, held by run 1 (");
	SEE(&t, "fintra cancel 2");
	SEE(&t, "age ");
	pty_send(t.pty, "C");
	SEE(&t, "Abort run 2?");
	pty_send(t.pty, "y");
	SEE(&t, "C cancelled");
	SEE(&t, "fintra resume 2  (R)");
	assert_int_equal(pty_wait_exit(second, CONSOLE_WAIT_MS), 130);
	pty_send(t.pty, "qj\r");
	SEE(&t, "reason    a test");
	SEE(&t, "R running");
	pty_send(t.pty, "l");
	SEE(&t, "START job=sync-universe");
	pty_free(first);
	pty_free(second);
	quit(&t);
}

/* Choosing from the list of jobs, which is in canonical order; then Enter in the form. */
static void
launch(struct console_test *t, int down, const char *job, const char *fields)
{
	char title[100];

	pty_send(t->pty, "r");
	SEE(t, "Run a job or backfill");
	pty_send(t->pty, "g");
	for (int i = 0; i < down; i++)
		pty_send(t->pty, "j");
	pty_send(t->pty, "\r");
	fmt_buf(title, sizeof(title), "Launch %s", job);
	SEE(t, title);
	pty_send(t->pty, fields);
	pty_send(t->pty, "\r");
}

static void
test_cancelled_run_goes_on_here(void **state)
{
	struct console_test t;

	(void)state;
	open_console(&t, "con_again", FAKE(MARKET, "--latency", "1000"), 80, 24);
	launch(&t, 0, "sync-universe", "");
	SEE(&t, "START");
	pty_send(t.pty, "c");
	SEE(&t, "Cancel run 1?");
	pty_send(t.pty, "y");
	SEE(&t, "C cancelled");
	pty_send(t.pty, "3R");
	SEE(&t, "Go on with run 1?");
	pty_send(t.pty, "y");
	console_sql_until(&t, "SELECT state FROM fintra_ops.run WHERE id = 1 AND epoch = 2",
			  "success");
	SEE(&t, ". success");
	GONE(&t, "of mine");
	quit(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_panes_follow_two_runs),
		cmocka_unit_test(test_four_panes_are_live),
		cmocka_unit_test(test_filter_pause_search),
		cmocka_unit_test(test_copy_of_a_line),
		cmocka_unit_test(test_detail_says_what_a_run_waits_for),
		cmocka_unit_test(test_cancelled_run_goes_on_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
