/* Jobs of the old system behind its routes (support_old), on the real binary: how they are called,
 * cancelled and called again from the command line; what they answer against what the ledger says;
 * locks of both systems; the secret. */
#include "tests/support_old_cli.h"

#include <setjmp.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Computed apart from the program (jobs.md 0.3). */
#define KEY_MVP INT64_C(1934925235)	  /* cron-update-mvp-2026-02-02 */
#define KEY_MVP_TODAY INT64_C(1934925234) /* cron-update-mvp-2026-02-03 */
#define KEY_FMP INT64_C(1898061242)	  /* cron-fmp-bulk-2026-02-02 */

static struct console_test t;

static void
the_call_is_the_original_one(void **state)
{
	const char *head;

	(void)state;
	old_cli_open(&t, "old_call",
		     "[job fmp-bulk]\nrunner = http\n[job fmp-debug/bulk-health]\n"
		     "runner = http\n[job update-mvp]\nrunner = http\nurl = "
		     "http://127.0.0.1:9/x?key=1\n");
	old_cli_answers(200, "{\"ok\":true,\"processed\":7}", OLD_WHOLE);
	old_cli_expect(&t,
		       NAMES("run", "fmp-bulk", "--as-of", "2026-02-02", "--ticker", "brk-b",
			     "--limit", "5", "--offset", "10", "--force"),
		       0, "read 7 inserted ? updated ?");
	head = old_last_request();
	assert_int_equal(strncmp(head, "GET /api/cron/fmp-bulk?date=2026-02-02&", 39), 0);
	assert_non_null(strstr(head, "ticker=BRK-B"));
	assert_non_null(strstr(head, "limit=5"));
	assert_non_null(strstr(head, "offset=10"));
	assert_non_null(strstr(head, "force=1"));
	assert_non_null(strstr(head, "Authorization: Bearer " OLD_SECRET "\r\n"));
	assert_null(strstr(head, "canary-key")); /* the vendor's key is not his */
	old_cli_expect_sql(&t,
			   "SELECT state || ' ' || rows_read || ' ' || rows_inserted || ' ' ||"
			   " (result->>'source' LIKE 'http 127.0.0.1:%') || ' ' ||"
			   " (result->'answer'->>'processed')" OLD_LAST_RUN,
			   "success 7 -1 true 7");
	old_cli_expect(&t, OLD_RUN("fmp-debug/bulk-health"), 0, NULL);
	assert_non_null(strstr(old_last_request(), "GET /api/cron/fmp-debug/bulk-health?date="));
	old_cli_answers(200, "{}", OLD_WHOLE);
	old_cli_expect(&t, OLD_RUN("update-mvp", "--dry-run"), 0,
		       "would call GET http://127.0.0.1:9/x?key=1&date=2026-02-02 (with the bearer "
		       "secret)");
	assert_int_equal(old_requests(), 0);
	old_cli_expect(&t, OLD_RUN("update-mvp"), 69, "the job was not started");
	old_cli_expect(&t, NAMES("jobs", "fmp-bulk"), 0, "/api/cron/fmp-bulk");
	old_cli_expect(&t, NAMES("jobs", "--json"), 0, "\"runner\":\"http\"");
	old_cli_expect(&t, NAMES("jobs"), 0, "Snapshot of every company (old system)");
	old_cli_expect(&t, NAMES("why", "fintra_snapshots", "--as-of", "2026-02-02"), 0,
		       "fintra_snapshots is");
	old_cli_expect(&t, NAMES("show", "1"), 0, "read 7 inserted ?");
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
	old_cli_open(&t, "old_states", "[job update-mvp]\nrunner = http\n");
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		old_cli_answers(at[i].status, at[i].body, at[i].way);
		old_cli_expect(&t, OLD_RUN("update-mvp"), at[i].code, at[i].says);
		old_cli_expect_sql(&t, "SELECT state" OLD_LAST_RUN, at[i].state);
		assert_int_equal(old_requests(), 1); /* a started job is not called twice */
	}
	assert_int_equal(old_cli_int(&t, "SELECT http" OLD_LAST_RUN), 0);
	old_cli_expect(&t, NAMES("--cron", "run", "update-mvp", "--as-of", "2026-02-02"), 69,
		       "may still be running");
	console_close(&t);
}

