#include "core/table_cells.h"

#include "core/clock.h"
#include "core/commands.h"

const char *
table_why(const struct table_row *r)
{
	if (r->s->state == TABLE_UNKNOWN && r->rel && !*r->rel->name)
		return "the database has no such table";
	if (r->s->state == TABLE_UNKNOWN)
		return r->s->detail;
	if (!r->s->writer)
		return "no job in this build";
	if (r->s->state == TABLE_EMPTY)
		return "no rows";
	return r->s->state == TABLE_FRESH ? NULL : r->s->detail;
}

static void
absent(const struct table_row *r, struct table_cell *c)
{
	c->kind = r->s->state == TABLE_UNKNOWN ? CELL_UNKNOWN : CELL_NONE;
}

static void
put_text(struct table_cell *c, const char *text)
{
	STR_AUTO s = { 0 };

	c->kind = CELL_TEXT;
	str_copy(c->text, sizeof(c->text), out_clean(&s, text));
	str_copy(c->raw, sizeof(c->raw), c->text);
}

static void
put_number(struct table_cell *c, double n, const char *text, const char *raw)
{
	c->kind = CELL_NUMBER;
	c->n = n;
	str_copy(c->text, sizeof(c->text), text);
	str_copy(c->raw, sizeof(c->raw), raw);
}

static void
put_date(const struct table_row *r, struct table_cell *c, struct date d)
{
	char day[DATE_BUF];

	if (!date_is_set(d)) {
		absent(r, c);
		return;
	}
	put_number(c, d.days, date_iso(d, day), day);
}

static void
get_name(const struct table_row *r, struct table_cell *c)
{
	put_text(c, r->s->table->name);
}

static void
get_layer(const struct table_row *r, struct table_cell *c)
{
	char n[NUM_BUF];

	num_int(r->s->table->layer, n);
	put_number(c, r->s->table->layer, n, n);
}

static void
get_state(const struct table_row *r, struct table_cell *c)
{
	put_text(c, table_state_name(r->s->state));
}

static void
get_as_of(const struct table_row *r, struct table_cell *c)
{
	put_date(r, c, r->s->have);
}

static void
get_expected(const struct table_row *r, struct table_cell *c)
{
	put_date(r, c, r->s->want);
	if (c->kind == CELL_UNKNOWN) /* a table on demand expects nothing */
		c->kind = CELL_NONE;
}

static void
get_rows(const struct table_row *r, struct table_cell *c)
{
	char n[NUM_BUF], raw[NUM_BUF];

	if (r->s->rows < 0)
		absent(r, c);
	else
		put_number(c, (double)r->s->rows, num_group(r->s->rows, n),
			   num_int(r->s->rows, raw));
}

static void
put_share(const struct table_row *r, struct table_cell *c, double share)
{
	char pct[16], raw[NUM_BUF];

	if (share < 0) {
		absent(r, c);
		return;
	}
	num_text(share, raw);
	put_number(c, share, status_percent(share, pct), raw);
}

static void
get_coverage(const struct table_row *r, struct table_cell *c)
{
	put_share(r, c, r->s->coverage);
}

static void
get_floor(const struct table_row *r, struct table_cell *c)
{
	if (r->s->floor > 0)
		put_share(r, c, r->s->floor);
	else
		c->kind = CELL_NONE;
}

static void
get_deadline(const struct table_row *r, struct table_cell *c)
{
	char buf[16], iso[CLOCK_BUF];

	c->kind = CELL_NONE;
	if (r->s->deadline_ms)
		put_number(c, (double)r->s->deadline_ms, status_deadline(r->s, buf),
			   clock_iso(r->s->deadline_ms, iso));
}

static void
get_run(const struct table_row *r, struct table_cell *c)
{
	char text[64], id[NUM_BUF];

	if (!r->s->run_id) {
		absent(r, c);
		return;
	}
	fmt_buf(text, sizeof(text), "%s%s%s", num_int(r->s->run_id, id), *r->s->run ? " " : "",
		r->s->run);
	put_number(c, (double)r->s->run_id, text, id);
}

static void
get_relation(const struct table_row *r, struct table_cell *c)
{
	c->kind = CELL_UNKNOWN;
	if (r->rel && *r->rel->name)
		put_text(c, r->rel->name);
	else if (r->rel)
		put_text(c, "missing");
}

static void
get_size(const struct table_row *r, struct table_cell *c)
{
	char size[OUT_SIZE_BUF], raw[NUM_BUF];

	c->kind = r->rel && r->rel->view ? CELL_NONE : CELL_UNKNOWN;
	if (r->rel && r->rel->bytes >= 0)
		put_number(c, (double)r->rel->bytes, out_size(r->rel->bytes, size),
			   num_int(r->rel->bytes, raw));
}

static void
get_basis(const struct table_row *r, struct table_cell *c)
{
	c->kind = CELL_NONE;
	if (*r->s->basis)
		put_text(c, r->s->basis);
}

static void
get_why(const struct table_row *r, struct table_cell *c)
{
	const char *why = table_why(r);

	c->kind = CELL_NONE;
	if (why)
		put_text(c, why);
}

const struct table_column table_columns[] = {
	{ "name", false, get_name },
	{ "layer", true, get_layer },
	{ "state", false, get_state },
	{ "as_of", false, get_as_of },
	{ "expected", false, get_expected },
	{ "rows", true, get_rows },
	{ "coverage", true, get_coverage },
	{ "floor", true, get_floor },
	{ "deadline", false, get_deadline },
	{ "run", false, get_run },
	{ "relation", false, get_relation },
	{ "size", true, get_size },
	{ "basis", false, get_basis },
	{ "why", false, get_why },
	{ NULL, false, NULL },
};

const struct table_column *
table_column_find(const char *name, struct err *e)
{
	const char *words[ARRAY_LEN(table_columns)], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };

	for (const struct table_column *c = table_columns; c->name; c++) {
		words[n++] = c->name;
		if (str_same(c->name, name))
			return c;
	}
	near = cli_nearest(name, words, n);
	err_set(e, ERR_USAGE, "tables has no column %s%s%s%s", out_clean(&s, name),
		near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

void
table_cell_get(const struct table_column *col, const struct table_row *r, struct table_cell *c)
{
	*c = (struct table_cell){ .kind = CELL_NONE };
	col->get(r, c);
}
