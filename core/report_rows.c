/* Rows of a query as lines of a report and as JSON. */
#include "core/report_rows.h"

#include "core/num.h"
#include "core/text.h"

#include <string.h>

enum { COLUMNS_MAX = 16, ROW_BYTES = 1 << 16 };

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

int
report_query(struct db *db, enum query q, const char *const *args, struct told *out, struct err *e)
{
	ROWS_AUTO r = db_query(db, q, args, e);

	out->rows = -1;
	if (r) {
		out->rows = rows_count(r);
		*out->json = rows_array(r);
		tell_rows(r, out->text);
		return 0;
	}
	return report_unknown(out->text, e);
}

int
report_unknown(struct report *text, struct err *e)
{
	if (strncmp(e->sqlstate, "42", 2) != 0)
		return -1;
	*e = (struct err)ERR_INIT;
	report_add(text, REPORT_WARN, NULL, "unknown: this database does not have it");
	return 0;
}
