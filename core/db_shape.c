/* What the database at the other end is like: whose names it uses, whether it has a ledger, and
 * whether a pooler hands our statements to changing servers.  Found out once per connection. */
#include "core/db_internal.h"
#include "core/str.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

const char db_pooled_text[] =
	"this connection goes through a transaction-mode pooler, which keeps no locks and no "
	"session "
	"settings: looking works, launching needs a direct or session-pooled connection";

enum { COL_SETTINGS, COL_TABLES, COL_METRIC, COL_LEDGER, COL_PID, SQL_ROOM = 64 << 10 };

struct shape {
	struct alias alias[ALIAS_MAX];
	size_t n;
	bool pooled, ledger;
	int server_pid;
	char *text[Q_COUNT]; /* rewritten queries, made when they are first used; owned */
};

static bool
listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = list; (s = strstr(s, name)); s++)
		if ((s == list || s[-1] == ',') && (s[n] == ',' || s[n] == '\0'))
			return true;
	return false;
}

static struct shape *
shape_of(const struct rows *r)
{
	const char *tables = str_or(rows_text(r, 0, COL_TABLES), "");
	struct shape *s = mem_zalloc(sizeof(*s));
	struct names_found found = {
		.company_profiles = listed(tables, "company_profiles"),
		.company_profile = listed(tables, "company_profile"),
		.fmp_peers = listed(tables, "fmp_peers"),
		.stock_peers = listed(tables, "stock_peers"),
		.industry_alpha = listed(tables, "industry_alpha"),
		.industry_benchmarks = listed(tables, "industry_benchmarks"),
		.benchmarks_have_metric = rows_bool(r, 0, COL_METRIC),
		.ledger = rows_bool(r, 0, COL_LEDGER),
	};

	s->n = names_resolve(&found, s->alias);
	s->ledger = found.ledger;
	s->pooled = !rows_bool(r, 0, COL_SETTINGS);
	s->server_pid = (int)rows_int(r, 0, COL_PID);
	return s;
}

static int
load(struct db *db, struct err *e)
{
	struct pg_result *res;
	struct rows *r;

	if (db->shape)
		return 0;
	if (db->ours && atomic_load(db->ours) && !db->no_options) {
		db->shape = mem_zalloc(sizeof(*db->shape));
		db->shape->ledger = true;
		return 0;
	}
	res = dbi_run(db, queries[Q_SHAPE].text, NULL, 0, e);
	if (!res)
		return err_wrap(e, "shape");
	r = dbi_rows(res);
	db->shape = shape_of(r);
	rows_free(r);
	db->shape->pooled = db->shape->pooled || db->no_options;
	if (db->ours && db->shape->n == 0 && !db->shape->pooled)
		atomic_store(db->ours, true);
	return 0;
}

static void
forget_texts(struct shape *s)
{
	for (size_t i = 0; i < Q_COUNT; i++) {
		free(s->text[i]);
		s->text[i] = NULL;
	}
}

int
db_rename(struct db *db, const char *from, const char *to, struct err *e)
{
	if (load(db, e) < 0)
		return -1;
	if (db->shape->n == ALIAS_MAX)
		return err_set(e, ERR_INTERNAL, "more than %d other names", ALIAS_MAX);
	db->shape->alias[db->shape->n++] = (struct alias){ .from = from, .to = to };
	forget_texts(db->shape);
	return 0;
}

const char *
dbi_text(struct db *db, enum query q, struct err *e)
{
	STR_AUTO sql = { 0 };
	struct shape *s;

	if (load(db, e) < 0)
		return NULL;
	s = db->shape;
	if (s->n == 0)
		return queries[q].text;
	if (!s->text[q]) {
		str_init(&sql, SQL_ROOM);
		names_rewrite(queries[q].text, s->alias, s->n, &sql);
		s->text[q] = mem_dup(str_c(&sql));
	}
	return s->text[q];
}

void
db_forget_shape(struct db *db)
{
	if (!db->shape)
		return;
	forget_texts(db->shape);
	free(db->shape);
	db->shape = NULL;
}

int
db_has_ledger(struct db *db, bool *out, struct err *e)
{
	if (load(db, e) < 0)
		return -1;
	*out = db->shape->ledger;
	return 0;
}

bool
dbi_pooled(const struct db *db)
{
	return db->shape && db->shape->pooled;
}

int
db_pooled(struct db *db, bool *out, struct err *e)
{
	if (load(db, e) < 0)
		return -1;
	*out = db->shape->pooled;
	return 0;
}

int
db_server_pid(struct db *db, int *out, struct err *e)
{
	if (load(db, e) < 0)
		return -1;
	if (!db->shape->server_pid) {
		ROWS_AUTO r = db_query(db, Q_POOL_BACKEND, NULL, e);

		if (!r)
			return -1;
		db->shape->server_pid = (int)rows_int(r, 0, 0);
	}
	*out = db->shape->server_pid;
	return 0;
}

const char *
db_relation(struct db *db, const char *table)
{
	struct err unused = ERR_INIT;
	const struct shape *s = load(db, &unused) < 0 ? NULL : db->shape;

	for (size_t i = 0; s && i < s->n; i++)
		if (str_same(s->alias[i].from, table))
			return s->alias[i].to;
	return table;
}
