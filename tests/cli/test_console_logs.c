/* The real console: logs in panes, details of runs, and runs that outlive the console. */
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
#define NEXT "\t"

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
	/* Its row: a check names the job, too. */
	fmt_buf(title, sizeof(title), "%lld sync-universe", (long long)run[1]);
	SEE(&t, title);
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
	console_quit(&t);
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
	console_quit(&t);
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
	pty_send(t.pty, "/signal (\r");
	SEE(&t, "missing closing parenthesis at 9");
	pty_send(t.pty, "8|[123]4) of\r");
	SEE(&t, "/signal (8|[123]4) of: hit ");
	SEE(&t, "of 4");
	pty_send(t.pty, "f");
	SEE(&t, "signal 42 of 1");
	GONE(&t, "PAUSED");
	pty_send(t.pty, "\033");
	SEE(&t, "noise 41 of 1");
	pty_send(t.pty, "&(signal|noise) 4[12]\r");
	SEE(&t, "2 of 42");
	console_quit(&t);
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
	pty_send(t.pty, "Q"); /* before, the stream may end in half a sequence */
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	raw = str_c(pty_raw(t.pty));
	at = strstr(raw, ours);
	assert_non_null(at);
	assert_null(pty_foreign(raw, (size_t)(at - raw)));
	assert_null(pty_foreign(at + strlen(ours), strlen(at + strlen(ours))));
	console_close(&t);
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
	console_quit(&t);
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
	if (*fields) /* else it asks whether to go on without having looked */
		SEE(t, "all inputs are fresh");
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
	console_quit(&t);
}

static void
run_headless(const struct console_test *t, const char *const *args)
{
	struct pty *p = console_spawn(t, args, 120, 40);

	assert_int_equal(pty_wait_exit(p, 3 * CONSOLE_WAIT_MS), 0);
	pty_free(p);
}

/* What the program itself says of the tables, by its checksum command.  Owned: free(). */
static char *
checksums(const struct console_test *t)
{
	struct pty *p = console_spawn(
		t, FAKE("db", "checksum", "fintra_universe", "prices_daily", "--json"), 200, 40);
	char *out;

	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	out = mem_dup(str_c(pty_raw(p)));
	pty_free(p);
	assert_non_null(strstr(out, "prices_daily"));
	return out;
}

#define RANGE_FROM "2026-01-16"
#define RANGE_TO "2026-02-02"
enum { RANGE_DAYS = 11 /* sessions from Friday 16 to Monday 2, without 19 January */ };

/* The same jobs in a database of their own, with nobody to disturb them. */
static char *
undisturbed(const struct console_test *like, const char *name)
{
	struct console_test t = *like;
	const char *info = support_db(name, true);

	fmt_buf(t.text[0], sizeof(t.text[0]), "FINTRA_DB_CONNINFO=%s", info);
	fmt_buf(t.text[2], sizeof(t.text[2]), "XDG_CACHE_HOME=%s/cache2", t.home);
	t.env[0] = t.text[0];
	t.env[2] = t.text[2];
	run_headless(&t, FAKE("run", "sync-universe"));
	run_headless(&t, FAKE("run", "prices-daily-bulk", "--from", RANGE_FROM, "--to", RANGE_TO));
	return checksums(&t);
}

/* A console whose run has loaded two days of several: run 2, prices-daily-bulk. */
static void
in_mid_run(struct console_test *t, const char *name, const char *setting)
{
	prepare(t, name, FAKE(MARKET, "--latency", "250"));
	console_env(t, setting);
	run_headless(t, FAKE("run", "sync-universe"));
	console_start(t, 80, 24);
	SEE(t, " rw ");
	launch(t, 2, "prices-daily-bulk", NEXT NEXT RANGE_FROM NEXT RANGE_TO);
	SEE(t, "1 run of mine");
	console_sql_until(t, "SELECT count(*) >= 2 FROM fintra_ops.unit WHERE run_id = 2", "t");
}

