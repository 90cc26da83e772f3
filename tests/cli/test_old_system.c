/* Jobs of the old system on the real binary: its routes (support_old) and a script (old_job.sh),
 * launched, followed, cancelled and launched again from the command line and from the console; what
 * they answer against what the ledger says; locks of both systems; the secret. */
#include "jobs/catalogue.h"
#include "tests/support_console.h"
#include "tests/support_old.h"

#include "core/clock.h"
#include "core/job.h"

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "CANARY"
#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))

/* Computed apart from the program (jobs.md 0.3). */
#define KEY_MVP INT64_C(1934925235)	  /* cron-update-mvp-2026-02-02 */
#define KEY_MVP_TODAY INT64_C(1934925234) /* cron-update-mvp-2026-02-03 */
#define KEY_FMP INT64_C(1898061242)	  /* cron-fmp-bulk-2026-02-02 */

enum { ARGS = 12 };

static struct console_test t;
static char conf_path[100], conf_arg[] = "-c", script[400];

static void
write_file(const char *name, const char *text)
{
	char path[100];
	FILE *f;

	fmt_buf(path, sizeof(path), "%s/%s", t.home, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fclose(f);
}

/* A database and a configuration of its own for every test. */
static void
open_ground(const char *name, const char *jobs)
{
	STR_AUTO text = { 0 };
	char cwd[300];

	console_open(&t, name, NULL);
	console_env(&t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z");
	fmt_buf(t.text[5], sizeof(t.text[5]), "FINTRA_PATHS_LOG_FILE=%s/log", t.home);
	console_env(&t, t.text[5]);
	write_file("secret", OLD_SECRET "\n");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	fmt_buf(script, sizeof(script), "%s/tests/old_job.sh", cwd);
	str_init(&text, 16384);
	str_fmt(&text, "[old]\nbase_url = %s/\nsecret_file = %s/secret\n", old_start(), t.home);
	/* "@" stands for the script. */
	for (const char *p = jobs; *p; p++)
		if (*p == '@')
			str_puts(&text, script);
		else
			str_putc(&text, *p);
	write_file("conf", str_c(&text));
	fmt_buf(conf_path, sizeof(conf_path), "%s/conf", t.home);
}

static int
fintra(const char *const *args, struct support_out *out)
{
	char binary[300];
	const char *argv[ARGS + 4] = { binary, conf_arg, conf_path };

	fmt_buf(binary, sizeof(binary), "%s/fintra", str_or(getenv("BUILD"), "build"));
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 3] = args[i];
	return support_exec(argv, t.env, out);
}

/* Exit code; one of the two streams says `says`, and neither the secret. */
static void
expect(const char *const *args, int code, const char *says)
{
	struct support_out out;

	fintra(args, &out);
	if (out.code != code || (says && !strstr(out.err, says) && !strstr(out.out, says)))
		print_error("%s %s: exit %d, wanted %d \"%s\"\n%s%s\n", args[0],
			    args[1] ? args[1] : "", out.code, code, says ? says : "", out.out,
			    out.err);
	assert_int_equal(out.code, code);
	if (says)
		assert_true(strstr(out.err, says) || strstr(out.out, says));
	assert_null(strstr(out.err, CANARY));
	assert_null(strstr(out.out, CANARY));
	support_out_done(&out);
}

#define RUN(...) NAMES("run", __VA_ARGS__, "--as-of", "2026-02-02")

static int64_t
sql_int(const char *sql)
{
	return support_psql_int(t.info, sql);
}

static void
expect_sql(const char *sql, const char *want)
{
	char *got = support_psql(t.info, sql);

	assert_string_equal(got, want);
	free(got);
}

#define LAST_RUN " FROM fintra_ops.run ORDER BY id DESC LIMIT 1"
#define LINES(like) "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '" like "'"

static void
answers(int status, const char *body, enum old_way way)
{
	old_answers(&(struct old_script){ .status = status, .body = body, .way = way });
}

/* Starts a run that goes on in the background, on a terminal of its own. */
static struct pty *
start(const char *const *args)
{
	const char *argv[ARGS + 3] = { conf_arg, conf_path };

	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 2] = args[i];
	return console_spawn(&t, argv, 160, 48);
}

