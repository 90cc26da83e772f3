#include "core/db_shadow.h"

#include "core/str.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARRAY_MAX = 2048, SQL_MAX = 512 };
enum { COL_INSERTED, COL_UPDATED, COL_DELETED, COL_TOUCHED, COL_ROWS, COL_OUTSIDE, COL_SUM };

/* Names of the catalogue: nothing in them needs quoting. */
static void
put_names(const char *const *names, struct str *out)
{
	str_init(out, ARRAY_MAX);
	str_putc(out, '{');
	for (size_t i = 0; names && names[i]; i++)
		str_fmt(out, "%s%s", i ? "," : "", names[i]);
	str_putc(out, '}');
}

static struct rows *
statements(struct db *db, const struct shadow_spec *s, struct err *e)
{
	char from[DATE_BUF], to[DATE_BUF], most[NUM_BUF];
	bool days = s->date_column && date_is_set(s->from);
	STR_AUTO key = { 0 }, loose = { 0 };

	put_names(s->key, &key);
	put_names(s->volatile_columns, &loose);
	const char *args[] = { s->schema,
			       s->table,
			       s->shadow,
			       str_c(&key),
			       str_c(&loose),
			       s->date_column,
			       days ? date_iso(s->from, from) : NULL,
			       days ? date_iso(s->to, to) : NULL,
			       s->score,
			       s->relative ? "t" : "f",
			       num_int(SHADOW_MOVES, most) };

	return db_query(db, Q_DB_SHADOW, args, e);
}

static char *
quoted_diff(struct db *db, const char *shadow)
{
	STR_AUTO name = { 0 };

	str_init(&name, SQL_MAX);
	str_fmt(&name, "diff %s", shadow);
	return db_quote_ident(db, str_c(&name));
}

int
db_shadow_make(struct db *db, const struct shadow_spec *spec, struct shadow *out, struct err *e)
{
	ROWS_AUTO r = statements(db, spec, e);

	*out = (struct shadow){ .table = spec->table };
	if (!r)
		return err_wrap(e, "shadow of %s", spec->table);
	if (!rows_count(r))
		return 0;
	for (int i = 0; i < SHADOW_STATEMENTS; i++)
		out->sql[i] = mem_dup(rows_text(r, 0, i));
	out->diff = quoted_diff(db, spec->shadow);
	if (!out->sql[SHADOW_COMPARE])
		return err_set(e, ERR_DB, "%s has not the key columns that it should have",
			       spec->table);
	if (db_exec_sql(db, out->sql[SHADOW_MAKE], e) < 0)
		return err_wrap(e, "shadow of %s", spec->table);
	return 1;
}

void
shadow_done(struct shadow *s)
{
	free(s->diff);
	for (int i = 0; i < SHADOW_STATEMENTS; i++)
		free(s->sql[i]);
	*s = (struct shadow){ 0 };
}

char *
db_shadow_view(struct db *db, const char *schema, const char *view, struct err *e)
{
	const char *args[] = { schema, view };
	ROWS_AUTO r = db_query(db, Q_DB_SHADOW_VIEW, args, e);

	return r && rows_count(r) ? mem_dup(rows_text(r, 0, 0)) : NULL;
}

int
db_shadow_view_make(struct db *db, const char *sql, struct err *e)
{
	return db_exec_sql(db, sql, e);
}

static int
forget(struct db *db, const struct shadow *s, struct err *e)
{
	STR_AUTO sql = { 0 };

	str_init(&sql, SQL_MAX);
	str_fmt(&sql, "DROP TABLE IF EXISTS pg_temp.%s", s->diff);
	return db_exec_sql(db, str_c(&sql), e);
}

int
db_shadow_compare(struct db *db, struct shadow *s, struct err *e)
{
	if (forget(db, s, e) < 0 || db_exec_sql(db, s->sql[SHADOW_COMPARE], e) < 0)
		return err_wrap(e, "comparison of %s", s->table);
	ROWS_AUTO r = db_query_sql(db, s->sql[SHADOW_COUNT], NULL, 0, e);

	if (!r)
		return err_wrap(e, "comparison of %s", s->table);
	if (rows_int(r, 0, COL_OUTSIDE) > 0)
		return err_set(e, ERR_INTERNAL,
			       "%s: %" PRId64 " rows are of days that were not copied: --diff "
			       "cannot tell what they would change, run it with --dry-run",
			       s->table, rows_int(r, 0, COL_OUTSIDE));
	s->inserted = rows_int(r, 0, COL_INSERTED);
	s->updated = rows_int(r, 0, COL_UPDATED);
	s->deleted = rows_int(r, 0, COL_DELETED);
	s->touched = rows_int(r, 0, COL_TOUCHED);
	s->unchanged = rows_int(r, 0, COL_ROWS) - s->inserted - s->updated;
	str_copy(s->sum, sizeof(s->sum), str_or(rows_text(r, 0, COL_SUM), ""));
	return 0;
}

struct rows *
db_shadow_moves(struct db *db, const struct shadow *s, struct err *e)
{
	return s->sql[SHADOW_MOVE] ? db_query_sql(db, s->sql[SHADOW_MOVE], NULL, 0, e) : NULL;
}

/* Compared again under the lock: whatever another wrote since, to rows that change or that do not,
 * makes another sum. */
static int
check_same(struct db *db, struct shadow *s, struct err *e)
{
	struct shadow was = *s;

	if (db_exec_sql(db, s->sql[SHADOW_LOCK], e) < 0 || db_shadow_compare(db, s, e) < 0)
		return -1;
	if (str_same(was.sum, s->sum) && was.inserted == s->inserted && was.updated == s->updated &&
	    was.deleted == s->deleted && was.touched == s->touched)
		return 0;
	return err_set(e, ERR_LOCK,
		       "%s has been changed by somebody else since it was compared: nothing is "
		       "kept; run it again with --diff",
		       s->table);
}

int
db_shadow_apply(struct db *db, struct shadow *s, struct err *e)
{
	if (check_same(db, s, e) < 0)
		return -1;
	ROWS_AUTO r = db_query_sql(db, s->sql[SHADOW_APPLY], NULL, 0, e);

	if (!r)
		return err_wrap(e, "%s", s->table);
	if (rows_int(r, 0, 0) == s->deleted && rows_int(r, 0, 1) == s->updated + s->touched &&
	    rows_int(r, 0, 2) == s->inserted)
		return 0;
	return err_set(e, ERR_DB, "%s: the database did not take the rows as they were shown",
		       s->table);
}

int
db_shadow_end(struct db *db, struct err *e)
{
	return db_exec(db, Q_DB_SHADOW_END, NULL, NULL, e);
}
