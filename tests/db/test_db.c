/* The libpq door: values, error classes, cancel, timeouts, loss of the connection. */
#include "core/clock.h"
#include "core/db.h"
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *
conninfo(void)
{
	static const char *made;

	if (!made)
		made = support_db("t_db", true);
	return made;
}

static struct db *
open_with(const char *info, const struct cancel *cancel, struct err *e)
{
	struct conf c = support_conf(info);

	c.connect_timeout_s = 3;
	return db_open(&c, "fintra test", cancel, e);
}

static void
fails_with(struct db *db, const char *sql, enum err_class cls, const char *state)
{
	struct err e = ERR_INIT;
	struct rows *r = db_query_sql(db, sql, NULL, 0, &e);

	rows_free(r);
	assert_null(r);
	assert_int_equal(e.cls, cls);
	assert_string_equal(e.sqlstate, state);
	assert_false(e.disconnected);
	db_rollback(db);
}

static void
values(void **state)
{
	struct err e = ERR_INIT;
	const char *args[] = { "2024-02-29", "a'b\\c", NULL };
	DB_AUTO db = support_open(conninfo());
	ROWS_AUTO r = db_query_sql(db,
				   "SELECT $1::date AS day, $2::text, $3::text, 1.50::numeric,"
				   " 'NaN'::numeric, true, 9007199254740993, 'infinity'::date",
				   args, 3, &e);

	(void)state;
	assert_non_null(r);
	assert_int_equal(rows_count(r), 1);
	assert_int_equal(rows_columns(r), 8);
	assert_string_equal(rows_column(r, 0), "day");
	assert_true(date_eq(rows_date(r, 0, 0), date_of(2024, 2, 29)));
	assert_string_equal(rows_text(r, 0, 1), "a'b\\c");
	assert_null(rows_text(r, 0, 2));
	assert_true(rows_num(r, 0, 3).has && rows_num(r, 0, 3).v == 1.5);
	assert_false(rows_num(r, 0, 4).has);
	assert_true(rows_bool(r, 0, 5));
	assert_true(rows_int(r, 0, 6) == INT64_C(9007199254740993));
	assert_false(date_is_set(rows_date(r, 0, 7)));
	assert_int_equal(rows_int(r, 0, 2), 0);
	assert_false(rows_num(r, 0, 2).has);
}

static void
session_is_pinned(void **state)
{
	struct conf c = support_conf(conninfo());
	struct err e = ERR_INIT;
	static const char *const want[][2] = {
		{ "timezone", "UTC" },		 { "client_encoding", "UTF8" },
		{ "search_path", "public" },	 { "application_name", "fintra probe" },
		{ "statement_timeout", "2min" }, { "lock_timeout", "20s" },
		{ "DateStyle", "ISO, YMD" },	 { "extra_float_digits", "1" },
	};
	struct db *db = db_open(&c, "fintra probe", NULL, &e);

	(void)state;
	assert_non_null(db);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		ROWS_AUTO r = db_query_sql(db, "SELECT current_setting($1)", want[i], 1, &e);

		assert_non_null(r);
		assert_string_equal(rows_text(r, 0, 0), want[i][1]);
	}
	db_close(db);
}

/* Whatever the operator's own options say, the session keeps what the program relies on. */
static void
own_options_are_kept(void **state)
{
	char info[600];
	char *got;

	(void)state;
	assert_true(fmt_buf(info, sizeof(info),
			    "%s options='-c work_mem=7MB -c TimeZone=Asia/Tokyo'", conninfo()));
	got = support_psql(info,
			   "SELECT current_setting('work_mem') || current_setting('TimeZone')");
	assert_string_equal(got, "7MBUTC");
	free(got);
}

