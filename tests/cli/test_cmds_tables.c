/* fintra tables: what it shows of every table, its choices, its three forms of output. */
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
ready(void)
{
	static const char *info;

	if (!info) {
		info = support_db("t_tables", true);
		support_ready(info);
	}
	return info;
}

static const struct json *
table_of(const struct json *doc, const char *name)
{
	for (const struct json *t = json_first(json_get(doc, "tables")); t; t = json_next(t))
		if (strcmp(json_text(t, "name"), name) == 0)
			return t;
	fail_msg("no table %s", name);
	return NULL;
}

/* stdout of a call that ends with 0, owned. */
static char *
answer(const char *info, const char *const *args)
{
	struct support_out out;

	bin_run(info, args, &out);
	if (out.code != 0)
		fail_msg("exit %d: %s", out.code, out.err);
	free(out.err);
	return out.out;
}

static void
json_has_all_fields(void **state)
{
	struct json *j = bin_json(ready(), NAMES("tables", "--json"), 0);
	const struct json *t;
	int64_t size = support_psql_int(
		ready(), "SELECT pg_total_relation_size('public.sector_performance')");

	(void)state;
	assert_string_equal(json_text(j, "as_of"), "2026-02-02");
	for (t = json_first(json_get(j, "tables")); t; t = json_next(t))
		has_members(t, NAMES("name", "layer", "state", "as_of", "expected", "rows",
				     "coverage", "basis", "floor", "deadline", "job", "run",
				     "relation", "size", "why"));
	t = table_of(j, "sector_performance");
	assert_int_equal((int)json_num(t, "layer").v, 2);
	assert_string_equal(json_text(t, "state"), "fresh");
	assert_string_equal(json_text(t, "as_of"), "2026-02-02");
	assert_string_equal(json_text(t, "expected"), "2026-02-02");
	assert_int_equal((int)json_num(t, "rows").v, 77);
	assert_true(json_num(t, "coverage").v == 1);
	assert_true(json_num(t, "floor").v == 0.9);
	assert_string_equal(json_text(t, "deadline"), "2026-02-03T09:00:00.000Z"); /* 04:00 NY */
	assert_string_equal(json_text(t, "relation"), "public.sector_performance");
	assert_true(json_num(t, "size").v == (double)size);
	assert_null(json_get(t, "why"));
	assert_int_equal((int)json_num(table_of(j, "industry_classification"), "run_id").v,
			 support_psql_int(ready(), "SELECT max(id) FROM fintra_ops.run WHERE job = "
						   "'industry-classification-sync'"));
	t = table_of(j, "fintra_active_stocks"); /* a view takes no room */
	assert_null(json_get(t, "size"));
	assert_string_equal(json_text(table_of(j, "cron_state"), "why"), "no job in this build");
	json_free(j);
}

static void
names_and_states_choose(void **state)
{
	struct json *j = bin_json(
		ready(), NAMES("tables", "sector_performance", "prices_daily", "--json"), 0);

	(void)state;
	assert_int_equal(json_len(json_get(j, "tables")), 2);
	json_free(j);
	j = bin_json(ready(),
		     NAMES("tables", "sector_performance", "--state", "late,stale", "--json"), 0);
	assert_int_equal(json_len(json_get(j, "tables")), 0);
	json_free(j);
	j = bin_json(ready(), NAMES("tables", "--state", "fresh", "--json"), 0);
	for (const struct json *t = json_first(json_get(j, "tables")); t; t = json_next(t))
		assert_string_equal(json_text(t, "state"), "fresh");
	assert_non_null(table_of(j, "prices_daily"));
	json_free(j);
}

static void
tsv_is_exact(void **state)
{
	char *out = answer(ready(), NAMES("tables", "performance_windows", "prices_daily",
					  "cron_state", "--tsv", "--sort", "-rows", "--columns",
					  "name,rows,coverage,as_of,floor,deadline,relation"));

	(void)state;
	/* 20 tickers x 7 windows; 20 prices; no rows, no session, no deadline */
	assert_string_equal(
		out, "name\trows\tcoverage\tas_of\tfloor\tdeadline\trelation\n"
		     "performance_windows\t140\t1\t2026-02-02\t0.98\t2026-02-03T09:30:00.000Z\t"
		     "public.performance_windows\n"
		     "prices_daily\t20\t1\t2026-02-02\t0.95\t2026-02-03T08:00:00.000Z\t"
		     "public.prices_daily\n"
		     "cron_state\t0\t\t\t\t\tpublic.cron_state\n");
	free(out);
}

