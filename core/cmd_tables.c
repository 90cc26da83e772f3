/* fintra tables. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/table_cells.h"
#include "core/text.h"
#include "core/vec.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMNS_MAX = 32, WORD = 40 };

const struct cli_option tables_options[] = {
	{ "columns", 0, "LIST", "which columns and in what order (name,state,rows,...)" },
	{ "sort", 0, "COLUMN", "by this column; -COLUMN = downwards" },
	{ "state", 0, "LIST", "only tables in these states (late,stale,...)" },
	{ "tsv", 0, NULL, "columns between tabs, figures unrounded" },
	{ NULL, 0, NULL, NULL },
};

struct choice {
	const struct table_column *col[COLUMNS_MAX];
	size_t n;
	const struct table_column *sort; /* NULL: the catalogue's order */
	bool down;
	bool state[TABLE_UNKNOWN + 1];
	bool tsv;
	const struct table *table[CLI_MAX];
	size_t ntables; /* 0 = all */
};

/* The next word of a list "a,b": false at its end. */
static bool
next_word(const char **list, char word[WORD])
{
	size_t n = strcspn(*list, ",");

	if (n == 0)
		return false;
	str_copy(word, n + 1 < WORD ? n + 1 : WORD, *list);
	*list += n + ((*list)[n] == ',');
	return true;
}

static int
parse_columns(const char *list, struct choice *o, struct err *e)
{
	char word[WORD];

	for (const struct table_column *c = table_columns; !list && c->name; c++)
		o->col[o->n++] = c;
	while (list && o->n < COLUMNS_MAX && next_word(&list, word))
		if (!(o->col[o->n++] = table_column_find(word, e)))
			return -1;
	return o->n ? 0 : err_set(e, ERR_USAGE, "--columns names no column");
}

static int
parse_states(const char *list, struct choice *o, struct err *e)
{
	char word[WORD];
	STR_AUTO s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(o->state); i++)
		o->state[i] = !list;
	while (list && next_word(&list, word)) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(o->state); i++)
			if (str_same(word, table_state_name((enum table_state)i)))
				o->state[i] = known = true;
		if (!known)
			return err_set(e, ERR_USAGE,
				       "--state %s: a table is fresh, due, late, stale, partial, "
				       "mixed, empty, blocked or unknown",
				       out_clean(&s, word));
	}
	return 0;
}

static int
parse(const struct app *app, const struct cli *cli, struct choice *o, struct err *e)
{
	const char *sort = cli_value(cli, "sort");

	o->tsv = cli_has(cli, "tsv");
	o->down = sort && *sort == '-';
	if (sort && !(o->sort = table_column_find(sort + o->down, e)))
		return -1;
	for (size_t i = 0; i < cli->narg; i++)
		if (!(o->table[o->ntables++] = command_table(app, cli->arg[i], e)))
			return -1;
	if (parse_columns(cli_value(cli, "columns"), o, e) < 0)
		return -1;
	return parse_states(cli_value(cli, "state"), o, e);
}

static bool
wanted(const struct choice *o, const struct table_status *s)
{
	bool named = o->ntables == 0;

	for (size_t i = 0; i < o->ntables; i++)
		named = named || o->table[i] == s->table;
	return named && o->state[s->state];
}

/* What is not known comes last, whichever the direction. */
static int
compare(const struct choice *o, const struct table_row *a, const struct table_row *b)
{
	struct table_cell x, y;
	int c;

	table_cell_get(o->sort, a, &x);
	table_cell_get(o->sort, b, &y);
	if (x.kind < CELL_TEXT || y.kind < CELL_TEXT)
		return (y.kind >= CELL_TEXT) - (x.kind >= CELL_TEXT);
	c = x.kind == CELL_NUMBER ? (x.n > y.n) - (x.n < y.n) : strcmp(x.text, y.text);
	return o->down ? -c : c;
}

/* By insertion: some thirty rows, and equal ones keep the catalogue's order. */
static void
sort_rows(const struct choice *o, struct table_row *at, size_t n)
{
	for (size_t i = 1; o->sort && i < n; i++) {
		struct table_row r = at[i];
		size_t k = i;

		for (; k > 0 && compare(o, &at[k - 1], &r) > 0; k--)
			at[k] = at[k - 1];
		at[k] = r;
	}
}

static const char *
shown(const struct choice *o, const struct table_cell *c)
{
	if (c->kind == CELL_UNKNOWN)
		return "?";
	if (c->kind == CELL_NONE)
		return o->tsv ? "" : "-";
	return o->tsv ? c->raw : c->text;
}

