/* COPY both ways: hostile fields, volume, numbers against the server's own cast, cancel, lost
 * server. */
#include "core/clock.h"
#include "core/db_copy.h"
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 200000 };

static const struct query_text copy_t = { "t_copy", 0, "COPY t (i, s, v, d) FROM STDIN" };
static const struct query_text out_t = {
	"t_out", 2,
	"COPY (SELECT i, s, v, d, $2::text FROM t WHERE s IS DISTINCT FROM $1 ORDER BY i)"
	" TO STDOUT (FORMAT binary)"
};
static const struct query_text endless = {
	"endless", 0, "COPY (SELECT generate_series(1, 2000000000)) TO STDOUT (FORMAT binary)"
};

static const char *
conninfo(void)
{
	static const char *made;

	if (!made)
		made = support_db("t_copy", false);
	return made;
}

/* A connection with an empty temporary table t. */
static struct db *
with_table(const struct cancel *cancel)
{
	struct conf c = support_conf(conninfo());
	struct err e = ERR_INIT;
	struct db *db = db_open(&c, "fintra test", cancel, &e);

	assert_non_null(db);
	assert_int_equal(
		db_exec_sql(db, "CREATE TEMP TABLE t (i bigint, s text, v numeric, d date)", &e),
		0);
	return db;
}

static int64_t
int_of(struct db *db, const char *sql)
{
	struct err e = ERR_INIT;
	ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);

	assert_non_null(r);
	return rows_int(r, 0, 0);
}

static const char *const hostile[] = {
	"",	      "\\.",   "\\N",	      "a\tb",	 "a\nb",	 "a\rb",
	"\\",	      "\\\\t", "a\\nb",	      "'; DROP", "\x01\x1b[31m", "caf\xc3\xa9",
	"  blanks  ", "$1",    "\"x\",\"y\"",
};

static int
check_hostile(void *arg, const struct db_field *f, int n, struct err *e)
{
	int *seen = arg;
	const char *want = *seen < (int)ARRAY_LEN(hostile) ? hostile[*seen] : NULL;

	(void)e;
	assert_int_equal(n, 5);
	assert_int_equal(db_field_i64(&f[0]), *seen);
	if (want) {
		assert_int_equal(f[1].len, strlen(want));
		assert_memory_equal(f[1].p, want, strlen(want));
	} else {
		assert_null(f[1].p);
	}
	assert_int_equal(f[4].len, 7);
	assert_memory_equal(f[4].p, "q'\\$1\"x", 7);
	++*seen;
	return 0;
}

static void
hostile_fields_come_back(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);
	struct db_copy *c = db_copy_begin_text(db, &copy_t, &e);
	const char *args[] = { "nobody's \\ value", "q'\\$1\"x" };
	int64_t rows = 0;
	int seen = 0;

	(void)state;
	assert_non_null(c);
	for (size_t i = 0; i <= ARRAY_LEN(hostile); i++) {
		db_copy_int(c, (int64_t)i);
		db_copy_str(c, i < ARRAY_LEN(hostile) ? hostile[i] : NULL);
		db_copy_num(c, NUM_NONE);
		db_copy_date(c, DATE_NONE);
		assert_int_equal(db_copy_row(c, &e), 0);
	}
	assert_int_equal(db_copy_end(c, &rows, &e), 0);
	assert_int_equal(rows, ARRAY_LEN(hostile) + 1);
	assert_int_equal(int_of(db, "SELECT count(*) FROM t WHERE v IS NULL AND d IS NULL"), rows);
	assert_int_equal(db_copy_out_text(db, &out_t, args, check_hostile, &seen, &e), 0);
	assert_int_equal(seen, rows);
}

static int
add_up(void *arg, const struct db_field *f, int n, struct err *e)
{
	double *sum = arg;
	int64_t i = db_field_i64(&f[0]);
	struct num v = db_field_numeric(&f[2]);

	(void)n;
	(void)e;
	assert_true(v.has && v.v == (double)i / 8);
	assert_true(date_eq(db_field_date(&f[3]),
			    date_add_days(date_of(1990, 1, 1), (int)(i % 20000))));
	*sum += v.v;
	return 0;
}

static void
fill_many(struct db *db)
{
	struct err e = ERR_INIT;
	struct db_copy *c = db_copy_begin_text(db, &copy_t, &e);
	char text[32];
	int64_t rows;

	assert_non_null(c);
	for (int i = 1; i <= MANY; i++) {
		assert_true(fmt_buf(text, sizeof(text), "row %d", i));
		db_copy_int(c, i);
		db_copy_str(c, text);
		db_copy_num(c, NUM((double)i / 8));
		db_copy_date(c, date_add_days(date_of(1990, 1, 1), i % 20000));
		assert_int_equal(db_copy_row(c, &e), 0);
	}
	assert_int_equal(db_copy_end(c, &rows, &e), 0);
	assert_int_equal(rows, MANY);
}

