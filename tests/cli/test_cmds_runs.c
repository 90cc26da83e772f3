/* fintra wait, fintra retry, --timeout: exit codes, shapes, and what the ledger says afterwards. */
#include "core/clock.h"
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                     \
	"INSERT INTO fintra_ops.run (job, as_of, who, host, pid, origin, gate, build, lock_key," \
	" created_at, started_at, state, exit_code, params, error, err_class, ended_at) VALUES"

/* A process has looked at the run at least once. */
static const char waits[] = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = "
			    "current_database() AND application_name = 'fintra'"
			    " AND query LIKE 'SELECT x.id, x.parent, x.job%'";

static const char *
ready(void)
{
	static const char *info;

	if (!info) {
		info = support_db("t_runs", true);
		support_ready(info);
	}
	return info;
}

/* A run of `job` in `state`, made by hand; its id. */
static int64_t
put_run(const char *info, const char *job, const char *state, const char *exit_code,
	const char *params)
{
	char sql[900];
	bool ended = !str_same(state, "running") && !str_same(state, "queued");

	assert_true(fmt_buf(sql, sizeof(sql),
			    HEAD "('%s', '2026-02-02', 'anna', 'far', 1, 'cli', 'warn', 'x', 77,"
				 " now(), now(), '%s', %s, '%s', NULL, NULL, %s);"
				 "INSERT INTO fintra_ops.beat SELECT max(id), 1, now() FROM "
				 "fintra_ops.run",
			    job, state, exit_code, params, ended ? "now()" : "NULL"));
	support_sql(info, sql);
	return support_psql_int(info, "SELECT max(id) FROM fintra_ops.run");
}

static const char *
text_of(int64_t id)
{
	static char buf[4][32];
	static int n;

	n = (n + 1) % 4;
	fmt_buf(buf[n], sizeof(buf[n]), "%lld", (long long)id);
	return buf[n];
}

static bool
eventually(const char *info, const char *sql)
{
	int64_t end = clock_mono_ms() + 20000;
	DB_AUTO db = support_open(info);

	while (clock_mono_ms() < end) {
		struct err e = ERR_INIT;
		ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);

		if (!r)
			fail_msg("%s: %s", sql, e.text);
		if (rows_count(r) && rows_bool(r, 0, 0))
			return true;
		db_wait(db, -1, 20);
	}
	return false;
}

/* fintra in a second process while the test goes on. */
struct beside {
	pthread_t thread;
	const char *info;
	const char *args[12];
	struct support_out out;
	int64_t ms;
};

static void *
beside_main(void *arg)
{
	struct beside *b = arg;
	int64_t began = clock_mono_ms();

	bin_run(b->info, b->args, &b->out);
	b->ms = clock_mono_ms() - began;
	return NULL;
}

static void
beside_start(struct beside *b, const char *info, const char *const *args)
{
	memset(b, 0, sizeof(*b));
	b->info = info;
	for (size_t i = 0; args[i]; i++)
		b->args[i] = args[i];
	assert_int_equal(pthread_create(&b->thread, NULL, beside_main, b), 0);
}

static void
beside_end(struct beside *b, int code, const char *says)
{
	pthread_join(b->thread, NULL);
	if (b->out.code != code || !strstr(b->out.out, says))
		print_error("exit %d\n%s%s", b->out.code, b->out.out, b->out.err);
	assert_int_equal(b->out.code, code);
	assert_non_null(strstr(b->out.out, says));
	support_out_done(&b->out);
}

