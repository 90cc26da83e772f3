/* The rule that snapshots take relative performance from performance_windows alone, held by the
 * database: fmp-bulk under a role with the rights that README tells an operator to grant, by the
 * very statements that stand there. */
#include "core/db_names.h"
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { README_MAX = 1 << 20, ROLE_BUF = 40 };

static const char database[] = "snapshot_role", heading[] = "### The role of fmp-bulk";
static char role[ROLE_BUF]; /* roles are the cluster's: its name must be ours alone */

/* The SQL below the heading; owned: free(). */
static char *
readme_sql(void)
{
	char *text = mem_zalloc(README_MAX), *from, *to;
	FILE *f = fopen("README.md", "re");

	assert_non_null(f);
	assert_true(fread(text, 1, README_MAX - 1, f) > 0);
	(void)fclose(f);
	from = strstr(text, heading);
	assert_non_null(from);
	from = strstr(from, "```sql\n");
	assert_non_null(from);
	from += strlen("```sql\n");
	to = strstr(from, "```");
	assert_non_null(to);
	*to = '\0';
	memmove(text, from, (size_t)(to - from) + 1);
	return text;
}

static void
grant_as_told(void)
{
	char *told = readme_sql();
	char *here = support_psql(ground.conninfo, "SELECT current_database()");
	const struct alias names[] = { { .from = "fintra_snapshot", .to = role },
				       { .from = "fintra", .to = here } };
	STR_AUTO sql = { .max = README_MAX };

	names_rewrite(told, names, ARRAY_LEN(names), &sql);
	assert_non_null(strstr(str_c(&sql), role));
	ground_sql(&ground, str_c(&sql));
	free(told);
	free(here);
}

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, database);
	ground_reset(&ground, database);
	(void)fmt_buf(role, sizeof(role), "fintra_snapshot_%d", (int)getpid());
	grant_as_told();
	return 0;
}

static int
close_ground(void **state)
{
	char sql[3 * ROLE_BUF];

	(void)state;
	(void)fmt_buf(sql, sizeof(sql), "DROP OWNED BY %s; DROP ROLE %s", role, role);
	ground_sql(&ground, sql);
	ground_close(&ground);
	return 0;
}

/* The ground's connection string with the role in it. */
static const char *
as_role(void)
{
	static char info[400];

	assert_true(fmt_buf(info, sizeof(info), "%s user=%s", ground.conninfo, role));
	return info;
}

/* SQLSTATE of a direct look at the table, "" when the role may. */
static void
look_at(const char *table, char sqlstate[8])
{
	struct db *db = support_open(as_role());
	struct err e = ERR_INIT;
	char sql[100];

	(void)fmt_buf(sql, sizeof(sql), "SELECT * FROM %s LIMIT 1", table);
	ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);

	str_copy(sqlstate, 8, r ? "" : e.sqlstate);
	db_close(db);
}

/* 42501: insufficient privilege. */
static void
the_sources_of_windows_are_closed(void **state)
{
	static const char *const closed[] = { "datos_performance", "sector_performance",
					      "industry_performance" };
	char sqlstate[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		look_at(closed[i], sqlstate);
		if (!str_same(sqlstate, "42501"))
			fail_msg("%s: \"%s\"", closed[i], sqlstate);
	}
	look_at("performance_windows", sqlstate);
	assert_string_equal(sqlstate, "");
}

static struct outcome
run_as_role(void)
{
	char own[400];
	struct err e = ERR_INIT;
	struct outcome o;

	str_copy(own, sizeof(own), ground.conninfo);
	assert_int_equal(conf_set(&ground.conf, "db", "conninfo", as_role(), &e), 0);
	o = snapshots_run("force=1", NULL);
	assert_int_equal(conf_set(&ground.conf, "db", "conninfo", own, &e), 0);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	return o;
}

/* Returns of the closed tables that no window has: they leave no trace. */
static void
same_snapshots_under_the_role(void **state)
{
	char whole[64], less[64];

	(void)state;
	companies(5, "Energy");
	asset("C001", "1Y", AS_OF, "999");
	sector("Energy", "1Y", AS_OF, "999");
	assert_int_equal(snapshots_run(NULL, NULL).counts.inserted, 5);
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE fintra_snapshots");
	assert_int_equal(run_as_role().counts.inserted, 5);
	ground_sum(&ground, less);
	assert_string_equal(less, whole);
	assert_int_equal(run_as_role().counts.unchanged, 5);
	expect("SELECT count(*) FROM fintra_snapshots WHERE relative_vs_sector_1y IS NOT NULL",
	       "5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sources_of_windows_are_closed),
		cmocka_unit_test(same_snapshots_under_the_role),
	};

	return cmocka_run_group_tests_name("snapshot_role", tests, open_ground, close_ground);
}