static void
error_classes(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	fails_with(db, "SELECT 1/0", ERR_DB, "22012");
	fails_with(db, "SELECT * FROM nowhere", ERR_DB, "42P01");
	fails_with(db, "INSERT INTO cron_state VALUES (NULL)", ERR_DB, "23502");
	assert_int_equal(db_exec_sql(db, "CREATE ROLE t_weak; SET ROLE t_weak", &e), 0);
	fails_with(db, "SELECT * FROM cron_state", ERR_PERMISSION, "42501");
	assert_int_equal(db_exec_sql(db, "RESET ROLE; DROP ROLE t_weak", &e), 0);
	assert_int_equal(db_exec_sql(db, "BEGIN READ ONLY", &e), 0);
	fails_with(db, "DELETE FROM cron_state", ERR_PERMISSION, "25006");
	fails_with(db, "DO $$ BEGIN RAISE 'x' USING ERRCODE = '53100'; END $$", ERR_DB, "53100");
	fails_with(db, "DO $$ BEGIN RAISE 'x' USING ERRCODE = '40001'; END $$", ERR_DB, "40001");
}

static void
error_text_is_one_clean_line(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_exec_sql(db,
				     "DO $$ BEGIN RAISE E'one\\n\\ttwo\\x1b[31m' USING"
				     " DETAIL = 'three', ERRCODE = '53100'; END $$",
				     &e),
			 -1);
	assert_string_equal(e.text, "disk full on the database server: one two\\x1b[31m (three)");
}

static void
named_query_names_itself(void **state)
{
	struct err e = ERR_INIT;
	const char *args[] = { "x" };
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_null(db_query(db, Q_MIGRATE_LOCK, args, &e));
	assert_ptr_equal(strstr(e.text, "migrate_lock: "), e.text);
	assert_string_equal(e.sqlstate, "22P02");
}

static void
lock_timeout(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO a = support_open(conninfo());
	DB_AUTO b = support_open(conninfo());

	(void)state;
	assert_int_equal(db_exec_sql(a, "BEGIN; LOCK TABLE cron_state", &e), 0);
	assert_int_equal(db_exec_sql(b, "BEGIN; SET LOCAL lock_timeout = 50", &e), 0);
	fails_with(b, "SELECT * FROM cron_state", ERR_LOCK, "55P03");
}

static void
statement_timeout(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_exec_sql(db, "SET statement_timeout = 50", &e), 0);
	fails_with(db, "SELECT pg_sleep(20)", ERR_DB_TIMEOUT, "57014");
}

static void
affected_rows(void **state)
{
	struct err e = ERR_INIT;
	const char *args[] = { "901", "t", "1770109932127" };
	int64_t n = -1;
	char *at;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec(db, Q_MIGRATE_RECORD, args, &n, &e), 0);
	assert_int_equal(n, 1);
	{
		ROWS_AUTO r = db_query_sql(db,
					   "SELECT applied_at::text FROM"
					   " fintra_ops.schema_version WHERE version = 901",
					   NULL, 0, &e);

		assert_non_null(r);
		assert_string_equal(rows_text(r, 0, 0), "2026-02-03 09:12:12.127+00");
	}
	db_rollback(db);
	at = support_psql(conninfo(),
			  "SELECT 1 FROM fintra_ops.schema_version WHERE version = 901");
	assert_string_equal(at, "");
	free(at);
}

static void
commit_of_a_failed_transaction(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec_sql(db, "SELECT 1/0", &e), -1);
	assert_int_equal(db_commit(db, &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	db_rollback(db); /* fine outside a transaction */
}

struct raiser {
	struct cancel *cancel;
	enum cancel_level level;
	const char *info, *until; /* waits for this query to say true */
};

static void
await(const char *info, const char *sql)
{
	DB_AUTO db = support_open(info);
	struct err e = ERR_INIT;
	int64_t end = clock_mono_ms() + 20000;

	while (clock_mono_ms() < end) {
		ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);

		if (r && rows_count(r) && rows_bool(r, 0, 0))
			return;
		poll(NULL, 0, 5);
	}
	abort();
}

static void *
raise_it(void *arg)
{
	struct raiser *r = arg;

	await(r->info, r->until);
	cancel_raise(r->cancel, r->level);
	return NULL;
}

#define SLEEPS(n)                                                                         \
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND datname = " \
	"current_database() "                                                             \
	"AND query LIKE 'SELECT pg_sleep(" n ")%'"

