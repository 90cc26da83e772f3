#include "core/sheet.h"

#include "core/json.h"
#include "core/text.h"

#include <string.h>

enum { SHEET_MAX = 256 << 20, CELL_MAX = 64 << 10 };

void
sheet_init(struct sheet *s, const char *const *heads)
{
	*s = (struct sheet){ .heads = heads };
	while (heads[s->columns])
		s->columns++;
	str_init(&s->text, SHEET_MAX);
}

void
sheet_done(struct sheet *s)
{
	vec_done(&s->cell);
	str_done(&s->text);
}

void
sheet_cell(struct sheet *s, const char *text)
{
	STR_AUTO clean = { 0 };

	str_init(&clean, CELL_MAX);
	text_clean(&clean, text, strlen(text));
	vec_push(&s->cell, s->text.len);
	str_put(&s->text, str_c(&clean), clean.len + 1);
}

size_t
sheet_rows(const struct sheet *s)
{
	return s->columns ? s->cell.n / s->columns : 0;
}

enum sheet_format
sheet_format_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	return str_same(dot, ".csv") ? SHEET_CSV : str_same(dot, ".json") ? SHEET_JSON : SHEET_TXT;
}

/* Row 0 is the heads. */
static const char *
cell(const struct sheet *s, size_t row, size_t column)
{
	if (row == 0)
		return s->heads[column];
	return s->text.p + s->cell.at[(row - 1) * s->columns + column];
}

void
sheet_row(const struct sheet *s, size_t row, struct str *out)
{
	const char *joint = "";

	for (size_t k = 0; row < sheet_rows(s) && k < s->columns; k++)
		if (*cell(s, row + 1, k)) {
			str_fmt(out, "%s%s", joint, cell(s, row + 1, k));
			joint = "  ";
		}
}

static void
write_txt(const struct sheet *s, struct str *out)
{
	int *w = mem_zalloc((s->columns + 1) * sizeof(*w));

	for (size_t i = 0; i <= sheet_rows(s); i++)
		for (size_t k = 0; k < s->columns; k++) {
			int cols = text_columns(cell(s, i, k));

			w[k] = cols > w[k] ? cols : w[k];
		}
	for (size_t i = 0; i <= sheet_rows(s); i++) {
		int owed = 0; /* blanks, written only when a text follows them */

		for (size_t k = 0; k < s->columns; k++) {
			const char *text = cell(s, i, k);

			if (*text) {
				str_fmt(out, "%*s%s", owed, "", text);
				owed = 0;
			}
			owed += w[k] - text_columns(text) + 2;
		}
		str_putc(out, '\n');
	}
	free(w);
}

static void
write_csv(const struct sheet *s, struct str *out)
{
	for (size_t i = 0; i <= sheet_rows(s); i++)
		for (size_t k = 0; k < s->columns; k++) {
			const char *text = cell(s, i, k);
			bool quote = strpbrk(text, ",\"") != NULL;

			str_puts(out, quote ? "\"" : "");
			for (; *text; text++) {
				str_puts(out, *text == '"' ? "\"" : "");
				str_putc(out, *text);
			}
			str_puts(out, quote ? "\"" : "");
			str_puts(out, k + 1 < s->columns ? "," : "\n");
		}
}

static void
write_json(const struct sheet *s, const char *view, struct str *out)
{
	struct json *doc = json_new_object(), *rows = json_new_array();

	for (size_t i = 1; i <= sheet_rows(s); i++) {
		struct json *row = json_new_object();

		for (size_t k = 0; k < s->columns; k++)
			json_set_text(row, s->heads[k], cell(s, i, k));
		json_push(rows, row);
	}
	json_set_int(doc, "v", 1);
	json_set_text(doc, "view", view);
	json_set_text(doc, "filter", s->filter);
	json_set(doc, "rows", rows);
	json_print(doc, out);
	str_putc(out, '\n');
	json_free(doc);
}

int
sheet_write(const struct sheet *s, const char *view, enum sheet_format f, struct str *out)
{
	if (f == SHEET_CSV)
		write_csv(s, out);
	else if (f == SHEET_JSON)
		write_json(s, view, out);
	else
		write_txt(s, out);
	return out->overflow || s->text.overflow ? -1 : 0;
}
