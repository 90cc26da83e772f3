#include "core/migrate.h"

#include "core/str.h"

#include <inttypes.h>
#include <string.h>

/* Any constant of our own; the job locks hash into 0..2147483646. */
#define LOCK_KEY "4848484848484848"

enum { NAME_MAX_LEN = 63, LIST_MAX = 64 * 1024, NUMBER = 24, NAME_ROOM = 128 };

/* Behind the name of a version of which only the ledger was made. */
static const char adopted_mark[] = ", ledger only";

static const char names_of[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

/* The table is in order of the file names. */
int
migrate_latest(void)
{
	int latest = 0;

	for (const struct migration_text *m = migrations; m->version; m++)
		latest = m->version;
	return latest;
}

/* The names behind every occurrence of `create`, separated by commas. */
static void
put_names(struct str *out, const char *text, const char *create)
{
	for (const char *s = text; (s = strstr(s, create));) {
		s += strlen(create);
		str_puts(out, out->len > 1 ? "," : "");
		str_put(out, s, strspn(s, names_of));
	}
}

/* An array literal of what the migrations create in schema public, so that no list of tables is
 * kept twice. */
static void
own_names(struct str *out)
{
	str_puts(out, "{");
	for (const struct migration_text *m = migrations; m->version; m++) {
		put_names(out, m->text, "CREATE TABLE public.");
		put_names(out, m->text, "CREATE VIEW public.");
	}
	str_puts(out, "}");
}

/* A gap counts: versions are looked up one by one, not by their maximum. */
static bool
has_version(const struct rows *r, int version)
{
	for (int i = 0; i < rows_count(r); i++)
		if (rows_int(r, i, 0) == version)
			return true;
	return false;
}

static int
read_versions(struct db *db, enum schema_state *state, int *version, struct err *e)
{
	ROWS_AUTO r = db_query(db, Q_MIGRATE_VERSIONS, NULL, e);
	int n;

	if (!r)
		return -1;
	n = rows_count(r);
	*version = n ? (int)rows_int(r, n - 1, 0) : 0;
	*state = *version > migrate_latest() ? SCHEMA_NEWER : SCHEMA_CURRENT;
	for (const struct migration_text *m = migrations; m->version; m++)
		if (*state == SCHEMA_CURRENT && !has_version(r, m->version))
			*state = SCHEMA_OLD;
	return 0;
}

/* `found` receives the name of a foreign table. */
static int
look(struct db *db, enum schema_state *state, int *version, char found[NAME_MAX_LEN + 1],
     struct err *e)
{
	STR_AUTO names = { 0 };
	ROWS_AUTO r = NULL;

	str_init(&names, LIST_MAX);
	own_names(&names);
	*version = 0;
	r = db_query(db, Q_MIGRATE_FOUND, (const char *const[]){ str_c(&names) }, e);
	if (!r)
		return -1;
	if (rows_bool(r, 0, 0))
		return read_versions(db, state, version, e);
	str_copy(found, NAME_MAX_LEN + 1, str_or(rows_text(r, 0, 1), ""));
	*state = *found ? SCHEMA_FOREIGN : SCHEMA_ABSENT;
	return 0;
}

int
migrate_state(struct db *db, enum schema_state *state, int *version, struct err *e)
{
	char found[NAME_MAX_LEN + 1];

	return look(db, state, version, found, e);
}

int
migrate_pending(struct db *db, const char **names, int most, struct err *e)
{
	enum schema_state state;
	ROWS_AUTO have = NULL;
	int version, n = 0;

	if (migrate_state(db, &state, &version, e) < 0)
		return -1;
	if (state == SCHEMA_FOREIGN || state == SCHEMA_NEWER)
		return 0;
	if (state != SCHEMA_ABSENT && !(have = db_query(db, Q_MIGRATE_VERSIONS, NULL, e)))
		return -1;
	for (const struct migration_text *m = migrations; m->version && n < most; m++)
		if (!have || !has_version(have, m->version))
			names[n++] = m->name;
	return n;
}

/* Asked again under the lock: another process may have been first. */
static int
permitted(struct db *db, enum migrate_mode mode, struct err *e)
{
	char found[NAME_MAX_LEN + 1];
	enum schema_state state;
	int version;

	if (look(db, &state, &version, found, e) < 0)
		return -1;
	if (state == SCHEMA_NEWER)
		return err_set(e, ERR_CONFIG,
			       "the schema has version %d, this program knows up to %d", version,
			       migrate_latest());
	if (state == SCHEMA_FOREIGN && mode != MIGRATE_ADOPT)
		return err_set(e, ERR_CONFIG,
			       "the database has a table %s that fintra did not create: not "
			       "touched (\"db init --adopt\" adds the ledger beside it)",
			       found);
	if (state == SCHEMA_ABSENT && mode == MIGRATE_ADOPT)
		return err_set(e, ERR_CONFIG,
			       "the database has no FINTRA tables to adopt: run \"db init\"");
	if (state == SCHEMA_ABSENT && mode == MIGRATE_NEXT)
		return err_set(e, ERR_CONFIG, "the database has no FINTRA schema: run \"db init\"");
	return 0;
}

static int
record(struct db *db, const struct migration_text *m, bool adopted, int64_t now_ms, struct err *e)
{
	char version[NUMBER], now[NUMBER], name[NAME_ROOM];

	(void)fmt_buf(version, sizeof(version), "%d", m->version);
	(void)fmt_buf(now, sizeof(now), "%" PRId64, now_ms);
	(void)fmt_buf(name, sizeof(name), "%s%s", m->name, adopted ? adopted_mark : "");
	return db_exec(db, Q_MIGRATE_RECORD, (const char *const[]){ version, name, now }, NULL, e);
}

/* Length of what comes before the first statement on schema public: all that an adopted database
 * gets of a migration. */
static size_t
ledger_part(const char *text)
{
	const char *public = strstr(text, "public.");
	size_t n = public ? (size_t)(public - text) : strlen(text);

	while (public && n > 0 && text[n - 1] != ';')
		n--;
	return n;
}

/* An index on a large table takes what it takes: no statement timeout, a cancel still works. */
static int
apply(struct db *db, const struct migration_text *m, bool adopted, int64_t now_ms, struct err *e)
{
	STR_AUTO sql = { 0 };

	str_init(&sql, LIST_MAX);
	str_put(&sql, m->text, adopted ? ledger_part(m->text) : strlen(m->text));
	if (db_begin(db, e) == 0 && db_exec_sql(db, "SET LOCAL statement_timeout = 0", e) == 0 &&
	    db_exec_sql(db, str_c(&sql), e) == 0 && record(db, m, adopted, now_ms, e) == 0 &&
	    db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return err_wrap(e, "migration %s", m->name);
}

static bool
was_adopted(const struct rows *have)
{
	const char *name = have && rows_count(have) ? rows_text(have, 0, 1) : NULL;

	return name && strstr(name, adopted_mark);
}

static int
apply_missing(struct db *db, enum migrate_mode mode, int64_t now_ms, int *applied, struct err *e)
{
	enum schema_state state;
	ROWS_AUTO have = NULL;
	int version;

	if (migrate_state(db, &state, &version, e) < 0)
		return -1;
	if (state != SCHEMA_ABSENT && state != SCHEMA_FOREIGN &&
	    !(have = db_query(db, Q_MIGRATE_VERSIONS, NULL, e)))
		return -1;
	for (const struct migration_text *m = migrations; m->version; m++) {
		if (have && has_version(have, m->version))
			continue;
		if (apply(db, m, have ? was_adopted(have) : mode == MIGRATE_ADOPT, now_ms, e) < 0)
			return -1;
		++*applied;
	}
	return 0;
}

int
migrate_run(struct db *db, enum migrate_mode mode, int64_t now_ms, int *applied, struct err *e)
{
	const char *key[] = { LOCK_KEY };
	struct err unused = ERR_INIT;
	int rc;

	*applied = 0;
	if (db_exec(db, Q_MIGRATE_LOCK, key, NULL, e) < 0)
		return -1;
	rc = permitted(db, mode, e) < 0 ? -1 : apply_missing(db, mode, now_ms, applied, e);
	db_forget_shape(db);
	/* Where this fails the connection is gone or on its way out, and the lock with it. */
	if (db_exec(db, Q_MIGRATE_UNLOCK, key, NULL, rc < 0 ? &unused : e) < 0)
		return -1;
	return rc;
}