static int64_t
sleep_and_raise(enum cancel_level level, const char *sql, const char *until, struct err *e)
{
	struct cancel c;
	struct raiser r = { &c, level, conninfo(), until };
	struct db *db;
	pthread_t t;
	int64_t t0;

	cancel_init(&c);
	db = open_with(conninfo(), &c, e);
	assert_non_null(db);
	assert_int_equal(pthread_create(&t, NULL, raise_it, &r), 0);
	t0 = clock_mono_ms();
	if (db_exec_sql(db, sql, e) == 0)
		e->cls = ERR_NONE;
	t0 = clock_mono_ms() - t0;
	pthread_join(t, NULL);
	assert_true(db_alive(db));
	db_close(db);
	cancel_done(&c);
	return t0;
}

static void
abort_stops_a_statement(void **state)
{
	struct err e = ERR_INIT;
	int64_t ms = sleep_and_raise(CANCEL_ABORT, "SELECT pg_sleep(31)", SLEEPS("31"), &e);

	(void)state;
	assert_int_equal(e.cls, ERR_CANCELLED);
	assert_string_equal(e.sqlstate, "57014");
	assert_false(e.disconnected);
	assert_in_range(ms, 0, 1000);
}

static void
drain_lets_it_finish(void **state)
{
	struct err e = ERR_INIT;
	int64_t ms = sleep_and_raise(CANCEL_DRAIN, "SELECT pg_sleep(0.7)", SLEEPS("0.7"), &e);

	(void)state;
	assert_int_equal(e.cls, ERR_NONE);
	assert_in_range(ms, 690, 5000);
}

static void
after_abort_only_rollback(void **state)
{
	struct err e = ERR_INIT;
	struct cancel c;
	struct db *db;

	(void)state;
	cancel_init(&c);
	db = open_with(conninfo(), &c, &e);
	assert_non_null(db);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec_sql(db, "LOCK TABLE fintra_universe", &e), 0);
	cancel_raise(&c, CANCEL_ABORT);
	assert_int_equal(db_exec_sql(db, "SELECT 1", &e), -1);
	assert_int_equal(e.cls, ERR_CANCELLED);
	db_rollback(db);
	assert_int_equal(support_psql_int(conninfo(),
					  "SELECT count(*) FROM pg_locks WHERE relation ="
					  " 'fintra_universe'::regclass"),
			 0);
	db_close(db);
	cancel_done(&c);
}

/* A listening socket that never answers stands for a hung server. */
static void
connecting_can_be_cancelled(void **state)
{
	char dir[] = "/tmp/fxXXXXXX", info[64];
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct err e = ERR_INIT;
	struct cancel c;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	int64_t t0 = clock_mono_ms();

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_true(fmt_buf(a.sun_path, sizeof(a.sun_path), "%s/.s.PGSQL.5432", dir));
	assert_true(fmt_buf(info, sizeof(info), "host=%s user=x dbname=x", dir));
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s, 5), 0);
	cancel_init(&c);
	cancel_raise(&c, CANCEL_ABORT);
	assert_null(open_with(info, &c, &e));
	assert_int_equal(e.cls, ERR_CANCELLED);
	assert_in_range(clock_mono_ms() - t0, 0, 500);
	assert_null(open_with(info, NULL, &e)); /* and without a cancel: the timeout of 3 s */
	assert_int_equal(e.cls, ERR_DB);
	assert_true(e.disconnected);
	assert_in_range(clock_mono_ms() - t0, 2900, 6000);
	cancel_done(&c);
	close(s);
	unlink(a.sun_path);
	rmdir(dir);
}

static void
no_server(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(open_with("host=/nonexistent user=x password=canary77", NULL, &e));
	assert_int_equal(e.cls, ERR_DB);
	assert_true(e.disconnected);
	assert_int_equal(err_exit_code(&e), 69);
	assert_null(strstr(e.text, "canary77"));
	assert_null(strchr(e.text, '\n'));
}

static void
bad_conninfo_tells_no_password(void **state)
{
	static const char *const bad[] = { "host=x password=a canary77",
					   "postgres://u:canary77@[h/db" };
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(open_with(bad[i], NULL, &e));
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_null(strstr(e.text, "canary77"));
	}
	assert_null(open_with("hots=x", NULL, &e));
	assert_non_null(strstr(e.text, "hots"));
}

