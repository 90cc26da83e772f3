/* fintra db status: what it says of own, foreign, old, newer and forbidden databases, through
 * poolers, and its exit codes. */
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_pooler.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READER "t_cmds_db_reader"

static const char *
own(void)
{
	static const char *info;

	if (!info)
		info = support_db("t_cmds_db", true);
	return info;
}

static void
status_of_our_own(void **state)
{
	struct json *j = bin_json(own(), NAMES("db", "status", "--json"), 0);
	const struct json *rights = json_get(j, "rights"), *sizes = json_get(j, "sizes");
	char *version = support_psql(own(), "SHOW server_version");
	size_t tables = json_len(json_get(sizes, "tables"));

	(void)state;
	has_members(j, NAMES("database", "role", "server", "state", "own", "version", "latest",
			     "pending", "error", "rights", "pool", "sizes"));
	assert_non_null(strstr(json_text(j, "database"), "t_cmds_db_"));
	assert_string_equal(json_text(json_get(j, "server"), "version"), version);
	assert_string_equal(json_text(j, "state"), "current");
	assert_true(json_bool(j, "own", false));
	assert_true(json_num(j, "version").v == json_num(j, "latest").v);
	assert_int_equal(json_len(json_get(j, "pending")), 0);
	assert_true(tables > 20);
	assert_int_equal((size_t)json_num(rights, "read").v, tables);
	assert_int_equal((size_t)json_num(rights, "write").v, tables - 1); /* one view */
	assert_int_equal(json_len(json_get(rights, "missing")), 0);
	assert_true(json_bool(json_get(rights, "ledger"), "write", false));
	assert_string_equal(json_text(json_get(j, "pool"), "mode"), "direct");
	assert_true(json_num(sizes, "database").v > json_num(sizes, "ledger").v);
	assert_true(json_num(sizes, "ledger").v > 0);
	json_free(j);
	free(version);
	bin_expect(own(), NAMES("db", "status"), 0, "schema    current: version");
	bin_expect(NULL, NAMES("db", "status"), 69, NULL);
	bin_expect(own(), NAMES("db", "stat"), 64, "init, migrate, status and checksum");
}

static void
pending_migrations_are_named(void **state)
{
	const char *info = support_db("t_cmds_db_old", true);
	const char *empty = support_db("t_cmds_db_none", false);
	struct json *j;

	(void)state;
	support_sql(info, "DELETE FROM fintra_ops.schema_version WHERE version = 2");
	j = bin_json(info, NAMES("db", "status", "--json"), 10);
	assert_string_equal(json_text(j, "state"), "old");
	assert_int_equal(json_len(json_get(j, "pending")), 1);
	assert_non_null(strstr(json_as_text(json_at(json_get(j, "pending"), 0)), "ledger"));
	json_free(j);
	bin_expect(info, NAMES("db", "status"), 10, "fintra db migrate applies it");
	support_sql(info, "INSERT INTO fintra_ops.schema_version SELECT 999, 'x', now()");
	bin_expect(info, NAMES("db", "status"), 78, "newer");
	j = bin_json(empty, NAMES("db", "status", "--json"), 10);
	assert_string_equal(json_text(j, "state"), "absent");
	assert_false(json_bool(j, "own", true));
	assert_int_equal(json_len(json_get(j, "pending")), (size_t)json_num(j, "latest").v);
	json_free(j);
	bin_expect(empty, NAMES("db", "status"), 10, "fintra db init applies them");
}

static void
foreign_is_looked_at(void **state)
{
	const char *info = support_db("t_cmds_db_foreign", false);
	struct json *j;

	(void)state;
	support_sql(info, "CREATE TABLE prices_daily (ticker text, price_date date)");
	j = bin_json(info, NAMES("db", "status", "--json"), 0);
	assert_string_equal(json_text(j, "state"), "foreign");
	assert_false(json_bool(j, "own", true));
	assert_int_equal((int)json_num(json_get(j, "rights"), "tables").v, 1);
	assert_true(json_len(json_get(json_get(j, "rights"), "missing")) > 20);
	assert_false(json_bool(json_get(json_get(j, "rights"), "ledger"), "present", true));
	json_free(j);
	bin_expect(info, NAMES("db", "status"), 0, "look only");
}

static void
rights_of_a_reader(void **state)
{
	char info[600];
	struct json *j;
	const struct json *rights;

	(void)state;
	support_sql(own(), "DROP ROLE IF EXISTS " READER "; CREATE ROLE " READER " LOGIN;"
			   "GRANT USAGE ON SCHEMA public, fintra_ops TO " READER ";"
			   "GRANT SELECT ON ALL TABLES IN SCHEMA public, fintra_ops TO " READER);
	fmt_buf(info, sizeof(info), "%s user=" READER, own());
	j = bin_json(info, NAMES("db", "status", "--json"), 0);
	rights = json_get(j, "rights");
	assert_string_equal(json_text(j, "role"), READER);
	assert_int_equal((int)json_num(rights, "write").v, 0);
	assert_true(json_num(rights, "read").v == json_num(rights, "tables").v);
	assert_true(json_bool(json_get(rights, "ledger"), "read", false));
	assert_false(json_bool(json_get(rights, "ledger"), "write", true));
	json_free(j);
	support_sql(own(), "REVOKE USAGE ON SCHEMA fintra_ops FROM " READER);
	/* Without the right to look into it the ledger is as good as not there. */
	j = bin_json(info, NAMES("db", "status", "--json"), 0);
	assert_string_equal(json_text(j, "state"), "foreign");
	assert_false(json_bool(json_get(json_get(j, "rights"), "ledger"), "read", true));
	json_free(j);
	support_sql(own(), "DROP OWNED BY " READER "; DROP ROLE " READER);
}

static void
poolers_are_told_apart(void **state)
{
	struct json *j = bin_json(support_pooler(own(), false), NAMES("db", "status", "--json"), 0);

	(void)state;
	assert_string_equal(json_text(json_get(j, "pool"), "mode"), "session");
	json_free(j);
	j = bin_json(support_pooler(own(), true), NAMES("db", "status", "--json"), 0);
	assert_string_equal(json_text(json_get(j, "pool"), "mode"), "transaction");
	json_free(j);
	bin_expect(support_pooler(own(), true), NAMES("db", "status"), 0, "transaction mode");
	/* Nothing stays behind in the server's sessions. */
	assert_int_equal(support_psql_int(own(), "SELECT count(*) FROM pg_locks WHERE locktype = "
						 "'advisory' AND database = (SELECT oid FROM "
						 "pg_database WHERE datname = current_database())"),
			 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_of_our_own),
		cmocka_unit_test(pending_migrations_are_named),
		cmocka_unit_test(foreign_is_looked_at),
		cmocka_unit_test(rights_of_a_reader),
		cmocka_unit_test(poolers_are_told_apart),
	};

	return cmocka_run_group_tests_name("cmds_db", tests, NULL, NULL);
}
