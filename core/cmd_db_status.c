/* fintra db status: what this database is, and what we may do there. */
#include "core/commands.h"
#include "core/migrate.h"
#include "core/pool_mode.h"
#include "core/relations.h"

enum { PENDING_MAX = 64, NEWER_CODE = 78, PENDING_CODE = 10 };

struct look {
	struct database_facts facts;
	struct relations rel;
	enum schema_state state;
	int version;
	struct err schema_err; /* cls set: state and version are not known */
	const char *pending[PENDING_MAX];
	int n_pending;
	enum pool_mode pool;
	struct err pool_err;
};

static const char *
state_word(const struct look *k)
{
	static const char *const words[] = { "absent", "foreign", "old", "current", "newer" };

	return k->schema_err.cls == ERR_NONE ? words[k->state] : "unknown";
}

/* The facts are needed; what else cannot be had is said to be unknown, and why. */
static int
look(const struct app *app, struct db *db, struct look *k, struct err *e)
{
	*k = (struct look){ .schema_err = ERR_INIT, .pool_err = ERR_INIT };
	if (database_facts_read(db, &k->facts, e) < 0 ||
	    relations_read(db, app->cat, &k->rel, e) < 0)
		return -1;
	if (migrate_state(db, &k->state, &k->version, &k->schema_err) == 0)
		k->n_pending = migrate_pending(db, k->pending, PENDING_MAX, &k->schema_err);
	if (pool_mode_detect(&app->conf, db, &k->pool, &k->pool_err) < 0)
		k->pool = POOL_UNKNOWN;
	return 0;
}

struct sum {
	int there, read, tables, write; /* the last two without the views */
	int64_t bytes;
	const struct relation *largest; /* NULL = none with a size */
};

static struct sum
sum_up(const struct relations *rel)
{
	struct sum s = { .there = 0 };

	for (size_t i = 0; i < rel->n; i++) {
		const struct relation *r = &rel->at[i];

		s.there += *r->name != '\0';
		s.read += r->may_select;
		s.tables += *r->name && !r->view;
		s.write += r->may_write && !r->view;
		s.bytes += r->bytes > 0 ? r->bytes : 0;
		if (r->bytes > 0 && (!s.largest || r->bytes > s.largest->bytes))
			s.largest = r;
	}
	return s;
}

static struct json *
json_rights(const struct look *k, const struct sum *s)
{
	struct json *o = json_new_object(), *ledger = json_new_object(),
		    *missing = json_new_array(), *filtered = json_new_array();

	json_set_int(o, "tables", s->there);
	json_set_int(o, "read", s->read);
	json_set_int(o, "write", s->write);
	for (size_t i = 0; i < k->rel.n; i++) {
		if (!*k->rel.at[i].name)
			json_push_text(missing, k->rel.at[i].table->name);
		if (k->rel.at[i].filtered)
			json_push_text(filtered, k->rel.at[i].table->name);
	}
	json_set(o, "missing", missing);
	json_set(o, "row_security", filtered);
	json_set_bool(ledger, "present", k->facts.ledger);
	json_set_bool(ledger, "read", k->facts.ledger_read);
	json_set_bool(ledger, "write", k->facts.ledger_write);
	json_set(o, "ledger", ledger);
	return o;
}

static struct json *
json_sizes(const struct look *k)
{
	struct json *o = json_new_object(), *tables = json_new_array();

	json_set_int(o, "database", k->facts.bytes);
	json_set_int(o, "ledger", k->facts.ledger_bytes);
	for (size_t i = 0; i < k->rel.n; i++) {
		struct json *t = json_new_object();

		json_set_text(t, "name", k->rel.at[i].table->name);
		if (k->rel.at[i].bytes >= 0)
			json_set_int(t, "bytes", k->rel.at[i].bytes);
		else
			json_set_null(t, "bytes");
		json_push(tables, t);
	}
	json_set(o, "tables", tables);
	return o;
}