static void
the_call_is_the_original_one(void **state)
{
	const char *head;

	(void)state;
	open_ground("old_call", "[job fmp-bulk]\nrunner = http\n[job fmp-debug/bulk-health]\n"
				"runner = http\n[job update-mvp]\nrunner = http\nurl = "
				"http://127.0.0.1:9/x?key=1\n");
	answers(200, "{\"ok\":true,\"processed\":7}", OLD_WHOLE);
	expect(NAMES("run", "fmp-bulk", "--as-of", "2026-02-02", "--ticker", "brk-b", "--limit",
		     "5", "--offset", "10", "--force"),
	       0, "read 7 inserted ? updated ?");
	head = old_last_request();
	assert_int_equal(strncmp(head, "GET /api/cron/fmp-bulk?date=2026-02-02&", 39), 0);
	assert_non_null(strstr(head, "ticker=BRK-B"));
	assert_non_null(strstr(head, "limit=5"));
	assert_non_null(strstr(head, "offset=10"));
	assert_non_null(strstr(head, "force=1"));
	assert_non_null(strstr(head, "Authorization: Bearer " OLD_SECRET "\r\n"));
	assert_null(strstr(head, "canary-key")); /* the vendor's key is not his */
	expect_sql("SELECT state || ' ' || rows_read || ' ' || rows_inserted || ' ' ||"
		   " (result->>'source' LIKE 'http 127.0.0.1:%') || ' ' ||"
		   " (result->'answer'->>'processed')" LAST_RUN,
		   "success 7 -1 true 7");
	expect(RUN("fmp-debug/bulk-health"), 0, NULL);
	assert_non_null(strstr(old_last_request(), "GET /api/cron/fmp-debug/bulk-health?date="));
	answers(200, "{}", OLD_WHOLE);
	expect(RUN("update-mvp", "--dry-run"), 0,
	       "would call GET http://127.0.0.1:9/x?key=1&date=2026-02-02 (with the bearer "
	       "secret)");
	assert_int_equal(old_requests(), 0);
	expect(RUN("update-mvp"), 69, "the job was not started");
	expect(NAMES("jobs", "fmp-bulk"), 0, "/api/cron/fmp-bulk");
	expect(NAMES("jobs", "--json"), 0, "\"runner\":\"http\"");
	expect(NAMES("jobs"), 0, "Snapshot of every company (old system)");
	expect(NAMES("why", "fintra_snapshots", "--as-of", "2026-02-02"), 0, "fintra_snapshots is");
	expect(NAMES("show", "1"), 0, "read 7 inserted ?");
	console_close(&t);
}

static void
answers_become_our_states(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum old_way way;
		int code;
		const char *state, *says;
	} at[] = {
		{ 200, "{\"ok\":true,\"processed\":3}", OLD_WHOLE, 0, "success", NULL },
		{ 200, "{\"message\":\"done\",\"stats\":{\"total\":9,\"success\":8,\"failed\":1}}",
		  OLD_WHOLE, 4, "partial", "1 of its parts failed" },
		{ 200, "{\"ok\":false,\"error\":\"empty_universe\"}", OLD_WHOLE, 1, "failure",
		  "empty_universe" },
		{ 200, "{\"ok\":true,\"skipped\":true,\"reason\":\"already_done\"}", OLD_WHOLE, 0,
		  "skipped", "already_done" },
		{ 200, "{\"ok\":true,\"skipped\":true,\"reason\":\"lock_held\"}", OLD_WHOLE, 75,
		  "skipped", "lock_held" },
		{ 403, "Forbidden", OLD_WHOLE, 77, "failure", "HTTP 403: Forbidden" },
		{ 404, "<html>", OLD_WHOLE, 78, "failure", "no such route" },
		{ 409, "{\"error\":\"running\"}", OLD_WHOLE, 75, "skipped", "running" },
		{ 400, "{\"error\":\"bad ticker\"}", OLD_WHOLE, 64, "failure", "bad ticker" },
		{ 500, "{\"error\":\"boom\"}", OLD_WHOLE, 1, "failure", "HTTP 500: boom" },
		{ 504, "Gateway Timeout", OLD_WHOLE, 69, "failure", "may still be running" },
		{ 200, "It works!", OLD_WHOLE, 76, "failure", "how the job ended is unknown" },
		{ 200, "{\"ok\":true,\"processed\":3}", OLD_CUT, 69, "failure",
		  "the job may still be running there" },
		{ 200, "", OLD_HANGUP, 69, "failure", "the job may still be running there" },
	};

	(void)state;
	open_ground("old_states", "[job update-mvp]\nrunner = http\n");
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		answers(at[i].status, at[i].body, at[i].way);
		expect(RUN("update-mvp"), at[i].code, at[i].says);
		expect_sql("SELECT state" LAST_RUN, at[i].state);
		assert_int_equal(old_requests(), 1); /* a started job is not called twice */
	}
	assert_int_equal(sql_int("SELECT http" LAST_RUN), 0);
	expect(NAMES("--cron", "run", "update-mvp", "--as-of", "2026-02-02"), 69,
	       "may still be running");
	console_close(&t);
}

