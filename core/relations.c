#include "core/relations.h"

#include <stdlib.h>

enum {
	NAMES_MAX_BYTES = 64 << 10,
	COL_NAME = 1,
	COL_KIND,
	COL_USAGE,
	COL_SELECT,
	COL_INSERT,
	COL_UPDATE,
	COL_DELETE,
	COL_FILTERED,
	COL_BYTES
};

/* Names of the catalogue need no quoting inside the array. */
static size_t
put_names(struct db *db, const struct catalogue *cat, struct str *out)
{
	size_t n = 0;

	str_putc(out, '{');
	for (; cat->tables[n].name; n++)
		str_fmt(out, "%s%s", n ? "," : "", db_relation(db, cat->tables[n].name));
	str_putc(out, '}');
	return n;
}

static void
fill(struct relation *o, const struct rows *r, int row)
{
	bool use = rows_bool(r, row, COL_USAGE);

	str_copy(o->name, sizeof(o->name), str_or(rows_text(r, row, COL_NAME), ""));
	o->view = str_same(rows_text(r, row, COL_KIND), "v");
	o->may_select = use && rows_bool(r, row, COL_SELECT);
	o->may_write = use && rows_bool(r, row, COL_INSERT) && rows_bool(r, row, COL_UPDATE) &&
		       rows_bool(r, row, COL_DELETE);
	o->filtered = rows_bool(r, row, COL_FILTERED);
	o->bytes = rows_text(r, row, COL_BYTES) ? rows_int(r, row, COL_BYTES) : -1;
}

int
relations_read(struct db *db, const struct catalogue *cat, struct relations *out, struct err *e)
{
	STR_AUTO names = { 0 };

	*out = (struct relations){ .n = 0 };
	str_init(&names, NAMES_MAX_BYTES);
	size_t n = put_names(db, cat, &names);
	ROWS_AUTO r = db_query(db, Q_RELATIONS, (const char *const[]){ str_c(&names) }, e);

	if (!r)
		return err_wrap(e, "looking the tables up");
	out->at = mem_zalloc((n + 1) * sizeof(*out->at));
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		out->at[i].table = &cat->tables[i];
		fill(&out->at[i], r, (int)i);
	}
	return 0;
}

void
relations_done(struct relations *r)
{
	free(r->at);
	*r = (struct relations){ .n = 0 };
}

static void
copy_col(char *dst, size_t n, const struct rows *r, int col)
{
	str_copy(dst, n, str_or(rows_text(r, 0, col), ""));
}

int
database_facts_read(struct db *db, struct database_facts *out, struct err *e)
{
	ROWS_AUTO r = db_query(db, Q_DATABASE_FACTS, NULL, e);
	bool usable;

	*out = (struct database_facts){ .bytes = 0 };
	if (!r)
		return -1;
	copy_col(out->database, sizeof(out->database), r, 0);
	copy_col(out->role, sizeof(out->role), r, 1);
	copy_col(out->version, sizeof(out->version), r, 2);
	out->version_num = (int)rows_int(r, 0, 3);
	out->standby = rows_bool(r, 0, 4);
	out->bytes = rows_int(r, 0, 5);
	out->clock_ms = rows_int(r, 0, 6);
	out->ledger = rows_bool(r, 0, 7);
	usable = out->ledger && rows_bool(r, 0, 8);
	out->ledger_tables = (int)rows_int(r, 0, 9);
	out->ledger_read = usable && rows_int(r, 0, 10) == out->ledger_tables;
	out->ledger_write = usable && rows_int(r, 0, 11) == out->ledger_tables;
	out->ledger_bytes = rows_int(r, 0, 12);
	out->audit_open = rows_bool(r, 0, 13);
	return 0;
}