static void
wait_gives_the_runs_own_code(void **state)
{
	static const struct {
		const char *state, *exit_code;
		int code;
		const char *says;
	} ends[] = {
		{ "success", "0", 0, "SUCCESS performance-bulk run " },
		{ "partial", "4", 4, "PARTIAL" },
		{ "failure", "65", 65, "FAILURE" },
		{ "failure", "NULL", 1, "FAILURE" }, /* it left none: not 0 */
		{ "skipped", "75", 75, "SKIPPED" },
		{ "cancelled", "143", 143, "fintra resume" },
		{ "abandoned", "NULL", 1, "is abandoned" },
		{ "lost", "1", 1, "fintra resume" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const char *id = text_of(put_run(ready(), "performance-bulk", ends[i].state,
						 ends[i].exit_code, "{}"));

		bin_expect(ready(), NAMES("wait", id), ends[i].code, ends[i].says);
		bin_expect(ready(), NAMES("logs", "-f", "--exit-status", id), ends[i].code, NULL);
	}
	bin_expect(ready(), NAMES("wait", "performance-bulk"), 1, "LOST"); /* the newest */
	bin_expect(ready(), NAMES("wait", "999999"), 64, "no run 999999");
	bin_expect(ready(), NAMES("wait", "x"), 64, "neither a run nor a job");
	bin_expect(ready(), NAMES("wait"), 64, "usage");
	bin_expect(NULL, NAMES("wait", "1"), 69, NULL);
	bin_expect(ready(), NAMES("wait", "1", "--timeout", "soon"), 64, "no span of time");
}

/* Nobody notifies: the looks by the clock find the end. */
static void
wait_without_notifications(void **state)
{
	int64_t id = put_run(ready(), "performance-bulk", "running", "NULL", "{}");
	struct beside b;
	char sql[200];

	(void)state;
	beside_start(&b, ready(), NAMES("wait", text_of(id), "--json"));
	assert_true(eventually(ready(), waits));
	fmt_buf(sql, sizeof(sql),
		"UPDATE fintra_ops.run SET state = 'partial', exit_code = 4, ended_at = now()"
		" WHERE id = %lld",
		(long long)id);
	support_sql(ready(), sql);
	beside_end(&b, 4, "\"state\":\"partial\"");
}

/* The database drops the connection; the end is found by the next one. */
static void
wait_survives_a_lost_connection(void **state)
{
	int64_t id = put_run(ready(), "performance-bulk", "running", "NULL", "{}");
	struct beside b;
	char sql[300];

	(void)state;
	beside_start(&b, ready(), NAMES("wait", text_of(id)));
	assert_true(eventually(ready(), waits));
	fmt_buf(sql, sizeof(sql),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
		"current_database() AND application_name = 'fintra';"
		"UPDATE fintra_ops.run SET state = 'failure', exit_code = 6 WHERE id = %lld",
		(long long)id);
	support_sql(ready(), sql);
	beside_end(&b, 6, "FAILURE");
}

static void
wait_ends_at_the_limit(void **state)
{
	int64_t id = put_run(ready(), "performance-bulk", "running", "NULL", "{}"), before;
	static const char calls[] =
		"SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
	struct json *j;

	(void)state;
	before = support_psql_int(ready(), calls);
	j = bin_json(ready(), NAMES("wait", text_of(id), "--timeout", "3s", "--json"), 124);
	assert_string_equal(json_text(j, "state"), "running");
	assert_int_equal((int64_t)json_num(j, "run").v, id);
	json_free(j);
	/* Connecting, three or four looks, the run's units: no busy loop. */
	assert_in_range(support_psql_int(ready(), calls) - before, 3, 40);
	bin_expect(ready(), NAMES("wait", text_of(id), "--timeout", "1"), 124, "is still running");
	bin_expect(ready(), NAMES("cancel", text_of(id)), 0, NULL);
}

/* Heartbeat old, lock free: it is over, although its row says running. */
static void
wait_knows_the_abandoned(void **state)
{
	int64_t id = put_run(ready(), "performance-bulk", "running", "NULL", "{}");
	char sql[200];
	struct json *j;

	(void)state;
	fmt_buf(sql, sizeof(sql),
		"UPDATE fintra_ops.beat SET beat_at = now() - interval '1 hour' WHERE run_id = "
		"%lld",
		(long long)id);
	support_sql(ready(), sql);
	bin_expect(ready(), NAMES("wait", text_of(id)), 1, "fintra resume");
	j = bin_json(ready(), NAMES("wait", text_of(id), "--json"), 1);
	assert_string_equal(json_text(j, "state"), "abandoned");
	assert_int_equal((int)json_num(j, "exit_code").v, 1);
	json_free(j);
}

/* A run of another process, held by a lock on its table, ends while it is waited for. */
static void
wait_for_a_real_run(void **state)
{
	const char *info = support_db("t_runs_real", true);
	struct beside run, wait;
	struct err e = ERR_INIT;
	DB_AUTO holder = NULL;

	(void)state;
	support_ready(info);
	holder = support_open(info);
	assert_int_equal(db_begin(holder, &e), 0);
	assert_int_equal(db_exec_sql(holder, "LOCK TABLE sector_performance IN EXCLUSIVE MODE", &e),
			 0);
	beside_start(&run, info, NAMES("run", "sector-performance-aggregator"));
	assert_true(eventually(info, "SELECT count(*) > 0 FROM fintra_ops.run WHERE state = "
				     "'running'"));
	beside_start(&wait, info, NAMES("wait", "sector-performance-aggregator"));
	assert_true(eventually(info, waits));
	db_rollback(holder);
	beside_end(&run, 0, "SUCCESS");
	beside_end(&wait, 0, "SUCCESS sector-performance-aggregator run ");
}

static void
retry_launches_again(void **state)
{
	const char *info = support_db("t_runs_retry", true);
	int64_t id;
	struct json *j;
	char *row;

	(void)state;
	support_ready(info);
	id = put_run(info, "sector-performance-aggregator", "failure", "1", "{\"limit\": \"7\"}");
	j = bin_json(info, NAMES("retry", text_of(id), "--json"), 0);
	assert_string_equal(json_text(j, "ev"), "run.end");
	assert_string_equal(json_text(j, "job"), "sector-performance-aggregator");
	assert_string_equal(json_text(j, "as_of"), "2026-02-02");
	assert_int_equal((int64_t)json_num(j, "run").v, id + 1);
	json_free(j);
	row = support_psql(info, "SELECT concat_ws('|', parent, job, as_of, params->>'limit', "
				 "reason, origin, gate) FROM fintra_ops.run ORDER BY id DESC LIMIT "
				 "1");
	char want[200];
	fmt_buf(want, sizeof(want),
		"%lld|sector-performance-aggregator|2026-02-02|7|retry of run %lld|cli|warn",
		(long long)id, (long long)id);
	assert_string_equal(row, want);
	free(row);
	j = bin_json(info, NAMES("show", text_of(id + 1), "--json"), 0);
	assert_int_equal((int64_t)json_num(j, "parent").v, id);
	json_free(j);
	bin_expect(info, NAMES("show", text_of(id + 1)), 0, "parent ");
	/* It ended well: there is nothing to do, unless forced. */
	bin_expect(info, NAMES("retry", text_of(id + 1)), 0, "nothing to do");
	j = bin_json(info, NAMES("retry", text_of(id + 1), "--json"), 0);
	assert_false(json_bool(j, "retried", true));
	json_free(j);
	assert_int_equal(support_psql_int(info, "SELECT max(id) FROM fintra_ops.run"), id + 1);
	bin_expect(info, NAMES("retry", text_of(id + 1), "--force", "--reason", "to be sure"), 0,
		   "SUCCESS");
	row = support_psql(info, "SELECT concat_ws('|', parent, params->>'force', reason) FROM "
				 "fintra_ops.run ORDER BY id DESC LIMIT 1");
	fmt_buf(want, sizeof(want), "%lld|1|to be sure", (long long)id + 1);
	assert_string_equal(row, want);
	free(row);
}

static void
retry_refuses(void **state)
{
	static const char *const can_go_on[] = { "cancelled", "abandoned", "lost" };
	int64_t id;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(can_go_on); i++) {
		char says[64];

		id = put_run(ready(), "sector-performance-aggregator", can_go_on[i], "NULL", "{}");
		fmt_buf(says, sizeof(says), "fintra resume %lld", (long long)id);
		bin_expect(ready(), NAMES("retry", text_of(id)), 64, says);
	}
	id = put_run(ready(), "sector-performance-aggregator", "running", "NULL", "{}");
	bin_expect(ready(), NAMES("retry", text_of(id)), 75, "fintra wait");
	id = put_run(ready(), "no-such-job", "failure", "1", "{}");
	bin_expect(ready(), NAMES("retry", text_of(id)), 64, "this build does not have");
	id = put_run(ready(), "sector-performance-aggregator", "failure", "1", "{\"odd\": \"1\"}");
	bin_expect(ready(), NAMES("retry", text_of(id)), 64, "odd");
	bin_expect(ready(), NAMES("retry", "999999"), 64, "no run 999999");
	bin_expect(ready(), NAMES("--read-only", "retry", "1"), 77, "--read-only");
	bin_expect(NULL, NAMES("retry", "1"), 69, NULL);
}