static void
its_log_and_errors_become_lines(void **state)
{
	(void)state;
	open_ground("old_lines", "[job prices-daily-bulk]\nrunner = http\n");
	answers(200,
		"{\"success\":true,\"stats\":{\"processed\":9,\"inserted\":7,\"skipped\":1,"
		"\"errors\":"
		"1},\"log\":[\"day 2026-02-02\",\"evil "
		"\\u001b[2J\"],\"errors\":[{\"ticker\":\"X\"}]}",
		OLD_WHOLE);
	/* Built here, but the configuration says that the old system does it; no key of the vendor.
	 */
	console_env(&t, "FINTRA_FMP_API_KEY");
	expect(RUN("prices-daily-bulk"), 4, "read 9 inserted 7");
	assert_int_equal(sql_int(LINES("day 2026-02-02")), 1);
	assert_int_equal(sql_int(LINES("evil \\\\x1b[2J")), 1);
	assert_int_equal(sql_int(LINES("{\"ticker\":\"X\"}")), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM fintra_ops.event WHERE msg ~ '\\x1b'"), 0);
	console_close(&t);
}

static bool
try_lock(struct db *db, int64_t key)
{
	char sql[80];
	struct err e = ERR_INIT;

	fmt_buf(sql, sizeof(sql), "SELECT pg_try_advisory_lock(%lld)", (long long)key);
	ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);
	assert_non_null(r);
	return rows_bool(r, 0, 0);
}

static void
name_session(struct db *db, const char *sql)
{
	struct err e = ERR_INIT;

	rows_free(db_query_sql(db, sql, NULL, 0, &e));
}

/* The old system holds its lock: nothing is called, and what is known of the holder is said. */
static void
its_lock_keeps_us_out(void **state)
{
	struct db *db;

	(void)state;
	open_ground("old_lock", "[job update-mvp]\nrunner = http\n[job fmp-bulk]\nrunner = http\n");
	answers(200, "{\"ok\":true}", OLD_WHOLE);
	db = support_open(t.info);
	name_session(db, "SET application_name = 'cron of old'");
	assert_true(try_lock(db, KEY_MVP));
	expect(RUN("update-mvp"), 75, "(cron of old)");
	expect_sql("SELECT state || ' ' || exit_code" LAST_RUN, "skipped 75");
	expect(RUN("update-mvp", "--overlap", "skip"), 0, "(cron of old)");
	assert_true(try_lock(db, KEY_FMP));
	expect(RUN("fmp-bulk"), 75, "(cron of old)");
	/* Its route takes the day's lock for a single ticker, too. */
	expect(RUN("fmp-bulk", "--ticker", "AAPL"), 75, "(cron of old)");
	db_close(db);
	/* As-of not given: it may lock by today's date. */
	db = support_open(t.info);
	assert_true(try_lock(db, KEY_MVP_TODAY));
	expect(NAMES("run", "update-mvp"), 75, "update-mvp");
	assert_int_equal(old_requests(), 0);
	expect(RUN("update-mvp"), 0, NULL);
	db_close(db);
	console_close(&t);
}