static void
its_log_and_errors_become_lines(void **state)
{
	(void)state;
	old_cli_open(&t, "old_lines", "[job prices-daily-bulk]\nrunner = http\n");
	old_cli_answers(200,
			"{\"success\":true,\"stats\":{\"processed\":9,\"inserted\":7,\"skipped\":1,"
			"\"errors\":"
			"1},\"log\":[\"day 2026-02-02\",\"evil "
			"\\u001b[2J\"],\"errors\":[{\"ticker\":\"X\"}]}",
			OLD_WHOLE);
	/* Built here, but the configuration says that the old system does it; no key of the vendor.
	 */
	console_env(&t, "FINTRA_FMP_API_KEY");
	old_cli_expect(&t, OLD_RUN("prices-daily-bulk"), 4, "read 9 inserted 7");
	assert_int_equal(old_cli_int(&t, OLD_LINES("day 2026-02-02")), 1);
	assert_int_equal(old_cli_int(&t, OLD_LINES("evil \\\\x1b[2J")), 1);
	assert_int_equal(old_cli_int(&t, OLD_LINES("{\"ticker\":\"X\"}")), 1);
	assert_int_equal(
		old_cli_int(&t, "SELECT count(*) FROM fintra_ops.event WHERE msg ~ '\\x1b'"), 0);
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
	old_cli_open(&t, "old_lock",
		     "[job update-mvp]\nrunner = http\n[job fmp-bulk]\nrunner = http\n");
	old_cli_answers(200, "{\"ok\":true}", OLD_WHOLE);
	db = support_open(t.info);
	name_session(db, "SET application_name = 'cron of old'");
	assert_true(try_lock(db, KEY_MVP));
	old_cli_expect(&t, OLD_RUN("update-mvp"), 75, "(cron of old)");
	old_cli_expect_sql(&t, "SELECT state || ' ' || exit_code" OLD_LAST_RUN, "skipped 75");
	old_cli_expect(&t, OLD_RUN("update-mvp", "--overlap", "skip"), 0, "(cron of old)");
	assert_true(try_lock(db, KEY_FMP));
	old_cli_expect(&t, OLD_RUN("fmp-bulk"), 75, "(cron of old)");
	/* Its route takes the day's lock for a single ticker, too. */
	old_cli_expect(&t, OLD_RUN("fmp-bulk", "--ticker", "AAPL"), 75, "(cron of old)");
	db_close(db);
	/* As-of not given: it may lock by today's date. */
	db = support_open(t.info);
	assert_true(try_lock(db, KEY_MVP_TODAY));
	old_cli_expect(&t, NAMES("run", "update-mvp"), 75, "update-mvp");
	assert_int_equal(old_requests(), 0);
	old_cli_expect(&t, OLD_RUN("update-mvp"), 0, NULL);
	db_close(db);
	console_close(&t);
}

