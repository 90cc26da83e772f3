/* The real binary: help, exit codes and JSON shapes of console.md 5 and 8, suggestions, secrets. */
#include "core/commands.h"
#include "core/json.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANARY "CANARYkey0123456789"
static const char *
ready(void)
{
	static const char *info;

	if (!info) {
		info = support_db("t_cli", true);
		support_ready(info);
	}
	return info;
}

static void
help_lists_commands(void **state)
{
	struct support_out out;

	(void)state;
	bin_run(NULL, NAMES("help"), &out);
	assert_int_equal(out.code, 0);
	for (const struct command *c = commands; c->name; c++)
		if (!strstr(out.out, c->name) || !strstr(out.out, c->summary))
			fail_msg("help lacks %s", c->name);
	support_out_done(&out);
	for (const struct command *c = commands; c->name; c++)
		bin_expect(NULL, NAMES(c->name, "--help"), 0, c->summary);
	bin_expect(NULL, NAMES("--version"), 0, "fintra ");
}

static void
usage_errors(void **state)
{
	(void)state;
	bin_expect(NULL, NAMES("statsu"), 64, "did you mean status?");
	bin_expect(NULL, NAMES("xyzzy-plugh"), 64, "unknown command");
	bin_expect(NULL, NAMES("--jsno", "status"), 64, "unknown");
	bin_expect(NULL, NAMES("status", "--as-of", "yesterday"), 64, "not a date");
	bin_expect(NULL, NAMES("status", "--as-of", "2026-02-01"), 64,
		   "previous session is 2026-01-30");
	bin_expect(NULL, NAMES("status", "--as-of"), 64, "needs a value");
	bin_expect(NULL, NAMES("run"), 64, "usage");
	bin_expect(NULL, NAMES("run", "sync-univers"), 64, "sync-universe");
	bin_expect(NULL, NAMES("run", "sync-universe", "--forse"), 64, "did you mean --force?");
	bin_expect(NULL, NAMES("run", "sync-universe", "--limit", "many"), 64, "limit");
	bin_expect(NULL, NAMES("run", "sync-universe", "--gate", "maybe"), 64, "--gate is");
	bin_expect(NULL, NAMES("run", "sync-universe", "--overlap", "never"), 64, "--overlap is");
	bin_expect(NULL, NAMES("backfill", "performance-window"), 64,
		   "did you mean performance-windows?");
	bin_expect(NULL, NAMES("runs", "--stat", "x"), 64, "did you mean --state?");
	bin_expect(ready(), NAMES("why", "sector_performanse"), 64, "sector_performance");
	bin_expect(ready(), NAMES("show", "999999"), 64, "999999");
	bin_expect(ready(), NAMES("health", "no_such_check"), 3, "no_such_check");
}

static void
infrastructure_errors(void **state)
{
	const char *empty = support_db("t_cli_empty", false);

	(void)state;
	bin_expect(NULL, NAMES("status"), 69, NULL);
	bin_expect(NULL, NAMES("run", "sync-universe"), 69, NULL);
	bin_expect(NULL, NAMES("health"), 3, NULL);
	bin_expect(empty, NAMES("status"), 78, "run fintra db init");
	bin_expect(empty, NAMES("run", "sync-universe"), 78, "run fintra db init");
	bin_expect(ready(), NAMES("-c", "/nonexistent/fintra.conf", "status"), 78,
		   "/nonexistent/fintra.conf");
	bin_expect(ready(), NAMES("--read-only", "run", "sync-universe"), 77, "--read-only");
	bin_expect(ready(), NAMES("--read-only", "cancel", "1"), 77, "--read-only");
	bin_expect(empty, NAMES("--read-only", "db", "init"), 77, "--read-only");
	bin_expect(empty, NAMES("db", "status"), 10, "absent");
	bin_expect(empty, NAMES("db", "init"), 0, "schema version");
	bin_expect(empty, NAMES("db", "status"), 0, "current");
	bin_expect(empty, NAMES("db", "init"), 0, "0 migrations"); /* may be said twice */
	bin_expect(empty, NAMES("db", "migrate"), 0, "0 migrations");
}

static void
calendar_answers(void **state)
{
	(void)state;
	bin_expect(NULL, NAMES("calendar", "--is-session", "2026-02-02"), 0, NULL);
	bin_expect(NULL, NAMES("calendar", "--is-session", "2026-07-03"), 1, "Independence Day");
	bin_expect(NULL, NAMES("calendar", "--next", "2026-07-02"), 0, "2026-07-06");
	bin_expect(NULL, NAMES("calendar", "--prev", "2026-02-02"), 0, "2026-01-30");
	bin_expect(NULL, NAMES("calendar", "--year", "2025"), 0,
		   "2025-01-09"); /* day of mourning */
	bin_expect(NULL, NAMES("calendar", "--is-session", "2077-01-04"), 64, "1990-2050");
}

