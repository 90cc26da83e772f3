/* Schema versions: what they create is the list tests/data/schema.tsv; whom they refuse; what a
 * failure leaves. */
#include "core/db_copy.h"
#include "core/migrate.h"
#include "core/str.h"
#include "tests/support.h"

#include <pthread.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1770109932 };

static const char schema_tsv[] = "tests/data/schema.tsv";

#define RELATIONS                                                                              \
	"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " \
	"n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
#define OPS_SCHEMA "SELECT count(*) FROM pg_namespace WHERE nspname = 'fintra_ops'"
#define LOCKS_HELD                                                                  \
	"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = " \
	"(SELECT oid FROM pg_database WHERE datname = current_database())"

static int
run(const char *info, bool init, int *applied, struct err *e)
{
	DB_AUTO db = support_open(info);

	return migrate_run(db, init ? MIGRATE_INIT : MIGRATE_NEXT, NOW * INT64_C(1000), applied, e);
}

static enum schema_state
state_of(const char *info, int *version)
{
	DB_AUTO db = support_open(info);
	struct err e = ERR_INIT;
	enum schema_state state;

	if (migrate_state(db, &state, version, &e) < 0)
		fail_msg("%s", e.text);
	return state;
}

static void
load_line(struct db_copy *c, char *line)
{
	struct err e = ERR_INIT;
	char *field = line;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < 6; i++) {
		size_t n = strcspn(field, "\t");

		db_copy_text(c, field, n);
		field += n + (field[n] == '\t');
	}
	assert_int_equal(db_copy_row(c, &e), 0);
}

/* The list as a temporary table of texts. */
static void
load_list(struct db *db)
{
	static const struct query_text copy = { "schema", 0, "COPY want FROM STDIN" };
	struct err e = ERR_INIT;
	FILE *f = fopen(schema_tsv, "r");
	struct db_copy *c;
	char line[256];

	if (!f)
		fail_msg("%s: not found; run from the top of the tree", schema_tsv);
	assert_int_equal(db_exec_sql(db,
				     "CREATE TEMP TABLE want (tab text, col text, type text,"
				     " nullable text, key text, place text)",
				     &e),
			 0);
	c = db_copy_begin_text(db, &copy, &e);
	assert_non_null(c);
	assert_non_null(fgets(line, sizeof(line), f)); /* the head */
	while (fgets(line, sizeof(line), f))
		load_line(c, line);
	fclose(f);
	assert_int_equal(db_copy_end(c, NULL, &e), 0);
}

static const char compare[] =
	"WITH have AS (SELECT c.relname::text AS tab, a.attname::text AS col,"
	" replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz')"
	"   AS type, CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END AS nullable,"
	" coalesce((SELECT CASE bool_or(i.indisprimary) WHEN true THEN 'pk' WHEN false THEN "
	"'unique' END"
	"   FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique"
	"   AND a.attnum = ANY (i.indkey::int2[])), '') AS key"
	" FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
	" JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0"
	" AND NOT a.attisdropped)"
	" SELECT coalesce(w.tab, h.tab) || '.' || coalesce(w.col, h.col) || ': want '"
	"  || coalesce(concat_ws(' ', w.type, w.nullable, w.key), 'nothing') || ', have '"
	"  || coalesce(concat_ws(' ', h.type, h.nullable, h.key), 'nothing'),"
	" w IS NOT NULL AND h IS NOT NULL"
	"  AND (w.type, w.nullable, w.key) = (h.type, h.nullable, h.key)"
	" FROM (SELECT * FROM want WHERE place <> 'production') w"
	" FULL JOIN have h ON h.tab = w.tab AND h.col = w.col";

static void
the_schema_is_the_list(void **state)
{
	DB_AUTO db = support_open(support_db("t_schema", true));
	struct err e = ERR_INIT;
	int bad = 0;
	ROWS_AUTO r = NULL;

	(void)state;
	load_list(db);
	r = db_query_sql(db, compare, NULL, 0, &e);
	assert_non_null(r);
	for (int i = 0; i < rows_count(r); i++) {
		if (rows_bool(r, i, 1))
			continue;
		fprintf(stderr, "%s\n", rows_text(r, i, 0));
		bad++;
	}
	printf("INFO: schema: %d columns compared, %d differ\n", rows_count(r), bad);
	assert_int_equal(bad, 0);
	assert_int_equal(rows_count(r), 383); /* 359 both + 24 own in the list */
}

