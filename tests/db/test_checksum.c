/* The checksum of a table depends on its content and on nothing else. */
#include "core/checksum.h"
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct table pe = {
	.name = "industry_pe",
	.volatile_columns = NAMES("created_at", "source"),
};

static struct db *
fresh(void)
{
	static const char *info;

	if (!info)
		info = support_db("t_checksum", true);
	free(support_psql(info, "TRUNCATE industry_pe, cron_state, datos_valuacion_ttm"));
	return support_open(info);
}

/* The sum after running sql (several statements). */
static char *
after(struct db *db, const char *sql, int64_t want_rows)
{
	char sum[CHECKSUM_BUF];
	struct err e = ERR_INIT;
	int64_t rows = -1;

	if (db_exec_sql(db, sql, &e) < 0 || checksum_table(db, &pe, &rows, sum, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(rows == want_rows);
	assert_int_equal(strlen(sum), 32);
	assert_int_equal(strspn(sum, "0123456789abcdef"), 32);
	return mem_dup(sum);
}

/* Any number of rows in place of what was there. */
#define ROWS "TRUNCATE industry_pe; INSERT INTO industry_pe VALUES "

static void
compare(const char *a, const char *b, int64_t rows_b, bool equal)
{
	DB_AUTO db = fresh();
	char *x = after(db, a, 2), *y = after(db, b, rows_b);

	assert_int_equal(str_same(x, y), equal);
	free(x);
	free(y);
}

static const char base[] = ROWS "('a', '2024-01-02', 1.5, 's', '2024-01-02 00:00Z'),"
				"('b', '2024-01-02', 2, 's', '2024-01-02 00:00Z')";

static void
order_scale_and_volatile_columns_do_not_count(void **state)
{
	(void)state;
	compare(base,
		ROWS "('b', '2024-01-02', 2.000, 'other', '2025-01-02 00:00Z'),"
		     "('a', '2024-01-02', 1.50, 's', NULL)",
		2, true);
}

static void
every_value_counts(void **state)
{
	(void)state;
	compare(base, "UPDATE industry_pe SET pe = 2.0000001 WHERE industry = 'b'", 2, false);
	compare(base, "UPDATE industry_pe SET pe = NULL WHERE industry = 'b'", 2, false);
	compare(base, "UPDATE industry_pe SET pe_date = '2024-01-03' WHERE industry = 'b'", 2,
		false);
	compare(base, "DELETE FROM industry_pe WHERE industry = 'b'", 1, false);
	compare(base, "UPDATE industry_pe SET pe = 3.5 - pe", 2, false); /* the two swapped */
}

static void
fields_do_not_run_together(void **state)
{
	(void)state;
	compare(ROWS "('a,b', '2024-01-02', NULL, 's'), ('\"', '2024-01-02', 1, 's')",
		ROWS "('a', '2024-01-02', NULL, 's'), ('\"\"', '2024-01-02', 1, 's')", 2, false);
	compare(ROWS "('', '2024-01-02', NULL, 's'), ('x', '2024-01-02', 1, 's')",
		ROWS "(' ', '2024-01-02', NULL, 's'), ('x', '2024-01-02', 1, 's')", 2, false);
}

static void
an_empty_table_is_zero(void **state)
{
	DB_AUTO db = fresh();
	char *sum = after(db, "TRUNCATE industry_pe", 0);

	(void)state;
	assert_string_equal(sum, "00000000000000000000000000000000");
	free(sum);
}

/* The definition, computed by other means: each half is the sum of the md5 halves modulo 2^64. */
static void
value_is_the_sum_of_md5_halves(void **state)
{
	DB_AUTO db = fresh();
	char *sum = after(db, base, 2), want[CHECKSUM_BUF] = "";
	/* md5sum(1) of "(a,1.5,2024-01-02)" and of "(b,2,2024-01-02)": columns in order of their
	 * names */
	uint64_t hi = UINT64_C(0x7e14be51b39e4a4f) + UINT64_C(0x20028abfe61fa992);
	uint64_t lo = UINT64_C(0x4e09a587f71f8e76) + UINT64_C(0xabab3c282b7fc1d0);

	(void)state;
	assert_true(fmt_buf(want, sizeof(want), "%016llx%016llx", (unsigned long long)hi,
			    (unsigned long long)lo));
	assert_string_equal(sum, want);
	free(sum);
}

static void
every_table_can_be_summed(void **state)
{
	DB_AUTO db = fresh();
	struct err e = ERR_INIT;
	ROWS_AUTO r = db_query_sql(db,
				   "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON"
				   " n.oid = c.relnamespace WHERE n.nspname = 'public' AND"
				   " c.relkind IN ('r', 'v')",
				   NULL, 0, &e);
	char sum[CHECKSUM_BUF];
	int64_t rows;

	(void)state;
	assert_non_null(r);
	assert_true(rows_count(r) >= 30);
	for (int i = 0; i < rows_count(r); i++) {
		struct table t = { .name = rows_text(r, i, 0) };

		if (checksum_table(db, &t, &rows, sum, &e) < 0)
			fail_msg("%s", e.text);
	}
}

static void
a_missing_table_is_named(void **state)
{
	static const struct table none = { .name = "x\"; DROP TABLE cron_state; --" };
	DB_AUTO db = fresh();
	char sum[CHECKSUM_BUF];
	struct err e = ERR_INIT;
	int64_t rows;

	(void)state;
	assert_int_equal(checksum_table(db, &none, &rows, sum, &e), -1);
	assert_non_null(strstr(e.text, none.name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_scale_and_volatile_columns_do_not_count),
		cmocka_unit_test(every_value_counts),
		cmocka_unit_test(fields_do_not_run_together),
		cmocka_unit_test(an_empty_table_is_zero),
		cmocka_unit_test(value_is_the_sum_of_md5_halves),
		cmocka_unit_test(every_table_can_be_summed),
		cmocka_unit_test(a_missing_table_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