static void
our_run_keeps_it_out(void **state)
{
	struct db *db;
	struct pty *p;

	(void)state;
	old_cli_open(&t, "old_out", "[job update-mvp]\nrunner = http\n");
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	db = support_open(t.info);
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	assert_true(old_await_requests(1));
	assert_false(try_lock(db, KEY_MVP));
	old_cli_expect(&t, OLD_RUN("update-mvp"), 75, "run 1 (");
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
	old_cli_open(&t, "old_self", "[job fmp-bulk]\nrunner = http\n");
	old_answers(&(struct old_script){ .status = 200,
					  .body = "{\"ok\":true,\"processed\":2}",
					  .way = OLD_HOLDS,
					  .lock_on = t.info,
					  .lock_key = KEY_FMP });
	db = support_open(t.info);
	p = old_cli_spawn(&t, OLD_RUN("fmp-bulk"), 160, 48);
	assert_true(old_await_requests(1));
	console_sql_until(&t,
			  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid ="
			  " 1898061242 AND granted",
			  "1");
	assert_false(try_lock(db, KEY_FMP));
	old_cli_expect(&t, OLD_RUN("fmp-bulk"), 75, "(fintra test)"); /* the old system's session */
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	old_cli_expect_sql(&t, "SELECT state || ' ' || rows_read FROM fintra_ops.run WHERE id = 1",
			   "success 2");
	assert_int_equal(old_cli_int(&t, OLD_LINES("%lock%lost%")),
			 0); /* the keeper misses nothing */
	pty_free(p);
	db_close(db);
	console_close(&t);
}

static void
a_long_call_is_cancelled(void **state)
{
	struct pty *p;

	(void)state;
	old_cli_open(&t, "old_cancel",
		     "[job update-mvp]\nrunner = http\n[job fmp-batch]\nrunner = http\n"
		     "timeout = 1s\n");
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	assert_true(old_await_requests(1));
	console_sql_until(&t, "SELECT phase LIKE 'answer of 127.0.0.1%' FROM fintra_ops.beat", "t");
	old_cli_expect(&t, NAMES("cancel", "1", "--now"), 0, "asked to stop now");
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 130);
	assert_true(old_await_left(1));
	old_cli_expect_sql(
		&t,
		"SELECT state || ' ' || (error LIKE '%may still be running there%')" OLD_LAST_RUN,
		"cancelled true");
	pty_free(p);
	/* A drain waits for the answer ... */
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	assert_true(old_await_requests(1));
	old_cli_expect(&t, NAMES("cancel", "2"), 0, "asked to drain");
	console_sql_until(&t,
			  "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'stop asked%'"
			  " AND run_id = 2",
			  "1");
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 0);
	pty_free(p);
	/* ... but not for ever. */
	console_env(&t, "FINTRA_RUN_DRAIN_MS=300");
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	assert_true(old_await_requests(1));
	pty_signal(p, SIGTERM);
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 143);
	assert_true(old_await_left(1));
	pty_free(p);
	old_cli_answers(200, "{\"ok\":true}", OLD_HOLDS);
	old_cli_expect(&t, OLD_RUN("fmp-batch"), 124, "no answer within 1.0s");
	old_cli_expect_sql(&t, "SELECT err_class" OLD_LAST_RUN, "TIMEOUT");
	console_close(&t);
}

static void
resume_launches_again_and_says_so(void **state)
{
	(void)state;
	old_cli_open(&t, "old_resume", "[job update-mvp]\nrunner = http\n");
	old_cli_answers(500, "{\"error\":\"boom\"}", OLD_WHOLE);
	old_cli_expect(&t, OLD_RUN("update-mvp", "--ticker", "AAPL"), 1, "boom");
	old_cli_answers(200, "{\"ok\":true}", OLD_WHOLE);
	old_cli_expect(&t, NAMES("resume", "1"), 0, "launched again from its start");
	assert_non_null(strstr(old_last_request(), "ticker=AAPL"));
	old_cli_expect_sql(&t, "SELECT epoch || ' ' || state FROM fintra_ops.run", "2 success");
	console_close(&t);
}