static void
our_run_keeps_it_out(void **state)
{
	struct db *db;
	struct pty *p;

	(void)state;
	open_ground("old_out", "[job update-mvp]\nrunner = http\n");
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	db = support_open(t.info);
	p = start(RUN("update-mvp"));
	assert_true(old_await_requests(1));
	assert_false(try_lock(db, KEY_MVP));
	expect(RUN("update-mvp"), 75, "run 1 (");
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	assert_true(try_lock(db, KEY_MVP));
	pty_free(p);
	db_close(db);
	console_close(&t);
}

/* fmp-bulk locks itself there: held by us, its own lock would be refused and nothing done. */
static void
a_route_that_locks_itself_gets_its_lock(void **state)
{
	struct db *db;
	struct pty *p;

	(void)state;
	open_ground("old_self", "[job fmp-bulk]\nrunner = http\n");
	old_answers(&(struct old_script){ .status = 200,
					  .body = "{\"ok\":true,\"processed\":2}",
					  .way = OLD_HOLDS,
					  .lock_on = t.info,
					  .lock_key = KEY_FMP });
	db = support_open(t.info);
	p = start(RUN("fmp-bulk"));
	assert_true(old_await_requests(1));
	console_sql_until(&t,
			  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid ="
			  " 1898061242 AND granted",
			  "1");
	assert_false(try_lock(db, KEY_FMP));
	expect(RUN("fmp-bulk"), 75, "(fintra test)"); /* the old system's session */
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	expect_sql("SELECT state || ' ' || rows_read FROM fintra_ops.run WHERE id = 1",
		   "success 2");
	assert_int_equal(sql_int(LINES("%lock%lost%")), 0); /* the keeper misses nothing */
	pty_free(p);
	db_close(db);
	console_close(&t);
}

static void
a_long_call_is_cancelled(void **state)
{
	struct pty *p;

	(void)state;
	open_ground("old_cancel",
		    "[job update-mvp]\nrunner = http\n[job fmp-batch]\nrunner = http\n"
		    "timeout = 1s\n");
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = start(RUN("update-mvp"));
	assert_true(old_await_requests(1));
	console_sql_until(&t, "SELECT phase LIKE 'answer of 127.0.0.1%' FROM fintra_ops.beat", "t");
	expect(NAMES("cancel", "1", "--now"), 0, "asked to stop now");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	assert_true(old_await_left(1));
	expect_sql("SELECT state || ' ' || (error LIKE '%may still be running there%')" LAST_RUN,
		   "cancelled true");
	pty_free(p);
	/* A drain waits for the answer ... */
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = start(RUN("update-mvp"));
	assert_true(old_await_requests(1));
	expect(NAMES("cancel", "2"), 0, "asked to drain");
	console_sql_until(&t,
			  "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'stop asked%'"
			  " AND run_id = 2",
			  "1");
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	pty_free(p);
	/* ... but not for ever. */
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = start(RUN("update-mvp"));
	assert_true(old_await_requests(1));
	pty_signal(p, SIGTERM);
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 143);
	assert_true(old_await_left(1));
	pty_free(p);
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	expect(RUN("fmp-batch"), 124, "no answer within 1.0s");
	expect_sql("SELECT err_class" LAST_RUN, "TIMEOUT");
	console_close(&t);
}

static void
resume_launches_again_and_says_so(void **state)
{
	(void)state;
	open_ground("old_resume", "[job update-mvp]\nrunner = http\n");
	answers(500, "{\"error\":\"boom\"}", OLD_WHOLE);
	expect(RUN("update-mvp", "--ticker", "AAPL"), 1, "boom");
	answers(200, "{\"ok\":true}", OLD_WHOLE);
	expect(NAMES("resume", "1"), 0, "launched again from its start");
	assert_non_null(strstr(old_last_request(), "ticker=AAPL"));
	expect_sql("SELECT epoch || ' ' || state FROM fintra_ops.run", "2 success");
	console_close(&t);
}

