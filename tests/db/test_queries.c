/* Every named query is sound on the migrated schema, and inside the portable subset. */
#include "core/db_copy.h"
#include "core/str.h"
#include "tests/support.h"

#include <ctype.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 256 * 1024 };

enum kind { PREPARABLE, COPY_IN, COPY_OUT, STAGE, UTILITY };

/* Lower case, comments gone, blanks single, one blank at both ends.  Owned: free(). */
static char *
normal(const char *sql)
{
	struct str s;

	str_init(&s, SQL_MAX);
	str_putc(&s, ' ');
	for (; *sql; sql++) {
		if (sql[0] == '-' && sql[1] == '-')
			sql += strcspn(sql, "\n");
		if (!*sql)
			break;
		if (!isspace((unsigned char)*sql))
			str_putc(&s, (char)tolower((unsigned char)*sql));
		else if (s.p[s.len - 1] != ' ')
			str_putc(&s, ' ');
	}
	if (s.p[s.len - 1] != ' ')
		str_putc(&s, ' ');
	assert_false(s.overflow);
	return str_take(&s);
}

static bool
ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && str_same(s + n - m, tail);
}

static enum kind
kind_of(const struct query_text *q)
{
	static const char *const words[] = { "select ", "insert ", "update ",
					     "delete ", "with ",   "values " };
	char *text = normal(q->text);
	enum kind k = UTILITY;

	if (str_starts(text, " copy "))
		k = strstr(text, " from stdin ") ? COPY_IN : COPY_OUT;
	else if (str_starts(text, " create temp"))
		k = STAGE;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts(text + 1, words[i]))
			k = PREPARABLE;
	free(text);
	return k;
}

static bool
say(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s\n", name, why);
	return false;
}

static bool
prepares(struct db *db, const char *name, const char *sql)
{
	struct str s;
	struct err e = ERR_INIT;
	bool ok;

	str_init(&s, SQL_MAX);
	str_fmt(&s, "PREPARE p_%s AS %s", name, sql);
	ok = db_exec_sql(db, str_c(&s), &e) == 0;
	str_done(&s);
	return ok || say(name, e.text);
}

/* COPY takes no parameters and cannot be prepared; its SELECT can. */
static bool
copy_out_prepares(struct db *db, const struct query_text *q)
{
	const char *open = strchr(q->text, '('), *close = NULL;
	char *select;
	bool ok;

	for (const char *s = q->text; (s = strstr(s, ") TO STDOUT")); s++)
		close = s;
	if (!open || !close)
		return say(q->name, "not COPY (SELECT ...) TO STDOUT");
	if (!strstr(close, "(FORMAT binary)"))
		return say(q->name, "not binary");
	select = mem_ndup(open + 1, (size_t)(close - open - 1));
	ok = prepares(db, q->name, select);
	free(select);
	return ok;
}

static bool
copy_in_begins(struct db *db, const struct query_text *q)
{
	struct err e = ERR_INIT;
	struct db_copy *c = db_copy_begin_text(db, q, &e);

	if (!c)
		return say("COPY", e.text);
	db_copy_abort(c);
	return true;
}

static bool
runs(struct db *db, const struct query_text *q)
{
	struct err e = ERR_INIT;

	if (q->nparams)
		return say(q->name, "a utility statement takes no parameters");
	return db_exec_sql(db, q->text, &e) == 0 || say(q->name, e.text);
}

static bool
sound(struct db *db, const struct query_text *q)
{
	switch (kind_of(q)) {
	case PREPARABLE:
		return prepares(db, q->name, q->text);
	case COPY_OUT:
		return copy_out_prepares(db, q);
	case COPY_IN:
		return copy_in_begins(db, q);
	case STAGE:
		return ends(q->name, "_stage") || say(q->name, "its name must end in _stage");
	case UTILITY:
		break;
	}
	return runs(db, q);
}

/* Temporary tables exist only for those that by their name may read them. */
static bool
may_use_stage(const char *name)
{
	return ends(name, "_merge") || ends(name, "_copy") || str_starts(name, "stage_");
}

static void
make_stages(struct db *db)
{
	struct err e = ERR_INIT;

	for (const struct query_text *q = queries; q->name; q++)
		if (ends(q->name, "_stage") && db_exec_sql(db, q->text, &e) < 0)
			fail_msg("%s: %s", q->name, e.text);
}

/* Some queries are for a table that only databases of the old system have (schema.md 5, rule 6). */
static const char old_tables[] =
	"CREATE TABLE industry_performance_daily (industry text NOT NULL, performance_date date "
	"NOT "
	"NULL, return_percent numeric, source text NOT NULL, created_at timestamptz, PRIMARY KEY "
	"(industry, performance_date))";

