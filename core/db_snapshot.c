#include "core/db_snapshot.h"

#include "core/str.h"

#include <string.h>

static int
begin(struct db *db, struct err *e)
{
	return db_exec_sql(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e);
}

int
db_snapshot_export(struct db *db, char id[DB_SNAPSHOT_ID], struct err *e)
{
	ROWS_AUTO r = NULL;

	if (begin(db, e) < 0)
		return -1;
	r = db_query(db, Q_SNAPSHOT_EXPORT, NULL, e);
	if (!r) {
		db_rollback(db);
		return err_wrap(e, "snapshot");
	}
	str_copy(id, DB_SNAPSHOT_ID, str_or(rows_text(r, 0, 0), ""));
	return 0;
}

/* SET TRANSACTION takes no parameter, so the id is let through only in the form the server gives
 * it. */
static bool
well_formed(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n < DB_SNAPSHOT_ID && strspn(id, "0123456789ABCDEF-") == n;
}

int
db_snapshot_import(struct db *db, const char *id, struct err *e)
{
	char sql[DB_SNAPSHOT_ID + 40];

	if (!well_formed(id))
		return err_set(e, ERR_INTERNAL, "not a snapshot: %s", id);
	if (begin(db, e) < 0)
		return -1;
	if (!fmt_buf(sql, sizeof(sql), "SET TRANSACTION SNAPSHOT '%s'", id))
		return err_set(e, ERR_INTERNAL, "snapshot id too long");
	if (db_exec_sql(db, sql, e) < 0) {
		db_rollback(db);
		return err_wrap(e, "snapshot %s", id);
	}
	return 0;
}
