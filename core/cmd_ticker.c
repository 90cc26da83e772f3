/* fintra ticker: one ticker through all layers. */
#include "core/commands.h"

#include <stdlib.h>
#include <string.h>

enum { HISTORY_ROWS = 30, COLUMNS_MAX = 16, SYMBOL_MAX = 20, LIKE_MAX = 4000 };

const struct cli_option ticker_options[] = {
	{ "history", 0, NULL, "the newest thirty bars and dates, not one of each" },
	{ NULL, 0, NULL, NULL },
};

struct look {
	struct db *db;
	const struct catalogue *cat;
	char symbol[SYMBOL_MAX + 1];
	char as_of[DATE_BUF], rows[NUM_BUF];
};

/* Tickers are upper case; what is no ticker at all is refused by the universe. */
static int
parse_symbol(const char *word, struct look *l, struct err *e)
{
	STR_AUTO s = { 0 };

	if (!*word || strlen(word) > SYMBOL_MAX)
		return err_set(e, ERR_USAGE, "%s is no ticker", out_clean(&s, word));
	str_copy(l->symbol, sizeof(l->symbol), word);
	for (char *p = l->symbol; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return 0;
}

static int
unknown(struct look *l, struct err *e)
{
	const char *args[] = { l->symbol }, *words[LIKE_MAX];
	ROWS_AUTO r = db_query(l->db, (enum query)l->cat->ticker_like, args, e);
	size_t n = 0;
	STR_AUTO s = { 0 };

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && n < LIKE_MAX; i++)
		words[n++] = rows_text(r, i, 0);
	const char *near = cli_nearest(l->symbol, words, n);
	return err_set(e, ERR_USAGE, "there is no ticker %s%s%s%s", out_clean(&s, l->symbol),
		       near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
}

/* A database that fintra did not create may lack a table or a column: *out is NULL then. */
static int
ask(struct look *l, const struct section *s, struct rows **out, struct err *e)
{
	const char *args[] = { l->symbol, l->as_of, l->rows };

	*out = db_query(l->db, (enum query)s->query, args, e);
	if (*out || strncmp(e->sqlstate, "42", 2) != 0)
		return *out ? 0 : -1;
	*e = (struct err)ERR_INIT;
	return 0;
}

static struct json *
row_object(const struct rows *r, int row)
{
	struct json *o = json_new_object();

	for (int c = 0; c < rows_columns(r); c++) {
		const char *name = rows_column(r, c), *v = rows_text(r, row, c);
		struct num n = rows_num(r, row, c);

		if (v && n.has && !str_starts(v, "+") && !str_same(name, "ticker"))
			json_set_num(o, name, n);
		else
			json_set_text(o, name, v);
	}
	return o;
}

static struct json *
section_array(const struct rows *r)
{
	struct json *list = json_new_array();

	for (int i = 0; i < rows_count(r); i++)
		json_push(list, row_object(r, i));
	return list;
}

static void
put_cell(const struct rows *r, int row, int c, size_t width)
{
	STR_AUTO s = { 0 };

	printf("  %-*s", (int)width, out_clean(&s, str_or(rows_text(r, row, c), "-")));
}

/* One row goes downwards, several as columns. */
static void
print_rows(const struct rows *r)
{
	size_t width[COLUMNS_MAX] = { 0 };
	int columns = rows_columns(r) < COLUMNS_MAX ? rows_columns(r) : COLUMNS_MAX;

	for (int c = 0; c < columns; c++) {
		width[c] = strlen(rows_column(r, c));
		for (int i = 0; i < rows_count(r); i++) {
			size_t n = strlen(str_or(rows_text(r, i, c), "-"));

			width[c] = n > width[c] ? n : width[c];
		}
	}
	for (int c = 0; c < columns; c++)
		printf("  %-*s", (int)width[c], rows_column(r, c));
	for (int i = 0; i < rows_count(r); i++) {
		putchar('\n');
		for (int c = 0; c < columns; c++)
			put_cell(r, i, c, width[c]);
	}
	putchar('\n');
}

static void
print_record(const struct rows *r)
{
	STR_AUTO s = { 0 };

	for (int c = 0; c < rows_columns(r); c++) {
		printf("  %-18s %s\n", rows_column(r, c),
		       out_clean(&s, str_or(rows_text(r, 0, c), "-")));
		str_done(&s);
	}
}

static void
print_section(const struct section *s, const struct rows *r)
{
	printf("%s\n", s->title);
	if (!r)
		printf("  unknown: this database does not have it\n");
	else if (rows_count(r) == 0)
		printf("  nothing\n");
	else if (rows_count(r) == 1)
		print_record(r);
	else
		print_rows(r);
}

static int
show(struct look *l, struct json *out, struct err *e)
{
	for (const struct section *s = l->cat->ticker; s && s->name; s++) {
		ROWS_AUTO r = NULL;

		if (ask(l, s, &r, e) < 0)
			return err_wrap(e, "%s", s->name);
		if (s == l->cat->ticker && r && rows_count(r) == 0)
			return unknown(l, e);
		if (!out)
			print_section(s, r);
		else if (r)
			json_set(out, s->name, section_array(r));
		else
			json_set_null(out, s->name);
	}
	return 0;
}

static int
look(struct app *app, struct look *l, struct err *e)
{
	struct date as_of;
	struct json *out = NULL;

	if (app_as_of(app, &as_of, e) < 0)
		return -1;
	l->db = app_look(app, e);
	if (!l->db)
		return -1;
	date_iso(as_of, l->as_of);
	if (app->g.json) {
		out = json_new_object();
		json_set_int(out, "v", 1);
		json_set_text(out, "ticker", l->symbol);
		json_set_date(out, "as_of", as_of);
	}
	if (show(l, out, e) < 0) {
		json_free(out);
		return -1;
	}
	if (out)
		out_json(out);
	return 0;
}

int
cmd_ticker(struct app *app)
{
	struct cli cli;
	struct err e = ERR_INIT;
	struct look l = { .cat = app->cat };
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help ticker");
	(void)num_int(cli_has(&cli, "history") ? HISTORY_ROWS : 1, l.rows);
	rc = parse_symbol(cli.arg[0], &l, &e) < 0 ? -1 : look(app, &l, &e);
	db_close(l.db);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}
