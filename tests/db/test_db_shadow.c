/* Shadows of tables that the product does not have: identity and generated columns, json, names
 * that need quoting.  Expected values: counted by hand beside each change. */
#include "core/db_shadow.h"
#include "core/job.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char table[] =
	"CREATE TABLE \"Odd one\" (id bigint GENERATED ALWAYS AS IDENTITY UNIQUE, k text, day "
	"date, v "
	"numeric, note json, seen timestamptz, twice numeric GENERATED ALWAYS AS (v * 2) STORED, "
	"PRIMARY KEY (k, day)); INSERT INTO \"Odd one\" (k, day, v, note, seen) VALUES ('a', "
	"'2026-01-02', 1, '{\"x\": 1}', 'epoch'), ('b', '2026-01-02', 2, NULL, 'epoch'), ('c', "
	"'2026-01-02', 300, NULL, 'epoch'), ('d', '2026-01-02', 4, NULL, 'epoch'), ('old', "
	"'2025-01-02', 5, NULL, 'epoch')";

/* a: doubled.  b: only seen differs.  c: 30 more, a tenth.  d: gone.  e: new; a: new day. */
static const char work[] =
	"UPDATE \"Odd one\" SET v = 2 WHERE k = 'a'; UPDATE \"Odd one\" SET seen = '2026-01-05' "
	"WHERE "
	"k = 'b'; UPDATE \"Odd one\" SET v = 330, note = '{}' WHERE k = 'c'; DELETE FROM \"Odd "
	"one\" "
	"WHERE k = 'd'; INSERT INTO \"Odd one\" (k, day, v) VALUES ('e', '2026-01-05', 9), ('a', "
	"'2026-01-05', 4)";

static const char content[] = "SELECT string_agg(concat_ws(' ', k, day, v, twice, note, "
			      "seen::date), ', ' ORDER BY k, day) "
			      "FROM \"Odd one\"";

static struct shadow_spec
spec_of(struct date from)
{
	static const char *const loose[] = { "id", "seen", NULL };
	static const char *const key[] = { "k", "day", NULL };

	return (struct shadow_spec){ .schema = "public",
				     .table = "Odd one",
				     .shadow = "Odd one",
				     .key = key,
				     .volatile_columns = loose,
				     .date_column = "day",
				     .from = from,
				     .to = from,
				     .score = "v",
				     .relative = true };
}

static void
do_sql(struct db *db, const char *sql)
{
	struct err e = ERR_INIT;

	if (db_exec_sql(db, sql, &e) < 0)
		fail_msg("%s: %s", sql, e.text);
}

static struct db *
begin(const char *name, struct date from, struct shadow *s, const char **info)
{
	struct err e = ERR_INIT;
	const struct shadow_spec spec = spec_of(from);
	struct db *db;

	*info = support_db(name, true);
	db = support_open(*info);
	do_sql(db, table);
	if (db_shadow_make(db, &spec, s, &e) != 1)
		fail_msg("%s", e.text);
	return db;
}

static void
holds(const char *info, const char *want)
{
	char *is = support_psql(info, content);

	assert_string_equal(is, want);
	free(is);
}

#define BEFORE                                                                                   \
	"a 2026-01-02 1 2 {\"x\": 1} 1970-01-01, b 2026-01-02 2 4 1970-01-01, c 2026-01-02 300 " \
	"600 1970-01-01, d 2026-01-02 4 8 1970-01-01, old 2025-01-02 5 10 1970-01-01"
#define AFTER                                                                                  \
	"a 2026-01-02 2 4 {\"x\": 1} 1970-01-01, a 2026-01-05 4 8, b 2026-01-02 2 4 "          \
	"2026-01-05, c 2026-01-02 330 660 {} 1970-01-01, e 2026-01-05 9 18, old 2025-01-02 5 " \
	"10 1970-01-01"

static void
compares_and_applies(void **state)
{
	struct err e = ERR_INIT;
	struct shadow s;
	const char *info;
	DB_AUTO db = begin("t_shadow", DATE_NONE, &s, &info);

	(void)state;
	do_sql(db, work);
	holds(info, BEFORE);
	assert_int_equal(db_shadow_compare(db, &s, &e), 0);
	assert_int_equal(s.inserted, 2);
	assert_int_equal(s.updated, 2);
	assert_int_equal(s.deleted, 1);
	assert_int_equal(s.touched, 1);
	assert_int_equal(s.unchanged, 2); /* b and old */
	ROWS_AUTO m = db_shadow_moves(db, &s, &e);

	/* 1 -> 4 since the 2nd is 3 times the old value, 1 -> 2 once, 300 -> 330 a tenth. */
	assert_int_equal(rows_count(m), 3);
	assert_string_equal(rows_text(m, 0, 0), "a 2026-01-05");
	assert_string_equal(rows_text(m, 0, 4), "2026-01-02");
	assert_string_equal(rows_text(m, 1, 0), "a 2026-01-02");
	assert_string_equal(rows_text(m, 2, 3), "30");
	assert_int_equal(db_begin(db, &e), 0);
	if (db_shadow_apply(db, &s, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(db_shadow_end(db, &e), 0);
	holds(info, AFTER);
	/* New rows have the numbers that the table itself gives: 6 and 7 after the five. */
	assert_int_equal(support_psql_int(info, "SELECT sum(id) FROM \"Odd one\" WHERE day = "
						"'2026-01-05'"),
			 13);
	shadow_done(&s);
}

static void
refuses_days_that_it_does_not_hold(void **state)
{
	struct err e = ERR_INIT;
	struct shadow s;
	const char *info;
	struct date day;

	(void)state;
	assert_true(date_parse("2026-01-02", &day));
	DB_AUTO db = begin("t_shadow_days", day, &s, &info);
	ROWS_AUTO r = db_query_sql(db, "SELECT count(*) FROM \"Odd one\"", NULL, 0, &e);

	assert_int_equal(rows_int(r, 0, 0), 4); /* not "old" */
	assert_int_equal(db_shadow_compare(db, &s, &e), 0);
	assert_int_equal(s.deleted + s.inserted + s.updated + s.touched, 0);
	do_sql(db, work);
	assert_int_equal(db_shadow_compare(db, &s, &e), -1);
	assert_non_null(strstr(e.text, "Odd one: 2 rows are of days that were not copied"));
	shadow_done(&s);
}

static void
tells_what_is_not_there(void **state)
{
	struct err e = ERR_INIT;
	struct shadow s;
	struct shadow_spec spec = spec_of(DATE_NONE);
	DB_AUTO db = support_open(support_db("t_shadow_none", true));

	(void)state;
	assert_int_equal(db_shadow_make(db, &spec, &s, &e), 0);
	shadow_done(&s);
	do_sql(db, "CREATE TABLE \"Odd one\" (x integer)");
	assert_int_equal(db_shadow_make(db, &spec, &s, &e), -1);
	assert_non_null(strstr(e.text, "has not the key columns"));
	shadow_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_and_applies),
		cmocka_unit_test(refuses_days_that_it_does_not_hold),
		cmocka_unit_test(tells_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
