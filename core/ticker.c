#include "core/ticker.h"

#include "core/cli.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 16, LIKE_MAX = 4000, ROW_BYTES = 1 << 16, SHOWN_MAX = 40 };

static const char *
clean(struct str *s, const char *text)
{
	str_init(s, 4 * (TICKER_MAX + SHOWN_MAX));
	text_clean(s, text, strnlen(text, SHOWN_MAX));
	return str_c(s);
}

/* What is no ticker at all is refused by the universe. */
int
ticker_symbol(const char *word, char out[TICKER_MAX + 1], struct err *e)
{
	STR_AUTO s = { 0 };

	if (!*word || strlen(word) > TICKER_MAX)
		return err_set(e, ERR_USAGE, "%s is no ticker", *word ? clean(&s, word) : "\"\"");
	str_copy(out, TICKER_MAX + 1, word);
	for (char *p = out; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return 0;
}

static int
unknown(const struct catalogue *cat, const struct ticker_ask *ask, struct err *e)
{
	const char *args[] = { ask->symbol }, *words[LIKE_MAX], *near;
	ROWS_AUTO r = db_query(ask->db, (enum query)cat->ticker_like, args, e);
	size_t n = 0;
	STR_AUTO s = { 0 };

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && n < LIKE_MAX; i++)
		words[n++] = rows_text(r, i, 0);
	near = cli_nearest(ask->symbol, words, n);
	return err_set(e, ERR_USAGE, "there is no ticker %s%s%s%s", clean(&s, ask->symbol),
		       near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
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
rows_array(const struct rows *r)
{
	struct json *list = json_new_array();

	for (int i = 0; i < rows_count(r); i++)
		json_push(list, row_object(r, i));
	return list;
}

static int
width_of(const struct rows *r, int c)
{
	int most = (int)strlen(rows_column(r, c));

	for (int i = 0; i < rows_count(r); i++) {
		int n = text_columns(str_or(rows_text(r, i, c), "-"));

		most = n > most ? n : most;
	}
	return most;
}

static void
put_cell(struct str *s, const char *text, int width)
{
	str_fmt(s, "%s%s%*s", s->len ? "  " : "", text, width - text_columns(text), "");
}

static void
tell_columns(const struct rows *r, struct report *out)
{
	int width[COLUMNS_MAX], n = rows_columns(r) < COLUMNS_MAX ? rows_columns(r) : COLUMNS_MAX;

	for (int c = 0; c < n; c++)
		width[c] = width_of(r, c);
	for (int i = -1; i < rows_count(r); i++) {
		STR_AUTO s = { .max = ROW_BYTES };

		for (int c = 0; c < n; c++)
			put_cell(&s, i < 0 ? rows_column(r, c) : str_or(rows_text(r, i, c), "-"),
				 width[c]);
		report_add(out, i < 0 ? REPORT_DIM : REPORT_PLAIN, NULL, "%s", str_c(&s));
	}
}

/* One row goes downwards, several as columns. */
static void
tell_rows(const struct rows *r, struct report *out)
{
	if (rows_count(r) == 0)
		report_add(out, REPORT_DIM, NULL, "nothing");
	else if (rows_count(r) > 1)
		tell_columns(r, out);
	else
		for (int c = 0; c < rows_columns(r); c++)
			report_add(out, REPORT_PLAIN, rows_column(r, c), "%s",
				   str_or(rows_text(r, 0, c), "-"));
}

/* *found: it has rows, or is no query. */
static int
tell_section(const struct section *s, const struct ticker_ask *ask, struct ticker_look *out,
	     bool *found, struct err *e)
{
	char day[DATE_BUF], n[NUM_BUF];
	const char *args[] = { ask->symbol, date_iso(ask->as_of, day), num_int(ask->rows, n) };
	struct json *value = NULL;
	int rc;

	report_title(&out->text, "%s", s->title);
	*found = true;
	if (s->tell) {
		rc = s->tell(ask, &out->text, &value, e);
	} else {
		ROWS_AUTO r = db_query(ask->db, (enum query)s->query, args, e);

		rc = r ? 0 : -1;
		if (r) {
			*found = rows_count(r) > 0;
			value = rows_array(r);
			tell_rows(r, &out->text);
		}
	}
	/* A database that fintra did not create may lack a table or a column. */
	if (rc < 0 && strncmp(e->sqlstate, "42", 2) == 0) {
		*e = (struct err)ERR_INIT;
		report_add(&out->text, REPORT_WARN, NULL,
			   "unknown: this database does not have it");
		rc = 0;
	}
	json_set(out->json, s->name, value ? value : json_new_null());
	return rc;
}

int
ticker_look(const struct catalogue *cat, const struct ticker_ask *ask, struct ticker_look *out,
	    struct err *e)
{
	char day[DATE_BUF];
	bool found;

	*out = (struct ticker_look){ .json = json_new_object() };
	json_set_int(out->json, "v", 1);
	json_set_text(out->json, "ticker", ask->symbol);
	json_set_text(out->json, "as_of", date_iso(ask->as_of, day));
	for (const struct section *s = cat->ticker; s && s->name; s++) {
		if (tell_section(s, ask, out, &found, e) < 0)
			return err_wrap(e, "%s", s->name);
		if (s == cat->ticker && !found)
			return unknown(cat, ask, e);
	}
	return 0;
}

void
ticker_look_done(struct ticker_look *l)
{
	report_done(&l->text);
	json_free(l->json);
	*l = (struct ticker_look){ .json = NULL };
}