static void
text_is_aligned(void **state)
{
	char *out = answer(ready(), NAMES("tables", "prices_daily", "cron_state", "--columns",
					  "name,state,rows,coverage,why", "--sort", "rows"));

	(void)state;
	assert_string_equal(out, "name          state  rows  coverage  why\n"
				 "cron_state    empty     0         -  no job in this build\n"
				 "prices_daily  fresh    20    100.0%  -\n");
	free(out);
	out = answer(ready(),
		     NAMES("tables", "prices_daily", "--columns", "state", "--color", "always"));
	assert_string_equal(out, "state\n\033[32mfresh\n\033[0m");
	free(out);
}

/* Sorted downwards, too, what is not known comes last. */
static void
unknown_has_its_reason(void **state)
{
	const char *info = support_db("t_tables_unknown", true);
	char sql[300];
	struct json *j;
	const struct json *t;
	char *out;
	const char *role = "t_tables_reader";

	(void)state;
	support_ready(info);
	fmt_buf(sql, sizeof(sql),
		"DROP TABLE sector_pe; DROP ROLE IF EXISTS %s; CREATE ROLE %s LOGIN; "
		"GRANT USAGE ON SCHEMA public, fintra_ops TO %s; GRANT SELECT ON ALL TABLES IN "
		"SCHEMA public, fintra_ops TO %s; REVOKE SELECT ON prices_daily FROM %s",
		role, role, role, role, role);
	support_sql(info, sql);
	fmt_buf(sql, sizeof(sql), "%s user=%s", info, role);
	j = bin_json(sql, NAMES("tables", "--json"), 0);
	t = table_of(j, "sector_pe");
	assert_string_equal(json_text(t, "state"), "unknown");
	assert_null(json_get(t, "rows"));
	assert_null(json_get(t, "relation"));
	assert_null(json_get(t, "size"));
	assert_string_equal(json_text(t, "why"), "the database has no such table");
	t = table_of(j, "prices_daily");
	assert_string_equal(json_text(t, "state"), "unknown");
	assert_null(json_get(t, "coverage"));
	assert_non_null(strstr(json_text(t, "why"), "permission denied"));
	assert_string_equal(json_text(t, "relation"), "public.prices_daily");
	json_free(j);
	out = answer(sql, NAMES("tables", "sector_pe", "fintra_universe", "cron_state", "--sort",
				"-rows", "--columns", "name,state,rows,relation,size", "--tsv"));
	assert_non_null(strstr(out, "\nfintra_universe\tfresh\t20\tpublic.fintra_universe\t"));
	assert_non_null(strstr(out, "\nsector_pe\tunknown\t?\tmissing\t?\n"));
	assert_true(strstr(out, "fintra_universe") < strstr(out, "cron_state"));
	assert_true(strstr(out, "cron_state") < strstr(out, "sector_pe"));
	free(out);
	fmt_buf(sql, sizeof(sql), "DROP OWNED BY %s; DROP ROLE %s", role, role);
	support_sql(info, sql);
}

static void
floor_comes_from_the_configuration(void **state)
{
	char path[] = "/tmp/fintra-tables.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct json *j;

	(void)state;
	assert_non_null(f);
	fputs("[table prices_daily]\nfloor = 40\ndeadline = 05:15\n", f);
	fclose(f);
	j = bin_json(ready(), NAMES("-c", path, "tables", "prices_daily", "--json"), 0);
	assert_true(json_num(table_of(j, "prices_daily"), "floor").v == 0.4);
	assert_string_equal(json_text(table_of(j, "prices_daily"), "deadline"),
			    "2026-02-03T10:15:00.000Z");
	json_free(j);
	remove(path);
}

static void
bad_words(void **state)
{
	(void)state;
	bin_expect(ready(), NAMES("tables", "price_daily"), 64, "did you mean prices_daily?");
	bin_expect(ready(), NAMES("tables", "--columns", "name,stat"), 64, "did you mean state?");
	bin_expect(ready(), NAMES("tables", "--columns", ""), 64, "names no column");
	bin_expect(ready(), NAMES("tables", "--sort", "rowz"), 64, "did you mean rows?");
	bin_expect(ready(), NAMES("tables", "--state", "fresch"), 64, "a table is fresh, due");
	bin_expect(ready(), NAMES("tables", "--colums", "x"), 64, "did you mean --columns?");
	bin_expect(NULL, NAMES("tables"), 69, NULL);
	bin_expect(support_db("t_tables_empty", false), NAMES("tables"), 78, "fintra db init");
	bin_expect(ready(), NAMES("tables", "--as-of", "2026-02-01"), 64, "previous session");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_all_fields),
		cmocka_unit_test(names_and_states_choose),
		cmocka_unit_test(tsv_is_exact),
		cmocka_unit_test(text_is_aligned),
		cmocka_unit_test(unknown_has_its_reason),
		cmocka_unit_test(floor_comes_from_the_configuration),
		cmocka_unit_test(bad_words),
	};

	return cmocka_run_group_tests_name("cmds_tables", tests, NULL, NULL);
}