/* It ended in its second epoch, and what the first one had done was not done again. */
static void
assert_went_on(struct console_test *t, const char *name)
{
	char *want, *got;

	console_sql_until(t, "SELECT state FROM fintra_ops.run WHERE id = 2 AND epoch > 1",
			  "success");
	assert_int_equal(support_psql_int(t->info, "SELECT epoch FROM fintra_ops.run WHERE id = 2"),
			 2);
	assert_int_equal(support_psql_int(t->info, "SELECT count(*) FROM fintra_ops.unit "
						   "WHERE run_id = 2 AND attempts = 1"),
			 RANGE_DAYS);
	/* The second epoch found the days of the first one done. */
	assert_true(
		support_psql_int(t->info,
				 "SELECT substring(msg FROM 'units_done=([0-9]+)')::bigint FROM "
				 "fintra_ops.event WHERE run_id = 2 AND ev = 'run.resume'") >= 2);
	got = checksums(t);
	want = undisturbed(t, name);
	assert_string_equal(got, want);
	free(got);
	free(want);
}

static void
test_dead_terminal_hands_over(void **state)
{
	struct console_test t;

	(void)state;
	in_mid_run(&t, "con_dies", "FINTRA_CONSOLE_ON_HANGUP=hand-over");
	pty_hang_up(t.pty);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 129);
	pty_free(t.pty);
	t.pty = NULL;
	assert_went_on(&t, "con_dies_not");
	console_close(&t);
}

static void
test_quit_hands_over(void **state)
{
	struct console_test t;

	(void)state;
	in_mid_run(&t, "con_leaves", "FINTRA_CONSOLE_ON_HANGUP=drain");
	pty_send(t.pty, "q");
	SEE(&t, "h  hand over");
	pty_send(t.pty, "h");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_non_null(
		strstr(str_c(pty_raw(t.pty)), "run 2 prices-daily-bulk goes on in process"));
	assert_non_null(strstr(str_c(pty_raw(t.pty)), "fintra logs -f 2"));
	pty_free(t.pty);
	t.pty = NULL;
	assert_went_on(&t, "con_leaves_not");
	console_close(&t);
}

/* Nobody goes on with it: it is ours to resume, as the second epoch. */
static void
assert_ended_here(struct console_test *t, const char *run)
{
	struct pty *p;
	char sql[120];

	pty_free(t->pty);
	t->pty = NULL;
	fmt_buf(sql, sizeof(sql), "SELECT state || epoch FROM fintra_ops.run WHERE id = %s", run);
	console_sql_until(t, sql, "cancelled1");
	p = console_spawn(t, FAKE("resume", run), 200, 40);
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	assert_non_null(strstr(str_c(pty_raw(p)), "RESUME epoch=2"));
	pty_free(p);
	console_sql_until(t, sql, "success2");
	console_close(t);
}

static void
test_dead_terminal_drains_when_told_so(void **state)
{
	struct console_test t;

	(void)state;
	in_mid_run(&t, "con_drains", "FINTRA_CONSOLE_ON_HANGUP=drain");
	pty_hang_up(t.pty);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 129);
	assert_ended_here(&t, "2");
}

/* What the operator has stopped himself stays stopped. */
static void
test_stopped_run_is_not_handed_over(void **state)
{
	struct console_test t;

	(void)state;
	in_mid_run(&t, "con_stopped", "FINTRA_CONSOLE_ON_HANGUP=hand-over");
	pty_send(t.pty, "c");
	SEE(&t, "Cancel run 2?");
	pty_send(t.pty, "y");
	console_sql_until(&t, "SELECT state FROM fintra_ops.run WHERE id = 2", "cancelled");
	GONE(&t, "of mine");
	pty_hang_up(t.pty);
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 129);
	assert_ended_here(&t, "2");
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
		cmocka_unit_test(test_dead_terminal_hands_over),
		cmocka_unit_test(test_quit_hands_over),
		cmocka_unit_test(test_dead_terminal_drains_when_told_so),
		cmocka_unit_test(test_stopped_run_is_not_handed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