/* `retry` makes a run of its own that names the one before. */
static void
retry_calls_again(void **state)
{
	(void)state;
	old_cli_open(&t, "old_retry", "[job update-mvp]\nrunner = http\n");
	old_cli_answers(500, "{\"error\":\"boom\"}", OLD_WHOLE);
	old_cli_expect(&t, OLD_RUN("update-mvp", "--ticker", "AAPL"), 1, "boom");
	old_cli_answers(200, "{\"ok\":true}", OLD_WHOLE);
	old_cli_expect(&t, NAMES("retry", "1"), 0, NULL);
	assert_non_null(strstr(old_last_request(), "ticker=AAPL"));
	old_cli_expect_sql(
		&t,
		"SELECT string_agg(coalesce(parent, 0) || ' ' || state, ', ' ORDER BY id) FROM "
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
	old_cli_open(&t, "old_secret",
		     "[job update-mvp]\nrunner = http\n[job validation]\nrunner = "
		     "command\ncommand = @ say\n");
	old_cli_answers(200,
			"{\"ok\":false,\"error\":\"bad token " OLD_SECRET
			"\",\"log\":[\"" OLD_SECRET "\"]}",
			OLD_WHOLE);
	old_cli_expect(&t, OLD_RUN("update-mvp"), 1, "bad token ***");
	old_cli_answers(500, "Bearer " OLD_SECRET, OLD_WHOLE);
	old_cli_expect(&t, OLD_RUN("update-mvp"), 1, "***");
	old_cli_answers(401, "{}", OLD_HOLDS);
	p = old_cli_spawn(&t, OLD_RUN("update-mvp"), 160, 48);
	assert_true(old_await_requests(1));
	support_exec(NAMES("ps", "-ewwo", "args"), NULL, &out);
	assert_non_null(strstr(out.out, "update-mvp"));
	assert_null(strstr(out.out, OLD_SECRET)); /* other suites have canaries of their own */
	support_out_done(&out);
	old_release();
	assert_int_equal(pty_wait_exit(p, CONSOLE_WAIT_MS), 77);
	assert_null(strstr(str_c(pty_raw(p)), OLD_CANARY));
	pty_free(p);
	console_env(&t, "FINTRA_OLD_SECRET=" OLD_SECRET);
	old_cli_expect(&t, OLD_RUN("validation"), 0, "secret <none> <none>");
	assert_int_equal(
		old_cli_int(&t, "SELECT count(*) FROM fintra_ops.event e WHERE e::text ~ 'CANARY'"),
		0);
	assert_int_equal(
		old_cli_int(&t, "SELECT count(*) FROM fintra_ops.run r WHERE r::text ~ 'CANARY'"),
		0);
	assert_int_equal(
		old_cli_int(&t, "SELECT count(*) FROM fintra_ops.audit a WHERE a::text ~ 'CANARY'"),
		0);
	fmt_buf(path, sizeof(path), "%s/log", t.home);
	support_exec(NAMES("grep", "-c", "update-mvp", path), NULL, &out);
	assert_true(strtol(out.out, NULL, 10) > 10);
	support_out_done(&out);
	assert_int_equal(support_exec(NAMES("grep", "-q", OLD_CANARY, path), NULL, &out), 1);
	support_out_done(&out);
	/* A wrong one is told apart from a missing route. */
	old_cli_write(&t, "secret", "another-secret");
	console_env(&t, "FINTRA_OLD_SECRET");
	old_cli_expect(&t, OLD_RUN("update-mvp"), 77, "secret_file in [old]");
	console_close(&t);
}

static void
mistakes_are_told_with_their_line(void **state)
{
	(void)state;
	old_cli_open(&t, "old_conf", "[job fmp-bluk]\nrunner = http\n");
	old_cli_expect(&t, NAMES("jobs"), 78,
		       "conf:5: no job is called \"fmp-bluk\"; near: fmp-bulk");
	old_cli_write(&t, "conf", "[table prices_dialy]\nfloor = 90\n");
	old_cli_expect(&t, NAMES("jobs"), 78, "conf:2: there is no table \"prices_dialy\"");
	old_cli_write(&t, "conf", "[job fmp-bulk]\nrunner = http\n");
	old_cli_expect(&t, NAMES("jobs"), 78, "conf:2: job fmp-bulk: runner = http needs url");
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
		cmocka_unit_test(mistakes_are_told_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
