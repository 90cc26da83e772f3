#include "core/db_slice.h"

#include "core/str.h"

#include <stdlib.h>

enum { SQL_MAX = 1024 };

/* Whole rows as one column: what columns a stage has need not be known. */
static char *
begin_sql(struct db *db, const struct db_slice *s)
{
	char *stage = db_quote_ident(db, s->stage), *key = db_quote_ident(db, s->key);
	struct str sql;

	str_init(&sql, SQL_MAX);
	str_fmt(&sql,
		"CREATE TEMP TABLE fintra_slice ON COMMIT DROP AS SELECT row_number() OVER (ORDER "
		"BY"
		" s.%s, s.ctid) AS n, dense_rank() OVER (ORDER BY s.%s) AS k, s AS r FROM %s s",
		key, key, stage);
	free(stage);
	free(key);
	return str_take(&sql);
}

int
db_slice_begin(struct db *db, struct db_slice *s, struct err *e)
{
	char *sql = begin_sql(db, s);
	int rc = db_exec_sql(db, sql, e);

	free(sql);
	if (rc < 0)
		return -1;
	ROWS_AUTO r = db_query_sql(db,
				   "SELECT count(*), coalesce(max(n) FILTER (WHERE 2 * k <= m), 0)"
				   " FROM (SELECT n, k, max(k) OVER () AS m FROM fintra_slice) s",
				   NULL, 0, e);

	if (!r)
		return -1;
	s->n = rows_int(r, 0, 0);
	s->middle = rows_int(r, 0, 1);
	return 0;
}

static int
insert(struct db *db, const char *stage, const char *const *args, struct err *e)
{
	STR_AUTO sql = { 0 };

	str_init(&sql, SQL_MAX);
	str_fmt(&sql,
		"INSERT INTO %s SELECT (r).* FROM fintra_slice WHERE n BETWEEN $1::bigint AND"
		" $2::bigint AND n <> ALL ($3::bigint[]) ORDER BY n",
		stage);
	ROWS_AUTO r = db_query_sql(db, str_c(&sql), args, 3, e);

	return r ? 0 : -1;
}

int
db_slice_put(struct db *db, const struct db_slice *s, int64_t from, int64_t to, const char *but,
	     struct err *e)
{
	char a[NUM_BUF], b[NUM_BUF], *stage = db_quote_ident(db, s->stage);
	const char *args[] = { num_int(from, a), num_int(to, b), but };
	STR_AUTO sql = { 0 };
	int rc;

	str_init(&sql, SQL_MAX);
	str_fmt(&sql, "TRUNCATE %s", stage);
	rc = db_exec_sql(db, str_c(&sql), e);
	if (rc == 0)
		rc = insert(db, stage, args, e);
	free(stage);
	return rc;
}

struct rows *
db_slice_row(struct db *db, int64_t i, int most, struct err *e)
{
	char n[NUM_BUF], len[NUM_BUF];
	const char *args[] = { num_int(i, n), num_int(most, len) };

	return db_query_sql(
		db, "SELECT left(r::text, $2::integer) FROM fintra_slice WHERE n = $1::bigint",
		args, 2, e);
}

int
db_slice_end(struct db *db, struct err *e)
{
	return db_exec_sql(db, "DROP TABLE fintra_slice", e);
}