static void
init_of_an_empty_database(void **state)
{
	const char *info = support_db("t_init", false);
	struct err e = ERR_INIT;
	int version = -1, applied = -1;
	char *at;

	(void)state;
	assert_int_equal(state_of(info, &version), SCHEMA_ABSENT);
	assert_int_equal(version, 0);
	assert_int_equal(run(info, true, &applied, &e), 0);
	assert_int_equal(applied, migrate_latest());
	assert_int_equal(state_of(info, &version), SCHEMA_CURRENT);
	assert_int_equal(version, migrate_latest());
	at = support_psql(info, "SELECT string_agg(DISTINCT applied_at::text, '') FROM"
				" fintra_ops.schema_version");
	assert_string_equal(at, "2026-02-03 09:12:12+00");
	free(at);
	assert_int_equal(run(info, true, &applied, &e), 0); /* again: nothing to do */
	assert_int_equal(applied, 0);
	assert_int_equal(run(info, false, &applied, &e), 0);
	assert_int_equal(applied, 0);
}

static void
other_peoples_tables_do_not_matter(void **state)
{
	const char *info = support_db("t_other", false);
	struct err e = ERR_INIT;
	int applied;

	(void)state;
	free(support_psql(info, "CREATE TABLE customers (id int)"));
	assert_int_equal(run(info, true, &applied, &e), 0);
}

static void
a_foreign_database_is_not_touched(void **state)
{
	const char *info = support_db("t_foreign", false);
	struct err e = ERR_INIT;
	int version, applied = -1;

	(void)state;
	free(support_psql(info, "CREATE TABLE prices_daily (ticker text)"));
	assert_int_equal(state_of(info, &version), SCHEMA_FOREIGN);
	for (int init = 0; init <= 1; init++) {
		assert_int_equal(run(info, init == 1, &applied, &e), -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_int_equal(err_exit_code(&e), 78);
		assert_non_null(strstr(e.text, "prices_daily"));
		assert_int_equal(applied, 0);
	}
	assert_int_equal(support_psql_int(info, RELATIONS), 1);
	assert_int_equal(support_psql_int(info, OPS_SCHEMA), 0);
}

static void
a_view_of_ours_is_foreign_too(void **state)
{
	const char *info = support_db("t_foreign_view", false);
	int version;

	(void)state;
	free(support_psql(info, "CREATE VIEW fintra_active_stocks AS SELECT 1 AS x"));
	assert_int_equal(state_of(info, &version), SCHEMA_FOREIGN);
}

static void
migrate_without_init_is_refused(void **state)
{
	const char *info = support_db("t_noinit", false);
	struct err e = ERR_INIT;
	int applied;

	(void)state;
	assert_int_equal(run(info, false, &applied, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_equal(support_psql_int(info, RELATIONS), 0);
}

static void
a_newer_schema_is_refused(void **state)
{
	const char *info = support_db("t_newer", true);
	struct err e = ERR_INIT;
	int version, applied;

	(void)state;
	free(support_psql(info, "INSERT INTO fintra_ops.schema_version VALUES (999, 'x', now())"));
	assert_int_equal(state_of(info, &version), SCHEMA_NEWER);
	assert_int_equal(version, 999);
	assert_int_equal(run(info, false, &applied, &e), -1);
	assert_int_equal(err_exit_code(&e), 78);
}

/* Makes the server refuse one kind of statement, as a full disk or a bug would. */
static void
sabotage(const char *info, const char *tag, const char *object)
{
	char sql[600];

	assert_true(
		fmt_buf(sql, sizeof(sql),
			"CREATE FUNCTION public.spoil() RETURNS event_trigger LANGUAGE plpgsql AS"
			" $$ BEGIN IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands()"
			" WHERE object_identity = '%s') THEN RAISE 'spoiled'; END IF; END $$",
			object));
	free(support_psql(info, sql));
	assert_true(fmt_buf(sql, sizeof(sql),
			    "CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('%s')"
			    " EXECUTE FUNCTION public.spoil()",
			    tag));
	free(support_psql(info, sql));
}

static void
a_failing_migration_leaves_nothing(void **state)
{
	const char *info = support_db("t_fail", false);
	struct err e = ERR_INIT;
	int version, applied;

	(void)state;
	sabotage(info, "CREATE TABLE", "public.cron_state"); /* the last one of the first version */
	assert_int_equal(run(info, true, &applied, &e), -1);
	assert_ptr_equal(strstr(e.text, "migration 001_tables.sql: "), e.text);
	assert_non_null(strstr(e.text, "spoiled"));
	assert_int_equal(applied, 0);
	assert_int_equal(support_psql_int(info, RELATIONS), 0);
	assert_int_equal(support_psql_int(info, OPS_SCHEMA), 0);
	assert_int_equal(support_psql_int(info, LOCKS_HELD), 0);
	assert_int_equal(state_of(info, &version), SCHEMA_ABSENT);
}

static void
whole_versions_stay_and_the_rest_follows(void **state)
{
	const char *info = support_db("t_half", false);
	struct err e = ERR_INIT;
	int version, applied;

	(void)state;
	sabotage(info, "CREATE VIEW", "public.fintra_active_stocks"); /* the end of the third */
	assert_int_equal(run(info, true, &applied, &e), -1);
	assert_int_equal(applied, 2);
	assert_int_equal(state_of(info, &version), SCHEMA_OLD);
	assert_int_equal(version, 2);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM pg_indexes WHERE indexname ="
						" 'prices_daily_date'"),
			 0);
	free(support_psql(info, "DROP EVENT TRIGGER spoil"));
	assert_int_equal(run(info, false, &applied, &e), 0);
	assert_int_equal(applied, migrate_latest() - 2);
	assert_int_equal(state_of(info, &version), SCHEMA_CURRENT);
}

static void
a_version_and_its_row_are_one(void **state)
{
	const char *info = support_db("t_row", false);
	struct err e = ERR_INIT;
	int version, applied;

	(void)state;
	sabotage(info, "CREATE TABLE", "fintra_ops.run"); /* the second version */
	assert_int_equal(run(info, true, &applied, &e), -1);
	assert_int_equal(applied, 1);
	free(support_psql(info, "DROP EVENT TRIGGER spoil"));
	free(support_psql(info, "ALTER TABLE fintra_ops.schema_version ADD CHECK (version < 2)"));
	assert_int_equal(run(info, false, &applied, &e), -1);
	assert_string_equal(e.sqlstate, "23514");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM pg_tables WHERE schemaname ="
						" 'fintra_ops'"),
			 1);
	assert_int_equal(state_of(info, &version), SCHEMA_OLD);
	assert_int_equal(version, 1);
}