static void
every_query_prepares(void **state)
{
	DB_AUTO db = support_open(support_db("t_queries", true));
	struct err e = ERR_INIT;
	int count[UTILITY + 1] = { 0 }, bad = 0;

	(void)state;
	assert_int_equal(db_exec_sql(db, old_tables, &e), 0);
	for (int staged = 0; staged <= 1; staged++) {
		assert_int_equal(db_begin(db, &e), 0);
		if (staged)
			make_stages(db);
		for (const struct query_text *q = queries; q->name; q++) {
			if (may_use_stage(q->name) != (staged == 1))
				continue;
			assert_int_equal(db_exec_sql(db, "SAVEPOINT s", &e), 0);
			bad += !sound(db, q);
			count[kind_of(q)]++;
			assert_int_equal(db_exec_sql(db, "ROLLBACK TO s", &e), 0);
		}
		db_rollback(db);
	}
	printf("INFO: queries: %d prepared, %d COPY out, %d COPY in, %d stages, %d utility; %d "
	       "bad\n",
	       count[PREPARABLE], count[COPY_OUT], count[COPY_IN], count[STAGE], count[UTILITY],
	       bad);
	assert_int_equal(bad, 0);
	assert_int_equal(count[0] + count[1] + count[2] + count[3] + count[4], Q_COUNT);
}

/* A merge that is taken in parts of its stage reads that one. */
static void
merges_read_the_stage_they_name(void **state)
{
	int named = 0;

	(void)state;
	for (int i = 0; i < Q_COUNT; i++) {
		const struct query_text *q = &queries[i];
		const char *stage = query_rows[i].stage, *key = query_rows[i].key;

		if (!stage)
			continue;
		named++;
		if (!ends(q->name, "_merge") || !strstr(q->text, stage) || !strstr(q->text, key))
			fail_msg("%s: rows of %s by %s", q->name, stage, key);
	}
	assert_true(named >= 9);
}

/* scale-out rules 3, 4, 7: what a scaled-out server refuses, or what is not deterministic. */
static const char *const forbidden[] = {
	" merge into ",	     " grouping sets", " rollup(",  " rollup (",	" cube(",
	" cube (",	     "with recursive", " trigger ", "create rule",	"create function",
	"create or replace", "nextval(",       " do $",	    "create procedure",
};

static const char *const moving[] = {
	"now()",       "current_date",	  "current_time",	 "current_timestamp",
	"localtime",   "clock_timestamp", "statement_timestamp", "transaction_timestamp",
	"jsonb_build", "json_build",	  "to_jsonb(",		 "random()",
};

static const char *
first_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(text, list[i]))
			return list[i];
	return NULL;
}

/* Why the query is outside the subset, or NULL. */
static const char *
breach(const char *name, const char *text)
{
	const char *set = strstr(text, "do update set ");
	const char *hit = first_of(text, forbidden, ARRAY_LEN(forbidden));
	bool ops = strstr(text, "fintra_ops.") != NULL;
	bool locks = strstr(text, " for update") || strstr(text, " for share") ||
		     strstr(text, " for no key update");

	if (hit)
		return hit;
	/* What is assigned must not move; what is only answered may. */
	if (set && (hit = first_of(set, moving, ARRAY_LEN(moving))) &&
	    (!strstr(set, " returning ") || strstr(set, hit) < strstr(set, " returning ")))
		return hit;
	if (locks && !ops && !strstr(text, "ticker"))
		return "row lock without a ticker";
	if (!ops && strstr(text, "pg_advisory") && !strstr(text, "::bigint") &&
	    !strstr(text, "pg_advisory_unlock_all()"))
		return "advisory locks have one bigint key";
	if (!ends(name, "_merge") || !strstr(text, " insert into "))
		return NULL;
	if (!strstr(text, "distinct on (") && !strstr(text, " group by "))
		return "a merge without DISTINCT ON";
	if (!strstr(text, " order by "))
		return "a merge without ORDER BY";
	return strstr(text, " on conflict ") ? NULL : "a merge without ON CONFLICT";
}

static const char *
breach_of(const char *name, const char *sql)
{
	char *text = normal(sql);
	const char *why = breach(name, text);

	free(text);
	return why;
}

/* What stands for the ledger where there is none has its columns: FULL JOIN by name, types
 * compared. */