static void
many_rows(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);
	const char *args[] = { NULL, "x" };
	double sum = 0;

	(void)state;
	fill_many(db);
	assert_int_equal(
		int_of(db, "SELECT count(DISTINCT i) FROM t WHERE s = 'row ' || i AND v = i / 8.0"
			   " AND d = date '1990-01-01' + (i % 20000)::int"),
		MANY);
	assert_int_equal(db_copy_out_text(db, &out_t, args, add_up, &sum, &e), 0);
	assert_true(sum == (double)MANY * (MANY + 1) / 16);
}

static double
be_double(const struct db_field *f)
{
	uint64_t bits = (uint64_t)db_field_i64(f);
	double v;

	assert_int_equal(f->len, 8);
	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* f[0] numeric, f[1] the server's float8 of it. */
static int
check_numeric(void *arg, const struct db_field *f, int n, struct err *e)
{
	int *seen = arg;
	struct num got = db_field_numeric(&f[0]);
	double want = f[1].p ? be_double(&f[1]) : NAN;

	(void)n;
	assert_int_equal(got.has, isfinite(want) != 0);
	if (got.has && got.v != want)
		return err_set(e, ERR_INTERNAL, "row %d: %.17g, server says %.17g", *seen, got.v,
			       want);
	++*seen;
	return 0;
}

static int
compare_numeric(struct db *db, const char *values)
{
	char sql[8192];
	struct query_text q = { "numeric", 0, sql };
	struct err e = ERR_INIT;
	int seen = 0;

	assert_true(fmt_buf(sql, sizeof(sql),
			    "COPY (SELECT v, v::float8 FROM (%s) x) TO STDOUT (FORMAT binary)",
			    values));
	if (db_copy_out_text(db, &q, NULL, check_numeric, &seen, &e) < 0)
		fail_msg("%s", e.text);
	return seen;
}

static void
numeric_equals_the_servers_cast(void **state)
{
	DB_AUTO db = with_table(NULL);
	int n = 0;

	(void)state;
	n += compare_numeric(
		db, "SELECT v::numeric FROM unnest(ARRAY['0','1','-1','1.50','0.1','-0.1','1e22',"
		    "'1e23','123e20','9007199254740991','9007199254740992','9007199254740993',"
		    "'9007199254740993.0000000000000000000000000001','9007199254740992.5',"
		    "'18014398509481986','0.000001','1e-22','1e-23','1e-300','4.9e-324',"
		    "'2.2250738585072011e-308','1.7976931348623157e308','9999','10000','99999999',"
		    "'123456789012345678901234567890.123456789','0.30000000000000004','5e-5',"
		    "'1799999999999999999.9','179900000000000000000','NaN','Infinity','-Infinity',"
		    "NULL]) AS v");
	/* A tie that only a far digit decides. */
	n += compare_numeric(db,
			     "SELECT ('9007199254740993.' || repeat('0', x) || '1')::numeric AS v"
			     " FROM unnest(ARRAY[0, 15, 700, 790, 800, 801, 900, 9000]) AS x");
	n += compare_numeric(db, "SELECT setseed(0.25)::text::numeric AS v WHERE false UNION ALL "
				 "SELECT round((random() * 10 ^ (i % 9))::numeric, i % 7) AS v"
				 " FROM generate_series(1, 100000) i");
	n += compare_numeric(db, "SELECT (random() * 10 ^ (i % 40 - 20))::text::numeric"
				 " * (1 - 2 * (i % 2)) AS v FROM generate_series(1, 100000) i");
	n += compare_numeric(
		db, "SELECT (random()::text::numeric * 1e15 + random()::text::numeric)"
		    " * 10::numeric ^ (i % 60 - 30) AS v FROM generate_series(1, 50000) i");
	printf("INFO: numeric: %d values equal to the server's cast\n", n);
	assert_in_range(n, 250030, 251000);
}

static void
beyond_double_is_absent(void **state)
{
	static const unsigned char big[] = { 0, 1, 1, 0, 0, 0, 0, 0, 0, 1 }; /* 10000^256 */
	static const unsigned char cut[] = { 0, 9, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct db_field f = { big, sizeof(big) };

	(void)state;
	assert_false(db_field_numeric(&f).has);
	f = (struct db_field){ cut, sizeof(cut) };
	assert_false(db_field_numeric(&f).has);
	f = (struct db_field){ NULL, 0 };
	assert_false(db_field_numeric(&f).has);
	assert_false(date_is_set(db_field_date(&f)));
}

static void
a_bad_value_fails_the_copy(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);
	struct db_copy *c = db_copy_begin_text(db, &copy_t, &e);

	(void)state;
	assert_non_null(c);
	db_copy_str(c, "not a number");
	db_copy_null(c);
	db_copy_null(c);
	db_copy_null(c);
	assert_int_equal(db_copy_row(c, &e), 0);
	assert_int_equal(db_copy_end(c, NULL, &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_string_equal(e.sqlstate, "22P02");
	assert_int_equal(int_of(db, "SELECT count(*) FROM t"), 0);
}

static void
aborting_leaves_a_usable_connection(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);
	struct db_copy *c;

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	c = db_copy_begin_text(db, &copy_t, &e);
	assert_non_null(c);
	db_copy_int(c, 1);
	db_copy_abort(c);
	db_rollback(db);
	assert_int_equal(int_of(db, "SELECT count(*) FROM t"), 0);
}

static int
refuse(void *arg, const struct db_field *f, int n, struct err *e)
{
	(void)arg;
	(void)n;
	return db_field_i64(&f[0]) < 1000 ? 0 : err_set(e, ERR_DATA, "enough");
}

static void
callback_ends_the_copy(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);

	(void)state;
	assert_int_equal(db_copy_out_text(db, &endless, NULL, refuse, NULL, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	assert_string_equal(e.text, "endless: enough");
	assert_int_equal(int_of(db, "SELECT 7"), 7);
}

static int
raise_at_1000(void *arg, const struct db_field *f, int n, struct err *e)
{
	(void)n;
	(void)e;
	if (db_field_i64(&f[0]) == 1000)
		cancel_raise(arg, CANCEL_ABORT);
	return 0;
}

static void
abort_ends_copy_out(void **state)
{
	struct err e = ERR_INIT;
	struct cancel c;
	struct db *db;
	int64_t t0;

	(void)state;
	cancel_init(&c);
	db = with_table(&c);
	t0 = clock_mono_ms();
	assert_int_equal(db_copy_out_text(db, &endless, NULL, raise_at_1000, &c, &e), -1);
	assert_int_equal(e.cls, ERR_CANCELLED);
	assert_in_range(clock_mono_ms() - t0, 0, 1000);
	assert_true(db_alive(db));
	db_close(db);
	cancel_done(&c);
}

static int
pump(struct db_copy *c, int from, int64_t deadline, struct err *e)
{
	for (int i = from; clock_mono_ms() < deadline; i++) {
		db_copy_int(c, i);
		db_copy_null(c);
		db_copy_null(c);
		db_copy_null(c);
		if (db_copy_row(c, e) < 0)
			return -1;
	}
	return 0;
}

static void
abort_ends_copy_in(void **state)
{
	struct err e = ERR_INIT;
	struct cancel stop;
	struct db *db;
	struct db_copy *c;

	(void)state;
	cancel_init(&stop);
	db = with_table(&stop);
	assert_int_equal(db_begin(db, &e), 0);
	c = db_copy_begin_text(db, &copy_t, &e);
	assert_non_null(c);
	cancel_raise(&stop, CANCEL_ABORT);
	assert_int_equal(pump(c, 0, clock_mono_ms() + 10000, &e), -1);
	assert_int_equal(e.cls, ERR_CANCELLED);
	db_copy_abort(c);
	db_rollback(db);
	assert_true(db_alive(db));
	db_close(db);
	cancel_done(&stop);
}

static void
terminate(const struct db *db)
{
	char sql[80];

	assert_true(
		fmt_buf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 10000)", db_pid(db)));
	free(support_psql(conninfo(), sql));
}

static void
server_lost_in_copy_in(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);
	struct db_copy *c = db_copy_begin_text(db, &copy_t, &e);

	(void)state;
	assert_non_null(c);
	terminate(db);
	if (pump(c, 0, clock_mono_ms() + 100, &e) < 0)
		db_copy_abort(c);
	else
		assert_int_equal(db_copy_end(c, NULL, &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_true(e.disconnected);
}

static int
kill_at_1000(void *arg, const struct db_field *f, int n, struct err *e)
{
	(void)n;
	(void)e;
	if (db_field_i64(&f[0]) == 1000)
		terminate(arg);
	return 0;
}

static void
server_lost_in_copy_out(void **state)
{
	struct err e = ERR_INIT;
	DB_AUTO db = with_table(NULL);

	(void)state;
	assert_int_equal(db_copy_out_text(db, &endless, NULL, kill_at_1000, db, &e), -1);
	assert_int_equal(e.cls, ERR_DB);
	assert_true(e.disconnected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_fields_come_back),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(numeric_equals_the_servers_cast),
		cmocka_unit_test(beyond_double_is_absent),
		cmocka_unit_test(a_bad_value_fails_the_copy),
		cmocka_unit_test(aborting_leaves_a_usable_connection),
		cmocka_unit_test(callback_ends_the_copy),
		cmocka_unit_test(abort_ends_copy_out),
		cmocka_unit_test(abort_ends_copy_in),
		cmocka_unit_test(server_lost_in_copy_in),
		cmocka_unit_test(server_lost_in_copy_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