/* Three sessions of a range, one of them done: only the other two are done again. */
static void
retry_failed_keeps_what_is_done(void **state)
{
	static const char *const range = "{\"start\": \"2026-01-29\", \"end\": \"2026-02-02\"}";
	const char *info = support_db("t_runs_failed", true);
	int64_t id;
	char sql[600];

	(void)state;
	support_ready(info);
	support_sql(info, "DELETE FROM performance_windows;"
			  "INSERT INTO datos_performance (ticker, window_code, performance_date, "
			  "return_percent, source) SELECT ticker, window_code, d, 5, 'x' FROM "
			  "datos_performance, unnest(ARRAY['2026-01-29', '2026-01-30']::date[]) d");
	id = put_run(info, "backfill-performance-windows", "failure", "1", range);
	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_ops.unit (run_id, unit, state, rows_inserted, errors) VALUES"
		" (%lld, '2026-01-30', 'done', 5, 0), (%lld, '2026-01-29', 'done', 5, 1)",
		(long long)id, (long long)id);
	support_sql(info, sql);
	bin_expect(info, NAMES("retry", text_of(id), "--failed"), 0, "1 unit of run");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM performance_windows WHERE "
						"as_of_date = '2026-01-30'"),
			 0); /* kept, although the test never wrote it */
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM performance_windows WHERE "
						"as_of_date = '2026-01-29'"),
			 140);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM performance_windows WHERE "
						"as_of_date = '2026-02-02'"),
			 140);
	/* The kept unit belongs to the new run, and counts nothing there. */
	assert_int_equal(support_psql_int(info,
					  "SELECT rows_inserted FROM fintra_ops.unit WHERE unit = "
					  "'2026-01-30' ORDER BY run_id DESC LIMIT 1"),
			 0);
	assert_int_equal(support_psql_int(info, "SELECT rows_inserted FROM fintra_ops.run ORDER BY "
						"id DESC LIMIT 1"),
			 280);
	bin_expect(info, NAMES("retry", text_of(id)), 0, "SUCCESS"); /* the whole */
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM performance_windows WHERE "
						"as_of_date = '2026-01-30'"),
			 140);
}

