/* What can be told of the database from where we stand. */
#include "core/clock.h"
#include "core/doctor.h"
#include "core/migrate.h"

#include <stdlib.h>
#include <string.h>

enum { SKEW_WARN_MS = 2000, SKEW_FAIL_MS = 30000 };

static bool
no_database(const struct doctor *d, struct finding *f)
{
	if (d->db)
		return false;
	finding_set(f, FINDING_UNKNOWN, "%s",
		    d->configured ? "the database does not answer"
				  : "the configuration cannot be read");
	return true;
}

static bool
no_tables(const struct doctor *d, struct finding *f)
{
	if (no_database(d, f))
		return true;
	if (d->rel.n > 0)
		return false;
	finding_set(f, FINDING_UNKNOWN, "%s", d->rel_err.text);
	return true;
}

static void
check_database(struct doctor *d, struct finding *f)
{
	if (!d->configured) {
		no_database(d, f);
	} else if (!d->db) {
		finding_set(f, FINDING_FAIL, "%s", d->db_err.text);
		finding_todo(f,
			     "see db.conninfo, the PG* variables, the server and its pg_hba.conf");
	} else if (!*d->facts.database) {
		finding_set(f, FINDING_UNKNOWN, "connected, but it does not tell about itself");
	} else {
		finding_set(f, d->facts.standby ? FINDING_WARN : FINDING_OK,
			    "%s on PostgreSQL %s as %s%s", d->facts.database, d->facts.version,
			    d->facts.role, d->facts.standby ? ", a standby: nothing can run" : "");
	}
}

static void
check_schema(struct doctor *d, struct finding *f)
{
	enum schema_state state;
	struct err e = ERR_INIT;
	int version;

	if (no_database(d, f))
		return;
	if (migrate_state(d->db, &state, &version, &e) < 0) {
		finding_set(f, FINDING_UNKNOWN, "%s", e.text);
		return;
	}
	if (state == SCHEMA_CURRENT) {
		finding_set(f, FINDING_OK, "version %d, this program's own", version);
	} else if (state == SCHEMA_FOREIGN) {
		finding_set(f, FINDING_WARN,
			    "FINTRA tables of another program, without schema fintra_ops");
		finding_todo(f, "nothing to do to look; runs need fintra_ops");
	} else if (state == SCHEMA_NEWER) {
		finding_set(f, FINDING_FAIL, "version %d, this program knows %d", version,
			    migrate_latest());
		finding_todo(f, "use the newer program");
	} else {
		finding_set(f, FINDING_FAIL, "version %d, this program needs %d", version,
			    migrate_latest());
		finding_todo(f, "fintra db %s", state == SCHEMA_ABSENT ? "init" : "migrate");
	}
}

static void
check_ledger(struct doctor *d, struct finding *f)
{
	const struct database_facts *k = &d->facts;

	if (no_database(d, f))
		return;
	if (!*k->database) {
		finding_set(f, FINDING_UNKNOWN, "the database does not tell");
	} else if (!k->ledger) {
		finding_set(f, FINDING_WARN, "schema fintra_ops is not there: no runs, no logs");
		finding_todo(f, "fintra db init, by a role that may create it");
	} else if (k->audit_open) {
		finding_set(f, FINDING_WARN, "%s may change the audit, which should only grow",
			    k->role);
		finding_todo(f, "REVOKE ALL ON fintra_ops.audit FROM %s, then GRANT SELECT, INSERT",
			     k->role);
	} else if (k->ledger_write) {
		finding_set(f, FINDING_OK, "%d tables, may be written", k->ledger_tables);
	} else {
		finding_set(f, FINDING_WARN, "%s may %s the ledger's tables", k->role,
			    k->ledger_read ? "only read" : "not read all of");
		finding_todo(f, "fine to look; to run: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL "
				"TABLES IN SCHEMA fintra_ops, then REVOKE UPDATE, DELETE ON "
				"fintra_ops.audit");
	}
}

/* Adds a name to a list that is cut with "...", not in the middle of a word. */
static void
add_name(struct str *list, const char *name)
{
	if (list->overflow)
		return;
	if (str_fmt(list, "%s%s", list->len ? ", " : "", name) < 0) {
		list->max += 5;
		list->overflow = false;
		str_puts(list, ", ...");
		list->overflow = true;
	}
}