/* `retry` makes a run of its own that names the one before. */
static void
retry_calls_again(void **state)
{
	(void)state;
	open_ground("old_retry", "[job update-mvp]\nrunner = http\n");
	answers(500, "{\"error\":\"boom\"}", OLD_WHOLE);
	expect(RUN("update-mvp", "--ticker", "AAPL"), 1, "boom");
	answers(200, "{\"ok\":true}", OLD_WHOLE);
	expect(NAMES("retry", "1"), 0, NULL);
	assert_non_null(strstr(old_last_request(), "ticker=AAPL"));
	expect_sql("SELECT string_agg(coalesce(parent, 0) || ' ' || state, ', ' ORDER BY id) FROM "
		   "fintra_ops.run",
		   "0 failure, 1 success");
	console_close(&t);
}

/* The other side echoes it, the environment holds it, the log file is on: it is nowhere. */
static void
the_secret_is_nowhere(void **state)
{
	struct support_out out;
	char path[80];
	struct pty *p;

	(void)state;
	open_ground("old_secret", "[job update-mvp]\nrunner = http\n[job validation]\nrunner = "
				  "command\ncommand = @ say\n");
	answers(200,
		"{\"ok\":false,\"error\":\"bad token " OLD_SECRET "\",\"log\":[\"" OLD_SECRET
		"\"]}",
		OLD_WHOLE);
	expect(RUN("update-mvp"), 1, "bad token ***");
	answers(500, "Bearer " OLD_SECRET, OLD_WHOLE);
	expect(RUN("update-mvp"), 1, "***");
	answers(401, "{}", OLD_HOLDS);
	p = start(RUN("update-mvp"));
	assert_true(old_await_requests(1));
	support_exec(NAMES("ps", "-ewwo", "args"), NULL, &out);
	assert_non_null(strstr(out.out, "update-mvp"));
	assert_null(strstr(out.out, OLD_SECRET)); /* other suites have canaries of their own */
	support_out_done(&out);
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 77);
	assert_null(strstr(str_c(pty_raw(p)), CANARY));
	pty_free(p);
	console_env(&t, "FINTRA_OLD_SECRET=" OLD_SECRET);
	expect(RUN("validation"), 0, "secret <none> <none>");
	assert_int_equal(
		sql_int("SELECT count(*) FROM fintra_ops.event e WHERE e::text ~ 'CANARY'"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM fintra_ops.run r WHERE r::text ~ 'CANARY'"),
			 0);
	assert_int_equal(
		sql_int("SELECT count(*) FROM fintra_ops.audit a WHERE a::text ~ 'CANARY'"), 0);
	fmt_buf(path, sizeof(path), "%s/log", t.home);
	support_exec(NAMES("grep", "-c", "update-mvp", path), NULL, &out);
	assert_true(strtol(out.out, NULL, 10) > 10);
	support_out_done(&out);
	assert_int_equal(support_exec(NAMES("grep", "-q", CANARY, path), NULL, &out), 1);
	support_out_done(&out);
	/* A wrong one is told apart from a missing route. */
	write_file("secret", "another-secret");
	console_env(&t, "FINTRA_OLD_SECRET");
	expect(RUN("update-mvp"), 77, "secret_file in [old]");
	console_close(&t);
}