static void
a_run_drains_at_the_deadline(void **state)
{
	const char *info = support_db("t_runs_deadline", true);
	struct err e = ERR_INIT;
	DB_AUTO holder = NULL;
	struct support_out out;
	char *row;

	(void)state;
	support_ready(info);
	holder = support_open(info);
	assert_int_equal(db_begin(holder, &e), 0);
	assert_int_equal(db_exec_sql(holder, "LOCK TABLE sector_performance IN EXCLUSIVE MODE", &e),
			 0);
	bin_run_env(info, NAMES("FINTRA_RUN_DRAIN_MS=200"),
		    NAMES("run", "sector-performance-aggregator", "--timeout", "1s"), &out);
	assert_int_equal(out.code, 124);
	assert_non_null(strstr(out.out, "CANCELLED"));
	assert_non_null(strstr(out.err, "the time given by --timeout is over"));
	support_out_done(&out);
	row = support_psql(info, "SELECT state || ' ' || exit_code FROM fintra_ops.run ORDER BY id "
				 "DESC LIMIT 1");
	assert_string_equal(row, "cancelled 124");
	free(row);
	db_rollback(holder);
	bin_expect(info, NAMES("run", "sector-performance-aggregator", "--timeout", "90"), 0,
		   "SUCCESS");
}

static void
a_look_ends_at_the_deadline(void **state)
{
	const char *info = support_db("t_runs_look", true);
	struct err e = ERR_INIT;
	DB_AUTO holder = NULL;

	(void)state;
	support_ready(info);
	holder = support_open(info);
	assert_int_equal(db_begin(holder, &e), 0);
	assert_int_equal(db_exec_sql(holder, "LOCK TABLE sector_performance", &e), 0);
	bin_expect(info, NAMES("status", "--timeout", "1"), 124, "--timeout is over");
	db_rollback(holder);
	bin_expect(info, NAMES("status", "--timeout", "1m"), 0, "READY");
	bin_expect(info, NAMES("tui", "--timeout", "1"), 64, "tui takes no --timeout");
	bin_expect(info, NAMES("status", "--timeout", "0"), 64, "no span of time");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_gives_the_runs_own_code),
		cmocka_unit_test(wait_without_notifications),
		cmocka_unit_test(wait_survives_a_lost_connection),
		cmocka_unit_test(wait_ends_at_the_limit),
		cmocka_unit_test(wait_knows_the_abandoned),
		cmocka_unit_test(wait_for_a_real_run),
		cmocka_unit_test(retry_launches_again),
		cmocka_unit_test(retry_refuses),
		cmocka_unit_test(retry_failed_keeps_what_is_done),
		cmocka_unit_test(a_run_drains_at_the_deadline),
		cmocka_unit_test(a_look_ends_at_the_deadline),
	};

	return cmocka_run_group_tests_name("cmds_runs", tests, NULL, NULL);
}