static void
stand_ins_have_the_ledgers_columns(void **state)
{
	static const struct {
		enum query q;
		const char *table;
	} pairs[] = { { Q_NO_LEDGER_RUN, "run" },
		      { Q_NO_LEDGER_BEAT, "beat" },
		      { Q_NO_LEDGER_INPUT, "input" },
		      { Q_NO_LEDGER_UNIT, "unit" },
		      { Q_NO_LEDGER_EVENT, "event" },
		      { Q_NO_LEDGER_CHECK_SINCE, "check_since" },
		      { Q_NO_LEDGER_CHECK_DAY, "check_day" },
		      { Q_NO_LEDGER_NOTICE, "notice" },
		      { Q_NO_LEDGER_ALERT, "alert" },
		      { Q_NO_LEDGER_DELIVERY, "delivery" },
		      { Q_NO_LEDGER_AUDIT, "audit" } };
	DB_AUTO db = support_open(support_db("t_queries_no_ledger", true));
	struct err e = ERR_INIT;
	int64_t compared = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		STR_AUTO sql = { 0 };

		str_init(&sql, SQL_MAX);
		str_fmt(&sql, "CREATE TEMP VIEW s_%s AS %s", pairs[i].table,
			queries[pairs[i].q].text);
		assert_int_equal(db_exec_sql(db, str_c(&sql), &e), 0);
		str_clear(&sql);
		str_fmt(&sql,
			"SELECT count(*), count(*) FILTER (WHERE a.t IS DISTINCT FROM b.t) FROM "
			"(SELECT attname, format_type(atttypid, atttypmod) AS t FROM pg_attribute "
			"WHERE attrelid = 'fintra_ops.%s'::regclass AND attnum > 0 AND NOT "
			"attisdropped) a FULL JOIN (SELECT attname, format_type(atttypid, "
			"atttypmod) "
			"AS t FROM pg_attribute WHERE attrelid = 's_%s'::regclass AND attnum > 0) "
			"b "
			"USING (attname)",
			pairs[i].table, pairs[i].table);
		ROWS_AUTO r = db_query_sql(db, str_c(&sql), NULL, 0, &e);
		assert_non_null(r);
		compared += rows_int(r, 0, 0);
		assert_int_equal(rows_int(r, 0, 1), 0);
	}
	printf("INFO: stand-ins of the ledger: %lld columns compared, 0 differ\n",
	       (long long)compared);
	assert_int_equal(compared, 114); /* 68, and 6 + 11 + 11, and 11 + 7 */
}

static void
portable_subset(void **state)
{
	int n = 0, bad = 0;

	(void)state;
	for (const struct query_text *q = queries; q->name; q++, n++) {
		const char *why = breach_of(q->name, q->text);

		bad += why && !say(q->name, why);
	}
	for (const struct migration_text *m = migrations; m->version; m++) {
		const char *why = breach_of(m->name, m->text);

		bad += why && !say(m->name, why);
	}
	printf("INFO: portable subset: %d queries, %d outside\n", n, bad);
	assert_int_equal(bad, 0);
}

static void
the_subset_test_sees(void **state)
{
	static const struct {
		const char *name, *sql;
	} planted[] = {
		{ "a", "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE\n SET b = now()" },
		{ "a", "MERGE\nINTO t" },
		{ "a", " WITH RECURSIVE x AS (SELECT 1)" },
		{ "a", "SELECT a FROM t GROUP BY GROUPING SETS ((a))" },
		{ "a", "SELECT 1 FROM t WHERE sector = $1 FOR UPDATE" },
		{ "a_merge",
		  "WITH m AS ( INSERT INTO t SELECT a FROM s ORDER BY a ON CONFLICT (a) DO"
		  " UPDATE SET b = 1)" },
		{ "a_merge", "WITH m AS ( INSERT INTO t SELECT DISTINCT ON (a) a FROM s ON CONFLICT"
			     " (a) DO UPDATE SET b = 1)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(planted); i++)
		if (!breach_of(planted[i].name, planted[i].sql))
			fail_msg("not seen: %s", planted[i].sql);
	assert_null(breach_of("a", "-- MERGE INTO\nSELECT now()"));
	assert_null(breach_of("a", "SELECT 1 FROM fintra_ops.run WHERE id = $1 FOR SHARE"));
}

static void
the_prepare_test_sees(void **state)
{
	static const struct query_text wrong[] = {
		{ "w1", 0, "SELECT nothing FROM fintra_universe" },
		{ "w2", 0, "COPY (SELECT x FROM fintra_universe) TO STDOUT (FORMAT binary)" },
		{ "w3", 0, "COPY fintra_universe (nothing) FROM STDIN" },
		{ "w4", 0, "LISTEN" },
	};
	DB_AUTO db = support_open(support_db("t_queries_wrong", true));
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(db_begin(db, &e), 0);
		assert_false(sound(db, &wrong[i]));
		db_rollback(db);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_query_prepares),
		cmocka_unit_test(merges_read_the_stage_they_name),
		cmocka_unit_test(the_prepare_test_sees),
		cmocka_unit_test(stand_ins_have_the_ledgers_columns),
		cmocka_unit_test(portable_subset),
		cmocka_unit_test(the_subset_test_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