static void
a_command_speaks_and_fails(void **state)
{
	(void)state;
	open_ground(
		"old_command",
		"[job validation]\nrunner = command\ncommand = @ say 'a b' \"$HOME\"\ndirectory "
		"= /usr\n[job update-mvp]\nrunner = command\ncommand = @ fail 3\n[job fmp-batch]\n"
		"runner = command\ncommand = /nonexistent/x\n[job bulk-update]\nrunner = command\n"
		"command = @ flood\n[job backfill-industry-performance]\nrunner = command\ncommand "
		"= @ say {start} {end} {limit}\n");
	expect(RUN("validation", "--limit", "5"), 0, "read ? inserted ?");
	assert_int_equal(sql_int(LINES("word <a b>")), 1);
	assert_int_equal(sql_int(LINES("word <$HOME>")), 1); /* no shell */
	assert_int_equal(sql_int(LINES("word <--date>")) + sql_int(LINES("word <2026-02-02>")), 2);
	assert_int_equal(sql_int(LINES("word <--limit>")) + sql_int(LINES("word <5>")), 2);
	assert_int_equal(sql_int(LINES("in /usr")), 1);
	assert_int_equal(sql_int(LINES("half")) + sql_int(LINES("bar")), 2);
	assert_int_equal(sql_int(LINES("no end of line")), 1);
	assert_int_equal(sql_int(LINES("colour \\\\x1b[31mred%")), 1);
	expect_sql("SELECT lvl FROM fintra_ops.event WHERE msg = 'to be careful'", "warn");
	expect_sql(
		"SELECT (result->>'source' LIKE 'command %') || ' ' || (result->>'exit')" LAST_RUN,
		"true 0");
	expect(RUN("update-mvp"), 1, "exit code 3: TypeError: it broke");
	expect_sql("SELECT state" LAST_RUN, "failure");
	expect(RUN("update-mvp", "--dry-run"), 0, "old_job.sh fail 3 --date 2026-02-02");
	expect(RUN("fmp-batch"), 78, "cannot be started");
	expect(RUN("backfill-industry-performance", "--from", "2026-01-05"), 0, NULL);
	assert_int_equal(sql_int(LINES("word <2026-01-05>")), 1);
	expect(RUN("backfill-industry-performance", "--ticker", "A"), 64, "no place for ticker");
	expect(RUN("bulk-update", "--gate", "off"), 4, NULL);
	assert_int_equal(sql_int(LINES("line %")), 20000);
	assert_int_equal(sql_int(LINES("% more lines are not kept")), 1);
	console_close(&t);
}

/* Gone, or dead and not yet fetched by its parent. */
static bool
is_gone(int64_t pid)
{
	char path[64], text[256] = "";
	FILE *f;

	fmt_buf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	f = fopen(path, "re");
	if (!f)
		return true;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	const char *state = strrchr(text, ')');
	return !state || state[2] == 'Z' || state[2] == 'X';
}

/* The process that the script of this run has started; waits until it has. */
static int64_t
grandchild(int64_t run)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.event WHERE msg = 'works' AND run_id = %lld",
		(long long)run);
	console_sql_until(&t, sql, "1");
	fmt_buf(sql, sizeof(sql),
		"SELECT substr(msg, 7) FROM fintra_ops.event WHERE msg ~ '^child' AND run_id = "
		"%lld",
		(long long)run);
	return sql_int(sql);
}

static void
await_gone(int64_t pid)
{
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;

	assert_true(pid > 1);
	while (!is_gone(pid) && clock_mono_ms() < end)
		usleep(5000);
	assert_true(is_gone(pid));
}

static void
a_command_is_stopped_with_its_children(void **state)
{
	struct pty *p;
	int64_t child;

	(void)state;
	open_ground("old_stop", "[job update-mvp]\nrunner = command\ncommand = @ work\n[job "
				"validation]\nrunner = command\ncommand = @ deaf\n[job fmp-batch]\n"
				"runner = command\ncommand = @ deaf\ntimeout = 1s\n");
	p = start(RUN("update-mvp"));
	child = grandchild(1);
	assert_false(is_gone(child));
	expect(NAMES("cancel", "1"), 0, "asked to drain");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	assert_int_equal(sql_int(LINES("stopping")), 1); /* it had its time */
	assert_int_equal(sql_int(LINES("SIGKILL%")), 0);
	expect_sql("SELECT state" LAST_RUN, "cancelled");
	await_gone(child);
	pty_free(p);
	/* One that ignores SIGTERM: abort ends it, and what it has started. */
	p = start(RUN("validation"));
	child = grandchild(2);
	expect(NAMES("cancel", "2", "--now"), 0, "asked to stop now");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	await_gone(child);
	assert_int_equal(sql_int(LINES("SIGKILL%")), 1);
	pty_free(p);
	/* The same when a drain takes too long, and when its time is up. */
	console_env(&t, "FINTRA_RUN_DRAIN_MS=400");
	p = start(RUN("validation"));
	child = grandchild(3);
	pty_signal(p, SIGTERM);
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 143);
	await_gone(child);
	pty_free(p);
	expect(RUN("fmp-batch"), 124, "did not end in time");
	await_gone(grandchild(4));
	console_close(&t);
}