static void
status_shape(void **state)
{
	struct json *j = bin_json(ready(), NAMES("status", "--json"), 0);
	const struct json *layer = json_at(json_get(j, "layers"), 2);

	(void)state;
	has_members(j, NAMES("session", "as_of", "verdict", "layers"));
	assert_string_equal(json_text(j, "session"), "2026-02-02");
	assert_true(json_bool(json_get(j, "verdict"), "ready", false));
	has_members(json_get(j, "verdict"), NAMES("ready", "text", "first_cause"));
	assert_int_equal(json_len(json_get(j, "layers")), 7);
	has_members(layer, NAMES("layer", "name", "state", "tables"));
	has_members(json_at(json_get(layer, "tables"), 0),
		    NAMES("name", "state", "as_of", "expected", "rows", "coverage"));
	json_free(j);
	bin_expect(ready(), NAMES("status"), 0, "READY for 2026-02-02");
	bin_expect(ready(), NAMES("status", "2"), 0, "performance_windows");
	bin_expect(ready(), NAMES("status", "9"), 64, "no layer 9");
	bin_expect(ready(), NAMES("--cron", "status"), 0, NULL);
}

static void
health_shape(void **state)
{
	static const char *const seed[] = {
		"performance_windows_empty", "sector_performance_stale",
		"snapshots_pct_missing",     "performance_windows_populated",
		"snapshots_relative_1y",     "scatter_data"
	};
	struct json *j = bin_json(ready(), NAMES("check", "--json"), 0);
	const struct json *checks = json_get(j, "checks");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seed); i++) {
		const struct json *c = json_at(checks, i);

		assert_string_equal(json_text(c, "name"), seed[i]);
		has_members(c, NAMES("state", "value", "bound", "strict", "remedy", "since"));
		has_members(json_get(c, "strict"), NAMES("state", "value"));
		assert_true(json_is_array(json_get(c, "remedy")));
	}
	json_free(j);
	bin_expect(ready(), NAMES("health", "--nagios"), 0, "FINTRA OK - ");
	bin_expect(ready(), NAMES("health", "--nagios"), 0,
		   "'performance_windows_coverage'=100.0%;;98:;0;100");
	bin_expect(ready(), NAMES("health", "fintra_market_state_fresh"), 0, NULL);
	bin_expect(ready(), NAMES("health", "snapshots_pct_missing"), 0, "0.0%");
	bin_expect(ready(), NAMES("health", "performance_windows_empty"), 0, NULL);
}

static void
truncated_windows_are_critical(void **state)
{
	const char *info = support_db("t_cli_empty_windows", true);

	(void)state;
	support_ready(info);
	support_sql(info, "TRUNCATE performance_windows");
	bin_expect(info, NAMES("health"), 2,
		   "fintra backfill performance-windows --as-of 2026-02-02");
	bin_expect(info, NAMES("status"), 2, "performance_windows empty");
}