static void
print_tsv(const struct choice *o, const struct table_row *at, size_t n)
{
	for (size_t k = 0; k < o->n; k++)
		printf("%s%s", k ? "\t" : "", o->col[k]->name);
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < o->n; k++) {
			struct table_cell c;

			table_cell_get(o->col[k], &at[i], &c);
			printf("%s%s", k ? "\t" : "", shown(o, &c));
		}
		printf("\n");
	}
}

static void
print_padded(const struct choice *o, size_t k, const char *text, int width)
{
	int pad = width - text_columns(text);
	bool last = k + 1 == o->n;

	if (o->col[k]->right)
		printf("%*s%s", pad, "", text);
	else
		printf("%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

static void
print_text(const struct app *app, const struct choice *o, const struct table_row *at, size_t n)
{
	int width[COLUMNS_MAX];
	bool color = out_color(app, stdout);

	for (size_t k = 0; k < o->n; k++) {
		width[k] = text_columns(o->col[k]->name);
		for (size_t i = 0; i < n; i++) {
			struct table_cell c;

			table_cell_get(o->col[k], &at[i], &c);
			int w = text_columns(shown(o, &c));
			width[k] = w > width[k] ? w : width[k];
		}
	}
	for (size_t k = 0; k < o->n; k++)
		print_padded(o, k, o->col[k]->name, width[k]);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < o->n; k++) {
			struct table_cell c;
			bool state = str_same(o->col[k]->name, "state");

			table_cell_get(o->col[k], &at[i], &c);
			if (state)
				fputs(out_sgr(color, table_state_severity(at[i].s->state)), stdout);
			print_padded(o, k, shown(o, &c), width[k]);
			if (state)
				fputs(out_sgr(color, 0), stdout);
		}
	}
}

static void
print_json(const struct freshness *f, const struct table_row *at, size_t n)
{
	struct json *o = json_new_object(), *tables = json_new_array();

	json_set_int(o, "v", 1);
	json_set_date(o, "as_of", f->as_of);
	for (size_t i = 0; i < n; i++) {
		struct json *t = json_table_status(at[i].s);
		const struct relation *rel = at[i].rel;

		json_set_int(t, "layer", at[i].s->table->layer);
		json_set_num(t, "floor", at[i].s->floor > 0 ? NUM(at[i].s->floor) : NUM_NONE);
		json_set_text(t, "relation", rel && *rel->name ? rel->name : NULL);
		if (rel && rel->bytes >= 0)
			json_set_int(t, "size", rel->bytes);
		else
			json_set_null(t, "size");
		json_set_text(t, "why", table_why(&at[i]));
		json_push(tables, t);
	}
	json_set(o, "tables", tables);
	out_json(o);
}

/* Without the second the first is still worth showing: its columns are unknown then. */
static int
look(const struct app *app, struct freshness *f, struct relations *rel, struct err *e)
{
	struct err own = ERR_INIT;
	struct date as_of;
	DB_AUTO db = NULL;

	if (app_as_of(app, &as_of, e) < 0)
		return -1;
	db = app_look(app, e);
	if (!db || freshness_measure(db, &app->conf, app->cat, as_of, clock_wall_ms(), f, e) < 0)
		return -1;
	if (relations_read(db, app->cat, rel, &own) < 0)
		app_fail(&own, NULL);
	return 0;
}

int
cmd_tables(struct app *app)
{
	struct choice o = { .n = 0 };
	struct freshness f;
	struct relations rel = { .n = 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	VEC(struct table_row) rows = { 0 };

	if (command_parse(app, &cli, false, 0, CLI_MAX, &e) < 0 || parse(app, &cli, &o, &e) < 0)
		return app_fail(&e, "fintra help tables");
	if (look(app, &f, &rel, &e) < 0)
		return app_fail(&e, NULL);
	for (size_t i = 0; i < f.n; i++) {
		struct table_row r = { &f.at[i], i < rel.n ? &rel.at[i] : NULL };

		if (wanted(&o, r.s))
			vec_push(&rows, r);
	}
	sort_rows(&o, rows.at, rows.n);
	if (app->g.json)
		print_json(&f, rows.at, rows.n);
	else if (o.tsv)
		print_tsv(&o, rows.at, rows.n);
	else
		print_text(app, &o, rows.at, rows.n);
	vec_done(&rows);
	relations_done(&rel);
	freshness_done(&f);
	return 0;
}