static void
what_a_command_leaves_behind_ends_too(void **state)
{
	int64_t child;

	(void)state;
	open_ground("old_left", "[job update-mvp]\nrunner = command\ncommand = @ leave\n");
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	expect(RUN("update-mvp"), 0, "left processes behind");
	child = sql_int("SELECT substr(msg, 7) FROM fintra_ops.event WHERE msg ~ '^child'");
	await_gone(child);
	console_close(&t);
}

static void
mistakes_are_told_with_their_line(void **state)
{
	(void)state;
	open_ground("old_conf", "[job fmp-bluk]\nrunner = http\n");
	expect(NAMES("jobs"), 78, "conf:5: no job is called \"fmp-bluk\"; near: fmp-bulk");
	write_file("conf", "[table prices_dialy]\nfloor = 90\n");
	expect(NAMES("jobs"), 78, "conf:2: there is no table \"prices_dialy\"");
	write_file("conf", "[job fmp-bulk]\nrunner = http\n");
	expect(NAMES("jobs"), 78, "conf:2: job fmp-bulk: runner = http needs url");
	console_close(&t);
}

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
	const char *args[] = { conf_arg, conf_path, NULL };
	struct support_out out;
	char pid[24];
	int64_t child;

	(void)state;
	open_ground("old_console",
		    "[job fmp-debug/sample-financial]\nrunner = command\ncommand = @ "
		    "deaf\n[job update-mvp]\nrunner = http\n");
	answers(200, "{\"ok\":true,\"processed\":77}", OLD_HOLDS);
	t.pty = console_spawn(&t, args, 160, 48);
	/* Called, followed, cancelled; called again, ends well. */
	launch("update-mvp");
	assert_true(old_await_requests(1));
	SEE(&t, "R answ");
	SEE(&t, "PROGRESS answer of 127.0.0.1");
	SEE(&t, "GET http://127.0.0.1");
	abort_run(1);
	assert_true(old_await_left(1));
	answers(200, "{\"ok\":true,\"processed\":77}", OLD_WHOLE);
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
	child = grandchild(3);
	abort_run(3);
	await_gone(child);
	/* No zombie is left to the console. */
	fmt_buf(pid, sizeof(pid), "%d", (int)pty_pid(t.pty));
	support_exec(NAMES("ps", "-o", "pid=", "--ppid", pid), NULL, &out);
	assert_string_equal(out.out, "");
	support_out_done(&out);
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	assert_null(strstr(str_c(pty_raw(t.pty)), CANARY));
	console_close(&t);
}

/* It has no checkpoint: handed over it would be called twice. */
static void
a_lost_terminal_does_not_call_twice(void **state)
{
	const char *args[] = { conf_arg, conf_path, NULL };

	(void)state;
	open_ground("old_hangup", "[job update-mvp]\nrunner = http\n");
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	answers(200, "{\"ok\":true}", OLD_HOLDS);
	t.pty = console_spawn(&t, args, 80, 24);
	launch("update-mvp");
	assert_true(old_await_requests(1));
	pty_hang_up(t.pty);
	pty_wait_exit(t.pty, CONSOLE_WAIT_MS);
	expect_sql("SELECT epoch || ' ' || state FROM fintra_ops.run", "1 cancelled");
	assert_int_equal(old_requests(), 1);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_call_is_the_original_one),
		cmocka_unit_test(answers_become_our_states),
		cmocka_unit_test(its_log_and_errors_become_lines),
		cmocka_unit_test(its_lock_keeps_us_out),
		cmocka_unit_test(our_run_keeps_it_out),
		cmocka_unit_test(a_route_that_locks_itself_gets_its_lock),
		cmocka_unit_test(a_long_call_is_cancelled),
		cmocka_unit_test(resume_launches_again_and_says_so),
		cmocka_unit_test(retry_calls_again),
		cmocka_unit_test(the_secret_is_nowhere),
		cmocka_unit_test(a_command_speaks_and_fails),
		cmocka_unit_test(a_command_is_stopped_with_its_children),
		cmocka_unit_test(what_a_command_leaves_behind_ends_too),
		cmocka_unit_test(mistakes_are_told_with_their_line),
		cmocka_unit_test(from_the_console),
		cmocka_unit_test(a_lost_terminal_does_not_call_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