/* 192.0.2.1 is of TEST-NET-1 (RFC 5737): nobody answers, and nothing may be sent. */
static void
remote_needs_verify_full(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(open_with("host=192.0.2.1 user=x sslmode=require", NULL, &e));
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_null(open_with("host=localhost,192.0.2.1 user=x", NULL, &e));
	assert_int_equal(e.cls, ERR_CONFIG);
}

static void
a_killed_backend_is_a_lost_connection(void **state)
{
	struct err e = ERR_INIT;
	struct db *db = support_open(conninfo());
	char sql[80];

	(void)state;
	assert_true(db_alive(db));
	assert_true(
		fmt_buf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 10000)", db_pid(db)));
	free(support_psql(conninfo(), sql));
	assert_int_equal(db_begin(db, &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_true(e.disconnected);
	assert_int_equal(err_exit_code(&e), 69);
	assert_false(db_alive(db));
	assert_int_equal(db_commit(db, &e), -1);
	assert_true(e.disconnected);
	db_rollback(db);
	db_close(db);
}

static void
alive_notices_without_a_round_trip(void **state)
{
	struct db *db = support_open(conninfo());
	char sql[80];
	int64_t end = clock_mono_ms() + 10000;

	(void)state;
	assert_true(
		fmt_buf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 10000)", db_pid(db)));
	free(support_psql(conninfo(), sql));
	while (db_alive(db) && clock_mono_ms() < end)
		db_wait(db, -1, 50);
	assert_false(db_alive(db));
	db_close(db);
}

static void
terminated_in_a_statement(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_exec_sql(db, "SELECT pg_terminate_backend(pg_backend_pid())", &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_string_equal(e.sqlstate, "57P01");
	assert_true(e.disconnected);
}

static void
notifications(void **state)
{
	struct err e = ERR_INIT;
	struct db *db = support_open(conninfo());
	int64_t end = clock_mono_ms() + 10000;
	bool seen = false;
	int p[2];

	(void)state;
	assert_int_equal(db_exec_sql(db, "LISTEN t_chan", &e), 0);
	assert_false(db_notified(db));
	free(support_psql(conninfo(), "SELECT pg_notify('t_chan', 'x')"));
	while (!(seen = db_notified(db)) && clock_mono_ms() < end)
		db_wait(db, -1, 1000);
	assert_true(seen);
	assert_false(db_notified(db));
	assert_int_equal(pipe(p), 0); /* another descriptor ends the wait, too */
	assert_int_equal(write(p[1], "x", 1), 1);
	end = clock_mono_ms();
	db_wait(db, p[0], 10000);
	assert_in_range(clock_mono_ms() - end, 0, 2000);
	close(p[0]);
	close(p[1]);
	db_close(db);
}

static void
copy_as_a_statement_is_refused(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(conninfo());

	(void)state;
	assert_int_equal(db_exec_sql(db, "COPY cron_state FROM STDIN", &e), -1);
	assert_int_equal(e.cls, ERR_INTERNAL);
	assert_false(db_alive(db));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(session_is_pinned),
		cmocka_unit_test(own_options_are_kept),
		cmocka_unit_test(error_classes),
		cmocka_unit_test(error_text_is_one_clean_line),
		cmocka_unit_test(named_query_names_itself),
		cmocka_unit_test(lock_timeout),
		cmocka_unit_test(statement_timeout),
		cmocka_unit_test(affected_rows),
		cmocka_unit_test(commit_of_a_failed_transaction),
		cmocka_unit_test(abort_stops_a_statement),
		cmocka_unit_test(drain_lets_it_finish),
		cmocka_unit_test(after_abort_only_rollback),
		cmocka_unit_test(connecting_can_be_cancelled),
		cmocka_unit_test(no_server),
		cmocka_unit_test(bad_conninfo_tells_no_password),
		cmocka_unit_test(remote_needs_verify_full),
		cmocka_unit_test(a_killed_backend_is_a_lost_connection),
		cmocka_unit_test(alive_notices_without_a_round_trip),
		cmocka_unit_test(terminated_in_a_statement),
		cmocka_unit_test(notifications),
		cmocka_unit_test(copy_as_a_statement_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