static void
why_shape(void **state)
{
	const char *info = support_db("t_cli_why", true);
	struct json *j;

	(void)state;
	support_ready(info);
	support_sql(info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'");
	j = bin_json(info, NAMES("why", "--json"), 0);
	has_members(j, NAMES("table", "state", "have", "want", "job", "causes", "plan"));
	assert_string_equal(json_text(json_at(json_get(j, "causes"), 0), "table"),
			    "sector_performance");
	assert_string_equal(json_as_text(json_at(json_get(j, "plan"), 0)),
			    "fintra run sector-performance-aggregator --as-of 2026-02-02");
	json_free(j);
}

static void
jobs_shape(void **state)
{
	struct json *j = bin_json(NULL, NAMES("jobs", "--json"), 0);
	const struct json *jobs = json_get(j, "jobs");
	bool backfill = false;

	(void)state;
	for (size_t i = 0; i < json_len(jobs); i++) {
		const struct json *job = json_at(jobs, i);

		has_members(job, NAMES("name", "kind", "layer", "phase", "cadence", "after",
				       "reads", "writes", "params"));
		backfill = backfill || strcmp(json_text(job, "kind"), "backfill") == 0;
	}
	assert_true(json_len(jobs) >= 8);
	assert_true(backfill);
	json_free(j);
	bin_expect(NULL, NAMES("jobs", "performance-bulk"), 0, "--step");
	bin_expect(NULL, NAMES("backfill", "--list"), 0, "backfill-performance-windows");
	json_free(bin_json(NULL, NAMES("jobs", "performance-bulk", "--json"), 0));
	j = bin_json(NULL, NAMES("backfill", "--list", "--json"), 0);
	jobs = json_get(j, "jobs");
	assert_int_equal(json_len(jobs), 2);
	assert_string_equal(json_text(json_at(jobs, 0), "kind"), "backfill");
	json_free(j);
}

static void
strict_gate(void **state)
{
	const char *info = support_db("t_cli_gate", true);
	struct json *j;

	(void)state;
	support_ready(info);
	support_sql(info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'");
	j = bin_json(info,
		     NAMES("run", "performance-windows-aggregator", "--gate", "strict", "--json"),
		     3);
	has_members(j, NAMES("run", "job", "state", "as_of", "duration_ms", "counts", "error"));
	has_members(json_get(j, "counts"),
		    NAMES("read", "inserted", "updated", "unchanged", "rejected"));
	assert_string_equal(json_text(j, "ev"), "run.end");
	assert_string_equal(json_text(j, "as_of"), "2026-02-02");
	assert_non_null(strstr(json_text(j, "error"), "sector_performance"));
	assert_non_null(strstr(json_text(j, "error"), "2026-01-30"));
	assert_non_null(strstr(json_text(j, "error"),
			       "fintra run sector-performance-aggregator --as-of 2026-02-02"));
	json_free(j);
	bin_expect(info, NAMES("--cron", "run", "performance-windows-aggregator"), 3,
		   "sector_performance");
}

static size_t
lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void
cron_contract(void **state)
{
	const char *info = support_db("t_cli_cron", true);
	struct support_out out;

	(void)state;
	support_ready(info);
	bin_run(info, NAMES("--cron", "run", "performance-windows-aggregator", "--force"), &out);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.out, "");
	assert_string_equal(out.err, "");
	support_out_done(&out);
	support_sql(info, "TRUNCATE sector_performance");
	bin_run(info, NAMES("--cron", "run", "layer:2"), &out);
	assert_int_not_equal(out.code, 0);
	assert_true(lines(out.out) + lines(out.err) <= 25);
	assert_non_null(strstr(out.err, "fintra logs "));
	support_out_done(&out);
}

static void
runs_and_show(void **state)
{
	const char *info = support_db("t_cli_runs", true);
	struct json *j;

	(void)state;
	support_ready(info);
	bin_expect(info, NAMES("run", "sector-performance-aggregator", "--reason", "a test"), 0,
		   "SUCCESS");
	j = bin_json(info, NAMES("runs", "--json", "-n", "1"), 0);
	const struct json *r = json_at(json_get(j, "runs"), 0);
	has_members(r, NAMES("run", "job", "state", "as_of", "duration_ms", "counts", "who", "host",
			     "reason", "params", "units"));
	assert_string_equal(json_text(r, "reason"), "a test");
	assert_string_equal(json_text(r, "state"), "success");
	json_free(j);
	j = bin_json(info, NAMES("show", "sector-performance-aggregator", "--json"), 0);
	has_members(j, NAMES("run", "job", "state", "who", "host", "reason", "params", "units"));
	json_free(j);
	bin_expect(info, NAMES("logs", "sector-performance-aggregator"), 0, "START");
	bin_expect(info, NAMES("logs", "-f", "--exit-status", "sector-performance-aggregator"), 0,
		   "SUCCESS");
	j = bin_json(info, NAMES("logs", "--json", "-n", "1"), 0);
	assert_string_equal(json_text(j, "ev"), "run.end");
	json_free(j);
	bin_expect(info, NAMES("cancel", "sector-performance-aggregator"), 64, NULL);
}

static void
checksum_shape(void **state)
{
	struct json *j =
		bin_json(ready(), NAMES("db", "checksum", "sector_performance", "--json"), 0);
	const struct json *t = json_at(json_get(j, "tables"), 0);

	(void)state;
	assert_string_equal(json_text(t, "name"), "sector_performance");
	assert_int_equal((int)json_num(t, "rows").v, 231); /* 77 x 3 sessions */
	assert_int_equal(strlen(json_text(t, "sum")), 32);
	json_free(j);
	bin_expect(ready(), NAMES("db", "checksum", "sector_performanse"), 64,
		   "did you mean sector_performance?");
}

static void *
end_the_run(void *arg)
{
	const char *info = arg;
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(info);

	/* The follower listens: wait for it to be there. */
	for (int i = 0; i < 200; i++) {
		ROWS_AUTO r = db_query_sql(
			db,
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
			" AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
			NULL, 0, &e);
		if (r && rows_int(r, 0, 0) > 0)
			break;
		db_wait(db, -1, 50);
	}
	if (db_exec_sql(
		    db,
		    "BEGIN; INSERT INTO fintra_ops.event SELECT max(id), 2, now(), 'error', "
		    "'run.end', 'performance-bulk', '',"
		    " 'FAILURE last line', NULL FROM fintra_ops.run;"
		    "UPDATE fintra_ops.run SET state = 'failure', exit_code = 65, ended_at = now();"
		    "NOTIFY fintra; COMMIT",
		    &e) < 0)
		print_error("%s\n", e.text);
	return NULL;
}

static void
logs_follow_to_the_end(void **state)
{
	static const char sql[] =
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, lock_key, created_at,"
		" started_at) VALUES ('performance-bulk', '2026-02-02', 'running', 'anna', 'far', "
		"1, 'cli', 'warn', 'x', 1,"
		" now(), now());"
		"INSERT INTO fintra_ops.beat SELECT max(id), 1, now() FROM fintra_ops.run;"
		"INSERT INTO fintra_ops.event SELECT max(id), 1, now(), 'info', 'run.start', "
		"'performance-bulk', '', 'START',"
		" NULL FROM fintra_ops.run";
	const char *info = support_db("t_cli_follow", true);
	pthread_t thread;

	(void)state;
	support_sql(info, sql);
	assert_int_equal(pthread_create(&thread, NULL, end_the_run, (void *)(uintptr_t)info), 0);
	bin_expect(info, NAMES("logs", "-f", "--exit-status"), 65, "FAILURE last line");
	pthread_join(thread, NULL);
}

/* Escape sequences in the ledger never reach the terminal. */
static void
hostile_text(void **state)
{
	static const char sql[] =
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, lock_key, created_at,"
		" error, reason) VALUES (E'x\\x1b]0;a\\x07', '2026-02-02', 'failure', "
		"E'a\\x1b[31m', 'h', 1, 'cli', 'warn', 'x',"
		" 1, now(), E'one\\ntwo \\x1b[2J \\u009b5m \\u202e', E'\\x1b]52;c;x\\x07');"
		"INSERT INTO fintra_ops.event SELECT max(id), 1, now(), 'error', 'error', 'j', '', "
		"E'a\\x1b[2J\\nb \\u009b', NULL"
		" FROM fintra_ops.run";
	static const char *const commands_[][4] = { { "runs" },	     { "runs", "--json" },
						    { "show", "1" }, { "show", "1", "--json" },
						    { "logs", "1" }, { "logs", "1", "--json" } };
	const char *info = support_db("t_cli_hostile", true);

	(void)state;
	support_sql(info, sql);
	for (size_t i = 0; i < ARRAY_LEN(commands_); i++) {
		struct support_out out;

		bin_run(info, commands_[i], &out);
		assert_int_equal(out.code, 0);
		for (const char *p = out.out; *p; p++)
			if (((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f ||
			    strncmp(p, "\xc2\x9b", 2) == 0 || strncmp(p, "\xe2\x80\xae", 3) == 0)
				fail_msg("%s lets byte %02x through", commands_[i][0],
					 (unsigned char)*p);
		support_out_done(&out);
	}
}

/* The key is nowhere: not in output, nor in any text of the ledger, although the request fails. */
static void
no_key_anywhere(void **state)
{
	static const char dump[] = "SELECT coalesce(string_agg(t, ' '), '') FROM (SELECT r::text "
				   "AS t FROM fintra_ops.run r UNION ALL"
				   " SELECT e::text FROM fintra_ops.event e UNION ALL SELECT "
				   "j::text FROM fintra_ops.reject j"
				   " UNION ALL SELECT a::text FROM fintra_ops.audit a) x";
	const char *info = support_db("t_cli_key", true);
	char db[600];
	const char *argv[] = { support_fintra(), "run", "sync-universe", "-v", NULL };
	const char *env[] = { CLI_NOW,
			      "FINTRA_FMP_API_KEY=" CANARY,
			      "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
			      "FINTRA_FMP_RETRY_BASE_MS=0",
			      "XDG_CACHE_HOME=/tmp",
			      db,
			      NULL };
	struct support_out out;
	char *text;

	(void)state;
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", info);
	support_exec(argv, env, &out);
	assert_int_equal(out.code, 69);
	assert_null(strstr(out.out, CANARY));
	assert_null(strstr(out.err, CANARY));
	support_out_done(&out);
	text = support_psql(info, dump);
	assert_non_null(strstr(text, "sync-universe"));
	assert_null(strstr(text, CANARY));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_lists_commands),
		cmocka_unit_test(usage_errors),
		cmocka_unit_test(infrastructure_errors),
		cmocka_unit_test(calendar_answers),
		cmocka_unit_test(status_shape),
		cmocka_unit_test(health_shape),
		cmocka_unit_test(truncated_windows_are_critical),
		cmocka_unit_test(why_shape),
		cmocka_unit_test(jobs_shape),
		cmocka_unit_test(strict_gate),
		cmocka_unit_test(cron_contract),
		cmocka_unit_test(runs_and_show),
		cmocka_unit_test(checksum_shape),
		cmocka_unit_test(logs_follow_to_the_end),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(no_key_anywhere),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