static void
print_json(const struct look *k, const struct sum *s)
{
	struct json *o = json_new_object(), *server = json_new_object(),
		    *pending = json_new_array(), *pool = json_new_object();
	bool known = k->schema_err.cls == ERR_NONE;

	json_set_int(o, "v", 1);
	json_set_text(o, "database", k->facts.database);
	json_set_text(o, "role", k->facts.role);
	json_set_text(server, "version", k->facts.version);
	json_set_int(server, "number", k->facts.version_num);
	json_set_bool(server, "standby", k->facts.standby);
	json_set(o, "server", server);
	json_set_text(o, "state", state_word(k));
	json_set_bool(o, "own", known && k->state >= SCHEMA_OLD);
	if (known)
		json_set_int(o, "version", k->version);
	else
		json_set_null(o, "version");
	json_set_int(o, "latest", migrate_latest());
	for (int i = 0; i < k->n_pending; i++)
		json_push_text(pending, k->pending[i]);
	json_set(o, "pending", pending);
	json_set_text(o, "error", known ? NULL : k->schema_err.text);
	json_set(o, "rights", json_rights(k, s));
	json_set_text(pool, "mode", pool_mode_name(k->pool));
	json_set_text(pool, "why", k->pool_err.cls == ERR_NONE ? NULL : k->pool_err.text);
	json_set(o, "pool", pool);
	json_set(o, "sizes", json_sizes(k));
	out_json(o);
}

static void
print_schema(const struct look *k)
{
	STR_AUTO why = { 0 };

	if (k->schema_err.cls != ERR_NONE) {
		printf("schema    unknown: %s\n", out_clean(&why, k->schema_err.text));
		return;
	}
	printf("schema    %s%s: version %d, this program has %d\n", state_word(k),
	       k->state == SCHEMA_FOREIGN ? " (FINTRA tables of another program, look only)" : "",
	       k->version, migrate_latest());
	for (int i = 0; i < k->n_pending; i++)
		printf("%s%s%s", i ? ", " : "pending   ", k->pending[i],
		       i + 1 == k->n_pending ? "\n" : "");
	if (k->n_pending)
		printf("          fintra db %s applies %s\n",
		       k->state == SCHEMA_ABSENT ? "init" : "migrate",
		       k->n_pending == 1 ? "it" : "them");
}

static void
print_missing(const struct look *k)
{
	const char *sep = "missing   ";

	for (size_t i = 0; i < k->rel.n; i++)
		if (!*k->rel.at[i].name && k->state != SCHEMA_ABSENT) {
			printf("%s%s", sep, k->rel.at[i].table->name);
			sep = ", ";
		}
	if (*sep == ',')
		printf("\n");
}

static const char *
ledger_word(const struct database_facts *f)
{
	return !f->ledger	 ? "not there"
	       : f->ledger_write ? "may be written"
	       : f->ledger_read	 ? "may be read only"
				 : "may not be read";
}

static const char *
pool_text(const struct look *k)
{
	static const char *const texts[] = { "none", "session mode",
					     "transaction mode: looking works, launching does not",
					     "there is one; its mode is unknown" };

	return k->pool == POOL_UNKNOWN && k->pool_err.cls != ERR_NONE ? k->pool_err.text
								      : texts[k->pool];
}

static void
print_text(const struct look *k, const struct sum *s)
{
	const struct database_facts *f = &k->facts;
	char size[OUT_SIZE_BUF], tables[OUT_SIZE_BUF], ledger[OUT_SIZE_BUF], big[OUT_SIZE_BUF];
	STR_AUTO name = { 0 }, role = { 0 }, version = { 0 }, pool = { 0 };

	printf("database  %s on PostgreSQL %s%s\n", out_clean(&name, f->database),
	       out_clean(&version, f->version), f->standby ? ", a standby: read only" : "");
	print_schema(k);
	printf("role      %s: may read %d of %d tables, write %d of %d\n",
	       out_clean(&role, f->role), s->read, s->there, s->write, s->tables);
	print_missing(k);
	printf("ledger    %s\n", ledger_word(f));
	printf("pooler    %s\n", out_clean(&pool, pool_text(k)));
	printf("size      %s: tables %s, ledger %s", out_size(f->bytes, size),
	       out_size(s->bytes, tables), out_size(f->ledger_bytes, ledger));
	if (s->largest)
		printf("; largest %s %s", s->largest->table->name,
		       out_size(s->largest->bytes, big));
	printf("\n");
}

int
db_status(const struct app *app, struct db *db)
{
	struct look k;
	struct err e = ERR_INIT;
	struct sum s;

	if (look(app, db, &k, &e) < 0) {
		relations_done(&k.rel);
		return app_fail(&e, NULL);
	}
	s = sum_up(&k.rel);
	if (app->g.json)
		print_json(&k, &s);
	else
		print_text(&k, &s);
	relations_done(&k.rel);
	if (k.schema_err.cls != ERR_NONE)
		return err_exit_code(&k.schema_err);
	return k.state == SCHEMA_NEWER ? NEWER_CODE : k.n_pending ? PENDING_CODE : 0;
}