struct racer {
	const char *info;
	int rc, applied;
};

static void *
race(void *arg)
{
	struct racer *r = arg;
	struct err e = ERR_INIT;

	r->rc = run(r->info, true, &r->applied, &e);
	return NULL;
}

static void
two_inits_at_once(void **state)
{
	const char *info = support_db("t_race", false);
	struct racer r[4];
	pthread_t t[ARRAY_LEN(r)];
	int sum = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(r); i++) {
		r[i] = (struct racer){ info, -1, 0 };
		assert_int_equal(pthread_create(&t[i], NULL, race, &r[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(r); i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(r[i].rc, 0);
		sum += r[i].applied;
	}
	assert_int_equal(sum, migrate_latest());
}

static void
active_stocks_are_companies(void **state)
{
	const char *info = support_db("t_active", true);
	char *got;

	(void)state;
	free(support_psql(info,
			  "INSERT INTO fintra_universe (ticker, name, is_active,"
			  " instrument_type) VALUES ('AAPL', 'Apple Inc.', true, 'EQUITY'),"
			  " ('BABA', NULL, true, 'ADR'), ('SPY', 'S&P', true, 'ETF'),"
			  " ('OLD', 'Gone', false, 'EQUITY'), ('X-WT', 'X', true, 'EQUITY'),"
			  " ('Y-RT', 'Y', true, 'EQUITY'), ('ZW', 'Z Warrants', true, 'EQUITY'),"
			  " ('WRT', 'Wright Corp', true, 'EQUITY')"));
	got = support_psql(info, "SELECT string_agg(ticker, ' ' ORDER BY ticker) FROM"
				 " fintra_active_stocks WHERE is_active AND type = 'stock'");
	assert_string_equal(got, "AAPL BABA WRT");
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_is_the_list),
		cmocka_unit_test(init_of_an_empty_database),
		cmocka_unit_test(other_peoples_tables_do_not_matter),
		cmocka_unit_test(a_foreign_database_is_not_touched),
		cmocka_unit_test(a_view_of_ours_is_foreign_too),
		cmocka_unit_test(migrate_without_init_is_refused),
		cmocka_unit_test(a_newer_schema_is_refused),
		cmocka_unit_test(a_failing_migration_leaves_nothing),
		cmocka_unit_test(whole_versions_stay_and_the_rest_follows),
		cmocka_unit_test(a_version_and_its_row_are_one),
		cmocka_unit_test(two_inits_at_once),
		cmocka_unit_test(active_stocks_are_companies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
