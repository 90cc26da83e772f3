#include "core/clock.h"
#include "core/migrate.h"
#include "core/str.h"
#include "tests/support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DATABASES = 64, CONNINFO_MAX = 512 };

static NORETURN void
die(const char *what, const char *why)
{
	fprintf(stderr, "test support: %s: %s\n", what, why);
	exit(70);
}

static const char *
cluster(void)
{
	const char *s = getenv("FINTRA_TEST_PG");

	if (!s || !*s)
		die("FINTRA_TEST_PG is not set", "run suites through tests/run.sh");
	return s;
}

struct conf
support_conf(const char *conninfo)
{
	struct conf c = { 0 };

	c.conninfo = (char *)(uintptr_t)conninfo;
	c.statement_timeout_s = 120;
	c.lock_timeout_s = 20;
	c.connect_timeout_s = 20;
	return c;
}

struct db *
support_open(const char *conninfo)
{
	struct conf c = support_conf(conninfo);
	struct err e = ERR_INIT;
	struct db *db = db_open(&c, "fintra test", NULL, &e);

	if (!db)
		die(conninfo, e.text);
	return db;
}

char *
support_psql(const char *conninfo, const char *sql)
{
	DB_AUTO db = support_open(conninfo);
	struct err e = ERR_INIT;
	ROWS_AUTO r = db_query_sql(db, sql, NULL, 0, &e);

	if (!r)
		die(sql, e.text);
	return mem_dup(rows_count(r) && rows_columns(r) ? str_or(rows_text(r, 0, 0), "") : "");
}

int64_t
support_psql_int(const char *conninfo, const char *sql)
{
	char *text = support_psql(conninfo, sql);
	int64_t v = strtoll(text, NULL, 10);

	free(text);
	return v;
}

/* The session that asks is gone for the client before its process has ended. */
void
support_counted(const char *conninfo)
{
	int64_t end = clock_mono_ms() + 3000;

	while (support_psql_int(
		       conninfo,
		       "SELECT count(*) FROM pg_stat_activity WHERE pid <> "
		       "pg_backend_pid() AND datname = current_database() AND backend_type "
		       "= 'client backend'") > 0 &&
	       clock_mono_ms() < end)
		poll(NULL, 0, 10);
}

static void
run(const char *fmt, const char *name)
{
	char sql[256];

	if (!fmt_buf(sql, sizeof(sql), "%s \"%s\"%s", fmt, name,
		     str_starts(fmt, "DROP") ? " WITH (FORCE)" : ""))
		die(name, "name too long");
	free(support_psql(cluster(), sql));
}

static void
migrate(const char *conninfo)
{
	DB_AUTO db = support_open(conninfo);
	struct err e = ERR_INIT;
	int applied;

	if (migrate_run(db, MIGRATE_INIT, clock_wall_ms(), &applied, &e) < 0)
		die("migrations", e.text);
}

/* The name with the process id, its conninfo kept; nothing of that name is left. */
static const char *
reserve(const char *name, char database[64])
{
	static char made[DATABASES][CONNINFO_MAX];
	static int n;

	if (n == DATABASES)
		die(name, "too many databases");
	if (!fmt_buf(database, 64, "%s_%d", name, (int)getpid()))
		die(name, "name too long");
	run("DROP DATABASE IF EXISTS", database);
	/* The last dbname of a connection string counts. */
	if (!fmt_buf(made[n], CONNINFO_MAX, "%s dbname=%s", cluster(), database))
		die(cluster(), "too long");
	return made[n++];
}

const char *
support_db(const char *name, bool migrated)
{
	char database[64];
	const char *conninfo = reserve(name, database);

	run("CREATE DATABASE", database);
	if (migrated)
		migrate(conninfo);
	return conninfo;
}

const char *
support_db_copy(const char *name, const char *of)
{
	char database[64], sql[256];
	const char *conninfo = reserve(name, database), *from = strstr(of, " dbname=");

	while (from && strstr(from + 1, " dbname="))
		from = strstr(from + 1, " dbname=");
	if (!from || !fmt_buf(sql, sizeof(sql), "CREATE DATABASE \"%s\" TEMPLATE \"%s\"", database,
			      from + strlen(" dbname=")))
		die(of, "cannot be copied");
	free(support_psql(cluster(), sql));
	return conninfo;
}