static void
check_rights(struct doctor *d, struct finding *f)
{
	STR_AUTO missing = { 0 }, dark = { 0 };
	int tables = 0, written = 0;

	if (no_tables(d, f))
		return;
	str_init(&missing, 300);
	str_init(&dark, 300);
	for (size_t i = 0; i < d->rel.n; i++) {
		const struct relation *r = &d->rel.at[i];

		if (!*r->name)
			add_name(&missing, r->table->name);
		else if (!r->may_select)
			add_name(&dark, r->table->name);
		tables += *r->name && !r->view;
		written += r->may_write && !r->view;
	}
	if (dark.len) {
		finding_set(f, FINDING_FAIL, "may not read %s", str_c(&dark));
		finding_todo(f, "grant %s the right to read them", d->facts.role);
	} else if (missing.len) {
		finding_set(f, FINDING_WARN, "the database lacks %s", str_c(&missing));
		finding_todo(f,
			     "what they feed is shown as unknown; fintra db migrate creates them "
			     "in an own database");
	} else if (written < tables) {
		finding_set(f, FINDING_WARN, "reads all tables, writes %d of %d: look only",
			    written, tables);
		finding_todo(f, "fine to look; to run, grant it all rights on the tables");
	} else {
		finding_set(f, FINDING_OK, "reads and writes all %d tables", tables);
	}
}

static void
check_rls(struct doctor *d, struct finding *f)
{
	STR_AUTO names = { 0 };

	if (no_tables(d, f))
		return;
	str_init(&names, 500);
	for (size_t i = 0; i < d->rel.n; i++)
		if (d->rel.at[i].filtered)
			add_name(&names, d->rel.at[i].table->name);
	if (names.len == 0) {
		finding_set(f, FINDING_OK, "hides no row of any table");
		return;
	}
	finding_set(f, FINDING_WARN, "filters what %s sees of %s: figures may be partial",
		    d->facts.role, str_c(&names));
	finding_todo(f, "give the role BYPASSRLS, or a policy that shows all rows");
}

static void
check_pooler(struct doctor *d, struct finding *f)
{
	enum pool_mode mode;
	struct err e = ERR_INIT;

	if (no_database(d, f))
		return;
	if (pool_mode_detect(&d->app->conf, d->db, &mode, &e) < 0)
		finding_set(f, FINDING_UNKNOWN, "%s", e.text);
	else if (mode == POOL_DIRECT)
		finding_set(f, FINDING_OK, "none, a direct connection");
	else if (mode == POOL_SESSION)
		finding_set(f, FINDING_OK, "one in session mode");
	else if (mode == POOL_UNKNOWN)
		finding_set(f, FINDING_UNKNOWN, "there is one; its mode cannot be told");
	if (mode != POOL_TRANSACTION || e.cls != ERR_NONE)
		return;
	finding_set(f, FINDING_WARN,
		    "one in transaction mode: locks and LISTEN do not hold, so nothing can run");
	finding_todo(f, "looking works; to run, connect directly or to a session pool");
}

enum finding_state
doctor_skew(int64_t ms)
{
	int64_t off = ms < 0 ? -ms : ms;

	return off >= SKEW_FAIL_MS ? FINDING_FAIL : off >= SKEW_WARN_MS ? FINDING_WARN : FINDING_OK;
}

/* Against the middle of one question and its answer. */
static void
check_clock(struct doctor *d, struct finding *f)
{
	struct database_facts k;
	struct err e = ERR_INIT;
	char span[CLOCK_BUF];
	int64_t before, off;

	if (no_database(d, f))
		return;
	if (*d->app->conf.rehearse_now) {
		finding_set(f, FINDING_WARN, "run.rehearse_now pretends that it is %s",
			    d->app->conf.rehearse_now);
		finding_todo(f, "remove it, unless this is a rehearsal");
		return;
	}
	before = clock_wall_ms();
	if (database_facts_read(d->db, &k, &e) < 0) {
		finding_set(f, FINDING_UNKNOWN, "%s", e.text);
		return;
	}
	off = before + (clock_wall_ms() - before) / 2 - k.clock_ms;
	finding_set(f, doctor_skew(off), "%s %s the server's", clock_span(llabs(off), span),
		    off < 0 ? "behind" : "ahead of");
	if (f->state != FINDING_OK)
		finding_todo(f, "set both clocks by NTP: deadlines and as-of dates follow ours");
}

const struct doctor_check doctor_db[] = {
	{ "database", check_database },
	{ "pooler", check_pooler },
	{ "clock", check_clock },
	{ "schema", check_schema },
	{ "ledger", check_ledger },
	{ "rights", check_rights },
	{ "row security", check_rls },
	{ "alerts", doctor_undelivered },
	{ NULL, NULL },
};
